//! Properties of estimates: dearer with size and time, never cheaper for what is not known.

use backproof_model::cost::{Certainty, Cost, CostFacts};
use backproof_model::money::Money;
use backproof_model::{RecoveryPoint, RecoveryPointStatus, ResourceType, VaultType};
use proptest::prelude::*;

use crate::{Circumstances, Copied, PhaseLimits, PriceTable, Size, Usage, estimate, expected, price};

const GIB: u64 = 1 << 30;
const HOUR: u64 = 3_600;

fn point(resource_type: &ResourceType, bytes: Option<u64>) -> RecoveryPoint {
    let resource = match resource_type.as_str() {
        ResourceType::RDS => "arn:aws:rds:us-east-1:111122223333:db:shop",
        _ => "arn:aws:dynamodb:us-east-1:111122223333:table/orders",
    };
    RecoveryPoint {
        recovery_point_arn: "arn:aws:backup:us-east-1:111122223333:recovery-point:1".parse().unwrap(),
        account: "111122223333".parse().unwrap(),
        region: "us-east-1".parse().unwrap(),
        backup_vault_name: "daily".into(),
        vault_type: VaultType::BackupVault,
        resource_arn: resource.parse().unwrap(),
        resource_type: resource_type.clone(),
        resource_name: None,
        status: RecoveryPointStatus::Completed,
        status_message: None,
        creation_date: "2026-03-01T00:00:00Z".parse().unwrap(),
        completion_date: None,
        backup_size_in_bytes: bytes,
        move_to_cold_storage_at: None,
        delete_at: None,
        deleted_after_copy: false,
        encryption_key_arn: None,
        encryption_key_type: None,
        is_parent: false,
        parent_recovery_point_arn: None,
        backup_plan_id: None,
        source_backup_vault_arn: None,
    }
}

fn limits() -> PhaseLimits {
    PhaseLimits { copy: 6 * HOUR, restore: 6 * HOUR, ready: HOUR, validate: 2 * HOUR, delete: HOUR }
}

fn circumstances() -> Circumstances {
    Circumstances { cold: false, copied_to_other_region: None, readings: 1, largest: None, limits: limits(), held: 0 }
}

fn postgres() -> CostFacts {
    CostFacts {
        engine: Some("postgres".into()),
        instance_class: Some("db.m6g.large".into()),
        storage_type: Some("gp3".into()),
        storage_gib: Some(20),
        iops: None,
    }
}

fn usage(resource_type: ResourceType, bytes: u64, seconds: u64) -> Usage {
    Usage {
        resource_type,
        region: "us-east-1".into(),
        size: Size::Known(bytes),
        cold: false,
        copied: None,
        restored: true,
        seconds,
        readings: 1,
        facts: postgres(),
        still_there: Vec::new(),
    }
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// Whether the first is no more than the second, where nothing is more than what nobody can bound.
fn no_more_than(one: &Cost, other: &Cost) -> bool {
    match (one.bound(), other.bound()) {
        (Some(one), Some(other)) => one <= other,
        (_, None) => true,
        (None, Some(_)) => false,
    }
}

#[test]
fn a_table_costs_its_restore_its_storage_and_its_reading() {
    let cost = price(&usage(ResourceType::dynamodb(), 100 * GIB, HOUR), &PriceTable::built_in());
    let parts: Vec<(String, String)> =
        cost.parts.iter().map(|part| (part.quantity.to_string() + " " + &part.unit, part.amount.to_string())).collect();
    let expected =
        [("100 GB", "15.00"), ("0.136987 GB-month", "0.034247"), ("26.2144 million request units", "3.2768")];
    assert_eq!(parts, expected.map(|(quantity, amount)| (quantity.to_owned(), amount.to_owned())));
    assert_eq!((cost.total, cost.certainty), (money("18.311047"), Certainty::Listed));
}

#[test]
fn an_instance_costs_at_least_ten_minutes_and_its_storage() {
    let table = PriceTable::built_in();
    let short = price(&usage(ResourceType::rds(), GIB, 1), &table);
    let ten_minutes = price(&usage(ResourceType::rds(), GIB, 600), &table);
    assert_eq!(short, ten_minutes);
    let hour = price(&usage(ResourceType::rds(), GIB, HOUR), &table);
    let parts: Vec<_> = hour.parts.iter().map(|part| (part.what.as_str(), part.amount.to_string())).collect();
    assert_eq!(
        parts,
        [
            ("restoring", "0.00".to_owned()),
            ("DB instance db.m6g.large (postgres)", "0.159".to_owned()),
            ("its storage", "0.003151".to_owned()),
        ]
    );
}

#[test]
fn provisioned_operations_a_copy_and_another_region_cost_too() {
    let table = PriceTable::built_in();
    let plain = usage(ResourceType::rds(), 10 * GIB, HOUR);
    let facts = CostFacts { storage_type: Some("io1".into()), iops: Some(3_000), ..postgres() };
    let provisioned = price(&Usage { facts, ..plain.clone() }, &table);
    assert!(provisioned.parts.iter().any(|part| part.unit == "IOPS-month" && part.amount == money("0.410959")));
    let copied = |other_region| {
        price(&Usage { copied: Some(Copied { seconds: 1, other_region }), ..plain.clone() }, &table).total
    };
    assert!(price(&plain, &table).total < copied(false) && copied(false) < copied(true));
}

#[test]
fn what_is_not_known_is_named_and_never_counts_as_nothing() {
    let table = PriceTable::built_in();
    let (unsized_table, times) =
        estimate(&point(&ResourceType::dynamodb(), None), &CostFacts::default(), &circumstances(), &table);
    assert_eq!(unsized_table.certainty, Certainty::AtLeast);
    assert_eq!(unsized_table.unknowns.len(), 3, "{:?}", unsized_table.unknowns);
    assert_eq!(times.existence(), 10 * HOUR);
    let oracle = CostFacts { engine: Some("oracle-ee".into()), ..postgres() };
    let (licensed, _) = estimate(&point(&ResourceType::rds(), Some(GIB)), &oracle, &circumstances(), &table);
    assert_eq!(licensed.unknowns.len(), 1);
    assert!(licensed.unknowns[0].contains("oracle-ee") && licensed.unknowns[0].contains("`budget.prices`"));
    let strange = price(&usage(ResourceType::new("Neptune"), GIB, HOUR), &table);
    assert_eq!((strange.certainty, strange.total), (Certainty::AtLeast, Money::ZERO));
    let left = Usage { still_there: vec!["a-table".into()], ..usage(ResourceType::dynamodb(), GIB, HOUR) };
    assert!(price(&left, &table).unknowns[0].contains("a-table is still there"));
}

#[test]
fn a_backup_of_unknown_size_is_priced_as_the_largest_that_the_plan_allows() {
    let table = PriceTable::built_in();
    let capped = Circumstances { largest: Some(50 * GIB), ..circumstances() };
    let dynamodb = ResourceType::dynamodb();
    let (assumed, _) = estimate(&point(&dynamodb, None), &CostFacts::default(), &capped, &table);
    let (known, _) = estimate(&point(&dynamodb, Some(50 * GIB)), &CostFacts::default(), &capped, &table);
    assert_eq!((assumed.total, assumed.certainty), (known.total, Certainty::Assumed));
    assert!(assumed.parts[0].assumed[0].contains("the largest that the plan allows"));
}

#[test]
fn what_is_held_for_inspection_costs_for_as_long() {
    let table = PriceTable::built_in();
    let rds = point(&ResourceType::rds(), Some(GIB));
    let (plain, _) = estimate(&rds, &postgres(), &circumstances(), &table);
    let (held, times) = estimate(&rds, &postgres(), &Circumstances { held: 4 * HOUR, ..circumstances() }, &table);
    assert!(held.total > plain.total + money("0.63"));
    assert!(times.in_words().contains("held for inspection 240"));
}

#[test]
fn nothing_that_was_not_asked_for_costs_anything() {
    let refused = Usage { restored: false, ..usage(ResourceType::dynamodb(), GIB, 0) };
    assert_eq!(price(&refused, &PriceTable::built_in()), Cost::default());
}

#[test]
fn no_phase_is_expected_to_outlast_its_deadline() {
    let short = PhaseLimits { copy: 1, restore: 2, ready: 3, validate: 4, delete: 5 };
    for bytes in [Some(0), Some(u64::MAX), None] {
        let times = expected(bytes, 3, &short);
        assert_eq!((times.copy, times.existence()), (1, 14));
    }
    assert!(expected(Some(0), 1, &limits()).in_words().starts_with("expected to exist for 50 minutes"));
}

fn any_type() -> impl Strategy<Value = ResourceType> {
    prop_oneof![Just(ResourceType::dynamodb()), Just(ResourceType::rds())]
}

fn any_facts() -> impl Strategy<Value = CostFacts> {
    let class = prop::option::of(prop_oneof![Just("db.t4g.micro"), Just("db.r6i.32xlarge"), Just("db.z9.new")]);
    let storage = prop::option::of(prop_oneof![Just("gp3"), Just("io2"), Just("unheard-of")]);
    (class, storage, prop::option::of(1..60_000_u64), prop::option::of(0..1_000_000_u64)).prop_map(
        |(class, storage, gib, iops)| CostFacts {
            engine: Some("mysql".into()),
            instance_class: class.map(str::to_owned),
            storage_type: storage.map(str::to_owned),
            storage_gib: gib,
            iops,
        },
    )
}

proptest! {
    #[test]
    fn larger_and_longer_is_never_cheaper(
        resource_type in any_type(), facts in any_facts(), bytes: [u64; 2], seconds in prop::array::uniform2(0..u64::from(u32::MAX)),
        copied in prop::option::of(any::<bool>()),
    ) {
        let table = PriceTable::built_in();
        let of = |bytes: u64, seconds: u64| {
            let copied = copied.map(|other_region| Copied { seconds, other_region });
            price(&Usage { facts: facts.clone(), copied, ..usage(resource_type.clone(), bytes, seconds) }, &table)
        };
        let (small, large) = (bytes[0].min(bytes[1]), bytes[0].max(bytes[1]));
        let (short, long) = (seconds[0].min(seconds[1]), seconds[0].max(seconds[1]));
        prop_assert!(of(small, short).total <= of(large, short).total);
        prop_assert!(of(small, short).total <= of(small, long).total);
    }

    #[test]
    fn an_estimate_grows_with_its_size(resource_type in any_type(), facts in any_facts(), bytes: [u64; 2]) {
        let table = PriceTable::built_in();
        let of = |bytes: u64| estimate(&point(&resource_type, Some(bytes)), &facts, &circumstances(), &table).0;
        prop_assert!(of(bytes[0].min(bytes[1])).total <= of(bytes[0].max(bytes[1])).total);
    }

    #[test]
    fn what_is_not_known_is_never_cheaper_than_what_is(
        resource_type in any_type(), facts in any_facts(), bytes in 0..=1000 * GIB, largest in prop::option::of(1000 * GIB..=2000 * GIB),
    ) {
        let table = PriceTable::built_in();
        let of = |size: Option<u64>, facts: &CostFacts| {
            let circumstances = Circumstances { largest, ..circumstances() };
            estimate(&point(&resource_type, size), facts, &circumstances, &table).0
        };
        let known = of(Some(bytes), &facts);
        prop_assert!(no_more_than(&known, &of(None, &facts)));
        for unknown in [
            CostFacts { instance_class: None, ..facts.clone() },
            CostFacts { engine: None, instance_class: None, ..facts.clone() },
            CostFacts { storage_type: None, ..facts.clone() },
        ] {
            prop_assert!(no_more_than(&known, &of(Some(bytes), &unknown)));
        }
    }

    #[test]
    fn the_total_is_the_sum_of_its_parts(resource_type in any_type(), facts in any_facts(), bytes: u32, seconds: u32) {
        let usage = Usage { facts, ..usage(resource_type, u64::from(bytes), u64::from(seconds)) };
        let cost = price(&usage, &PriceTable::built_in());
        prop_assert_eq!(cost.parts.iter().map(|part| part.amount).sum::<Money>(), cost.total);
    }
}

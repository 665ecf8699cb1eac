//! Which recovery points can be drawn, in which stratum, with which gaps, and how complete the listing is.

use std::collections::BTreeSet;

use backproof_model::population::{
    Eligibility, GapAccumulator, ListingFacts, PlanSays, Reach, Routes, SecondCount, StratumDimension, UnitKind,
    excluded_line, frozen_line, grade_completeness, judge, parse_population, reach, stratum_of, unit_of,
};
use backproof_model::record::{AccountListed, Completeness, ScopeLine, VaultListed};
use backproof_model::{PointKind, RecoveryPoint, RecoveryPointStatus, ResourceType, VaultType};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const SOURCE: &str = "111122223333";
const SANDBOX: &str = "999988887777";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn status(text: &str) -> RecoveryPointStatus {
    RecoveryPointStatus::from(text.to_owned())
}

/// An advanced DynamoDB backup of yesterday in a source account, which has nothing against it.
fn point() -> RecoveryPoint {
    RecoveryPoint {
        recovery_point_arn: format!("arn:aws:backup:eu-central-1:{SOURCE}:recovery-point:1").parse().unwrap(),
        account: SOURCE.parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        backup_vault_name: "daily".into(),
        vault_type: VaultType::BackupVault,
        resource_arn: format!("arn:aws:dynamodb:eu-central-1:{SOURCE}:table/orders").parse().unwrap(),
        resource_type: ResourceType::dynamodb(),
        resource_name: Some("orders".into()),
        status: status("COMPLETED"),
        status_message: None,
        creation_date: at("2026-03-30T00:00:00Z"),
        completion_date: Some(at("2026-03-30T00:10:00Z")),
        backup_size_in_bytes: Some(1_000),
        move_to_cold_storage_at: None,
        delete_at: Some(at("2026-06-30T00:00:00Z")),
        deleted_after_copy: false,
        encryption_key_arn: Some(format!("arn:aws:kms:eu-central-1:{SOURCE}:key/1")),
        encryption_key_type: Some("CUSTOMER_MANAGED_KMS_KEY".into()),
        is_parent: false,
        parent_recovery_point_arn: None,
        backup_plan_id: None,
        source_backup_vault_arn: None,
    }
}

fn typed(resource_type: &str, arn: &str) -> RecoveryPoint {
    RecoveryPoint {
        resource_type: ResourceType::new(resource_type),
        recovery_point_arn: arn.parse().unwrap(),
        ..point()
    }
}

fn rules() -> Eligibility {
    let driven = ["DynamoDB", "EBS", "RDS", "EKS", "Redshift", "Redshift Serverless", "CloudFormation", "S3"];
    Eligibility {
        as_of: at("2026-03-31T00:00:00Z"),
        window_start: at("2026-03-01T00:00:00Z"),
        kinds: BTreeSet::from([PointKind::Snapshot, PointKind::Continuous]),
        driven_types: driven.map(ResourceType::new).into(),
        include_cold_storage: false,
        expires_within: SignedDuration::from_hours(24),
        max_backup_size_bytes: Some(1_000),
        sandbox_account: SANDBOX.parse().unwrap(),
        sandbox_regions: BTreeSet::from(["eu-central-1".parse().unwrap()]),
        routes: Routes { copy: true, shared_vault: true },
    }
}

/// The code of the reason against `point`, or `eligible`.
fn code_under(point: &RecoveryPoint, rules: &Eligibility) -> &'static str {
    judge(point, rules, &PlanSays::default()).map_or_else(|why| why.code(), |()| "eligible")
}

fn code(point: &RecoveryPoint) -> &'static str {
    code_under(point, &rules())
}

#[test]
fn a_point_without_an_objection_is_eligible() {
    assert_eq!(code(&point()), "eligible");
}

#[test]
fn every_status_but_the_usable_ones_excludes() {
    let of = |text: &str| code(&RecoveryPoint { status: status(text), ..point() });
    assert_eq!(
        ["PARTIAL", "EXPIRED", "CREATING", "DELETING", "ARCHIVED"].map(of),
        ["partial", "expired", "creating", "deleting", "unrecognised-status"]
    );
    let in_place =
        |text: &str| code(&RecoveryPoint { status: status(text), account: SANDBOX.parse().unwrap(), ..point() });
    assert_eq!(["COMPLETED", "AVAILABLE", "STOPPED"].map(in_place), ["eligible"; 3]);
}

#[test]
fn composites_and_temporary_points_are_excluded() {
    assert_eq!(code(&RecoveryPoint { is_parent: true, ..point() }), "composite-parent");
    let cluster = typed("EKS", "arn:aws:backup:eu-central-1:111122223333:recovery-point:2");
    assert_eq!(code(&RecoveryPoint { is_parent: true, ..cluster }), "eligible");
    assert_eq!(code(&RecoveryPoint { deleted_after_copy: true, ..point() }), "deleted-after-copy");
}

#[test]
fn the_window_excludes_what_is_too_old_or_too_new() {
    let created = |text: &str| RecoveryPoint { creation_date: at(text), ..point() };
    assert_eq!(code(&created("2026-03-01T00:00:00Z")), "eligible");
    assert_eq!(code(&created("2026-02-28T23:59:59Z")), "outside-window");
    assert_eq!(code(&created("2026-03-31T00:00:01Z")), "outside-window");
    let old = RecoveryPoint { account: SANDBOX.parse().unwrap(), ..created("2026-02-01T00:00:00Z") };
    assert_eq!(code(&RecoveryPoint { status: status("AVAILABLE"), ..old.clone() }), "eligible");
    assert_eq!(code(&RecoveryPoint { status: status("STOPPED"), ..old }), "outside-window");
}

#[test]
fn kinds_types_and_limits_exclude() {
    let snapshots = Eligibility { kinds: BTreeSet::from([PointKind::Snapshot]), ..rules() };
    assert_eq!(code_under(&RecoveryPoint { status: status("AVAILABLE"), ..point() }, &snapshots), "wrong-kind");
    assert_eq!(code(&RecoveryPoint { resource_type: ResourceType::new("FSx"), ..point() }), "type-not-driven");
    assert_eq!(code(&RecoveryPoint { backup_size_in_bytes: Some(1_001), ..point() }), "too-large");
    assert_eq!(code(&RecoveryPoint { backup_size_in_bytes: None, ..point() }), "eligible");
    assert_eq!(code(&RecoveryPoint { delete_at: Some(at("2026-03-31T23:59:59Z")), ..point() }), "about-to-expire");
    assert_eq!(code(&RecoveryPoint { delete_at: Some(at("2026-04-01T00:00:00Z")), ..point() }), "eligible");
    assert_eq!(code(&RecoveryPoint { delete_at: None, ..point() }), "eligible");
    let endless = Eligibility { expires_within: SignedDuration::MAX, ..rules() };
    assert_eq!(code_under(&point(), &endless), "about-to-expire");
}

#[test]
fn cold_points_are_excluded_unless_the_plan_wants_them_and_no_copy_is_needed() {
    let cold = RecoveryPoint { move_to_cold_storage_at: Some(at("2026-03-31T00:00:00Z")), ..point() };
    let later = RecoveryPoint { move_to_cold_storage_at: Some(at("2026-03-31T00:00:01Z")), ..point() };
    let wanted = Eligibility { include_cold_storage: true, ..rules() };
    assert_eq!((code(&cold), code(&later), code_under(&cold, &wanted)), ("cold-storage", "eligible", "cold-storage"));
    assert_eq!(code_under(&RecoveryPoint { account: SANDBOX.parse().unwrap(), ..cold }, &wanted), "eligible");
}

#[test]
fn what_the_plan_says_comes_first_and_residency_before_routes() {
    let says = |filtered_out: Option<&str>, residency: Option<&str>| PlanSays {
        filtered_out: filtered_out.map(Into::into),
        residency: residency.map(Into::into),
    };
    let of = |point: &RecoveryPoint, says: &PlanSays| judge(point, &rules(), says).unwrap_err();
    let expired = RecoveryPoint { status: status("EXPIRED"), ..point() };
    let filtered = of(&expired, &says(Some("vault `logs` is excluded"), Some("EU only")));
    assert_eq!(
        (filtered.code(), &*filtered.detail()),
        ("filtered-out", "the plan leaves it out: vault `logs` is excluded")
    );
    assert_eq!(of(&expired, &says(None, Some("EU only"))).code(), "expired");
    let unreachable = typed("Redshift", "arn:aws:redshift:eu-central-1:111122223333:snapshot:c/awsbackup:job-1");
    assert_eq!(of(&unreachable, &says(None, Some("EU only"))).code(), "residency");
}

#[test]
fn types_that_cannot_be_copied_to_another_account_are_excluded() {
    for (resource_type, arn) in [
        ("DynamoDB", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/backup/0123"),
        ("Redshift", "arn:aws:redshift:eu-central-1:111122223333:snapshot:c/awsbackup:job-1"),
        ("Redshift Serverless", "arn:aws:redshift-serverless:eu-central-1:111122223333:snapshot:c"),
        ("CloudFormation", "arn:aws:backup:eu-central-1:111122223333:recovery-point:3"),
        ("RDS", "arn:aws:rds:eu-central-1:111122223333:cluster-snapshot:awsbackup:job-1"),
    ] {
        let point = typed(resource_type, arn);
        assert_eq!(code(&point), "no-cross-account-copy", "{resource_type}");
        assert_eq!(code(&RecoveryPoint { account: SANDBOX.parse().unwrap(), ..point }), "eligible", "{resource_type}");
    }
    assert_eq!(code(&typed("RDS", "arn:aws:rds:eu-central-1:111122223333:snapshot:awsbackup:job-1")), "eligible");
}

#[test]
fn a_key_that_aws_manages_keeps_a_point_in_its_account_unless_aws_backup_keeps_the_data() {
    let volume = typed("EBS", "arn:aws:ec2:eu-central-1::snapshot/snap-0abc");
    let with = |key_type: Option<&str>, key: Option<&str>, point: &RecoveryPoint| {
        let (encryption_key_type, encryption_key_arn) = (key_type.map(Into::into), key.map(Into::into));
        code(&RecoveryPoint { encryption_key_type, encryption_key_arn, ..point.clone() })
    };
    let key = Some("arn:aws:kms:eu-central-1:111122223333:key/1");
    let alias = Some("arn:aws:kms:eu-central-1:111122223333:alias/aws/ebs");
    assert_eq!(with(Some("AWS_OWNED_KMS_KEY"), key, &volume), "aws-managed-key");
    assert_eq!(with(Some("AWS_OWNED_KMS_KEY"), None, &volume), "aws-managed-key");
    assert_eq!(with(None, alias, &volume), "aws-managed-key");
    assert_eq!(with(Some("CUSTOMER_MANAGED_KMS_KEY"), key, &volume), "eligible");
    assert_eq!(with(None, None, &volume), "eligible");
    // Whose key it is does not show: it stays in the population, where a copy that fails is counted.
    assert_eq!(with(None, key, &volume), "eligible");
    assert_eq!(with(Some("AWS_OWNED_KMS_KEY"), key, &point()), "eligible");
}

#[test]
fn a_continuous_point_cannot_leave_its_account() {
    let continuous = RecoveryPoint { status: status("AVAILABLE"), ..point() };
    assert_eq!(code(&continuous), "continuous-cannot-leave-account");
    let without_routes = Eligibility { routes: Routes::default(), ..rules() };
    assert_eq!(code_under(&continuous, &without_routes), "continuous-cannot-leave-account");
}

#[test]
fn a_shared_vault_reaches_what_a_copy_cannot() {
    let volume = RecoveryPoint {
        encryption_key_type: Some("AWS_OWNED_KMS_KEY".into()),
        vault_type: VaultType::LogicallyAirGapped,
        ..typed("EBS", "arn:aws:ec2:eu-central-1::snapshot/snap-0abc")
    };
    assert_eq!(reach(&volume, &rules()), Ok(Reach::SharedVault));
    let copies_only = Eligibility { routes: Routes { copy: true, shared_vault: false }, ..rules() };
    assert_eq!(code_under(&volume, &copies_only), "aws-managed-key");
    let basic = RecoveryPoint {
        vault_type: VaultType::LogicallyAirGapped,
        status: status("AVAILABLE"),
        ..typed("DynamoDB", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders/backup/0123")
    };
    assert_eq!(code(&basic), "eligible");
    let shared_only = Eligibility { routes: Routes { copy: false, shared_vault: true }, ..rules() };
    assert_eq!(code_under(&point(), &shared_only), "no-route");
    assert_eq!(reach(&point(), &rules()), Ok(Reach::Copy));
}

#[test]
fn a_sandbox_without_the_region_reaches_nothing_there() {
    let elsewhere = RecoveryPoint { region: "us-east-1".parse().unwrap(), ..point() };
    assert_eq!(code(&elsewhere), "no-sandbox-region");
    assert_eq!(code(&RecoveryPoint { account: SANDBOX.parse().unwrap(), ..elsewhere }), "no-sandbox-region");
}

#[test]
fn a_stratum_is_the_encoded_values_of_its_dimensions() {
    use StratumDimension::{Account, AgeBand, Copy, Region, ResourceType as Type, Tier};
    let point = RecoveryPoint {
        resource_type: ResourceType::new("Storage Gateway"),
        source_backup_vault_arn: Some("arn:aws:backup:eu-west-1:111122223333:backup-vault:daily".into()),
        move_to_cold_storage_at: Some(at("2026-03-30T12:00:00Z")),
        ..point()
    };
    let as_of = rules().as_of;
    assert_eq!(
        stratum_of(&point, &[Type, AgeBand, Copy, Tier, Account, Region], as_of),
        "Storage%20Gateway/0-30%20days/copy/cold/111122223333/eu-central-1"
    );
    assert_eq!(stratum_of(&point, &[], as_of), "all");
    let band =
        |created: &str| stratum_of(&RecoveryPoint { creation_date: at(created), ..point.clone() }, &[AgeBand], as_of);
    // 31 days are not over until their last second.
    assert_eq!(band("2026-02-28T00:00:01Z"), "0-30%20days");
    assert_eq!(band("2026-02-28T00:00:00Z"), "31-365%20days");
    assert_eq!(band("2025-03-31T00:00:00Z"), "31-365%20days");
    assert_eq!(band("2025-03-30T00:00:00Z"), "over%20365%20days");
}

#[test]
fn lines_cannot_be_broken_by_what_stands_in_their_fields() {
    let point = point();
    let line =
        frozen_line(&stratum_of(&point, &[], rules().as_of), unit_of(&point, UnitKind::ProtectedResource), &point);
    assert_eq!(
        line,
        "all\tarn:aws:dynamodb:eu-central-1:111122223333:table/orders\t\
         arn:aws:backup:eu-central-1:111122223333:recovery-point:1\n"
    );
    assert_eq!(parse_population(line.as_bytes()).unwrap()[0].unit, unit_of(&point, UnitKind::ProtectedResource));
    let says = PlanSays { filtered_out: Some("tag\tkey\r\n=\u{85}x".into()), residency: None };
    let why = judge(&point, &rules(), &says).unwrap_err();
    assert_eq!(
        excluded_line(&point, &why),
        "filtered-out\tarn:aws:backup:eu-central-1:111122223333:recovery-point:1\t\
         arn:aws:dynamodb:eu-central-1:111122223333:table/orders\tthe plan leaves it out: tag key  = x\n"
    );
}

fn dated(resource: &str, created: &str) -> RecoveryPoint {
    let resource_arn = format!("arn:aws:dynamodb:eu-central-1:{SOURCE}:table/{resource}").parse().unwrap();
    RecoveryPoint { resource_arn, creation_date: at(created), ..point() }
}

fn accumulated(points: &[RecoveryPoint]) -> GapAccumulator {
    let mut accumulator = GapAccumulator::new(at("2026-03-31T00:00:00Z"));
    for point in points {
        accumulator.add(point);
    }
    accumulator
}

fn gaps(points: &[RecoveryPoint]) -> Vec<(String, i64, u64)> {
    let brief = accumulated(points).finish(1_000).into_iter();
    brief.map(|gap| (gap.resource_arn.arn().resource_name().to_owned(), gap.gap_seconds, gap.points)).collect()
}

#[test]
fn the_longest_gap_counts_now_and_takes_points_in_any_order() {
    let points = [
        dated("b", "2026-03-29T00:00:00Z"),
        dated("a", "2026-03-30T00:00:00Z"),
        dated("a", "2026-03-01T00:00:00Z"),
        dated("a", "2026-03-11T00:00:00Z"),
    ];
    assert_eq!(gaps(&points), [("a".into(), 19 * 86_400, 3), ("b".into(), 2 * 86_400, 1)]);
    let longest = accumulated(&points).finish(1);
    assert_eq!((longest.len(), longest[0].since), (1, at("2026-03-11T00:00:00Z")));
}

#[test]
fn a_continuous_point_covers_its_range_and_unusable_points_cover_nothing() {
    let with = |text: &str, created: &str| RecoveryPoint { status: status(text), ..dated("a", created) };
    assert_eq!(gaps(&[with("AVAILABLE", "2026-03-10T00:00:00Z")]), [("a".into(), 0, 1)]);
    let stopped =
        RecoveryPoint { completion_date: Some(at("2026-03-28T00:00:00Z")), ..with("STOPPED", "2026-03-10T00:00:00Z") };
    assert_eq!(gaps(&[stopped.clone(), dated("a", "2026-03-11T00:00:00Z")]), [("a".into(), 3 * 86_400, 2)]);
    assert_eq!(gaps(&[RecoveryPoint { completion_date: None, ..stopped }])[0].1, 21 * 86_400);
    for unusable in ["PARTIAL", "EXPIRED", "CREATING", "DELETING", "NEW"] {
        assert_eq!(gaps(&[with(unusable, "2026-03-30T00:00:00Z")]), [], "{unusable}");
    }
    assert_eq!(gaps(&[dated("a", "2026-03-31T00:00:01Z")]), []);
}

proptest! {
    #[test]
    fn gaps_are_those_of_the_definition(days in proptest::collection::vec((0_usize..3, 0_i64..90), 1..30)) {
        let as_of = at("2026-03-31T00:00:00Z").as_second();
        let created = |day: i64| Timestamp::from_second(as_of - day * 86_400).unwrap().to_string();
        let points: Vec<_> = days.iter().map(|(resource, day)| dated(&resource.to_string(), &created(*day))).collect();
        let mut defined: Vec<(String, i64, u64)> = (0..3)
            .filter_map(|resource| {
                let mut own: Vec<i64> = days.iter().filter(|(of, _)| *of == resource).map(|(_, day)| *day).collect();
                let points = own.len() as u64;
                own.push(0);
                own.sort_unstable();
                let longest = own.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
                (points > 0).then(|| (resource.to_string(), longest * 86_400, points))
            })
            .collect();
        defined.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        prop_assert_eq!(gaps(&points), defined);
    }

    #[test]
    fn exactly_one_of_eligible_and_a_known_code_holds_for_any_point(
        state in "[A-Z]{1,10}|COMPLETED|AVAILABLE|PARTIAL", kind in "[A-Z]{1,10}|DynamoDB|EBS|RDS|Redshift",
        hours in -2_000_i64..2_000, parent: bool, copied: bool, key in proptest::option::of("AWS_OWNED_KMS_KEY|[A-Z_]{3,9}")
    ) {
        let point = RecoveryPoint {
            status: status(&state),
            resource_type: ResourceType::new(kind),
            creation_date: rules().as_of + SignedDuration::from_hours(hours),
            is_parent: parent,
            deleted_after_copy: copied,
            encryption_key_type: key,
            ..point()
        };
        match judge(&point, &rules(), &PlanSays::default()) {
            Ok(()) => prop_assert!(point.status == status("COMPLETED") && !copied),
            Err(why) => {
                prop_assert!(why.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
                prop_assert_eq!(excluded_line(&point, &why).matches('\t').count(), 3);
                prop_assert!(!why.detail().is_empty());
            }
        }
    }
}

fn account(problem: Option<&str>) -> AccountListed {
    let problem = problem.map(Into::into);
    AccountListed {
        account: SOURCE.parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        caller_arn: None,
        problem,
    }
}

fn vault(reported: Option<u64>, listed: u64, problem: Option<&str>) -> VaultListed {
    VaultListed {
        account: SOURCE.parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        name: "daily".into(),
        included: true,
        reported,
        listed,
        problem: problem.map(Into::into),
    }
}

fn graded(accounts: &[AccountListed], vaults: &[VaultListed], second_count: &SecondCount) -> Completeness {
    grade_completeness(ListingFacts { accounts, vaults, second_count, doubts: &[] })
}

#[test]
fn a_listing_that_ties_out_twice_is_complete() {
    let good = vault(Some(3), 3, None);
    assert_eq!(graded(&[account(None)], std::slice::from_ref(&good), &SecondCount::Same), Completeness::Established);
    let excluded = VaultListed { included: false, problem: Some("denied".into()), ..vault(None, 0, None) };
    assert_eq!(graded(&[account(None)], &[good, excluded], &SecondCount::Same), Completeness::Established);
}

#[test]
fn each_doubt_is_named() {
    let good = vault(Some(3), 3, None);
    let except = |accounts: &[AccountListed], vaults: &[VaultListed], second: &SecondCount| {
        let Completeness::EstablishedExcept(named) = graded(accounts, vaults, second) else { panic!("{second:?}") };
        named.join("; ")
    };
    let one = std::slice::from_ref(&good);
    let unread = except(&[account(None), account(Some("access denied"))], one, &SecondCount::Same);
    assert_eq!(unread, "account 111122223333 in eu-central-1 could not be read: access denied");
    let name = "vault daily of account 111122223333 in eu-central-1";
    for (vault, expected) in [
        (vault(Some(4), 3, None), format!("{name} reports 4 points, its listing gave 3")),
        (vault(None, 3, None), format!("{name} reports no count of its own")),
        (vault(Some(3), 1, Some("denied")), format!("{name} could not be read to its end: denied")),
    ] {
        assert_eq!(except(&[account(None)], &[good.clone(), vault], &SecondCount::Same), expected);
    }
    let nothing = graded(&[account(None)], &[vault(Some(3), 1, Some("denied"))], &SecondCount::Same);
    let Completeness::NotEstablished(named) = nothing else { panic!("no vault was read to its end") };
    assert_eq!(named[0], "no vault in scope could be read to its end");
    let differs = SecondCount::Differs { first: 3, second: 4 };
    assert_eq!(except(&[account(None)], one, &differs), "the first listing gave 3 points, a second one at the end 4");
    let not_made = SecondCount::NotMade("stopped".into());
    assert_eq!(except(&[account(None)], one, &not_made), "no second count was made: stopped");
    let facts = ListingFacts {
        accounts: &[account(None)],
        vaults: one,
        second_count: &SecondCount::Same,
        doubts: &["a page token repeated".into()],
    };
    assert_eq!(grade_completeness(facts), Completeness::EstablishedExcept(vec!["a page token repeated".into()]));
}

#[test]
fn what_nobody_vouches_for_is_not_established() {
    let why = |accounts: &[AccountListed], vaults: &[VaultListed], second: &SecondCount| {
        let Completeness::NotEstablished(why) = graded(accounts, vaults, second) else { panic!("{second:?}") };
        why[0].clone()
    };
    let same = SecondCount::Same;
    assert_eq!(why(&[], &[vault(Some(3), 3, None)], &same), "no account in scope could be read");
    assert_eq!(why(&[account(Some("denied"))], &[], &same), "no account in scope could be read");
    assert_eq!(why(&[account(None)], &[], &same), "no vault in scope was found");
    let unvouched = why(&[account(None)], &[vault(None, 3, None)], &SecondCount::NotMade("stopped".into()));
    assert_eq!(unvouched, "neither the vaults' own counts nor a second count vouch for the listing");
}

#[test]
fn the_scope_line_says_for_how_much_it_speaks() {
    let scope =
        ScopeLine { points: 7, listed_points: 9, resources: 2, protected_resources: 3, accounts: 1, all_accounts: 2 };
    assert_eq!(scope.to_string(), "Speaks for 7 of 9 listed points, 2 of 3 protected resources, 1 of 2 accounts.");
}

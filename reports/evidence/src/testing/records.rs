//! Records with plausible values, to be altered by tests.

use std::collections::BTreeMap;

use backproof_model::canonical::sha256_hex;
use backproof_model::cost::{Certainty, Cost, CostPart, Quantity};
use backproof_model::money::Money;
use backproof_model::record::{
    Control, CostComputed, Deleted, Deletion, DeletionEnd, DrawnPoint, Located, PricesUsed, ResourceReady,
    RestoreEnded, RestorePrepared, RestoreStarted, RestoreVerdict, Validated, ValidatorControls,
};
use backproof_model::{
    AccountId, Check, Claim, Examined, Observation, ProofLevel, RecoveryPoint, RecoveryPointStatus, Region,
    ResourceType, Target, VaultType, Verdict,
};
use jiff::{SignedDuration, Timestamp};

use crate::restore_test::Attempt;

/// The moment at which the runs of tests begin.
pub(super) const BEGAN: &str = "2026-10-01T02:00:00Z";

/// A moment so many seconds after the run began.
pub(super) fn at(seconds: i64) -> Timestamp {
    BEGAN.parse::<Timestamp>().expect("a constant moment") + SignedDuration::from_secs(seconds)
}

/// An account of the tests' world.
pub(super) fn account(number: &str) -> AccountId {
    number.parse().expect("twelve digits")
}

/// The Region of the tests' world.
pub(super) fn region() -> Region {
    "eu-central-1".parse().expect("a Region's name")
}

/// The drawn point of a DynamoDB table, in stratum `DynamoDB`.
pub fn drawn_point(test: u32, table: &str) -> DrawnPoint {
    let resource = format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{table}");
    DrawnPoint {
        test,
        stratum: "DynamoDB".into(),
        unit: resource.clone(),
        rank: Some(u64::from(test)),
        certainty: None,
        point: RecoveryPoint {
            recovery_point_arn: format!("{resource}/backup/0167{test:04}").parse().expect("an ARN"),
            account: account("111122223333"),
            region: region(),
            backup_vault_name: "prod-daily".into(),
            vault_type: VaultType::BackupVault,
            resource_arn: resource.parse().expect("an ARN"),
            resource_type: ResourceType::dynamodb(),
            resource_name: Some(table.to_owned()),
            status: RecoveryPointStatus::Completed,
            status_message: None,
            creation_date: at(-86_400 * i64::from(test)),
            completion_date: Some(at(-86_400 * i64::from(test) + 600)),
            backup_size_in_bytes: Some(4_096_000),
            move_to_cold_storage_at: None,
            delete_at: None,
            deleted_after_copy: false,
            encryption_key_arn: None,
            encryption_key_type: None,
            is_parent: false,
            parent_recovery_point_arn: None,
            backup_plan_id: None,
            source_backup_vault_arn: None,
        },
    }
}

/// A check by `items` of 1,200 items.
pub fn check(name: &str, claim: Claim, verdict: Verdict) -> Check {
    let failed = verdict != Verdict::Passed;
    Check {
        validator: "items".into(),
        name: name.into(),
        claim,
        level: if claim.is_of_data() { ProofLevel::L3 } else { ProofLevel::L2 },
        examined: Examined::new(1_200, "items"),
        expected: Some(Observation::Count(1_200)),
        observed: Some(Observation::Count(if failed { 1_187 } else { 1_200 })),
        verdict,
        remark: failed.then(|| "13 items of the baseline are missing".to_owned()),
    }
}

/// The first attempt at a restore that went well and was cleaned up.
pub fn passing_attempt(drawn: &DrawnPoint, checks: Vec<Check>) -> Attempt {
    let name = format!("bp-demo-7-{}-1", drawn.test);
    let created = format!("arn:aws:dynamodb:eu-central-1:999988887777:table/{name}");
    let job = format!("1a2b3c4d-0000-4000-8000-{:012}", drawn.test);
    let begin = 120 * i64::from(drawn.test);
    Attempt {
        number: 1,
        located: Some(Located::AsItIs {
            route: "the sandbox's own vault".into(),
            recovery_point_arn: drawn.point.recovery_point_arn.clone(),
            backup_vault_name: drawn.point.backup_vault_name.clone(),
            vault_account: None,
        }),
        prepared: Some(RestorePrepared::Ready {
            resource_name: name.clone(),
            metadata: [("targetTableName".to_owned(), name.clone())].into(),
            left_out: vec!["encryptionType".into()],
        }),
        started: Some(RestoreStarted::Job { restore_job_id: job.clone(), asked: at(begin), found_again: false }),
        ended: Some(RestoreEnded {
            status: "COMPLETED".into(),
            status_message: None,
            verdict: RestoreVerdict::Restored,
            created_resource_arn: Some(created.parse().expect("an ARN")),
            creation_date: Some(at(begin)),
            running_since: Some(at(begin + 30)),
            completion_date: Some(at(begin + 630)),
            seen: at(begin + 640),
            backup_size_in_bytes: Some(4_096_000),
            duplicates: Vec::new(),
        }),
        ready: Some(ResourceReady::Ready {
            target: Target::Table {
                arn: created.parse().expect("an ARN"),
                account: account("999988887777"),
                region: region(),
                name,
            },
            at: at(begin + 660),
            steps: vec!["waited until the table was ACTIVE".into()],
        }),
        validated: Some(Validated {
            checks,
            lag_seconds: Some(240),
            controls: Vec::new(),
            facts: BTreeMap::from([("items".to_owned(), BTreeMap::from([("segments".to_owned(), "4".to_owned())]))]),
            started: at(begin + 660),
            finished: at(begin + 700),
        }),
        deleted: Some(Deleted {
            resources: vec![Deletion {
                arn: created,
                ownership: format!("restore-job {job}"),
                end: DeletionEnd::SeenAbsent { asked: at(begin + 701), absent: at(begin + 720) },
            }],
            at: at(begin + 720),
        }),
        cost: Some(CostComputed { cost: cost("0.012345"), prices_sha256: prices().sha256 }),
    }
}

/// A cost of one part.
pub fn cost(total: &str) -> Cost {
    let total: Money = total.parse().expect("a sum");
    Cost {
        parts: vec![CostPart {
            what: "restoring".into(),
            quantity: Quantity::whole(1),
            unit: "GB".into(),
            price: total,
            amount: total,
            source: "aws.amazon.com/backup/pricing".into(),
            assumed: Vec::new(),
        }],
        total,
        unknowns: Vec::new(),
        certainty: Certainty::Listed,
    }
}

/// The price table of the tests' world.
pub fn prices() -> PricesUsed {
    PricesUsed {
        currency: "USD".into(),
        as_of: "2026-06-13".into(),
        sha256: sha256_hex("the prices"),
        note: "list prices".into(),
        own: None,
        not_priced: BTreeMap::from([("keys".to_owned(), "Fractions of a cent.".to_owned())]),
    }
}

/// Eleven planted faults that `items` caught, and an untouched copy that passed.
pub fn planted() -> ValidatorControls {
    let faults = [
        "missing item",
        "extra item",
        "changed value",
        "changed number",
        "changed type",
        "lost attribute",
        "dropped index",
        "changed key schema",
        "stale data",
        "empty table",
        "truncated table",
    ];
    let control = |planted: &str, verdict: &str| Control {
        planted: planted.into(),
        check: None,
        expected_verdict: verdict.into(),
        verdict: verdict.into(),
        as_expected: true,
    };
    let mut controls = vec![control("untouched copy", "passed")];
    controls.extend(faults.map(|fault| control(fault, "failed")));
    let scratch = "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-demo-7-controls-items".to_owned();
    let end = DeletionEnd::SeenAbsent { asked: at(100), absent: at(110) };
    let deletion = Deletion { arn: scratch.clone(), ownership: "journal".into(), end };
    ValidatorControls {
        validator: "items".into(),
        scratch,
        controls,
        problem: None,
        deletion: Some(Deleted { resources: vec![deletion], at: at(110) }),
    }
}

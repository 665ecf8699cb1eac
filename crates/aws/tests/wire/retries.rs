//! What the SDK repeats, how long it waits in virtual time, and what is counted; and the spacing of calls.

use std::collections::BTreeMap;
use std::time::Duration;

use backproof_aws::{AwsCloud, Lost, RateLimits};
use backproof_cloud::{Cloud, Trouble};

use crate::double::{
    Double, Reply, SANDBOX, SOURCE, caller_identity, cloud_of, config, ok, passed, region, rest_error, runtime, source,
};
use crate::requests::start_restore;

const NO_VAULTS: &str = r#"{"BackupVaultList":[]}"#;

#[test]
fn a_throttled_call_is_repeated_after_a_wait_and_each_attempt_is_counted() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, |number, _| {
        if number < 2 { rest_error(400, "ThrottlingException", "slow down") } else { ok(NO_VAULTS) }
    });
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        assert!(access.backups.list_vaults(None).await.unwrap().items.is_empty());
    });
    assert!(passed(&clock) >= Duration::from_secs(3), "two waits: {:?}", passed(&clock));
    let expected = BTreeMap::from([("backup:ListBackupVaults".into(), 3), ("sts:GetCallerIdentity".into(), 1)]);
    assert_eq!(cloud.calls(), expected);
}

#[test]
fn an_answer_that_is_lost_each_time_is_no_answer() {
    for lost in [Lost::Connection, Lost::TimedOut] {
        let (runtime, clock) = runtime();
        let (cloud, double) = cloud_of(SOURCE, &clock, move |_, _| Reply::Lost(lost));
        let error = runtime.block_on(async {
            let access = cloud.source(&source(), &region()).await.unwrap();
            access.backups.list_vaults(None).await.unwrap_err()
        });
        assert_eq!(error.trouble, Trouble::NoAnswer, "{error}");
        assert!(error.effect_unknown());
        assert!(error.message.contains(&lost.to_string()), "{error}");
        assert_eq!(double.asked().len(), 3);
    }
}

#[test]
fn silence_ends_after_a_minute_per_attempt() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, _| Reply::Silence);
    let error = runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        access.backups.list_vaults(None).await.unwrap_err()
    });
    assert_eq!(error.trouble, Trouble::NoAnswer, "{error}");
    assert_eq!(double.asked().len(), 3);
    assert!((180..240).contains(&passed(&clock).as_secs()), "{:?}", passed(&clock));
}

#[test]
fn a_refusal_is_not_repeated() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SOURCE, &clock, |_, _| rest_error(403, "AccessDeniedException", "no"));
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        assert_eq!(access.backups.list_vaults(None).await.unwrap_err().trouble, Trouble::Denied);
    });
    assert_eq!(double.asked().len(), 1);
}

#[test]
fn starts_are_spaced_to_five_a_second_over_all_clients() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(SANDBOX, &clock, |_, _| ok(r#"{"RestoreJobId":"j"}"#));
    runtime.block_on(async {
        let (one, other) = (cloud.sandbox(&region()).await.unwrap(), cloud.sandbox(&region()).await.unwrap());
        for access in [&one, &other, &one, &other, &one, &other] {
            access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap();
        }
    });
    assert_eq!(double.asked().len(), 6);
    assert_eq!(passed(&clock), Duration::from_secs(1));
}

#[test]
fn another_region_has_a_rate_of_its_own() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, _| ok(r#"{"RestoreJobId":"j"}"#));
    runtime.block_on(async {
        for region in [region(), "eu-west-1".parse().unwrap()] {
            let access = cloud.sandbox(&region).await.unwrap();
            access.restores.start_restore(&access.sandbox, &start_restore()).await.unwrap();
        }
    });
    assert_eq!(passed(&clock), Duration::ZERO);
}

#[test]
fn without_rate_limits_nothing_waits() {
    let (runtime, clock) = runtime();
    let double =
        Double::new(
            |_, seen| {
                if seen.body.contains("GetCallerIdentity") { caller_identity(SOURCE) } else { ok(NO_VAULTS) }
            },
        );
    let mut config = config(&double, &clock);
    config.rate_limits = RateLimits::Off;
    let cloud = AwsCloud::new(config);
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        for _ in 0..100 {
            access.backups.list_vaults(None).await.unwrap();
        }
    });
    assert_eq!(passed(&clock), Duration::ZERO);
}

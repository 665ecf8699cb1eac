//! Whose credentials are used, when roles are assumed, and what is said where that fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use backproof_aws::{AwsCloud, Lost};
use backproof_clock::{Clock, VirtualClock};
use backproof_cloud::{Cloud, NotTheSandbox, Trouble};

use crate::double::{
    Double, Reply, SANDBOX, SOURCE, caller_identity, cloud_of, config, ok, query_error, region, rest_error, runtime,
    session, source,
};

const ROLE: &str = "arn:aws:iam::111122223333:role/backproof-read";

/// A way to a source that is reached by a role; every session is numbered. `vaults` answers everything else.
fn with_role(clock: &VirtualClock, vaults: impl Fn(usize) -> Reply + Send + Sync + 'static) -> (AwsCloud, Arc<Double>) {
    let (sessions, listings) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let now = clock.clone();
    let double = Double::new(move |_, seen| {
        if seen.body.contains("Action=AssumeRole") {
            session(sessions.fetch_add(1, Ordering::SeqCst) + 1, now.now())
        } else if seen.body.contains("GetCallerIdentity") {
            caller_identity(SOURCE)
        } else {
            vaults(listings.fetch_add(1, Ordering::SeqCst))
        }
    });
    let mut config = config(&double, clock);
    config.sources[0].role_arn = Some(ROLE.into());
    config.sources[0].external_id = Some("ext-7".into());
    config.session_name = "backproof run 7".into();
    (AwsCloud::new(config), double)
}

fn no_vaults(_: usize) -> Reply {
    ok(r#"{"BackupVaultList":[]}"#)
}

#[test]
fn a_role_is_assumed_with_external_id_and_renewed_before_its_end() {
    let (runtime, clock) = runtime();
    let (cloud, double) = with_role(&clock, no_vaults);
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        for minutes in [0, 50, 6] {
            clock.sleep(Duration::from_secs(minutes * 60)).await;
            access.backups.list_vaults(None).await.unwrap();
        }
    });
    let seen = double.seen();
    let assumed: Vec<_> = seen.iter().filter(|seen| seen.body.contains("Action=AssumeRole")).collect();
    assert_eq!(assumed.len(), 2, "once at first, once shortly before the hour is over");
    assert!(assumed[0].body.contains("ExternalId=ext-7"), "{}", assumed[0].body);
    assert!(assumed[0].body.contains("RoleSessionName=backproof-run-7"), "{}", assumed[0].body);
    assert!(assumed[0].authorization.contains(&format!("Credential={SOURCE}/")), "{}", assumed[0].authorization);
    let keys: Vec<_> = seen.iter().filter(|seen| seen.uri.starts_with("/backup-vaults")).collect();
    assert!(keys[1].authorization.contains("Credential=ASIA1/"), "{}", keys[1].authorization);
    assert!(keys[2].authorization.contains("Credential=ASIA2/"), "{}", keys[2].authorization);
}

#[test]
fn the_sandbox_s_credentials_are_lent_with_their_end() {
    let (runtime, clock) = runtime();
    let now = clock.clone();
    let double = Double::new(move |_, seen| {
        if seen.body.contains("Action=AssumeRole") { session(1, now.now()) } else { caller_identity(SANDBOX) }
    });
    let mut config = config(&double, &clock);
    config.endpoint_url = Some("http://127.0.0.1:4566".into());
    config.sandbox.as_mut().unwrap().role_arn = Some("arn:aws:iam::999988887777:role/backproof-sandbox".into());
    let cloud = AwsCloud::new(config);
    let lent = runtime.block_on(async { cloud.sandbox(&region()).await.unwrap().credentials.lend().await.unwrap() });
    assert_eq!(lent.access_key_id, "ASIA1");
    assert_eq!(lent.secret_access_key.reveal(), "very-secret");
    assert_eq!(lent.session_token.unwrap().reveal(), "t");
    assert_eq!(lent.expires, Some("2026-01-01T01:00:00Z".parse().unwrap()));
    assert_eq!(lent.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn a_session_that_aws_calls_expired_is_assumed_anew() {
    let (runtime, clock) = runtime();
    let (cloud, double) = with_role(&clock, |number| match number {
        0 => rest_error(403, "ExpiredTokenException", "the token has expired"),
        _ => no_vaults(number),
    });
    runtime.block_on(async {
        let access = cloud.source(&source(), &region()).await.unwrap();
        assert_eq!(access.backups.list_vaults(None).await.unwrap_err().trouble, Trouble::SignedOut);
        access.backups.list_vaults(None).await.unwrap();
    });
    assert!(double.seen().last().unwrap().authorization.contains("Credential=ASIA2/"));
}

#[test]
fn a_role_that_may_not_be_assumed_is_denied_in_sts_s_words() {
    let (runtime, clock) = runtime();
    let double = Double::new(|_, _| query_error(403, "AccessDenied", "not authorized to perform: sts:AssumeRole"));
    let mut config = config(&double, &clock);
    config.sources[0].role_arn = Some(ROLE.into());
    let cloud = AwsCloud::new(config);
    let error = runtime.block_on(async { cloud.source(&source(), &region()).await.err().unwrap() });
    assert_eq!((error.call.as_str(), error.trouble), ("sts:AssumeRole", Trouble::Denied), "{error}");
    assert!(error.message.contains(ROLE), "{error}");
}

#[test]
fn sts_that_does_not_answer_is_no_answer_whichever_call_needs_the_role() {
    let (runtime, clock) = runtime();
    let double = Double::new(|_, _| Reply::Lost(Lost::Connection));
    let mut config = config(&double, &clock);
    config.sources[0].role_arn = Some(ROLE.into());
    let cloud = AwsCloud::new(config);
    let error = runtime.block_on(async { cloud.source(&source(), &region()).await.err().unwrap() });
    assert_eq!((error.call.as_str(), error.trouble), ("sts:AssumeRole", Trouble::NoAnswer), "{error}");
}

#[test]
fn credentials_of_another_account_are_refused_before_anything_is_asked() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of("222233334444", &clock, |_, _| ok("{}"));
    let errors = runtime.block_on(async {
        let reading = cloud.source(&source(), &region()).await.err().unwrap();
        [reading, cloud.copy_out(&source(), &region()).await.err().unwrap()]
    });
    for error in errors {
        assert_eq!(error.trouble, Trouble::Denied);
        let expected = "these credentials belong to account 222233334444, not 111122223333: \
                        set scope.accounts[].role_arn";
        assert!(error.message.starts_with(expected), "{error}");
    }
    assert!(double.asked().is_empty());
}

#[test]
fn the_sandbox_is_refused_where_sts_names_another_account() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SOURCE, &clock, |_, _| ok("{}"));
    let refusal = runtime.block_on(async { cloud.sandbox(&region()).await.err().unwrap() });
    assert!(matches!(refusal, NotTheSandbox::OtherAccount { .. }), "{refusal}");
}

#[test]
fn without_a_configured_sandbox_there_is_none() {
    let (runtime, clock) = runtime();
    let double = Double::new(|_, _| ok("{}"));
    let mut config = config(&double, &clock);
    config.sandbox = None;
    let cloud = AwsCloud::new(config);
    let refusal = runtime.block_on(async { cloud.sandbox(&region()).await.err().unwrap() });
    assert!(matches!(refusal, NotTheSandbox::Unknown(_)), "{refusal}");
    assert!(double.seen().is_empty());
}

#[test]
fn nothing_that_is_printed_holds_the_secret() {
    let (_, clock) = runtime();
    let double = Double::new(|_, _| ok("{}"));
    let config = config(&double, &clock);
    let printed = format!("{config:?} {:?}", AwsCloud::new(config.clone()));
    assert!(printed.contains(SOURCE) && !printed.contains("very-secret"), "{printed}");
}

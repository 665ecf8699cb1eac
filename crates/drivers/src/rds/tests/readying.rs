//! From the first look at a restored instance to the login.

use backproof_cloud::{DatabaseInstance, LoginStep, LoginWish, Readiness, Trouble};
use backproof_model::{DatabaseEngine, DatabaseTarget, FaultOwner, Secret, Target};

use super::sandbox::{Databases, NAME, arn, instance, landing};
use crate::rds::{Rds, login};

async fn look(instance: DatabaseInstance) -> Readiness {
    let databases = Databases::holding(instance).await;
    Rds::default().ready_here(&databases.here(), &arn(), &landing()).await.unwrap()
}

#[track_caller]
fn state(readiness: Readiness) -> String {
    match readiness {
        Readiness::NotYet { state } => state,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn refusal(readiness: Readiness) -> (FaultOwner, String) {
    match readiness {
        Readiness::Never { owner, reason } => (owner, reason),
        other => panic!("{other:?}"),
    }
}

async fn target() -> DatabaseTarget {
    match look(instance()).await {
        Readiness::Ready { target: Target::Database(database), .. } => database,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_available_instance_with_an_endpoint_is_ready() {
    let database = target().await;
    assert_eq!((database.engine, database.port), (DatabaseEngine::Postgres, 5432));
    assert_eq!((database.name.as_str(), database.master_user.as_str()), (NAME, "postgres"));
}

#[tokio::test]
async fn what_may_still_come_is_waited_for() {
    for status in ["creating", "backing-up", "modifying", "configuring-iam-database-auth", "rebooting", "brand-new"] {
        let seen = look(DatabaseInstance { status: status.into(), ..instance() }).await;
        assert_eq!(state(seen), status);
    }
    assert!(state(look(DatabaseInstance { endpoint: None, ..instance() }).await).contains("without an endpoint"));
    let pending = look(DatabaseInstance { changes_pending: true, ..instance() }).await;
    assert!(state(pending).contains("still to be made"));
    let loading = DatabaseInstance { status: "creating".into(), storage_loading_percent: Some(37), ..instance() };
    assert_eq!(state(look(loading).await), "creating, storage still loading: 37 %");
}

#[tokio::test]
async fn storage_that_still_loads_is_told() {
    match look(DatabaseInstance { storage_loading_percent: Some(37), ..instance() }).await {
        Readiness::Ready { target: Target::Database(database), steps } => {
            assert!(steps[0].starts_with("storage still loading: 37 %"), "{steps:?}");
            assert_eq!(database.storage_loading_percent, Some(37));
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_came_up_unusable_is_the_sandbox_s_until_somebody_has_looked() {
    for status in
        ["incompatible-network", "incompatible-restore", "restore-error", "storage-full", "failed", "incompatible-new"]
    {
        let (owner, reason) = refusal(look(DatabaseInstance { status: status.into(), ..instance() }).await);
        assert_eq!(owner, FaultOwner::Sandbox, "{status}");
        assert!(reason.contains(status), "{reason}");
    }
    let key = DatabaseInstance { status: "inaccessible-encryption-credentials".into(), ..instance() };
    let (owner, reason) = refusal(look(key).await);
    assert_eq!(owner, FaultOwner::Sandbox);
    assert!(reason.contains("key cannot be used"), "{reason}");
    let crowded = DatabaseInstance { status: "insufficient-capacity".into(), ..instance() };
    assert_eq!(refusal(look(crowded).await).0, FaultOwner::Quota);
}

#[tokio::test]
async fn an_instance_that_lies_elsewhere_is_never_ready() {
    for (astray, word) in [
        (DatabaseInstance { publicly_accessible: true, ..instance() }, "publicly accessible"),
        (DatabaseInstance { subnet_group: Some("default".into()), ..instance() }, "subnet group default"),
        (DatabaseInstance { security_group_ids: vec!["sg-prod".into()], ..instance() }, "sg-prod"),
    ] {
        let (owner, reason) = refusal(look(astray).await);
        assert_eq!(owner, FaultOwner::Sandbox);
        assert!(reason.contains(word), "{reason}");
    }
    let unplaced = DatabaseInstance { subnet_group: None, ..instance() };
    assert!(matches!(look(unplaced).await, Readiness::NotYet { .. }), "nobody connects to what may be anywhere");
    let spelled = DatabaseInstance { subnet_group: Some("Backproof".into()), ..instance() };
    assert!(matches!(look(spelled).await, Readiness::Ready { .. }));
}

#[tokio::test]
async fn the_source_s_tags_are_taken_off_at_the_first_look_and_told_at_the_last() {
    let tags = [("env", "prod"), ("backproof:run", "1"), ("aws:backup:source", "x"), ("backup-daily", "yes")];
    let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let databases = Databases::holding(DatabaseInstance { status: "creating".into(), tags, ..instance() }).await;
    let driver = Rds::default();
    let first = driver.ready_here(&databases.here(), &arn(), &landing()).await.unwrap();
    assert_eq!(state(first), "creating");
    assert_eq!(databases.changes(), ["untag backup-daily env"]);
    databases.edit(|contents| contents.instance.as_mut().unwrap().status = "available".into());
    match driver.ready_here(&databases.here(), &arn(), &landing()).await.unwrap() {
        Readiness::Ready { steps, .. } => assert_eq!(steps, ["tags of the source taken off: backup-daily, env"]),
        other => panic!("{other:?}"),
    }
    assert_eq!(databases.changes().len(), 1, "nothing is taken off twice");
}

#[tokio::test]
async fn tags_that_cannot_be_taken_off_are_no_reason_to_go_on() {
    let tags = [("env".to_owned(), "prod".to_owned())].into();
    let databases = Databases::holding(DatabaseInstance { tags, ..instance() }).await;
    databases.edit(|contents| contents.refusal = Some(Trouble::Denied));
    let refused = Rds::default().ready_here(&databases.here(), &arn(), &landing()).await;
    assert_eq!(refused.unwrap_err().trouble, Trouble::Denied);
}

#[tokio::test]
async fn an_engine_that_nobody_reads_is_readied_and_says_so() {
    let oracle = DatabaseInstance { engine: "oracle-se2".into(), ..instance() };
    let databases = Databases::holding(oracle.clone()).await;
    let Readiness::Ready { target: Target::Database(database), steps } = look(oracle).await else { panic!() };
    assert_eq!(steps, ["oracle-se2 was restored and started; nothing here reads its data"]);
    let step = login::step(&databases.here(), &database, &wish(None, false)).await.unwrap();
    assert!(matches!(step, LoginStep::NotNeeded));
    assert!(databases.changes().is_empty());
}

fn wish(iam_user: Option<&str>, asked: bool) -> LoginWish {
    LoginWish { password: Secret::new("hunter2-hunter2"), iam_user: iam_user.map(str::to_owned), asked }
}

#[tokio::test]
async fn a_password_is_set_once_and_waited_for() {
    let databases = Databases::holding(instance()).await;
    let database = target().await;
    let step = async |asked| login::step(&databases.here(), &database, &wish(None, asked)).await.unwrap();
    assert!(matches!(step(false).await, LoginStep::NotYet { .. }));
    assert!(matches!(step(true).await, LoginStep::NotYet { .. }), "the change is pending");
    databases.edit(|contents| {
        let instance = contents.instance.as_mut().unwrap();
        (instance.changes_pending, instance.status) = (false, "resetting-master-credentials".into());
    });
    assert!(matches!(step(true).await, LoginStep::NotYet { state } if state == "resetting-master-credentials"));
    databases.edit(|contents| contents.instance.as_mut().unwrap().status = "available".into());
    let LoginStep::Ready(login) = step(true).await else { panic!() };
    assert_eq!((login.user.as_str(), login.password.reveal()), ("postgres", "hunter2-hunter2"));
    assert_eq!(databases.changes(), [format!("reset the password of {NAME}")]);
}

#[tokio::test]
async fn a_password_that_rds_would_not_set_yet_has_not_been_asked_for() {
    let databases = Databases::holding(instance()).await;
    databases.edit(|contents| contents.refusal = Some(Trouble::Conflict));
    let refused = login::step(&databases.here(), &target().await, &wish(None, false)).await;
    assert!(refused.unwrap_err().may_pass());
}

#[tokio::test]
async fn a_managed_password_is_not_fought_over() {
    let managed = DatabaseInstance { managed_secret_arn: Some("arn:aws:secretsmanager:x".into()), ..instance() };
    let databases = Databases::holding(managed).await;
    let step = login::step(&databases.here(), &target().await, &wish(None, false)).await.unwrap();
    let LoginStep::Never { owner, reason } = step else { panic!() };
    assert_eq!(owner, FaultOwner::Sandbox);
    assert!(reason.contains("sandbox.databases.login"), "{reason}");
    assert!(databases.changes().is_empty());
}

#[tokio::test]
async fn a_token_is_for_the_endpoint_and_needs_iam_authentication() {
    let databases = Databases::holding(DatabaseInstance { iam_authentication: true, ..instance() }).await;
    let database = target().await;
    let LoginStep::Ready(login) =
        login::step(&databases.here(), &database, &wish(Some("auditor"), false)).await.unwrap()
    else {
        panic!()
    };
    assert_eq!(login.user, "auditor");
    assert_eq!(login.password.reveal(), "token of auditor for bp.abc.eu-central-1.rds.amazonaws.com:5432");
    let without = Databases::holding(instance()).await;
    let step = login::step(&without.here(), &database, &wish(Some("auditor"), false)).await.unwrap();
    assert!(matches!(step, LoginStep::Never { owner: FaultOwner::Sandbox, .. }), "{step:?}");
}

//! The login to a restored instance: a new master password, or a token for a user of the restored data.
//!
//! The password is the caller's; here it goes to RDS and back to the caller, and nowhere else.

use backproof_cloud::{CallError, DatabaseInstance, LoginStep, LoginWish};
use backproof_model::{DatabaseEngine, DatabaseLogin, DatabaseTarget, FaultOwner};

use super::Here;

/// Takes one step towards the login that is wished for.
pub(super) async fn step(here: &Here<'_>, database: &DatabaseTarget, wish: &LoginWish) -> Result<LoginStep, CallError> {
    match &database.engine {
        DatabaseEngine::Postgres | DatabaseEngine::MySql | DatabaseEngine::MariaDb => {}
        DatabaseEngine::Other(_) => return Ok(LoginStep::NotNeeded),
    }
    let instance = here.databases.describe_instance(&database.name).await?;
    match &wish.iam_user {
        Some(user) => by_token(here, database, &instance, user).await,
        None => by_password(here, database, instance, wish).await,
    }
}

async fn by_token(
    here: &Here<'_>,
    database: &DatabaseTarget,
    instance: &DatabaseInstance,
    user: &str,
) -> Result<LoginStep, CallError> {
    if !instance.iam_authentication {
        return Ok(never(
            "the restored instance has IAM database authentication switched off, so that no token lets anybody in; \
             set sandbox.databases.login = \"reset-password\", or see why RDS restored it so",
        ));
    }
    let password = here.databases.login_token(here.sandbox, &database.host, database.port, user).await?;
    Ok(LoginStep::Ready(DatabaseLogin { user: user.to_owned(), password }))
}

async fn by_password(
    here: &Here<'_>,
    database: &DatabaseTarget,
    instance: DatabaseInstance,
    wish: &LoginWish,
) -> Result<LoginStep, CallError> {
    if let Some(secret) = &instance.managed_secret_arn {
        return Ok(never(&format!(
            "Secrets Manager keeps the master password of the restored instance ({secret}), and RDS lets nobody set \
             another; set sandbox.databases.login = \"iam\" with a login_user that the restored data knows"
        )));
    }
    if !wish.asked {
        here.databases.reset_password(here.sandbox, &database.name, &wish.password).await?;
        return Ok(LoginStep::NotYet { state: "the master password is being set".into() });
    }
    if instance.status != "available" {
        return Ok(LoginStep::NotYet { state: instance.status });
    }
    if instance.changes_pending {
        return Ok(LoginStep::NotYet { state: "the master password is still to be set".into() });
    }
    let known = Some(database.master_user.clone()).filter(|user| !user.is_empty());
    match instance.master_user.or(known) {
        Some(user) => Ok(LoginStep::Ready(DatabaseLogin { user, password: wish.password.clone() })),
        None => Ok(never("RDS does not tell the name of the restored instance's master user")),
    }
}

fn never(reason: &str) -> LoginStep {
    LoginStep::Never { owner: FaultOwner::Sandbox, reason: reason.to_owned() }
}

//! Gets the login to a restored resource. It is held in memory, never journalled, and got again after a restart.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{Driver, LoginStep, LoginWish, SandboxAccess};
use backproof_model::{FaultOwner, Secret, Target};
use backproof_plan::LoginKind;
use backproof_validators_api::{Logins, OneLogin};
use rand::TryRng;

use crate::blame::owner_of;
use crate::restore_test::TestContext;
use crate::waiting::Patience;

/// RDS takes 8 to 41 printable characters of every engine, less `/`, `"`, `@` and blanks.
const PASSWORD_LENGTH: usize = 32;

/// The login to a restored resource, where its type has one.
pub(crate) type Login = Option<Arc<dyn Logins>>;

/// Why there is no login.
pub(crate) struct NoLogin {
    pub(crate) owner: FaultOwner,
    pub(crate) reason: String,
}

/// Asks the driver for the login and waits until it is there.
pub(crate) async fn unlock(test: &TestContext<'_>, target: &Target, patience: &Patience) -> Result<Login, NoLogin> {
    let databases = &test.world.plan.sandbox.databases;
    let mut wish = LoginWish {
        password: new_password().map_err(|reason| NoLogin { owner: FaultOwner::Harness, reason })?,
        iam_user: databases.login_user.clone(),
        asked: false,
    };
    loop {
        let state = match test.driver.login(&test.access, target, &wish).await {
            Ok(LoginStep::NotNeeded) => return Ok(None),
            Ok(LoginStep::Ready(login)) => {
                return Ok(Some(match databases.login {
                    LoginKind::ResetPassword => Arc::new(OneLogin(login)),
                    LoginKind::Iam => Arc::new(NewTokens::of(test, target, wish)),
                }));
            }
            Ok(LoginStep::NotYet { state }) => {
                wish.asked = true;
                state
            }
            Ok(LoginStep::Never { owner, reason }) => return Err(NoLogin { owner, reason }),
            Err(error) if error.may_pass() => error.to_string(),
            Err(error) => return Err(NoLogin { owner: owner_of(&error), reason: error.to_string() }),
        };
        if patience.is_over() {
            let reason = format!("there was no login within {}: {state}", patience.allowed());
            return Err(NoLogin { owner: FaultOwner::Sandbox, reason });
        }
        patience.pause().await;
    }
}

/// A token holds for minutes, so that every connection asks for a new one.
struct NewTokens {
    driver: Arc<dyn Driver>,
    access: SandboxAccess,
    target: Target,
    wish: LoginWish,
}

impl NewTokens {
    fn of(test: &TestContext<'_>, target: &Target, wish: LoginWish) -> Self {
        Self { driver: test.driver.clone(), access: test.access.clone(), target: target.clone(), wish }
    }
}

#[async_trait]
impl Logins for NewTokens {
    async fn login(&self) -> Result<backproof_model::DatabaseLogin, String> {
        match self.driver.login(&self.access, &self.target, &self.wish).await {
            Ok(LoginStep::Ready(login)) => Ok(login),
            Ok(LoginStep::NotNeeded) => Err("no login is needed any more".into()),
            Ok(LoginStep::NotYet { state }) => Err(format!("there is no login yet: {state}")),
            Ok(LoginStep::Never { reason, .. }) => Err(reason),
            Err(error) => Err(error.to_string()),
        }
    }
}

fn new_password() -> Result<Secret, String> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut bytes = [0_u8; PASSWORD_LENGTH];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| format!("the operating system gave no random numbers for a password: {error}"))?;
    Ok(Secret::new(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 64)])).collect::<String>()))
}

//! Opens the way from here to a restored server, for as long as it is examined.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::Way;
use backproof_model::{DatabaseLogin, FaultOwner, Target};
use backproof_validators_api::{Connection, Logins};
use jiff::Timestamp;

use crate::restore_test::TestContext;
use crate::unlocking::{Login, NoLogin, unlock};
use crate::waiting::Patience;

/// A connection, and the way that it goes by, which is closed when this is dropped.
pub(crate) struct Connected {
    pub(crate) connection: Connection,
    _way: Way,
}

/// Opens the way to what is connected to; tables need none.
pub(crate) async fn connect(
    test: &TestContext<'_>,
    target: &Target,
    login: Option<Login>,
    started: Timestamp,
) -> Result<Option<Connected>, NoLogin> {
    let Target::Database(database) = target else { return Ok(None) };
    let login = if let Some(login) = login {
        login
    } else {
        // This process began after the resource had been made ready.
        let patience = Patience::new(test.world.clock().clone(), started, test.world.plan.deadlines.ready);
        unlock(test, target, &patience).await?
    };
    let way = test.access.reach.open(&database.host, database.port).await;
    let way = way.map_err(|error| NoLogin { owner: FaultOwner::Sandbox, reason: error.to_string() })?;
    let connection = Connection {
        host: way.host.clone(),
        port: way.port,
        direct: way.direct,
        ca_file: test.world.plan.sandbox.databases.ca_file.as_ref().map(PathBuf::from),
        logins: login.unwrap_or_else(|| Arc::new(NoLogins)),
    };
    Ok(Some(Connected { connection, _way: way }))
}

/// Of servers that this program reaches, but does not log in to.
struct NoLogins;

#[async_trait]
impl Logins for NoLogins {
    async fn login(&self) -> Result<DatabaseLogin, String> {
        Err("this program does not log in to servers of this engine".into())
    }
}

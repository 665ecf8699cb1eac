//! Calls that end, and that say what was being done where they fail.

use std::future::Future;
use std::time::Duration;

use backproof_clock::within_wall;

use super::{CaptureError, CaptureOrder};
use crate::dialect::{Dialect, Load, Opening, Session};
use crate::trouble::Trouble;

/// How long a server may take to let somebody in.
const OPENS_WITHIN: Duration = Duration::from_secs(30);

/// The server ends statements by itself; this is for servers that do not, and for connections that are cut in silence.
const GRACE: Duration = Duration::from_mins(1);

/// The way to the server that is captured.
#[derive(Clone, Copy)]
pub(super) struct Calls<'a> {
    pub(super) order: &'a CaptureOrder,
    pub(super) dialect: &'static dyn Dialect,
}

impl Calls<'_> {
    /// Opens a session in a database, or in the one that every server has.
    pub(super) async fn open(&self, database: Option<&str>) -> Result<Box<dyn Session>, CaptureError> {
        let connection = &self.order.connection;
        let doing = match database {
            Some(name) => format!("connecting to database `{name}`"),
            None => format!("connecting to {}:{}", connection.host, connection.port),
        };
        let login = connection.logins.login().await.map_err(|why| failed(&doing, &Trouble::NoLogin(why)))?;
        let opening = Opening { connection, login, database, load: Load::Gentle };
        let mut session = self.within(OPENS_WITHIN, &doing, self.dialect.open(&opening)).await?;
        let limit = u64::try_from(self.order.gentleness.statement_timeout.as_millis()).unwrap_or(u64::MAX);
        self.ask("limiting statements", session.limit(limit)).await?;
        Ok(session)
    }

    /// Asks the server, and says what for where it does not answer.
    pub(super) async fn ask<T>(
        &self,
        doing: &str,
        call: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, CaptureError> {
        self.within(self.order.gentleness.statement_timeout.saturating_add(GRACE), doing, call).await
    }

    /// Says goodbye. A server that does not hear it ends the session by itself.
    pub(super) async fn close(&self, session: Box<dyn Session>) {
        let _busy = self.order.clock.busy();
        within_wall(OPENS_WITHIN, session.close()).await.ok();
    }

    async fn within<T>(
        &self,
        limit: Duration,
        doing: &str,
        call: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, CaptureError> {
        let _busy = self.order.clock.busy();
        let answered = within_wall(limit, call).await;
        answered.map_err(Trouble::from).and_then(|answer| answer).map_err(|trouble| failed(doing, &trouble))
    }
}

fn failed(doing: &str, trouble: &Trouble) -> CaptureError {
    let hint = match trouble {
        Trouble::NotTrusted(_) => "; --ca-file names the authorities that may vouch for it (RDS's bundle)",
        Trouble::NoLogin(_) | Trouble::Refused { .. } => "; see --user and --password-file",
        Trouble::NotYet(_) | Trouble::Lost(_) | Trouble::NoAnswer(_) => {
            "; what is finished is kept, and the same command goes on from there"
        }
        Trouble::TimeIsUp => "; allow more with --statement-timeout, or read fewer rows with --rows-at-once",
        Trouble::Denied { .. } => "; see docs/baselines.md for what to grant",
        Trouble::Rejected { code } if waited_for_a_lock(code) => {
            "; somebody holds a lock for long, such as a schema change; the same command goes on from there"
        }
        Trouble::Damaged { .. } | Trouble::Rejected { .. } | Trouble::Unreadable(_) => "",
    };
    CaptureError::Server { doing: doing.to_owned(), why: format!("{trouble}{hint}") }
}

/// PostgreSQL's `lock_not_available`, MySQL's `ER_LOCK_WAIT_TIMEOUT`.
fn waited_for_a_lock(code: &str) -> bool {
    matches!(code, "55P03" | "1205")
}

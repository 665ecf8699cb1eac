//! Every call to a server goes through here: bounded by the deadline and by the wall's clock, and tried again where a
//! server that was just restored may only need time.
//!
//! While a call is under way the run's clock is kept from jumping; while nothing is under way it passes freely.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use backproof_clock::within_wall;
use backproof_validators_api::{Connection, Deadline};
use jiff::SignedDuration;

use crate::dialect::{Dialect, Life, Load, Opening, Session};
use crate::trouble::Trouble;

/// Between two attempts to connect, on the run's clock.
const PAUSE: Duration = Duration::from_secs(10);

/// How much longer than the server's own limit a statement is waited for: a server that keeps no limit hangs.
const GRACE: Duration = Duration::from_secs(5);

/// How long a server may take to answer when a connection is made, on the wall's clock.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// The way to one server.
pub(crate) struct Door<'a> {
    dialect: &'a dyn Dialect,
    connection: &'a Connection,
    deadline: &'a Deadline,
    load: Load,
    answers_within: Duration,
    answered: AtomicBool,
    gone: AtomicBool,
    life: Mutex<Option<Life>>,
    deaths: AtomicU32,
}

/// What a method of a session gives.
pub(crate) type Call<'s, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 's>>;

impl<'a> Door<'a> {
    /// The way to the server that this connection leads to.
    pub(crate) fn new(
        dialect: &'a dyn Dialect,
        connection: &'a Connection,
        deadline: &'a Deadline,
        load: Load,
        answers_within: Option<Duration>,
    ) -> Self {
        let answers_within = answers_within.unwrap_or(ANSWERS_WITHIN);
        Self {
            dialect,
            connection,
            deadline,
            load,
            answers_within,
            answered: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            life: Mutex::new(None),
            deaths: AtomicU32::new(0),
        }
    }

    /// Whether the server said a word to us once, and then took no connection for minutes. A connection that was cut
    /// says nothing of the server.
    pub(crate) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Relaxed)
    }

    /// How often the server is known to have died and come back, between sessions.
    pub(crate) fn deaths(&self) -> u32 {
        self.deaths.load(Ordering::Relaxed)
    }

    /// Whether the server's certificate is checked for its name, and not for its authority alone.
    pub(crate) fn checks_names(&self) -> bool {
        self.connection.direct
    }

    /// Opens a session, and tries for some minutes where that may help. The login is asked for anew each time.
    pub(crate) async fn open(&self, database: Option<&str>) -> Result<Box<dyn Session>, Trouble> {
        let clock = self.deadline.clock();
        let began = clock.now();
        loop {
            let trouble = match self.try_open(database).await {
                Ok(session) => return Ok(session),
                Err(trouble) => trouble,
            };
            let waited = clock.now().duration_since(began);
            if patience(&trouble).is_none_or(|patience| waited >= patience) || self.deadline.is_up() {
                return Err(self.give_up(trouble));
            }
            if self.deadline.hold(clock.sleep(PAUSE)).await.is_err() {
                return Err(self.give_up(trouble));
            }
        }
    }

    fn give_up(&self, trouble: Trouble) -> Trouble {
        if matches!(trouble, Trouble::Lost(_)) && self.answered.load(Ordering::Relaxed) {
            self.gone.store(true, Ordering::Relaxed);
        }
        trouble
    }

    async fn try_open(&self, database: Option<&str>) -> Result<Box<dyn Session>, Trouble> {
        let login = self.connection.logins.login().await.map_err(Trouble::NoLogin)?;
        let opening = Opening { connection: self.connection, login, database, load: self.load };
        let opened = self.within(self.answers_within, self.dialect.open(&opening)).await;
        match &opened {
            Ok(_) | Err(Trouble::NotYet(_) | Trouble::Refused { .. }) => self.answered.store(true, Ordering::Relaxed),
            Err(
                Trouble::NotTrusted(_)
                | Trouble::NoLogin(_)
                | Trouble::Lost(_)
                | Trouble::NoAnswer(_)
                | Trouble::TimeIsUp
                | Trouble::Damaged { .. }
                | Trouble::Denied { .. }
                | Trouble::Rejected { .. }
                | Trouble::Unreadable(_),
            ) => {}
        }
        let mut session = opened?;
        self.limit(&mut session).await?;
        match self.within(self.answers_within, session.life()).await {
            Ok(life) => self.notice(life),
            Err(trouble) if trouble.ends_the_session() => return Err(trouble),
            Err(_) => {}
        }
        Ok(session)
    }

    /// Counts a death where the server lives another life than when a session was opened last.
    fn notice(&self, life: Option<Life>) {
        let mut before = self.life.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(before), Some(life)) = (*before, life)
            && life.is_another_than(&before)
        {
            self.deaths.fetch_add(1, Ordering::Relaxed);
        }
        *before = life.or(*before);
    }

    /// Tells the server how much time is left, for the statements that follow.
    pub(crate) async fn limit(&self, session: &mut Box<dyn Session>) -> Result<(), Trouble> {
        let left = u64::try_from(self.deadline.left().as_millis()).unwrap_or(u64::MAX);
        if left == 0 {
            return Err(Trouble::TimeIsUp);
        }
        self.within(self.answers_within, session.limit(left)).await
    }

    /// One call, until the deadline. The server limits itself; one that does not is waited for a little longer.
    pub(crate) async fn ask<T>(&self, call: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        let left = self.deadline.left();
        if left.is_zero() {
            return Err(Trouble::TimeIsUp);
        }
        self.within(left.saturating_add(GRACE), call).await
    }

    /// One call, and once more where it came to nothing for a reason that may have passed: in a session of its own where
    /// the first was lost.
    pub(crate) async fn ask_again<T: Send>(
        &self,
        database: Option<&str>,
        session: &mut Box<dyn Session>,
        call: impl for<'s> Fn(&'s mut (dyn Session + 'static)) -> Call<'s, T> + Send + Sync,
    ) -> Result<T, Trouble> {
        match self.ask(call(session.as_mut())).await {
            Err(Trouble::Lost(_)) => *session = self.open(database).await?,
            Err(trouble) if trouble.may_pass() => {}
            answer => return answer,
        }
        self.ask(call(session.as_mut())).await
    }

    /// Says goodbye. A server that does not hear it ends the session by itself.
    pub(crate) async fn close(&self, session: Box<dyn Session>) {
        let _at_work = self.deadline.clock().busy();
        within_wall(FAREWELL, session.close()).await.ok();
    }

    async fn within<T>(&self, limit: Duration, call: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        let _at_work = self.deadline.clock().busy();
        within_wall(limit, call).await?
    }
}

/// How long a goodbye may take on the wall's clock.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long a trouble is given to pass, where it may. A new master password takes a while until the server knows it; a
/// server that recovers takes longer.
fn patience(trouble: &Trouble) -> Option<SignedDuration> {
    match trouble {
        Trouble::Refused { .. } => Some(SignedDuration::from_mins(5)),
        Trouble::NotYet(_) => Some(SignedDuration::from_mins(10)),
        Trouble::Lost(_) => Some(SignedDuration::from_mins(3)),
        Trouble::NoAnswer(_) => Some(SignedDuration::from_secs(20)),
        Trouble::NotTrusted(_)
        | Trouble::NoLogin(_)
        | Trouble::TimeIsUp
        | Trouble::Damaged { .. }
        | Trouble::Denied { .. }
        | Trouble::Rejected { .. }
        | Trouble::Unreadable(_) => None,
    }
}

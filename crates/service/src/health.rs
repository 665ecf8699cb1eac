//! Whether a service does its work.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

/// What a service says of itself while it runs.
#[derive(Debug)]
pub struct Health {
    hangs_after: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    looked_at: Timestamp,
    trouble: Option<String>,
    working_on: Option<(String, Timestamp)>,
    unreadable_plans: Vec<String>,
    obstacles: Vec<String>,
}

/// What is answered to whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HealthReport {
    /// Whether the service does its work. Plans that cannot be used, and runs that fail, do not make it ill: it works on
    /// and has told people.
    pub healthy: bool,
    /// Why it does not; empty where it does.
    pub problems: Vec<String>,
    /// When it looked at plans and register last.
    pub looked_at: Timestamp,
    /// What it works on, and since when.
    pub working_on: Option<(String, Timestamp)>,
    /// Plan files that cannot be used now.
    pub unreadable_plans: Vec<String>,
    /// What could not be done and is tried again.
    pub obstacles: Vec<String>,
}

impl Health {
    /// A service that begins at `now` and counts as hanging where it does not look for so long.
    pub fn new(now: Timestamp, hangs_after: Duration) -> Self {
        let state = State {
            looked_at: now,
            trouble: None,
            working_on: None,
            unreadable_plans: Vec::new(),
            obstacles: Vec::new(),
        };
        Self { hangs_after, state: Mutex::new(state) }
    }

    /// How the service is at `now`. `state_problem` is why the state directory cannot be read, where it cannot.
    pub fn report(&self, now: Timestamp, state_problem: Option<String>) -> HealthReport {
        let state = self.state();
        let silent = now.duration_since(state.looked_at);
        let hangs_after = SignedDuration::try_from(self.hangs_after).unwrap_or(SignedDuration::MAX);
        let hangs = (silent > hangs_after)
            .then(|| format!("it has not looked at plans and register since {}", state.looked_at));
        let problems: Vec<String> = hangs.into_iter().chain(state_problem).chain(state.trouble.clone()).collect();
        HealthReport {
            healthy: problems.is_empty(),
            problems,
            looked_at: state.looked_at,
            working_on: state.working_on.clone(),
            unreadable_plans: state.unreadable_plans.clone(),
            obstacles: state.obstacles.clone(),
        }
    }

    pub(crate) fn looked(&self, now: Timestamp, unreadable_plans: Vec<String>, obstacles: Vec<String>) {
        let mut state = self.state();
        (state.looked_at, state.trouble) = (now, None);
        (state.unreadable_plans, state.obstacles) = (unreadable_plans, obstacles);
    }

    /// A look failed: the service lives, but its state cannot be used.
    pub(crate) fn failed_to_look(&self, now: Timestamp, problem: String) {
        let mut state = self.state();
        (state.looked_at, state.trouble) = (now, Some(problem));
    }

    pub(crate) fn works_on(&self, what: Option<(String, Timestamp)>) {
        self.state().working_on = what;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

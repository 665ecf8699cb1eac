//! One statement on what a run needs, and what all of them come to.

use backproof_cloud::{CallError, Trouble};

/// One statement on what a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What it is about, among other statements.
    pub subject: Subject,
    /// What was looked at.
    pub what: String,
    /// How it was looked at: the calls.
    pub how: String,
    /// What was found.
    pub state: State,
    /// What was seen, or what is wrong.
    pub detail: String,
    /// How to mend it, where it is wrong or cannot be told.
    pub mend: Option<String>,
}

/// Whether a run can have what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It can.
    Good,
    /// It cannot tell, or only some restores are affected.
    Doubtful,
    /// A run would be refused, would get no verdict, or could do harm.
    Bad,
}

impl State {
    /// As it is shown and written: `good`, `doubtful`, `BAD`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Doubtful => "doubtful",
            Self::Bad => "BAD",
        }
    }
}

/// What statements are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The plan's authorisation.
    Authorisation,
    /// Files and disk of this computer.
    Host,
    /// The time.
    Clock,
    /// Who we are in each account.
    Identity,
    /// Who may assume which role.
    Role,
    /// What roles may do and must.
    Permission,
    /// What roles may do and should not.
    Excess,
    /// What can be listed in source accounts.
    Source,
    /// What can be listed in the sandbox, and the vault for copies.
    Sandbox,
    /// How many there may be of what is restored.
    Quota,
    /// What isolates the sandbox's network.
    Isolation,
    /// The way into the sandbox's network.
    Reach,
    /// Free addresses in it.
    Addresses,
    /// The keys of backups and sandbox.
    Key,
    /// What a restore of each type would be asked for with.
    Metadata,
    /// The validators' settings, programs and baselines.
    Validator,
    /// What the draw takes from elsewhere.
    Draw,
    /// Where sealed bundles are kept.
    Archive,
    /// What is needed besides restoring: prices, alarms.
    Surroundings,
}

impl Subject {
    /// As it is written in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Authorisation => "authorisation",
            Self::Host => "host",
            Self::Clock => "clock",
            Self::Identity => "identity",
            Self::Role => "role",
            Self::Permission => "permission",
            Self::Excess => "excess",
            Self::Source => "source",
            Self::Sandbox => "sandbox",
            Self::Quota => "quota",
            Self::Isolation => "isolation",
            Self::Reach => "reach",
            Self::Addresses => "addresses",
            Self::Key => "key",
            Self::Metadata => "metadata",
            Self::Validator => "validator",
            Self::Draw => "draw",
            Self::Archive => "archive",
            Self::Surroundings => "surroundings",
        }
    }

    /// A good one.
    pub fn good(self, what: impl Into<String>, how: &str, detail: impl Into<String>) -> Examined {
        self.found(State::Good, what, how, detail, None)
    }

    /// A doubtful one, with what would take the doubt away.
    pub fn doubtful(
        self,
        what: impl Into<String>,
        how: &str,
        detail: impl Into<String>,
        mend: impl Into<String>,
    ) -> Examined {
        self.found(State::Doubtful, what, how, detail, Some(mend.into()))
    }

    /// A bad one, with how to mend it.
    pub fn bad(
        self,
        what: impl Into<String>,
        how: &str,
        detail: impl Into<String>,
        mend: impl Into<String>,
    ) -> Examined {
        self.found(State::Bad, what, how, detail, Some(mend.into()))
    }

    /// One that could not be asked: for want of a permission that only this examination needs, or of an answer.
    pub(super) fn unasked(self, what: impl Into<String>, error: &CallError, to_whom: &str) -> Examined {
        let mend = match error.trouble {
            Trouble::Denied => {
                format!(
                    "allow {} to {to_whom}, so that this can be told beforehand; a run does not need it",
                    error.call
                )
            }
            Trouble::SignedOut => "sign in".to_owned(),
            Trouble::Throttled
            | Trouble::NotFound
            | Trouble::Conflict
            | Trouble::Quota
            | Trouble::Invalid
            | Trouble::ServiceFault
            | Trouble::NoAnswer
            | Trouble::Unreadable => "look again later".to_owned(),
        };
        self.doubtful(what, &error.call, error.to_string(), mend)
    }

    fn found(
        self,
        state: State,
        what: impl Into<String>,
        how: &str,
        detail: impl Into<String>,
        mend: Option<String>,
    ) -> Examined {
        Examined { subject: self, what: what.into(), how: how.to_owned(), state, detail: detail.into(), mend }
    }
}

/// What an examination comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many statements are good.
    pub good: usize,
    /// How many are doubtful.
    pub doubtful: usize,
    /// The bad ones.
    pub bad: Vec<Examined>,
}

impl Summary {
    /// Of all statements.
    pub fn of(examined: &[Examined]) -> Self {
        let count = |state| examined.iter().filter(|one| one.state == state).count();
        Self {
            good: count(State::Good),
            doubtful: count(State::Doubtful),
            bad: examined.iter().filter(|one| one.state == State::Bad).cloned().collect(),
        }
    }

    /// Whether nothing was found that would stop a run or let it do harm.
    pub fn is_fit(&self) -> bool {
        self.bad.is_empty()
    }

    /// In one sentence.
    pub fn sentence(&self) -> String {
        match self.bad.len() {
            0 => "Nothing found that would stop a run.".to_owned(),
            1 => "1 thing would stop a run, leave it without a verdict, or let it do harm.".to_owned(),
            more => format!("{more} things would stop a run, leave it without a verdict, or let it do harm."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bad_things_make_unfit_and_all_are_counted() {
        let good = Subject::Clock.good("the clock", "x", "y");
        let doubtful = Subject::Clock.doubtful("the clock", "x", "y", "z");
        let bad = Subject::Clock.bad("the clock", "x", "y", "z");
        let summary = Summary::of(&[good.clone(), doubtful.clone()]);
        assert!(summary.is_fit() && (summary.good, summary.doubtful) == (1, 1));
        let summary = Summary::of(&[good, doubtful, bad.clone(), bad]);
        assert!(!summary.is_fit() && summary.bad.len() == 2);
        assert!(summary.sentence().starts_with("2 things"));
    }
}

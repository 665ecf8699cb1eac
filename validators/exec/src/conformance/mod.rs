//! Tries a program against the protocol: what it should do, and what it must not.
//!
//! Each case starts the program anew, with a request that leads to nothing real and a secret that must not come back.
//! Whether the program notices a bad backup is not tried here: only its author can plant what it should notice.

mod cases;
mod decoys;

use std::time::Duration;

use backproof_clock::SharedClock;
use backproof_model::{Check, Verdict};
use backproof_validators_api::{Deadline, Examined};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use serde_json::Value;

use crate::child::{End, Launch, Talk, converse};
use crate::judging::Judge;
use crate::program::Program;
use crate::reading::OWN_CHECK;
use crate::scrubber::Scrubber;
use crate::settings::ExecSettings;
use cases::{CASES, Case, Trial};

/// So many cases at a time.
const BESIDE_EACH_OTHER: usize = 2;

/// No case lasts longer.
const LONGEST: Duration = Duration::from_hours(1);

/// What is tried.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The program, its own settings and its limits, as a plan would give them.
    pub settings: ExecSettings,
    /// What kind of target it examines.
    pub kind: TargetKind,
    /// A request that leads to a real resource, where there is one.
    pub real: Option<Given>,
    /// A request that leads to a resource without data, where there is one.
    pub empty: Option<Given>,
    /// How many seconds a program has in the cases that let it wait.
    pub seconds: u64,
}

/// A kind of target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetKind {
    /// A relational database server.
    Database,
    /// A DynamoDB table.
    Table,
}

/// A request with its secrets, as a file gives them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The object on standard input.
    pub request: Value,
    /// The object on the descriptor for secrets.
    pub secrets: Value,
}

/// How one case came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseResult {
    /// The case's name.
    pub case: &'static str,
    /// What is expected of the program, in words.
    pub expects: &'static str,
    /// Whether it did.
    pub result: Met,
}

/// Whether a program did what a case expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Met {
    /// It did.
    Met,
    /// It did not; what it did instead.
    NotMet(String),
    /// Not tried, and what it would take.
    NotTried(String),
}

impl Suite {
    /// Tries every case, in the order of the documentation.
    ///
    /// # Errors
    /// The program cannot be found.
    pub async fn try_all(&self, clock: &SharedClock) -> Result<Vec<CaseResult>, String> {
        let program = Program::find(&self.settings).map_err(|error| error.to_string())?;
        let tried = stream::iter(CASES).map(|case| self.try_case(case, &program, clock));
        let tried: Vec<Tried> = tried.buffered(BESIDE_EACH_OTHER).collect().await;
        let in_all = |case, expects, found: fn(&Tried) -> bool, what: &str| {
            let cases: Vec<&str> = tried.iter().filter(|tried| found(tried)).map(|tried| tried.result.case).collect();
            let result = if cases.is_empty() { Met::Met } else { Met::NotMet(format!("{what}: {}", cases.join(", "))) };
            CaseResult { case, expects, result }
        };
        let leaks = in_all(
            "keeps-secrets",
            "its output never holds the secret that it was handed",
            |tried| tried.leaked,
            "the secret stands in what it wrote",
        );
        let leftovers = in_all(
            "leaves-nothing-running",
            "when it has ended, no process of it is left",
            |tried| tried.left_behind,
            "processes were still running after it",
        );
        Ok(tried.iter().map(|tried| tried.result.clone()).chain([leaks, leftovers]).collect())
    }

    /// Tries one case by its name. What is seen in all cases is not looked at.
    ///
    /// # Errors
    /// The program cannot be found, or there is no such case.
    pub async fn try_one(&self, name: &str, clock: &SharedClock) -> Result<CaseResult, String> {
        let program = Program::find(&self.settings).map_err(|error| error.to_string())?;
        let case = CASES.iter().find(|case| case.name == name).ok_or_else(|| format!("there is no case `{name}`"))?;
        Ok(self.try_case(case, &program, clock).await.result)
    }

    async fn try_case(&self, case: &Case, program: &Program, clock: &SharedClock) -> Tried {
        let done = |result, leaked, left_behind| Tried {
            result: CaseResult { case: case.name, expects: case.expects, result },
            leaked,
            left_behind,
        };
        let trial = match case.trial(self, program, clock).await {
            Ok(trial) => trial,
            Err(missing) => return done(Met::NotTried(missing), false, false),
        };
        let scrubber = Scrubber::of_handed_over(&trial.secrets);
        let talk = match self.run(program, &trial, clock).await {
            Ok(talk) => talk,
            Err(error) => return done(Met::NotMet(format!("it could not be started: {error}")), false, false),
        };
        let examined = Judge { settings: &self.settings, scrubber: &scrubber }.judge(&talk, [].into());
        let result = match (case.judge)(&Outcome { talk: &talk, examined: &examined }) {
            Ok(()) => Met::Met,
            Err(instead) => Met::NotMet(instead),
        };
        let leaked = scrubber.is_in(&talk.output) || scrubber.is_in(&talk.complaints);
        done(result, leaked, talk.left_behind > 0)
    }

    async fn run(&self, program: &Program, trial: &Trial, clock: &SharedClock) -> std::io::Result<Talk> {
        let secrets = trial.secrets.to_string();
        let launch = Launch {
            program: &program.path,
            arguments: &program.arguments,
            inherited: &self.settings.environment,
            memory_mib: self.settings.memory_mib,
            max_output_bytes: self.settings.max_output_bytes,
            request: &trial.request,
            secrets: secrets.as_bytes(),
        };
        converse(&launch, trial.patience, &Deadline::after(clock.clone(), LONGEST)).await
    }
}

struct Tried {
    result: CaseResult,
    leaked: bool,
    left_behind: bool,
}

/// What became of one start of the program.
pub(crate) struct Outcome<'a> {
    talk: &'a Talk,
    examined: &'a Examined,
}

impl Outcome<'_> {
    /// It ended by itself.
    fn ended(&self) -> Result<(), String> {
        match &self.talk.end {
            End::OutOfTime => Err("it did not end by itself, and was killed".into()),
            End::Exited(_) | End::TooMuchOutput | End::Lost(_) => Ok(()),
        }
    }

    /// Its answer is of the protocol, to the end, with a check at least.
    fn whole(&self) -> Result<(), String> {
        let obstacle = self.examined.checks.iter().find(|check| check.name.ends_with(OWN_CHECK));
        obstacle.map_or(Ok(()), |check| Err(check.remark.clone().unwrap_or_default()))
    }

    /// None of its checks passed.
    fn no_pass(&self) -> Result<(), String> {
        self.none("these checks passed", |check| check.verdict == Verdict::Passed)
    }

    /// None of its checks of the data passed; that there is a server, or a table, may.
    fn no_pass_of_data(&self) -> Result<(), String> {
        self.none("these checks of data passed", |check| check.verdict == Verdict::Passed && check.is_of_data())
    }

    /// One of its checks passed or failed.
    fn decided(&self) -> Result<(), String> {
        let is_decided = |check: &Check| !matches!(check.verdict, Verdict::Inconclusive(_));
        let decided = self.examined.checks.iter().any(is_decided);
        if decided { Ok(()) } else { Err("all of its checks are inconclusive".into()) }
    }

    fn none(&self, what: &str, matches: impl Fn(&Check) -> bool) -> Result<(), String> {
        let found = self.examined.checks.iter().filter(|check| matches(check));
        let names: Vec<&str> = found.map(|check| check.name.as_str()).collect();
        if names.is_empty() { Ok(()) } else { Err(format!("{what}: {}", names.join(", "))) }
    }
}

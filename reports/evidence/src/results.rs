//! `results.json`: what a run came to, for programs.
//!
//! Version 1 of the format. Members keep their names and meaning within a version; new ones may be added. Times are
//! RFC 3339 in UTC, lengths of time are whole seconds, and what is not known is `null`.

use std::collections::BTreeMap;

use backproof_model::record::{PhaseTimes, Purpose, ValidatorControls};
use backproof_model::{FaultOwner, Observation, ProofLevel, Verdict};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::conclusion::Conclusion;
use crate::costs::TestCosts;
use crate::figures::recovery_seconds;
use crate::restore_test::{Attempt, TestEvidence};
use crate::run::RunEvidence;

/// The format and its version.
pub const RESULTS_FORMAT: &str = "backproof-results/v1";

/// The whole of `results.json`.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Results {
    /// Always [`RESULTS_FORMAT`].
    pub format: &'static str,
    /// Whether this was the simulator and not AWS.
    pub simulated: bool,
    /// The run's number.
    pub run: u64,
    /// The plan's name.
    pub plan_name: Option<String>,
    /// SHA-256 of the effective plan.
    pub plan_sha256: Option<String>,
    /// The version of the program that performed the run.
    pub version: Option<String>,
    /// Whether a plan ran, or one recovery point was checked.
    pub purpose: Option<Purpose>,
    /// When the run began.
    pub began: Option<Timestamp>,
    /// When its journal's last line was written.
    pub last_entry: Option<Timestamp>,
    /// Whether the run is closed, so that what follows is final.
    pub closed: bool,
    /// SHA-256 of the journal that all of this was read from.
    pub journal_sha256: String,
    /// The conclusion.
    pub conclusion: Conclusion,
    /// Each drawn recovery point, in the order of the draw.
    pub tests: Vec<TestResult>,
}

/// One restore test.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TestResult {
    /// Its number.
    pub test: u32,
    /// The stratum it was drawn from.
    pub stratum: String,
    /// The unit.
    pub unit: String,
    /// The unit's rank in its stratum; `null` where it was not drawn.
    pub rank: Option<u64>,
    /// The protected resource.
    pub resource_arn: String,
    /// Its type.
    pub resource_type: String,
    /// The recovery point.
    pub recovery_point_arn: String,
    /// When that was made.
    pub creation_date: Timestamp,
    /// How old it was when the run listed it. No RPO.
    pub age_at_test_seconds: Option<i64>,
    /// `passed`, `failed` or `inconclusive`.
    pub outcome: &'static str,
    /// The level that was reached, of a pass.
    pub level: Option<ProofLevel>,
    /// Whose fault, of all others.
    pub owner: Option<FaultOwner>,
    /// Why, of all others.
    pub reason: Option<String>,
    /// How many attempts left a record.
    pub attempts: usize,
    /// The restore job of the last attempt that started one.
    pub restore_job_id: Option<String>,
    /// The resource that was created last.
    pub created_resource_arn: Option<String>,
    /// How long the phases took in the last attempt.
    pub times: Option<PhaseTimes>,
    /// From asking for the restore until it was shown to be usable; `null` unless passed.
    pub recovery_seconds: Option<i64>,
    /// The recovery point's time minus its newest data.
    pub lag_seconds: Option<i64>,
    /// Every check of the last examination.
    pub checks: Vec<CheckResult>,
    /// What each validator worked with, by its name: server versions, digests of programs and baselines.
    pub facts: BTreeMap<String, BTreeMap<String, String>>,
    /// Faults that were planted beside the restored data.
    pub controls: Vec<ValidatorControls>,
    /// What it was estimated at and what it came to, where the journal says so.
    pub cost: Option<TestCosts>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CheckResult {
    /// The validator.
    pub validator: String,
    /// The check.
    pub name: String,
    /// What a pass establishes.
    pub claim: &'static str,
    /// The level that a pass reaches.
    pub level: ProofLevel,
    /// How many things were examined.
    pub examined: u64,
    /// What was counted.
    pub unit: String,
    /// What should have been there.
    pub expected: Option<Observation>,
    /// What was there.
    pub observed: Option<Observation>,
    /// `passed`, `failed` or `inconclusive`.
    pub verdict: String,
    /// Whose fault it is that it could not be told.
    pub owner: Option<FaultOwner>,
    /// In words.
    pub remark: Option<String>,
}

/// The results of a run, from its evidence and the conclusion drawn from that.
pub fn results(run: &RunEvidence, conclusion: &Conclusion) -> Results {
    let opened = run.opened.as_ref();
    Results {
        format: RESULTS_FORMAT,
        simulated: run.is_simulated(),
        run: run.run,
        plan_name: opened.map(|opened| opened.plan_name.clone()),
        plan_sha256: opened.map(|opened| opened.plan_sha256.clone()),
        version: opened.map(|opened| opened.version.clone()),
        purpose: opened.map(|opened| opened.purpose.clone()),
        began: run.began,
        last_entry: run.last_entry,
        closed: run.is_closed(),
        journal_sha256: run.journal_sha256.clone(),
        conclusion: conclusion.clone(),
        tests: run.tests.iter().map(|test| of_test(test, conclusion)).collect(),
    }
}

impl Results {
    /// The text of `results.json`: indented, members in the order of these types, with a line end.
    ///
    /// # Errors
    /// Fails only where a figure is not finite, which none is.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

fn of_test(test: &TestEvidence, conclusion: &Conclusion) -> TestResult {
    let point = &test.drawn.point;
    TestResult {
        test: test.drawn.test,
        stratum: test.drawn.stratum.clone(),
        unit: test.drawn.unit.clone(),
        rank: test.drawn.rank,
        resource_arn: point.resource_arn.to_string(),
        resource_type: point.resource_type.to_string(),
        recovery_point_arn: point.recovery_point_arn.to_string(),
        creation_date: point.creation_date,
        age_at_test_seconds: test.closed.as_ref().map(|closed| closed.age_at_test_seconds),
        outcome: test.outcome.word(),
        level: match test.outcome {
            backproof_model::Outcome::Passed { level } => Some(level),
            backproof_model::Outcome::Failed { .. } | backproof_model::Outcome::Inconclusive { .. } => None,
        },
        owner: test.outcome.owner(),
        reason: test.outcome.reason().map(str::to_owned),
        attempts: test.attempts.len(),
        restore_job_id: test.attempts.iter().rev().find_map(Attempt::restore_job_id).map(str::to_owned),
        created_resource_arn: test.attempts.iter().rev().find_map(Attempt::created_resource_arn),
        times: test.closed.as_ref().map(|closed| closed.times),
        recovery_seconds: recovery_seconds(test),
        lag_seconds: test.closed.as_ref().and_then(|closed| closed.objectives.lag_seconds),
        checks: test.checks().iter().map(of_check).collect(),
        facts: test.validated().map(|validated| validated.facts.clone()).unwrap_or_default(),
        controls: test.validated().map(|validated| validated.controls.clone()).unwrap_or_default(),
        cost: conclusion.costs.as_ref().and_then(|costs| costs.of_test(test.drawn.test)).cloned(),
    }
}

fn of_check(check: &backproof_model::Check) -> CheckResult {
    CheckResult {
        validator: check.validator.clone(),
        name: check.name.clone(),
        claim: check.claim.as_str(),
        level: check.level,
        examined: check.examined.count,
        unit: check.examined.unit.clone(),
        expected: check.expected.clone(),
        observed: check.observed.clone(),
        verdict: check.verdict.to_string(),
        owner: match check.verdict {
            Verdict::Inconclusive(owner) => Some(owner),
            Verdict::Passed | Verdict::Failed => None,
        },
        remark: check.remark.clone(),
    }
}

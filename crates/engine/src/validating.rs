//! Lets the plan's validators examine what was restored.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;

use backproof_model::canonical::{from_hex, sha256_hex};
use backproof_model::check::Examined as ExaminedCount;
use backproof_model::record::{Validated, ValidatorControls, test_step};
use backproof_model::{Check, Claim, FaultOwner, ProofLevel, Target, Verdict};
use backproof_plan::ValidatorAssignment;
use backproof_validators_api::{Controls, ControlsBesideTarget, Deadline, Examination, Examined, Validator};
use futures_util::FutureExt;
use jiff::Timestamp;

use crate::connecting::connect;
use crate::error::Result;
use crate::journal::Journal;
use crate::restore_test::{TestContext, step};
use crate::unlocking::Login;

/// What is examined.
pub(crate) struct Restored {
    pub(crate) target: Target,
    /// The login, where it was got just now.
    pub(crate) login: Option<Login>,
    /// The moment that the data is of.
    pub(crate) data_time: Timestamp,
}

/// Examines what was restored with every validator that the plan assigns to its resource, and then lets those that plant
/// faults beside the restored data do so.
pub(crate) async fn validate(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    restored: Restored,
) -> Result<Validated> {
    let name = step(test_step::VALIDATE, attempt);
    journal.observe(&name, async { Ok(examine(test, attempt, restored).await) }).await
}

async fn examine(test: &TestContext<'_>, attempt: u32, restored: Restored) -> Validated {
    let Restored { target, login, data_time } = restored;
    test.tell("examining");
    let clock = test.world.clock();
    let mut found = Findings::default();
    let started = clock.now();
    let deadline = Deadline::after(clock.clone(), test.world.plan.deadlines.validate);
    if test.world.stop.is_cancelled() {
        let stopped = "the run was stopped before the data was examined";
        found.checks.push(obstacle("backproof", FaultOwner::Harness, stopped.into()));
    } else {
        match (connect(test, &target, login, started).await, assignments(test).await) {
            (Err(none), _) => found.checks.push(obstacle("backproof", none.owner, none.reason)),
            (Ok(_), Err(problem)) => found.checks.push(obstacle("backproof", FaultOwner::Sandbox, problem)),
            (Ok(connected), Ok(assignments)) => {
                let examination = |assignment: &ValidatorAssignment| Examination {
                    target: target.clone(),
                    settings: assignment.settings.clone(),
                    data_time,
                    source_name: test.drawn.point.resource_arn.arn().resource_name().to_owned(),
                    connection: connected.as_ref().map(|connected| connected.connection.clone()),
                    seed: seed(test),
                    deadline: deadline.clone(),
                };
                examine_with_all(test, attempt, &assignments, examination, &mut found).await;
            }
        }
    }
    let Findings { checks, lag_seconds, controls, facts, finished } = found;
    Validated { checks, lag_seconds, controls, facts, started, finished: finished.unwrap_or_else(|| clock.now()) }
}

/// What all validators found.
#[derive(Default)]
struct Findings {
    checks: Vec<Check>,
    lag_seconds: Option<i64>,
    controls: Vec<ValidatorControls>,
    facts: BTreeMap<String, BTreeMap<String, String>>,
    /// When the restored data had been examined; planting faults beside it is no part of a recovery.
    finished: Option<Timestamp>,
}

async fn examine_with_all(
    test: &TestContext<'_>,
    attempt: u32,
    assignments: &[&ValidatorAssignment],
    examination: impl Fn(&ValidatorAssignment) -> Examination,
    found: &mut Findings,
) {
    let validators = (test.world.validators)(&test.access);
    let of =
        |assignment: &ValidatorAssignment| validators.iter().find(|validator| validator.name() == assignment.validator);
    for assignment in assignments {
        let Some(validator) = of(assignment) else {
            let unknown = "there is no validator of this name";
            found.checks.push(obstacle(&assignment.validator, FaultOwner::Harness, unknown.into()));
            continue;
        };
        let seen = examine_with(validator.as_ref(), &examination(assignment)).await;
        found.lag_seconds = found.lag_seconds.or(seen.lag_seconds);
        found.checks.extend(seen.checks);
        found.facts.entry(validator.name().to_owned()).or_default().extend(seen.facts);
    }
    found.facts.retain(|_, facts| !facts.is_empty());
    found.finished = Some(test.world.clock().now());
    let mut tried = BTreeSet::new();
    for assignment in assignments {
        let Some(validator) = of(assignment).filter(|validator| tried.insert(validator.name())) else { continue };
        if let Controls::BesideTarget(controls) = validator.controls() {
            let tried = plant_beside(test, attempt, validator.name(), controls, &examination(assignment)).await;
            found.controls.extend(bears_out(tried, &found.checks));
        }
    }
}

/// What was planted, with its meaning. That nothing was is no trouble where nothing was passed that it had to bear out;
/// a validator that passed data and planted nothing is not believed.
fn bears_out(mut tried: ValidatorControls, checks: &[Check]) -> Option<ValidatorControls> {
    if tried.problem.is_none() && tried.controls.is_empty() {
        let of_data = |check: &Check| check.validator == tried.validator && check.claim.is_of_data();
        if !checks.iter().any(|check| of_data(check) && check.verdict == Verdict::Passed) {
            return None;
        }
        tried.problem = Some("it planted nothing".into());
    }
    Some(tried)
}

/// Plants faults beside the restored data.
async fn plant_beside(
    test: &TestContext<'_>,
    attempt: u32,
    validator: &str,
    controls: &dyn ControlsBesideTarget,
    examination: &Examination,
) -> ValidatorControls {
    test.tell("trying planted faults");
    // Engines fold hyphens otherwise than underscores; the name says the same.
    let scratch = test.name(attempt).to_string().replace('-', "_");
    let trying = AssertUnwindSafe(controls.try_beside(&scratch, examination)).catch_unwind();
    let (controls, problem) = match examination.deadline.hold(trying).await {
        Ok(Ok(Ok(controls))) => (controls, None),
        Ok(Ok(Err(problem))) => (Vec::new(), Some(problem)),
        Ok(Err(_panic)) => (Vec::new(), Some("the validator crashed".into())),
        Err(late) => (Vec::new(), Some(late.to_string())),
    };
    ValidatorControls { validator: validator.to_owned(), scratch, controls, problem, deletion: None }
}

/// What decides on samples within this recovery point's data: the run's draw and the point, and nobody's choice.
fn seed(test: &TestContext<'_>) -> [u8; 32] {
    let point = &test.drawn.point.recovery_point_arn;
    let digest = sha256_hex(format!("backproof-key-ranges/v1\n{}\n{point}\n", test.draw_seed));
    from_hex(&digest).expect("a SHA-256 in hexadecimal has 32 bytes")
}

/// The validators that the plan assigns; the resource's tags are read only where an assignment asks for them.
async fn assignments<'a>(test: &TestContext<'a>) -> std::result::Result<Vec<&'a ValidatorAssignment>, String> {
    let point = &test.drawn.point;
    let mut tags = BTreeMap::new();
    if test.world.plan.validators.iter().any(|assignment| assignment.tags.is_some()) {
        let source = test.world.cloud.source(&point.account, &point.region).await.map_err(|error| error.to_string())?;
        tags = source
            .backups
            .tags(point.recovery_point_arn.as_str())
            .await
            .map_err(|error| format!("the tags that decide on validators could not be read: {error}"))?;
    }
    let plan = &test.world.plan;
    Ok(plan
        .validators
        .iter()
        .filter(|assignment| assignment.applies_to(&point.resource_type, point.resource_arn.as_str(), &tags))
        .collect())
}

/// Runs one validator. A crash or a late end is a check that could not tell.
async fn examine_with(validator: &dyn Validator, examination: &Examination) -> Examined {
    let refuse =
        |owner, problem| Examined { checks: vec![obstacle(validator.name(), owner, problem)], ..Examined::default() };
    if !validator.accepts(&examination.target) {
        return refuse(
            FaultOwner::Harness,
            "it cannot examine this kind of resource; assign another validator in the plan".into(),
        );
    }
    let examined = AssertUnwindSafe(validator.examine(examination)).catch_unwind();
    match examination.deadline.hold(examined).await {
        Ok(Ok(examined)) => examined,
        Ok(Err(_panic)) => refuse(FaultOwner::Validator, "the validator crashed; its verdict is unknown".into()),
        Err(late) => refuse(FaultOwner::Validator, late.to_string()),
    }
}

/// A check that says why nothing could be told.
fn obstacle(validator: &str, owner: FaultOwner, remark: String) -> Check {
    Check {
        validator: validator.to_owned(),
        name: "examination".into(),
        claim: Claim::DataReadable,
        level: ProofLevel::L0,
        examined: ExaminedCount::new(0, "things"),
        expected: None,
        observed: None,
        verdict: Verdict::Inconclusive(owner),
        remark: Some(remark),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(problem: Option<&str>) -> ValidatorControls {
        let problem = problem.map(str::to_owned);
        ValidatorControls {
            validator: "v".into(),
            scratch: "bp_1".into(),
            controls: Vec::new(),
            problem,
            deletion: None,
        }
    }

    fn check(claim: Claim, verdict: Verdict) -> Check {
        Check { claim, verdict, ..obstacle("v", FaultOwner::Validator, "in a test".into()) }
    }

    #[test]
    fn planting_nothing_is_believed_of_a_validator_only_that_passed_no_data() {
        let reached = check(Claim::ResourceReachable, Verdict::Passed);
        let unread = check(Claim::DataReadable, Verdict::Inconclusive(FaultOwner::Validator));
        assert_eq!(bears_out(tried(None), &[reached.clone(), unread]), None);
        let read = check(Claim::DataReadable, Verdict::Passed);
        let borne_out = bears_out(tried(None), &[reached.clone(), read]).unwrap();
        assert!(!borne_out.hold() && borne_out.problem.is_some(), "{borne_out:?}");
        let could_not = bears_out(tried(Some("denied")), &[reached]).unwrap();
        assert_eq!(could_not.problem.as_deref(), Some("denied"));
    }
}

//! Lets the plan's validators examine what was restored.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use backproof_model::record::{Validated, test_step};
use backproof_model::{Check, Claim, Examined, FaultOwner, ProofLevel, Target, Verdict};
use backproof_plan::ValidatorAssignment;
use backproof_validators_api::{Deadline, Examination, Validator};
use futures_util::FutureExt;

use crate::error::Result;
use crate::journal::Journal;
use crate::restore_test::{TestContext, step};

/// Examines the target with every validator that the plan assigns to its resource.
pub(crate) async fn validate(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    target: Target,
) -> Result<Validated> {
    let name = step(test_step::VALIDATE, attempt);
    journal.observe(&name, async { Ok(examine(test, target).await) }).await
}

async fn examine(test: &TestContext<'_>, target: Target) -> Validated {
    test.tell("examining");
    let clock = test.world.clock();
    let started = clock.now();
    let mut checks = Vec::new();
    let mut lag_seconds = None;
    if test.world.stop.is_cancelled() {
        checks.push(obstacle(
            "backproof",
            FaultOwner::Harness,
            "the run was stopped before the data was examined".into(),
        ));
    } else {
        let validators = (test.world.validators)(&test.access);
        let deadline = Deadline::after(clock.clone(), test.world.plan.deadlines.validate);
        match assignments(test).await {
            Err(problem) => checks.push(obstacle("backproof", FaultOwner::Sandbox, problem)),
            Ok(assignments) => {
                for assignment in assignments {
                    let Some(validator) = validators.iter().find(|validator| validator.name() == assignment.validator)
                    else {
                        checks.push(obstacle(
                            &assignment.validator,
                            FaultOwner::Harness,
                            "there is no validator of this name".into(),
                        ));
                        continue;
                    };
                    let found = examine_with(test, validator.as_ref(), assignment, &target, &deadline).await;
                    lag_seconds = lag_seconds.or(found.lag_seconds);
                    checks.extend(found.checks);
                }
            }
        }
    }
    Validated { checks, lag_seconds, started, finished: clock.now() }
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
async fn examine_with(
    test: &TestContext<'_>,
    validator: &dyn Validator,
    assignment: &ValidatorAssignment,
    target: &Target,
    deadline: &Deadline,
) -> backproof_validators_api::Examined {
    let refuse = |owner, problem| backproof_validators_api::Examined {
        checks: vec![obstacle(validator.name(), owner, problem)],
        lag_seconds: None,
    };
    if !validator.accepts(target) {
        return refuse(
            FaultOwner::Harness,
            "it cannot examine this kind of resource; assign another validator in the plan".into(),
        );
    }
    let examination = Examination {
        target: target.clone(),
        settings: assignment.settings.clone(),
        data_time: test.drawn.point.creation_date,
        source_name: test.drawn.point.resource_arn.arn().resource_name().to_owned(),
        deadline: deadline.clone(),
    };
    let examined = AssertUnwindSafe(validator.examine(&examination)).catch_unwind();
    match deadline.hold(examined).await {
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
        examined: Examined::new(0, "things"),
        expected: None,
        observed: None,
        verdict: Verdict::Inconclusive(owner),
        remark: Some(remark),
    }
}

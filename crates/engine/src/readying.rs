//! Waits until a restored resource can be examined, gets the login to it, and puts our tags on it.

use backproof_cloud::Readiness;
use backproof_model::record::{ResourceReady, RestoreEnded, test_step};
use backproof_model::{FaultOwner, ResourceArn};

use crate::blame::owner_of;
use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::preparing::landing;
use crate::restore_test::{TestContext, step};
use crate::unlocking::{Login, unlock};
use crate::waiting::Patience;

/// Readies what the attempt restored. The login comes with it only where it was got just now: after a restart the
/// journal tells that the resource is ready, and nobody remembers the password.
pub(crate) async fn ready(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    ended: &RestoreEnded,
) -> Result<(ResourceReady, Option<Login>)> {
    let resource = ended
        .created_resource_arn
        .as_ref()
        .ok_or_else(|| EngineError::internal("a restored resource without a name"))?;
    let name = step(test_step::READY, attempt);
    let mut login = None;
    let ready = journal.observe(&name, async { Ok(make_ready(test, resource, ended, &mut login).await) }).await?;
    Ok((ready, login))
}

async fn make_ready(
    test: &TestContext<'_>,
    resource: &ResourceArn,
    ended: &RestoreEnded,
    login: &mut Option<Login>,
) -> ResourceReady {
    test.tell("making it ready");
    let landing = landing(test);
    let patience = Patience::new(test.world.clock().clone(), ended.seen, test.world.plan.deadlines.ready);
    let (target, mut steps) = loop {
        let state = match test.driver.ready(&test.access, resource, &landing).await {
            Ok(Readiness::Ready { target, steps }) => break (target, steps),
            Ok(Readiness::NotYet { state }) => state,
            Ok(Readiness::Never { owner, reason }) => return ResourceReady::NotReady { owner, reason },
            // A resource that was created just now may not be known everywhere yet.
            Err(error) if error.may_pass() || error.is_not_found() => error.to_string(),
            Err(error) => return ResourceReady::NotReady { owner: owner_of(&error), reason: error.to_string() },
        };
        if patience.is_over() {
            let reason = format!("it was not ready within {}: {state}", patience.allowed());
            return ResourceReady::NotReady { owner: FaultOwner::Sandbox, reason };
        }
        patience.pause().await;
    };
    match unlock(test, &target, &patience).await {
        Ok(got) => *login = Some(got),
        Err(none) => return ResourceReady::NotReady { owner: none.owner, reason: none.reason },
    }
    let at = test.world.clock().now();
    // Tags only help to find it; a restore that cannot be tagged is examined and deleted all the same.
    steps.push(match test.driver.tag(&test.access, resource, &test.tags()).await {
        Ok(()) => "tagged as ours".to_owned(),
        Err(error) => format!("could not be tagged: {error}"),
    });
    ResourceReady::Ready { target, at, steps }
}

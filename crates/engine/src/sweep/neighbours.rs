//! Other installations in the same sandbox: who they are, and what a new state directory does when it meets one.
//!
//! Whoever loses a state directory and begins with an empty one gets a new installation, which knows nothing of what the
//! lost one has under way: it would restore the same points again and could delete nothing of the old ones. So the
//! first run of a new state begins only where the sandbox holds nothing of others, or somebody has said that these
//! others work there rightly.

use std::collections::BTreeSet;

use backproof_cloud::SandboxAccess;
use backproof_model::chain::{Entry, Event};
use backproof_model::names::{Installation, ResourceName};
use backproof_store::{RunState, Store};
use jiff::SignedDuration;
use serde_json::json;

use crate::error::{EngineError, Result};
use crate::poller::jobs_since;
use crate::world::World;

/// Restore jobs are looked back for so long.
const LOOK_BACK: SignedDuration = SignedDuration::from_hours(72);
const STEP: &str = "neighbour/";

/// What helps where a state directory was lost.
pub(super) const WHAT_TO_DO: &str = "; this state directory is new: where it stands in for one that was lost, put that back \
     from its mirror or a backup, or delete what the lost one left by `backproof sweep --without-journal`; where another \
     installation rightly works in this sandbox, say so once by `backproof sweep --neighbour`";

/// Refuses to begin the first run of a new state directory in a sandbox where an unknown installation has something.
pub(crate) async fn refuse_blind_start(world: &World) -> Result<()> {
    let register = world.store.register().await?;
    if register.iter().any(|run| run.state != RunState::Aborted) {
        return Ok(());
    }
    let declared = declared(&world.store).await?;
    for region in &world.plan.sandbox.regions {
        let access = world.cloud.sandbox(region).await?;
        for (what, name) in strangers(world, &access).await? {
            if name.installation != *world.store.installation() && !declared.contains(&name.installation) {
                return Err(EngineError::Refused(format!(
                    "the sandbox holds {what} of installation {}{WHAT_TO_DO}",
                    name.installation
                )));
            }
        }
    }
    Ok(())
}

/// Everything in one Region that has a name as we give them, and what restore jobs are about to make.
async fn strangers(world: &World, access: &SandboxAccess) -> Result<Vec<(String, ResourceName)>> {
    let mut found = Vec::new();
    for driver in &world.drivers {
        for arn in driver.list(access).await? {
            found.extend(ResourceName::parse(arn.arn().resource_name()).map(|name| (arn.to_string(), name)));
        }
    }
    let since = world.clock().now().saturating_sub(LOOK_BACK).unwrap_or(jiff::Timestamp::MIN);
    let jobs = jobs_since(access.restores.as_ref(), since).await?;
    let ours = |role: &String| *role == world.plan.sandbox.restore_role_arn;
    for job in jobs.into_values().filter(|job| !job.status.is_terminal() && job.iam_role_arn.as_ref().is_some_and(ours))
    {
        let metadata = access.restores.restore_job_metadata(&job.restore_job_id).await?;
        let name = metadata.values().find_map(|value| ResourceName::parse(value));
        found.extend(name.map(|name| (format!("restore job {}", job.restore_job_id), name)));
    }
    Ok(found)
}

/// Writes down that another installation rightly works in the same sandbox: its things stop no first run.
///
/// # Errors
/// Refuses where nobody answers for it, and this installation itself; fails where the journal cannot be written.
pub async fn declare_neighbour(world: &World, neighbour: &Installation, person: &str, reason: &str) -> Result<()> {
    if person.trim().is_empty() || reason.trim().is_empty() {
        return Err(EngineError::Refused("a neighbour is declared by a person, with a reason".into()));
    }
    if neighbour == world.store.installation() {
        return Err(EngineError::Refused(format!("{neighbour} is this very installation")));
    }
    let mut chain = super::take_chain(&world.store).await?;
    let said = json!({ "installation": neighbour, "person": person, "reason": reason });
    chain.finish(&format!("{STEP}{neighbour}"), &said).await
}

async fn declared(store: &Store) -> Result<BTreeSet<Installation>> {
    let mut declared = BTreeSet::new();
    for line in store.lines(super::RUN, super::CHAIN).await? {
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        match entry.event {
            Event::Result { step, .. } => declared.extend(step.strip_prefix(STEP).and_then(|name| name.parse().ok())),
            Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => {}
        }
    }
    Ok(declared)
}

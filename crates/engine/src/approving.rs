//! Nothing is restored for a plan that nobody approved, unless the operator says so and is named for it.
//!
//! Whether a signature holds and whose it is was found out by whoever wired the run up; here that is held against the
//! plan, journalled, and entered into the register. A check of one recovery point needs no approval.

use backproof_model::record::{ApprovalStanding, PlanApproval, Purpose, run_step};
use backproof_model::register::RegisterEvent;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::opening::run_record;
use crate::world::{Request, World};

/// Refuses what is not approved before anything begins.
///
/// A run that passed here before is gone on with, whatever became of the approval since: it must be cleaned up.
pub(crate) async fn may_begin(world: &World, request: &Request) -> Result<()> {
    match request.what.purpose() {
        Purpose::Check => return Ok(()),
        Purpose::Plan if world.approval.lets_run(&world.plan.digest()) => return Ok(()),
        Purpose::Plan => {}
    }
    for run in world.store.open_runs().await? {
        if run_record::<PlanApproval>(&world.store, run.run, run_step::APPROVAL).await?.is_some() {
            return Ok(());
        }
    }
    Err(refused(world))
}

fn refused(world: &World) -> EngineError {
    let approval = &world.approval;
    let reason = if approval.plan_sha256 == world.plan.digest() {
        approval.reason.clone()
    } else {
        "what was asked about is another plan".to_owned()
    };
    EngineError::Refused(format!(
        "the plan is not approved: {reason}\nhint: `backproof plan approve --key FILE` approves it; \
         --unapproved has it run all the same, and the report names you for it"
    ))
}

/// Journals how the plan's approval stands when the run begins to restore, once.
pub(crate) async fn record(world: &World, purpose: &Purpose, journal: &mut Journal) -> Result<()> {
    if *purpose == Purpose::Check {
        return Ok(());
    }
    let approval: PlanApproval = journal
        .observe(run_step::APPROVAL, async {
            if world.approval.lets_run(&world.plan.digest()) { Ok(world.approval.clone()) } else { Err(refused(world)) }
        })
        .await?;
    match approval.standing {
        ApprovalStanding::Approved | ApprovalStanding::SignerUnknown => enter(world, &approval).await,
        ApprovalStanding::Unapproved => Ok(()),
    }
}

/// Enters each approval that no run has seen before into the register.
async fn enter(world: &World, approval: &PlanApproval) -> Result<()> {
    let plan_name = &world.plan.name;
    world
        .store
        .record_with(|events| {
            let approved = approval.approvers.iter().map(|approver| RegisterEvent::PlanApproved {
                plan_name: plan_name.clone(),
                plan_sha256: approval.plan_sha256.clone(),
                person: approver.person.clone(),
                key_id: approver.key_id.clone(),
            });
            approved.filter(|event| !events.iter().any(|(_, known)| known == event)).collect()
        })
        .await?;
    Ok(())
}

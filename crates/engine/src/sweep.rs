//! The janitor: finds what runs left in the sandbox, and deletes what the journal proves is ours.
//!
//! Four sources are reconciled into one table: the journal (what was meant and never seen absent), AWS Backup's restore
//! jobs, tags, and names. Each of them helps to find; only [`crate::deletion_rule::may_delete`] lets anything be
//! deleted. What an open run made is left to that run, what is held for inspection to its time, and what belongs to
//! another installation to that one.

mod copies;
mod deciding;
mod findings;
mod ledger;
mod looking;
mod meant;
mod neighbours;
mod unjournalled;

use backproof_cloud::SandboxAccess;
use backproof_model::names::ResourceName;
use backproof_model::record::{Deletion, DeletionEnd, Kept};
use backproof_model::{RecoveryPointArn, ResourceArn};
use backproof_store::Store;
use jiff::Timestamp;
use serde_json::json;

use crate::copies::CopyDeletion;
use crate::deleting::Deleter;
use crate::deletion_rule::Proof;
use crate::error::{EngineError, Result};
use crate::exceptions;
use crate::journal::{Journal, Taken};
use crate::keeper::Keeper;
use crate::progress::Progress;
use crate::restore_test::tags;
use crate::world::World;

use findings::OwnProof;
pub use findings::{Finding, FindingKind, Findings, Source, SweepAction, Warrant};
pub use neighbours::declare_neighbour;
pub(crate) use neighbours::refuse_blind_start;
pub use unjournalled::{BreakGlass, sweep_without_journal};

/// Sweeps belong to no run.
pub(crate) const RUN: u64 = backproof_model::register::REGISTER_RUN;
/// The chain that says what sweeps did.
pub(crate) const CHAIN: &str = "sweep";

/// Looks through the sandbox. Changes nothing.
///
/// `journal` is the state directory whose runs are cleaned up after: the world's own store, or, for a janitor on a host
/// of its own, the one that it may only read.
///
/// # Errors
/// Fails where the sandbox cannot be entered or the journal cannot be read. What cannot be listed is part of the result.
pub async fn plan_sweep(world: &World, journal: &Store) -> Result<Findings> {
    looking::look(world, journal).await
}

/// Deletes what the findings say, each deletion journalled before and after in the chain of sweeps of the world's store.
///
/// # Errors
/// Fails where the journal cannot be written; what could not be deleted is part of the result.
pub async fn sweep(world: &World, journal: &Store, findings: &Findings) -> Result<Vec<Deletion>> {
    let (_keeper, mut chain) = (Keeper::begin(&world.store), take_chain(&world.store).await?);
    let mut deletions = Vec::new();
    for arn in &findings.absent {
        let now = world.clock().now();
        let end = DeletionEnd::WasAbsent { seen: now };
        let deletion = Deletion { arn: arn.clone(), ownership: "not needed".into(), end };
        chain.finish(&format!("sweep/{now}/{arn}"), &deletion).await?;
        deletions.push(deletion);
    }
    for finding in &findings.found {
        if let SweepAction::Delete { warrant, .. } = &finding.action {
            deletions.extend(delete(world, journal, finding, warrant, &mut chain).await?);
        }
    }
    // What was seen absent closes the exception that was opened because it would not go.
    for deletion in deletions.iter().filter(|deletion| !is_stranded(deletion)) {
        exceptions::closed_by_deletion(&world.store, &deletion.arn).await?;
    }
    Ok(deletions)
}

async fn delete(
    world: &World,
    journal: &Store,
    finding: &Finding,
    warrant: &Warrant,
    chain: &mut Journal,
) -> Result<Vec<Deletion>> {
    let began = world.clock().now();
    let step = format!("sweep/{began}/{}", finding.resource);
    let found_in: Vec<_> = finding.found_in.iter().map(|source| source.word()).collect();
    chain.intend(&step, &json!({ "resource": finding.resource, "found_in": found_in })).await?;
    let access = world.cloud.sandbox(&finding.region).await?;
    let deletion = match &warrant.proof {
        OwnProof::Name(name) => {
            let proof = Proof::IntendedName(name);
            delete_resource(world, journal, finding, &access, (name, proof, warrant)).await?
        }
        OwnProof::Job { job, name } => {
            let proof = Proof::RestoreJob(job);
            delete_resource(world, journal, finding, &access, (name, proof, warrant)).await?
        }
        OwnProof::CopyJob { .. } => delete_copy(world, finding, &access, began).await?,
    };
    chain.finish(&step, &deletion).await?;
    let mut deletions = vec![deletion];
    // The run knew the copy by its job only.
    if let OwnProof::CopyJob { pseudonym: Some(pseudonym) } = &warrant.proof
        && !is_stranded(&deletions[0])
    {
        let known_as = Deletion { arn: pseudonym.clone(), ..deletions[0].clone() };
        chain.finish(&format!("sweep/{began}/{pseudonym}"), &known_as).await?;
        deletions.push(known_as);
    }
    Ok(deletions)
}

async fn delete_resource(
    world: &World,
    journal: &Store,
    finding: &Finding,
    access: &SandboxAccess,
    (name, proof, warrant): (&ResourceName, Proof<'_>, &Warrant),
) -> Result<Deletion> {
    let FindingKind::Resource(resource_type) = &finding.kind else {
        return Err(EngineError::internal("a swept resource without a type"));
    };
    let driver =
        world.driver(resource_type).ok_or_else(|| EngineError::internal("a swept resource without a driver"))?;
    let resource: ResourceArn = finding.resource.parse().map_err(EngineError::internal)?;
    let began = world.clock().now();
    let deleter = Deleter {
        access,
        driver: driver.clone(),
        clock: world.clock().clone(),
        installation: journal.installation(),
        source: warrant.source.as_ref(),
        tags: tags(journal.installation(), name.run, name.test, began),
        allowed: world.plan.deadlines.delete,
    };
    Ok(deleter.delete(&resource, proof, warrant.since, began).await)
}

async fn delete_copy(world: &World, finding: &Finding, access: &SandboxAccess, began: Timestamp) -> Result<Deletion> {
    let FindingKind::Copy { backup_vault_name } = &finding.kind else {
        return Err(EngineError::internal("a swept copy without a vault"));
    };
    let copy: RecoveryPointArn = finding.resource.parse().map_err(EngineError::internal)?;
    let allowed = world.plan.deadlines.delete;
    Ok(CopyDeletion { access, clock: world.clock(), allowed, began }.delete(backup_vault_name, &copy).await)
}

/// What a sweep came to.
#[derive(Clone, Debug)]
pub struct Swept {
    /// What was found.
    pub findings: Findings,
    /// What became of all that was to be deleted.
    pub deletions: Vec<Deletion>,
}

impl Swept {
    /// Everything that is still there and should not be: `(what, why)`.
    pub fn left(&self) -> Vec<(String, String)> {
        let refused = self.findings.found.iter().filter_map(|finding| match &finding.action {
            SweepAction::Leave { why } => Some((finding.resource.clone(), why.clone())),
            SweepAction::Delete { .. }
            | SweepAction::Keep { .. }
            | SweepAction::OfOpenRun { .. }
            | SweepAction::NotOurs { .. } => None,
        });
        let stranded = self.deletions.iter().filter_map(|deletion| match &deletion.end {
            DeletionEnd::Stranded { reason } => Some((deletion.arn.clone(), reason.clone())),
            DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } | DeletionEnd::Kept { .. } => None,
        });
        refused.chain(stranded).collect()
    }
}

/// Looks and deletes in one go, as `serve` does every day and each start of a run does for what earlier runs left.
///
/// # Errors
/// As [`plan_sweep`] and [`sweep`].
pub async fn sweep_stranded(world: &World) -> Result<Swept> {
    let findings = plan_sweep(world, &world.store).await?;
    let deletions = sweep(world, &world.store, &findings).await?;
    Ok(Swept { findings, deletions })
}

/// The chain of sweeps, where nobody else sweeps at this moment.
async fn take_chain(store: &Store) -> Result<Journal> {
    match Journal::try_take(store, RUN, CHAIN, &[]).await? {
        Taken::Ours(journal) => Ok(journal),
        Taken::HeldBy(owner) => Err(EngineError::Unfit(format!("another sweep is at work: {owner}; let it finish"))),
        Taken::Closed(..) | Taken::NoSlot => Err(EngineError::internal("the chain of sweeps has come to an end")),
    }
}

/// Tries again what earlier runs could not delete, and what is not held for inspection any more, beside a run. Only a
/// journal that cannot be written stops the run; what would not go is named by its census.
pub(crate) async fn clear_earlier(world: &World) -> Result<()> {
    let now = world.clock().now();
    let unresolved = ledger::Ledger::read(&world.store, &world.store).await?.unresolved().await?;
    let due = unresolved.iter().flat_map(|meant| meant.left.values()).any(|left| left.is_due(now));
    if !due {
        return Ok(());
    }
    world.tell(Progress::Stage { what: "deleting what earlier runs left in the sandbox".into() });
    match sweep_stranded(world).await {
        Ok(_) => Ok(()),
        Err(EngineError::Store(error)) => Err(error.into()),
        Err(error) => {
            let what = format!("what earlier runs left could not be looked at: {error}; `backproof sweep` tries again");
            world.tell(Progress::Stage { what });
            Ok(())
        }
    }
}

/// What one run holds for inspection, whether it is closed or not.
pub(crate) async fn kept_by(store: &Store, run: u64) -> Result<Vec<Kept>> {
    let meant = meant::meant_by(store, run).await?;
    Ok(meant.all.values().flat_map(held).collect())
}

fn held(meant: &meant::Meant) -> impl Iterator<Item = Kept> {
    meant.left.keys().filter_map(|arn| Some(Kept { arn: arn.clone(), until: meant.kept_until(arn)? }))
}

/// What closed runs hold for inspection at this moment, with when it is due; asks no AWS.
///
/// # Errors
/// Fails where the journal cannot be read.
pub async fn kept(store: &Store) -> Result<Vec<Kept>> {
    let unresolved = ledger::Ledger::read(store, store).await?.unresolved().await?;
    Ok(unresolved.iter().flat_map(held).collect())
}

/// Whether a deletion left something behind.
pub fn is_stranded(deletion: &Deletion) -> bool {
    matches!(deletion.end, DeletionEnd::Stranded { .. })
}

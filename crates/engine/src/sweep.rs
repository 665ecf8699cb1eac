//! The janitor: finds what runs of this installation left in the sandbox, and deletes what the journal proves is ours.

use backproof_cloud::VaultRef;
use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::names::ResourceName;
use backproof_model::record::{Deletion, DeletionEnd, Located, RunClosed, run_step, test_step};
use backproof_model::{RecoveryPointArn, Region, ResourceArn, ResourceType};
use backproof_store::RunState;
use jiff::Timestamp;
use serde_json::json;

use crate::census::is_ours;
use crate::copies::CopyDeletion;
use crate::deleting::Deleter;
use crate::deletion_rule::Proof;
use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::opening::run_record;
use crate::restore_test::{step, tags};
use crate::world::World;

/// The register's own run number and chain: what happens to resources after their run was closed.
const REGISTER: (u64, &str) = (0, "register");

/// Something of this installation in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepItem {
    /// The resource.
    pub resource: ResourceArn,
    /// What it is.
    pub kind: SweepKind,
    /// Its Region.
    pub region: Region,
    /// What its name says of where it came from.
    pub name: String,
    /// What is to be done with it.
    pub action: SweepAction,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepKind {
    /// A resource of this type, known by its name.
    Resource(ResourceType),
    /// A copy of a recovery point in this vault of the sandbox, known by the journal: copies have no names of ours.
    Copy {
        /// The vault.
        backup_vault_name: String,
    },
}

/// What a sweep does with something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepAction {
    /// Delete it: this journalled intent, of this moment, made it.
    Delete {
        /// When it was intended.
        intended: Timestamp,
    },
    /// Leave it, for this reason.
    Leave {
        /// In words.
        why: String,
    },
}

/// What a sweep would do. Changes nothing.
///
/// # Errors
/// Fails where the sandbox cannot be entered or listed: a listing that cannot be read is not an empty one.
pub async fn plan_sweep(world: &World) -> Result<Vec<SweepItem>> {
    let mut items = Vec::new();
    for region in &world.plan.sandbox.regions {
        let access = world.cloud.sandbox(region).await?;
        for driver in &world.drivers {
            for resource in driver.list(&access).await? {
                let name = resource.arn().resource_name().to_owned();
                if is_ours(&name, world.store.installation()) {
                    let action = action(world, &name).await?;
                    let kind = SweepKind::Resource(driver.resource_type());
                    items.push(SweepItem { resource, kind, region: region.clone(), name, action });
                }
            }
        }
    }
    items.extend(stranded_copies(world).await?);
    Ok(items)
}

/// Copies that closed runs could not delete, and that a read does not say are gone.
async fn stranded_copies(world: &World) -> Result<Vec<SweepItem>> {
    let mut items = Vec::new();
    for run in world.store.register().await?.iter().filter(|run| run.state == RunState::Closed) {
        let closed = run_record::<RunClosed>(&world.store, run.run, run_step::CLOSE).await?;
        let stranded: Vec<String> =
            closed.into_iter().flat_map(|closed| closed.stranded).map(|left| left.arn).collect();
        if stranded.iter().any(|arn| arn.contains(":recovery-point:")) {
            items.extend(copies_of(world, run.run, &stranded).await?);
        }
    }
    Ok(items)
}

async fn copies_of(world: &World, run: u64, stranded: &[String]) -> Result<Vec<SweepItem>> {
    let mut items = Vec::new();
    for line in world.store.journal(run).await? {
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        let Event::Result { step, output } = entry.event else { continue };
        if !step.starts_with(test_step::STAGE) {
            continue;
        }
        let Ok(Located::Copied { recovery_point_arn, backup_vault_name, started, .. }) = serde_json::from_value(output)
        else {
            continue;
        };
        let (Some(region), true) =
            (recovery_point_arn.arn().region(), stranded.contains(&recovery_point_arn.to_string()))
        else {
            continue;
        };
        let access = world.cloud.sandbox(&region).await?;
        let vault = VaultRef { name: backup_vault_name.clone(), owner: None };
        match access.backups.describe_recovery_point(&vault, &recovery_point_arn).await {
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
            Ok(_) => items.push(SweepItem {
                resource: recovery_point_arn.as_str().parse().map_err(EngineError::internal)?,
                kind: SweepKind::Copy { backup_vault_name },
                region,
                name: entry.chain,
                action: SweepAction::Delete { intended: started },
            }),
        }
    }
    Ok(items)
}

/// Deletes what the plan of a sweep says, each deletion journalled in the register's chain.
///
/// # Errors
/// Fails where the journal cannot be written; what could not be deleted is part of the result.
pub async fn sweep(world: &World, items: &[SweepItem]) -> Result<Vec<Deletion>> {
    let (run, chain) = REGISTER;
    let mut journal = Journal::take(&world.store, run, chain).await?;
    let mut deletions = Vec::new();
    for item in items {
        if let SweepAction::Delete { intended } = item.action {
            deletions.push(delete(world, item, intended, &mut journal).await?);
        }
    }
    Ok(deletions)
}

async fn delete(world: &World, item: &SweepItem, intended: Timestamp, journal: &mut Journal) -> Result<Deletion> {
    let began = world.clock().now();
    let step = format!("sweep/{began}/{}", item.resource);
    journal.intend(&step, &json!({ "resource": item.resource, "intended": intended })).await?;
    let access = world.cloud.sandbox(&item.region).await?;
    let allowed = world.plan.deadlines.delete;
    let deletion = match &item.kind {
        SweepKind::Copy { backup_vault_name } => {
            let copy: RecoveryPointArn = item.resource.as_str().parse().map_err(EngineError::internal)?;
            CopyDeletion { access: &access, clock: world.clock(), allowed, began }
                .delete(backup_vault_name, &copy)
                .await
        }
        SweepKind::Resource(resource_type) => {
            let name = ResourceName::parse(&item.name)
                .ok_or_else(|| EngineError::internal("a swept resource without a name of ours"))?;
            let driver = world
                .driver(resource_type)
                .ok_or_else(|| EngineError::internal("a swept resource without a driver"))?;
            let deleter = Deleter {
                access: &access,
                driver: driver.clone(),
                clock: world.clock().clone(),
                installation: world.store.installation(),
                source: None,
                tags: tags(world, name.run, name.test, began),
                allowed,
            };
            deleter.delete(&item.resource, Proof::IntendedName(&name), intended, began).await
        }
    };
    journal.finish(&step, &deletion).await?;
    Ok(deletion)
}

/// Whether the journal proves that we made what has this name, and nobody works on it.
async fn action(world: &World, name: &str) -> Result<SweepAction> {
    let leave = |why: String| SweepAction::Leave { why };
    let Some(name) = ResourceName::parse(name) else { return Ok(leave("its name is not one of ours".into())) };
    let Some(run) = world.store.register().await?.into_iter().find(|run| run.run == name.run) else {
        return Ok(leave(format!("the register has no run {}", name.run)));
    };
    if run.state == RunState::Open {
        return Ok(leave(format!("run {} is not closed: finish it with `backproof run`", run.run)));
    }
    let (chain, intent) = match name.test {
        0 => (RUN_CHAIN.to_owned(), run_step::CONTROLS.to_owned()),
        test => (format!("test-{test}"), step(test_step::START, name.attempt)),
    };
    match intended(world, name.run, &chain, &intent).await? {
        Some(intended) => Ok(SweepAction::Delete { intended }),
        None => Ok(leave(format!("the journal of run {} has no intent to create it", name.run))),
    }
}

async fn intended(world: &World, run: u64, chain: &str, wanted: &str) -> Result<Option<Timestamp>> {
    for line in world.store.lines(run, chain).await? {
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        match entry.event {
            Event::Intent { step, .. } if step == wanted => return Ok(Some(entry.at)),
            Event::Intent { .. } | Event::Result { .. } | Event::Status { .. } | Event::Resumed { .. } => {}
        }
    }
    Ok(None)
}

/// Whether a deletion left something behind.
pub fn is_stranded(deletion: &Deletion) -> bool {
    matches!(deletion.end, DeletionEnd::Stranded { .. })
}

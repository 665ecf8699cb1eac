//! What the journal says a run meant to make in the sandbox, and what of it nobody has seen absent since.

use std::collections::{BTreeMap, BTreeSet};

use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::names::ResourceName;
use backproof_model::record::{
    ControlsTried, Deleted, DeletionEnd, Drawn, DrawnPoint, Located, RestoreEnded, RestoreStarted, run_step, test_step,
};
use backproof_model::{AccountId, RecoveryPointArn, Region, ResourceArn, ResourceType};
use backproof_store::Store;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::deletion_rule::Since;
use crate::error::{EngineError, Result};
use crate::intent_jobs::says_name_was_taken;

/// One attempt of a restore test, or one scratch resource (test 0), as far as it concerns what may be in the sandbox.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    /// The name that it gave.
    pub(crate) name: ResourceName,
    /// What was to be restored; scratch resources have no such thing.
    pub(crate) of: Option<Of>,
    /// When the restore, or the scratch resource, was first intended.
    pub(crate) intended: Option<Timestamp>,
    /// The recovery point that the restore was asked of: the drawn one, or its copy.
    pub(crate) restored_from: Option<String>,
    /// The restore job, where its id was learned.
    pub(crate) job: Option<String>,
    /// When AWS created that job.
    pub(crate) job_created: Option<Timestamp>,
    /// The job failed because something had the name already.
    pub(crate) name_was_taken: bool,
    /// What the job says it created.
    pub(crate) created: Option<ResourceArn>,
    /// The copy that was made for it.
    pub(crate) copy: Option<Copy>,
    /// The copy job, where its id was learned.
    pub(crate) copy_job: Option<String>,
    /// What was not seen absent when the run was done with it, by its name in the journal.
    pub(crate) left: BTreeMap<String, Left>,
}

/// What a restore test was of.
#[derive(Clone, Debug)]
pub(crate) struct Of {
    pub(crate) resource_type: ResourceType,
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) source: ResourceArn,
}

/// A copy in the sandbox's own vault.
#[derive(Clone, Debug)]
pub(crate) struct Copy {
    pub(crate) backup_vault_name: String,
    pub(crate) arn: RecoveryPointArn,
}

/// Why something was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Left {
    /// It could not be deleted.
    Stranded { reason: String },
    /// It is held for inspection.
    Kept { until: Timestamp },
}

impl Left {
    /// Whether it should be gone by now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        match self {
            Self::Stranded { .. } => true,
            Self::Kept { until } => *until <= now,
        }
    }
}

impl Meant {
    fn named(name: ResourceName) -> Self {
        Self {
            name,
            of: None,
            intended: None,
            restored_from: None,
            job: None,
            job_created: None,
            name_was_taken: false,
            created: None,
            copy: None,
            copy_job: None,
            left: BTreeMap::new(),
        }
    }

    /// Since when something can have been made by this, where that was ever intended.
    pub(crate) fn since(&self) -> Option<Since> {
        self.intended.map(|intended| Since::of(intended, self.job_created))
    }

    /// Until when this resource is held for inspection.
    pub(crate) fn kept_until(&self, resource: &str) -> Option<Timestamp> {
        match self.left.get(resource) {
            Some(Left::Kept { until }) => Some(*until),
            Some(Left::Stranded { .. }) | None => None,
        }
    }

    fn take_deleted(&mut self, deleted: &Deleted) {
        for deletion in &deleted.resources {
            let left = match &deletion.end {
                DeletionEnd::Stranded { reason } => Left::Stranded { reason: reason.clone() },
                DeletionEnd::Kept { until } => Left::Kept { until: *until },
                DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } => continue,
            };
            self.left.insert(deletion.arn.clone(), left);
        }
    }
}

/// Everything that a run meant to make.
#[derive(Debug, Default)]
pub(crate) struct MeantByRun {
    /// The recovery point of a one-off check, or the first that was drawn.
    pub(crate) first_point: Option<RecoveryPointArn>,
    pub(crate) all: BTreeMap<ResourceName, Meant>,
}

/// Reads a run's journal.
pub(crate) async fn meant_by(store: &Store, run: u64) -> Result<MeantByRun> {
    let mut entries = Vec::new();
    for line in store.journal(run).await? {
        let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
        entries.push(entry);
    }
    let drawn = entries.iter().find_map(|entry| match &entry.event {
        Event::Result { step, output } if entry.chain == RUN_CHAIN && step == run_step::DRAW => {
            read::<Drawn>(output).ok()
        }
        Event::Result { .. } | Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => None,
    });
    let points = drawn.map(|drawn| drawn.points).unwrap_or_default();
    let mut run = Fold {
        store,
        run,
        points: points.iter().map(|point| (point.test, point)).collect(),
        meant: MeantByRun {
            first_point: points.first().map(|drawn| drawn.point.recovery_point_arn.clone()),
            all: BTreeMap::new(),
        },
    };
    for entry in &entries {
        run.take(entry)?;
    }
    Ok(run.meant)
}

struct Fold<'a> {
    store: &'a Store,
    run: u64,
    points: BTreeMap<u32, &'a DrawnPoint>,
    meant: MeantByRun,
}

impl Fold<'_> {
    fn take(&mut self, entry: &Entry) -> Result<()> {
        if entry.chain == RUN_CHAIN {
            return self.take_of_run(entry);
        }
        let Some(test) = entry.chain.strip_prefix("test-").and_then(|test| test.parse().ok()) else { return Ok(()) };
        match &entry.event {
            Event::Intent { step, input } => self.take_intent(test, step, input, entry.at),
            Event::Result { step, output } => self.take_result(test, step, output)?,
            Event::Status { of, status } => {
                if let Some(attempt) = attempt_of(of, "copy-job-id") {
                    self.of(test, attempt).copy_job = Some(status.clone());
                }
            }
            Event::Resumed { .. } => {}
        }
        Ok(())
    }

    fn take_intent(&mut self, test: u32, step: &str, input: &Value, at: Timestamp) {
        let Some(attempt) = attempt_of(step, test_step::START) else { return };
        let meant = self.of(test, attempt);
        meant.intended.get_or_insert(at);
        meant.restored_from = input["recovery_point_arn"].as_str().map(str::to_owned);
    }

    fn take_result(&mut self, test: u32, step: &str, output: &Value) -> Result<()> {
        if let Some(attempt) = attempt_of(step, test_step::STAGE) {
            if let Located::Copied { recovery_point_arn, backup_vault_name, .. } = read(output)? {
                self.of(test, attempt).copy = Some(Copy { backup_vault_name, arn: recovery_point_arn });
            }
        } else if let Some(attempt) = attempt_of(step, test_step::START) {
            if let RestoreStarted::Job { restore_job_id, .. } = read(output)? {
                self.of(test, attempt).job = Some(restore_job_id);
            }
        } else if let Some(attempt) = attempt_of(step, test_step::AWAIT) {
            let ended: RestoreEnded = read(output)?;
            let meant = self.of(test, attempt);
            meant.name_was_taken = says_name_was_taken(&ended.status, ended.status_message.as_deref());
            meant.job_created = ended.creation_date;
            meant.created = ended.created_resource_arn;
        } else if let Some(attempt) = attempt_of(step, test_step::DELETE) {
            let deleted: Deleted = read(output)?;
            self.of(test, attempt).take_deleted(&deleted);
        }
        Ok(())
    }

    /// Scratch resources of negative controls.
    fn take_of_run(&mut self, entry: &Entry) -> Result<()> {
        match &entry.event {
            Event::Intent { step, input } if step == run_step::CONTROLS => {
                let names = input["scratch"].as_array().into_iter().flatten().filter_map(Value::as_str);
                for name in names.filter_map(ResourceName::parse) {
                    let meant = self.meant.all.entry(name.clone()).or_insert_with(|| Meant::named(name));
                    meant.intended.get_or_insert(entry.at);
                }
            }
            Event::Result { step, output } if step == run_step::CONTROLS => {
                let tried: ControlsTried = read(output)?;
                for controls in tried.validators {
                    let Some(name) = ResourceName::parse(&controls.scratch) else { continue };
                    let meant = self.meant.all.entry(name.clone()).or_insert_with(|| Meant::named(name));
                    if let Some(deleted) = &controls.deletion {
                        meant.take_deleted(deleted);
                    }
                }
            }
            Event::Intent { .. } | Event::Result { .. } | Event::Status { .. } | Event::Resumed { .. } => {}
        }
        Ok(())
    }

    fn of(&mut self, test: u32, attempt: u32) -> &mut Meant {
        let name = ResourceName { installation: self.store.installation().clone(), run: self.run, test, attempt };
        let of = self.points.get(&test).map(|drawn| Of {
            resource_type: drawn.point.resource_type.clone(),
            account: drawn.point.account.clone(),
            region: drawn.point.region.clone(),
            source: drawn.point.resource_arn.clone(),
        });
        self.meant.all.entry(name.clone()).or_insert_with(|| Meant { of, ..Meant::named(name) })
    }
}

fn attempt_of(step: &str, name: &str) -> Option<u32> {
    step.strip_prefix(name)?.strip_prefix('/')?.parse().ok()
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(EngineError::internal)
}

/// What sweeps have seen absent, by its name in the journal.
pub(crate) async fn seen_absent(store: &Store) -> Result<BTreeSet<String>> {
    let mut absent = BTreeSet::new();
    // Sweeps of earlier versions wrote to the register's chain.
    for chain in [super::CHAIN, backproof_model::register::REGISTER_CHAIN] {
        // The register of years has many lines, and few or none of sweeps.
        let lines = store.lines(super::RUN, chain).await?;
        for line in lines.into_iter().filter(|line| line.contains("\"step\":\"sweep/")) {
            let entry: Entry = serde_json::from_str(&line).map_err(EngineError::internal)?;
            let Event::Result { step, output } = entry.event else { continue };
            if !step.starts_with("sweep/") {
                continue;
            }
            let deletion: backproof_model::record::Deletion = read(&output)?;
            match deletion.end {
                DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } => {
                    absent.insert(deletion.arn);
                }
                DeletionEnd::Stranded { .. } | DeletionEnd::Kept { .. } => {}
            }
        }
    }
    Ok(absent)
}

//! `DeleteDBInstance`, and what is left when an instance is gone.

use jiff::Timestamp;

use super::Site;
use super::backups::AutomatedBackup;
use super::instance::{Deletion, Instance};
use super::instances;
use super::snapshots::Snapshot;
use crate::describe::NetworkDescription;
use crate::wire::{ApiError, Params, Xml};

impl Instance {
    /// Whether its deletion is over.
    pub(super) fn is_gone(&self, now: Timestamp) -> bool {
        self.deletion.is_some_and(|deletion| deletion.gone_at <= now)
    }
}

impl Site {
    pub(super) fn delete(
        &mut self,
        params: &Params,
        now: Timestamp,
        network: &NetworkDescription,
    ) -> Result<Xml, ApiError> {
        let instance = self.named(params)?;
        check_state(instance, now)?;
        if instance.settings.deletion_protection {
            let message = "Cannot delete protected DB Instance, please disable deletion protection and try again.";
            return Err(ApiError::client("InvalidParameterCombination", message));
        }
        let skips = params.get("SkipFinalSnapshot") == Some("true");
        let name = params.get("FinalDBSnapshotIdentifier").filter(|name| !name.is_empty());
        let snapshot = match (skips, name) {
            (true, None) => None,
            (true, Some(_)) => {
                let message = "FinalDBSnapshotIdentifier cannot be specified when deleting with SkipFinalSnapshot.";
                return Err(ApiError::client("InvalidParameterCombination", message));
            }
            (false, None) => {
                let message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.";
                return Err(ApiError::client("InvalidParameterCombination", message));
            }
            (false, Some(_)) if instance.status(now) == "failed" => {
                let message = format!(
                    "Instance {} is in state failed: it can be deleted without a final snapshot only",
                    instance.id
                );
                return Err(ApiError::client("InvalidDBInstanceState", message));
            }
            (false, Some(name)) => Some(Snapshot::last(network, instance, name, now)),
        };
        instance.deletion = Some(Deletion {
            gone_at: instance.timetable.deleting.after(now),
            keeps_backups: instance.retains_automated_backup || params.get("DeleteAutomatedBackups") == Some("false"),
        });
        instance.close();
        let answer = Xml::new().with_inner("DBInstance", &instances::instance(network, instance, now));
        if let Some(snapshot) = snapshot {
            if self.snapshots.iter().any(|known| known.id == snapshot.id) {
                let message = format!(
                    "Cannot create the snapshot because one with the identifier {} already exists.",
                    snapshot.id
                );
                return Err(ApiError::client("DBSnapshotAlreadyExists", message));
            }
            self.snapshots.push(snapshot);
        }
        Ok(answer)
    }

    /// Removes an instance whose deletion is over, and keeps what it leaves.
    pub(super) fn part_with(&mut self, id: &str) {
        let Some(instance) = self.instances.remove(id) else { return };
        let keeps_backups = instance.deletion.is_some_and(|deletion| deletion.keeps_backups);
        if keeps_backups && instance.settings.backup_days > 0 {
            self.retained.push(AutomatedBackup::retained(&instance));
        }
        if !instance.leaves_secret {
            self.secrets.retain(|secret| secret.instance_arn != instance.arn);
        }
    }
}

fn check_state(instance: &Instance, now: Timestamp) -> Result<(), ApiError> {
    let refused =
        |why: &str| Err(ApiError::client("InvalidDBInstanceState", format!("Instance {} {why}", instance.id)));
    match &*instance.status(now) {
        "deleting" => refused("is already being deleted."),
        "creating" => refused("is currently creating - it can not be deleted."),
        _ if now < instance.timetable.deletable_at && instance.timetable.ends_in.is_none() => {
            refused("is not currently in a state in which it can be deleted.")
        }
        _ => Ok(()),
    }
}

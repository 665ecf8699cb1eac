//! What instances leave in other services: log groups of CloudWatch Logs and secrets of Secrets Manager.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Site;
use super::instance::Instance;

/// A log group of CloudWatch Logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LogGroup {
    /// When it was made; none where the world states it.
    made_at: Option<Timestamp>,
}

impl LogGroup {
    /// A log group that the world states.
    pub(super) fn stated() -> Self {
        Self { made_at: None }
    }

    /// Whether it was made since the world's start.
    pub(super) fn was_made_here(self) -> bool {
        self.made_at.is_some()
    }

    /// When it was made, in milliseconds since 1970.
    pub(crate) fn creation_time(self) -> i64 {
        self.made_at.map_or(0, Timestamp::as_millisecond)
    }
}

/// A secret that RDS made for the master user of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ManagedSecret {
    /// Its ARN.
    pub(crate) arn: String,
    /// The instance whose password it holds, or held.
    pub(crate) instance_arn: String,
    /// When it was made.
    pub(crate) made_at: Timestamp,
}

impl ManagedSecret {
    /// Whether it stays: its instance is gone, or still has it.
    pub(super) fn is_held(&self, instances: &BTreeMap<String, Instance>) -> bool {
        let holder = instances.values().find(|instance| instance.arn == self.instance_arn);
        holder.is_none_or(|holder| holder.managed_secret.as_deref() == Some(&self.arn))
    }

    /// Its name, which ends before the six characters that the ARN adds.
    pub(crate) fn name(&self) -> &str {
        let name = self.arn.rsplit(':').next().unwrap_or_default();
        name.get(..name.len().saturating_sub(7)).unwrap_or(name)
    }
}

impl Site {
    /// The log groups of instances that export logs and have been created: they stay when the instance goes.
    pub(super) fn make_logs(&mut self, now: Timestamp) {
        for instance in self.instances.values() {
            let Some(made_at) = instance.created(now) else { continue };
            for log in &instance.settings.log_exports {
                let name = format!("/aws/rds/instance/{}/{log}", instance.id);
                // One that has been deleted comes back with the next line of the log.
                self.log_groups.entry(name).or_insert(LogGroup { made_at: Some(made_at) });
            }
        }
    }

    /// The secrets of instances whose password RDS has managed since they were created.
    pub(super) fn make_secrets(&mut self, now: Timestamp) {
        for instance in self.instances.values() {
            let (Some(made_at), Some(arn)) = (instance.created(now), &instance.managed_secret) else { continue };
            if self.secrets.iter().all(|secret| secret.arn != *arn) {
                let (arn, instance_arn) = (arn.clone(), instance.arn.clone());
                self.secrets.push(ManagedSecret { arn, instance_arn, made_at });
            }
        }
    }

    /// All log groups, by name.
    pub(crate) fn log_groups(&mut self) -> &mut BTreeMap<String, LogGroup> {
        &mut self.log_groups
    }

    /// All managed secrets.
    pub(crate) fn secrets(&self) -> &[ManagedSecret] {
        &self.secrets
    }
}

//! Automated backups: those of instances that are there, and those that stayed behind.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Site;
use super::instance::Instance;
use super::listing::{Listed, Listing, simple_name};
use super::told::tag_list;
use crate::describe::NetworkDescription;
use crate::ids;
use crate::wire::{ApiError, Params, Xml};

/// `DescribeDBInstanceAutomatedBackups`, whose parameters are met before it lists.
pub(super) const LISTING: Listing = Listing {
    elements: ("DBInstanceAutomatedBackups", "DBInstanceAutomatedBackup"),
    name: "",
    unknown: ("DBInstanceAutomatedBackupNotFound", "DBInstanceAutomatedBackup"),
    filters: &["status", "db-instance-id", "dbi-resource-id"],
};

/// The automated backups of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AutomatedBackup {
    pub(super) arn: String,
    resource_id: String,
    instance: String,
    instance_arn: String,
    engine: String,
    version: String,
    storage: u32,
    master_user: Option<String>,
    instance_created_at: Timestamp,
    tags: BTreeMap<String, String>,
    /// `active` or `retained`.
    status: &'static str,
}

impl AutomatedBackup {
    fn of(instance: &Instance, status: &'static str) -> Self {
        let id = ids::named("automated-backup", &instance.resource_id).simple().to_string();
        Self {
            arn: instance.arn.replacen(&format!(":db:{}", instance.id), &format!(":auto-backup:ab-{}", &id[..26]), 1),
            resource_id: instance.resource_id.clone(),
            instance: instance.id.clone(),
            instance_arn: instance.arn.clone(),
            engine: instance.engine.clone(),
            version: instance.version.clone(),
            storage: instance.settings.storage,
            master_user: instance.settings.master_user.clone(),
            instance_created_at: instance.timetable.created_at,
            tags: instance.tags.clone(),
            status,
        }
    }

    /// What stays of an instance that is gone.
    pub(super) fn retained(instance: &Instance) -> Self {
        Self::of(instance, "retained")
    }

    fn xml(&self, network: &NetworkDescription) -> Xml {
        let mut xml = Xml::new();
        if let Some(user) = &self.master_user {
            xml.push("MasterUsername", user);
        }
        xml.with("DBInstanceArn", &self.instance_arn)
            .with("DbiResourceId", &self.resource_id)
            .with("Region", &network.region)
            .with("DBInstanceIdentifier", &self.instance)
            .with("InstanceCreateTime", self.instance_created_at)
            .with("AllocatedStorage", self.storage)
            .with("Status", self.status)
            .with("Engine", &self.engine)
            .with("EngineVersion", &self.version)
            .with("Encrypted", true)
            .with("BackupRetentionPeriod", 7)
            .with("DBInstanceAutomatedBackupsArn", &self.arn)
            .with_inner("TagList", &tag_list(&self.tags))
    }
}

impl Site {
    /// All automated backups, those of instances first.
    fn backups(&self, now: Timestamp) -> Vec<AutomatedBackup> {
        let makes = |one: &&Instance| one.settings.backup_days > 0 && one.created(now).is_some();
        let active = self.instances.values().filter(makes).map(|one| AutomatedBackup::of(one, "active"));
        active.chain(self.retained.iter().cloned()).collect()
    }

    pub(super) fn listed_backups(
        &self,
        network: &NetworkDescription,
        params: &Params,
        now: Timestamp,
    ) -> Result<Vec<Listed>, ApiError> {
        let (id, arn) = (params.get("DbiResourceId"), params.get("DBInstanceAutomatedBackupsArn"));
        let instance = params.get("DBInstanceIdentifier").map(simple_name);
        let mut backups = self.backups(now);
        backups.retain(|one| {
            id.is_none_or(|id| id.eq_ignore_ascii_case(&one.resource_id))
                && arn.is_none_or(|arn| arn == one.arn)
                && instance.as_deref().is_none_or(|name| name == one.instance)
        });
        if backups.is_empty() && (id.is_some() || arn.is_some() || instance.is_some()) {
            return Err(not_found());
        }
        let listed = |one: &AutomatedBackup| Listed {
            id: one.resource_id.clone(),
            facts: vec![
                ("status", one.status.to_owned()),
                ("db-instance-id", one.instance.clone()),
                ("dbi-resource-id", one.resource_id.clone()),
            ],
            xml: one.xml(network),
        };
        Ok(backups.iter().map(listed).collect())
    }

    pub(super) fn delete_backup(
        &mut self,
        network: &NetworkDescription,
        params: &Params,
        now: Timestamp,
    ) -> Result<Xml, ApiError> {
        let (id, arn) = (params.get("DbiResourceId"), params.get("DBInstanceAutomatedBackupsArn"));
        let is_it = |one: &AutomatedBackup| {
            id.is_some_and(|id| id.eq_ignore_ascii_case(&one.resource_id)) || arn == Some(one.arn.as_str())
        };
        let found = self.backups(now).into_iter().find(is_it).ok_or_else(not_found)?;
        if found.status != "retained" {
            let message =
                format!("Automated backups of {} are {}, and cannot be deleted", found.instance, found.status);
            return Err(ApiError::client("InvalidDBInstanceAutomatedBackupState", message));
        }
        self.retained.retain(|one| one.arn != found.arn);
        Ok(Xml::new().with_inner("DBInstanceAutomatedBackup", &found.xml(network)))
    }
}

fn not_found() -> ApiError {
    ApiError::client("DBInstanceAutomatedBackupNotFound", "DBInstanceAutomatedBackup not found.").with_status(404)
}

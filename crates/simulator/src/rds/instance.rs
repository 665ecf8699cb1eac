//! One DB instance: what it is, and what state it is in at a moment.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;

use super::serving::Serving;
use crate::describe::{InstanceDescription, NetworkDescription};
use crate::ids;
use crate::world::Span;

/// How long after a change of the master password was asked for the instance is still `available`.
const UNCHANGED: Span = Span::seconds(5);

/// How long it is `resetting-master-credentials` after that.
const RESETTING: Span = Span::seconds(20);

/// A DB instance.
#[derive(Debug)]
pub(crate) struct Instance {
    /// `DBInstanceIdentifier`, in lower case.
    pub(super) id: String,
    /// Its ARN.
    pub(super) arn: String,
    /// `DbiResourceId`.
    pub(super) resource_id: String,
    /// `Engine`.
    pub(super) engine: String,
    /// `EngineVersion`.
    pub(super) version: String,
    /// What was asked of it, or copied from the source.
    pub(super) settings: Settings,
    /// Its tags.
    pub(super) tags: BTreeMap<String, String>,
    /// What becomes of it with time.
    pub(super) timetable: Timetable,
    /// A master password that is being set.
    pub(super) new_password: Option<NewPassword>,
    /// When its deletion was asked for, and whether its automated backups go with it.
    pub(super) deletion: Option<Deletion>,
    /// What answers at its endpoint.
    pub(super) serving: Serving,
    /// Its automated backups stay although they were to be deleted.
    pub(super) retains_automated_backup: bool,
    /// The ARN of the secret that holds its master password.
    pub(super) managed_secret: Option<String>,
    /// That secret stays when the instance is gone.
    pub(super) leaves_secret: bool,
}

/// The settings of an instance that can be asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the API's own independent settings")]
pub(super) struct Settings {
    pub(super) class: String,
    pub(super) storage: u32,
    pub(super) master_user: Option<String>,
    pub(super) database: Option<String>,
    pub(super) subnet_group: Option<String>,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: Option<String>,
    pub(super) multi_az: bool,
    pub(super) publicly_accessible: bool,
    pub(super) deletion_protection: bool,
    pub(super) iam_authentication: bool,
    pub(super) minor_upgrades: bool,
    pub(super) copies_tags_to_snapshots: bool,
    /// Days for which automated backups are kept; none are made where it is 0.
    pub(super) backup_days: u32,
    /// `EnabledCloudwatchLogsExports`.
    pub(super) log_exports: Vec<String>,
}

/// When what becomes of an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Timetable {
    /// The status that the world states, whatever the time.
    pub(super) stated: Option<String>,
    /// When it is no longer `creating`.
    pub(super) created_at: Timestamp,
    /// When it is no longer `backing-up`.
    pub(super) available_at: Timestamp,
    /// What it comes to where that is not `available`.
    pub(super) ends_in: Option<String>,
    /// When all of its storage is there, and since when it is loaded.
    pub(super) storage_loading: Option<Span>,
    /// Until when deletion is refused.
    pub(super) deletable_at: Timestamp,
    /// How long it is `deleting`.
    pub(super) deleting: Span,
}

/// A master password that is being set.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct NewPassword {
    pub(super) password: String,
    pub(super) asked_at: Timestamp,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "NewPassword(asked at {})", self.asked_at)
    }
}

impl NewPassword {
    /// When the server takes it.
    pub(super) fn set_at(&self) -> Timestamp {
        RESETTING.after(UNCHANGED.after(self.asked_at))
    }
}

/// A deletion that has been asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deletion {
    pub(super) gone_at: Timestamp,
    pub(super) keeps_backups: bool,
}

impl Instance {
    /// An instance that the world states as it is.
    pub(super) fn stated(network: &NetworkDescription, one: &InstanceDescription) -> Self {
        let arn = network.rds_arn("db", &one.id);
        let always = Timestamp::MIN;
        Self {
            id: one.id.to_lowercase(),
            resource_id: resource_id(&arn),
            arn,
            engine: one.engine.clone(),
            version: one.version.clone(),
            settings: Settings {
                class: one.class.clone(),
                storage: one.storage,
                subnet_group: one.subnet_group.clone(),
                publicly_accessible: one.publicly_accessible,
                deletion_protection: one.deletion_protection,
                ..Settings::default()
            },
            tags: one.tags.clone(),
            timetable: Timetable {
                stated: Some(one.status.clone()),
                created_at: always,
                available_at: always,
                ends_in: None,
                storage_loading: None,
                deletable_at: always,
                deleting: Span::seconds(120),
            },
            new_password: None,
            deletion: None,
            serving: one.endpoint.clone().map_or(Serving::Nothing, |(host, port)| Serving::Stated(host, port)),
            retains_automated_backup: false,
            managed_secret: None,
            leaves_secret: false,
        }
    }

    /// `DBInstanceStatus`.
    pub(super) fn status(&self, now: Timestamp) -> Cow<'_, str> {
        let times = &self.timetable;
        if self.deletion.is_some() {
            return "deleting".into();
        }
        if let Some(stated) = &times.stated {
            return stated.into();
        }
        if now < times.created_at {
            return "creating".into();
        }
        if let Some(other) = &times.ends_in {
            return other.into();
        }
        if now < times.available_at {
            return "backing-up".into();
        }
        let resetting = |change: &NewPassword| UNCHANGED.after(change.asked_at) <= now && now < change.set_at();
        if self.new_password.as_ref().is_some_and(resetting) { "resetting-master-credentials" } else { "available" }
            .into()
    }

    /// Whether a server of it can be running: it has been created, did not fail, and is not being deleted.
    pub(super) fn can_serve(&self, now: Timestamp) -> bool {
        let ended_well = self.timetable.ends_in.as_deref().is_none_or(|status| status == "storage-full");
        self.deletion.is_none() && self.timetable.created_at <= now && ended_well
    }

    /// `StorageOperationPercentProgress` while storage is loaded from the snapshot.
    pub(super) fn storage_loading_percent(&self, now: Timestamp) -> Option<i64> {
        let length = i64::from(self.timetable.storage_loading?.as_seconds());
        let since = now.duration_since(self.timetable.created_at).as_secs();
        (0..length).contains(&since).then(|| since * 100 / length)
    }

    /// When it was created; none while it is being created.
    pub(super) fn created(&self, now: Timestamp) -> Option<Timestamp> {
        let at = self.timetable.created_at;
        (at != Timestamp::MIN && at <= now).then_some(at)
    }
}

/// The `DbiResourceId` that belongs to an ARN.
pub(super) fn resource_id(arn: &str) -> String {
    format!("db-{}", ids::named("instance", arn).simple().to_string()[..26].to_uppercase())
}

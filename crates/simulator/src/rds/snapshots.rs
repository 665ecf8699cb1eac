//! Snapshots: those that the world states, and final ones of instances that were deleted here.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Site;
use super::instance::Instance;
use super::listing::{Listed, Listing, simple_name};
use super::told::tag_list;
use crate::describe::{DatabaseSnapshot, NetworkDescription};
use crate::wire::{ApiError, Params, Xml};
use crate::world::Span;

/// `DescribeDBSnapshots`.
pub(super) const LISTING: Listing = Listing {
    elements: ("DBSnapshots", "DBSnapshot"),
    name: "DBSnapshotIdentifier",
    unknown: ("DBSnapshotNotFound", "DBSnapshot"),
    filters: &["db-instance-id", "snapshot-type", "engine"],
};

/// How long a snapshot is `creating`.
const CREATING: Span = Span::seconds(60);

/// A snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(super) id: String,
    pub(super) arn: String,
    instance: String,
    engine: String,
    kind: String,
    origin: Origin,
    pub(super) tags: BTreeMap<String, String>,
}

/// Where a snapshot comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Origin {
    /// The world states it, in this status.
    Stated(String),
    /// It was made here, at the first moment, of an instance that was created at the second.
    MadeAt(Timestamp, Timestamp),
}

impl Snapshot {
    /// A snapshot that the world states as it is.
    pub(super) fn stated(network: &NetworkDescription, one: &DatabaseSnapshot) -> Self {
        Self {
            arn: network.rds_arn("snapshot", &one.id),
            id: one.id.clone(),
            instance: one.instance.clone(),
            engine: one.engine.clone(),
            kind: one.kind.clone(),
            origin: Origin::Stated(one.status.clone()),
            tags: one.tags.clone(),
        }
    }

    /// The final snapshot of an instance that is being deleted.
    pub(super) fn last(network: &NetworkDescription, instance: &Instance, id: &str, now: Timestamp) -> Self {
        let id = id.to_lowercase();
        let tags = if instance.settings.copies_tags_to_snapshots { instance.tags.clone() } else { BTreeMap::new() };
        Self {
            arn: network.rds_arn("snapshot", &id),
            id,
            instance: instance.id.clone(),
            engine: instance.engine.clone(),
            kind: "manual".to_owned(),
            origin: Origin::MadeAt(now, instance.timetable.created_at),
            tags,
        }
    }

    /// Whether it was made since the world's start.
    pub(super) fn was_made_here(&self) -> bool {
        matches!(self.origin, Origin::MadeAt(..))
    }

    fn status(&self, now: Timestamp) -> &str {
        match &self.origin {
            Origin::Stated(status) => status,
            Origin::MadeAt(at, _) if now < CREATING.after(*at) => "creating",
            Origin::MadeAt(..) => "available",
        }
    }

    fn xml(&self, now: Timestamp) -> Xml {
        let status = self.status(now);
        let mut xml = Xml::new();
        if let Origin::MadeAt(at, instance_created_at) = self.origin {
            xml.push("SnapshotCreateTime", at);
            xml.push("InstanceCreateTime", instance_created_at);
        }
        xml.with("DBSnapshotIdentifier", &self.id)
            .with("DBInstanceIdentifier", &self.instance)
            .with("Engine", &self.engine)
            .with("Status", status)
            .with("SnapshotType", &self.kind)
            .with("PercentProgress", if status == "creating" { 50 } else { 100 })
            .with("DBSnapshotArn", &self.arn)
            .with_inner("TagList", &tag_list(&self.tags))
    }
}

impl Site {
    pub(super) fn listed_snapshots(&self, params: &Params, now: Timestamp) -> Vec<Listed> {
        let asked = |one: &&Snapshot| {
            params
                .get("DBInstanceIdentifier")
                .is_none_or(|instance| simple_name(instance) == one.instance.to_lowercase())
                && params.get("SnapshotType").is_none_or(|kind| kind == one.kind)
        };
        let listed = |one: &Snapshot| Listed {
            id: one.id.clone(),
            facts: vec![
                ("db-instance-id", one.instance.clone()),
                ("snapshot-type", one.kind.clone()),
                ("engine", one.engine.clone()),
            ],
            xml: one.xml(now),
        };
        self.snapshots.iter().filter(asked).map(listed).collect()
    }

    pub(super) fn delete_snapshot(&mut self, params: &Params, now: Timestamp) -> Result<Xml, ApiError> {
        let asked = params.get("DBSnapshotIdentifier").unwrap_or_default();
        let place = self.snapshots.iter().position(|one| one.id.to_lowercase() == simple_name(asked));
        let place = place.ok_or_else(|| {
            ApiError::client("DBSnapshotNotFound", format!("DBSnapshot {asked} not found.")).with_status(404)
        })?;
        let status = self.snapshots[place].status(now);
        if status != "available" {
            let message = format!("Snapshot {asked} is in state {status}, and cannot be deleted");
            return Err(ApiError::client("InvalidDBSnapshotState", message));
        }
        let gone = self.snapshots.remove(place);
        Ok(Xml::new().with_inner("DBSnapshot", &gone.xml(now)))
    }
}

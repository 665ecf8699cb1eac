//! A million recovery points in a few bytes: each is worked out when its page is listed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::arns::{self, PointPlace};
use super::site::{Lifecycle, Point, Resource, Vault};
use crate::ids;
use crate::world::{BackupForm, BulkPoints, DataFaults, KeyKind, RestoreScript};

/// Recovery points that follow a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Bulk {
    pattern: BulkPoints,
    start: Timestamp,
    /// The last twelve digits of an id are the point's number, the others are these.
    id: Uuid,
    data: Arc<DataFaults>,
    restore: Arc<RestoreScript>,
}

/// The digits of an id that hold the number.
const NUMBER: u128 = 0xffff_ffff_ffff;

impl Bulk {
    /// The points of a pattern, as seen when the clock reads `start`.
    pub(crate) fn new(pattern: &BulkPoints, start: Timestamp) -> Self {
        let name = format!("{}/{}/{}", pattern.vault, pattern.resource_type, pattern.prefix);
        Self {
            pattern: pattern.clone(),
            start,
            id: ids::named("bulk", &name),
            data: Arc::default(),
            restore: Arc::new(RestoreScript {
                fails_with: Some("The simulator keeps no data for recovery points in bulk.".to_owned()),
                ..RestoreScript::default()
            }),
        }
    }

    /// How many points there are.
    pub(crate) fn count(&self) -> u64 {
        self.pattern.count
    }

    /// How many resources they belong to.
    pub(crate) fn resources(&self) -> u64 {
        self.pattern.resources.clamp(1, self.pattern.count.max(1))
    }

    /// The resource of a number.
    pub(crate) fn resource(&self, account: &str, region: &str, number: u64) -> Resource {
        let name = format!("{}-{number:07}", self.pattern.prefix);
        Resource {
            arn: arns::resource(account, region, &self.pattern.resource_type, &name),
            name,
            kind: self.pattern.resource_type.clone(),
            form: BackupForm::Advanced,
            description: None,
        }
    }

    /// The point of a number, from 0, the oldest first.
    pub(crate) fn point(&self, vault: &Vault, number: u64) -> Point {
        let resource = self.resource(&vault.account, &vault.region, number % self.resources());
        let span = u64::from(self.pattern.span.as_seconds());
        let age = i64::try_from(span * (self.count() - number) / self.count()).unwrap_or(0);
        let created_at = self.start.checked_sub(SignedDuration::from_secs(age)).unwrap_or(Timestamp::MIN);
        Point {
            arn: self.arn(vault, &resource, number),
            resource: Arc::new(resource),
            status: "COMPLETED".to_owned(),
            status_message: None,
            created_at,
            kept_since: created_at,
            completed_at: created_at.checked_add(SignedDuration::from_mins(20)).ok(),
            size: Some(1_048_576 + number % 4096 * 65_536),
            continuous: false,
            lifecycle: Lifecycle::default(),
            key_arn: vault.key_arn.clone(),
            key: KeyKind::Customer,
            is_parent: false,
            parent_arn: None,
            backup_plan: None,
            source_vault_arn: None,
            vanishes_when_used: false,
            data: Arc::clone(&self.data),
            restore: Arc::clone(&self.restore),
        }
    }

    /// The number of the point of this ARN.
    pub(crate) fn index_of(&self, vault: &Vault, arn: &str) -> Option<u64> {
        let digits: String = arn.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
        let number = u64::from_str_radix(&digits, 16).ok().filter(|number| *number < self.count())?;
        let resource = self.resource(&vault.account, &vault.region, number % self.resources());
        (self.arn(vault, &resource, number) == arn).then_some(number)
    }

    fn arn(&self, vault: &Vault, resource: &Resource, number: u64) -> String {
        let id = Uuid::from_u128(self.id.as_u128() & !NUMBER | u128::from(number));
        let place = PointPlace { account: &vault.account, region: &vault.region, vault_type: vault.kind };
        arns::recovery_point(place, &resource.kind, &resource.name, resource.form, "job", id)
    }
}

//! Tags of instances, snapshots and what else has an ARN of RDS.

use std::collections::BTreeMap;

use super::Site;
use super::told::tag_list;
use crate::describe::NetworkDescription;
use crate::wire::{ApiError, Params, Xml};

impl Site {
    pub(super) fn list_tags(&self, network: &NetworkDescription, params: &Params) -> Result<Xml, ApiError> {
        let arn = params.get("ResourceName").unwrap_or_default();
        let own = self.instances.values().map(|one| (one.arn.clone(), Some(&one.tags)));
        let mut known: Vec<(String, Option<&BTreeMap<String, String>>)> = own.collect();
        known.extend(self.snapshots.iter().map(|one| (one.arn.clone(), Some(&one.tags))));
        known.extend(network.db_clusters.iter().map(|one| (network.rds_arn("cluster", &one.id), Some(&one.tags))));
        known.extend(network.db_subnet_groups.iter().map(|one| (network.rds_arn("subgrp", &one.name), None)));
        known.extend(network.db_parameter_groups.iter().map(|one| (network.rds_arn("pg", &one.name), None)));
        match known.into_iter().find(|(known, _)| known == arn) {
            Some((_, tags)) => Ok(Xml::new().with_inner("TagList", &tags.map(tag_list).unwrap_or_default())),
            None => Err(not_found(arn)),
        }
    }

    pub(super) fn add_tags(&mut self, params: &Params) -> Result<Xml, ApiError> {
        let mut added = BTreeMap::new();
        for tag in params.structures("Tags.Tag") {
            let key = tag.get("Key").unwrap_or_default();
            check_key(key)?;
            added.insert(key.to_owned(), tag.get("Value").unwrap_or_default().to_owned());
        }
        self.tags_of(params)?.extend(added);
        Ok(Xml::new())
    }

    pub(super) fn remove_tags(&mut self, params: &Params) -> Result<Xml, ApiError> {
        let keys = params.list("TagKeys");
        for key in &keys {
            check_key(key)?;
        }
        self.tags_of(params)?.retain(|key, _| !keys.contains(&key.as_str()));
        Ok(Xml::new())
    }

    /// The tags of an instance or a snapshot, to be changed.
    fn tags_of(&mut self, params: &Params) -> Result<&mut BTreeMap<String, String>, ApiError> {
        let arn = params.get("ResourceName").unwrap_or_default();
        let instances = self.instances.values_mut().map(|one| (&one.arn, &mut one.tags));
        let snapshots = self.snapshots.iter_mut().map(|one| (&one.arn, &mut one.tags));
        let found = instances.chain(snapshots).find(|(known, _)| *known == arn);
        found.map(|(_, tags)| tags).ok_or_else(|| not_found(arn))
    }
}

/// Keys that begin with `aws:` are AWS's own.
fn check_key(key: &str) -> Result<(), ApiError> {
    if key.is_empty() || key.starts_with("aws:") {
        return Err(ApiError::client("InvalidParameterValue", format!("Invalid tag key: {key}")));
    }
    Ok(())
}

fn not_found(arn: &str) -> ApiError {
    let code = match arn.split(':').nth(5) {
        Some("db") => "DBInstanceNotFound",
        Some("cluster") => "DBClusterNotFoundFault",
        Some("snapshot") => "DBSnapshotNotFound",
        _ => return ApiError::client("InvalidParameterValue", format!("Invalid resource name: {arn}")),
    };
    ApiError::client(code, format!("{arn} not found")).with_status(404)
}

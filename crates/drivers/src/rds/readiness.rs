//! Whether a restored instance can be examined, by one look at it.

use std::collections::BTreeSet;

use backproof_cloud::{DatabaseInstance, Landing, Readiness, Sandbox};
use backproof_model::catalogue::{During, Trouble, classify};
use backproof_model::names::TAG_PREFIX;
use backproof_model::{DatabaseEngine, DatabaseTarget, FaultOwner, ResourceType, Target};

use super::engines::engine;

/// Tags that AWS sets, and nobody can take off.
const AWS_TAGS: &str = "aws:";

/// The status of an instance that can be used.
const AVAILABLE: &str = "available";

/// Statuses that an instance does not leave by itself, or not without help.
/// Source: Amazon RDS user guide, "Viewing DB instance status".
const LOST: &[&str] = &[
    "failed",
    "restore-error",
    "storage-full",
    "upgrade-failed",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
    "insufficient-capacity",
];

/// Says so where an instance does not lie where it should have landed.
pub(super) fn astray(instance: &DatabaseInstance, landing: &Landing) -> Option<Readiness> {
    let never = |reason| Some(Readiness::Never { owner: FaultOwner::Sandbox, reason });
    if instance.publicly_accessible {
        return never("the restored instance is publicly accessible, so nobody connects to it".into());
    }
    let ours = landing.db_subnet_group.as_deref();
    if let Some(group) = instance.subnet_group.as_deref().filter(|group| !is(ours, group)) {
        let named = ours.unwrap_or("none");
        return never(format!("the restored instance is in DB subnet group {group}, and the sandbox's is {named}"));
    }
    let foreign = instance.security_group_ids.iter().find(|group| !landing.security_group_ids.contains(group));
    foreign.and_then(|group| {
        never(format!("the restored instance is in security group {group}, which is not one of the sandbox's"))
    })
}

/// RDS keeps the names of subnet groups in lower case.
fn is(ours: Option<&str>, group: &str) -> bool {
    ours.is_some_and(|ours| ours.eq_ignore_ascii_case(group))
}

/// Tags that came with the backup. RDS copies them whatever one asks for, and other programs may act on them.
pub(super) fn foreign_tags(instance: &DatabaseInstance) -> Vec<String> {
    let foreign = |key: &&String| !key.starts_with(TAG_PREFIX) && !key.starts_with(AWS_TAGS);
    instance.tags.keys().filter(foreign).cloned().collect()
}

/// What an instance's status means.
pub(super) fn of(instance: DatabaseInstance, sandbox: &Sandbox, stripped: &BTreeSet<String>) -> Readiness {
    let status = instance.status.to_ascii_lowercase();
    match status.as_str() {
        AVAILABLE => available(instance, sandbox, stripped),
        "deleting" | "deleted" => {
            Readiness::Never { owner: FaultOwner::Sandbox, reason: "somebody is deleting the restored instance".into() }
        }
        _ if status.starts_with("incompatible-") || LOST.contains(&status.as_str()) => lost(&status),
        // Creating, backing-up, modifying, rebooting, configuring-…, and whatever RDS adds: it may still come.
        _ => Readiness::NotYet { state: in_words(instance.status, instance.storage_loading_percent) },
    }
}

fn in_words(status: String, loading: Option<u8>) -> String {
    match loading {
        Some(percent) => format!("{status}, storage still loading: {percent} %"),
        None => status,
    }
}

fn lost(status: &str) -> Readiness {
    let trouble = Trouble {
        resource_type: ResourceType::RDS,
        status: Some(status),
        phase: During::Readying,
        ..Trouble::default()
    };
    let classified = classify(&trouble);
    // What the catalogue does not know is no proof against the backup.
    let (owner, remedy) = match classified.entry {
        Some(_) => (classified.owner, classified.remedy),
        None => (FaultOwner::Sandbox, "look at the instance's events"),
    };
    Readiness::Never { owner, reason: format!("the restored instance is in status {status}: {remedy}") }
}

fn available(instance: DatabaseInstance, sandbox: &Sandbox, stripped: &BTreeSet<String>) -> Readiness {
    let not_yet = |state: &str| Readiness::NotYet { state: format!("{AVAILABLE}, but {state}") };
    // What it shows has been compared with the sandbox's; what it does not show could be anything.
    if instance.subnet_group.is_none() {
        return not_yet("RDS does not say in which DB subnet group");
    }
    let Some((host, port)) = instance.endpoint else { return not_yet("without an endpoint") };
    if instance.changes_pending {
        return not_yet("with changes that are still to be made");
    }
    let mut steps = Vec::new();
    if !stripped.is_empty() {
        let tags: Vec<&str> = stripped.iter().map(String::as_str).collect();
        steps.push(format!("tags of the source taken off: {}", tags.join(", ")));
    }
    if let Some(percent) = instance.storage_loading_percent {
        steps.push(format!("storage still loading: {percent} %, so that reading is slower than it will be"));
    }
    if !engine(&instance.engine).is_some_and(|engine| engine.read) {
        steps.push(format!("{} was restored and started; nothing here reads its data", instance.engine));
    }
    let target = DatabaseTarget {
        arn: instance.arn,
        account: sandbox.account().clone(),
        region: sandbox.region().clone(),
        name: instance.name,
        engine: DatabaseEngine::from(instance.engine),
        engine_version: instance.engine_version,
        host,
        port,
        master_user: instance.master_user.unwrap_or_default(),
        database: instance.database,
        instance_class: instance.class,
        storage_gib: instance.storage_gib,
        storage_loading_percent: instance.storage_loading_percent,
    };
    Readiness::Ready { target: Target::Database(target), steps }
}

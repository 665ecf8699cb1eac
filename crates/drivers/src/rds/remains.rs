//! Finding and deleting an instance and everything that it leaves: automated backups, log groups, snapshots, secrets.

use std::collections::{BTreeMap, BTreeSet};

use backproof_cloud::{
    AutomatedBackup, CallError, Cursor, DatabaseInstance, DeletionStep, FoundResource, Remnant, Trouble,
};
use backproof_model::ResourceArn;
use backproof_model::names::TAG_INSTALLATION;
use jiff::Timestamp;

use super::{Here, arn_of, name_of};

const DESCRIBE: &str = "rds:DescribeDBInstances";
/// The status of an instance that is being made. It cannot be deleted yet, and has no date of creation.
const CREATING: &str = "creating";
/// The status of an instance, or of automated backups, that are going.
const DELETING: &str = "deleting";

/// The instance, or what it left: as long as there is any of that, the resource is not absent.
pub(super) async fn find(here: &Here<'_>, resource: &ResourceArn) -> Result<Option<FoundResource>, CallError> {
    match describe(here, resource).await? {
        // Nobody may delete what has no date, and in a moment it will have one.
        Some(instance) if instance.created.is_none() && matches!(instance.status.as_str(), CREATING | DELETING) => {
            let message =
                format!("{} is {}, and RDS does not tell when it was created", instance.name, instance.status);
            let call = DESCRIBE.to_owned();
            Err(CallError { call, trouble: Trouble::Conflict, code: None, message, request_id: None })
        }
        Some(DatabaseInstance { arn, created, tags, .. }) => Ok(Some(FoundResource { arn, created, tags })),
        None => Remains::of(here, resource).await.map(|remains| remains.found(resource)),
    }
}

/// Takes one step: off with the protection, then the instance, then what it left.
pub(super) async fn delete(here: &Here<'_>, resource: &ResourceArn) -> Result<DeletionStep, CallError> {
    let Some(instance) = describe(here, resource).await? else {
        return Remains::of(here, resource).await?.delete(here).await;
    };
    let (databases, sandbox) = (here.databases, here.sandbox);
    if matches!(instance.status.as_str(), CREATING | DELETING) {
        return Ok(DeletionStep::NotYet { state: instance.status });
    }
    if instance.deletion_protection {
        let unprotected = databases.unprotect_instance(sandbox, &instance.name).await;
        return step(unprotected, || DeletionStep::NotYet { state: "deletion protection is being taken off".into() });
    }
    step(databases.delete_instance(sandbox, &instance.name).await, || DeletionStep::Asked)
}

/// All instances, and the names that are known only from automated backups that outlived theirs.
pub(super) async fn list(here: &Here<'_>) -> Result<Vec<ResourceArn>, CallError> {
    let mut found: BTreeSet<ResourceArn> = instances(here).await?.into_iter().map(|instance| instance.arn).collect();
    let backups = here.databases.automated_backups(None).await?;
    found.extend(backups.iter().filter_map(|backup| arn_of_backup(here, backup)));
    Ok(found.into_iter().collect())
}

/// Those of them that carry the tag of an installation.
pub(super) async fn list_tagged(here: &Here<'_>) -> Result<Vec<FoundResource>, CallError> {
    let is_tagged = |found: &FoundResource| found.tags.contains_key(TAG_INSTALLATION);
    let instances = instances(here).await?.into_iter();
    let mut tagged: Vec<FoundResource> = instances
        .map(|DatabaseInstance { arn, created, tags, .. }| FoundResource { arn, created, tags })
        .filter(is_tagged)
        .collect();
    for backup in here.databases.automated_backups(None).await? {
        let Some(arn) = arn_of_backup(here, &backup) else { continue };
        let found = FoundResource { arn, created: backup.instance_created, tags: backup.tags };
        if is_tagged(&found) && !tagged.iter().any(|known| known.arn == found.arn) {
            tagged.push(found);
        }
    }
    Ok(tagged)
}

fn arn_of_backup(here: &Here<'_>, backup: &AutomatedBackup) -> Option<ResourceArn> {
    arn_of(&backup.instance, here.sandbox.region().as_str(), here.sandbox.account().as_str())
}

async fn instances(here: &Here<'_>) -> Result<Vec<DatabaseInstance>, CallError> {
    let mut found = Vec::new();
    let mut cursor = Cursor::of(DESCRIBE);
    while let Some(from) = cursor.next() {
        let page = here.databases.list_instances(from).await?;
        if let Some(message) = page.unreadable.into_iter().next() {
            let (call, trouble) = (DESCRIBE.to_owned(), Trouble::Unreadable);
            return Err(CallError { call, trouble, code: None, message, request_id: None });
        }
        found.extend(page.items);
        cursor.advance(page.next)?;
    }
    Ok(found)
}

async fn describe(here: &Here<'_>, resource: &ResourceArn) -> Result<Option<DatabaseInstance>, CallError> {
    match here.databases.describe_instance(name_of(resource)).await {
        Ok(instance) => Ok(Some(instance)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What came of one call. Whether the instance's absence is all is only known after the next look.
fn step(called: Result<(), CallError>, done: impl FnOnce() -> DeletionStep) -> Result<DeletionStep, CallError> {
    match called {
        Ok(()) => Ok(done()),
        Err(error) if error.is_not_found() => Ok(DeletionStep::Asked),
        // The state changed between looking and asking.
        Err(error) if error.trouble == Trouble::Conflict => Ok(DeletionStep::NotYet { state: error.message }),
        Err(error) => Err(error),
    }
}

/// What an instance left that does not exist any more.
struct Remains {
    backups: Vec<AutomatedBackup>,
    log_groups: Vec<Remnant>,
    snapshots: Vec<Remnant>,
    secrets: Vec<Remnant>,
}

impl Remains {
    async fn of(here: &Here<'_>, resource: &ResourceArn) -> Result<Self, CallError> {
        let (databases, name) = (here.databases, name_of(resource));
        let of_it = |backup: &AutomatedBackup| backup.instance == name;
        Ok(Self {
            backups: databases.automated_backups(Some(name)).await?.into_iter().filter(of_it).collect(),
            log_groups: databases.log_groups(name).await?,
            snapshots: databases.manual_snapshots(name).await?,
            secrets: databases.managed_secrets(resource).await?,
        })
    }

    /// The resource as known by its remains. Only where all of them have a date is it known when that began.
    fn found(self, resource: &ResourceArn) -> Option<FoundResource> {
        let backups = self.backups.iter().map(|backup| backup.instance_created);
        let others = self.log_groups.iter().chain(&self.snapshots).chain(&self.secrets).map(|remnant| remnant.created);
        let dates: Vec<Option<Timestamp>> = backups.chain(others).collect();
        if dates.is_empty() {
            return None;
        }
        let created = dates.into_iter().collect::<Option<Vec<_>>>().and_then(|dates| dates.into_iter().min());
        let tags = self.backups.into_iter().fold(BTreeMap::new(), |mut tags, backup| {
            tags.extend(backup.tags);
            tags
        });
        Some(FoundResource { arn: resource.clone(), created, tags })
    }

    /// Deletes what may be deleted, and names the rest once that is gone.
    async fn delete(self, here: &Here<'_>) -> Result<DeletionStep, CallError> {
        let (databases, sandbox) = (here.databases, here.sandbox);
        let not_yet = |state: &str| DeletionStep::NotYet { state: state.to_owned() };
        for backup in self.backups.iter().filter(|backup| backup.status != DELETING) {
            let deleted = databases.delete_automated_backup(sandbox, &backup.resource_id).await;
            step(deleted, || DeletionStep::Asked)?;
        }
        for group in &self.log_groups {
            step(databases.delete_log_group(sandbox, &group.name).await, || DeletionStep::Asked)?;
        }
        match (self.backups.is_empty(), self.log_groups.is_empty()) {
            (false, _) => return Ok(not_yet("the instance is gone, its automated backups are being deleted")),
            (true, false) => return Ok(not_yet("the instance is gone, its log groups are being deleted")),
            (true, true) => {}
        }
        let what: Vec<String> = self.snapshots.into_iter().chain(self.secrets).map(|remnant| remnant.name).collect();
        Ok(if what.is_empty() { DeletionStep::Absent } else { DeletionStep::LeftBehind { what } })
    }
}

//! A world's vaults, resources and recovery points, made live.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::arns::{self, PointPlace};
use super::bulk::Bulk;
use super::site::{Lifecycle, Point, Resource, Site, Sites, Vault};
use crate::ids;
use crate::world::{KeyKind, PointDescription, ResourceDescription, Span, VaultDescription, World, items_at};

/// Tags by ARN.
pub(crate) type Tags = BTreeMap<String, BTreeMap<String, String>>;

/// All sites of a world and the tags of what is in them.
pub(crate) fn populate(world: &World) -> (Sites, Tags) {
    let (mut sites, mut tags) = (Sites::new(), Tags::new());
    for account in &world.accounts {
        for region in &account.regions {
            sites.insert((account.id.clone(), region.clone()), Site::default());
        }
    }
    for description in &world.vaults {
        let vault = vault(world, description);
        tags.insert(vault.arn(), description.tags.clone());
        site(&mut sites, &vault.account, &vault.region).vaults.insert(vault.name.clone(), vault);
    }
    let mut resources = BTreeMap::new();
    for description in &world.resources {
        let resource = Arc::new(resource(world, description));
        let account = world.account_or_default(description.account.as_deref());
        let region = world.region_or_default(description.region.as_deref());
        site(&mut sites, account, region).resources.push(Arc::clone(&resource));
        resources.insert(resource.arn.clone(), resource);
    }
    for (number, description) in world.points.iter().enumerate() {
        // A world that has been read has a resource and a vault for each of its points.
        let Some(described) = world.resource(&description.resource) else { continue };
        let Some((account, region, name)) = world.vault_of(description, described) else { continue };
        let Some(resource) = resources.get(&self::resource(world, described).arn) else { continue };
        let Some(vault) = site(&mut sites, account, region).vaults.get_mut(name) else { continue };
        for age in description.age.all() {
            let point = point(world, vault, description, resource, *age, number);
            tags.insert(point.arn.clone(), description.tags.clone());
            vault.points.push(Some(point));
        }
    }
    for pattern in &world.bulk {
        let account = world.account_or_default(pattern.account.as_deref());
        let region = world.region_or_default(pattern.region.as_deref());
        if let Some(vault) = site(&mut sites, account, region).vaults.get_mut(&pattern.vault) {
            vault.bulk.push(Bulk::new(pattern, world.start));
        }
    }
    (sites, tags)
}

fn site<'a>(sites: &'a mut Sites, account: &str, region: &str) -> &'a mut Site {
    sites.entry((account.to_owned(), region.to_owned())).or_default()
}

fn vault(world: &World, description: &VaultDescription) -> Vault {
    let account = world.account_or_default(description.account.as_deref()).to_owned();
    let region = world.region_or_default(description.region.as_deref()).to_owned();
    let made_up = || key_arn(&account, &region, &description.name);
    Vault {
        key_arn: description.key.clone().unwrap_or_else(made_up),
        account,
        region,
        name: description.name.clone(),
        kind: description.vault_type,
        created_at: Span::seconds(2 * 365 * 86_400).before(world.start),
        creator_request_id: None,
        shared_with: description.shared_with.clone(),
        locked: description.locked,
        refuses_copies_from: description.refuses_copies_from.clone(),
        bulk: Vec::new(),
        deleted_bulk: std::collections::BTreeSet::new(),
        points: Vec::new(),
    }
}

/// The ARN of a made-up key.
pub(crate) fn key_arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{}", ids::named("key", &format!("{account}/{region}/{name}")))
}

fn resource(world: &World, description: &ResourceDescription) -> Resource {
    let account = world.account_or_default(description.account.as_deref());
    let region = world.region_or_default(description.region.as_deref());
    Resource {
        arn: arns::resource(account, region, &description.resource_type, &description.name),
        name: description.name.clone(),
        kind: description.resource_type.clone(),
        form: description.backups,
        description: Some(Arc::new(description.clone())),
    }
}

fn point(
    world: &World,
    vault: &Vault,
    description: &PointDescription,
    resource: &Arc<Resource>,
    age: Span,
    number: usize,
) -> Point {
    let created_at = age.before(world.start);
    let usual = if description.continuous { "AVAILABLE" } else { "COMPLETED" };
    let status = description.status.clone().unwrap_or_else(|| usual.to_owned());
    let place = PointPlace { account: &vault.account, region: &vault.region, vault_type: vault.kind };
    let id = ids::named("point", &format!("{}/{}/{number}/{}", vault.arn(), resource.arn, age.as_seconds()));
    let job = if description.continuous { "continuous" } else { "job" };
    let made_up = || arns::recovery_point(place, &resource.kind, &resource.name, resource.form, job, id);
    let key = resource.description.as_ref().map_or(KeyKind::Customer, |resource| resource.key);
    let finished = !matches!(status.as_str(), "CREATING" | "PARTIAL");
    Point {
        arn: description.arn.clone().unwrap_or_else(made_up),
        resource: Arc::clone(resource),
        completed_at: finished.then(|| created_at.checked_add(SignedDuration::from_mins(12)).ok()).flatten(),
        status,
        status_message: description.status_message.clone(),
        created_at,
        kept_since: created_at,
        size: description.size.or_else(|| size(world, resource, created_at)),
        continuous: description.continuous,
        lifecycle: Lifecycle {
            cold_after_days: description.cold_after_days,
            delete_after_days: description.delete_after_days,
            delete_after_copy: description.delete_after_copy,
        },
        key_arn: match key {
            KeyKind::Customer => vault.key_arn.clone(),
            KeyKind::AwsOwned | KeyKind::AwsManaged => key_arn(&vault.account, &vault.region, &resource.kind),
        },
        key,
        is_parent: description.is_parent,
        parent_arn: description.parent.clone(),
        backup_plan: description.backup_plan.clone(),
        source_vault_arn: None,
        vanishes_when_used: description.vanishes_when_used,
        data: Arc::new(description.data.clone()),
        restore: Arc::new(description.restore.clone()),
    }
}

/// About what the items take, at 250 bytes each; an instance's storage; none for resources without data.
fn size(world: &World, resource: &Resource, moment: Timestamp) -> Option<u64> {
    let description = resource.description.as_ref()?;
    if let Some(database) = &description.database {
        return Some(u64::from(database.storage) << 30);
    }
    description.table.as_ref()?;
    Some(items_at(description, world.start, moment) * 250)
}

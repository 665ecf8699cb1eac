//! RDS: instances that the world states and that restore jobs make, with real servers behind the latter.
//!
//! Source: the RDS service model 2014-10-31 for shapes and errors, the RDS user guide for states. Clusters are told of
//! as the world states them; instances cannot be created but by restoring.
//!
//! The endpoint's address is `localhost`, where the servers' certificates are for that name: in AWS it is a name of the
//! instance's own below `rds.amazonaws.com`, in the sandbox's VPC.

mod backups;
mod delete;
mod instance;
mod instances;
mod leftovers;
mod listing;
pub(crate) mod metadata;
mod modify;
mod restored;
mod serving;
mod snapshots;
mod tags;
mod told;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::describe::{NetworkDescription, Networks};
use crate::servers::ServerError;
use crate::wire::{ApiError, CallContext, Params, Xml};
use crate::world::World;
use backups::AutomatedBackup;
use instance::Instance;
use leftovers::LogGroup;
use listing::{list, simple_name};
use serving::Landlord;
use snapshots::Snapshot;

pub(crate) use leftovers::ManagedSecret;
pub(crate) use listing::FIRST_MARKER;
pub(crate) use restored::Restoration;
pub(crate) use serving::{ServerPlan, authority, missing_program};

/// RDS in all accounts and Regions.
#[derive(Debug)]
pub(crate) struct Rds {
    sites: BTreeMap<(String, String), Site>,
    landlord: Landlord,
    /// Every master password that was asked for.
    pub(crate) passwords_asked_for: Vec<String>,
}

/// RDS of one account and Region, with what instances leave in other services.
#[derive(Debug, Default)]
pub(crate) struct Site {
    /// By identifier.
    pub(super) instances: BTreeMap<String, Instance>,
    /// Automated backups of instances that are gone.
    pub(super) retained: Vec<AutomatedBackup>,
    pub(super) snapshots: Vec<Snapshot>,
    /// By name.
    pub(super) log_groups: BTreeMap<String, LogGroup>,
    pub(super) secrets: Vec<ManagedSecret>,
}

/// One DB instance as a test sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceSummary {
    /// `DBInstanceIdentifier`.
    pub name: String,
    /// The account that it is in.
    pub account: String,
    /// `DBInstanceStatus`.
    pub status: String,
    /// The port of its server on this machine, once it runs.
    pub port: Option<u16>,
}

impl Rds {
    /// The instances and snapshots that a world states.
    pub(crate) fn new(world: &World) -> Self {
        let mut sites: BTreeMap<_, Site> = BTreeMap::new();
        for network in &world.networks {
            let site = sites.entry((network.account.clone(), network.region.clone())).or_default();
            for one in &network.db_instances {
                let instance = Instance::stated(network, one);
                site.instances.insert(instance.id.clone(), instance);
            }
            site.snapshots.extend(network.db_snapshots.iter().map(|one| Snapshot::stated(network, one)));
            site.log_groups.extend(network.log_groups.iter().map(|name| (name.clone(), LogGroup::stated())));
        }
        Self { sites, landlord: Landlord::default(), passwords_asked_for: Vec::new() }
    }

    /// Lets happen what is due by `now`.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        for site in self.sites.values_mut() {
            site.advance(now);
        }
    }

    /// Takes all tags off all instances of an account.
    pub(crate) fn strip_tags(&mut self, account: &str) {
        for (_, site) in self.sites.iter_mut().filter(|((owner, _), _)| owner == account) {
            for instance in site.instances.values_mut() {
                instance.tags.clear();
            }
        }
    }

    /// Makes the instance of a restore job that begins.
    ///
    /// # Errors
    /// Why it cannot be made, as the job's message.
    pub(crate) fn restore(&mut self, network: &NetworkDescription, asked: &Restoration<'_>) -> Result<(), String> {
        let site = self.sites.entry((network.account.clone(), network.region.clone())).or_default();
        if site.instances.contains_key(asked.name) {
            return Err(format!("DBInstanceAlreadyExists: DB instance already exists: {}", asked.name));
        }
        let instance = restored::instance(network, asked)?;
        site.instances.insert(instance.id.clone(), instance);
        Ok(())
    }

    /// Serves one call: the members inside the operation's answer.
    pub(crate) fn call(
        &mut self,
        operation: &str,
        params: &Params,
        ctx: &CallContext,
        networks: &mut Networks,
    ) -> Result<Xml, ApiError> {
        let network = networks.of(&ctx.account, &ctx.region);
        if let Some(answer) = told::call(network, operation, params) {
            return answer;
        }
        let site = self.sites.entry((ctx.account.clone(), ctx.region.clone())).or_default();
        match operation {
            "DescribeDBInstances" => {
                let asked = params.get("DBInstanceIdentifier").map(simple_name);
                let shown = |id: &str| asked.as_deref().is_none_or(|asked| asked == id);
                for instance in site.instances.values_mut().filter(|instance| shown(&instance.id)) {
                    self.landlord.open(instance, ctx.now)?;
                }
                let things = site.instances.values().map(|one| instances::listed(network, one, ctx.now)).collect();
                list(instances::LISTING, params, things)
            }
            "ModifyDBInstance" => {
                self.passwords_asked_for.extend(params.get("MasterUserPassword").map(str::to_owned));
                site.modify(params, ctx.now, network, &mut self.landlord)
            }
            "DeleteDBInstance" => site.delete(params, ctx.now, network),
            "DescribeDBSnapshots" => list(snapshots::LISTING, params, site.listed_snapshots(params, ctx.now)),
            "DeleteDBSnapshot" => site.delete_snapshot(params, ctx.now),
            "DescribeDBInstanceAutomatedBackups" => {
                list(backups::LISTING, params, site.listed_backups(network, params, ctx.now)?)
            }
            "DeleteDBInstanceAutomatedBackup" => site.delete_backup(network, params, ctx.now),
            "ListTagsForResource" => site.list_tags(network, params),
            "AddTagsToResource" => site.add_tags(params),
            "RemoveTagsFromResource" => site.remove_tags(params),
            _ => {
                let message = format!("Could not find operation {operation}: the simulator does not serve it");
                Err(ApiError::client("InvalidAction", message))
            }
        }
    }

    /// The ARNs of what exists in an account that a restore could have created: instances, automated backups of
    /// instances that are gone, manual snapshots, and what restored instances leave in other services.
    pub(crate) fn arns(&self, account: &str) -> Vec<String> {
        let sites = self.sites.iter().filter(|((owner, _), _)| owner == account);
        sites.flat_map(|((account, region), site)| site.arns(account, region)).collect()
    }

    /// Every instance, in the order of accounts, Regions and names.
    pub(crate) fn summaries(&self, now: Timestamp) -> Vec<InstanceSummary> {
        let of = |((account, _), site): (&(String, String), &Site)| {
            let summary = |one: &Instance| InstanceSummary {
                name: one.id.clone(),
                account: account.clone(),
                status: one.status(now).into_owned(),
                port: one.serving.port(),
            };
            site.instances.values().map(summary).collect::<Vec<_>>()
        };
        self.sites.iter().flat_map(of).collect()
    }

    /// Runs SQL on the server of an instance as its superuser.
    pub(crate) fn superuser_sql(
        &self,
        account: &str,
        name: &str,
        database: &str,
        sql: &str,
    ) -> Result<String, ServerError> {
        let mut sites = self.sites.iter().filter(|((owner, _), _)| owner == account);
        let instance = sites.find_map(|(_, site)| site.instances.get(name));
        let server = instance.and_then(|instance| instance.serving.server());
        server.ok_or(ServerError::NotRunning("no server of this instance runs"))?.superuser_sql(database, sql)
    }

    /// The site of an account and Region, for the services in which instances leave something.
    pub(crate) fn site(&mut self, ctx: &CallContext) -> &mut Site {
        self.sites.entry((ctx.account.clone(), ctx.region.clone())).or_default()
    }

    /// Who runs the servers.
    pub(crate) fn landlord(&mut self) -> &mut Landlord {
        &mut self.landlord
    }

    /// Whether a port belongs to an instance of an account: a tunnel leads nowhere else.
    pub(crate) fn owns_port(&self, account: &str, port: u16) -> bool {
        let sites = self.sites.iter().filter(|((owner, _), _)| owner == account);
        sites.flat_map(|(_, site)| site.instances.values()).any(|instance| instance.serving.port() == Some(port))
    }
}

impl Site {
    fn advance(&mut self, now: Timestamp) {
        let gone: Vec<_> = self.instances.values().filter(|one| one.is_gone(now)).map(|one| one.id.clone()).collect();
        for id in gone {
            self.part_with(&id);
        }
        for instance in self.instances.values_mut() {
            instance.set_due_password(now);
        }
        self.make_logs(now);
        self.make_secrets(now);
    }

    /// The instance that a request names.
    pub(super) fn named(&mut self, params: &Params) -> Result<&mut Instance, ApiError> {
        let asked = params.get("DBInstanceIdentifier").unwrap_or_default();
        let found = self.instances.get_mut(&simple_name(asked));
        found.ok_or_else(|| {
            ApiError::client("DBInstanceNotFound", format!("DBInstance {asked} not found.")).with_status(404)
        })
    }

    fn arns(&self, account: &str, region: &str) -> Vec<String> {
        let instances = self.instances.values().map(|one| one.arn.clone());
        let retained = self.retained.iter().map(|one| one.arn.clone());
        let snapshots = self.snapshots.iter().filter(|one| one.was_made_here()).map(|one| one.arn.clone());
        let groups = self.log_groups.iter().filter(|(_, group)| group.was_made_here());
        let groups = groups.map(|(name, _)| format!("arn:aws:logs:{region}:{account}:log-group:{name}"));
        let secrets = self.secrets.iter().map(|one| one.arn.clone());
        instances.chain(retained).chain(snapshots).chain(groups).chain(secrets).collect()
    }
}

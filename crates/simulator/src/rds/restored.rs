//! The instance that a restore job makes.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::instance::{Instance, Settings, Timetable, resource_id};
use super::metadata::{Wanted, wanted};
use super::serving::{ServerPlan, Serving};
use crate::describe::NetworkDescription;
use crate::ids;
use crate::world::{DataFaults, DatabaseDescription, EngineName, RestoreScript, Span};

/// What a restore job asks RDS for.
#[derive(Debug)]
pub(crate) struct Restoration<'a> {
    /// `DBInstanceIdentifier`, in lower case.
    pub(crate) name: &'a str,
    /// What the job was given.
    pub(crate) metadata: &'a BTreeMap<String, String>,
    /// The source, as it was.
    pub(crate) source: &'a DatabaseDescription,
    /// What is wrong with the data.
    pub(crate) data: &'a Arc<DataFaults>,
    /// How the job goes.
    pub(crate) script: &'a RestoreScript,
    /// The moment of the data.
    pub(crate) moment: Timestamp,
    /// The world's start.
    pub(crate) start: Timestamp,
    /// When the instance is no longer `creating`.
    pub(crate) created_at: Timestamp,
    /// Whether the job completes: otherwise what is left behind is `failed`.
    pub(crate) completes: bool,
    /// Something that no other job has.
    pub(crate) seed: &'a str,
}

/// The instance, as soon as its job begins.
///
/// # Errors
/// What the sandbox's network lacks, as the job's message.
pub(super) fn instance(network: &NetworkDescription, asked: &Restoration<'_>) -> Result<Instance, String> {
    let engine = asked.source.engine.as_str();
    let wanted = wanted(asked.metadata, engine)?;
    let (subnet_group, vpc) = place(network, &wanted)?;
    let security_groups = security_groups(network, &wanted, &vpc)?;
    let parameter_group = parameter_group(network, &wanted, asked.source.engine)?;
    let arn = network.rds_arn("db", asked.name);
    let script = asked.script;
    let available_at = script.backing_up.after(asked.created_at);
    let mut log_exports = wanted.log_exports;
    log_exports.extend(script.log_groups.iter().cloned());
    let secret = || {
        let suffix = ids::named("secret", asked.seed).simple().to_string();
        let (region, account) = (&network.region, &network.account);
        format!("arn:aws:secretsmanager:{region}:{account}:secret:rds!db-{suffix}-{}", &suffix[..6])
    };
    let plan = ServerPlan {
        source: asked.source.clone(),
        data: Arc::clone(asked.data),
        moment: asked.moment,
        start: asked.start,
    };
    Ok(Instance {
        id: asked.name.to_owned(),
        resource_id: resource_id(&format!("{arn}/{}", asked.seed)),
        arn,
        engine: engine.to_owned(),
        version: version(asked.source.engine).to_owned(),
        settings: Settings {
            class: wanted.class.unwrap_or_else(|| asked.source.class.clone()),
            storage: asked.source.storage,
            master_user: Some(asked.source.master_user.clone()),
            database: Some(asked.source.database.clone()),
            subnet_group,
            security_groups,
            parameter_group: Some(parameter_group),
            multi_az: wanted.multi_az,
            publicly_accessible: wanted.publicly_accessible,
            deletion_protection: wanted.deletion_protection || script.deletion_protection,
            iam_authentication: wanted.iam_authentication.unwrap_or(asked.source.iam_authentication),
            minor_upgrades: wanted.minor_upgrades,
            copies_tags_to_snapshots: wanted.copies_tags_to_snapshots,
            backup_days: 7,
            log_exports,
        },
        tags: asked.source.tags.clone(),
        timetable: Timetable {
            stated: None,
            created_at: asked.created_at,
            available_at,
            ends_in: if asked.completes { script.instance_status.clone() } else { Some("failed".to_owned()) },
            storage_loading: script.storage_loading,
            deletable_at: script.refuses_deletion_for.map_or(available_at, |span| span.after(available_at)),
            deleting: script.deleting.unwrap_or(Span::seconds(120)),
        },
        new_password: None,
        deletion: None,
        serving: if asked.completes { Serving::Planned(Box::new(plan)) } else { Serving::Nothing },
        retains_automated_backup: script.retains_automated_backup,
        managed_secret: script.managed_secret.then(secret),
        leaves_secret: script.leaves_secret,
    })
}

/// `EngineVersion`: one that RDS has, near what serves here.
fn version(engine: EngineName) -> &'static str {
    match engine {
        EngineName::Postgres => "15.10",
        EngineName::MariaDb => "10.11.10",
        EngineName::MySql => "8.0.40",
        EngineName::SqlserverSe => "15.00.4420.2.v1",
        EngineName::OracleEe => "19.0.0.0.ru-2025-01.rur-2025-01.r1",
    }
}

/// The subnet group and the VPC that the instance is put into: the default VPC where no group is asked for.
fn place(network: &NetworkDescription, wanted: &Wanted) -> Result<(Option<String>, String), String> {
    let Some(name) = &wanted.subnet_group else {
        let default = network.vpcs.iter().find(|vpc| vpc.is_default && !vpc.subnets.is_empty());
        return default.map(|vpc| (Some("default".to_owned()), vpc.id.clone())).ok_or_else(|| {
            "No default subnet detected in VPC. Please contact AWS Support to recreate default Subnets.".to_owned()
        });
    };
    let group = network.db_subnet_groups.iter().find(|group| group.name.eq_ignore_ascii_case(name));
    let group = group.ok_or_else(|| format!("DBSubnetGroupNotFoundFault: DB subnet group '{name}' does not exist."))?;
    Ok((Some(group.name.clone()), group.vpc.clone()))
}

fn security_groups(network: &NetworkDescription, wanted: &Wanted, vpc: &str) -> Result<Vec<String>, String> {
    for id in &wanted.security_groups {
        let holder = network.vpcs.iter().find(|holder| holder.security_groups.iter().any(|group| group.id == *id));
        let holder = holder.ok_or_else(|| format!("Invalid security group , groupId= {id}, groupName=."))?;
        if holder.id != vpc {
            return Err(format!(
                "The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the EC2 \
                 security group is in {}",
                holder.id
            ));
        }
    }
    Ok(wanted.security_groups.clone())
}

/// The parameter group: the engine's own, or one that is there. Option groups are not simulated: only default ones are.
fn parameter_group(network: &NetworkDescription, wanted: &Wanted, engine: EngineName) -> Result<String, String> {
    if let Some(name) = wanted.option_group.as_ref().filter(|name| !name.starts_with("default:")) {
        return Err(format!("OptionGroupNotFoundFault: Specified OptionGroupName: {name} not found."));
    }
    let usual = match engine {
        EngineName::Postgres => "default.postgres15",
        EngineName::MariaDb => "default.mariadb10.11",
        EngineName::MySql => "default.mysql8.0",
        EngineName::SqlserverSe => "default.sqlserver-se-15.0",
        EngineName::OracleEe => "default.oracle-ee-19",
    };
    let Some(name) = &wanted.parameter_group else { return Ok(usual.to_owned()) };
    let known = name == usual || network.db_parameter_groups.iter().any(|group| group.name == *name);
    if known { Ok(name.clone()) } else { Err(format!("DBParameterGroupNotFound: DBParameterGroup not found: {name}")) }
}

//! How RDS tells of instances.

use jiff::Timestamp;

use super::instance::Instance;
use super::listing::{Listed, Listing};
use super::serving::Serving;
use super::told::{subnet_group, tag_list};
use crate::describe::{NetworkDescription, SubnetGroup};
use crate::wire::Xml;

/// `DescribeDBInstances`.
pub(super) const LISTING: Listing = Listing {
    elements: ("DBInstances", "DBInstance"),
    name: "DBInstanceIdentifier",
    unknown: ("DBInstanceNotFound", "DBInstance"),
    filters: &["db-instance-id", "dbi-resource-id", "engine"],
};

/// An instance with what filters ask for.
pub(super) fn listed(network: &NetworkDescription, one: &Instance, now: Timestamp) -> Listed {
    let facts = vec![
        ("db-instance-id", one.id.clone()),
        ("dbi-resource-id", one.resource_id.clone()),
        ("engine", one.engine.clone()),
    ];
    Listed { id: one.id.clone(), facts, xml: instance(network, one, now) }
}

/// The members of an instance.
pub(super) fn instance(network: &NetworkDescription, one: &Instance, now: Timestamp) -> Xml {
    let settings = &one.settings;
    let mut xml = Xml::new()
        .with("DBInstanceIdentifier", &one.id)
        .with("DBInstanceClass", &settings.class)
        .with("Engine", &one.engine)
        .with("EngineVersion", &one.version)
        .with("DBInstanceStatus", one.status(now))
        .with("AllocatedStorage", settings.storage)
        .with("MultiAZ", settings.multi_az)
        .with("PubliclyAccessible", settings.publicly_accessible)
        .with("DeletionProtection", settings.deletion_protection)
        .with("IAMDatabaseAuthenticationEnabled", settings.iam_authentication)
        .with("AutoMinorVersionUpgrade", settings.minor_upgrades)
        .with("CopyTagsToSnapshot", settings.copies_tags_to_snapshots)
        .with("BackupRetentionPeriod", settings.backup_days)
        .with("StorageType", "gp3")
        .with("StorageEncrypted", true)
        .with("DbInstancePort", 0)
        .with("DbiResourceId", &one.resource_id)
        .with("DBInstanceArn", &one.arn)
        .with_inner("PendingModifiedValues", &pending(one));
    let texts = [("MasterUsername", &settings.master_user), ("DBName", &settings.database)];
    for (name, text) in texts {
        if let Some(text) = text {
            xml.push(name, text);
        }
    }
    if let Some(created) = one.created(now) {
        xml.push("InstanceCreateTime", created);
    }
    if let Some(percent) = one.storage_loading_percent(now) {
        xml.push("StorageOperationStatus", "Initializing");
        xml.push("StorageOperationPercentProgress", percent);
    }
    if let Some((host, port)) = endpoint(one) {
        xml.push_inner("Endpoint", &Xml::new().with("Address", host).with("Port", port));
    }
    if let Some(group) = settings.subnet_group.as_ref().and_then(|name| group_called(network, name)) {
        xml.push_inner("DBSubnetGroup", &subnet_group(network, &group));
    }
    xml.push_inner("VpcSecurityGroups", &security_groups(&settings.security_groups));
    if let Some(name) = &settings.parameter_group {
        let group = Xml::new().with("DBParameterGroupName", name).with("ParameterApplyStatus", "in-sync");
        xml.push_inner("DBParameterGroups", &Xml::new().with_inner("DBParameterGroup", &group));
    }
    if !settings.log_exports.is_empty() {
        let mut members = Xml::new();
        for name in &settings.log_exports {
            members.push("member", name);
        }
        xml.push_inner("EnabledCloudwatchLogsExports", &members);
    }
    if let Some(arn) = &one.managed_secret {
        let secret = Xml::new().with("SecretArn", arn).with("SecretStatus", "active");
        xml.push_inner("MasterUserSecret", &secret);
    }
    xml.with_inner("TagList", &tag_list(&one.tags))
}

/// A subnet group; `default` is that of the default VPC where nobody has made another.
fn group_called(network: &NetworkDescription, name: &str) -> Option<SubnetGroup> {
    let made = network.db_subnet_groups.iter().find(|group| group.name == name).cloned();
    let default = || {
        let vpc = network.vpcs.iter().find(|vpc| vpc.is_default).filter(|_| name == "default")?;
        let subnets = vpc.subnets.iter().map(|subnet| subnet.id.clone()).collect();
        Some(SubnetGroup { name: name.to_owned(), vpc: vpc.id.clone(), subnets })
    };
    made.or_else(default)
}

/// Where an instance answers; nothing before there is anything that could.
fn endpoint(one: &Instance) -> Option<(&str, u16)> {
    match &one.serving {
        Serving::Nothing | Serving::Planned(_) => None,
        Serving::Stated(host, port) => Some((host, *port)),
        Serving::Running(server) => Some(("localhost", server.port())),
    }
}

fn pending(one: &Instance) -> Xml {
    match &one.new_password {
        Some(_) => Xml::new().with("MasterUserPassword", "****"),
        None => Xml::new(),
    }
}

fn security_groups(ids: &[String]) -> Xml {
    let mut groups = Xml::new();
    for id in ids {
        let group = Xml::new().with("VpcSecurityGroupId", id).with("Status", "active");
        groups.push_inner("VpcSecurityGroupMembership", &group);
    }
    groups
}

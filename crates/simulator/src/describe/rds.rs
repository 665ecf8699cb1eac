//! RDS: subnet groups, instances, clusters, snapshots, parameter groups, engine versions and tags.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::{ApiError, Params, Xml};

use super::databases::{ClusterDescription, DatabaseSnapshot, InstanceDescription, ParameterGroup, SubnetGroup};
use super::network::NetworkDescription;

/// The longest page, and the one that is given where none is asked for.
const LONGEST_PAGE: usize = 100;

/// How one operation lists.
struct Listing {
    /// The elements around all and around each.
    elements: (&'static str, &'static str),
    /// The parameter that asks for one by name, and the error where it is not there.
    name: (&'static str, &'static str),
}

/// Serves one call.
pub(super) fn serve(network: &NetworkDescription, operation: &str, params: &Params) -> Result<Xml, ApiError> {
    let (listing, things): (Listing, Vec<(String, Xml)>) = match operation {
        "DescribeDBSubnetGroups" => {
            let name = ("DBSubnetGroupName", "DBSubnetGroupNotFoundFault");
            let groups = network.db_subnet_groups.iter();
            let things = groups.map(|group| (group.name.clone(), subnet_group(network, group))).collect();
            (Listing { elements: ("DBSubnetGroups", "DBSubnetGroup"), name }, things)
        }
        "DescribeDBInstances" => {
            let name = ("DBInstanceIdentifier", "DBInstanceNotFound");
            let things = network.db_instances.iter().map(|one| (one.id.clone(), instance(network, one))).collect();
            (Listing { elements: ("DBInstances", "DBInstance"), name }, things)
        }
        "DescribeDBClusters" => {
            let name = ("DBClusterIdentifier", "DBClusterNotFoundFault");
            let things = network.db_clusters.iter().map(|one| (one.id.clone(), cluster(network, one))).collect();
            (Listing { elements: ("DBClusters", "DBCluster"), name }, things)
        }
        "DescribeDBSnapshots" => {
            let name = ("DBSnapshotIdentifier", "DBSnapshotNotFound");
            let asked = |one: &&DatabaseSnapshot| {
                params.get("DBInstanceIdentifier").is_none_or(|instance| instance == one.instance)
                    && params.get("SnapshotType").is_none_or(|kind| kind == one.kind)
            };
            let snapshots = network.db_snapshots.iter().filter(asked);
            let things = snapshots.map(|one| (one.id.clone(), snapshot(network, one))).collect();
            (Listing { elements: ("DBSnapshots", "DBSnapshot"), name }, things)
        }
        "DescribeDBParameterGroups" => {
            let name = ("DBParameterGroupName", "DBParameterGroupNotFound");
            let groups = network.db_parameter_groups.iter();
            let things = groups.map(|one| (one.name.clone(), parameter_group(network, one))).collect();
            (Listing { elements: ("DBParameterGroups", "DBParameterGroup"), name }, things)
        }
        "DescribeDBEngineVersions" => {
            let name = ("EngineVersion", "");
            let listing = Listing { elements: ("DBEngineVersions", "DBEngineVersion"), name };
            return page(&listing, params, engine_versions(params));
        }
        "ListTagsForResource" => return tags_of(network, params),
        _ => {
            let message = format!("Could not find operation {operation}: the simulator does not serve it");
            return Err(ApiError::client("InvalidAction", message));
        }
    };
    if !params.structures("Filters.Filter").is_empty() {
        let message = "the simulator serves no filters of RDS";
        return Err(ApiError::client("InvalidParameterValue", message));
    }
    let (name, error) = listing.name;
    let Some(asked) = params.get(name) else { return page(&listing, params, things) };
    // Names come in any case, and as ARNs.
    let wanted = asked.rsplit(':').next().unwrap_or(asked).to_lowercase();
    let found: Vec<_> = things.into_iter().filter(|(id, _)| id.to_lowercase() == wanted).collect();
    if found.is_empty() {
        let noun = error.trim_end_matches("Fault").trim_end_matches("NotFound");
        return Err(ApiError::client(error, format!("{noun} {asked} not found.")).with_status(404));
    }
    page(&listing, params, found)
}

fn page(listing: &Listing, params: &Params, things: Vec<(String, Xml)>) -> Result<Xml, ApiError> {
    let invalid = |message: String| ApiError::client("InvalidParameterValue", message);
    let length = match params.get("MaxRecords").map(str::parse::<usize>) {
        None => LONGEST_PAGE,
        Some(Ok(length)) if (20..=LONGEST_PAGE).contains(&length) => length,
        Some(_) => return Err(invalid("Invalid value for max records. Must be between 20 and 100".to_owned())),
    };
    let start = match params.get("Marker").filter(|marker| !marker.is_empty()) {
        None => 0,
        Some(marker) => {
            let place = STANDARD.decode(marker).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let place = place.and_then(|text| text.parse::<usize>().ok()).filter(|place| *place <= things.len());
            place.ok_or_else(|| invalid("The request could not be processed: the Marker is invalid".to_owned()))?
        }
    };
    let end = things.len().min(start + length);
    let more = end < things.len();
    let (around_all, around_each) = listing.elements;
    let mut set = Xml::new();
    for (_, thing) in things.into_iter().skip(start).take(length) {
        set.push_inner(around_each, &thing);
    }
    let mut answer = Xml::new();
    if more {
        answer.push("Marker", STANDARD.encode(end.to_string()));
    }
    answer.push_inner(around_all, &set);
    Ok(answer)
}

fn subnet_group(network: &NetworkDescription, group: &SubnetGroup) -> Xml {
    let mut subnets = Xml::new();
    for id in &group.subnets {
        let known = network.vpcs.iter().flat_map(|vpc| &vpc.subnets).find(|subnet| subnet.id == *id);
        let zone = known.map_or("a", |subnet| subnet.zone.as_str());
        let zone = Xml::new().with("Name", format!("{}{zone}", network.region));
        let subnet = Xml::new()
            .with("SubnetIdentifier", id)
            .with_inner("SubnetAvailabilityZone", &zone)
            .with("SubnetStatus", "Active");
        subnets.push_inner("Subnet", &subnet);
    }
    Xml::new()
        .with("DBSubnetGroupName", &group.name)
        .with("DBSubnetGroupDescription", &group.name)
        .with("VpcId", &group.vpc)
        .with("SubnetGroupStatus", "Complete")
        .with_inner("Subnets", &subnets)
        .with("DBSubnetGroupArn", network.rds_arn("subgrp", &group.name))
}

fn instance(network: &NetworkDescription, one: &InstanceDescription) -> Xml {
    let mut xml = Xml::new()
        .with("DBInstanceIdentifier", &one.id)
        .with("DBInstanceClass", &one.class)
        .with("Engine", &one.engine)
        .with("EngineVersion", &one.version)
        .with("DBInstanceStatus", &one.status)
        .with("AllocatedStorage", one.storage)
        .with("PubliclyAccessible", one.publicly_accessible)
        .with("DeletionProtection", one.deletion_protection)
        .with("DBInstanceArn", network.rds_arn("db", &one.id));
    if let Some((address, port)) = &one.endpoint {
        xml.push_inner("Endpoint", &Xml::new().with("Address", address).with("Port", port));
    }
    let group = network.db_subnet_groups.iter().find(|group| Some(&group.name) == one.subnet_group.as_ref());
    if let Some(group) = group {
        xml.push_inner("DBSubnetGroup", &subnet_group(network, group));
    }
    xml.with_inner("TagList", &tag_list(&one.tags))
}

fn cluster(network: &NetworkDescription, one: &ClusterDescription) -> Xml {
    let mut members = Xml::new();
    for (position, id) in one.members.iter().enumerate() {
        let member = Xml::new().with("DBInstanceIdentifier", id).with("IsClusterWriter", position == 0);
        members.push_inner("DBClusterMember", &member);
    }
    Xml::new()
        .with("DBClusterIdentifier", &one.id)
        .with("Engine", &one.engine)
        .with("EngineVersion", &one.version)
        .with("Status", &one.status)
        .with("Endpoint", format!("{}.cluster-sandbox.{}.rds.amazonaws.com", one.id, network.region))
        .with("DeletionProtection", one.deletion_protection)
        .with("DBClusterArn", network.rds_arn("cluster", &one.id))
        .with_inner("DBClusterMembers", &members)
        .with_inner("TagList", &tag_list(&one.tags))
}

fn snapshot(network: &NetworkDescription, one: &DatabaseSnapshot) -> Xml {
    Xml::new()
        .with("DBSnapshotIdentifier", &one.id)
        .with("DBInstanceIdentifier", &one.instance)
        .with("Engine", &one.engine)
        .with("Status", &one.status)
        .with("SnapshotType", &one.kind)
        .with("PercentProgress", 100)
        .with("DBSnapshotArn", network.rds_arn("snapshot", &one.id))
        .with_inner("TagList", &tag_list(&one.tags))
}

fn parameter_group(network: &NetworkDescription, one: &ParameterGroup) -> Xml {
    Xml::new()
        .with("DBParameterGroupName", &one.name)
        .with("DBParameterGroupFamily", &one.family)
        .with("Description", &one.name)
        .with("DBParameterGroupArn", network.rds_arn("pg", &one.name))
}

/// A few versions that restores meet; not a catalogue.
fn engine_versions(params: &Params) -> Vec<(String, Xml)> {
    let known = [
        ("aurora-mysql", "8.0.mysql_aurora.3.08.0", "aurora-mysql8.0"),
        ("aurora-postgresql", "16.6", "aurora-postgresql16"),
        ("mariadb", "10.11.10", "mariadb10.11"),
        ("mysql", "8.0.40", "mysql8.0"),
        ("postgres", "15.10", "postgres15"),
        ("postgres", "16.6", "postgres16"),
    ];
    let asked = |(engine, version, _): &(&str, &str, &str)| {
        params.get("Engine").is_none_or(|wanted| wanted == *engine)
            && params.get("EngineVersion").is_none_or(|wanted| version.starts_with(wanted))
    };
    let told = |(engine, version, family): (&str, &str, &str)| {
        let xml = Xml::new()
            .with("Engine", engine)
            .with("EngineVersion", version)
            .with("DBParameterGroupFamily", family)
            .with("Status", "available");
        (version.to_owned(), xml)
    };
    known.into_iter().filter(asked).map(told).collect()
}

fn tags_of(network: &NetworkDescription, params: &Params) -> Result<Xml, ApiError> {
    let arn = params.get("ResourceName").unwrap_or_default();
    let mut known: Vec<(String, Option<&BTreeMap<String, String>>)> = Vec::new();
    known.extend(network.db_instances.iter().map(|one| (network.rds_arn("db", &one.id), Some(&one.tags))));
    known.extend(network.db_clusters.iter().map(|one| (network.rds_arn("cluster", &one.id), Some(&one.tags))));
    known.extend(network.db_snapshots.iter().map(|one| (network.rds_arn("snapshot", &one.id), Some(&one.tags))));
    known.extend(network.db_subnet_groups.iter().map(|one| (network.rds_arn("subgrp", &one.name), None)));
    known.extend(network.db_parameter_groups.iter().map(|one| (network.rds_arn("pg", &one.name), None)));
    if let Some((_, tags)) = known.into_iter().find(|(known, _)| known == arn) {
        return Ok(Xml::new().with_inner("TagList", &tags.map(tag_list).unwrap_or_default()));
    }
    let code = match arn.split(':').nth(5) {
        Some("db") => "DBInstanceNotFound",
        Some("cluster") => "DBClusterNotFoundFault",
        Some("snapshot") => "DBSnapshotNotFound",
        _ => return Err(ApiError::client("InvalidParameterValue", format!("Invalid resource name: {arn}"))),
    };
    Err(ApiError::client(code, format!("{arn} not found")).with_status(404))
}

fn tag_list(tags: &BTreeMap<String, String>) -> Xml {
    let mut list = Xml::new();
    for (key, value) in tags {
        list.push_inner("Tag", &Xml::new().with("Key", key).with("Value", value));
    }
    list
}

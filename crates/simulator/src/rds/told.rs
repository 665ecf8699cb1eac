//! How RDS tells of what only stands there: subnet groups, clusters, parameter groups, engine versions.

use std::collections::BTreeMap;

use super::listing::{Listed, Listing, list};
use crate::describe::{ClusterDescription, NetworkDescription, ParameterGroup, SubnetGroup};
use crate::wire::{ApiError, Params, Xml};

/// Lists what an operation asks for; none where it is not one of these.
pub(super) fn call(network: &NetworkDescription, operation: &str, params: &Params) -> Option<Result<Xml, ApiError>> {
    let (listing, things): (Listing, Vec<Listed>) = match operation {
        "DescribeDBSubnetGroups" => {
            let unknown = ("DBSubnetGroupNotFoundFault", "DBSubnetGroup");
            let listing = Listing {
                elements: ("DBSubnetGroups", "DBSubnetGroup"),
                name: "DBSubnetGroupName",
                unknown,
                filters: &[],
            };
            let groups = network.db_subnet_groups.iter();
            (listing, groups.map(|group| Listed::plain(&group.name, subnet_group(network, group))).collect())
        }
        "DescribeDBClusters" => {
            let unknown = ("DBClusterNotFoundFault", "DBCluster");
            let listing =
                Listing { elements: ("DBClusters", "DBCluster"), name: "DBClusterIdentifier", unknown, filters: &[] };
            let clusters = network.db_clusters.iter();
            (listing, clusters.map(|one| Listed::plain(&one.id, cluster(network, one))).collect())
        }
        "DescribeDBParameterGroups" => {
            let unknown = ("DBParameterGroupNotFound", "DBParameterGroup");
            let listing = Listing {
                elements: ("DBParameterGroups", "DBParameterGroup"),
                name: "DBParameterGroupName",
                unknown,
                filters: &[],
            };
            let groups = network.db_parameter_groups.iter();
            (listing, groups.map(|one| Listed::plain(&one.name, parameter_group(network, one))).collect())
        }
        "DescribeDBEngineVersions" => {
            let elements = ("DBEngineVersions", "DBEngineVersion");
            // Nobody asks for one by name: `EngineVersion` is where the versions begin.
            (Listing { elements, name: "", unknown: ("", ""), filters: &[] }, engine_versions(params))
        }
        _ => return None,
    };
    Some(list(listing, params, things))
}

/// A subnet group with its subnets and their VPC.
pub(super) fn subnet_group(network: &NetworkDescription, group: &SubnetGroup) -> Xml {
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

/// Tags, as `TagList`.
pub(super) fn tag_list(tags: &BTreeMap<String, String>) -> Xml {
    let mut list = Xml::new();
    for (key, value) in tags {
        list.push_inner("Tag", &Xml::new().with("Key", key).with("Value", value));
    }
    list
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

fn parameter_group(network: &NetworkDescription, one: &ParameterGroup) -> Xml {
    Xml::new()
        .with("DBParameterGroupName", &one.name)
        .with("DBParameterGroupFamily", &one.family)
        .with("Description", &one.name)
        .with("DBParameterGroupArn", network.rds_arn("pg", &one.name))
}

/// A few versions that restores meet; not a catalogue.
fn engine_versions(params: &Params) -> Vec<Listed> {
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
        Listed::plain(version, xml)
    };
    known.into_iter().filter(asked).map(told).collect()
}

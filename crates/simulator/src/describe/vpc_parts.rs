//! VPCs, subnets, route tables and security groups.

use std::collections::BTreeMap;

use crate::wire::Xml;

use super::listing::{Listed, Listing, tag_set};
use super::network::{NetworkDescription, Permission, Route, Vpc};

pub(super) const VPCS: Listing = Listing {
    set: "vpcSet",
    ids: "VpcId",
    unknown: ("InvalidVpcID.NotFound", "vpc ID"),
    filters: &["vpc-id", "cidr", "is-default", "owner-id", "state"],
    paged: true,
};

pub(super) const SUBNETS: Listing = Listing {
    set: "subnetSet",
    ids: "SubnetId",
    unknown: ("InvalidSubnetID.NotFound", "subnet ID"),
    filters: &["vpc-id", "subnet-id", "availability-zone", "owner-id", "state"],
    paged: true,
};

pub(super) const ROUTE_TABLES: Listing = Listing {
    set: "routeTableSet",
    ids: "RouteTableId",
    unknown: ("InvalidRouteTableID.NotFound", "routeTable ID"),
    filters: &["vpc-id", "route-table-id", "association.main", "association.subnet-id", "owner-id"],
    paged: true,
};

pub(super) const SECURITY_GROUPS: Listing = Listing {
    set: "securityGroupInfo",
    ids: "GroupId",
    unknown: ("InvalidGroup.NotFound", "security group"),
    filters: &["vpc-id", "group-id", "group-name", "owner-id"],
    paged: true,
};

pub(super) fn vpcs(network: &NetworkDescription) -> Vec<Listed> {
    let listed = |vpc: &Vpc| {
        let owner = network.owner(vpc);
        let block = Xml::new()
            .with("associationId", vpc.id.replacen("vpc", "vpc-cidr-assoc", 1))
            .with("cidrBlock", &vpc.cidr)
            .with_inner("cidrBlockState", &Xml::new().with("state", "associated"));
        let xml = Xml::new()
            .with("vpcId", &vpc.id)
            .with("ownerId", owner)
            .with("state", "available")
            .with("cidrBlock", &vpc.cidr)
            .with_inner("cidrBlockAssociationSet", &Xml::new().with_inner("item", &block))
            .with("dhcpOptionsId", "dopt-0b0c0ffee0000001")
            .with("instanceTenancy", "default")
            .with("isDefault", vpc.is_default)
            .with_inner("tagSet", &tag_set(&vpc.tags));
        let facts = vec![
            ("vpc-id", vpc.id.clone()),
            ("cidr", vpc.cidr.clone()),
            ("is-default", vpc.is_default.to_string()),
            ("owner-id", owner.to_owned()),
            ("state", "available".to_owned()),
        ];
        Listed { id: vpc.id.clone(), facts, tags: vpc.tags.clone(), xml }
    };
    network.vpcs.iter().map(listed).collect()
}

pub(super) fn subnets(network: &NetworkDescription) -> Vec<Listed> {
    let mut all = Vec::new();
    for vpc in &network.vpcs {
        let owner = network.owner(vpc);
        for subnet in &vpc.subnets {
            let zone = format!("{}{}", network.region, subnet.zone);
            let xml = Xml::new()
                .with("subnetId", &subnet.id)
                .with("subnetArn", format!("arn:aws:ec2:{}:{owner}:subnet/{}", network.region, subnet.id))
                .with("state", "available")
                .with("ownerId", owner)
                .with("vpcId", &vpc.id)
                .with("cidrBlock", &subnet.cidr)
                .with("availableIpAddressCount", subnet.free_addresses)
                .with("availabilityZone", &zone)
                .with("defaultForAz", vpc.is_default)
                .with("mapPublicIpOnLaunch", subnet.public_addresses)
                .with("assignIpv6AddressOnCreation", false)
                .with_inner("tagSet", &tag_set(&subnet.tags));
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("subnet-id", subnet.id.clone()),
                ("availability-zone", zone),
                ("owner-id", owner.to_owned()),
                ("state", "available".to_owned()),
            ];
            all.push(Listed { id: subnet.id.clone(), facts, tags: subnet.tags.clone(), xml });
        }
    }
    all
}

pub(super) fn route_tables(network: &NetworkDescription) -> Vec<Listed> {
    let mut all = Vec::new();
    for vpc in &network.vpcs {
        for table in &vpc.route_tables {
            let mut routes = Xml::new();
            routes.push_inner("item", &local_route(vpc));
            for via in &table.routes {
                routes.push_inner("item", &route(via));
            }
            let associations = associations(&table.id, table.main, &table.subnets);
            let xml = Xml::new()
                .with("routeTableId", &table.id)
                .with("vpcId", &vpc.id)
                .with("ownerId", network.owner(vpc))
                .with_inner("routeSet", &routes)
                .with_inner("associationSet", &associations)
                .with_inner("propagatingVgwSet", &Xml::new())
                .with_inner("tagSet", &Xml::new());
            let mut facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("route-table-id", table.id.clone()),
                ("association.main", table.main.to_string()),
                ("owner-id", network.owner(vpc).to_owned()),
            ];
            facts.extend(table.subnets.iter().map(|subnet| ("association.subnet-id", subnet.clone())));
            all.push(Listed { id: table.id.clone(), facts, tags: BTreeMap::new(), xml });
        }
    }
    all
}

fn associations(table: &str, main: bool, subnets: &[String]) -> Xml {
    let mut set = Xml::new();
    let explicit = subnets.iter().map(|subnet| (Some(subnet), subnet.replacen("subnet", "rtbassoc", 1)));
    let implicit = main.then(|| (None, table.replacen("rtb", "rtbassoc", 1)));
    for (subnet, id) in implicit.into_iter().chain(explicit) {
        let mut association =
            Xml::new().with("routeTableAssociationId", id).with("routeTableId", table).with("main", subnet.is_none());
        if let Some(subnet) = subnet {
            association.push("subnetId", subnet);
        }
        association.push_inner("associationState", &Xml::new().with("state", "associated"));
        set.push_inner("item", &association);
    }
    set
}

fn local_route(vpc: &Vpc) -> Xml {
    Xml::new()
        .with("destinationCidrBlock", &vpc.cidr)
        .with("gatewayId", "local")
        .with("state", "active")
        .with("origin", "CreateRouteTable")
}

fn route(route: &Route) -> Xml {
    let destination = match &route.to {
        list if list.starts_with("pl-") => "destinationPrefixListId",
        block if block.contains(':') => "destinationIpv6CidrBlock",
        _ => "destinationCidrBlock",
    };
    // Internet and virtual private gateways and gateway endpoints are all told as gateways.
    let targets = [
        ("nat-", "natGatewayId"),
        ("eigw-", "egressOnlyInternetGatewayId"),
        ("pcx-", "vpcPeeringConnectionId"),
        ("tgw-", "transitGatewayId"),
        ("eni-", "networkInterfaceId"),
        ("i-", "instanceId"),
        ("cagw-", "carrierGatewayId"),
        ("lgw-", "localGatewayId"),
        ("arn:", "coreNetworkArn"),
    ];
    let target = targets.iter().find(|(beginning, _)| route.via.starts_with(beginning));
    let target = target.map_or("gatewayId", |(_, member)| *member);
    Xml::new()
        .with(destination, &route.to)
        .with(target, &route.via)
        .with("state", "active")
        .with("origin", "CreateRoute")
}

pub(super) fn security_groups(network: &NetworkDescription) -> Vec<Listed> {
    let mut all = Vec::new();
    for vpc in &network.vpcs {
        let owner = network.owner(vpc);
        for group in &vpc.security_groups {
            let arn = format!("arn:aws:ec2:{}:{owner}:security-group/{}", network.region, group.id);
            let xml = Xml::new()
                .with("groupId", &group.id)
                .with("groupName", &group.name)
                .with("groupDescription", &group.name)
                .with("ownerId", owner)
                .with("vpcId", &vpc.id)
                .with("securityGroupArn", arn)
                .with_inner("ipPermissions", &permissions(&group.ingress, owner))
                .with_inner("ipPermissionsEgress", &permissions(&group.egress, owner))
                .with_inner("tagSet", &tag_set(&group.tags));
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("group-id", group.id.clone()),
                ("group-name", group.name.clone()),
                ("owner-id", owner.to_owned()),
            ];
            all.push(Listed { id: group.id.clone(), facts, tags: group.tags.clone(), xml });
        }
    }
    all
}

fn permissions(permissions: &[Permission], owner: &str) -> Xml {
    let mut set = Xml::new();
    for permission in permissions {
        let mut xml = Xml::new().with("ipProtocol", &permission.protocol);
        if let Some([from, to]) = permission.ports {
            xml.push("fromPort", from);
            xml.push("toPort", to);
        }
        let (mut groups, mut blocks, mut blocks_6, mut lists) = (Xml::new(), Xml::new(), Xml::new(), Xml::new());
        for peer in &permission.peers {
            match peer {
                group if group.starts_with("sg-") => {
                    groups.push_inner("item", &Xml::new().with("userId", owner).with("groupId", group));
                }
                list if list.starts_with("pl-") => lists.push_inner("item", &Xml::new().with("prefixListId", list)),
                block if block.contains(':') => blocks_6.push_inner("item", &Xml::new().with("cidrIpv6", block)),
                block => blocks.push_inner("item", &Xml::new().with("cidrIp", block)),
            }
        }
        for (name, peers) in
            [("groups", groups), ("ipRanges", blocks), ("ipv6Ranges", blocks_6), ("prefixListIds", lists)]
        {
            xml.push_inner(name, &peers);
        }
        set.push_inner("item", &xml);
    }
    set
}

//! The network of one account and Region, as a world file states it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::databases::{ClusterDescription, DatabaseSnapshot, InstanceDescription, ParameterGroup, SubnetGroup};

/// The network of one account and Region, as a world file states it (`[[networks]]`).
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkDescription {
    /// The account that owns it.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// Its VPCs.
    #[serde(default)]
    pub vpcs: Vec<Vpc>,
    /// Whether EBS snapshots can be made public: `block-all-sharing`, `block-new-sharing` or `unblocked`.
    #[serde(default = "block_all_sharing")]
    pub snapshot_public_access: String,
    /// Whether AMIs can be made public: `block-new-sharing` or `unblocked`.
    #[serde(default = "block_new_sharing")]
    pub image_public_access: String,
    /// Whether new EBS volumes are encrypted without being asked to.
    #[serde(default)]
    pub ebs_encryption_by_default: bool,
    /// RDS subnet groups.
    #[serde(default)]
    pub db_subnet_groups: Vec<SubnetGroup>,
    /// RDS instances.
    #[serde(default)]
    pub db_instances: Vec<InstanceDescription>,
    /// Aurora and Multi-AZ clusters.
    #[serde(default)]
    pub db_clusters: Vec<ClusterDescription>,
    /// RDS snapshots.
    #[serde(default)]
    pub db_snapshots: Vec<DatabaseSnapshot>,
    /// RDS parameter groups.
    #[serde(default)]
    pub db_parameter_groups: Vec<ParameterGroup>,
    /// Log groups of CloudWatch Logs, by name.
    #[serde(default)]
    pub log_groups: Vec<String>,
    /// The ids of instances that Systems Manager reaches, through which ports can be forwarded.
    #[serde(default = "tunnel_instance")]
    pub tunnel_instances: Vec<String>,
}

pub(super) fn tunnel_instance() -> Vec<String> {
    vec!["i-0b0c0ffee00000001".to_owned()]
}

pub(super) fn block_all_sharing() -> String {
    "block-all-sharing".to_owned()
}

pub(super) fn block_new_sharing() -> String {
    "block-new-sharing".to_owned()
}

/// A VPC with everything that hangs on it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vpc {
    /// Its id: `vpc-` and 17 hexadecimal digits.
    pub id: String,
    /// Its addresses: `10.99.0.0/16`.
    pub cidr: String,
    /// Whether it is the Region's default VPC.
    pub is_default: bool,
    /// Its owner where that is another account, which shares subnets with this one.
    pub owner: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Its route tables.
    pub route_tables: Vec<RouteTable>,
    /// Its security groups.
    pub security_groups: Vec<SecurityGroup>,
    /// Its endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The ids of internet gateways attached to it.
    pub internet_gateways: Vec<String>,
    /// The ids of egress-only internet gateways attached to it.
    pub egress_only_internet_gateways: Vec<String>,
    /// The ids of virtual private gateways attached to it.
    pub vpn_gateways: Vec<String>,
    /// The ids of carrier gateways in it.
    pub carrier_gateways: Vec<String>,
    /// Its NAT gateways.
    pub nat_gateways: Vec<NatGateway>,
    /// Its peering connections, all requested by it.
    pub peerings: Vec<Peering>,
    /// Its attachments to transit gateways.
    pub transit_gateway_attachments: Vec<TransitGatewayAttachment>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subnet {
    /// Its id: `subnet-` and 17 hexadecimal digits.
    pub id: String,
    /// Its addresses.
    pub cidr: String,
    /// Its Availability Zone's letter: `a`.
    pub zone: String,
    /// Whether instances in it get public addresses.
    #[serde(default)]
    pub public_addresses: bool,
    /// How many of its addresses are free.
    #[serde(default = "free_addresses")]
    pub free_addresses: u32,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

pub(super) fn free_addresses() -> u32 {
    251
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteTable {
    /// Its id: `rtb-…`.
    pub id: String,
    /// Whether it serves the subnets that have no table of their own.
    #[serde(default)]
    pub main: bool,
    /// The ids of the subnets that it serves.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// Its routes besides the local one, which is always there.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Where to: an IPv4 or IPv6 block, or a prefix list `pl-…`.
    pub to: String,
    /// Through what: the id of a gateway, endpoint, peering connection, interface or instance, or a core network's ARN.
    pub via: String,
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityGroup {
    /// Its id: `sg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it lets in.
    #[serde(default)]
    pub ingress: Vec<Permission>,
    /// What it lets out.
    #[serde(default)]
    pub egress: Vec<Permission>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// What a security group permits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Permission {
    /// `tcp`, `udp`, `icmp`, or `-1` for all.
    pub protocol: String,
    /// First and last port; all where absent.
    #[serde(default)]
    pub ports: Option<[u16; 2]>,
    /// IPv4 and IPv6 blocks, security groups `sg-…` and prefix lists `pl-…`.
    pub peers: Vec<String>,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its id: `vpce-…`.
    pub id: String,
    /// The service: `com.amazonaws.eu-central-1.dynamodb`.
    pub service: String,
    /// How it is reached.
    pub kind: EndpointKind,
    /// Its policy, as JSON.
    #[serde(default)]
    pub policy: Option<String>,
}

/// How an endpoint is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EndpointKind {
    /// By routes.
    Gateway,
    /// By addresses in subnets.
    Interface,
}

/// A NAT gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NatGateway {
    /// Its id: `nat-…`.
    pub id: String,
    /// The id of its subnet.
    pub subnet: String,
    /// `available`, `deleted`, …
    #[serde(default = "available")]
    pub state: String,
}

/// A peering connection.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peering {
    /// Its id: `pcx-…`.
    pub id: String,
    /// The other side's account.
    pub peer_account: String,
    /// The other side's VPC.
    pub peer_vpc: String,
    /// `active`, `deleted`, …
    #[serde(default = "active")]
    pub status: String,
}

/// An attachment to a transit gateway.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransitGatewayAttachment {
    /// Its id: `tgw-attach-…`.
    pub id: String,
    /// The transit gateway: `tgw-…`.
    pub transit_gateway: String,
    /// `available`, `deleted`, …
    #[serde(default = "available")]
    pub state: String,
}

fn available() -> String {
    "available".to_owned()
}

fn active() -> String {
    "active".to_owned()
}

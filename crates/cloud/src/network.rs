//! The sandbox's network, as far as describe calls tell of ways out.

use async_trait::async_trait;

use crate::CallError;

/// All that was read of one VPC. Each part that could not be read holds the error instead.
#[derive(Clone, Debug)]
pub struct NetworkFacts {
    /// The VPC itself.
    pub vpc: Result<Vpc, CallError>,
    /// Its subnets.
    pub subnets: Result<Vec<Subnet>, CallError>,
    /// Its route tables.
    pub route_tables: Result<Vec<RouteTable>, CallError>,
    /// Its security groups.
    pub security_groups: Result<Vec<SecurityGroup>, CallError>,
    /// Its endpoints.
    pub endpoints: Result<Vec<Endpoint>, CallError>,
    /// Gateways, peerings and attachments that hang on it: ids with their kind, such as `internet gateway igw-1`.
    pub attachments: Result<Vec<String>, CallError>,
    /// Whether EBS snapshots can be made public: `block-all-sharing`, `block-new-sharing`, `unblocked`.
    pub snapshot_public_access: Result<String, CallError>,
    /// The subnets of the RDS subnet group, where one is configured.
    pub db_subnet_group: Option<Result<Vec<String>, CallError>>,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    /// Its id.
    pub id: String,
    /// Whether it is the Region's default VPC, which is never a sandbox.
    pub is_default: bool,
    /// Its owner.
    pub owner: Option<String>,
}

/// A subnet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// Its owner; another than the sandbox means that it is shared.
    pub owner: Option<String>,
    /// Whether instances in it get public addresses.
    pub public_addresses: bool,
    /// How many addresses in it are free, where AWS tells.
    pub free_addresses: Option<u32>,
}

/// A route table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteTable {
    /// Its id.
    pub id: String,
    /// Where each route leads.
    pub routes: Vec<(String, RouteTarget)>,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteTarget {
    /// Inside the VPC.
    Local,
    /// To a gateway endpoint of an AWS service.
    Endpoint(String),
    /// Anywhere else: gateways, peerings, transit, interfaces, or a target that we do not know.
    Outside(String),
}

/// A security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// What it lets out.
    pub egress: Vec<Egress>,
}

/// One egress permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Egress {
    /// CIDR blocks, prefix lists or groups.
    pub to: Vec<String>,
    /// Whether all of them are security groups or prefix lists of the VPC's own.
    pub stays_inside: bool,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// The service it leads to.
    pub service: String,
    /// Its policy, where it has one.
    pub policy: Option<String>,
}

/// Reads the sandbox's network. Changes nothing.
#[async_trait]
pub trait ReadNetwork: Send + Sync {
    /// Everything that tells of ways out of `vpc_id`; never fails as a whole.
    async fn network_facts(&self, vpc_id: &str, db_subnet_group: Option<&str>) -> NetworkFacts;
}

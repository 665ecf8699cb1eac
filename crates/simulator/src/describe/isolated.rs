//! The network of an account and Region of which the world says nothing, and what all networks can tell.

use std::collections::BTreeMap;

use super::databases::SubnetGroup;
use super::network::{
    NetworkDescription, RouteTable, SecurityGroup, Subnet, Vpc, block_all_sharing, block_new_sharing, free_addresses,
    tunnel_instance,
};

impl NetworkDescription {
    /// A sandbox without any way out: VPC `vpc-0b0c0ffee0000001`, tagged `restore-sandbox = true`, with two subnets, one
    /// route table with the local route alone, a security group without rules, the RDS subnet group
    /// `backproof-sandbox`, and the instance `i-0b0c0ffee00000001` that forwards ports.
    pub fn isolated(account: &str, region: &str) -> Self {
        let subnet = |number: u8, zone: &str| Subnet {
            id: format!("subnet-0b0c0ffee000000{number}"),
            cidr: format!("10.99.{number}.0/24"),
            zone: zone.to_owned(),
            public_addresses: false,
            free_addresses: free_addresses(),
            tags: BTreeMap::new(),
        };
        let subnets = vec![subnet(1, "a"), subnet(2, "b")];
        let group = SubnetGroup {
            name: "backproof-sandbox".to_owned(),
            vpc: "vpc-0b0c0ffee0000001".to_owned(),
            subnets: subnets.iter().map(|subnet| subnet.id.clone()).collect(),
        };
        let security_group = SecurityGroup {
            id: "sg-0b0c0ffee0000001".to_owned(),
            name: "backproof-sandbox".to_owned(),
            ingress: Vec::new(),
            egress: Vec::new(),
            tags: BTreeMap::new(),
        };
        let route_table =
            RouteTable { id: "rtb-0b0c0ffee0000001".to_owned(), main: true, subnets: Vec::new(), routes: Vec::new() };
        let vpc = Vpc {
            id: "vpc-0b0c0ffee0000001".to_owned(),
            cidr: "10.99.0.0/16".to_owned(),
            tags: BTreeMap::from([("restore-sandbox".to_owned(), "true".to_owned())]),
            subnets,
            route_tables: vec![route_table],
            security_groups: vec![security_group],
            ..Vpc::default()
        };
        Self {
            account: account.to_owned(),
            region: region.to_owned(),
            vpcs: vec![vpc],
            snapshot_public_access: block_all_sharing(),
            image_public_access: block_new_sharing(),
            ebs_encryption_by_default: true,
            db_subnet_groups: vec![group],
            db_instances: Vec::new(),
            db_clusters: Vec::new(),
            db_snapshots: Vec::new(),
            db_parameter_groups: Vec::new(),
            log_groups: Vec::new(),
            tunnel_instances: tunnel_instance(),
        }
    }

    /// The owner of a VPC and of what is in it.
    pub(super) fn owner<'a>(&'a self, vpc: &'a Vpc) -> &'a str {
        vpc.owner.as_deref().unwrap_or(&self.account)
    }

    /// The ARN of something of RDS.
    pub(crate) fn rds_arn(&self, kind: &str, name: &str) -> String {
        format!("arn:aws:rds:{}:{}:{kind}:{name}", self.region, self.account)
    }
}

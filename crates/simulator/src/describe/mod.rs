//! The describe calls of EC2 that sandbox checks need, and the network of RDS. Nothing is created, changed or deleted
//! here.
//!
//! What they tell comes from the world. An account and Region that the world says nothing about has one isolated
//! sandbox network: see [`NetworkDescription::isolated`].

mod compute;
mod databases;
mod ec2;
mod isolated;
mod listing;
mod network;
mod vpc_parts;
mod ways_out;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::wire::{ApiError, CallContext, Params, Xml};

pub use databases::{ClusterDescription, DatabaseSnapshot, InstanceDescription, ParameterGroup, SubnetGroup};
pub use network::{
    Endpoint, EndpointKind, NatGateway, NetworkDescription, Peering, Permission, Route, RouteTable, SecurityGroup,
    Subnet, TransitGatewayAttachment, Vpc,
};

/// The networks of all accounts and Regions, with what the world states of databases in them.
#[derive(Debug, Default)]
pub struct Networks {
    /// By account and Region.
    descriptions: BTreeMap<(String, String), NetworkDescription>,
}

impl Networks {
    /// The networks that a world describes.
    pub fn new(descriptions: &[NetworkDescription]) -> Self {
        let place = |network: &NetworkDescription| (network.account.clone(), network.region.clone());
        Self { descriptions: descriptions.iter().map(|network| (place(network), network.clone())).collect() }
    }

    /// The network of an account and Region.
    pub fn of(&mut self, account: &str, region: &str) -> &NetworkDescription {
        let isolated = || NetworkDescription::isolated(account, region);
        self.descriptions.entry((account.to_owned(), region.to_owned())).or_insert_with(isolated)
    }

    /// Serves one call of EC2: the members inside the operation's answer.
    pub fn call(&mut self, operation: &str, params: &Params, ctx: &CallContext) -> Result<Xml, ApiError> {
        ec2::serve(self.of(&ctx.account, &ctx.region), operation, params)
    }

    /// The ARNs of the clusters of an account: the world states them, and nothing here makes or deletes one.
    pub fn arns(&self, account: &str) -> Vec<String> {
        let networks = self.descriptions.values().filter(|network| network.account == account);
        let of = |network: &NetworkDescription| {
            let clusters = network.db_clusters.iter().map(|cluster| network.rds_arn("cluster", &cluster.id));
            clusters.collect::<Vec<_>>()
        };
        networks.flat_map(of).collect()
    }
}

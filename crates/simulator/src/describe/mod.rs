//! The describe calls of EC2 and RDS that sandbox checks need. Nothing is created, changed or deleted here.
//!
//! What they tell comes from the world. An account and Region that the world says nothing about has one isolated
//! sandbox network: see [`NetworkDescription::isolated`].

mod compute;
mod databases;
mod ec2;
mod listing;
mod network;
mod rds;
mod vpc_parts;
mod ways_out;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::wire::{ApiError, CallContext, Params, Service, Xml};

pub use databases::{ClusterDescription, DatabaseSnapshot, InstanceDescription, ParameterGroup, SubnetGroup};
pub use network::{
    Endpoint, EndpointKind, NatGateway, NetworkDescription, Peering, Permission, Route, RouteTable, SecurityGroup,
    Subnet, TransitGatewayAttachment, Vpc,
};

/// The networks and databases of all accounts and Regions.
#[derive(Debug, Default)]
pub struct Network {
    /// By account and Region.
    descriptions: BTreeMap<(String, String), NetworkDescription>,
}

impl Network {
    /// The networks that a world describes.
    pub fn new(descriptions: &[NetworkDescription]) -> Self {
        let place = |network: &NetworkDescription| (network.account.clone(), network.region.clone());
        Self { descriptions: descriptions.iter().map(|network| (place(network), network.clone())).collect() }
    }

    /// Serves one call of EC2 or RDS: the members inside the operation's answer.
    pub fn call(
        &mut self,
        service: Service,
        operation: &str,
        params: &Params,
        ctx: &CallContext,
    ) -> Result<Xml, ApiError> {
        let place = (ctx.account.clone(), ctx.region.clone());
        let isolated = || NetworkDescription::isolated(&ctx.account, &ctx.region);
        let network = self.descriptions.entry(place).or_insert_with(isolated);
        match service {
            Service::Ec2 => ec2::serve(network, operation, params),
            Service::Rds => rds::serve(network, operation, params),
            Service::Backup | Service::Sts | Service::DynamoDb => {
                Err(ApiError::unknown_operation(service.name(), operation))
            }
        }
    }

    /// The ARNs of what exists in an account that a restore could have created: databases and clusters.
    pub fn arns(&self, account: &str) -> Vec<String> {
        let networks = self.descriptions.values().filter(|network| network.account == account);
        let of = |network: &NetworkDescription| {
            let instances = network.db_instances.iter().map(|instance| network.rds_arn("db", &instance.id));
            let clusters = network.db_clusters.iter().map(|cluster| network.rds_arn("cluster", &cluster.id));
            instances.chain(clusters).collect::<Vec<_>>()
        };
        networks.flat_map(of).collect()
    }
}

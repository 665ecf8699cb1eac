//! The sandbox's network as EC2 and RDS describe it. Each part is read by itself, and keeps its own error.
//!
//! What is not read here: Cloud WAN attachments and VPC Lattice associations (routes to them show as ways out), and
//! what a prefix list of a customer's own holds.

mod attachments;
mod endpoints;
mod route_tables;
mod security_groups;
mod subnets;
mod vpc;

use std::sync::Arc;

use async_trait::async_trait;
use aws_sdk_ec2::types::Filter;
use backproof_cloud::{CallError, NetworkFacts, ReadNetwork};

use crate::convert::unreadable;
use crate::session::Session;

/// The network as seen with the sandbox's session.
pub(crate) struct Network(pub(crate) Arc<Session>);

#[async_trait]
impl ReadNetwork for Network {
    async fn network_facts(&self, vpc_id: &str, db_subnet_group: Option<&str>) -> NetworkFacts {
        let session = &self.0;
        let db_subnet_group = async {
            match db_subnet_group {
                Some(name) => Some(subnets::of_group(session, name).await),
                None => None,
            }
        };
        let (vpc, subnets, routes, groups, endpoints, attachments, snapshot_public_access, db_subnet_group) = tokio::join!(
            vpc::read(session, vpc_id),
            subnets::read(session, vpc_id),
            route_tables::read(session, vpc_id),
            security_groups::read(session, vpc_id),
            endpoints::read(session, vpc_id),
            attachments::read(session, vpc_id),
            snapshot_public_access(session),
            db_subnet_group,
        );
        // A prefix list counts as inside only where a route to a gateway endpoint of this VPC leads there.
        let inside = routes.as_ref().map(|tables| route_tables::endpoint_prefix_lists(tables)).unwrap_or_default();
        NetworkFacts {
            vpc,
            subnets,
            route_tables: routes,
            security_groups: groups.map(|groups| security_groups::in_our_words(groups, vpc_id, &inside)),
            endpoints,
            attachments,
            snapshot_public_access,
            db_subnet_group,
        }
    }
}

/// Whether EBS snapshots can be made public, in this Region.
async fn snapshot_public_access(session: &Session) -> Result<String, CallError> {
    const CALL: &str = "ec2:GetSnapshotBlockPublicAccessState";
    let answer = session.call(CALL, session.ec2.get_snapshot_block_public_access_state().send()).await?;
    let state = answer.state.ok_or_else(|| unreadable(CALL, "State is missing"))?;
    Ok(state.as_str().to_owned())
}

/// EC2's filter of this name for one value.
fn filter(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

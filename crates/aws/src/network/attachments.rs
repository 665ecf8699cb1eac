//! Gateways, peerings and attachments that hang on a VPC, by seven describe calls of EC2.
//!
//! What is already gone (`deleted`, `rejected`, `expired`, `failed`, `detached`) is left out; what is on its way in or
//! out counts as there.

use std::future::Future;

use aws_sdk_ec2::types::{
    AttachmentStatus, CarrierGatewayState, NatGatewayState, TransitGatewayAttachmentState,
    VpcPeeringConnectionStateReasonCode, VpnState,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use backproof_cloud::CallError;

use super::filter;
use crate::paging::Pages;
use crate::session::Session;

/// All of them, as their kind and id.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let mut found = internet_gateways(session, vpc_id).await?;
    found.extend(egress_only_gateways(session, vpc_id).await?);
    found.extend(nat_gateways(session, vpc_id).await?);
    found.extend(peerings(session, vpc_id, "requester-vpc-info.vpc-id").await?);
    found.extend(peerings(session, vpc_id, "accepter-vpc-info.vpc-id").await?);
    found.extend(transit_gateway_attachments(session, vpc_id).await?);
    found.extend(vpn_gateways(session, vpc_id).await?);
    found.extend(carrier_gateways(session, vpc_id).await?);
    Ok(found)
}

/// What one page of a listing says: what hangs on the VPC, and where the next page begins.
type OnePage = (Vec<String>, Option<String>);

/// Follows one listing to its end.
async fn all<A, E, F>(
    session: &Session,
    call: &'static str,
    ask: impl Fn(Option<String>) -> F,
    read: impl Fn(A) -> OnePage,
) -> Result<Vec<String>, CallError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    F: Future<Output = Result<A, SdkError<E, HttpResponse>>>,
{
    let mut found = Vec::new();
    let mut pages = Pages::of(call);
    let mut from = None;
    loop {
        let (some, next) = read(session.call(call, ask(from)).await?);
        found.extend(some);
        from = pages.next(next)?;
        if from.is_none() {
            return Ok(found);
        }
    }
}

fn is_there(state: Option<&str>) -> bool {
    !state.is_some_and(|state| matches!(state, "deleted" | "rejected" | "expired" | "failed" | "detached"))
}

fn named(kind: &str, id: Option<String>) -> String {
    format!("{kind} {}", id.unwrap_or_else(|| "without an id".into()))
}

async fn internet_gateways(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| {
        let request = session.ec2.describe_internet_gateways().filters(filter("attachment.vpc-id", vpc_id));
        request.set_next_token(from).send()
    };
    all(session, "ec2:DescribeInternetGateways", ask, |answer| {
        let gateways = answer.internet_gateways.unwrap_or_default().into_iter();
        (gateways.map(|of| named("internet gateway", of.internet_gateway_id)).collect(), answer.next_token)
    })
    .await
}

/// This listing has no filter by VPC.
async fn egress_only_gateways(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| session.ec2.describe_egress_only_internet_gateways().set_next_token(from).send();
    all(session, "ec2:DescribeEgressOnlyInternetGateways", ask, |answer| {
        let gateways = answer.egress_only_internet_gateways.unwrap_or_default().into_iter();
        let ours = gateways.filter(|of| of.attachments().iter().any(|attachment| attachment.vpc_id() == Some(vpc_id)));
        let found = ours.map(|of| named("egress-only internet gateway", of.egress_only_internet_gateway_id));
        (found.collect(), answer.next_token)
    })
    .await
}

async fn nat_gateways(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| {
        let request = session.ec2.describe_nat_gateways().filter(filter("vpc-id", vpc_id));
        request.set_next_token(from).send()
    };
    all(session, "ec2:DescribeNatGateways", ask, |answer| {
        let gateways = answer.nat_gateways.unwrap_or_default().into_iter();
        let there = gateways.filter(|of| is_there(of.state().map(NatGatewayState::as_str)));
        (there.map(|of| named("NAT gateway", of.nat_gateway_id)).collect(), answer.next_token)
    })
    .await
}

async fn peerings(session: &Session, vpc_id: &str, side: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| {
        let request = session.ec2.describe_vpc_peering_connections().filters(filter(side, vpc_id));
        request.set_next_token(from).send()
    };
    all(session, "ec2:DescribeVpcPeeringConnections", ask, |answer| {
        let peerings = answer.vpc_peering_connections.unwrap_or_default().into_iter();
        let there = peerings.filter(|of| {
            is_there(of.status().and_then(|status| status.code()).map(VpcPeeringConnectionStateReasonCode::as_str))
        });
        (there.map(|of| named("VPC peering", of.vpc_peering_connection_id)).collect(), answer.next_token)
    })
    .await
}

async fn transit_gateway_attachments(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| {
        let request = session.ec2.describe_transit_gateway_vpc_attachments().filters(filter("vpc-id", vpc_id));
        request.set_next_token(from).send()
    };
    all(session, "ec2:DescribeTransitGatewayVpcAttachments", ask, |answer| {
        let attachments = answer.transit_gateway_vpc_attachments.unwrap_or_default().into_iter();
        let there = attachments.filter(|of| is_there(of.state().map(TransitGatewayAttachmentState::as_str)));
        let found = there.map(|of| named("transit gateway attachment", of.transit_gateway_attachment_id));
        (found.collect(), answer.next_token)
    })
    .await
}

/// This listing has one page.
async fn vpn_gateways(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let request = session.ec2.describe_vpn_gateways().filters(filter("attachment.vpc-id", vpc_id));
    let answer = session.call("ec2:DescribeVpnGateways", request.send()).await?;
    let gateways = answer.vpn_gateways.unwrap_or_default().into_iter();
    let there = gateways.filter(|of| {
        is_there(of.state().map(VpnState::as_str))
            && of.vpc_attachments().iter().any(|attachment| {
                attachment.vpc_id() == Some(vpc_id) && is_there(attachment.state().map(AttachmentStatus::as_str))
            })
    });
    Ok(there.map(|of| named("VPN gateway", of.vpn_gateway_id)).collect())
}

async fn carrier_gateways(session: &Session, vpc_id: &str) -> Result<Vec<String>, CallError> {
    let ask = |from| {
        let request = session.ec2.describe_carrier_gateways().filters(filter("vpc-id", vpc_id));
        request.set_next_token(from).send()
    };
    all(session, "ec2:DescribeCarrierGateways", ask, |answer| {
        let gateways = answer.carrier_gateways.unwrap_or_default().into_iter();
        let there = gateways.filter(|of| is_there(of.state().map(CarrierGatewayState::as_str)));
        (there.map(|of| named("carrier gateway", of.carrier_gateway_id)).collect(), answer.next_token)
    })
    .await
}

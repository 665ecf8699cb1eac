//! Endpoints, gateways, peerings and attachments: what leads out of a VPC.

use std::collections::BTreeMap;

use crate::wire::Xml;

use super::listing::{Listed, Listing};
use super::network::{EndpointKind, NetworkDescription, Vpc};

pub(super) const ENDPOINTS: Listing = Listing {
    set: "vpcEndpointSet",
    ids: "VpcEndpointId",
    unknown: ("InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
    filters: &["vpc-id", "service-name", "vpc-endpoint-id", "vpc-endpoint-type", "vpc-endpoint-state"],
    paged: true,
};

pub(super) const INTERNET_GATEWAYS: Listing = Listing {
    set: "internetGatewaySet",
    ids: "InternetGatewayId",
    unknown: ("InvalidInternetGatewayID.NotFound", "internetGateway ID"),
    filters: &["attachment.vpc-id", "attachment.state", "internet-gateway-id", "owner-id"],
    paged: true,
};

pub(super) const EGRESS_ONLY: Listing = Listing {
    set: "egressOnlyInternetGatewaySet",
    ids: "EgressOnlyInternetGatewayId",
    unknown: ("InvalidGatewayID.NotFound", "egressOnlyInternetGateway ID"),
    // This listing knows filters on tags only.
    filters: &[],
    paged: true,
};

pub(super) const VPN_GATEWAYS: Listing = Listing {
    set: "vpnGatewaySet",
    ids: "VpnGatewayId",
    unknown: ("InvalidVpnGatewayID.NotFound", "vpnGateway ID"),
    filters: &["attachment.vpc-id", "attachment.state", "state", "vpn-gateway-id"],
    paged: false,
};

pub(super) const CARRIER_GATEWAYS: Listing = Listing {
    set: "carrierGatewaySet",
    ids: "CarrierGatewayId",
    unknown: ("InvalidCarrierGatewayID.NotFound", "carrierGateway ID"),
    filters: &["vpc-id", "carrier-gateway-id", "owner-id", "state"],
    paged: true,
};

pub(super) const NAT_GATEWAYS: Listing = Listing {
    set: "natGatewaySet",
    ids: "NatGatewayId",
    unknown: ("NatGatewayNotFound", "NAT gateway"),
    filters: &["vpc-id", "subnet-id", "nat-gateway-id", "state"],
    paged: true,
};

pub(super) const PEERINGS: Listing = Listing {
    set: "vpcPeeringConnectionSet",
    ids: "VpcPeeringConnectionId",
    unknown: ("InvalidVpcPeeringConnectionID.NotFound", "vpcPeeringConnection ID"),
    filters: &["requester-vpc-info.vpc-id", "accepter-vpc-info.vpc-id", "status-code", "vpc-peering-connection-id"],
    paged: true,
};

pub(super) const TRANSIT_ATTACHMENTS: Listing = Listing {
    set: "transitGatewayVpcAttachments",
    ids: "TransitGatewayAttachmentIds",
    unknown: ("InvalidTransitGatewayAttachmentID.NotFound", "transitGatewayAttachment ID"),
    filters: &["vpc-id", "state", "transit-gateway-id", "transit-gateway-attachment-id"],
    paged: true,
};

/// Lists something of every VPC.
fn of_each<'a, T: 'a>(
    network: &'a NetworkDescription,
    parts: impl Fn(&'a Vpc) -> &'a [T],
    listed: impl Fn(&'a Vpc, &'a T) -> (&'a str, Vec<(&'static str, String)>, Xml),
) -> Vec<Listed> {
    let mut all = Vec::new();
    for vpc in &network.vpcs {
        for part in parts(vpc) {
            let (id, facts, xml) = listed(vpc, part);
            let xml = xml.with_inner("tagSet", &Xml::new());
            all.push(Listed { id: id.to_owned(), facts, tags: BTreeMap::new(), xml });
        }
    }
    all
}

pub(super) fn endpoints(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.endpoints,
        |vpc, endpoint| {
            let kind = match endpoint.kind {
                EndpointKind::Gateway => "Gateway",
                EndpointKind::Interface => "Interface",
            };
            let mut xml = Xml::new()
                .with("vpcEndpointId", &endpoint.id)
                .with("vpcEndpointType", kind)
                .with("vpcId", &vpc.id)
                .with("serviceName", &endpoint.service)
                .with("state", "available")
                .with("ownerId", network.owner(vpc));
            if let Some(policy) = &endpoint.policy {
                xml.push("policyDocument", policy);
            }
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("service-name", endpoint.service.clone()),
                ("vpc-endpoint-id", endpoint.id.clone()),
                ("vpc-endpoint-type", kind.to_owned()),
                ("vpc-endpoint-state", "available".to_owned()),
            ];
            (&endpoint.id, facts, xml)
        },
    )
}

pub(super) fn internet_gateways(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.internet_gateways,
        |vpc, id| {
            // EC2 calls an attached internet gateway `available`.
            let attachment = Xml::new().with("vpcId", &vpc.id).with("state", "available");
            let xml = Xml::new()
                .with("internetGatewayId", id)
                .with("ownerId", network.owner(vpc))
                .with_inner("attachmentSet", &Xml::new().with_inner("item", &attachment));
            let facts = vec![
                ("attachment.vpc-id", vpc.id.clone()),
                ("attachment.state", "available".to_owned()),
                ("internet-gateway-id", id.clone()),
                ("owner-id", network.owner(vpc).to_owned()),
            ];
            (id, facts, xml)
        },
    )
}

pub(super) fn egress_only(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.egress_only_internet_gateways,
        |vpc, id| {
            let attachment = Xml::new().with("vpcId", &vpc.id).with("state", "attached");
            let xml = Xml::new()
                .with("egressOnlyInternetGatewayId", id)
                .with_inner("attachmentSet", &Xml::new().with_inner("item", &attachment));
            (id, Vec::new(), xml)
        },
    )
}

pub(super) fn vpn_gateways(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.vpn_gateways,
        |vpc, id| {
            let attachment = Xml::new().with("vpcId", &vpc.id).with("state", "attached");
            let xml = Xml::new()
                .with("vpnGatewayId", id)
                .with("state", "available")
                .with("type", "ipsec.1")
                .with("amazonSideAsn", 64512)
                .with_inner("attachments", &Xml::new().with_inner("item", &attachment));
            let facts = vec![
                ("attachment.vpc-id", vpc.id.clone()),
                ("attachment.state", "attached".to_owned()),
                ("state", "available".to_owned()),
                ("vpn-gateway-id", id.clone()),
            ];
            (id, facts, xml)
        },
    )
}

pub(super) fn carrier_gateways(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.carrier_gateways,
        |vpc, id| {
            let owner = network.owner(vpc);
            let xml = Xml::new()
                .with("carrierGatewayId", id)
                .with("vpcId", &vpc.id)
                .with("state", "available")
                .with("ownerId", owner);
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("carrier-gateway-id", id.clone()),
                ("owner-id", owner.to_owned()),
                ("state", "available".to_owned()),
            ];
            (id, facts, xml)
        },
    )
}

pub(super) fn nat_gateways(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.nat_gateways,
        |vpc, nat| {
            let xml = Xml::new()
                .with("natGatewayId", &nat.id)
                .with("vpcId", &vpc.id)
                .with("subnetId", &nat.subnet)
                .with("state", &nat.state)
                .with("connectivityType", "public");
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("subnet-id", nat.subnet.clone()),
                ("nat-gateway-id", nat.id.clone()),
                ("state", nat.state.clone()),
            ];
            (&nat.id, facts, xml)
        },
    )
}

pub(super) fn peerings(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.peerings,
        |vpc, peering| {
            let requester = Xml::new()
                .with("ownerId", network.owner(vpc))
                .with("vpcId", &vpc.id)
                .with("cidrBlock", &vpc.cidr)
                .with("region", &network.region);
            let accepter = Xml::new()
                .with("ownerId", &peering.peer_account)
                .with("vpcId", &peering.peer_vpc)
                .with("region", &network.region);
            let xml = Xml::new()
                .with("vpcPeeringConnectionId", &peering.id)
                .with_inner("requesterVpcInfo", &requester)
                .with_inner("accepterVpcInfo", &accepter)
                .with_inner("status", &Xml::new().with("code", &peering.status).with("message", &peering.status));
            let facts = vec![
                ("requester-vpc-info.vpc-id", vpc.id.clone()),
                ("accepter-vpc-info.vpc-id", peering.peer_vpc.clone()),
                ("status-code", peering.status.clone()),
                ("vpc-peering-connection-id", peering.id.clone()),
            ];
            (&peering.id, facts, xml)
        },
    )
}

pub(super) fn transit_attachments(network: &NetworkDescription) -> Vec<Listed> {
    of_each(
        network,
        |vpc| &vpc.transit_gateway_attachments,
        |vpc, attachment| {
            let xml = Xml::new()
                .with("transitGatewayAttachmentId", &attachment.id)
                .with("transitGatewayId", &attachment.transit_gateway)
                .with("vpcId", &vpc.id)
                .with("vpcOwnerId", network.owner(vpc))
                .with("state", &attachment.state);
            let facts = vec![
                ("vpc-id", vpc.id.clone()),
                ("state", attachment.state.clone()),
                ("transit-gateway-id", attachment.transit_gateway.clone()),
                ("transit-gateway-attachment-id", attachment.id.clone()),
            ];
            (&attachment.id, facts, xml)
        },
    )
}

//! EC2: which operation lists what.

use crate::wire::{ApiError, Params, Xml};

use super::listing::{Listed, Listing, list};
use super::{NetworkDescription, compute, vpc_parts, ways_out};

/// Serves one call.
pub(super) fn serve(network: &NetworkDescription, operation: &str, params: &Params) -> Result<Xml, ApiError> {
    if let Some((listing, things)) = listed(network, operation) {
        refuse_dry_run(params)?;
        return list(listing, params, things);
    }
    let answer = match operation {
        "DescribeRegions" => list(compute::REGIONS, params, compute::regions()),
        "GetSnapshotBlockPublicAccessState" => {
            Ok(Xml::new().with("state", &network.snapshot_public_access).with("managedBy", "account"))
        }
        "GetImageBlockPublicAccessState" => Ok(Xml::new()
            .with("imageBlockPublicAccessState", &network.image_public_access)
            .with("managedBy", "account")),
        "GetEbsEncryptionByDefault" => Ok(Xml::new().with("ebsEncryptionByDefault", network.ebs_encryption_by_default)),
        _ => {
            let message =
                format!("The action {operation} is not valid for this web service: the simulator does not serve it.");
            return Err(ApiError::client("InvalidAction", message));
        }
    };
    refuse_dry_run(params)?;
    answer
}

fn listed(network: &NetworkDescription, operation: &str) -> Option<(Listing, Vec<Listed>)> {
    match operation {
        "DescribeVpcs" => Some((vpc_parts::VPCS, vpc_parts::vpcs(network))),
        "DescribeSubnets" => Some((vpc_parts::SUBNETS, vpc_parts::subnets(network))),
        "DescribeRouteTables" => Some((vpc_parts::ROUTE_TABLES, vpc_parts::route_tables(network))),
        "DescribeSecurityGroups" => Some((vpc_parts::SECURITY_GROUPS, vpc_parts::security_groups(network))),
        "DescribeVpcEndpoints" => Some((ways_out::ENDPOINTS, ways_out::endpoints(network))),
        "DescribeInternetGateways" => Some((ways_out::INTERNET_GATEWAYS, ways_out::internet_gateways(network))),
        "DescribeEgressOnlyInternetGateways" => Some((ways_out::EGRESS_ONLY, ways_out::egress_only(network))),
        "DescribeVpnGateways" => Some((ways_out::VPN_GATEWAYS, ways_out::vpn_gateways(network))),
        "DescribeCarrierGateways" => Some((ways_out::CARRIER_GATEWAYS, ways_out::carrier_gateways(network))),
        "DescribeNatGateways" => Some((ways_out::NAT_GATEWAYS, ways_out::nat_gateways(network))),
        "DescribeVpcPeeringConnections" => Some((ways_out::PEERINGS, ways_out::peerings(network))),
        "DescribeTransitGatewayVpcAttachments" => {
            Some((ways_out::TRANSIT_ATTACHMENTS, ways_out::transit_attachments(network)))
        }
        // Nothing of these is simulated yet: there are none, and asking for one by its id says so.
        "DescribeNetworkInterfaces" => Some((compute::NETWORK_INTERFACES, Vec::new())),
        "DescribeVolumes" => Some((compute::VOLUMES, Vec::new())),
        "DescribeSnapshots" => Some((compute::SNAPSHOTS, Vec::new())),
        "DescribeInstances" => Some((compute::INSTANCES, Vec::new())),
        _ => None,
    }
}

/// `DryRun`: the call would have been permitted.
fn refuse_dry_run(params: &Params) -> Result<(), ApiError> {
    if params.get("DryRun") != Some("true") {
        return Ok(());
    }
    let message = "Request would have succeeded, but DryRun flag is set.";
    Err(ApiError::client("DryRunOperation", message).with_status(412))
}

//! `DescribeVpcEndpoints`.

use backproof_cloud::{CallError, Endpoint};

use super::filter;
use crate::convert::{need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "ec2:DescribeVpcEndpoints";

/// All endpoints of a VPC.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vec<Endpoint>, CallError> {
    let mut endpoints = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.ec2.describe_vpc_endpoints().filters(filter("vpc-id", vpc_id)).set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        for record in answer.vpc_endpoints.unwrap_or_default() {
            let id = need(record.vpc_endpoint_id, "VpcEndpointId").map_err(|problem| unreadable(CALL, problem))?;
            // Endpoints for resources and service networks name those instead of a service.
            let service = record.service_name.or(record.resource_configuration_arn).or(record.service_network_arn);
            let service = service.unwrap_or_else(|| "unknown service".into());
            endpoints.push(Endpoint { id, service, policy: record.policy_document });
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(endpoints);
        }
    }
}

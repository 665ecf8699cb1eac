//! `DescribeRouteTables`.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self, Route};
use backproof_cloud::{CallError, RouteTable, RouteTarget};

use super::filter;
use crate::convert::{need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "ec2:DescribeRouteTables";

/// All route tables of a VPC.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vec<RouteTable>, CallError> {
    let mut tables = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.ec2.describe_route_tables().filters(filter("vpc-id", vpc_id)).set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        for record in answer.route_tables.unwrap_or_default() {
            tables.push(route_table(record).map_err(|problem| unreadable(CALL, problem))?);
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(tables);
        }
    }
}

/// The prefix lists that routes to gateway endpoints of these tables lead to.
pub(super) fn endpoint_prefix_lists(tables: &[RouteTable]) -> BTreeSet<String> {
    let routes = tables.iter().flat_map(|table| &table.routes);
    let leading = routes.filter(|(_, target)| matches!(target, RouteTarget::Endpoint(_)));
    leading.map(|(destination, _)| destination.clone()).collect()
}

fn route_table(record: types::RouteTable) -> Result<RouteTable, String> {
    let routes = record.routes.unwrap_or_default().into_iter().map(route).collect();
    Ok(RouteTable { id: need(record.route_table_id, "RouteTableId")?, routes })
}

/// A route's destination and target. Only what is known to stay inside is called so.
fn route(route: Route) -> (String, RouteTarget) {
    let to_prefix_list = route.destination_prefix_list_id.is_some();
    let destination = route
        .destination_cidr_block
        .or(route.destination_ipv6_cidr_block)
        .or(route.destination_prefix_list_id)
        .unwrap_or_else(|| "unknown destination".into());
    let target = route
        .gateway_id
        .or(route.nat_gateway_id)
        .or(route.transit_gateway_id)
        .or(route.vpc_peering_connection_id)
        .or(route.egress_only_internet_gateway_id)
        .or(route.local_gateway_id)
        .or(route.carrier_gateway_id)
        .or(route.core_network_arn)
        .or(route.odb_network_arn)
        .or(route.network_interface_id)
        .or(route.instance_id);
    let target = match target {
        Some(id) if id == "local" => RouteTarget::Local,
        // An endpoint of a Gateway Load Balancer has a vpce- id too, but is reached by an address, not a prefix list.
        Some(id) if id.starts_with("vpce-") && to_prefix_list => RouteTarget::Endpoint(id),
        Some(id) => RouteTarget::Outside(id),
        None => RouteTarget::Outside("unknown target".into()),
    };
    (destination, target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_local_routes_and_gateway_endpoints_stay_inside() {
        let of = |route: Route| super::route(route).1;
        let local = Route::builder().destination_cidr_block("10.0.0.0/16").gateway_id("local").build();
        assert_eq!(of(local), RouteTarget::Local);
        let endpoint = Route::builder().destination_prefix_list_id("pl-1").gateway_id("vpce-1").build();
        assert_eq!(of(endpoint), RouteTarget::Endpoint("vpce-1".into()));
        let load_balancer = Route::builder().destination_cidr_block("0.0.0.0/0").gateway_id("vpce-1").build();
        assert_eq!(of(load_balancer), RouteTarget::Outside("vpce-1".into()));
        let internet = Route::builder().destination_cidr_block("0.0.0.0/0").gateway_id("igw-1").build();
        assert_eq!(of(internet), RouteTarget::Outside("igw-1".into()));
        let interface = Route::builder().destination_cidr_block("0.0.0.0/0").network_interface_id("eni-1").build();
        assert_eq!(of(interface), RouteTarget::Outside("eni-1".into()));
        assert_eq!(of(Route::builder().build()), RouteTarget::Outside("unknown target".into()));
    }
}

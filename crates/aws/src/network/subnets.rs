//! `DescribeSubnets`, and RDS's `DescribeDBSubnetGroups`.

use aws_sdk_ec2::types;
use backproof_cloud::{CallError, Subnet};

use super::filter;
use crate::convert::{need, unreadable};
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "ec2:DescribeSubnets";
const GROUPS: &str = "rds:DescribeDBSubnetGroups";

/// All subnets of a VPC.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vec<Subnet>, CallError> {
    let mut subnets = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.ec2.describe_subnets().filters(filter("vpc-id", vpc_id)).set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        for record in answer.subnets.unwrap_or_default() {
            subnets.push(subnet(record).map_err(|problem| unreadable(CALL, problem))?);
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(subnets);
        }
    }
}

fn subnet(record: types::Subnet) -> Result<Subnet, String> {
    Ok(Subnet {
        id: need(record.subnet_id, "SubnetId")?,
        owner: record.owner_id,
        public_addresses: need(record.map_public_ip_on_launch, "MapPublicIpOnLaunch")?,
        free_addresses: record.available_ip_address_count.and_then(|count| u32::try_from(count).ok()),
    })
}

/// The subnets of an RDS subnet group.
pub(super) async fn of_group(session: &Session, name: &str) -> Result<Vec<String>, CallError> {
    let request = session.rds.describe_db_subnet_groups().db_subnet_group_name(name);
    let answer = session.call(GROUPS, request.send()).await?;
    let group = answer.db_subnet_groups.unwrap_or_default().into_iter().next();
    let group = group.ok_or_else(|| unreadable(GROUPS, format!("{name} is missing")))?;
    let subnets = group.subnets.unwrap_or_default().into_iter();
    let ids = subnets.map(|subnet| need(subnet.subnet_identifier, "SubnetIdentifier"));
    ids.collect::<Result<_, _>>().map_err(|problem| unreadable(GROUPS, problem))
}

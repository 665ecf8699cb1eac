//! `DescribeSecurityGroups`.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{self, IpPermission, UserIdGroupPair};
use backproof_cloud::{CallError, Egress, SecurityGroup};

use super::filter;
use crate::convert::unreadable;
use crate::paging::Pages;
use crate::session::Session;

const CALL: &str = "ec2:DescribeSecurityGroups";

/// All security groups of a VPC, in the SDK's words.
pub(super) async fn read(session: &Session, vpc_id: &str) -> Result<Vec<types::SecurityGroup>, CallError> {
    let mut groups = Vec::new();
    let mut pages = Pages::of(CALL);
    let mut from = None;
    loop {
        let request = session.ec2.describe_security_groups().filters(filter("vpc-id", vpc_id)).set_next_token(from);
        let answer = session.call(CALL, request.send()).await?;
        groups.extend(answer.security_groups.unwrap_or_default());
        if groups.iter().any(|group| group.group_id.is_none()) {
            return Err(unreadable(CALL, "GroupId is missing"));
        }
        from = pages.next(answer.next_token)?;
        if from.is_none() {
            return Ok(groups);
        }
    }
}

/// The groups with what they let out. `inside` are the prefix lists that lead to gateway endpoints of the VPC.
pub(super) fn in_our_words(
    groups: Vec<types::SecurityGroup>,
    vpc_id: &str,
    inside: &BTreeSet<String>,
) -> Vec<SecurityGroup> {
    let group = |group: types::SecurityGroup| SecurityGroup {
        id: group.group_id.unwrap_or_default(),
        egress: group
            .ip_permissions_egress
            .unwrap_or_default()
            .into_iter()
            .map(|permission| egress(permission, vpc_id, inside))
            .collect(),
    };
    groups.into_iter().map(group).collect()
}

fn egress(permission: IpPermission, vpc_id: &str, inside: &BTreeSet<String>) -> Egress {
    let addresses = permission.ip_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ip);
    let addresses_6 = permission.ipv6_ranges.unwrap_or_default().into_iter().filter_map(|range| range.cidr_ipv6);
    let mut to: Vec<String> = addresses.chain(addresses_6).collect();
    let mut stays_inside = to.is_empty();
    for list in permission.prefix_list_ids.unwrap_or_default().into_iter().filter_map(|list| list.prefix_list_id) {
        stays_inside &= inside.contains(&list);
        to.push(list);
    }
    for group in permission.user_id_group_pairs.unwrap_or_default() {
        stays_inside &= is_of_vpc(&group, vpc_id);
        to.push(group.group_id.unwrap_or_else(|| "unknown group".into()));
    }
    Egress { to, stays_inside }
}

/// EC2 names the VPC of a group only where it is another one, behind a peering.
fn is_of_vpc(group: &UserIdGroupPair, vpc_id: &str) -> bool {
    group.vpc_peering_connection_id.is_none() && group.vpc_id.as_deref().is_none_or(|of| of == vpc_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::types::{IpRange, PrefixListId};

    fn stays_inside(permission: IpPermission) -> bool {
        egress(permission, "vpc-1", &BTreeSet::from(["pl-s3".to_owned()])).stays_inside
    }

    #[test]
    fn addresses_foreign_prefix_lists_and_peered_groups_lead_out() {
        let group = |peering: Option<&str>| {
            let pair =
                UserIdGroupPair::builder().group_id("sg-1").set_vpc_peering_connection_id(peering.map(Into::into));
            IpPermission::builder().user_id_group_pairs(pair.build()).build()
        };
        let list = |id: &str| {
            IpPermission::builder().prefix_list_ids(PrefixListId::builder().prefix_list_id(id).build()).build()
        };
        assert!(stays_inside(group(None)));
        assert!(stays_inside(list("pl-s3")));
        assert!(!stays_inside(group(Some("pcx-1"))));
        assert!(!stays_inside(list("pl-mine")));
        let addresses = IpPermission::builder().ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").build()).build();
        assert!(!stays_inside(addresses));
    }
}

//! The sandbox's network: each part by itself, to the last page.

use backproof_cloud::{Cloud, RouteTarget, Trouble};

use crate::double::{Reply, SANDBOX, Seen, cloud_of, ec2_error, ok, region, runtime};

fn action(seen: &Seen) -> &str {
    seen.body.split('&').find_map(|part| part.strip_prefix("Action=")).unwrap()
}

fn answer(seen: &Seen) -> Reply {
    let action = action(seen);
    let later = seen.body.contains("NextToken=");
    let body = match action {
        "DescribeVpcs" => {
            "<vpcSet><item><vpcId>vpc-1</vpcId><isDefault>false</isDefault><ownerId>999988887777</ownerId></item></vpcSet>"
        }
        "DescribeSubnets" if later => {
            "<subnetSet><item><subnetId>subnet-2</subnetId><mapPublicIpOnLaunch>true</mapPublicIpOnLaunch></item></subnetSet>"
        }
        "DescribeSubnets" => {
            "<subnetSet><item><subnetId>subnet-1</subnetId><mapPublicIpOnLaunch>false</mapPublicIpOnLaunch></item></subnetSet><nextToken>n</nextToken>"
        }
        "DescribeRouteTables" => {
            "<routeTableSet><item><routeTableId>rtb-1</routeTableId><routeSet>\
             <item><destinationCidrBlock>10.0.0.0/16</destinationCidrBlock><gatewayId>local</gatewayId></item>\
             <item><destinationPrefixListId>pl-s3</destinationPrefixListId><gatewayId>vpce-1</gatewayId></item>\
             </routeSet></item></routeTableSet>"
        }
        "DescribeSecurityGroups" => {
            "<securityGroupInfo><item><groupId>sg-1</groupId><ipPermissionsEgress><item><ipProtocol>-1</ipProtocol>\
             <prefixListIds><item><prefixListId>pl-s3</prefixListId></item></prefixListIds></item></ipPermissionsEgress></item></securityGroupInfo>"
        }
        "DescribeInternetGateways" => {
            "<internetGatewaySet><item><internetGatewayId>igw-1</internetGatewayId></item></internetGatewaySet>"
        }
        "DescribeNatGateways" => {
            "<natGatewaySet><item><natGatewayId>nat-1</natGatewayId><state>deleted</state></item></natGatewaySet>"
        }
        "DescribeEgressOnlyInternetGateways" => {
            "<egressOnlyInternetGatewaySet><item><egressOnlyInternetGatewayId>eigw-1</egressOnlyInternetGatewayId>\
             <attachmentSet><item><vpcId>vpc-other</vpcId></item></attachmentSet></item></egressOnlyInternetGatewaySet>"
        }
        "DescribeVpcEndpoints" => {
            return ec2_error(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
        }
        "GetSnapshotBlockPublicAccessState" => "<state>block-all-sharing</state>",
        "DescribeDBSubnetGroups" => {
            "<DescribeDBSubnetGroupsResult><DBSubnetGroups><DBSubnetGroup><Subnets><Subnet>\
             <SubnetIdentifier>subnet-1</SubnetIdentifier></Subnet></Subnets></DBSubnetGroup></DBSubnetGroups>\
             </DescribeDBSubnetGroupsResult>"
        }
        _ => "",
    };
    ok(format!("<{action}Response>{body}</{action}Response>"))
}

#[test]
fn each_part_is_read_to_its_end_and_keeps_its_own_error() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, seen| answer(seen));
    let facts = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.network.network_facts("vpc-1", Some("restores")).await
    });
    assert!(!facts.vpc.unwrap().is_default);
    let subnets: Vec<_> =
        facts.subnets.unwrap().into_iter().map(|subnet| (subnet.id, subnet.public_addresses)).collect();
    assert_eq!(subnets, [("subnet-1".to_owned(), false), ("subnet-2".to_owned(), true)]);
    let tables = facts.route_tables.unwrap();
    assert_eq!(tables[0].routes[1], ("pl-s3".into(), RouteTarget::Endpoint("vpce-1".into())));
    assert!(facts.security_groups.unwrap()[0].egress[0].stays_inside);
    assert_eq!(facts.attachments.unwrap(), ["internet gateway igw-1"]);
    assert_eq!(facts.endpoints.unwrap_err().trouble, Trouble::Denied);
    assert_eq!(facts.snapshot_public_access.unwrap(), "block-all-sharing");
    assert_eq!(facts.db_subnet_group.unwrap().unwrap(), ["subnet-1"]);
}

#[test]
fn a_vpc_that_aws_does_not_describe_is_not_a_harmless_one() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(SANDBOX, &clock, |_, seen| {
        let action = action(seen);
        ok(format!("<{action}Response></{action}Response>"))
    });
    let facts = runtime.block_on(async {
        let access = cloud.sandbox(&region()).await.unwrap();
        access.network.network_facts("vpc-1", None).await
    });
    assert_eq!(facts.vpc.unwrap_err().trouble, Trouble::Unreadable);
    assert_eq!(facts.snapshot_public_access.unwrap_err().trouble, Trouble::Unreadable);
    assert!(facts.db_subnet_group.is_none());
}

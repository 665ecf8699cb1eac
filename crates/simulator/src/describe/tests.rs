//! The describe calls, by the XML that they answer.

use super::*;

const SANDBOX: &str = "999988887777";

fn ask(networks: &mut Networks, form: &str) -> Result<String, ApiError> {
    let ctx = CallContext {
        account: SANDBOX.into(),
        region: "eu-central-1".into(),
        caller_arn: String::new(),
        role: None,
        now: jiff::Timestamp::UNIX_EPOCH,
        request_id: "0".into(),
    };
    let params = Params::parse(form);
    let operation = params.get("Action").unwrap().to_owned();
    networks.call(&operation, &params, &ctx).map(|xml| xml.as_str().to_owned())
}

fn ec2(networks: &mut Networks, form: &str) -> String {
    ask(networks, form).unwrap()
}

fn described(toml: &str) -> Networks {
    let text = format!("account = \"{SANDBOX}\"\nregion = \"eu-central-1\"\n{toml}");
    Networks::new(&[toml::from_str(&text).unwrap()])
}

#[test]
fn an_account_without_a_description_has_an_isolated_sandbox() {
    let mut network = Networks::default();
    let vpcs = ec2(&mut network, "Action=DescribeVpcs&Filter.1.Name=tag:restore-sandbox&Filter.1.Value.1=true");
    assert!(vpcs.contains("<vpcId>vpc-0b0c0ffee0000001</vpcId>"), "{vpcs}");
    assert!(vpcs.contains("<isDefault>false</isDefault>"));
    let tables =
        ec2(&mut network, "Action=DescribeRouteTables&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-0b0c0ffee0000001");
    assert_eq!(tables.matches("<gatewayId>").count(), 1);
    assert!(tables.contains("<gatewayId>local</gatewayId>"));
    let groups = ec2(&mut network, "Action=DescribeSecurityGroups");
    assert!(groups.contains("<ipPermissionsEgress></ipPermissionsEgress>"));
    for (operation, set) in [
        ("DescribeInternetGateways", "internetGatewaySet"),
        ("DescribeEgressOnlyInternetGateways", "egressOnlyInternetGatewaySet"),
        ("DescribeNatGateways", "natGatewaySet"),
        ("DescribeVpcPeeringConnections", "vpcPeeringConnectionSet"),
        ("DescribeTransitGatewayVpcAttachments", "transitGatewayVpcAttachments"),
        ("DescribeVpnGateways", "vpnGatewaySet"),
        ("DescribeCarrierGateways", "carrierGatewaySet"),
        ("DescribeVpcEndpoints", "vpcEndpointSet"),
        ("DescribeVolumes", "volumeSet"),
        ("DescribeInstances", "reservationSet"),
    ] {
        assert_eq!(ec2(&mut network, &format!("Action={operation}")), format!("<{set}></{set}>"));
    }
    let state = ec2(&mut network, "Action=GetSnapshotBlockPublicAccessState");
    assert_eq!(state, "<state>block-all-sharing</state><managedBy>account</managedBy>");
}

#[test]
fn ways_out_of_a_described_network_are_told() {
    let mut network = described(
        r#"
        [[vpcs]]
        id = "vpc-1"
        cidr = "10.0.0.0/16"
        internet_gateways = ["igw-1"]
        nat_gateways = [{ id = "nat-1", subnet = "subnet-1" }]
        peerings = [{ id = "pcx-1", peer_account = "111122223333", peer_vpc = "vpc-9" }]
        transit_gateway_attachments = [{ id = "tgw-attach-1", transit_gateway = "tgw-1" }]
        endpoints = [{ id = "vpce-1", service = "com.amazonaws.eu-central-1.dynamodb", kind = "gateway", policy = "{}" }]
        route_tables = [{ id = "rtb-1", main = true, routes = [
            { to = "0.0.0.0/0", via = "igw-1" }, { to = "::/0", via = "eigw-1" }, { to = "pl-1", via = "vpce-1" },
            { to = "10.1.0.0/16", via = "pcx-1" }, { to = "10.2.0.0/16", via = "tgw-1" }, { to = "10.3.0.0/16", via = "nat-1" },
        ] }]
        security_groups = [{ id = "sg-1", name = "open", egress = [
            { protocol = "-1", peers = ["0.0.0.0/0", "::/0", "sg-2", "pl-1"] }, { protocol = "tcp", ports = [443, 444], peers = [] },
        ] }]
        "#,
    );
    let tables = ec2(&mut network, "Action=DescribeRouteTables");
    for member in [
        "<destinationCidrBlock>0.0.0.0/0</destinationCidrBlock><gatewayId>igw-1</gatewayId>",
        "<destinationIpv6CidrBlock>::/0</destinationIpv6CidrBlock><egressOnlyInternetGatewayId>eigw-1<",
        "<destinationPrefixListId>pl-1</destinationPrefixListId><gatewayId>vpce-1</gatewayId>",
        "<vpcPeeringConnectionId>pcx-1<",
        "<transitGatewayId>tgw-1<",
        "<natGatewayId>nat-1<",
    ] {
        assert!(tables.contains(member), "{member} is missing in {tables}");
    }
    let groups = ec2(&mut network, "Action=DescribeSecurityGroups&GroupId.1=sg-1");
    for member in ["<cidrIp>0.0.0.0/0<", "<cidrIpv6>::/0<", "<groupId>sg-2<", "<prefixListId>pl-1<", "<toPort>444<"] {
        assert!(groups.contains(member), "{member} is missing in {groups}");
    }
    let filtered = |filter: &str| format!("Filter.1.Name={filter}&Filter.1.Value.1=vpc-1");
    for (operation, filter, id) in [
        ("DescribeInternetGateways", "attachment.vpc-id", "igw-1"),
        ("DescribeNatGateways", "vpc-id", "nat-1"),
        ("DescribeVpcPeeringConnections", "requester-vpc-info.vpc-id", "pcx-1"),
        ("DescribeTransitGatewayVpcAttachments", "vpc-id", "tgw-attach-1"),
        ("DescribeVpcEndpoints", "vpc-id", "vpce-1"),
    ] {
        let answer = ec2(&mut network, &format!("Action={operation}&{}", filtered(filter)));
        assert!(answer.contains(&format!(">{id}<")), "{answer}");
    }
}

#[test]
fn pages_follow_each_other_and_strange_requests_are_refused() {
    let subnets: Vec<_> =
        (0..12).map(|n| format!("{{ id = \"subnet-{n:02}\", cidr = \"10.0.{n}.0/24\", zone = \"a\" }},")).collect();
    let mut network =
        described(&format!("[[vpcs]]\nid = \"vpc-1\"\ncidr = \"10.0.0.0/16\"\nsubnets = [{}]", subnets.concat()));
    let mut form = "Action=DescribeSubnets&MaxResults=5".to_owned();
    let mut counts = Vec::new();
    loop {
        let answer = ec2(&mut network, &form);
        counts.push(answer.matches("<subnetId>").count());
        let Some((_, token)) = answer.split_once("<nextToken>") else { break };
        let token = token.split('<').next().unwrap().replace('=', "%3D");
        form = format!("Action=DescribeSubnets&MaxResults=5&NextToken={token}");
    }
    assert_eq!(counts, [5, 5, 2]);
    for (form, code, status) in [
        ("Action=DescribeVpcs&VpcId.1=vpc-9", "InvalidVpcID.NotFound", 400),
        ("Action=DescribeSubnets&SubnetId.1=subnet-99", "InvalidSubnetID.NotFound", 400),
        ("Action=DescribeSubnets&MaxResults=2", "InvalidParameterValue", 400),
        ("Action=DescribeSubnets&MaxResults=5&SubnetId.1=subnet-01", "InvalidParameterCombination", 400),
        ("Action=DescribeSubnets&NextToken=abc", "InvalidParameterValue", 400),
        ("Action=DescribeSubnets&Filter.1.Name=colour&Filter.1.Value.1=red", "InvalidParameterValue", 400),
        ("Action=DescribeSubnets&DryRun=true", "DryRunOperation", 412),
        ("Action=RunInstances", "InvalidAction", 400),
    ] {
        let refusal = ask(&mut network, form).unwrap_err();
        assert_eq!((refusal.code.as_str(), refusal.status), (code, status), "{form}");
    }
}

#[test]
fn filters_know_wildcards_and_tags() {
    let mut network = described(
        "[[vpcs]]\nid = \"vpc-1\"\ncidr = \"10.0.0.0/16\"\ntags = { name = \"a-b-c\" }\n[[vpcs]]\nid = \"vpc-2\"\ncidr = \"10.1.0.0/16\"",
    );
    for (filter, count) in [
        ("tag:name=a*c", 1),
        ("tag:name=*b*", 1),
        ("tag:name=*d*", 0),
        ("tag-key=name", 1),
        ("vpc-id=vpc-*", 2),
        ("cidr=10.1.0.0/16", 1),
    ] {
        let (name, value) = filter.split_once('=').unwrap();
        let answer = ec2(&mut network, &format!("Action=DescribeVpcs&Filter.1.Name={name}&Filter.1.Value.1={value}"));
        assert_eq!(answer.matches("<vpcId>").count(), count, "{filter}");
    }
}

#[test]
fn worlds_with_unknown_keys_are_refused() {
    let text = "account = \"1\"\nregion = \"r\"\nvpcs = [{ id = \"vpc-1\", colour = \"red\" }]";
    assert!(toml::from_str::<NetworkDescription>(text).is_err());
}

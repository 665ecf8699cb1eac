"""moto deploys the CloudFormation templates: deployed.py FOLDER

FOLDER holds what `backproof iam --format cloudformation` writes, and the same roles as JSON. The roles must stand there
with the very policies that the JSON has. Of the sandbox, what moto cannot make is named at the end; it must be no more
than what is listed here. moto also leaves out what a security group lets out, and whether a subnet gives out public
addresses: the templates are looked at for these elsewhere.
"""

import ast
import json
import os
import pathlib
import sys

os.environ.update(AWS_ACCESS_KEY_ID="root", AWS_SECRET_ACCESS_KEY="root")

import boto3
from moto import mock_aws
from moto.iam.aws_managed_policies import aws_managed_policies_data

FOLDER = pathlib.Path(sys.argv[1])
REGION = "eu-central-1"
# moto accepts these and makes nothing of them.
NOT_IN_MOTO = {
    "AWS::Backup::BackupVault",
    "AWS::EC2::SnapshotBlockPublicAccess",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::Route53Resolver::FirewallDomainList",
    "AWS::Route53Resolver::FirewallRuleGroup",
    "AWS::Route53Resolver::FirewallRuleGroupAssociation",
}


def deployed(template, parameters=()):
    """Deploys a template in an empty AWS, and gives its resources' types and what was made of them."""
    client = boto3.client("cloudformation", region_name=REGION)
    text = template.read_text()
    client.create_stack(
        StackName="test", TemplateBody=text, Parameters=list(parameters), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    stack = client.describe_stacks(StackName="test")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    made = client.describe_stack_resources(StackName="test")["StackResources"]
    wanted = json.loads(text)["Resources"]
    made = {one.get("LogicalResourceId") for one in made}
    missing = {one["Type"] for name, one in wanted.items() if name not in made and "Condition" not in one}
    return stack, missing


def as_policy(kept):
    """moto keeps some policies that CloudFormation brings as Python writes them."""
    return ast.literal_eval(kept) if isinstance(kept, str) else kept


def check_role(written):
    iam = boto3.client("iam", region_name=REGION)
    if "trust_policy" not in written:
        arns = [one for one in iam.list_policies(Scope="Local")["Policies"] if one["PolicyName"].startswith(written["name"])]
        assert len(arns) == len(written["policies"]), arns
        return
    role = iam.get_role(RoleName=written["name"])["Role"]
    assert role["Path"] == written["path"], role
    assert role["AssumeRolePolicyDocument"] == written["trust_policy"], role
    assert ("PermissionsBoundary" in role) == ("permissions_boundary" in written), role
    names = iam.list_role_policies(RoleName=written["name"])["PolicyNames"]
    inline = [iam.get_role_policy(RoleName=written["name"], PolicyName=name)["PolicyDocument"] for name in names]
    inline = [as_policy(one) for one in inline]
    assert inline == written["policies"], (inline, written["policies"])
    # moto attaches none of AWS's own policies to what CloudFormation makes, but it knows which there are.
    for arn in written["managed_policy_arns"]:
        assert f'"{arn.rsplit("/")[-1]}"' in aws_managed_policies_data, arn


roles = [json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json")) if ".template." not in path.name]
roles = [role for role in roles if "role" in role]
assert len(roles) > 5, roles
for template in sorted(FOLDER.glob("backproof-roles-*.template.json")):
    account = template.name.removeprefix("backproof-roles-").removesuffix(".template.json")
    with mock_aws():
        stack, missing = deployed(template)
        assert not missing, missing
        here = [role for role in roles if role["account"] == account]
        assert here, account
        for role in here:
            check_role(role)
        outputs = {output["OutputKey"] for output in stack.get("Outputs", [])}
        assert len(outputs) == sum("trust_policy" in role for role in here), outputs

with mock_aws():
    stack, missing = deployed(FOLDER / "backproof-sandbox.template.json")
    assert missing <= NOT_IN_MOTO, missing - NOT_IN_MOTO
    ec2 = boto3.client("ec2", region_name=REGION)
    (vpc,) = [one for one in ec2.describe_vpcs()["Vpcs"] if not one["IsDefault"]]
    only = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    tables = ec2.describe_route_tables(Filters=only)["RouteTables"]
    ways = {route.get("GatewayId") for table in tables for route in table["Routes"]}
    assert all(way == "local" or way.startswith("vpce-") for way in ways), ways
    subnets = ec2.describe_subnets(Filters=only)["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in subnets}) == 2, subnets
    assert not ec2.describe_internet_gateways()["InternetGateways"] and not ec2.describe_nat_gateways()["NatGateways"]
    endpoints = ec2.describe_vpc_endpoints(Filters=only)["VpcEndpoints"]
    assert len(endpoints) == 13, endpoints
    for endpoint in endpoints:
        policy = as_policy(endpoint["PolicyDocument"])
        assert all("Condition" in statement for statement in policy["Statement"]), endpoint
    (plan,) = stack["Outputs"]
    assert vpc["VpcId"] in plan["OutputValue"], plan

print("moto did not make:", ", ".join(sorted(missing)))

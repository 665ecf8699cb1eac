"""moto's IAM judges what the sandbox role, the janitor and the source role may do: enforced.py FOLDER

FOLDER holds the policies as `backproof iam --format json` writes them. moto knows identity policies and signatures. It
knows no ARNs of requests, so they are told to it by its own hook; conditions and `NotResource` it does not know, so
statements with these are left out, and are named at the end.
"""

import json
import os
import pathlib
import sys

os.environ.update(AWS_ACCESS_KEY_ID="root", AWS_SECRET_ACCESS_KEY="root")

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core.authorization import enable_iam_authentication
from moto.dynamodb.responses import DynamoHandler
from moto.rds.responses import RDSResponse

FOLDER = pathlib.Path(sys.argv[1])
ACCOUNT, REGION = "123456789012", "eu-central-1"
# moto refuses in XML whatever the protocol, which clients of JSON services read as a bare 403.
REFUSED = {"403", "AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
NOT_THERE = {"DBInstanceNotFound", "ResourceNotFoundException"}


def table_of(request):
    body = request.body
    if "ResourceArn" in body:
        return body["ResourceArn"]
    name = body.get("TableName") or next(iter(body.get("RequestItems", {})), None)
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}" if name else "*"


def instance_of(request):
    asked = request.data if hasattr(request, "data") else {}
    arn = asked.get("ResourceName", [None])[0]
    name = asked.get("DBInstanceIdentifier", ["*"])[0]
    kinds = ("DBInstance", "DBInstances")
    return arn or (f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{name}" if asked["Action"][0].endswith(kinds) else "*")


DynamoHandler._determine_resource = table_of
RDSResponse._determine_resource = instance_of

left_out, clients = [], {}


def policies_of(role):
    """Its policies, in moto's account, without what moto does not know."""
    text = (FOLDER / f"{role}.json").read_text()
    written = json.loads(text)
    text = text.replace(written["account"], ACCOUNT)
    for policy in json.loads(text)["policies"]:
        known = [one for one in policy["Statement"] if "Condition" not in one and "NotResource" not in one]
        left_out.extend(f"{role}: {one['Sid']}" for one in policy["Statement"] if one not in known)
        yield json.dumps({"Version": policy["Version"], "Statement": known})


def session_of(role):
    """A session of a role that has its policies, or none."""
    iam = boto3.client("iam", region_name=REGION)
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
    arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    for number, policy in enumerate(policies_of(role)):
        iam.put_role_policy(RoleName=role, PolicyName=f"part{number}", PolicyDocument=policy)
    keys = boto3.client("sts", region_name=REGION).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    return boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=REGION)


def outcome(session, service, operation, **arguments):
    """`allowed`, `refused`, or another reason why it failed."""
    client = clients.setdefault((session, service), None) or session.client(service)
    clients[session, service] = client
    try:
        getattr(client, operation)(**arguments)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        # What is not there was looked for: it was allowed.
        return "refused" if code in REFUSED else "allowed" if code in NOT_THERE else code
    return "allowed"


def table(name):
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


OURS, THEIRS = "bp-k3v9x2aa-1-1-1", "orders"
ID = {"id": {"S": "1"}}
TAGS = [{"Key": "backproof:run", "Value": "1"}]
DYNAMODB_OURS = [
    ("describe_table", {"TableName": OURS}),
    ("list_tags_of_resource", {"ResourceArn": arn("dynamodb", f"table/{OURS}")}),
    ("tag_resource", {"ResourceArn": arn("dynamodb", f"table/{OURS}"), "Tags": TAGS}),
    ("update_table", {"TableName": OURS, "DeletionProtectionEnabled": False}),
]
ITEMS = [
    ("batch_write_item", {"RequestItems": {OURS: [{"PutRequest": {"Item": ID}}]}}),
    ("scan", {"TableName": OURS}),
    ("delete_item", {"TableName": OURS, "Key": ID}),
    ("describe_time_to_live", {"TableName": OURS}),
    ("describe_continuous_backups", {"TableName": OURS}),
]
INSTANCES = [
    ("describe_db_instances", {}),
    ("describe_db_instances", {"DBInstanceIdentifier": OURS}),
    ("describe_db_snapshots", {}),
    ("describe_db_instance_automated_backups", {}),
    ("add_tags_to_resource", {"ResourceName": arn("rds", f"db:{OURS}"), "Tags": TAGS}),
    ("modify_db_instance", {"DBInstanceIdentifier": OURS, "DeletionProtection": False}),
    ("delete_db_instance", {"DBInstanceIdentifier": OURS, "SkipFinalSnapshot": True}),
]
NETWORK = """describe_vpcs describe_subnets describe_route_tables describe_security_groups describe_vpc_endpoints
    describe_internet_gateways describe_egress_only_internet_gateways describe_nat_gateways describe_carrier_gateways
    describe_vpc_peering_connections describe_transit_gateway_vpc_attachments describe_vpn_gateways""".split()

FOREIGN = [
    ("dynamodb", "create_table", table(THEIRS)),
    ("dynamodb", "delete_table", {"TableName": THEIRS}),
    ("dynamodb", "scan", {"TableName": THEIRS}),
    ("dynamodb", "put_item", {"TableName": OURS, "Item": ID}),
    ("dynamodb", "update_table", {"TableName": THEIRS, "DeletionProtectionEnabled": False}),
    ("dynamodb", "delete_item", {"TableName": THEIRS, "Key": ID}),
    ("dynamodb", "batch_write_item", {"RequestItems": {THEIRS: [{"PutRequest": {"Item": ID}}]}}),
    ("dynamodb", "tag_resource", {"ResourceArn": arn("dynamodb", f"table/{THEIRS}"), "Tags": TAGS}),
    ("rds", "create_db_instance", {"DBInstanceIdentifier": OURS, "DBInstanceClass": "db.t4g.micro", "Engine": "postgres"}),
    ("rds", "delete_db_instance", {"DBInstanceIdentifier": THEIRS, "SkipFinalSnapshot": True}),
    ("rds", "modify_db_instance", {"DBInstanceIdentifier": THEIRS, "MasterUserPassword": "changed-by-nobody"}),
    ("rds", "modify_db_snapshot_attribute", {"DBSnapshotIdentifier": "s", "AttributeName": "restore", "ValuesToAdd": ["all"]}),
    ("ec2", "run_instances", {"ImageId": "ami-12345678", "MinCount": 1, "MaxCount": 1}),
    ("ec2", "create_route", {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}),
    ("ec2", "create_internet_gateway", {}),
    ("ec2", "create_vpc_peering_connection", {"VpcId": "vpc-1", "PeerVpcId": "vpc-2"}),
    ("ec2", "authorize_security_group_egress", {"GroupId": "sg-1"}),
    ("ec2", "modify_snapshot_attribute", {"SnapshotId": "snap-1", "Attribute": "createVolumePermission"}),
    ("iam", "create_user", {"UserName": "somebody"}),
    ("iam", "attach_role_policy", {"RoleName": "backproof-read", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam", "update_assume_role_policy", {"RoleName": "backproof-read", "PolicyDocument": "{}"}),
    ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/prepared", "RoleSessionName": "test"}),
    ("secretsmanager", "get_secret_value", {"SecretId": "s"}),
]
LOOKING = [("dynamodb", "list_tables", {}), ("rds", "describe_db_instances", {}), ("secretsmanager", "list_secrets", {})]

EXPECTED = {
    "backproof-sandbox": {
        "allowed": [("sts", "get_caller_identity", {}), ("dynamodb", "list_tables", {}), ("dynamodb", "create_table", table(OURS))]
        + [("dynamodb", *call) for call in DYNAMODB_OURS + ITEMS]
        + [("dynamodb", "delete_table", {"TableName": OURS})]
        + [("rds", *call) for call in INSTANCES]
        + [("rds", "remove_tags_from_resource", {"ResourceName": arn("rds", f"db:{OURS}"), "TagKeys": ["a"]})]
        + [("rds", "describe_db_subnet_groups", {}), ("secretsmanager", "list_secrets", {})]
        + [("logs", "describe_log_groups", {})]
        + [("ec2", operation, {}) for operation in NETWORK],
        "refused": FOREIGN,
    },
    "backproof-sweep": {
        "allowed": [("sts", "get_caller_identity", {}), ("dynamodb", "list_tables", {})]
        + [("dynamodb", *call) for call in DYNAMODB_OURS]
        + [("dynamodb", "delete_table", {"TableName": OURS})]
        + [("rds", *call) for call in INSTANCES]
        + [("secretsmanager", "list_secrets", {}), ("logs", "describe_log_groups", {})],
        "refused": FOREIGN
        + [("dynamodb", "create_table", table(OURS))]
        + [("dynamodb", *call) for call in ITEMS]
        + [("ec2", "describe_vpcs", {})],
    },
    "backproof-read-444455556666": {
        "allowed": [("sts", "get_caller_identity", {})],
        "refused": FOREIGN
        + LOOKING
        + [("dynamodb", *call) for call in DYNAMODB_OURS + ITEMS]
        + [("rds", *call) for call in INSTANCES]
        + [("ec2", operation, {}) for operation in NETWORK]
        + [("s3", "create_bucket", {"Bucket": "bucket", "CreateBucketConfiguration": {"LocationConstraint": REGION}})],
    },
}

wrong, judged = [], 0
with mock_aws():
    sessions = {role: session_of(role) for role in EXPECTED}
    boto3.client("dynamodb", region_name=REGION).create_table(**table(THEIRS))
    for name in (OURS, THEIRS):
        boto3.client("rds", region_name=REGION).create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.t4g.micro",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="master",
            MasterUserPassword="before-the-test",
        )
    with enable_iam_authentication():
        # The sandbox role comes last: it deletes what the others must find.
        for role in reversed(EXPECTED):
            for expected in ("refused", "allowed"):
                for service, operation, arguments in EXPECTED[role][expected]:
                    judged += 1
                    found = outcome(sessions[role], service, operation, **arguments)
                    if found != expected:
                        wrong.append(f"{role}: {service} {operation} {arguments} was {found}")

print("\n".join(wrong))
print("moto does not know:", "; ".join(left_out))
print(f"{judged} judged, {len(wrong)} wrong")
sys.exit(1 if wrong or judged < 100 else 0)

"""boto3 creates, fills, reads, changes and deletes tables, and describes a network, as sandbox checks do."""

import sys

from boto3.dynamodb.types import Binary, TypeDeserializer, TypeSerializer
from decimal import Decimal
from model import client, code_of

ENDPOINT = sys.argv[1]
SANDBOX = "999988887777"

dynamodb = client("dynamodb", ENDPOINT, SANDBOX)
dynamodb.create_table(
    TableName="fidelity",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "number", "AttributeType": "N"},
        {"AttributeName": "city", "AttributeType": "S"},
    ],
    KeySchema=[
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "number", "KeyType": "RANGE"},
    ],
    LocalSecondaryIndexes=[
        {
            "IndexName": "local",
            "KeySchema": [
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "city", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
    GlobalSecondaryIndexes=[
        {
            "IndexName": "global",
            "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["amount"]},
        }
    ],
    SSESpecification={"Enabled": True, "SSEType": "KMS"},
    StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    DeletionProtectionEnabled=True,
    Tags=[{"Key": "run", "Value": "7"}],
)
waiter = dynamodb.get_waiter("table_exists")
waiter.config.delay = 0.1
waiter.wait(TableName="fidelity")

# Every type comes back as it was, numbers by value.
serialise, deserialise = TypeSerializer().serialize, TypeDeserializer().deserialize


def item(n):
    value = {
        "id": f"id-{n % 5}",
        "number": n,
        "city": ["Ulm", "Bonn", "Köln"][n % 3],
        "amount": Decimal(f"{n}.50"),
        "nested": {"list": [1, None, True, {"deep": Decimal("-0.001")}], "empty": "", "bytes": Binary(b"\x00\xff")},
        "set": {"a", "b"},
        "numbers": {Decimal(1), Decimal("2.5")},
        "blobs": {Binary(b"1"), Binary(b"2")},
    }
    return value


def written(value):
    return {name: serialise(part) for name, part in value.items()}


for start in range(0, 200, 25):
    batch = [{"PutRequest": {"Item": written(item(n))}} for n in range(start, start + 25)]
    answer = dynamodb.batch_write_item(RequestItems={"fidelity": batch}, ReturnConsumedCapacity="TOTAL")
    assert answer["UnprocessedItems"] == {}


def read(items):
    return sorted(
        ({name: deserialise(part) for name, part in one.items()} for one in items), key=lambda one: one["number"]
    )


def scanned(**asked):
    pages = dynamodb.get_paginator("scan").paginate(TableName="fidelity", **asked)
    return [one for page in pages for one in page["Items"]]


assert read(scanned()) == [item(n) for n in range(200)]
segments = [scanned(Segment=n, TotalSegments=7, Limit=9, ConsistentRead=True) for n in range(7)]
assert read(one for segment in segments for one in segment) == [item(n) for n in range(200)]
assert sum(page["Count"] for page in dynamodb.get_paginator("scan").paginate(TableName="fidelity", Select="COUNT")) == 200
ulm = scanned(IndexName="global", FilterExpression="amount > :n", ExpressionAttributeValues={":n": {"N": "100"}})
assert len(ulm) == 100 and set(ulm[0]) == {"id", "number", "city", "amount"}
pages = dynamodb.get_paginator("query").paginate(
    TableName="fidelity",
    KeyConditionExpression="id = :i AND #n BETWEEN :l AND :h",
    ExpressionAttributeNames={"#n": "number"},
    ExpressionAttributeValues={":i": {"S": "id-3"}, ":l": {"N": "50"}, ":h": {"N": "99"}},
    ScanIndexForward=False,
    PaginationConfig={"PageSize": 3},
)
assert [int(one["number"]["N"]) for page in pages for one in page["Items"]] == list(range(98, 49, -5))

key = written({"id": "id-1", "number": 1})
updated = dynamodb.update_item(
    TableName="fidelity",
    Key=key,
    UpdateExpression="SET amount = amount + :one REMOVE nested",
    ExpressionAttributeValues={":one": {"N": "1"}},
    ReturnValues="ALL_NEW",
)["Attributes"]
assert updated["amount"] == {"N": "2.5"} and "nested" not in updated
refused = code_of(
    dynamodb.put_item, TableName="fidelity", Item=key, ConditionExpression="attribute_not_exists(id)"
)
assert refused == "ConditionalCheckFailedException"
dynamodb.delete_item(TableName="fidelity", Key=key)
assert "Item" not in dynamodb.get_item(TableName="fidelity", Key=key)
keys = [written({"id": f"id-{n % 5}", "number": n}) for n in range(3)]
assert len(dynamodb.batch_get_item(RequestItems={"fidelity": {"Keys": keys}})["Responses"]["fidelity"]) == 2

# Settings.
table = dynamodb.describe_table(TableName="fidelity")["Table"]
assert table["SSEDescription"]["SSEType"] == "KMS" and table["LatestStreamArn"].startswith(table["TableArn"])
assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [{"Key": "run", "Value": "7"}]
dynamodb.tag_resource(ResourceArn=table["TableArn"], Tags=[{"Key": "more", "Value": ""}])
dynamodb.untag_resource(ResourceArn=table["TableArn"], TagKeys=["run"])
dynamodb.update_time_to_live(
    TableName="fidelity", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
)
ttl = dynamodb.describe_time_to_live(TableName="fidelity")["TimeToLiveDescription"]
assert ttl == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
backups = dynamodb.update_continuous_backups(
    TableName="fidelity", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
)["ContinuousBackupsDescription"]
assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
dynamodb.describe_continuous_backups(TableName="fidelity")
dynamodb.update_table(
    TableName="fidelity", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "global"}}]
)
waiter.wait(TableName="fidelity")
assert code_of(dynamodb.delete_table, TableName="fidelity") == "ValidationException"
dynamodb.update_table(TableName="fidelity", DeletionProtectionEnabled=False)
waiter.wait(TableName="fidelity")
dynamodb.delete_table(TableName="fidelity")
gone = dynamodb.get_waiter("table_not_exists")
gone.config.delay = 0.1
gone.wait(TableName="fidelity")

# The network of the sandbox.
ec2 = client("ec2", ENDPOINT, SANDBOX)
tagged = [{"Name": "tag:restore-sandbox", "Values": ["true"]}]
(vpc,) = ec2.describe_vpcs(Filters=tagged)["Vpcs"]
of_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
assert vpc["IsDefault"] is False and vpc["OwnerId"] == SANDBOX
pages = ec2.get_paginator("describe_subnets").paginate(Filters=of_vpc, PaginationConfig={"PageSize": 5})
subnets = [subnet["SubnetId"] for page in pages for subnet in page["Subnets"]]
(routes,) = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
assert [route["GatewayId"] for route in routes["Routes"]] == ["local"]
(group,) = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
assert group["IpPermissionsEgress"] == []
assert ec2.describe_vpc_endpoints(Filters=of_vpc)["VpcEndpoints"] == []
attached = [{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
assert ec2.describe_internet_gateways(Filters=attached)["InternetGateways"] == []
assert ec2.describe_vpn_gateways(Filters=attached)["VpnGateways"] == []
assert ec2.describe_nat_gateways(Filter=of_vpc)["NatGateways"] == []
assert ec2.describe_egress_only_internet_gateways()["EgressOnlyInternetGateways"] == []
assert ec2.describe_vpc_peering_connections()["VpcPeeringConnections"] == []
assert ec2.describe_transit_gateway_vpc_attachments(Filters=of_vpc)["TransitGatewayVpcAttachments"] == []
assert ec2.describe_carrier_gateways(Filters=of_vpc)["CarrierGateways"] == []
assert ec2.describe_network_interfaces(Filters=of_vpc)["NetworkInterfaces"] == []
assert ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"] == []
assert ec2.describe_volumes()["Volumes"] == [] and ec2.describe_instances()["Reservations"] == []
assert "eu-central-1" in [region["RegionName"] for region in ec2.describe_regions()["Regions"]]
assert ec2.get_snapshot_block_public_access_state()["State"] == "block-all-sharing"
ec2.get_image_block_public_access_state()
assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
assert code_of(ec2.describe_vpcs, VpcIds=["vpc-99"]) == "InvalidVpcID.NotFound"
assert code_of(ec2.describe_vpcs, DryRun=True) == "DryRunOperation"

rds = client("rds", ENDPOINT, SANDBOX)
(subnet_group,) = rds.describe_db_subnet_groups(DBSubnetGroupName="backproof-sandbox")["DBSubnetGroups"]
assert [subnet["SubnetIdentifier"] for subnet in subnet_group["Subnets"]] == subnets
assert rds.list_tags_for_resource(ResourceName=subnet_group["DBSubnetGroupArn"])["TagList"] == []
assert rds.describe_db_instances()["DBInstances"] == [] and rds.describe_db_clusters()["DBClusters"] == []
assert rds.describe_db_snapshots()["DBSnapshots"] == [] and rds.describe_db_parameter_groups()["DBParameterGroups"] == []
assert rds.describe_db_engine_versions(Engine="postgres")["DBEngineVersions"]
assert code_of(rds.describe_db_instances, DBInstanceIdentifier="none") == "DBInstanceNotFound"
assert code_of(rds.describe_db_clusters, DBClusterIdentifier="none") == "DBClusterNotFoundFault"

print("tables and network answer as AWS would")

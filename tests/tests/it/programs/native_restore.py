"""Restores a native RDS snapshot on whatever answers at ENDPOINT, and prints the restored instance's ARN.

    native_restore.py ENDPOINT NAME
"""

import sys

import boto3

endpoint, name = sys.argv[1:]
access = {
    "endpoint_url": endpoint,
    "region_name": "eu-central-1",
    "aws_access_key_id": "999988887777",
    "aws_secret_access_key": "emulated",
}
rds = boto3.client("rds", **access)
subnets = [subnet["SubnetId"] for subnet in boto3.client("ec2", **access).describe_subnets()["Subnets"]]
rds.create_db_subnet_group(
    DBSubnetGroupName="backproof-sandbox", DBSubnetGroupDescription="of the sandbox", SubnetIds=subnets
)
rds.create_db_instance(
    DBInstanceIdentifier="shop-db",
    DBInstanceClass="db.t4g.small",
    Engine="postgres",
    AllocatedStorage=20,
    MasterUsername="shop_admin",
    MasterUserPassword="of-the-source",
    DBName="shop",
)
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="shop-db", WaiterConfig={"Delay": 1})
rds.create_db_snapshot(DBInstanceIdentifier="shop-db", DBSnapshotIdentifier="shop-db-1")
rds.get_waiter("db_snapshot_available").wait(DBSnapshotIdentifier="shop-db-1", WaiterConfig={"Delay": 1})
restored = rds.restore_db_instance_from_db_snapshot(
    DBInstanceIdentifier=name,
    DBSnapshotIdentifier="shop-db-1",
    DBInstanceClass="db.t4g.small",
    DBSubnetGroupName="backproof-sandbox",
    PubliclyAccessible=False,
)
print(restored["DBInstance"]["DBInstanceArn"])

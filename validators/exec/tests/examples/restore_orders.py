"""Copies the latest recovery point of `orders` into the sandbox of the demonstration's world and restores it there."""

import sys
import time

import boto3

ENDPOINT, SANDBOX = sys.argv[1], "999988887777"


def client(service, account):
    return boto3.client(
        service, endpoint_url=ENDPOINT, region_name="eu-central-1",
        aws_access_key_id=account, aws_secret_access_key="simulated",
    )


def until(describe, key):
    while (answer := describe())[key] in ("CREATED", "PENDING", "RUNNING"):
        time.sleep(0.05)
    assert answer[key] == "COMPLETED", answer


source, sandbox = client("backup", "111122223333"), client("backup", SANDBOX)
pages = source.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName="daily")
points = [point for page in pages for point in page["RecoveryPoints"] if point["ResourceName"] == "orders"]
copy = source.start_copy_job(
    RecoveryPointArn=max(points, key=lambda point: point["CreationDate"])["RecoveryPointArn"],
    SourceBackupVaultName="daily",
    DestinationBackupVaultArn=f"arn:aws:backup:eu-central-1:{SANDBOX}:backup-vault:backproof-sandbox",
    IamRoleArn="arn:aws:iam::111122223333:role/backproof-copy",
)["CopyJobId"]
until(lambda: source.describe_copy_job(CopyJobId=copy)["CopyJob"], "State")
copied = source.describe_copy_job(CopyJobId=copy)["CopyJob"]["DestinationRecoveryPointArn"]
here = {"BackupVaultName": "backproof-sandbox", "RecoveryPointArn": copied}
inferred = sandbox.get_restore_testing_inferred_metadata(**here)["InferredMetadata"]
restore = sandbox.start_restore_job(
    RecoveryPointArn=copied,
    Metadata={**inferred, "targetTableName": "bp-example"},
    IamRoleArn=f"arn:aws:iam::{SANDBOX}:role/backproof-restore",
    ResourceType="DynamoDB",
)["RestoreJobId"]
until(lambda: sandbox.describe_restore_job(RestoreJobId=restore), "Status")

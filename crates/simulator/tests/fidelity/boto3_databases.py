"""boto3 restores a database, waits, logs in, tags, deletes, and looks for what is left: in the demonstration's world."""

import subprocess
import sys
import time

from model import checked, client, code_of

ENDPOINT = sys.argv[1]
SANDBOX = "999988887777"
NAME = "bp-fidelity"
ARN = f"arn:aws:rds:eu-central-1:{SANDBOX}:db:{NAME}"


def until(describe, wanted, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = describe()
        if wanted(answer):
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not reached in {seconds} seconds: {answer}")


backup = client("backup", ENDPOINT)
points = backup.list_recovery_points_by_backup_vault(BackupVaultName="daily", ByResourceType="RDS")["RecoveryPoints"]
points = [one for one in points if one["ResourceName"] == "ledger-database"]
point = max(points, key=lambda one: one["CreationDate"])
assert ":snapshot:awsbackup:job-" in point["RecoveryPointArn"], point
assert point["BackupSizeInBytes"] == 20 << 30, point
job = backup.start_copy_job(
    RecoveryPointArn=point["RecoveryPointArn"],
    SourceBackupVaultName="daily",
    DestinationBackupVaultArn=f"arn:aws:backup:eu-central-1:{SANDBOX}:backup-vault:backproof-sandbox",
    IamRoleArn="arn:aws:iam::111122223333:role/backproof-copy",
)
copied = until(
    lambda: backup.describe_copy_job(CopyJobId=job["CopyJobId"])["CopyJob"], lambda c: c["State"] == "COMPLETED"
)["DestinationRecoveryPointArn"]

sandbox = client("backup", ENDPOINT, SANDBOX)
here = {"BackupVaultName": "backproof-sandbox", "RecoveryPointArn": copied}
remembered = sandbox.get_recovery_point_restore_metadata(**here)
assert remembered["ResourceType"] == "RDS" and "DBSnapshotIdentifier" in remembered["RestoreMetadata"]
inferred = sandbox.get_restore_testing_inferred_metadata(**here)["InferredMetadata"]
rds = client("rds", ENDPOINT, SANDBOX)
[group] = rds.describe_db_subnet_groups()["DBSubnetGroups"]
metadata = {
    **inferred,
    "dbInstanceIdentifier": NAME,
    "dbSubnetGroupName": group["DBSubnetGroupName"],
    "vpcSecurityGroupIds": '["sg-0b0c0ffee0000001"]',
    "EnableCloudwatchLogsExports": '["postgresql"]',
}
restore = sandbox.start_restore_job(
    RecoveryPointArn=copied, Metadata=metadata, IamRoleArn=f"arn:aws:iam::{SANDBOX}:role/backproof-restore", ResourceType="RDS"
)["RestoreJobId"]
assert code_of(rds.describe_db_instances, DBInstanceIdentifier=NAME) == "DBInstanceNotFound"
done = until(
    lambda: sandbox.describe_restore_job(RestoreJobId=restore), lambda job: job["Status"] not in ("PENDING", "RUNNING")
)
assert (done["Status"], done["CreatedResourceArn"]) == ("COMPLETED", ARN), done

# Ready: available, tags of the source, a new password.
rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
[instance] = rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"]
assert instance["TagList"] == [{"Key": "team", "Value": "accounts"}], instance["TagList"]
assert not instance["PubliclyAccessible"] and not instance["MultiAZ"], instance
assert instance["DBSubnetGroup"]["VpcId"] == group["VpcId"] and instance["InstanceCreateTime"].tzinfo, instance
rds.add_tags_to_resource(ResourceName=ARN, Tags=[{"Key": "backproof:run", "Value": "1"}])
rds.remove_tags_from_resource(ResourceName=ARN, TagKeys=["team"])
assert rds.list_tags_for_resource(ResourceName=ARN)["TagList"] == [{"Key": "backproof:run", "Value": "1"}]
changed = rds.modify_db_instance(DBInstanceIdentifier=NAME, MasterUserPassword="open-sesame", ApplyImmediately=True)
assert changed["DBInstance"]["PendingModifiedValues"] == {"MasterUserPassword": "****"}, changed
until(
    lambda: rds.describe_db_instances(DBInstanceIdentifier=NAME)["DBInstances"][0],
    lambda one: one["DBInstanceStatus"] == "available" and not one["PendingModifiedValues"],
)
address = instance["Endpoint"]["Address"], str(instance["Endpoint"]["Port"])
asked = subprocess.run(
    ["psql", "-XAt", "-h", address[0], "-p", address[1], "-U", instance["MasterUsername"], "-d", instance["DBName"]]
    + ["-c", "SELECT count(*) > 1900, version() LIKE 'PostgreSQL " + instance["EngineVersion"] + "%' FROM orders"],
    env={"PGPASSWORD": "open-sesame", "PGSSLMODE": "require", "PATH": "/usr/bin:/bin:/usr/local/bin"},
    capture_output=True,
    text=True,
)
assert asked.stdout.strip() == "t|t", asked

# And away with it, and with what it leaves.
backups = rds.describe_db_instance_automated_backups(DbiResourceId=instance["DbiResourceId"])
assert backups["DBInstanceAutomatedBackups"][0]["Status"] == "active", backups
away = {"DBInstanceIdentifier": NAME, "SkipFinalSnapshot": True, "DeleteAutomatedBackups": False}
assert code_of(rds.delete_db_instance, **away) == "InvalidParameterCombination", "it is protected"
rds.modify_db_instance(DBInstanceIdentifier=NAME, DeletionProtection=False, ApplyImmediately=True)
assert code_of(rds.delete_db_instance, DBInstanceIdentifier="none", SkipFinalSnapshot=True) == "DBInstanceNotFound"
assert rds.delete_db_instance(**away)["DBInstance"]["DBInstanceStatus"] == "deleting"
assert code_of(rds.delete_db_instance, **away) == "InvalidDBInstanceState"
rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier=NAME, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
[left] = rds.describe_db_instance_automated_backups(Filters=[{"Name": "status", "Values": ["retained"]}])[
    "DBInstanceAutomatedBackups"
]
assert left["InstanceCreateTime"] == instance["InstanceCreateTime"] and left["TagList"], left
rds.delete_db_instance_automated_backup(DbiResourceId=left["DbiResourceId"])
gone = {"DbiResourceId": left["DbiResourceId"]}
assert code_of(rds.describe_db_instance_automated_backups, **gone) == "DBInstanceAutomatedBackupNotFound"
assert rds.describe_db_snapshots(DBInstanceIdentifier=NAME, SnapshotType="manual")["DBSnapshots"] == []
logs = client("logs", ENDPOINT, SANDBOX)
[group] = logs.describe_log_groups(logGroupNamePrefix=f"/aws/rds/instance/{NAME}/")["logGroups"]
logs.delete_log_group(logGroupName=group["logGroupName"])
assert code_of(logs.delete_log_group, logGroupName=group["logGroupName"]) == "ResourceNotFoundException"
secrets = client("secretsmanager", ENDPOINT, SANDBOX)
assert secrets.list_secrets(Filters=[{"Key": "tag-value", "Values": [ARN]}])["SecretList"] == []

# A session of Systems Manager.
ssm = client("ssm", ENDPOINT, SANDBOX)
forward = {
    "DocumentName": "AWS-StartPortForwardingSessionToRemoteHost",
    "Parameters": {"host": [address[0]], "portNumber": [address[1]], "localPortNumber": ["0"]},
}
assert code_of(ssm.start_session, Target="i-0123456789abcdef0", **forward) == "TargetNotConnected"
session = ssm.start_session(Target="i-0b0c0ffee00000001", **forward)
assert ssm.terminate_session(SessionId=session["SessionId"])["SessionId"] == session["SessionId"]

assert len(checked) >= 20, sorted(checked)
print(f"{sum(checked.values())} answers of {len(checked)} operations look as AWS would")

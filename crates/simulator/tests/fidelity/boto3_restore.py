"""boto3 lists, copies, restores, waits, reads the restored table, deletes: against the world of the demonstration."""

import datetime
import sys
import time

from model import checked, client, code_of

ENDPOINT = sys.argv[1]
SANDBOX = "999988887777"
RESTORE_ROLE = f"arn:aws:iam::{SANDBOX}:role/backproof-restore"


def until(describe, wanted, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = describe()
        if wanted(answer):
            return answer
        time.sleep(0.1)
    raise AssertionError(f"not reached in {seconds} seconds: {answer}")


backup = client("backup", ENDPOINT)

# Listing, with pages.
vaults = [v["BackupVaultName"] for v in backup.list_backup_vaults()["BackupVaultList"]]
assert vaults == ["daily", "monthly"], vaults
pages = list(
    backup.get_paginator("list_recovery_points_by_backup_vault").paginate(
        BackupVaultName="daily", PaginationConfig={"PageSize": 4}
    )
)
points = [point for page in pages for point in page["RecoveryPoints"]]
assert len(pages) > 5 and all(len(page["RecoveryPoints"]) == 4 for page in pages[:-1])
assert len({point["RecoveryPointArn"] for point in points}) == len(points)
assert isinstance(points[0]["CreationDate"], datetime.datetime)
orders = [point for point in points if point["ResourceName"] == "orders"]
since = max(point["CreationDate"] for point in orders) - datetime.timedelta(days=2)
filtered = backup.list_recovery_points_by_backup_vault(
    BackupVaultName="daily", ByResourceArn=orders[0]["ResourceArn"], ByCreatedAfter=since
)["RecoveryPoints"]
assert len(filtered) == 2, filtered
by_resource = backup.list_recovery_points_by_resource(ResourceArn=orders[0]["ResourceArn"])
assert len(by_resource["RecoveryPoints"]) == len(orders)
resources = [r for p in backup.get_paginator("list_protected_resources").paginate() for r in p["Results"]]
assert {"loyalty", "orders", "shop-database"} <= {r["ResourceName"] for r in resources}
backup.describe_protected_resource(ResourceArn=orders[0]["ResourceArn"])
backup.describe_backup_vault(BackupVaultName="daily")
plans = backup.list_backup_plans()["BackupPlansList"]
assert backup.get_backup_plan(BackupPlanId=plans[0]["BackupPlanId"])["BackupPlan"]["Rules"]
assert backup.list_backup_selections(BackupPlanId=plans[0]["BackupPlanId"])["BackupSelectionsList"]
assert "DynamoDB" in backup.get_supported_resource_types()["ResourceTypes"]

# Every kind of point, one by one.
for name in ["orders", "loyalty", "legacy-prices", "shop-database"]:
    point = next(point for point in points if point["ResourceName"] == name)
    described = backup.describe_recovery_point(
        BackupVaultName="daily", RecoveryPointArn=point["RecoveryPointArn"]
    )
    assert described["StorageClass"] == "WARM"
cold = next(
    point
    for point in backup.list_recovery_points_by_backup_vault(BackupVaultName="monthly")["RecoveryPoints"]
    if point["ResourceName"] == "audit-log"
)
described = backup.describe_recovery_point(
    BackupVaultName="monthly", RecoveryPointArn=cold["RecoveryPointArn"]
)
assert described["StorageClass"] == "COLD"

# Errors.
assert code_of(backup.describe_backup_vault, BackupVaultName="none") == "ResourceNotFoundException"
assert code_of(backup.list_backup_vaults, NextToken="x") == "InvalidParameterValueException"
legacy = next(point for point in points if point["ResourceName"] == "legacy-prices")
copy = {
    "SourceBackupVaultName": "daily",
    "DestinationBackupVaultArn": f"arn:aws:backup:eu-central-1:{SANDBOX}:backup-vault:backproof-sandbox",
    "IamRoleArn": "arn:aws:iam::111122223333:role/backproof-copy",
}
assert code_of(backup.start_copy_job, RecoveryPointArn=legacy["RecoveryPointArn"], **copy) == "InvalidRequestException"

# A copy into the sandbox.
latest = max(orders, key=lambda point: point["CreationDate"])
job = backup.start_copy_job(
    RecoveryPointArn=latest["RecoveryPointArn"], Lifecycle={"DeleteAfterDays": 1}, IdempotencyToken="c", **copy
)
copied = until(
    lambda: backup.describe_copy_job(CopyJobId=job["CopyJobId"])["CopyJob"], lambda c: c["State"] == "COMPLETED"
)
assert backup.list_copy_jobs(ByState="COMPLETED")["CopyJobs"][0]["CopyJobId"] == job["CopyJobId"]

# The sandbox, by its role.
sts = client("sts", ENDPOINT)
assert sts.get_caller_identity()["Account"] == "111122223333"
session = sts.assume_role(RoleArn=f"arn:aws:iam::{SANDBOX}:role/backproof-sandbox", RoleSessionName="fidelity")
keys = session["Credentials"]
inside = client("sts", ENDPOINT, keys["AccessKeyId"], token=keys["SessionToken"])
assert inside.get_caller_identity()["Account"] == SANDBOX
assert code_of(sts.assume_role, RoleArn=RESTORE_ROLE, RoleSessionName="fidelity") == "AccessDenied"

# A restore there.
sandbox = client("backup", ENDPOINT, SANDBOX)
here = {"BackupVaultName": "backproof-sandbox", "RecoveryPointArn": copied["DestinationRecoveryPointArn"]}
point = sandbox.describe_recovery_point(**here)
assert point["CreationDate"] == latest["CreationDate"]
remembered = sandbox.get_recovery_point_restore_metadata(**here)
assert remembered["RestoreMetadata"]["originalTableName"] == "orders"
inferred = sandbox.get_restore_testing_inferred_metadata(**here)["InferredMetadata"]
start = {
    "RecoveryPointArn": here["RecoveryPointArn"],
    "Metadata": {**inferred, "targetTableName": "bp-fidelity"},
    "IamRoleArn": RESTORE_ROLE,
    "IdempotencyToken": "fidelity-1",
    "ResourceType": "DynamoDB",
}
restore = sandbox.start_restore_job(**start)["RestoreJobId"]
assert sandbox.start_restore_job(**start)["RestoreJobId"] == restore
early = sandbox.describe_restore_job(RestoreJobId=restore)
assert early["Status"] in ("PENDING", "RUNNING") and isinstance(early["PercentDone"], str)
done = until(
    lambda: sandbox.describe_restore_job(RestoreJobId=restore),
    lambda job: job["Status"] not in ("PENDING", "RUNNING"),
)
assert done["Status"] == "COMPLETED", done
assert done["CreatedResourceArn"] == f"arn:aws:dynamodb:eu-central-1:{SANDBOX}:table/bp-fidelity"
listed = sandbox.list_restore_jobs(ByStatus="COMPLETED", ByResourceType="DynamoDB")["RestoreJobs"]
assert [job["RestoreJobId"] for job in listed] == [restore]
of_resource = sandbox.list_restore_jobs_by_protected_resource(ResourceArn=point["ResourceArn"])["RestoreJobs"]
assert len(of_resource) == 1
assert sandbox.get_restore_job_metadata(RestoreJobId=restore)["Metadata"]["targetTableName"] == "bp-fidelity"
sandbox.put_restore_validation_result(RestoreJobId=restore, ValidationStatus="SUCCESSFUL")
assert (
    code_of(sandbox.put_restore_validation_result, RestoreJobId=restore, ValidationStatus="FAILED")
    == "InvalidRequestException"
)

# The restored table, item by item, beside the table that it was made from.
dynamodb = client("dynamodb", ENDPOINT, SANDBOX)
table = dynamodb.describe_table(TableName="bp-fidelity")["Table"]
assert table["TableStatus"] == "ACTIVE" and table["GlobalSecondaryIndexes"][0]["IndexName"] == "by-customer"


def items(of, name):
    pages = of.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
    return {item["order_id"]["S"]: item for page in pages for item in page["Items"]}


source = items(client("dynamodb", ENDPOINT), "orders")
restored = items(dynamodb, "bp-fidelity")
assert len(source) == 5000 and 4900 < len(restored) < 5000, (len(source), len(restored))
assert all(source[key] == item for key, item in restored.items())
assert "orders" not in dynamodb.list_tables()["TableNames"]

# And away with it.
dynamodb.delete_table(TableName="bp-fidelity")
until(
    lambda: dynamodb.list_tables()["TableNames"],
    lambda names: "bp-fidelity" not in names,
)
assert code_of(dynamodb.describe_table, TableName="bp-fidelity") == "ResourceNotFoundException"

# Tags and vaults.
arn = here["RecoveryPointArn"]
sandbox.tag_resource(ResourceArn=arn, Tags={"backproof:run": "1", "class": "a"})
sandbox.untag_resource(ResourceArn=arn, TagKeyList=["class"])
assert sandbox.list_tags(ResourceArn=arn)["Tags"] == {"backproof:run": "1"}
sandbox.delete_recovery_point(**here)
assert code_of(sandbox.describe_recovery_point, **here) == "ResourceNotFoundException"
sandbox.create_backup_vault(BackupVaultName="second", BackupVaultTags={"a": "b"})
assert code_of(sandbox.create_backup_vault, BackupVaultName="second") == "AlreadyExistsException"

assert len(checked) >= 27, sorted(checked)
print(f"{sum(checked.values())} answers of {len(checked)} operations look as AWS would")

"""The AWS CLI lists, restores, waits, reads and deletes: against the world of the demonstration."""

import json
import os
import shutil
import subprocess
import sys
import time

ENDPOINT = sys.argv[1]
SANDBOX = "999988887777"
AWS = shutil.which("aws")
if AWS is None:
    sys.exit("the AWS CLI is missing: install it with `pip install boto3 awscli`")


def aws(account, *arguments, fails=False):
    environment = dict(
        os.environ,
        AWS_ACCESS_KEY_ID=account,
        AWS_SECRET_ACCESS_KEY="simulated",
        AWS_DEFAULT_REGION="eu-central-1",
        AWS_ENDPOINT_URL=ENDPOINT,
        AWS_PAGER="",
    )
    done = subprocess.run([AWS, *arguments, "--output", "json"], env=environment, capture_output=True, text=True)
    if fails:
        assert done.returncode != 0, f"{arguments} did not fail: {done.stdout}"
        return done.stderr
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout.strip() else {}


listed = aws(
    "222233334444", "backup", "list-recovery-points-by-backup-vault", "--backup-vault-name", "analytics", "--page-size", "2"
)["RecoveryPoints"]
assert len(listed) == 5, listed
point = next(one for one in listed if one["ResourceName"] == "reports")
assert "ResourceNotFoundException" in aws(SANDBOX, "backup", "describe-backup-vault", "--backup-vault-name", "analytics", fails=True)

copy = aws(
    "222233334444", "backup", "start-copy-job",
    "--recovery-point-arn", point["RecoveryPointArn"],
    "--source-backup-vault-name", "analytics",
    "--destination-backup-vault-arn", f"arn:aws:backup:eu-central-1:{SANDBOX}:backup-vault:backproof-sandbox",
    "--iam-role-arn", "arn:aws:iam::222233334444:role/backproof-copy",
)["CopyJobId"]
for _ in range(60):
    job = aws("222233334444", "backup", "describe-copy-job", "--copy-job-id", copy)["CopyJob"]
    if job["State"] == "COMPLETED":
        break
    time.sleep(0.2)
assert job["State"] == "COMPLETED", job

restore = aws(
    SANDBOX, "backup", "start-restore-job",
    "--recovery-point-arn", job["DestinationRecoveryPointArn"],
    "--iam-role-arn", f"arn:aws:iam::{SANDBOX}:role/backproof-restore",
    "--metadata", "targetTableName=bp-cli,encryptionType=Default",
)["RestoreJobId"]
for _ in range(60):
    job = aws(SANDBOX, "backup", "describe-restore-job", "--restore-job-id", restore)
    if job["Status"] not in ("PENDING", "RUNNING"):
        break
    time.sleep(0.2)
assert job["Status"] == "COMPLETED", job
assert job["CreatedResourceArn"].endswith(":table/bp-cli"), job
jobs = aws(SANDBOX, "backup", "list-restore-jobs")["RestoreJobs"]
assert [one["RestoreJobId"] for one in jobs] == [restore], jobs

counted = aws(SANDBOX, "dynamodb", "scan", "--table-name", "bp-cli", "--select", "COUNT")
assert 280 < counted["Count"] <= 300, counted
assert aws(SANDBOX, "sts", "get-caller-identity")["Account"] == SANDBOX
aws(SANDBOX, "dynamodb", "delete-table", "--table-name", "bp-cli")
aws(SANDBOX, "dynamodb", "wait", "table-not-exists", "--table-name", "bp-cli")
assert "bp-cli" not in aws(SANDBOX, "dynamodb", "list-tables")["TableNames"]
print("the CLI finds everything as AWS would")

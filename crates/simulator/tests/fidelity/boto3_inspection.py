"""boto3 asks what can be asked before a restore, and publishes a message: in the demonstration's world."""

import sys
from datetime import timezone
from email.utils import parsedate_to_datetime

from model import checked, client, code_of

ENDPOINT = sys.argv[1]
SOURCE, SANDBOX = "111122223333", "999988887777"

iam = client("iam", ENDPOINT, SANDBOX)
role = iam.get_role(RoleName="backproof-restore")["Role"]
assert role["Arn"] == f"arn:aws:iam::{SANDBOX}:role/backproof-restore" and role["MaxSessionDuration"] == 3600, role
[statement] = role["AssumeRolePolicyDocument"]["Statement"]
assert statement["Principal"] == {"Service": ["backup.amazonaws.com"]}, statement
assert code_of(iam.get_role, RoleName="nobody") == "NoSuchEntity"

table = f"arn:aws:dynamodb:eu-central-1:{SANDBOX}:table/bp-1"
asked = {"ActionNames": ["dynamodb:DeleteTable", "dynamodb:ListTables"], "ResourceArns": [table, "*"]}
results = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], **asked)
assert not results["IsTruncated"] and len(results["EvaluationResults"]) == 2, results
for result in results["EvaluationResults"]:
    named = [one["EvalResourceName"] for one in result["ResourceSpecificResults"]]
    assert result["EvalDecision"] == "allowed" and named == [table, "*"], result
[alone] = iam.simulate_principal_policy(PolicySourceArn=role["Arn"], ActionNames=["s3:GetObject"])["EvaluationResults"]
assert alone["EvalResourceName"] == "*" and "ResourceSpecificResults" not in alone, alone
session = f"arn:aws:sts::{SANDBOX}:assumed-role/backproof-restore/x"
assert code_of(iam.simulate_principal_policy, PolicySourceArn=session, ActionNames=["a:B"]) == "InvalidInput"
foreign = f"arn:aws:iam::{SOURCE}:role/backproof-restore"
assert code_of(iam.simulate_principal_policy, PolicySourceArn=foreign, ActionNames=["a:B"]) == "NoSuchEntity"

kms = client("kms", ENDPOINT, SANDBOX)
key = f"arn:aws:kms:eu-central-1:{SANDBOX}:key/0b0c0ffe-0000-4000-8000-000000000001"
described = kms.describe_key(KeyId=key)["KeyMetadata"]
assert described["Arn"] == key and described["KeyState"] == "Enabled" and described["KeyManager"] == "CUSTOMER"
assert kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["KeyManager"] == "AWS"
for unknown in ["alias/ours", key.replace("eu-central-1", "us-east-1"), key.replace(SANDBOX, "123456789012")]:
    assert code_of(kms.describe_key, KeyId=unknown) == "NotFoundException", unknown

quotas = client("service-quotas", ENDPOINT, SANDBOX)
instances = {"ServiceCode": "rds", "QuotaCode": "L-7B6409FD"}
assert code_of(quotas.get_service_quota, **instances) == "NoSuchResourceException"
assert quotas.get_aws_default_service_quota(**instances)["Quota"]["Value"] == 40.0

sns = client("sns", ENDPOINT)
topic = f"arn:aws:sns:eu-central-1:{SOURCE}:alarms"
assert sns.publish(TopicArn=topic, Subject="a run has failed", Message="see the report")["MessageId"]
assert code_of(sns.publish, TopicArn=topic, Message="") == "InvalidParameter"
assert code_of(sns.publish, TopicArn=topic, Subject="two\nlines", Message="x") == "InvalidParameter"
assert code_of(sns.publish, TopicArn=topic.replace(SOURCE, "123456789012"), Message="x") == "NotFound"

sts = client("sts", ENDPOINT)
headers = sts.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
assert parsedate_to_datetime(headers["date"]).astimezone(timezone.utc).year == 2026, headers

assert set(checked) == {
    "GetRole", "SimulatePrincipalPolicy", "DescribeKey", "GetServiceQuota", "GetAWSDefaultServiceQuota", "Publish",
}, checked
print("roles, permissions, keys, quotas and topics answered as AWS would")

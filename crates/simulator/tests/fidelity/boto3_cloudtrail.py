"""boto3 looks up what was done in an account, and asks which trail keeps it: in the demonstration's world."""

import json
import sys
from datetime import datetime, timedelta, timezone

from model import checked, client, code_of

ENDPOINT = sys.argv[1]
SANDBOX = "999988887777"

dynamodb = client("dynamodb", ENDPOINT, SANDBOX)
for name in ["bp-1", "bp-2", "bp-3"]:
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
there = dynamodb.get_waiter("table_exists")
there.config.delay = 0.1
for name in ["bp-1", "bp-2", "bp-3"]:
    there.wait(TableName=name)
dynamodb.put_item(TableName="bp-1", Item={"id": {"S": "seen-by-nobody"}})
request_id = dynamodb.delete_table(TableName="bp-1")["ResponseMetadata"]["RequestId"]
assert code_of(dynamodb.delete_table, TableName="ghost") == "ResourceNotFoundException"

trails = client("cloudtrail", ENDPOINT, SANDBOX)
lookup = lambda key, value, **more: trails.lookup_events(
    LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **more
)
[refused, deleted] = lookup("EventName", "DeleteTable")["Events"]
whole = json.loads(deleted["CloudTrailEvent"])
assert whole["requestID"] == request_id and whole["requestParameters"] == {"tableName": "bp-1"}, whole
assert whole["userIdentity"]["arn"].startswith(f"arn:aws:iam::{SANDBOX}:"), whole
assert whole["recipientAccountId"] == SANDBOX and "errorCode" not in whole, whole
assert deleted["Resources"] == [{"ResourceType": "AWS::DynamoDB::Table", "ResourceName": "bp-1"}], deleted
assert json.loads(refused["CloudTrailEvent"])["errorCode"] == "ResourceNotFoundException", refused
assert [one["EventName"] for one in lookup("ResourceName", "bp-1")["Events"]] == ["DeleteTable", "CreateTable"]
assert lookup("EventName", "PutItem")["Events"] == [], "what is done with items is no management event"

first = lookup("EventName", "CreateTable", MaxResults=2)
second = lookup("EventName", "CreateTable", MaxResults=2, NextToken=first["NextToken"])
assert (len(first["Events"]), len(second["Events"]), second.get("NextToken")) == (2, 1, None)
assert code_of(trails.lookup_events, NextToken="made up") == "InvalidNextTokenException"
assert code_of(trails.lookup_events, MaxResults=51) in ("InvalidMaxResultsException", "ParamValidationError")
now = deleted["EventTime"].astimezone(timezone.utc)
hour = timedelta(hours=1)
assert lookup("EventName", "DeleteTable", StartTime=now - 3 * hour, EndTime=now - 2 * hour)["Events"] == []
assert len(lookup("EventName", "DeleteTable", StartTime=now - hour, EndTime=now + hour)["Events"]) == 2
assert code_of(trails.lookup_events, StartTime=now, EndTime=now - hour) == "InvalidTimeRangeException"
assert client("cloudtrail", ENDPOINT).lookup_events()["Events"] == [], "another account sees none of it"

[trail] = trails.describe_trails()["trailList"]
assert trail["IsMultiRegionTrail"] and trail["LogFileValidationEnabled"] and trail["S3BucketName"], trail
status = trails.get_trail_status(Name=trail["TrailARN"])
assert status["IsLogging"] and isinstance(status["LatestDigestDeliveryTime"], datetime), status
assert code_of(trails.get_trail_status, Name="none") == "TrailNotFoundException"

wanted = {"LookupEvents", "DescribeTrails", "GetTrailStatus"}
assert wanted <= set(checked), checked
print("events and trails answered as AWS would")

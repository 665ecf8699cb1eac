#!/usr/bin/env python3
"""An external validator with boto3 alone: reads every item of a restored DynamoDB table.

Settings: `key` (the partition key's name), `minimum_items` (1 where it is not said), `required` (attributes that every
item must have). The plan must say `aws_credentials = true`. It keeps counts of items and names of attributes, and
nothing of their values.
"""

import json
import sys
import time

PROTOCOL = "backproof-validator/1"


class TimeIsUp(Exception):
    """The deadline is near."""


def say(**answer):
    print(json.dumps(answer), flush=True)


def check(name, claim, level, verdict, count, unit, **more):
    examined = {"count": count, "unit": unit}
    say(type="check", name=name, claim=claim, level=level, verdict=verdict, examined=examined, **more)


def main():
    begun = time.monotonic()
    request = json.load(sys.stdin)
    with open(request["secrets_fd"]) as descriptor:
        secrets = json.load(descriptor)
    if request["protocol"] != PROTOCOL or request["target"]["kind"] != "table":
        sys.exit("this is not a table, or not a protocol that is known here")
    # A second for the last lines.
    until = begun + request["seconds_left"] - 1
    try:
        examine(request["target"]["name"], connect(request["target"], secrets["aws"], until), request["settings"], until)
    except TimeIsUp:
        check("items-readable", "data-readable", "L2", "inconclusive", 0, "items", remark="no time was left")
    except Exception as trouble:
        # The message may name endpoints and keys; the kind of trouble is enough for the evidence.
        what = f"the table could not be read: {type(trouble).__name__}"
        check("items-readable", "data-readable", "L2", "inconclusive", 0, "items", remark=what)
    say(type="done")


def connect(target, lent, until):
    left = until - time.monotonic()
    if left < 1:
        raise TimeIsUp
    # These take a moment, which a program without time does not have.
    import boto3
    from botocore.config import Config

    # Nothing is tried again: that the table can be read at once is a part of what is looked at.
    patience = max(0.5, min(10, (until - time.monotonic()) / 2))
    config = Config(connect_timeout=patience, read_timeout=patience, retries={"total_max_attempts": 1})
    return boto3.client(
        "dynamodb",
        region_name=target["region"],
        endpoint_url=lent.get("endpoint_url"),
        aws_access_key_id=lent["access_key_id"],
        aws_secret_access_key=lent["secret_access_key"],
        aws_session_token=lent.get("session_token"),
        config=config,
    )


def examine(table, dynamodb, settings, until):
    description = dynamodb.describe_table(TableName=table)["Table"]
    key = next(part["AttributeName"] for part in description["KeySchema"] if part["KeyType"] == "HASH")
    if "key" in settings:
        same = key == settings["key"]
        verdict, remark = ("passed", None) if same else ("failed", "another partition key")
        check("partition-key", "structure-complete", "L2", verdict, 1, "keys", expected=settings["key"], observed=key, remark=remark)

    items, lacking = 0, {name: 0 for name in settings.get("required", [])}
    for item in scan(dynamodb, table, until):
        items += 1
        for name in lacking:
            lacking[name] += name not in item
    # Every item was read: where there is none, that is no pass.
    check("items-readable", "data-readable", "L2", "passed" if items else "inconclusive", items, "items")

    minimum = settings.get("minimum_items", 1)
    enough = items >= minimum
    remark = None if enough else "fewer items than the plan expects"
    verdict = "passed" if enough and items else "failed" if not enough else "inconclusive"
    check("items-present", "data-present", "L3", verdict, items, "items", expected=minimum, observed=items, remark=remark)

    if lacking and items:
        missing = [f"{name} ({count} items)" for name, count in sorted(lacking.items()) if count]
        verdict, remark = ("failed", "items without attributes that all must have") if missing else ("passed", None)
        check("attributes-present", "data-readable", "L3", verdict, items, "items", expected=[], observed=missing, remark=remark)


def scan(dynamodb, table, until):
    """Every item, page by page."""
    start = {}
    while True:
        if time.monotonic() > until:
            raise TimeIsUp
        page = dynamodb.scan(TableName=table, ConsistentRead=True, **start)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


main()

"""Makes a bucket, reads what a receipt names with an SDK of AWS's own, and tries to destroy it.

    object_lock.py ENDPOINT make BUCKET (locked|unlocked)
    object_lock.py ENDPOINT read RECEIPT
    object_lock.py ENDPOINT attack RECEIPT
    object_lock.py ENDPOINT parts BUCKET
"""

import base64
import hashlib
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint, command, *rest = sys.argv[1:]
s3 = boto3.client(
    "s3",
    endpoint_url=endpoint,
    region_name="eu-central-1",
    aws_access_key_id="555566667777",
    aws_secret_access_key="emulated",
    config=Config(s3={"addressing_style": "path"}, response_checksum_validation="when_required"),
)


def make(bucket, kind):
    s3.create_bucket(
        Bucket=bucket,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
        ObjectLockEnabledForBucket=kind == "locked",
    )


def objects(path):
    with open(path) as file:
        receipt = json.load(file)
    for entry in receipt["objects"]:
        yield receipt["place"]["bucket"], entry


def read(path):
    """What S3 says of each version, in the receipt's own terms."""
    said = []
    for bucket, entry in objects(path):
        version = {"Bucket": bucket, "Key": entry["kept"]["key"], "VersionId": entry["kept"]["version_id"]}
        head = s3.head_object(**version, ChecksumMode="ENABLED")
        retention = s3.get_object_retention(**version)["Retention"]
        checksum, _, parts = head["ChecksumSHA256"].partition("-")
        said.append(
            {
                "bytes": head["ContentLength"],
                "sha256": hashlib.sha256(s3.get_object(**version)["Body"].read()).hexdigest(),
                "checksum": base64.b64decode(checksum).hex(),
                "parts": int(parts) if parts else None,
                "mode": retention["Mode"],
                "until": retention["RetainUntilDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            }
        )
    return said


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "done"


def attack(path):
    """What S3 answers to every way of getting rid of a version."""
    answers = set()
    for bucket, entry in objects(path):
        version = {"Bucket": bucket, "Key": entry["kept"]["key"], "VersionId": entry["kept"]["version_id"]}
        sooner = {"Mode": "COMPLIANCE", "RetainUntilDate": "2027-01-01T00:00:00Z"}
        weaker = {"Mode": "GOVERNANCE", "RetainUntilDate": "2099-01-01T00:00:00Z"}
        for name, call, arguments in [
            ("delete", s3.delete_object, {}),
            ("delete, bypassing", s3.delete_object, {"BypassGovernanceRetention": True}),
            ("shorten", s3.put_object_retention, {"Retention": sooner}),
            ("shorten, bypassing", s3.put_object_retention, {"Retention": sooner, "BypassGovernanceRetention": True}),
            ("weaken", s3.put_object_retention, {"Retention": weaker}),
        ]:
            answers.add(f"{name}: {refusal(call, **version, **arguments)}")
        # Without a version anybody may delete: it only puts a marker on top.
        s3.delete_object(Bucket=bucket, Key=version["Key"])
    return sorted(answers)


def parts(bucket):
    """The parts of every unfinished upload, by number."""
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    listed = [s3.list_parts(Bucket=bucket, Key=one["Key"], UploadId=one["UploadId"]) for one in uploads]
    return [[part["PartNumber"] for part in answer.get("Parts", [])] for answer in listed]


print(json.dumps({"make": make, "read": read, "attack": attack, "parts": parts}[command](*rest)))

"""Scans a table in eight segments with four processes of boto3's client and counts the items; says what that took."""

import json
import multiprocessing
import resource
import sys
import time

import boto3

SEGMENTS = 8


def count(segment):
    pages = boto3.client("dynamodb", endpoint_url=sys.argv[1]).get_paginator("scan")
    each = pages.paginate(TableName="orders", ConsistentRead=True, Segment=segment, TotalSegments=SEGMENTS)
    return sum(len(page["Items"]) for page in each)


if __name__ == "__main__":
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(4) as pool:
        counted = sum(pool.map(count, range(SEGMENTS), chunksize=1))
        pool.close()
        pool.join()
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    # The largest of the four processes: they hold pages of their own.
    print(json.dumps({"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "peak_kib": used.ru_maxrss, "counted": counted}))

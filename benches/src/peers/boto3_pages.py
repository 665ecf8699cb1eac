"""Pages through every recovery point and every protected resource with boto3's paginators; says what that took."""

import json
import resource
import sys
import time

import boto3

backup = boto3.client("backup", endpoint_url=sys.argv[1])
began = time.perf_counter()
counted = 0
vaults = [v["BackupVaultName"] for page in backup.get_paginator("list_backup_vaults").paginate() for v in page["BackupVaultList"]]
for vault in vaults:
    pages = backup.get_paginator("list_recovery_points_by_backup_vault")
    for page in pages.paginate(BackupVaultName=vault, PaginationConfig={"PageSize": 1000}):
        counted += len(page["RecoveryPoints"])
for page in backup.get_paginator("list_protected_resources").paginate(PaginationConfig={"PageSize": 1000}):
    pass
seconds = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"seconds": seconds, "cpu_seconds": used.ru_utime + used.ru_stime, "peak_kib": used.ru_maxrss, "counted": counted}))

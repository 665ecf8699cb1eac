"""Has reladiff count and checksum a table as one segment, which is one query of its own making; says what that took."""

import json
import resource
import sys
import time

from reladiff import connect_to_table

if __name__ == "__main__":
    table = connect_to_table(sys.argv[1], sys.argv[2], "aid", extra_columns=("bid", "abalance", "filler")).with_schema()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    counted, _ = table.count_and_checksum()
    seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"seconds": seconds, "cpu_seconds": cpu, "peak_kib": used.ru_maxrss, "counted": counted}))

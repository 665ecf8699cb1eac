#!/usr/bin/env python3
"""An external validator that runs a check file of Soda Core (SodaCL) on a restored PostgreSQL database.

The plan hands over the check file: `files = { checks = "./orders.yml" }`. Each check of the file becomes a check here:
`pass` and `fail` as they are, `warn` and whatever Soda could not evaluate as inconclusive. A check over a table without
rows does not pass, whatever Soda says of it.
"""

import json
import os
import re
import sys
import time

PROTOCOL = "backproof-validator/1"
# Which claim goes with which metric of Soda; any other is about the data that was read.
CLAIMS = {"row_count": ("data-present", "L3"), "freshness": ("data-fresh", "L3"), "schema": ("structure-complete", "L2")}
# Metrics whose value is a number of rows, and so no customer data.
COUNTS = {"row_count", "missing_count", "invalid_count", "duplicate_count", "failed_rows"}
VERDICTS = {"pass": "passed", "fail": "failed"}


def main():
    begun = time.monotonic()
    request = json.load(sys.stdin)
    with open(request["secrets_fd"]) as descriptor:
        secrets = json.load(descriptor)
    target = request["target"]
    if request["protocol"] != PROTOCOL or target.get("engine") != "postgres":
        sys.exit("this is no PostgreSQL, or not a protocol that is known here")
    login = secrets["database"]
    answers = Answers()
    until = begun + request["seconds_left"]
    if request["seconds_left"] < 5:
        return answers.end("there is no time left")
    prepare(target, until)
    if "checks" not in request["files"]:
        return answers.end("the plan hands over no check file; add `files = { checks = \"./orders.yml\" }`")
    try:
        result = scan(target, login, request["files"]["checks"], until)
        rows = row_counts(target, login, {check["table"] for check in result["checks"] if check.get("table")})
    except Exception as trouble:
        # The message may hold values of rows; the kind of trouble is enough for the evidence.
        return answers.end(f"Soda could not be run: {type(trouble).__name__}")
    for check in result["checks"]:
        answers.check(check, rows.get(check.get("table"), 0))
    answers.fact("soda-core", version())
    if result["hasErrors"] or not result["checks"]:
        return answers.end("Soda could not evaluate all of the file")
    answers.done()


class Answers:
    """Writes to what was standard output; Soda writes there too, and its words go to standard error."""

    def __init__(self):
        self.out = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        self.names = {"soda-scan"}

    def say(self, **answer):
        print(json.dumps(answer), file=self.out, flush=True)

    def fact(self, name, value):
        self.say(type="fact", name=name, value=value)

    def check(self, check, rows):
        metric = (check.get("metrics") or [""])[0].split("-")
        kind = next((kind for kind in (*CLAIMS, *COUNTS) if kind in metric), check["type"])
        claim, level = CLAIMS.get(kind, ("data-readable", "L3"))
        verdict = VERDICTS.get(check["outcome"], "inconclusive")
        if rows == 0 and verdict == "passed":
            verdict = "inconclusive"
        value = (check.get("diagnostics") or {}).get("value")
        observed = value if kind in COUNTS and isinstance(value, int) and value >= 0 else None
        remark = None if verdict == "passed" else f"Soda says: {check['outcome'] or 'not evaluated'}"
        examined = {"count": rows, "unit": "rows"}
        self.say(
            type="check", name=self.name(check), claim=claim, level=level, verdict=verdict, examined=examined,
            expected=check["name"], observed=observed, remark=remark,
        )

    def name(self, check):
        plain = re.sub("[^a-z0-9]+", "-", f"{check.get('table') or 'soda'}-{check['name']}".lower()).strip("-")[:58].strip("-")
        name, number = plain, 1
        while name in self.names:
            number += 1
            name = f"{plain}-{number}"
        self.names.add(name)
        return name

    def end(self, remark):
        """Says that the file could not be evaluated, or not all of it."""
        self.say(
            type="check", name="soda-scan", claim="data-readable", level="L3", verdict="inconclusive",
            examined={"count": 0, "unit": "rows"}, remark=remark,
        )
        self.done()

    def done(self):
        self.say(type="done")


def prepare(target, until):
    """What Soda reads from its surroundings: no telemetry, certificates that are verified, a session that only reads."""
    folder = os.path.join(os.environ["HOME"], ".soda")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.yml"), "w") as config:
        config.write("send_anonymous_usage_stats: false\n")
    left = max(1, int(until - time.monotonic()) - 2)
    os.environ["PGSSLROOTCERT"] = target.get("ca_file") or "/etc/ssl/certs/ca-certificates.crt"
    os.environ["PGOPTIONS"] = f"-c default_transaction_read_only=on -c statement_timeout={left}s"


def scan(target, login, file, until):
    """Soda's result, as a dictionary."""
    # It takes a moment to load, which a program without time does not have.
    from soda.scan import Scan

    left = max(2, int((until - time.monotonic()) / 2))
    source = {
        "type": "postgres",
        "host": target["host"],
        "port": str(target["port"]),
        "username": login["user"],
        "password": login["password"],
        "database": target.get("database") or "postgres",
        "connection_timeout": min(10, left),
        "sslmode": ssl_mode(target),
    }
    scan = Scan()
    scan.set_data_source_name("restored")
    # Every JSON is YAML.
    scan.add_configuration_yaml_str(json.dumps({"data_source restored": source}))
    scan.add_sodacl_yaml_file(file)
    scan.execute()
    return scan.get_scan_results()


def row_counts(target, login, tables):
    """How many rows there are in each of the tables: what their checks looked at."""
    if not tables:
        return {}
    import psycopg2
    from psycopg2 import sql

    connection = psycopg2.connect(
        host=target["host"], port=target["port"], user=login["user"], password=login["password"],
        dbname=target.get("database") or "postgres", sslmode=ssl_mode(target), connect_timeout=10,
    )
    counts = {}
    with connection, connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(*table.split("."))))
            counts[table] = cursor.fetchone()[0]
    return counts


def ssl_mode(target):
    return "verify-full" if target["verify_host"] else "verify-ca"


def version():
    from importlib.metadata import version

    return version("soda-core")


main()

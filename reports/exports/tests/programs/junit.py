"""Reads a JUnit XML file and prints its cases as JSON; its counts have to be those of its cases."""

import json
import sys
import xml.etree.ElementTree as ElementTree

root = ElementTree.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites", root.tag
cases = []
for suite in root:
    found = suite.findall("testcase")
    for case in found:
        result = [child.tag for child in case]
        message = case[0].get("message") if len(case) else None
        kind = case[0].get("type") if len(case) else None
        cases.append([suite.get("name"), case.get("name"), result[0] if result else "passed", kind, message])
    of_suite = [case[2] for case in cases if case[0] == suite.get("name")]
    assert int(suite.get("tests")) == len(found)
    assert int(suite.get("failures")) == of_suite.count("failure")
    assert int(suite.get("errors")) == of_suite.count("error")
results = [case[2] for case in cases]
assert int(root.get("tests")) == len(cases)
assert int(root.get("failures")) == results.count("failure")
assert int(root.get("errors")) == results.count("error")
print(json.dumps(cases))

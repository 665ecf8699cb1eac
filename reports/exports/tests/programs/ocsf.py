"""Prints the JSON Schema of OCSF's compliance finding with the profile `cloud`."""

import json

from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

schema = OcsfJsonSchemaEmbedded(get_ocsf_schema(version="1.8.0"))
print(json.dumps(schema.get_class_schema("compliance_finding", ["cloud"])))

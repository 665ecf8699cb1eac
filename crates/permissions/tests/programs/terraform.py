"""Reads the Terraform modules with a parser of their language: terraform.py FOLDER

FOLDER holds what `backproof iam --format terraform` writes, and the same roles as JSON. The policies in the modules must
be the very policies that the JSON has. Whether it is laid out as `terraform fmt` would is not asked here.
"""

import json
import pathlib
import re
import sys

import hcl2

FOLDER = pathlib.Path(sys.argv[1])


def unquoted(value):
    """Values without the parser's quotes, its marks and Terraform's escapes."""
    if isinstance(value, str):
        text = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
        return text.replace("$${", "${").replace('\\"', '"').replace("\\\\", "\\")
    if isinstance(value, list):
        return [unquoted(one) for one in value]
    if isinstance(value, dict):
        return {unquoted(key): unquoted(one) for key, one in value.items() if not key.startswith("__")}
    return value


def encoded(expression):
    """What a `jsonencode(...)` holds."""
    body = re.fullmatch(r"\$?\{?jsonencode\((.*)\)\}?", expression.strip(), re.DOTALL)
    assert body, expression
    return unquoted(hcl2.loads(f"value = {body.group(1)}\n")["value"])


def policies(module):
    for resource in module.get("resource", []):
        for kind, named in unquoted_keys(resource).items():
            for name, body in unquoted_keys(named).items():
                for key in ("policy", "assume_role_policy", "content", "template_body"):
                    if isinstance(body, dict) and str(body.get(key, "")).lstrip("${").startswith("jsonencode("):
                        yield f"{kind}.{name}.{key}", encoded(body[key])


def unquoted_keys(mapping):
    return {key.strip('"'): value for key, value in mapping.items() if not key.startswith("__")}


modules = {path.name: hcl2.loads(path.read_text()) for path in sorted(FOLDER.glob("*.tf"))}
assert len(modules) >= 4, list(modules)
found = {name: dict(policies(module)) for name, module in modules.items()}
compared = 0
for path in sorted(FOLDER.glob("*.json")):
    role = json.loads(path.read_text())
    if ".template." in path.name or "role" not in role:
        continue
    of_account = found[f"backproof-roles-{role['account']}.tf"].values()
    wanted = [*role["policies"], *filter(None, [role.get("trust_policy"), role.get("permissions_boundary")])]
    for policy in wanted:
        compared += 1
        assert policy in of_account, f"{path.name}: {json.dumps(policy)} is not in the module"
for name, policy in json.loads((FOLDER / "backproof-scp.json").read_text()).items():
    compared += 1
    assert policy in found["backproof-scp.tf"].values(), name
print(f"{len(modules)} modules read, {compared} policies are the same")
assert compared > 10

"""Holds the answers of the simulator to botocore's own service models: members, types, enums, errors."""

import json
import sys
import xml.etree.ElementTree

try:
    import boto3
    import botocore.session
except ImportError:
    sys.exit("boto3 is missing: install it with `pip install boto3 awscli`")

# Errors that any operation may answer, whether or not its model says so.
COMMON = {
    "AccessDenied",
    "AccessDeniedException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalFailure",
    "ThrottlingException",
    "UnrecognizedClientException",
    "ValidationError",
    "ValidationException",
}

checked = {}


def session(account, region="eu-central-1"):
    return boto3.session.Session(
        aws_access_key_id=account, aws_secret_access_key="simulated", region_name=region
    )


def client(service, endpoint, account="111122223333", region="eu-central-1", token=None):
    """A client whose every answer is checked before it is parsed."""
    made = boto3.session.Session(
        aws_access_key_id=account,
        aws_secret_access_key="simulated",
        aws_session_token=token,
        region_name=region,
    ).client(service, endpoint_url=endpoint)
    if made.meta.service_model.metadata["protocol"] in ("rest-json", "json"):
        made.meta.events.register(f"before-parse.{service}", check_json)
    elif service in ("rds", "iam", "sns"):
        made.meta.events.register(f"before-parse.{service}", check_xml)
    return made


# Members of RDS that newer models have, and this one does not.
NEWER = {"StorageOperationStatus", "StorageOperationPercentProgress"}


def check_xml(operation_model, response_dict, **_):
    """Holds an answer of the query protocol to the model: elements that it knows, in the types that it says."""
    root = xml.etree.ElementTree.fromstring(response_dict["body"])
    name = operation_model.name
    plain = lambda element: element.tag.rsplit("}")[-1]
    if response_dict["status_code"] >= 300:
        error = {plain(one): one.text for one in root.iter()}
        codes = {shape.metadata["error"]["code"]: shape for shape in operation_model.error_shapes}
        assert error["Code"] in codes or error["Code"].startswith("Invalid"), f"{name} does not declare {error['Code']}"
        if error["Code"] in codes:
            status = codes[error["Code"]].metadata["error"]["httpStatusCode"]
            assert response_dict["status_code"] == status, f"{error['Code']}: {response_dict['status_code']}"
    elif operation_model.output_shape is not None:
        [result] = [one for one in root if plain(one) == f"{name}Result"]
        check_element(operation_model.output_shape, result, name, plain)
    checked[name] = checked.get(name, 0) + 1


def check_element(shape, element, where, plain):
    kind = shape.type_name
    if kind == "structure":
        names = [plain(one) for one in element]
        assert len(set(names)) == len(names), f"{where}: {names}"
        for one in element:
            if plain(one) not in NEWER:
                assert plain(one) in shape.members, f"{where} has an element that the model does not know: {plain(one)}"
                check_element(shape.members[plain(one)], one, f"{where}.{plain(one)}", plain)
    elif kind == "list":
        expected = shape.member.serialization.get("name", "member")
        for one in element:
            assert plain(one) == expected, f"{where} holds {plain(one)} instead of {expected}"
            check_element(shape.member, one, f"{where}[]", plain)
    elif kind == "boolean":
        assert element.text in ("true", "false"), f"{where}: {element.text!r}"
    elif kind in ("integer", "long"):
        int(element.text)
    elif kind == "timestamp":
        assert element.text.endswith("Z"), f"{where}: {element.text!r}"
    else:
        assert kind == "string" and len(element) == 0, f"{where}: {kind} is not checked"


def check_json(operation_model, response_dict, **_):
    name = operation_model.name
    body = json.loads(response_dict["body"]) if response_dict["body"] else {}
    if response_dict["status_code"] >= 300:
        check_error(operation_model, response_dict, body)
    elif operation_model.output_shape is None:
        assert body == {}, f"{name}: {body} where the model has no output"
    else:
        check_shape(operation_model.output_shape, body, name)
    checked[name] = checked.get(name, 0) + 1


def check_error(operation_model, response_dict, body):
    header = response_dict["headers"].get("x-amzn-errortype")
    code = (header or body.get("__type") or body.get("Code")).split("#")[-1]
    shapes = {shape.name: shape for shape in operation_model.error_shapes}
    assert code in shapes or code in COMMON, f"{operation_model.name} does not declare {code}"
    if code in shapes:
        members = {name: value for name, value in body.items() if name != "__type"}
        check_shape(shapes[code], members, code, lower_message=True)


def check_shape(shape, value, where, lower_message=False):
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{where}: {value!r} is no structure"
        members = {m.serialization.get("name", name): m for name, m in shape.members.items()}
        if lower_message and "Message" not in members:
            members.update({"message": m for n, m in members.items() if n.lower() == "message"})
        for name, inner in value.items():
            if lower_message and name.lower() == "message":
                assert isinstance(inner, str), f"{where}.{name}: {inner!r}"
                continue
            assert name in members, f"{where} has a member that the model does not know: {name}"
            check_shape(members[name], inner, f"{where}.{name}")
        for name in shape.required_members:
            assert name in value, f"{where} lacks {name}"
    elif kind == "list":
        assert isinstance(value, list), f"{where}: {value!r} is no list"
        for inner in value:
            check_shape(shape.member, inner, f"{where}[]")
    elif kind == "map":
        assert isinstance(value, dict), f"{where}: {value!r} is no map"
        for key, inner in value.items():
            check_shape(shape.value, inner, f"{where}[{key}]")
    elif kind in ("string", "blob", "character"):
        assert isinstance(value, str), f"{where}: {value!r} is no string"
        if getattr(shape, "enum", None):
            assert value in shape.enum, f"{where}: {value!r} is none of {shape.enum}"
    elif kind == "timestamp":
        assert isinstance(value, (int, float)) and not isinstance(value, bool), f"{where}: {value!r}"
    elif kind in ("integer", "long"):
        assert isinstance(value, int) and not isinstance(value, bool), f"{where}: {value!r}"
    elif kind in ("double", "float"):
        assert isinstance(value, (int, float)), f"{where}: {value!r}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{where}: {value!r}"
    else:
        raise AssertionError(f"{where}: shape {kind} is not checked")


def code_of(call, **arguments):
    """The code of the error that a call must meet."""
    try:
        answer = call(**arguments)
    except Exception as error:  # botocore makes the classes as it goes
        if not hasattr(error, "response"):
            raise
        return error.response["Error"]["Code"]
    raise AssertionError(f"no error, but {answer}")

//! Answers and errors as HTTP responses, per protocol.
//!
//! Source: the AWS Smithy protocol pages (`restJson1`, `awsJson1_0`, `awsJson1_1`, `awsQuery`,
//! `ec2Query`) and what botocore parses.

use bytes::Bytes;
use http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Body, Fault, Protocol, Service, Xml};

/// The response to a call that the service served.
pub fn render_answer(service: Service, operation: &str, answer: Answer, request_id: &str) -> Response<Bytes> {
    let (content_type, body) = match answer.body {
        Body::Empty => (json_type(service.protocol()), Vec::new()),
        Body::Json(bytes) => (json_type(service.protocol()), bytes),
        Body::Xml(members) => ("text/xml;charset=UTF-8", envelope(service, operation, &members, request_id)),
    };
    response(answer.status, content_type, body, request_id, None)
}

/// The response to a call that the service refuses.
pub fn render_error(service: Service, error: &ApiError, request_id: &str) -> Response<Bytes> {
    let protocol = service.protocol();
    match protocol {
        Protocol::RestJson => {
            let mut members = error.members.clone();
            let fault = match error.fault {
                Fault::Client => "Client",
                Fault::Server => "Server",
            };
            members.extend(object(&json!({ "Code": error.code, "Message": error.message, "Type": fault })));
            let header = Some(error.code.as_str());
            response(error.status, json_type(protocol), Value::Object(members).to_string().into(), request_id, header)
        }
        Protocol::Json10 => {
            let mut members = error.members.clone();
            members.extend(object(&json!({ "__type": dynamodb_type(&error.code), "message": error.message })));
            response(error.status, json_type(protocol), Value::Object(members).to_string().into(), request_id, None)
        }
        Protocol::Json11 => {
            let mut members = error.members.clone();
            members.extend(object(&json!({ "__type": error.code, "message": error.message })));
            response(error.status, json_type(protocol), Value::Object(members).to_string().into(), request_id, None)
        }
        Protocol::Query => {
            let fault = match error.fault {
                Fault::Client => "Sender",
                Fault::Server => "Receiver",
            };
            let inner = Xml::new().with("Type", fault).with("Code", &error.code).with("Message", &error.message);
            let members = Xml::new().with_inner("Error", &inner).with("RequestId", request_id);
            let text = root("ErrorResponse", service.xml_namespace(), &members);
            response(error.status, "text/xml;charset=UTF-8", text, request_id, None)
        }
        Protocol::Ec2 => {
            let inner = Xml::new().with("Code", &error.code).with("Message", &error.message);
            let errors = Xml::new().with_inner("Error", &inner);
            let members = Xml::new().with_inner("Errors", &errors).with("RequestID", request_id);
            let text = root("Response", "", &members);
            response(error.status, "text/xml;charset=UTF-8", text, request_id, None)
        }
    }
}

fn json_type(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::RestJson => "application/json",
        Protocol::Json10 => "application/x-amz-json-1.0",
        Protocol::Json11 => "application/x-amz-json-1.1",
        Protocol::Query | Protocol::Ec2 => "text/xml;charset=UTF-8",
    }
}

/// DynamoDB writes its own errors with its namespace and those of the framework around it with the framework's.
fn dynamodb_type(code: &str) -> String {
    let namespace = match code {
        "ValidationException" | "ThrottlingException" => "com.amazon.coral.validate",
        "AccessDeniedException"
        | "ExpiredTokenException"
        | "UnrecognizedClientException"
        | "InternalFailure"
        | "UnknownOperationException"
        | "SerializationException" => "com.amazon.coral.service",
        _ => "com.amazonaws.dynamodb.v20120810",
    };
    format!("{namespace}#{code}")
}

fn envelope(service: Service, operation: &str, members: &Xml, request_id: &str) -> Vec<u8> {
    let members = match service.protocol() {
        Protocol::Ec2 => {
            let mut all = Xml::new().with("requestId", request_id);
            all.append(members);
            all
        }
        Protocol::Query | Protocol::RestJson | Protocol::Json10 | Protocol::Json11 => {
            let metadata = Xml::new().with("RequestId", request_id);
            Xml::new().with_inner(&format!("{operation}Result"), members).with_inner("ResponseMetadata", &metadata)
        }
    };
    root(&format!("{operation}Response"), service.xml_namespace(), &members)
}

fn root(name: &str, namespace: &str, members: &Xml) -> Vec<u8> {
    let attribute = if namespace.is_empty() { String::new() } else { format!(" xmlns=\"{namespace}\"") };
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    format!("{declaration}<{name}{attribute}>{}</{name}>", members.as_str()).into_bytes()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn response(
    status: u16,
    content_type: &str,
    body: Vec<u8>,
    request_id: &str,
    error_type: Option<&str>,
) -> Response<Bytes> {
    let mut builder = Response::builder()
        .status(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        .header("content-type", content_type)
        .header("x-amzn-requestid", request_id);
    if let Some(code) = error_type {
        builder = builder.header("x-amzn-errortype", code);
    }
    if content_type == json_type(Protocol::Json10) {
        // DynamoDB's clients compare this checksum with the body where it is sent.
        builder = builder.header("x-amz-crc32", crc32fast::hash(&body));
    }
    let body = Bytes::from(body);
    builder.body(body.clone()).unwrap_or_else(|_| Response::new(body))
}

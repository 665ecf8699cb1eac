//! Answers that arrive, but not as they should.

use bytes::Bytes;
use http::{Response, header};
use serde_json::{Value, json};

use crate::backup::paging;
use crate::request::{Incoming, Input, NotJson};
use crate::wire::{Answer, ApiError, Body, Protocol, Service};

/// HTTP 500, in the service's own words.
pub(crate) fn server_error(service: Service) -> ApiError {
    let mut error = ApiError::internal("An internal error occurred. Retry your request.");
    match service.protocol() {
        Protocol::RestJson => {
            "ServiceUnavailableException".clone_into(&mut error.code);
        }
        Protocol::Json10 | Protocol::Json11 => "InternalServerError".clone_into(&mut error.code),
        Protocol::Query => {}
        Protocol::Ec2 => "InternalError".clone_into(&mut error.code),
    }
    error
}

/// Keeps half of the body.
pub(crate) fn truncate(response: &mut Response<Bytes>) {
    let half = response.body().len() / 2;
    response.body_mut().truncate(half);
    response.headers_mut().remove(header::CONTENT_LENGTH);
}

/// Has a listing lead back to the page that was asked for. Answers that are no listings stay as they are.
pub(crate) fn repeat_page_token(answer: &mut Answer, incoming: &Incoming) {
    match &mut answer.body {
        Body::Empty => {}
        Body::Json(bytes) => {
            let Ok(mut members) = serde_json::from_slice::<Value>(bytes) else { return };
            if let Some((name, token)) = token_again(incoming) {
                members[name] = token;
                *bytes = members.to_string().into_bytes();
            }
        }
        Body::Xml(members) => {
            let Input::Form(params) = &incoming.input else { return };
            let is_listing = incoming.service == Service::Rds && incoming.operation.starts_with("Describe");
            if is_listing && !members.as_str().contains("<Marker>") {
                members.push("Marker", params.get("Marker").unwrap_or(crate::rds::FIRST_MARKER));
            }
        }
    }
}

/// Has a page of AWS Backup begin one result earlier or later than its token says. First pages stay as they are.
pub(crate) fn move_page(incoming: &mut Incoming, earlier: bool) {
    let operation = incoming.operation.clone();
    let Input::Rest { query, .. } = &mut incoming.input else { return };
    let Some(place) = query.get("nextToken").and_then(|token| paging::place(&operation, token)) else { return };
    let moved = if earlier { place.saturating_sub(1) } else { place + 1 };
    query.set("nextToken", paging::token(&operation, moved));
}

/// The member that leads on from a page, and the value that leads to the page that was asked for.
fn token_again(incoming: &Incoming) -> Option<(&'static str, Value)> {
    match (&incoming.input, incoming.service) {
        (Input::Rest { query, .. }, _) if incoming.operation.starts_with("List") => {
            let first = || crate::backup::paging::token(&incoming.operation, 0);
            Some(("NextToken", json!(query.get("nextToken").map_or_else(first, str::to_owned))))
        }
        (Input::Json(Ok(body)), Service::Logs) if incoming.operation.starts_with("Describe") => {
            // Every name comes after this one.
            Some(("nextToken", body.get("nextToken").cloned().unwrap_or(json!("/"))))
        }
        (Input::Json(Ok(body)), Service::SecretsManager) if incoming.operation.starts_with("List") => {
            Some(("NextToken", body.get("NextToken").cloned().unwrap_or(json!("0"))))
        }
        (Input::Json(Ok(body)), Service::CloudTrail) if incoming.operation == "LookupEvents" => {
            Some(("NextToken", crate::cloudtrail::first_page(body["NextToken"].as_str())))
        }
        (Input::Json(Ok(body)), _) => Some(("LastEvaluatedKey", body.get("ExclusiveStartKey").cloned()?)),
        (Input::Rest { .. } | Input::Json(Err(NotJson)) | Input::Form(_), _) => None,
    }
}

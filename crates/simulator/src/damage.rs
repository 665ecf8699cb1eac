//! Answers that arrive, but not as they should.

use bytes::Bytes;
use http::{Response, header};
use serde_json::{Value, json};

use crate::request::{Incoming, Input};
use crate::wire::{Answer, ApiError, Body, Protocol, Service};

/// HTTP 500, in the service's own words.
pub(crate) fn server_error(service: Service) -> ApiError {
    let mut error = ApiError::internal("An internal error occurred. Retry your request.");
    match service.protocol() {
        Protocol::RestJson => {
            "ServiceUnavailableException".clone_into(&mut error.code);
        }
        Protocol::Json10 => "InternalServerError".clone_into(&mut error.code),
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
    let Body::Json(bytes) = &mut answer.body else { return };
    let Ok(mut members) = serde_json::from_slice::<Value>(bytes) else { return };
    match &incoming.input {
        Input::Rest { query, .. } if incoming.operation.starts_with("List") => {
            let first = || crate::backup::paging::token(&incoming.operation, 0);
            let token = query.get("nextToken").map_or_else(first, str::to_owned);
            members["NextToken"] = json!(token);
        }
        Input::Json(Ok(body)) => {
            let Some(key) = body.get("ExclusiveStartKey") else { return };
            members["LastEvaluatedKey"] = key.clone();
        }
        Input::Rest { .. } | Input::Json(_) | Input::Form(_) => return,
    }
    *bytes = members.to_string().into_bytes();
}

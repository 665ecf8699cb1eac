//! What a request asks, read from how it is sent.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use backproof_model::canonical::sha256_hex;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::known::Known;

/// The parameters of a request by name, wherever the protocol puts them: path, query string, form or JSON body.
pub(super) fn parameters(request: &HttpRequest, known: &Known) -> Value {
    let (path, query) = path_and_query(request.uri());
    let body = request.body().bytes().unwrap_or_default();
    let mut parameters = Map::new();
    if let Some(template) = known.path {
        let parts = path.trim_matches('/').split('/');
        for (name, part) in template.split('/').zip(parts) {
            if let Some(label) = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                parameters.insert(label.to_owned(), decoded(part).into());
            }
        }
        parameters.extend(form(query));
    }
    let is_form = request.headers().get("content-type").is_some_and(|kind| kind.contains("form-urlencoded"));
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => parameters.extend(members),
        Ok(_) | Err(_) if is_form => {
            let fields = form(std::str::from_utf8(body).unwrap_or_default());
            parameters.extend(fields.filter(|(name, _)| name != "Action" && name != "Version"));
        }
        Ok(_) | Err(_) => {}
    }
    Value::Object(parameters)
}

/// A digest of everything that makes one question differ from another.
pub(super) fn digest(request: &HttpRequest) -> String {
    let (path, query) = path_and_query(request.uri());
    let mut whole = format!("{} {path}?{query}\n", request.method()).into_bytes();
    whole.extend_from_slice(request.body().bytes().unwrap_or_default());
    sha256_hex(whole)
}

/// Of a whole address or of one without a host.
fn path_and_query(uri: &str) -> (&str, &str) {
    let after_scheme = uri.split_once("://").map_or(uri, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..]));
    after_scheme.split_once('?').unwrap_or((after_scheme, ""))
}

fn form(text: &str) -> impl Iterator<Item = (String, Value)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")).into())
    })
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

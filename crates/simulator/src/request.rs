//! One HTTP request as a call of an operation: which service, which operation, which parameters.

use bytes::Bytes;
use http::{HeaderMap, Request};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::backup::routes;
use crate::sign_in::{self, Scope};
use crate::wire::{Params, Service};

/// A request that has been read.
#[derive(Clone, Debug)]
pub(crate) struct Incoming {
    /// The service that is called.
    pub service: Service,
    /// The operation's name; empty where the request fits none.
    pub operation: String,
    /// What the signature says.
    pub scope: Scope,
    /// What the operation is asked.
    pub input: Input,
}

/// The parameters of a call, as its protocol carries them.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// REST-JSON: labels of the path, query string, JSON body.
    Rest {
        /// The path's labels, decoded.
        labels: Vec<String>,
        /// The query string.
        query: Params,
        /// The body; null where there is none. An error where it is not JSON.
        body: Result<Value, NotJson>,
    },
    /// JSON: the body.
    Json(Result<Value, NotJson>),
    /// Query protocols: the form.
    Form(Params),
}

/// The body is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson;

/// Reads a request. Nothing is refused here: what fits no operation has an empty one.
pub(crate) fn read(request: &Request<Bytes>) -> Incoming {
    let scope = sign_in::scope(request.headers());
    let form = || Params::parse(&String::from_utf8_lossy(request.body()));
    let signed = scope.service.as_deref().and_then(Service::named);
    let service = signed.unwrap_or_else(|| guessed(request.headers(), &form()));
    let (operation, input) = match service {
        Service::Backup => rest(request),
        Service::DynamoDb
        | Service::Logs
        | Service::SecretsManager
        | Service::Ssm
        | Service::Kms
        | Service::ServiceQuotas
        | Service::CloudTrail => {
            let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok());
            let operation = target.and_then(|target| target.rsplit('.').next()).unwrap_or_default();
            (operation.to_owned(), Input::Json(json(request.body())))
        }
        Service::Sts | Service::Rds | Service::Ec2 | Service::Iam | Service::Sns => {
            let form = match request.uri().query() {
                Some(query) if request.body().is_empty() => Params::parse(query),
                Some(_) | None => form(),
            };
            (form.get("Action").unwrap_or_default().to_owned(), Input::Form(form))
        }
    };
    Incoming { service, operation, scope, input }
}

/// The service of a request that is not signed.
fn guessed(headers: &HeaderMap, form: &Params) -> Service {
    if let Some(target) = headers.get("x-amz-target") {
        return match target.to_str().unwrap_or_default().split('.').next() {
            Some("Logs_20140328") => Service::Logs,
            Some("secretsmanager") => Service::SecretsManager,
            Some("AmazonSSM") => Service::Ssm,
            Some("TrentService") => Service::Kms,
            Some("ServiceQuotasV20190624") => Service::ServiceQuotas,
            Some("CloudTrail_20131101") => Service::CloudTrail,
            Some(_) | None => Service::DynamoDb,
        };
    }
    match form.get("Version") {
        Some("2011-06-15") => Service::Sts,
        Some("2014-10-31") => Service::Rds,
        Some("2010-05-08") => Service::Iam,
        Some("2010-03-31") => Service::Sns,
        Some("2016-11-15") => Service::Ec2,
        Some(_) | None => Service::Backup,
    }
}

fn rest(request: &Request<Bytes>) -> (String, Input) {
    let query = Params::parse(request.uri().query().unwrap_or_default());
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    // The CLI ends some paths with a slash where the Rust SDK does not; ARNs are one label, percent-encoded.
    let path = request.uri().path().trim_matches('/');
    let parts: Vec<String> = path.split('/').map(decoded).collect();
    let (operation, labels) = routes::operation(request.method(), &parts).unwrap_or_default();
    (operation.to_owned(), Input::Rest { labels, query, body: json(request.body()) })
}

fn json(body: &Bytes) -> Result<Value, NotJson> {
    if body.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(body).map_err(|_| NotJson) }
}

//! A hand-written AWS: a function from requests to answers, that keeps what was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials, HttpKind, InMemoryAws, Lost, SandboxRole, SourceRole};
use backproof_clock::{Clock, VirtualClock, VirtualRuntime};
use backproof_cloud::SandboxConfig;
use backproof_model::{AccountId, Region};
use bytes::Bytes;

pub(crate) const SOURCE: &str = "111122223333";
pub(crate) const SANDBOX: &str = "999988887777";
pub(crate) const START: &str = "2026-01-01T00:00:00Z";

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    /// Path and query, as they were sent.
    pub(crate) uri: String,
    pub(crate) host: String,
    /// `X-Amz-Target` of JSON services.
    pub(crate) target: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

/// What to answer.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Body {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    Lost(Lost),
    /// Nothing, for ever.
    Silence,
}

pub(crate) fn ok(body: impl Into<String>) -> Reply {
    Reply::Body { status: 200, headers: Vec::new(), body: body.into() }
}

/// An error as AWS Backup gives it.
pub(crate) fn rest_error(status: u16, code: &str, message: &str) -> Reply {
    let headers = vec![("x-amzn-errortype", code.to_owned()), ("x-amzn-requestid", "req-1".to_owned())];
    Reply::Body { status, headers, body: format!(r#"{{"Message":"{message}"}}"#) }
}

/// An error as DynamoDB gives it.
pub(crate) fn json_error(status: u16, code: &str, message: &str) -> Reply {
    let headers = vec![("x-amzn-requestid", "req-1".to_owned())];
    let body = format!(r#"{{"__type":"com.amazonaws.dynamodb.v20120810#{code}","message":"{message}"}}"#);
    Reply::Body { status, headers, body }
}

/// An error as STS and RDS give it.
pub(crate) fn query_error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>req-1</RequestId></ErrorResponse>"
    );
    Reply::Body { status, headers: vec![("x-amzn-requestid", "req-1".to_owned())], body }
}

/// An error as EC2 gives it.
pub(crate) fn ec2_error(status: u16, code: &str, message: &str) -> Reply {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>\
         <RequestID>req-1</RequestID></Response>"
    );
    Reply::Body { status, headers: vec![("x-amzn-requestid", "req-1".to_owned())], body }
}

pub(crate) fn caller_identity(account: &str) -> Reply {
    ok(format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::{account}:assumed-role/r/s</Arn>\
         <UserId>x</UserId><Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    ))
}

/// The answer to `AssumeRole`: keys that name their number, ending an hour after `now`.
pub(crate) fn session(number: usize, now: jiff::Timestamp) -> Reply {
    let end = now + jiff::SignedDuration::from_hours(1);
    ok(format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIA{number}</AccessKeyId>\
         <SecretAccessKey>very-secret</SecretAccessKey><SessionToken>t</SessionToken><Expiration>{end}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    ))
}

type Script = dyn Fn(usize, &Seen) -> Reply + Send + Sync;

/// Answers by a function of how many requests came before, and of the request.
pub(crate) struct Double {
    script: Box<Script>,
    seen: Mutex<Vec<Seen>>,
}

impl Double {
    pub(crate) fn new(script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self { script: Box::new(script), seen: Mutex::default() })
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What was asked, without questions after our identity.
    pub(crate) fn asked(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| !seen.body.contains("GetCallerIdentity")).collect()
    }
}

#[async_trait]
impl InMemoryAws for Double {
    async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
        let header = |name: &str| {
            request.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let seen = Seen {
            method: request.method().to_string(),
            uri: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
            host: request.uri().host().unwrap_or_default().to_owned(),
            target: header("x-amz-target"),
            authorization: header("authorization"),
            body: String::from_utf8(request.body().to_vec()).unwrap(),
        };
        let number = {
            let mut all = self.seen.lock().unwrap();
            all.push(seen.clone());
            all.len() - 1
        };
        match (self.script)(number, &seen) {
            Reply::Lost(lost) => Err(lost),
            Reply::Silence => std::future::pending().await,
            Reply::Body { status, headers, body } => {
                let mut answer = http::Response::builder().status(status);
                for (name, value) in headers {
                    answer = answer.header(name, value);
                }
                Ok(answer.body(Bytes::from(body)).unwrap())
            }
        }
    }
}

/// A runtime in virtual time with its clock.
pub(crate) fn runtime() -> (VirtualRuntime, VirtualClock) {
    let runtime = VirtualRuntime::starting_at(START.parse().unwrap()).unwrap();
    let clock = runtime.clock();
    (runtime, clock)
}

/// Seconds of virtual time since the start.
pub(crate) fn passed(clock: &VirtualClock) -> Duration {
    Duration::try_from(clock.now().duration_since(START.parse().unwrap())).unwrap()
}

pub(crate) fn config(double: &Arc<Double>, clock: &VirtualClock) -> AwsConfig {
    let account = |id: &str| id.parse::<AccountId>().unwrap();
    let mut config = AwsConfig::new(Arc::new(clock.clone()));
    config.credentials =
        BaseCredentials::Fixed { access_key_id: SOURCE.into(), secret_access_key: "very-secret".into() };
    config.http = HttpKind::InMemory(double.clone());
    config.max_attempts = 3;
    config.sources =
        vec![SourceRole { account: account(SOURCE), role_arn: None, external_id: None, copy_caller_role_arn: None }];
    config.sandbox = Some(SandboxRole {
        config: SandboxConfig {
            account: account(SANDBOX),
            regions: vec![region(), "eu-west-1".parse().unwrap()],
            sources: [account(SOURCE)].into(),
            protected: [].into(),
            same_account: None,
        },
        role_arn: None,
        sweep_role_arn: None,
        external_id: None,
    });
    config
}

pub(crate) fn region() -> Region {
    "eu-central-1".parse().unwrap()
}

pub(crate) fn source() -> AccountId {
    SOURCE.parse().unwrap()
}

/// AWS that says it is `account` and otherwise answers by `script`, and a way to it.
pub(crate) fn cloud_of(
    account: &'static str,
    clock: &VirtualClock,
    script: impl Fn(usize, &Seen) -> Reply + Send + Sync + 'static,
) -> (AwsCloud, Arc<Double>) {
    let others = Mutex::new(0);
    let double = Double::new(move |_, seen| {
        if seen.body.contains("GetCallerIdentity") {
            return caller_identity(account);
        }
        let mut others = others.lock().unwrap();
        *others += 1;
        script(*others - 1, seen)
    });
    (AwsCloud::new(config(&double, clock)), double)
}

//! A session: credentials of one account in one Region, the SDK clients that use them, and the way each call takes.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_backup::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use backproof_clock::SharedClock;
use backproof_cloud::{CallError, Sandbox, Trouble};
use backproof_model::{AccountId, Region};

use crate::assume_role::Kept;
use crate::counting::Calls;
use crate::errors::{call_error, credentials_error, naming};
use crate::rates::Gate;
use crate::raw::{Listener, Recording};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long one attempt may take in all.
const ATTEMPT: Duration = Duration::from_mins(1);
/// How long one attempt may take where a megabyte of items comes back.
const LONG_ATTEMPT: Duration = Duration::from_mins(5);

/// The time limits of ordinary calls.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(ATTEMPT).build()
}

/// The time limits of calls that bring back much.
fn long_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).operation_attempt_timeout(LONG_ATTEMPT).build()
}

/// What all clients of one [`crate::AwsCloud`] have in common.
#[derive(Clone, Debug)]
pub(crate) struct Common {
    /// Counts what is sent.
    pub(crate) calls: Calls,
    /// The budget of retries; its own, so that another [`crate::AwsCloud`] of this process cannot use it up.
    pub(crate) retries: RetryPartition,
    /// The endpoint that wins over all others.
    pub(crate) endpoint_url: Option<String>,
    /// What to say to somebody who is not signed in.
    pub(crate) sign_in_hint: Option<String>,
    /// Who keeps answers as they came.
    pub(crate) listener: Listener,
    clock: SharedClock,
}

impl Common {
    pub(crate) fn new(endpoint_url: Option<String>, sign_in_hint: Option<String>, clock: SharedClock) -> Self {
        let retries = RetryPartition::custom("backproof").token_bucket(TokenBucket::new(500)).build();
        let (calls, listener) = (Calls::default(), Listener::default());
        Self { calls, retries, endpoint_url, sign_in_hint, listener, clock }
    }

    /// What shows the answers of a client to whoever keeps them.
    fn recording(&self, place: Option<(AccountId, Region)>) -> Recording {
        Recording { listener: self.listener.clone(), clock: self.clock.clone(), place }
    }

    /// The endpoint in the place of AWS's own: ours, else that of environment or profile.
    pub(crate) fn endpoint_of(&self, config: &SdkConfig) -> Option<String> {
        self.endpoint_url.clone().or_else(|| config.endpoint_url().map(str::to_owned))
    }
}

/// Makes a client of one service: our counting, retries and endpoint on top of `config`.
macro_rules! client {
    ($service:ident, $config:expr, $common:expr, $gate:expr, $place:expr) => {{
        let counting = $crate::counting::Counting { calls: $common.calls.clone(), gate: $gate };
        let mut builder = $service::config::Builder::from($config)
            .interceptor(counting)
            .interceptor($common.recording($place))
            .retry_partition($common.retries.clone());
        if let Some(url) = &$common.endpoint_url {
            builder = builder.endpoint_url(url);
        }
        $service::Client::from_conf(builder.build())
    }};
}

/// Makes a client of STS alone, for the base credentials.
pub(crate) fn sts_client(config: &SdkConfig, common: &Common) -> aws_sdk_sts::Client {
    client!(aws_sdk_sts, config, common, None, None)
}

/// Makes a client of S3. Checksums are sent and asked for where they are wanted; the SDK adds and judges none.
fn s3_client(config: &SdkConfig, common: &Common, gate: Arc<Gate>) -> aws_sdk_s3::Client {
    let counting = crate::counting::Counting { calls: common.calls.clone(), gate: Some(gate) };
    let mut builder = aws_sdk_s3::config::Builder::from(config)
        .interceptor(counting)
        .retry_partition(common.retries.clone())
        .request_checksum_calculation(aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(aws_sdk_s3::config::ResponseChecksumValidation::WhenRequired);
    // Buckets have host names of their own at AWS alone.
    if common.endpoint_of(config).is_some() {
        builder = builder.force_path_style(true);
    }
    if let Some(url) = &common.endpoint_url {
        builder = builder.endpoint_url(url);
    }
    aws_sdk_s3::Client::from_conf(builder.build())
}

/// Credentials of one account in one Region, with clients of the services that are used there.
#[derive(Debug)]
pub(crate) struct Session {
    /// The account that these credentials should belong to.
    pub(crate) account: AccountId,
    /// The Region that is asked.
    pub(crate) region: Region,
    pub(crate) backup: aws_sdk_backup::Client,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    /// DynamoDB with time for large answers.
    pub(crate) dynamodb_scans: aws_sdk_dynamodb::Client,
    pub(crate) ec2: aws_sdk_ec2::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    /// CloudWatch Logs.
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    /// Service Quotas.
    pub(crate) quotas: aws_sdk_servicequotas::Client,
    pub(crate) rds: aws_sdk_rds::Client,
    /// S3, with time for large parts.
    pub(crate) s3: aws_sdk_s3::Client,
    /// Secrets Manager.
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
    pub(crate) sns: aws_sdk_sns::Client,
    pub(crate) sts: aws_sdk_sts::Client,
    /// CloudTrail.
    pub(crate) trails: aws_sdk_cloudtrail::Client,
    /// What the clients were made of, for what is signed without being sent.
    pub(crate) config: SdkConfig,
    /// The endpoint in the place of AWS's own.
    pub(crate) endpoint_url: Option<String>,
    credentials: Kept,
    gate: Arc<Gate>,
    sign_in_hint: Option<String>,
}

impl Session {
    /// A session with the credentials that `config` holds, which are also `credentials`.
    pub(crate) fn new(
        account: AccountId,
        region: Region,
        config: &SdkConfig,
        credentials: Kept,
        common: &Common,
        gate: Arc<Gate>,
    ) -> Self {
        let scans = config.to_builder().timeout_config(long_timeouts()).build();
        let place = || Some((account.clone(), region.clone()));
        Self {
            backup: client!(aws_sdk_backup, config, common, Some(gate.clone()), place()),
            dynamodb: client!(aws_sdk_dynamodb, config, common, Some(gate.clone()), place()),
            dynamodb_scans: client!(aws_sdk_dynamodb, &scans, common, Some(gate.clone()), place()),
            ec2: client!(aws_sdk_ec2, config, common, Some(gate.clone()), place()),
            iam: client!(aws_sdk_iam, config, common, Some(gate.clone()), place()),
            kms: client!(aws_sdk_kms, config, common, Some(gate.clone()), place()),
            logs: client!(aws_sdk_cloudwatchlogs, config, common, Some(gate.clone()), place()),
            quotas: client!(aws_sdk_servicequotas, config, common, Some(gate.clone()), place()),
            rds: client!(aws_sdk_rds, config, common, Some(gate.clone()), place()),
            s3: s3_client(&scans, common, gate.clone()),
            secrets: client!(aws_sdk_secretsmanager, config, common, Some(gate.clone()), place()),
            sns: client!(aws_sdk_sns, config, common, Some(gate.clone()), place()),
            sts: client!(aws_sdk_sts, config, common, Some(gate.clone()), place()),
            trails: client!(aws_sdk_cloudtrail, config, common, Some(gate.clone()), place()),
            config: config.clone(),
            endpoint_url: common.endpoint_of(config),
            credentials,
            gate,
            sign_in_hint: common.sign_in_hint.clone(),
            account,
            region,
        }
    }

    /// Waits for its turn, sends, and puts an error into our words. `call` is `service:Operation`.
    pub(crate) async fn call<T, E>(
        &self,
        call: &'static str,
        send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, CallError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        self.gate.pass(call).await;
        let error = match send.await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        Err(self.explained(call_error(call, &error)).await)
    }

    /// The credentials that calls are signed with now, for `call`, which the SDK does not send.
    pub(crate) async fn credentials(&self, call: &'static str) -> Result<Credentials, CallError> {
        match self.credentials.credentials().await {
            Ok(credentials) => Ok(credentials),
            Err(error) => Err(self.explained(credentials_error(call, error)).await),
        }
    }

    /// Says which endpoint gave no answer, and what to do for somebody who is not signed in.
    async fn explained(&self, error: CallError) -> CallError {
        let mut error = naming(error, self.endpoint_url.as_deref());
        if error.trouble == Trouble::SignedOut {
            self.credentials.forget().await;
            if let Some(hint) = &self.sign_in_hint {
                error.message = format!("{}; {hint}", error.message);
            }
        }
        error
    }

    /// Refuses a call that changes something unless this session is in the sandbox that the proof is of.
    pub(crate) fn must_be(&self, sandbox: &Sandbox, call: &str) -> Result<(), CallError> {
        if sandbox.account() == &self.account && sandbox.region() == &self.region {
            return Ok(());
        }
        let message = format!(
            "not sent: the proof of sandbox is of account {} in {}, but this session is of {} in {}",
            sandbox.account(),
            sandbox.region(),
            self.account,
            self.region
        );
        Err(CallError { call: call.to_owned(), trouble: Trouble::Denied, code: None, message, request_id: None })
    }
}

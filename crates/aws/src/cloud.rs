//! [`AwsCloud`]: sessions in the accounts of the plan, made when they are asked for and kept.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_config::BehaviorVersion;
use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use backproof_cloud::{
    BucketAddress, CallError, Caller, CallerIdentity, Cloud, CopyOut, Inspection, NotTheSandbox, ObjectArchive, Party,
    RawAnswers, ReadTables, Sandbox, SandboxAccess, SourceAccess, Trouble,
};
use backproof_model::{AccountId, Region};
use tokio::sync::{Mutex, OnceCell};

use crate::assume_role::{Kept, Role};
use crate::backups::Backups;
use crate::config::{AwsConfig, BaseCredentials, HttpKind};
use crate::databases::Databases;
use crate::event_history::EventHistory;
use crate::identity::{Identity, caller, verify};
use crate::lending::Lending;
use crate::network::Network;
use crate::objects::Bucket;
use crate::rates::Rates;
use crate::restores::Restores;
use crate::session::{Common, Session, sts_client, timeouts};
use crate::tables::Tables;
use crate::time::SdkTime;

/// The way to AWS by its SDK.
pub struct AwsCloud {
    config: AwsConfig,
    http: SharedHttpClient,
    common: Common,
    rates: Rates,
    base: OnceCell<Base>,
    sessions: Mutex<HashMap<SessionKey, Arc<Session>>>,
}

/// An account, a Region, and the role that leads there, if one does.
type SessionKey = (AccountId, Region, Option<String>);

/// Where all sessions start.
#[derive(Clone)]
struct Base {
    config: SdkConfig,
    credentials: Kept,
}

impl AwsCloud {
    /// The way to AWS that `config` describes. Nothing is read or sent before the first call.
    pub fn new(config: AwsConfig) -> Self {
        let http = crate::http::client(&config.http, &config.clock);
        let common = Common::new(config.endpoint_url.clone(), sign_in_hint(&config.credentials), config.clock.clone());
        let rates = Rates::new(config.rate_limits, config.clock.clone());
        Self { config, http, common, rates, base: OnceCell::new(), sessions: Mutex::default() }
    }

    /// Who the base credentials are, before any role is assumed.
    ///
    /// # Errors
    /// Fails where nobody is signed in, or STS does not answer.
    pub async fn base_caller(&self, region: &Region) -> Result<Caller, CallError> {
        let base = self.base(region).await;
        let sts = sts_client(&in_region(&base.config, region), &self.common);
        let answer = sts.get_caller_identity().send().await.map_err(|error| {
            let error = crate::errors::call_error("sts:GetCallerIdentity", &error);
            let mut error = crate::errors::naming(error, self.common.endpoint_of(&base.config).as_deref());
            if let (Trouble::SignedOut, Some(hint)) = (error.trouble, &self.common.sign_in_hint) {
                error.message = format!("{}; {hint}", error.message);
            }
            error
        })?;
        caller(answer.account, answer.arn)
    }

    /// Reads the tables of a source account, for baselines that are taken on the production side. Changes nothing.
    pub async fn read_tables(&self, account: &AccountId, region: &Region) -> Arc<dyn ReadTables> {
        let session = self.session_of(&Party::Source(account.clone()), region).await;
        Arc::new(Tables { session, clock: self.config.clock.clone() })
    }

    /// The session of a party, by the roles that the plan names for it.
    pub(crate) async fn session_of(&self, party: &Party, region: &Region) -> Arc<Session> {
        let source = |account: &AccountId| self.config.sources.iter().find(|source| source.account == *account);
        let sandbox = self.config.sandbox.as_ref();
        let (account, role_arn, external_id) = match party {
            Party::AtHand => (None, None, None),
            Party::Source(account) => {
                let role = source(account);
                (Some(account), role.and_then(|role| role.role_arn.as_deref()), role.map(|role| &role.external_id))
            }
            Party::CopyCaller(account) => {
                let role = source(account);
                let role_arn = role.and_then(|role| role.copy_caller_role_arn.as_deref().or(role.role_arn.as_deref()));
                (Some(account), role_arn, role.map(|role| &role.external_id))
            }
            Party::Sandbox => (
                sandbox.map(|role| &role.config.account),
                sandbox.and_then(|role| role.role_arn.as_deref()),
                sandbox.map(|role| &role.external_id),
            ),
            Party::Sweep => (
                sandbox.map(|role| &role.config.account),
                sandbox.and_then(|role| role.sweep_role_arn.as_deref()),
                sandbox.map(|role| &role.external_id),
            ),
        };
        let account = account.cloned().unwrap_or_else(nobodys);
        self.session(&account, region, role_arn, external_id.and_then(|id| id.as_deref())).await
    }

    /// A session with the credentials of `role`, or with the base credentials.
    async fn session(
        &self,
        account: &AccountId,
        region: &Region,
        role_arn: Option<&str>,
        external_id: Option<&str>,
    ) -> Arc<Session> {
        let key = (account.clone(), region.clone(), role_arn.map(str::to_owned));
        let mut sessions = self.sessions.lock().await;
        if let Some(session) = sessions.get(&key) {
            return session.clone();
        }
        let base = self.base(region).await;
        let mut config = in_region(&base.config, region);
        let mut credentials = base.credentials.clone();
        if let Some(role_arn) = role_arn {
            let role = Role {
                sts: sts_client(&config, &self.common),
                arn: role_arn.to_owned(),
                external_id: external_id.map(str::to_owned),
                session_name: session_name(&self.config.session_name),
                endpoint_url: self.common.endpoint_of(&base.config),
            };
            credentials = Kept::new(SharedCredentialsProvider::new(role), self.config.clock.clone());
            let provider = SharedCredentialsProvider::new(credentials.clone());
            config = config.to_builder().credentials_provider(provider).build();
        }
        let gate = self.rates.gate(account, region);
        let session = Session::new(account.clone(), region.clone(), &config, credentials, &self.common, gate);
        let session = Arc::new(session);
        sessions.insert(key, session.clone());
        session
    }

    async fn base(&self, region: &Region) -> &Base {
        self.base.get_or_init(|| self.load_base(region)).await
    }

    /// Reads environment and profile, unless the credentials are fixed.
    async fn load_base(&self, region: &Region) -> Base {
        let clock = &self.config.clock;
        let time = SdkTime(clock.clone());
        let region = aws_types::region::Region::new(region.to_string());
        // The jitter in back-off is good for AWS; in memory it would only make runs differ from one another.
        let in_memory = matches!(self.config.http, HttpKind::InMemory(_));
        let retry = RetryConfig::standard()
            .with_max_attempts(self.config.max_attempts.max(1))
            .with_use_static_exponential_base(in_memory);
        let config = match &self.config.credentials {
            BaseCredentials::Chain { profile } => {
                let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
                    .region(region)
                    .http_client(self.http.clone())
                    .sleep_impl(time.clone())
                    .time_source(time)
                    .retry_config(retry)
                    .timeout_config(timeouts())
                    .identity_cache(IdentityCache::no_cache())
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
                if let Some(profile) = profile {
                    loader = loader.profile_name(profile);
                }
                loader.load().await
            }
            BaseCredentials::Fixed { access_key_id, secret_access_key } => {
                let keys = Credentials::new(access_key_id, secret_access_key, None, None, "Fixed");
                SdkConfig::builder()
                    .behavior_version(BehaviorVersion::v2026_01_12())
                    .region(region)
                    .http_client(self.http.clone())
                    .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(time.clone()))
                    .time_source(time)
                    .retry_config(retry)
                    .timeout_config(timeouts())
                    .identity_cache(IdentityCache::no_cache())
                    .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
                    .credentials_provider(SharedCredentialsProvider::new(keys))
                    .build()
            }
        };
        // The loader always sets a provider, which may then find nothing; without one, the call itself says so.
        let found = config.credentials_provider().unwrap_or_else(|| SharedCredentialsProvider::new(Nobody));
        let credentials = Kept::new(found, clock.clone());
        let provider = SharedCredentialsProvider::new(credentials.clone());
        let config = config.into_builder().credentials_provider(provider).build();
        Base { config, credentials }
    }
}

/// Credentials where there are none.
#[derive(Debug)]
struct Nobody;

impl aws_credential_types::provider::ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> aws_credential_types::provider::future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let nobody = aws_credential_types::provider::error::CredentialsError::not_loaded_no_source();
        aws_credential_types::provider::future::ProvideCredentials::ready(Err(nobody))
    }
}

fn in_region(config: &SdkConfig, region: &Region) -> SdkConfig {
    config.to_builder().region(aws_types::region::Region::new(region.to_string())).build()
}

/// The account of credentials of which nobody has said whose they are; never a sandbox's.
fn nobodys() -> AccountId {
    "000000000000".parse().expect("twelve digits are an account number")
}

/// What to tell somebody whose session has ended.
fn sign_in_hint(credentials: &BaseCredentials) -> Option<String> {
    match credentials {
        BaseCredentials::Fixed { .. } => None,
        BaseCredentials::Chain { profile } => {
            let profile = profile.clone().or_else(|| std::env::var("AWS_PROFILE").ok()).filter(|name| !name.is_empty());
            Some(match profile {
                Some(profile) => {
                    format!("sign in again, for a profile with SSO: aws sso login --profile {profile}")
                }
                None => "set AWS_PROFILE (then: aws sso login --profile NAME) or AWS_ACCESS_KEY_ID".to_owned(),
            })
        }
    }
}

/// A `RoleSessionName` that STS takes.
fn session_name(wished: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "+=,.@-_".contains(letter);
    let name: String = wished.chars().map(|letter| if allowed(letter) { letter } else { '-' }).take(64).collect();
    if name.len() < 2 { "backproof".into() } else { name }
}

#[async_trait]
impl Cloud for AwsCloud {
    async fn source(&self, account: &AccountId, region: &Region) -> Result<SourceAccess, CallError> {
        let session = self.session_of(&Party::Source(account.clone()), region).await;
        verify(&session).await?;
        Ok(SourceAccess {
            account: account.clone(),
            region: region.clone(),
            identity: Arc::new(Identity(session.clone())),
            backups: Arc::new(Backups(session)),
        })
    }

    async fn copy_out(&self, account: &AccountId, region: &Region) -> Result<Arc<dyn CopyOut>, CallError> {
        let session = self.session_of(&Party::CopyCaller(account.clone()), region).await;
        verify(&session).await?;
        Ok(Arc::new(Backups(session)))
    }

    async fn sandbox(&self, region: &Region) -> Result<SandboxAccess, NotTheSandbox> {
        let Some(role) = &self.config.sandbox else {
            let message = "no sandbox is configured; add [sandbox] to the plan".to_owned();
            let call = "sts:GetCallerIdentity".to_owned();
            let error = CallError { call, trouble: Trouble::Invalid, code: None, message, request_id: None };
            return Err(NotTheSandbox::Unknown(error));
        };
        let session = self.session_of(&Party::Sandbox, region).await;
        let identity = Identity(session.clone());
        let sandbox = Sandbox::enter(&identity as &dyn CallerIdentity, region, &role.config).await?;
        Ok(SandboxAccess {
            sandbox,
            region: region.clone(),
            backups: Arc::new(Backups(session.clone())),
            restores: Arc::new(Restores(session.clone())),
            tables: Arc::new(Tables { session: session.clone(), clock: self.config.clock.clone() }),
            databases: Arc::new(Databases(session.clone())),
            network: Arc::new(Network(session.clone())),
            reach: crate::reach::way(&self.config.reach, session.clone(), self.config.clock.clone()),
            credentials: Arc::new(Lending(session.clone())),
            history: Arc::new(EventHistory(session)),
        })
    }

    async fn inspect(&self, party: &Party, region: &Region) -> Inspection {
        crate::inspection::inspection(self.session_of(party, region).await)
    }

    async fn object_archive(&self, address: BucketAddress) -> Arc<dyn ObjectArchive> {
        let account = address.owner.clone().unwrap_or_else(nobodys);
        let (role_arn, external_id) = (address.role_arn.as_deref(), address.external_id.as_deref());
        let session = self.session(&account, &address.region, role_arn, external_id).await;
        Arc::new(Bucket { session, address })
    }

    fn calls(&self) -> BTreeMap<String, u64> {
        self.common.calls.so_far()
    }

    fn keep_answers(&self, sink: Option<Arc<dyn RawAnswers>>) {
        self.common.listener.is_now(sink);
    }
}

impl fmt::Debug for AwsCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsCloud").field("config", &self.config).finish_non_exhaustive()
    }
}

//! What the way to AWS needs to know; plain data that the command line fills in.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use backproof_clock::SharedClock;
use backproof_cloud::SandboxConfig;
use backproof_model::AccountId;

use crate::http::InMemoryAws;

/// Everything that [`crate::AwsCloud`] needs.
#[derive(Clone, Debug)]
pub struct AwsConfig {
    /// The accounts that backups come from. An account that is not listed is reached with the base credentials.
    pub sources: Vec<SourceRole>,
    /// The account that restores go into; `None` where nothing will be restored.
    pub sandbox: Option<SandboxRole>,
    /// How a connection gets into the sandbox's network.
    pub reach: ReachConfig,
    /// What everything starts from.
    pub credentials: BaseCredentials,
    /// The endpoint of all services, such as a simulator's; wins over the environment and the profile.
    pub endpoint_url: Option<String>,
    /// How requests travel.
    pub http: HttpKind,
    /// The one source of time.
    pub clock: SharedClock,
    /// Names our sessions in CloudTrail (`RoleSessionName`): 2 to 64 of letters, digits and `+=,.@-_`; others are
    /// replaced.
    pub session_name: String,
    /// How often the SDK tries a call in all before it gives up; at least 1.
    pub max_attempts: u32,
    /// Whether calls are spaced to the published rates.
    pub rate_limits: RateLimits,
}

impl AwsConfig {
    /// A configuration for `clock` with the SDK's own way to credentials, published rates and five attempts.
    pub fn new(clock: SharedClock) -> Self {
        Self {
            sources: Vec::new(),
            sandbox: None,
            reach: ReachConfig::default(),
            credentials: BaseCredentials::Chain { profile: None },
            endpoint_url: None,
            http: HttpKind::Network,
            clock,
            session_name: "backproof".into(),
            max_attempts: 5,
            rate_limits: RateLimits::Published,
        }
    }
}

/// How to reach one source account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRole {
    /// The account.
    pub account: AccountId,
    /// The read-only role to assume there; `None` uses the base credentials.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The role to assume before `StartCopyJob`, where that is not `role_arn`. (Not the role that AWS Backup assumes
    /// for the copy: that one is part of each request.)
    pub copy_caller_role_arn: Option<String>,
}

/// How to reach the sandbox account, and what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxRole {
    /// What STS must say before anything is created or deleted.
    pub config: SandboxConfig,
    /// The role to assume there; `None` uses the base credentials.
    pub role_arn: Option<String>,
    /// The role that may only look and delete, for sweeping; `None` uses the base credentials.
    pub sweep_role_arn: Option<String>,
    /// The external id that the roles' trust policies ask for.
    pub external_id: Option<String>,
}

/// How a connection gets into the sandbox's network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachConfig {
    /// The way.
    pub way: ReachWay,
    /// Host and port of something in there that accepts connections, tried before anything is restored.
    pub probe: Option<(String, u16)>,
    /// The folders in which the programs of a tunnel are looked for; none means the environment's `PATH`.
    pub search_path: Option<OsString>,
}

/// A way into the sandbox's network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ReachWay {
    /// This program runs in there.
    #[default]
    Inside,
    /// SSM port forwarding through an instance of the sandbox, by the programs `aws` and `session-manager-plugin`.
    Tunnel {
        /// The instance: `i-0a1b2c3d4e5f67890`.
        instance_id: String,
    },
    /// The RDS Data API.
    DataApi,
}

/// What roles are assumed from.
#[derive(Clone, PartialEq, Eq)]
pub enum BaseCredentials {
    /// The SDK's default chain.
    Chain {
        /// The profile to use; `None` leaves it to `AWS_PROFILE`.
        profile: Option<String>,
    },
    /// Fixed keys, for a simulator: neither the environment nor any profile is read.
    Fixed {
        /// The access key id; a simulator may take its twelve digits for an account.
        access_key_id: String,
        /// The secret key.
        secret_access_key: String,
    },
}

impl fmt::Debug for BaseCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chain { profile } => f.debug_struct("Chain").field("profile", profile).finish(),
            Self::Fixed { access_key_id, secret_access_key: _ } => {
                f.debug_struct("Fixed").field("access_key_id", access_key_id).finish_non_exhaustive()
            }
        }
    }
}

/// How requests travel.
#[derive(Clone)]
pub enum HttpKind {
    /// Over TCP, with TLS by rustls and ring.
    Network,
    /// Straight into something in this process that answers like AWS.
    InMemory(Arc<dyn InMemoryAws>),
}

impl fmt::Debug for HttpKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network => f.write_str("Network"),
            Self::InMemory(_) => f.write_str("InMemory"),
        }
    }
}

/// Whether calls are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateLimits {
    /// To AWS Backup's published rates per account and Region.
    Published,
    /// Not at all: for measurements against a simulator.
    Off,
}

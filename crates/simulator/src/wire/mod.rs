//! What every simulated service shares: who calls, what an answer is, and how errors look on each protocol.
//!
//! Services return members and [`ApiError`]s; only this module knows headers, envelopes and status lines. It does
//! not know any operation.

mod error;
mod params;
mod render;
mod xml;

use jiff::Timestamp;

pub use error::{ApiError, Fault};
pub use params::Params;
pub use render::{render_answer, render_error};
pub use xml::Xml;

/// A service that the simulator answers for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// AWS Backup.
    Backup,
    /// AWS Security Token Service.
    Sts,
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon RDS.
    Rds,
    /// Amazon EC2.
    Ec2,
    /// Amazon CloudWatch Logs.
    Logs,
    /// AWS Secrets Manager.
    SecretsManager,
    /// AWS Systems Manager.
    Ssm,
    /// AWS Identity and Access Management.
    Iam,
    /// AWS Key Management Service.
    Kms,
    /// Service Quotas.
    ServiceQuotas,
    /// Amazon Simple Notification Service.
    Sns,
    /// AWS CloudTrail.
    CloudTrail,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Backup,
        Self::Sts,
        Self::DynamoDb,
        Self::Rds,
        Self::Ec2,
        Self::Logs,
        Self::SecretsManager,
        Self::Ssm,
        Self::Iam,
        Self::Kms,
        Self::ServiceQuotas,
        Self::Sns,
        Self::CloudTrail,
    ];

    /// The name that the service signs with, and that world files use: `backup`, `dynamodb`, `sts`, `rds`, `ec2`,
    /// `logs`, `secretsmanager`, `ssm`, `iam`, `kms`, `servicequotas`, `sns`,
    /// `cloudtrail`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Sts => "sts",
            Self::DynamoDb => "dynamodb",
            Self::Rds => "rds",
            Self::Ec2 => "ec2",
            Self::Logs => "logs",
            Self::SecretsManager => "secretsmanager",
            Self::Ssm => "ssm",
            Self::Iam => "iam",
            Self::Kms => "kms",
            Self::ServiceQuotas => "servicequotas",
            Self::Sns => "sns",
            Self::CloudTrail => "cloudtrail",
        }
    }

    /// The service that signs with `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }

    /// The protocol that its clients speak.
    pub fn protocol(self) -> Protocol {
        match self {
            Self::Backup => Protocol::RestJson,
            Self::DynamoDb => Protocol::Json10,
            Self::Sts | Self::Rds | Self::Iam | Self::Sns => Protocol::Query,
            Self::Ec2 => Protocol::Ec2,
            Self::Logs | Self::SecretsManager | Self::Ssm | Self::Kms | Self::ServiceQuotas | Self::CloudTrail => {
                Protocol::Json11
            }
        }
    }

    /// The XML namespace of its answers; empty where it answers in JSON.
    pub fn xml_namespace(self) -> &'static str {
        match self {
            Self::Backup
            | Self::DynamoDb
            | Self::Logs
            | Self::SecretsManager
            | Self::Ssm
            | Self::Kms
            | Self::ServiceQuotas
            | Self::CloudTrail => "",
            Self::Iam => "https://iam.amazonaws.com/doc/2010-05-08/",
            Self::Sns => "http://sns.amazonaws.com/doc/2010-03-31/",
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            Self::Rds => "http://rds.amazonaws.com/doc/2014-10-31/",
            Self::Ec2 => "http://ec2.amazonaws.com/doc/2016-11-15/",
        }
    }
}

/// How a service's requests and answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// Paths, query strings and JSON bodies (AWS Backup).
    RestJson,
    /// `X-Amz-Target` and JSON bodies (DynamoDB).
    Json10,
    /// The same in its other version (CloudWatch Logs, Secrets Manager, Systems Manager, KMS, Service
    /// Quotas, CloudTrail).
    Json11,
    /// Forms in, XML out (STS, RDS, IAM, SNS).
    Query,
    /// Forms in, XML out, with EC2's own envelope.
    Ec2,
}

/// Who calls, where, and when.
#[derive(Clone, Debug)]
pub struct CallContext {
    /// The twelve digits of the caller's account.
    pub account: String,
    /// The Region that the request was signed for.
    pub region: String,
    /// The ARN of the caller: a user, or an assumed role's session.
    pub caller_arn: String,
    /// The role's name, where the caller is an assumed role.
    pub role: Option<String>,
    /// The clock's time when the request arrived.
    pub now: Timestamp,
    /// The id that the answer carries; another one for each request.
    pub request_id: String,
}

/// What a service answers when it does not refuse.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status: 200, or 204 where there is nothing to say.
    pub status: u16,
    /// The members.
    pub body: Body,
}

/// The members of an answer, in the service's own notation.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing at all.
    Empty,
    /// A JSON object, written out.
    Json(Vec<u8>),
    /// The XML inside the operation's result element.
    Xml(Xml),
}

impl Answer {
    /// An answer without members.
    pub fn empty(status: u16) -> Self {
        Self { status, body: Body::Empty }
    }

    /// An answer of XML members.
    pub fn xml(members: Xml) -> Self {
        Self { status: 200, body: Body::Xml(members) }
    }

    /// An answer of JSON members.
    ///
    /// # Errors
    /// `InternalFailure` where the members cannot be written, which no answer of ours should bring about.
    pub fn json(members: &impl serde::Serialize) -> Result<Self, ApiError> {
        let bytes = serde_json::to_vec(members).map_err(|error| ApiError::internal(error.to_string()))?;
        Ok(Self { status: 200, body: Body::Json(bytes) })
    }
}

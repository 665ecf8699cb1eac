//! What a program is told: one JSON object on its standard input, and the secrets on another descriptor.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use backproof_cloud::SessionCredentials;
use backproof_model::{AccountId, DatabaseLogin, DatabaseTarget, ProofLevel, Region, ResourceArn, Target};
use backproof_validators_api::{Connection, Examination};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::program::Program;
use crate::settings::ExecSettings;

/// The protocol and its version: the first field of every request.
pub const PROTOCOL: &str = "backproof-validator/1";

/// The file descriptor on which a program finds its secrets.
pub(crate) const SECRETS_FD: i32 = 3;

/// One examination, as a program is asked for it.
#[derive(Debug, Serialize)]
pub(crate) struct Request<'a> {
    /// [`PROTOCOL`].
    pub(crate) protocol: &'static str,
    /// What to examine.
    pub(crate) target: ToldTarget<'a>,
    /// The recovery point's creation date: data can be no newer.
    pub(crate) data_time: Timestamp,
    /// The name of the protected resource.
    pub(crate) source_name: &'a str,
    /// The plan's settings for the program.
    pub(crate) settings: &'a Map<String, Value>,
    /// Absolute paths, by the plan's names for them.
    pub(crate) files: &'a BTreeMap<String, PathBuf>,
    /// Checks above this level do not count.
    pub(crate) max_level: ProofLevel,
    /// When the program is killed, on the run's clock.
    pub(crate) deadline: Timestamp,
    /// The same, counted from now.
    pub(crate) seconds_left: u64,
    /// Decides on samples: 64 hexadecimal digits.
    pub(crate) seed: String,
    /// [`SECRETS_FD`].
    pub(crate) secrets_fd: i32,
}

/// A target, as a program is told of it.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum ToldTarget<'a> {
    /// A DynamoDB table.
    Table { arn: &'a ResourceArn, account: &'a AccountId, region: &'a Region, name: &'a str },
    /// A relational database server.
    Database {
        arn: &'a ResourceArn,
        account: &'a AccountId,
        region: &'a Region,
        name: &'a str,
        engine: &'a str,
        engine_version: &'a str,
        /// Where to connect to: the endpoint, or this end of a tunnel.
        host: &'a str,
        port: u16,
        /// Whether `host` is the name that the server's certificate is for.
        verify_host: bool,
        /// The database that was made with the server.
        database: Option<&'a str>,
        /// The authorities that may vouch for the server.
        ca_file: Option<&'a Path>,
    },
}

/// How long a program has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowed {
    /// On the run's clock.
    pub(crate) until: Timestamp,
    /// From now.
    pub(crate) seconds: u64,
}

impl<'a> Request<'a> {
    /// None where the target is connected to, and there is nothing to connect to.
    pub(crate) fn new(
        examination: &'a Examination,
        settings: &'a ExecSettings,
        program: &'a Program,
        allowed: Allowed,
    ) -> Option<Self> {
        Some(Self {
            protocol: PROTOCOL,
            target: ToldTarget::of(&examination.target, examination.connection.as_ref())?,
            data_time: examination.data_time,
            source_name: &examination.source_name,
            settings: &settings.settings,
            files: &program.files,
            max_level: settings.max_level.into(),
            deadline: allowed.until,
            seconds_left: allowed.seconds,
            seed: hex::encode(examination.seed),
            secrets_fd: SECRETS_FD,
        })
    }

    /// One line of JSON.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut line = serde_json::to_vec(self).expect("a request has texts for keys and no numbers but integers");
        line.push(b'\n');
        line
    }
}

impl<'a> ToldTarget<'a> {
    fn of(target: &'a Target, connection: Option<&'a Connection>) -> Option<Self> {
        match target {
            Target::Table { arn, account, region, name } => Some(Self::Table { arn, account, region, name }),
            Target::Database(DatabaseTarget {
                arn, account, region, name, engine, engine_version, database, ..
            }) => {
                let connection = connection?;
                Some(Self::Database {
                    arn,
                    account,
                    region,
                    name,
                    engine: engine.as_str(),
                    engine_version,
                    host: &connection.host,
                    port: connection.port,
                    verify_host: connection.direct,
                    database: database.as_deref(),
                    ca_file: connection.ca_file.as_deref(),
                })
            }
        }
    }
}

/// The one object on [`SECRETS_FD`].
pub(crate) fn secrets(login: Option<&DatabaseLogin>, credentials: Option<&SessionCredentials>) -> Value {
    let mut secrets = Map::new();
    if let Some(DatabaseLogin { user, password }) = login {
        secrets.insert("database".into(), json!({ "user": user, "password": password.reveal() }));
    }
    if let Some(lent) = credentials {
        let lent = json!({
            "access_key_id": lent.access_key_id,
            "secret_access_key": lent.secret_access_key.reveal(),
            "session_token": lent.session_token.as_ref().map(backproof_model::Secret::reveal),
            "expires": lent.expires,
            "endpoint_url": lent.endpoint_url,
        });
        secrets.insert("aws".into(), lent);
    }
    Value::Object(secrets)
}

//! The validator itself: looks, expects, compares.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use backproof_model::{Claim, DatabaseEngine, DatabaseTarget, FaultOwner, Target};
use backproof_validators_api::{
    Connection, Controls, Examination, Examined, FingerprintKey, InvalidSettings, Validator,
};
use serde_json::Value;

use crate::baseline::{self, Loaded};
use crate::compare::{compare, only_reached, told, unreachable};
use crate::controls::Scratch;
use crate::dialect::{Dialect, Load};
use crate::fingerprint::Hasher;
use crate::held::Door;
use crate::look::look;
use crate::mysql::MySql;
use crate::postgres::Postgres;
use crate::question::Question;
use crate::settings::{NAME, RowsSettings};
use crate::trouble::Trouble;

/// Examines restored database servers.
pub struct Rows {
    scratch: Scratch,
    key: FingerprintKey,
    answers_within: Option<Duration>,
}

impl Rows {
    /// A validator that hashes under this key.
    pub fn new(key: FingerprintKey) -> Self {
        Self { scratch: Scratch::new(key.clone()), key, answers_within: None }
    }

    /// The same, giving a server so long to answer when a connection is made, on the wall's clock; else 20 seconds.
    #[must_use]
    pub fn answering_within(self, limit: Duration) -> Self {
        Self { answers_within: Some(limit), ..self }
    }

    async fn examine_server(
        &self,
        dialect: &dyn Dialect,
        target: &DatabaseTarget,
        connection: &Connection,
        question: Question,
        examination: &Examination,
    ) -> Examined {
        let door = Door::new(dialect, connection, &examination.deadline, Load::Full, self.answers_within);
        match look(&door, &question, target.database.as_deref()).await {
            Ok(seen) => compare(&question, &seen),
            Err(trouble) => unreachable(&trouble, door.is_gone()),
        }
    }
}

#[async_trait]
impl Validator for Rows {
    fn name(&self) -> &'static str {
        NAME
    }

    fn claims(&self) -> &'static [Claim] {
        &[
            Claim::ResourceReachable,
            Claim::StructureComplete,
            Claim::DataReadable,
            Claim::DataPresent,
            Claim::DataMatchesBaseline,
            Claim::DataFresh,
        ]
    }

    fn check_settings(&self, settings: &Value) -> Result<(), InvalidSettings> {
        let settings = RowsSettings::read(settings)?;
        load(&settings).map(drop).map_err(|problem| InvalidSettings { validator: NAME, problem })
    }

    fn accepts(&self, target: &Target) -> bool {
        match target {
            Target::Database(_) => true,
            Target::Table { .. } => false,
        }
    }

    async fn examine(&self, examination: &Examination) -> Examined {
        let Target::Database(target) = &examination.target else {
            return unusable(FaultOwner::Harness, "a table of DynamoDB is no database");
        };
        let Some(connection) = &examination.connection else {
            return unusable(FaultOwner::Harness, "nobody said how to connect to the server");
        };
        let question = match question(&self.key, target, examination) {
            Ok(question) => question,
            Err(examined) => return examined,
        };
        match &target.engine {
            DatabaseEngine::Postgres => self.examine_server(&Postgres, target, connection, question, examination).await,
            DatabaseEngine::MySql | DatabaseEngine::MariaDb => {
                self.examine_server(&MySql, target, connection, question, examination).await
            }
            DatabaseEngine::Other(engine) => only_reached(engine, reach(connection, examination).await),
        }
    }

    fn controls(&self) -> Controls<'_> {
        Controls::BesideTarget(&self.scratch)
    }
}

/// What is asked: settings and baseline.
fn question(key: &FingerprintKey, target: &DatabaseTarget, examination: &Examination) -> Result<Question, Examined> {
    let settings =
        RowsSettings::read(&examination.settings).map_err(|error| unusable(FaultOwner::Harness, &error.to_string()))?;
    // It was readable when the run began, and may have been changed since.
    let loaded = load(&settings).map_err(|problem| unusable(FaultOwner::Validator, &problem))?;
    let engine = loaded.as_ref().map(|loaded| &loaded.manifest.baseline.engine);
    if let Some(engine) = engine.filter(|engine| **engine != target.engine) {
        let words = format!("the baseline is of {engine}, and the restored server is {}", target.engine);
        return Err(unusable(FaultOwner::Validator, &words));
    }
    Ok(Question {
        settings,
        provenance: loaded.as_ref().map(provenance),
        baseline: loaded.map(|loaded| loaded.manifest.baseline),
        data_time: examination.data_time,
        seed: examination.seed,
        hasher: Hasher::new(key),
    })
}

/// The baseline that the settings name, verified.
fn load(settings: &RowsSettings) -> Result<Option<Loaded>, String> {
    settings.baseline.as_deref().map(|path| baseline::load(Path::new(path), &settings.trust())).transpose()
}

/// Which manifest, and who vouches for it.
fn provenance(loaded: &Loaded) -> String {
    let signer = loaded.signer.as_ref().map_or_else(|| "nobody".to_owned(), |signer| format!("key {signer}"));
    format!("sha256:{}, signed by {signer}", loaded.sha256)
}

/// Whether the port takes a connection.
async fn reach(connection: &Connection, examination: &Examination) -> Result<(), Trouble> {
    let _at_work = examination.deadline.clock().busy();
    let connecting = tokio::net::TcpStream::connect((connection.host.as_str(), connection.port));
    let connected = backproof_clock::within_wall(Duration::from_secs(20), connecting).await?;
    connected.map(drop).map_err(|error| Trouble::Lost(error.to_string()))
}

/// Nothing can be examined; the plan, the baseline or this program is to blame.
fn unusable(owner: FaultOwner, problem: &str) -> Examined {
    Examined { checks: vec![told("settings", owner, problem)], ..Examined::default() }
}

//! The validator itself: looks, expects, compares.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{ReadTables, Sandbox, WriteTables};
use backproof_model::{Claim, Permission, Target};
use backproof_validators_api::{Controls, Examination, Examined, FingerprintKey, InvalidSettings, Validator};
use jiff::Timestamp;
use serde_json::Value;

use crate::compare::{Question, compare};
use crate::controls::Scratch;
use crate::look::{LookOrder, look};
use crate::permissions::PERMISSIONS;
use crate::settings::{Expectation, ItemsSettings, NAME};
use crate::tally::Watch;

/// Examines restored DynamoDB tables of one account and Region.
pub struct Items {
    reader: Reader,
    /// Where negative controls are planted; a validator that may only read has none.
    scratch: Option<Scratch>,
}

/// Reads tables and judges them.
#[derive(Clone)]
pub(crate) struct Reader {
    /// Where the tables are.
    pub(crate) tables: Arc<dyn ReadTables>,
    /// The key of fingerprints.
    pub(crate) key: FingerprintKey,
}

impl Items {
    /// A validator for the sandbox, with negative controls.
    pub fn new(tables: Arc<dyn WriteTables>, sandbox: Sandbox, key: FingerprintKey) -> Self {
        let reader = Reader { tables: Arc::clone(&tables) as Arc<dyn ReadTables>, key };
        let scratch = Scratch::new(tables, sandbox, reader.clone());
        Self { reader, scratch: Some(scratch) }
    }

    /// A validator that cannot write, and so cannot show that it would notice a fault.
    pub fn read_only(tables: Arc<dyn ReadTables>, key: FingerprintKey) -> Self {
        Self { reader: Reader { tables, key }, scratch: None }
    }
}

#[async_trait]
impl Validator for Items {
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
            Claim::SettingsRestored,
        ]
    }

    fn permissions(&self) -> &'static [Permission] {
        PERMISSIONS
    }

    fn check_settings(&self, settings: &Value) -> Result<(), InvalidSettings> {
        ItemsSettings::read(settings).map(drop)
    }

    fn accepts(&self, target: &Target) -> bool {
        match target {
            Target::Table { .. } => self.scratch.as_ref().is_none_or(|scratch| scratch.sandbox().holds(target.arn())),
            Target::Database(_) => false,
        }
    }

    async fn examine(&self, examination: &Examination) -> Examined {
        let settings = match ItemsSettings::read(&examination.settings) {
            Ok(settings) => settings,
            Err(error) => return unusable(&error.to_string()),
        };
        let name = match &examination.target {
            Target::Table { name, .. } => name,
            Target::Database(_) => return unusable("a database is no table"),
        };
        let expectation = settings.expectation(&examination.source_name);
        let order = Order { name, expectation, data_time: examination.data_time };
        self.reader.examine(order, &examination.deadline).await
    }

    fn controls(&self) -> Controls<'_> {
        self.scratch.as_ref().map_or(Controls::None, |scratch| Controls::InScratchResource(scratch))
    }
}

/// A table to examine.
pub(crate) struct Order<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What is expected of it.
    pub(crate) expectation: Expectation,
    /// The recovery point's time.
    pub(crate) data_time: Timestamp,
}

impl Reader {
    pub(crate) async fn examine(&self, order: Order<'_>, deadline: &backproof_validators_api::Deadline) -> Examined {
        let segments = order.expectation.segments;
        let question =
            Question { expectation: order.expectation, data_time: order.data_time, key_id: self.key.id().to_owned() };
        let watch = Watch {
            key: self.key.clone(),
            time: question.expectation.time.clone(),
            settled_up_to: question.settled_up_to(),
            newest_possible: question.newest_possible(),
        };
        let seen = look(&self.tables, LookOrder { name: order.name.to_owned(), watch, segments }, deadline).await;
        compare(&question, &seen)
    }
}

/// Settings and target were checked before; that they cannot be used now is this program's fault.
fn unusable(problem: &str) -> Examined {
    use backproof_model::check::Examined as Count;
    use backproof_model::{FaultOwner, ProofLevel};
    let statement = backproof_validators_api::Statement {
        validator: NAME,
        name: "settings",
        claim: Claim::DataReadable,
        level: ProofLevel::L1,
    };
    let check = statement.inconclusive(FaultOwner::Harness, Count::new(0, "items"), problem);
    Examined { checks: vec![check], ..Examined::default() }
}

//! Negative controls: known faults in a scratch table, which the validator must notice.
//!
//! The table is created under the name that the engine chose and journalled, and the engine deletes it. Everything is
//! read through the same look as a restored table; what is expected is computed from the known items, not read back.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use backproof_cloud::{CallError, Item, NewTable, Sandbox, TableDescription, TableStatus, Trouble, Value, WriteTables};
use backproof_model::record::Control;
use backproof_model::{Check, Outcome, ProofLevel, Verdict};
use backproof_validators_api::{Deadline, LengthOfTime, NegativeControls};
use jiff::{SignedDuration, Timestamp};

use crate::baseline::Baseline;
use crate::fingerprint::Fingerprint;
use crate::items::{Order, Reader};
use crate::settings::{Class, Expectation};
use crate::time::TimeAttribute;

/// Known items; two batches of writes.
const ITEMS: u32 = 50;
const KEY: &str = "id";
const INDEXED: &str = "customer";
const INDEX: &str = "by-customer";
const TIME: &str = "created_at";
const MAX_LAG: LengthOfTime = LengthOfTime::seconds(2 * 3600);
/// Well beyond [`MAX_LAG`].
const STALE_BY: SignedDuration = SignedDuration::from_hours(30 * 24);
const POLL: Duration = Duration::from_secs(2);

/// Where faults are planted.
pub(crate) struct Scratch {
    tables: Arc<dyn WriteTables>,
    sandbox: Sandbox,
    reader: Reader,
}

/// The faults. The index cannot be had back quickly, so it is dropped last.
const FAULTS: [Fault; 6] = [
    Fault { planted: "missing item", check: "item-count", kind: Kind::MissingItem },
    Fault { planted: "changed value", check: "content-fingerprint", kind: Kind::ChangedValue },
    Fault { planted: "stale data", check: "freshness", kind: Kind::StaleData },
    Fault { planted: "truncated table", check: "item-count", kind: Kind::TruncatedTable },
    Fault { planted: "empty table", check: "item-count", kind: Kind::EmptyTable },
    Fault { planted: "dropped index", check: "indexes", kind: Kind::DroppedIndex },
];

struct Fault {
    planted: &'static str,
    /// The check that must notice.
    check: &'static str,
    kind: Kind,
}

enum Kind {
    MissingItem,
    ChangedValue,
    StaleData,
    TruncatedTable,
    EmptyTable,
    DroppedIndex,
}

#[async_trait]
impl NegativeControls for Scratch {
    fn scratch_type(&self) -> &'static str {
        "DynamoDB"
    }

    async fn try_all(
        &self,
        name: &str,
        tags: &BTreeMap<String, String>,
        deadline: Deadline,
    ) -> Result<Vec<Control>, String> {
        let data_time = deadline.clock().now();
        let scratch = ScratchTable { scratch: self, name, seeds: seeds(data_time), data_time, deadline: &deadline };
        scratch.create(tags).await?;
        let table = scratch.until("active", is_whole).await?;
        scratch.seed().await?;
        let baseline = scratch.baseline(table);
        let mut controls = vec![untouched(&scratch.examine(&baseline).await)];
        for fault in &FAULTS {
            scratch.plant(&fault.kind).await?;
            controls.push(noticed(fault, &scratch.examine(&baseline).await));
            scratch.mend(&fault.kind).await?;
        }
        Ok(controls)
    }
}

impl Scratch {
    pub(crate) fn new(tables: Arc<dyn WriteTables>, sandbox: Sandbox, reader: Reader) -> Self {
        Self { tables, sandbox, reader }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// One scratch table while the controls are tried.
struct ScratchTable<'a> {
    scratch: &'a Scratch,
    name: &'a str,
    seeds: Vec<Item>,
    data_time: Timestamp,
    deadline: &'a Deadline,
}

impl ScratchTable<'_> {
    async fn create(&self, tags: &BTreeMap<String, String>) -> Result<(), String> {
        let table = NewTable {
            name: self.name.to_owned(),
            partition_key: KEY.to_owned(),
            index: Some((INDEX.to_owned(), INDEXED.to_owned())),
            tags: tags.clone(),
        };
        let created = self.held(self.scratch.tables.create_table(&self.scratch.sandbox, &table)).await?;
        match created {
            // The name is ours alone and journalled, so what exists under it was made by an attempt before a restart,
            // or by a call whose answer was lost.
            Err(error) if error.trouble == Trouble::Conflict => Ok(()),
            created => created.map_err(|error| self.problem(&error)),
        }
    }

    async fn seed(&self) -> Result<(), String> {
        self.put(&self.seeds).await
    }

    /// Waits until the table is as `wanted`.
    async fn until(&self, state: &str, wanted: fn(&TableDescription) -> bool) -> Result<TableDescription, String> {
        let too_late = |_| format!("scratch table {} was not {state} before the deadline", self.name);
        loop {
            let described = self.deadline.hold(self.scratch.tables.describe_table(self.name)).await;
            match described.map_err(too_late)? {
                Ok(table) if wanted(&table) => return Ok(table),
                Ok(_) => {}
                // A table that was just created may not be found yet.
                Err(error) if error.is_not_found() || error.may_pass() => {}
                Err(error) => return Err(self.problem(&error)),
            }
            self.deadline.hold(self.deadline.clock().sleep(POLL)).await.map_err(too_late)?;
        }
    }

    fn baseline(&self, table: TableDescription) -> Baseline {
        Baseline {
            captured_at: self.data_time,
            items: u64::from(ITEMS),
            fingerprint: Fingerprint::of_items(&self.seeds, &self.scratch.reader.key),
            key_id: self.scratch.reader.key.id().to_owned(),
            up_to: None,
            key_schema: vec![(KEY.into(), "HASH".into(), "S".into())],
            indexes: table.indexes,
            billing_mode: None,
            deletion_protection: false,
            settings: None,
            tag_names: Vec::new(),
        }
    }

    async fn examine(&self, baseline: &Baseline) -> Vec<Check> {
        let expectation = Expectation {
            class: Class::Frozen,
            time: Some(TimeAttribute::named(TIME)),
            max_lag: Some(MAX_LAG),
            baseline: Some(baseline.clone()),
            ..Expectation::default()
        };
        let order = Order { name: self.name, expectation, data_time: self.data_time };
        self.scratch.reader.examine(order, self.deadline).await.checks
    }

    async fn plant(&self, kind: &Kind) -> Result<(), String> {
        let half = self.seeds.len() / 2;
        match kind {
            Kind::MissingItem => self.delete(&self.seeds[..1]).await,
            Kind::ChangedValue => self.put(&[changed(&self.seeds[0])]).await,
            Kind::StaleData => {
                self.put(&seeds(self.data_time.saturating_sub(STALE_BY).unwrap_or(Timestamp::MIN))).await
            }
            Kind::TruncatedTable => self.delete(&self.seeds[half..]).await,
            Kind::EmptyTable => self.delete(&self.seeds).await,
            Kind::DroppedIndex => {
                let dropped = self.scratch.tables.drop_index(&self.scratch.sandbox, self.name, INDEX);
                match self.held(dropped).await? {
                    // Asked again after an answer was lost: the index is going already. What counts is seen below.
                    Err(error) if matches!(error.trouble, Trouble::Conflict | Trouble::NotFound) => {}
                    answer => answer.map_err(|error| self.problem(&error))?,
                }
                self.until("without its index", has_no_index).await.map(drop)
            }
        }
    }

    async fn mend(&self, kind: &Kind) -> Result<(), String> {
        let half = self.seeds.len() / 2;
        match kind {
            Kind::MissingItem | Kind::ChangedValue => self.put(&self.seeds[..1]).await,
            Kind::TruncatedTable => self.put(&self.seeds[half..]).await,
            Kind::StaleData | Kind::EmptyTable => self.seed().await,
            Kind::DroppedIndex => Ok(()),
        }
    }

    async fn put(&self, items: &[Item]) -> Result<(), String> {
        let put = self.scratch.tables.put_items(&self.scratch.sandbox, self.name, items);
        self.held(put).await?.map_err(|error| self.problem(&error))
    }

    async fn delete(&self, items: &[Item]) -> Result<(), String> {
        let keys: Vec<Item> = items.iter().map(key_of).collect();
        let deleted = self.scratch.tables.delete_items(&self.scratch.sandbox, self.name, &keys);
        self.held(deleted).await?.map_err(|error| self.problem(&error))
    }

    async fn held<T: Send>(&self, call: impl Future<Output = T> + Send) -> Result<T, String> {
        let done = self.deadline.hold(call).await;
        done.map_err(|_| format!("the deadline passed while faults were planted in scratch table {}", self.name))
    }

    fn problem(&self, error: &CallError) -> String {
        format!("scratch table {}: {error}", self.name)
    }
}

fn is_whole(table: &TableDescription) -> bool {
    let built = |index: &backproof_cloud::TableIndex| index.status.as_deref().is_none_or(|status| status == "ACTIVE");
    table.status == TableStatus::Active && table.indexes.get(INDEX).is_some_and(built)
}

fn has_no_index(table: &TableDescription) -> bool {
    table.status == TableStatus::Active && table.indexes.is_empty()
}

/// The known items, one minute apart, the newest as new as `newest`. Among them are the values that are hard to
/// compare: numbers written in several ways, sets, nesting.
fn seeds(newest: Timestamp) -> Vec<Item> {
    (0..ITEMS).map(|number| seed(number, newest)).collect()
}

fn seed(number: u32, newest: Timestamp) -> Item {
    let age = SignedDuration::from_mins(i64::from(number));
    let created = newest.saturating_sub(age).unwrap_or(Timestamp::MIN);
    vec![
        (KEY.into(), Value::Text(format!("item-{number:04}"))),
        (INDEXED.into(), Value::Text(format!("customer-{}", number % 7))),
        (TIME.into(), Value::Text(created.to_string())),
        ("amount".into(), Value::Number(format!("{number}.50"))),
        ("paid".into(), Value::Bool(number.is_multiple_of(2))),
        ("tags".into(), Value::TextSet(vec!["red".into(), format!("n{number}"), "blue".into()])),
        ("sizes".into(), Value::NumberSet(vec!["25E-1".into(), "10".into(), format!("-{}", number + 1)])),
        (
            "lines".into(),
            Value::List(vec![
                Value::Map(vec![("sku".into(), Value::Text(format!("sku-{number}"))), ("note".into(), Value::Null)]),
                Value::Binary(number.to_be_bytes().to_vec()),
            ]),
        ),
    ]
}

/// The same item with another amount, so that the count stays.
fn changed(item: &Item) -> Item {
    let other = |(name, value): &(String, Value)| match name.as_str() {
        "amount" => (name.clone(), Value::Number("0.51".into())),
        _ => (name.clone(), value.clone()),
    };
    item.iter().map(other).collect()
}

fn key_of(item: &Item) -> Item {
    item.iter().filter(|(name, _)| name == KEY).cloned().collect()
}

/// The untouched copy must reach the full proof, with every check passed.
fn untouched(checks: &[Check]) -> Control {
    let outcome = Outcome::of_checks(checks, ProofLevel::L3);
    Control {
        planted: "untouched copy".into(),
        check: None,
        expected_verdict: "passed".into(),
        verdict: outcome.word().into(),
        as_expected: matches!(outcome, Outcome::Passed { .. }),
    }
}

/// The fault is caught only by the check that is there for it.
fn noticed(fault: &Fault, checks: &[Check]) -> Control {
    let verdict = checks.iter().find(|check| check.name == fault.check).map(|check| &check.verdict);
    Control {
        planted: fault.planted.into(),
        check: Some(fault.check.into()),
        expected_verdict: "failed".into(),
        verdict: verdict.map_or_else(|| "not examined".into(), ToString::to_string),
        as_expected: verdict == Some(&Verdict::Failed),
    }
}

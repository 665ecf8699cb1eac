//! Tables in memory, small pages and all, and one examination of them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use backproof_clock::{Clock, VirtualClock, VirtualRuntime};
use backproof_cloud::{
    CallError, Caller, CallerIdentity, Item, ItemPage, NewTable, Page, PageToken, ReadTables, Sandbox, SandboxConfig,
    ScanPart, TableDescription, TableIndex, TableSettings, TableStatus, Trouble, Value, WriteTables,
};
use backproof_model::{Check, Outcome, ProofLevel, ResourceArn, Target, Verdict};
use backproof_validators_api::{
    Controls, Deadline, Examination, Examined, FingerprintKey, NegativeControls, Validator,
};
use backproof_validators_items::{Baseline, CaptureOrder, Class, Items, TimeAttribute, capture};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

pub(crate) const TABLE: &str = "bp-k3v9x2aa-1-1-1";
pub(crate) const SOURCE: &str = "orders";
const ACCOUNT: &str = "999988887777";
const REGION: &str = "eu-central-1";

/// One table, and what can be wrong with reaching it.
pub(crate) struct MemoryTables {
    pub(crate) clock: VirtualClock,
    pub(crate) state: Mutex<State>,
    pub(crate) calls: AtomicU64,
}

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) table: Option<TableDescription>,
    pub(crate) settings: TableSettings,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) items: Vec<Item>,
    pub(crate) page: usize,
    /// The call that fails, after so many of it went well, and how.
    pub(crate) trouble: Option<(&'static str, u64, Trouble)>,
    /// How long each page takes.
    pub(crate) page_takes: Duration,
    /// Every page says that the same key comes next.
    pub(crate) endless: bool,
    /// Scans of this segment crash.
    pub(crate) crashes: Option<u32>,
    /// Writes that are taken and not done.
    pub(crate) loses: Option<Loses>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loses {
    Deletions,
    Puts,
}

pub(crate) fn runtime() -> VirtualRuntime {
    VirtualRuntime::starting_at(data_time()).unwrap()
}

pub(crate) fn data_time() -> Timestamp {
    "2026-03-01T00:00:00Z".parse().unwrap()
}

pub(crate) fn key() -> FingerprintKey {
    FingerprintKey::new(&[42; 32])
}

pub(crate) fn hours_before(hours: i64) -> Timestamp {
    data_time().checked_sub(SignedDuration::from_hours(hours)).unwrap()
}

/// An order, `age` hours old.
pub(crate) fn order(number: u32, age: i64) -> Item {
    vec![
        ("id".into(), Value::Text(format!("order-{number:05}"))),
        ("amount".into(), Value::Number(format!("{number}.5"))),
        ("created_at".into(), Value::Text(hours_before(age).to_string())),
        ("labels".into(), Value::TextSet(vec!["a".into(), "b".into()])),
    ]
}

/// A hundred orders, the newest one hour old and the others an hour apart.
pub(crate) fn orders() -> Vec<Item> {
    (0..100).map(|number| order(number, 100 - i64::from(number))).collect()
}

impl MemoryTables {
    pub(crate) fn holding(clock: VirtualClock, items: Vec<Item>) -> Arc<Self> {
        let table = TableDescription {
            arn: arn(TABLE),
            name: TABLE.into(),
            status: TableStatus::Active,
            key_schema: vec![("id".into(), "HASH".into(), "S".into())],
            indexes: BTreeMap::from([("by-customer".into(), index("customer"))]),
            deletion_protection: false,
            created: Some(data_time()),
            billing_mode: "PAY_PER_REQUEST".into(),
            item_count_estimate: Some(0),
        };
        let settings = TableSettings {
            point_in_time_recovery: Some(false),
            encryption: Some("DEFAULT".into()),
            table_class: Some("STANDARD".into()),
            ..TableSettings::default()
        };
        let state = State {
            table: Some(table),
            settings,
            tags: BTreeMap::new(),
            items,
            page: 7,
            trouble: None,
            page_takes: Duration::ZERO,
            endless: false,
            crashes: None,
            loses: None,
        };
        Arc::new(Self { clock, state: Mutex::new(state), calls: AtomicU64::new(0) })
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
    }

    fn call(&self, call: &'static str) -> Result<MutexGuard<'_, State>, CallError> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        match &mut state.trouble {
            Some((failing, 0, trouble)) if *failing == call => return Err(error(call, *trouble)),
            Some((failing, left, _)) if *failing == call => *left -= 1,
            _ => {}
        }
        Ok(state)
    }

    fn described(&self, call: &'static str) -> Result<MutexGuard<'_, State>, CallError> {
        let state = self.call(call)?;
        if state.table.is_none() { Err(error(call, Trouble::NotFound)) } else { Ok(state) }
    }
}

pub(crate) fn index(attribute: &str) -> TableIndex {
    TableIndex {
        kind: "GLOBAL".into(),
        key_schema: vec![(attribute.into(), "HASH".into())],
        projection: "ALL".into(),
        status: Some("ACTIVE".into()),
    }
}

pub(crate) fn arn(table: &str) -> ResourceArn {
    format!("arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}").parse().unwrap()
}

fn error(call: &str, trouble: Trouble) -> CallError {
    let message = "said so".into();
    CallError {
        call: format!("dynamodb:{call}"),
        trouble,
        code: Some(format!("{trouble:?}")),
        message,
        request_id: None,
    }
}

fn key_of(item: &Item) -> Item {
    item.iter().filter(|(name, _)| name == "id").cloned().collect()
}

#[async_trait]
impl ReadTables for MemoryTables {
    async fn describe_table(&self, _name: &str) -> Result<TableDescription, CallError> {
        let state = self.described("DescribeTable")?;
        Ok(state.table.clone().unwrap())
    }

    async fn table_settings(&self, _name: &str) -> Result<TableSettings, CallError> {
        Ok(self.described("DescribeTimeToLive")?.settings.clone())
    }

    async fn list_tables(&self, _from: Option<PageToken>) -> Result<Page<String>, CallError> {
        unreachable!("no validator lists tables")
    }

    async fn scan(&self, _name: &str, part: ScanPart, from: Option<Item>) -> Result<ItemPage, CallError> {
        let (state, takes) = {
            let state = self.described("Scan")?;
            (state.clone(), state.page_takes)
        };
        self.clock.sleep(takes).await;
        assert_ne!(state.crashes, Some(part.segment), "planted crash");
        let total = usize::try_from(part.total_segments).unwrap();
        let segment = usize::try_from(part.segment).unwrap();
        let mine: Vec<&Item> = state.items.iter().skip(segment).step_by(total).collect();
        let start = from.map_or(0, |from| 1 + mine.iter().position(|item| key_of(item) == from).unwrap());
        let end = mine.len().min(start + state.page);
        let items: Vec<Item> = mine[start..end].iter().map(|item| (*item).clone()).collect();
        let next = if state.endless { mine.first() } else { mine[..end].last().filter(|_| end < mine.len()) };
        Ok(ItemPage { items, next: next.map(|item| key_of(item)) })
    }

    async fn table_tags(&self, _arn: &ResourceArn) -> Result<BTreeMap<String, String>, CallError> {
        Ok(self.described("ListTagsOfResource")?.tags.clone())
    }
}

#[async_trait]
impl WriteTables for MemoryTables {
    async fn create_table(&self, _sandbox: &Sandbox, table: &NewTable) -> Result<(), CallError> {
        let mut state = self.call("CreateTable")?;
        if state.table.is_some() {
            return Err(error("CreateTable", Trouble::Conflict));
        }
        let (name, attribute) = table.index.clone().unwrap();
        state.items.clear();
        state.tags = table.tags.clone();
        state.table = Some(TableDescription {
            arn: arn(&table.name),
            name: table.name.clone(),
            status: TableStatus::Active,
            key_schema: vec![(table.partition_key.clone(), "HASH".into(), "S".into())],
            indexes: BTreeMap::from([(name, index(&attribute))]),
            deletion_protection: false,
            created: Some(self.clock.now()),
            billing_mode: "PAY_PER_REQUEST".into(),
            item_count_estimate: Some(0),
        });
        Ok(())
    }

    async fn put_items(&self, _sandbox: &Sandbox, _name: &str, items: &[Item]) -> Result<(), CallError> {
        let mut state = self.described("BatchWriteItem")?;
        if state.loses == Some(Loses::Puts) {
            return Ok(());
        }
        for item in items {
            let key = key_of(item);
            state.items.retain(|other| key_of(other) != key);
            state.items.push(item.clone());
        }
        Ok(())
    }

    async fn delete_item(&self, _sandbox: &Sandbox, _name: &str, key: &Item) -> Result<(), CallError> {
        let mut state = self.described("DeleteItem")?;
        if state.loses != Some(Loses::Deletions) {
            state.items.retain(|item| key_of(item) != *key);
        }
        Ok(())
    }

    async fn drop_index(&self, _sandbox: &Sandbox, _name: &str, index: &str) -> Result<(), CallError> {
        self.described("UpdateTable")?.table.as_mut().unwrap().indexes.remove(index);
        Ok(())
    }

    async fn unprotect_table(&self, _sandbox: &Sandbox, _name: &str) -> Result<(), CallError> {
        unreachable!("no validator deletes tables")
    }

    async fn tag_table(
        &self,
        _sandbox: &Sandbox,
        _arn: &ResourceArn,
        _tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        unreachable!("tags are given when a table is created")
    }

    async fn delete_table(&self, _sandbox: &Sandbox, _name: &str) -> Result<(), CallError> {
        unreachable!("no validator deletes tables")
    }
}

struct SandboxRole;

#[async_trait]
impl CallerIdentity for SandboxRole {
    async fn caller(&self) -> Result<Caller, CallError> {
        let arn = format!("arn:aws:sts::{ACCOUNT}:assumed-role/backproof/x");
        Ok(Caller { account: ACCOUNT.parse().unwrap(), arn })
    }
}

pub(crate) async fn sandbox() -> Sandbox {
    let config = SandboxConfig {
        account: ACCOUNT.parse().unwrap(),
        regions: vec![REGION.parse().unwrap()],
        sources: [].into(),
        protected: [].into(),
        same_account: None,
    };
    Sandbox::enter(&SandboxRole, &REGION.parse().unwrap(), &config).await.unwrap()
}

pub(crate) async fn validator(tables: &Arc<MemoryTables>) -> Items {
    let tables: Arc<dyn WriteTables> = Arc::clone(tables) as _;
    Items::new(tables, sandbox().await, key())
}

pub(crate) fn target(table: &str) -> Target {
    Target::Table {
        arn: arn(table),
        account: ACCOUNT.parse().unwrap(),
        region: REGION.parse().unwrap(),
        name: table.into(),
    }
}

pub(crate) fn deadline(clock: &VirtualClock, allowed: Duration) -> Deadline {
    Deadline::after(Arc::new(clock.clone()), allowed)
}

/// The baseline of these items in a table like the restored one, as of the recovery point's time.
pub(crate) fn baseline(class: Class, items: Vec<Item>) -> Baseline {
    baseline_as_of(class, items, data_time())
}

pub(crate) fn baseline_as_of(class: Class, items: Vec<Item>, as_of: Timestamp) -> Baseline {
    let runtime = runtime();
    let production = MemoryTables::holding(runtime.clock(), items);
    let production: Arc<dyn ReadTables> = production;
    let order = CaptureOrder::new(SOURCE, class, key(), as_of).with_time(TimeAttribute::named("created_at"));
    let deadline = deadline(&runtime.clock(), Duration::from_hours(1));
    runtime.block_on(capture(&production, &order, &deadline)).unwrap()
}

/// One examination of one table.
pub(crate) struct Scene {
    pub(crate) runtime: VirtualRuntime,
    pub(crate) tables: Arc<MemoryTables>,
    pub(crate) settings: serde_json::Value,
    pub(crate) allowed: Duration,
}

impl Scene {
    /// A restored table with these items, and settings for its source table.
    pub(crate) fn of(items: Vec<Item>, entry: &serde_json::Value) -> Self {
        let runtime = runtime();
        let tables = MemoryTables::holding(runtime.clock(), items);
        let settings = json!({ "tables": { SOURCE: entry } });
        Self { runtime, tables, settings, allowed: Duration::from_hours(1) }
    }

    /// A table whose items never change.
    pub(crate) fn frozen(items: Vec<Item>) -> Self {
        Self::of(items, &json!({ "class": "frozen", "baseline": baseline(Class::Frozen, orders()) }))
    }

    /// A table to which items are added, with the baseline's items up to two hours before the backup.
    pub(crate) fn append(items: Vec<Item>) -> Self {
        let then = orders().into_iter().take(99).collect();
        let baseline = baseline_as_of(Class::Append, then, hours_before(1));
        Self::of(items, &json!({ "class": "append", "time_attribute": "created_at", "baseline": baseline }))
    }

    pub(crate) fn with(self, change: impl FnOnce(&mut State)) -> Self {
        self.tables.change(change);
        self
    }

    pub(crate) fn examine(&self) -> Found {
        let examined = self.runtime.block_on(async {
            let validator = validator(&self.tables).await;
            validator.check_settings(&self.settings).unwrap();
            let examination = Examination {
                connection: None,
                seed: [0; 32],
                target: target(TABLE),
                settings: self.settings.clone(),
                data_time: data_time(),
                source_name: SOURCE.into(),
                deadline: deadline(&self.runtime.clock(), self.allowed),
            };
            assert!(validator.accepts(&examination.target));
            validator.examine(&examination).await
        });
        Found(examined)
    }
}

/// What an examination found.
pub(crate) struct Found(pub(crate) Examined);

impl Found {
    pub(crate) fn check(&self, name: &str) -> &Check {
        self.0.checks.iter().find(|check| check.name == name).unwrap_or_else(|| panic!("no {name}: {:#?}", self.0))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.checks.iter().any(|check| check.name == name)
    }

    /// The names of the checks that failed.
    pub(crate) fn failed(&self) -> Vec<&str> {
        self.0.checks.iter().filter(|check| check.verdict == Verdict::Failed).map(|check| &*check.name).collect()
    }

    pub(crate) fn outcome(&self, required: ProofLevel) -> Outcome {
        Outcome::of_checks(&self.0.checks, required)
    }

    /// The remark of a check that was not passed.
    pub(crate) fn remark(&self, name: &str) -> &str {
        self.check(name).remark.as_deref().unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn assert_silent(&self) {
        let outcome = self.outcome(ProofLevel::L3);
        assert_eq!(outcome, Outcome::Passed { level: ProofLevel::L3 }, "{:#?}", self.0.checks);
    }
}

/// The negative controls of a validator that has some.
pub(crate) fn controls(validator: &Items) -> &dyn NegativeControls {
    match validator.controls() {
        Controls::InScratchResource(controls) => controls,
        Controls::BesideTarget(_) | Controls::None => panic!("no controls in a scratch resource"),
    }
}

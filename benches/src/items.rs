//! Count and fingerprint a large table, beside a bare parallel scan and beside boto3's.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use backproof_cloud::{ReadTables, ScanPart};
use backproof_model::{Target, Verdict};
use backproof_validators_api::{Deadline, Examination, Validator};
use backproof_validators_items::{CaptureOrder, Class, Items, capture};
use serde_json::json;
use tokio::task::JoinSet;

use crate::bench::{heading, line, quickest, ratio};
use crate::child::{measure, measure_python};
use crate::client;
use crate::measured::{Began, Measured};
use crate::server::Server;

/// A parallel scan with the same SDK that drops what it reads.
pub(crate) const FLOOR: &str = "items-floor";
/// The validator, held to a baseline of the whole table.
pub(crate) const OURS: &str = "items";

const SCAN: &str = include_str!("peers/boto3_scan.py");
const TABLE: &str = "orders";
const ITEMS: u64 = 1_000_000;
/// What the validator reads beside each other, and in how many segments it reads a table of this size.
const AT_ONCE: usize = 8;
const SEGMENTS: u32 = 10;
/// Long enough for everything.
const ALLOWED: Duration = Duration::from_hours(1);

/// Measures one large table.
pub(crate) fn bench() -> anyhow::Result<()> {
    let server = Server::start(&world())?;
    let at = &server.endpoint;
    let floor = quickest(3, || measure(FLOOR, at, ITEMS))?;
    let ours = quickest(3, || measure(OURS, at, ITEMS))?;
    let boto3 = measure_python(SCAN, at)?;
    let counts = [floor.counted, ours.counted, boto3.counted];
    ensure!(counts == [ITEMS; 3], "not all saw {ITEMS} items: {counts:?}");
    heading(&format!("verification of {ITEMS} items, over TCP"));
    line("bare scan with the same SDK, 8 at once", &floor);
    line("count and fingerprint, held to a baseline", &ours);
    line("boto3's scan, 4 processes, counted only", &boto3);
    ratio("bare scan / ours, wall", floor.seconds / ours.seconds, ">= 0.8");
    ratio("bare scan / ours, CPU of the client", floor.cpu_seconds / ours.cpu_seconds, "none");
    ratio("boto3 / ours, wall", boto3.seconds / ours.seconds, ">= 10");
    ratio("boto3 / ours, CPU of the client", boto3.cpu_seconds / ours.cpu_seconds, "none");
    Ok(())
}

fn world() -> String {
    let mut world = client::accounts();
    world.push_str(&format!(
        r#"
[[resources]]
name = "{TABLE}"
type = "DynamoDB"
generated = {{ count = {ITEMS}, span = "365d" }}
table.partition_key = {{ name = "id", type = "S" }}
"#
    ));
    world
}

/// The table's account. The first call has the simulator make its items, which is not measured.
async fn tables(endpoint: &str) -> anyhow::Result<Arc<dyn ReadTables>> {
    let cloud = client::cloud(endpoint, &client::clock()?);
    let tables = cloud.read_tables(&client::source()?, &client::region()?).await;
    tables.describe_table(TABLE).await?;
    Ok(tables)
}

/// The floor.
pub(crate) async fn scan_bare(endpoint: &str, size: u64) -> anyhow::Result<Measured> {
    let tables = tables(endpoint).await?;
    let began = Began::now()?;
    let mut waiting = 0..SEGMENTS;
    let mut reading = JoinSet::new();
    let mut counted = 0;
    loop {
        while reading.len() < AT_ONCE
            && let Some(segment) = waiting.next()
        {
            reading.spawn(count_segment(tables.clone(), ScanPart { segment, total_segments: SEGMENTS }));
        }
        match reading.join_next().await {
            None => break,
            Some(read) => counted += read??,
        }
    }
    ensure!(counted == size, "{counted} items were read");
    began.ended(counted)
}

async fn count_segment(tables: Arc<dyn ReadTables>, part: ScanPart) -> anyhow::Result<u64> {
    let (mut from, mut counted) = (None, 0);
    loop {
        let page = tables.scan(TABLE, part, from).await?;
        counted += page.items.len() as u64;
        from = page.next;
        if from.is_none() {
            return Ok(counted);
        }
    }
}

/// Ours. The baseline is taken first, by the same kind of pass, and not measured.
pub(crate) async fn verify(endpoint: &str, size: u64) -> anyhow::Result<Measured> {
    let tables = tables(endpoint).await?;
    let clock = client::clock()?;
    let deadline = Deadline::after(clock.clone(), ALLOWED);
    let order = CaptureOrder::new(TABLE, Class::Frozen, client::fingerprint_key(), clock.now());
    let baseline = capture(&tables, &order, &deadline).await?;
    ensure!(baseline.items == size, "the baseline has {} items", baseline.items);
    let table = tables.describe_table(TABLE).await?;
    let validator = Items::read_only(tables, client::fingerprint_key());
    let examination = Examination {
        target: Target::Table {
            arn: table.arn,
            account: client::source()?,
            region: client::region()?,
            name: TABLE.into(),
        },
        settings: json!({ "tables": { TABLE: { "class": "frozen", "baseline": baseline } } }),
        data_time: clock.now(),
        source_name: TABLE.into(),
        connection: None,
        seed: [0; 32],
        deadline,
    };
    let began = Began::now()?;
    let examined = validator.examine(&examination).await;
    let bad = examined.checks.iter().find(|check| check.verdict != Verdict::Passed);
    ensure!(bad.is_none(), "a check did not pass: {bad:?}");
    began.ended(baseline.items)
}

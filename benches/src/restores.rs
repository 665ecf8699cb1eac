//! A run of 1,000 restore tests in virtual time, beside the schedule's lower bound, with the calls counted.
//!
//! The simulator is in this process, reached through the in-memory connector; calls are spaced to AWS's published
//! rates. A restore test cannot take less than its job waits and works and its table takes to go; so many of them
//! beside each other as the plan allows cannot take less than that, times the number of rounds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::ensure;
use async_trait::async_trait;
use backproof_aws::{HttpKind, InMemoryAws, Lost};
use backproof_clock::{SharedClock, VirtualRuntime};
use backproof_engine::{Request, Until, What};
use backproof_model::Outcome;
use backproof_model::record::RunClosed;
use backproof_simulator::{Simulator, World};
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use crate::client;

const TESTS: u32 = 1000;
/// How many restores DynamoDB lets an account have under way.
const SLOTS: u32 = 50;
const PENDING: i64 = 60;
/// How long the simulator's `DeleteTable` takes until the table is gone.
const DELETING: i64 = 4;

/// Measures runs whose jobs take so many minutes.
pub(crate) fn bench() -> anyhow::Result<()> {
    println!("\nrun of {TESTS} restore tests, {SLOTS} at once, in virtual time");
    for minutes in [10, 30, 120] {
        let seen = Seen::of_run(minutes)?;
        let rounds = TESTS.div_ceil(SLOTS);
        let least = SignedDuration::from_secs(PENDING + minutes * 60 + DELETING) * i32::try_from(rounds)?;
        let ratio = seen.virtual_time.as_secs_f64() / least.as_secs_f64();
        println!("jobs of {minutes} minutes: took {:#}, the schedule's lower bound is {least:#}", seen.virtual_time);
        crate::bench::ratio("virtual time / lower bound", ratio, "<= 1.02");
        let tests = f64::from(TESTS);
        let sum = |calls: &BTreeMap<String, u64>| calls.values().map(|count| to_float(*count)).sum::<f64>() / tests;
        let (changing, reading): (BTreeMap<_, _>, BTreeMap<_, _>) =
            seen.calls.into_iter().partition(|(call, _)| changes_something(call));
        crate::bench::ratio("calls per restore test that change something", sum(&changing), "none");
        crate::bench::ratio("other calls per restore test", sum(&reading), "<= 6");
        println!("  real time: {:.1} s", seen.real_seconds);
        for (call, count) in changing.iter().chain(&reading).filter(|(_, count)| **count >= u64::from(TESTS) / 10) {
            println!("    {:<54} {:>9.2}", call, to_float(*count) / tests);
        }
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a number for people")]
fn to_float(count: u64) -> f64 {
    count as f64
}

fn changes_something(call: &str) -> bool {
    let operation = call.split(':').next_back().unwrap_or(call);
    ["Start", "Create", "Put", "Batch", "Update", "Tag", "Delete"].iter().any(|verb| operation.starts_with(verb))
}

/// What was seen of one run.
struct Seen {
    virtual_time: SignedDuration,
    real_seconds: f64,
    calls: BTreeMap<String, u64>,
}

impl Seen {
    fn of_run(minutes: i64) -> anyhow::Result<Self> {
        let runtime = VirtualRuntime::starting_at(client::START.parse::<Timestamp>()?)?;
        let clock: SharedClock = Arc::new(runtime.clock());
        let simulator = Simulator::new(World::parse(&world(minutes))?, clock.clone());
        let state = tempfile::tempdir()?;
        let http = HttpKind::InMemory(Arc::new(InMemory(simulator.clone())));
        let began = Instant::now();
        let closed = runtime.block_on(async {
            let cloud = client::cloud_in_memory(http, &clock)?;
            let world = client::world(cloud, plan(), state.path(), clock.clone()).await?;
            let request = Request { what: What::Sample, until: Until::Closed, reveal: None, keep: None };
            anyhow::Ok(backproof_engine::run(&world, &request).await?.closed)
        })?;
        let real_seconds = began.elapsed().as_secs_f64();
        let Some(RunClosed { outcomes, stranded, calls, .. }) = closed else {
            anyhow::bail!("the run did not close");
        };
        ensure!(outcomes.len() == TESTS as usize, "{} tests were performed", outcomes.len());
        let bad = outcomes.values().find(|outcome| !matches!(outcome, Outcome::Passed { .. }));
        ensure!(bad.is_none(), "a test did not pass: {bad:?}");
        ensure!(stranded.is_empty(), "something was left behind: {stranded:?}");
        let first = simulator.restore_jobs().iter().map(|job| job.created_at).min();
        let first = first.ok_or_else(|| anyhow::anyhow!("no restore job was started"))?;
        Ok(Self { virtual_time: clock.now().duration_since(first), real_seconds, calls })
    }
}

struct InMemory(Simulator);

#[async_trait]
impl InMemoryAws for InMemory {
    async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
        self.0.answer(request).await.map_err(|_| Lost::Connection)
    }
}

/// Small tables in a logically air-gapped vault that is shared with the sandbox: nothing has to be copied.
fn world(minutes: i64) -> String {
    let (sandbox, start) = (client::SANDBOX, client::accounts());
    // The keys of the whole world stand before its first table.
    let (keys, tables) = start.split_at(start.find("[[").unwrap_or_default());
    let mut world = format!(
        r#"{keys}
restores = {{ pending = "{PENDING}s", running = "{minutes}m" }}
{tables}
[[vaults]]
name = "gapped"
type = "logically-air-gapped"
shared_with = ["{sandbox}"]
"#
    );
    for number in 1..=TESTS {
        world.push_str(&format!(
            r#"
[[resources]]
name = "table-{number:04}"
type = "DynamoDB"
generated = {{ count = 20, span = "90d" }}
table.partition_key = {{ name = "id", type = "S" }}
[[points]]
resource = "table-{number:04}"
vault = "gapped"
age = "1d"
"#
        ));
    }
    world
}

fn plan() -> String {
    let (source, sandbox, region) = (client::SOURCE, client::SANDBOX, client::REGION);
    format!(
        r#"
version = 1
name = "bench"
[scope]
regions = ["{region}"]
[[scope.accounts]]
id = "{source}"
[selection]
size = {{ per_stratum = {TESTS} }}
[sandbox]
account = "{sandbox}"
regions = ["{region}"]
role_arn = "arn:aws:iam::{sandbox}:role/backproof-sandbox"
restore_role_arn = "arn:aws:iam::{sandbox}:role/backproof-restore"
[[sandbox.routes]]
kind = "shared-vault"
[authorisation]
authorised_by = "a bench"
ticket = "BENCH-1"
data_classes = ["simulated"]
expires = 2027-12-31T00:00:00Z
[concurrency]
restores = {SLOTS}
per_resource_type = {SLOTS}
[[validators]]
use = "items"
[validators.settings]
minimum_items = 10
time_attribute = "created_at"
max_lag = "30d"
"#
    )
}

//! `backproof demo`: a small company's quarterly plan against the simulator, in this process, over TCP.
//!
//! Time runs thirty times faster than the wall, for AWS and for us alike. The world holds recovery points that restore
//! well and some that do not, each for another reason; the command succeeds when all were told apart as planned.

mod databases;
mod people;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials};
use backproof_clock::{ScaledClock, SharedClock};
use backproof_engine::{Request, Until, What, World};
use backproof_evidence::RunEvidence;
use backproof_model::{AccountId, FaultOwner, Outcome, Region};
use backproof_simulator::Simulator;
use backproof_validators_api::{Deadline, FingerprintKey};
use backproof_validators_items::{CaptureOrder, Class, TimeAttribute};
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::{Common, Demo, Format};
use crate::evidence::finishing;
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{progress, wiring};
use databases::{DATABASES, Database};
use people::People;

const SPEED: u32 = 30;
const PLAN: &str = include_str!("demo.toml");
const REGION: &str = "eu-central-1";
const SHOP: &str = "111122223333";
const ANALYTICS: &str = "222233334444";
/// Baselines hold what was settled before the oldest recovery point that can be drawn: all points can be held to them.
const SETTLED: SignedDuration = SignedDuration::from_hours(24 * 40);

/// A table of the demonstration's world: how it is examined, and what its restore test must come to.
struct Table {
    account: &'static str,
    name: &'static str,
    examined: Examined,
    comes_to: ComesTo,
}

/// How a table is examined.
#[derive(Clone, Copy)]
enum Examined {
    /// Its settled items against a baseline.
    ByBaseline,
    /// By the age of its newest item.
    ByFreshness,
    /// It may be empty.
    MayBeEmpty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ComesTo {
    Passed,
    Failed,
    Inconclusive(FaultOwner),
}

const fn table(account: &'static str, name: &'static str, examined: Examined, comes_to: ComesTo) -> Table {
    Table { account, name, examined, comes_to }
}

const TABLES: &[Table] = &[
    table(SHOP, "carts", Examined::ByBaseline, ComesTo::Failed),
    table(SHOP, "consents", Examined::ByBaseline, ComesTo::Inconclusive(FaultOwner::Harness)),
    table(SHOP, "customers", Examined::ByBaseline, ComesTo::Passed),
    table(SHOP, "inventory", Examined::ByFreshness, ComesTo::Failed),
    table(SHOP, "invoices", Examined::ByBaseline, ComesTo::Failed),
    table(SHOP, "order-lines", Examined::ByBaseline, ComesTo::Passed),
    table(SHOP, "orders", Examined::ByBaseline, ComesTo::Passed),
    table(SHOP, "payments", Examined::ByBaseline, ComesTo::Inconclusive(FaultOwner::Sandbox)),
    table(SHOP, "products", Examined::ByBaseline, ComesTo::Passed),
    table(SHOP, "promotions", Examined::MayBeEmpty, ComesTo::Passed),
    table(SHOP, "shipments", Examined::ByBaseline, ComesTo::Passed),
    table(ANALYTICS, "events", Examined::ByBaseline, ComesTo::Passed),
    table(ANALYTICS, "reports", Examined::ByBaseline, ComesTo::Passed),
];
/// A protected table with nothing that could be drawn.
const UNCOVERED: &str = "loyalty";

pub(crate) async fn perform(common: &Common, demo: &Demo) -> anyhow::Result<Exit> {
    let directory = fresh(&demo.directory)?;
    let (simulated, missing) = backproof_simulator::World::demo()?.without_missing_programs();
    for missing in &missing {
        eprintln!("{missing}");
    }
    let there = |database: &&Database| simulated.resource(&format!("{SHOP}/{}", database.name)).is_some();
    let databases: Vec<&Database> = DATABASES.iter().filter(there).collect();
    let clock: SharedClock = Arc::new(ScaledClock::starting_at(simulated.start, SPEED));
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen on 127.0.0.1")?;
    let endpoint = format!("http://{}", listener.local_addr()?);
    let simulator = Simulator::new(simulated, clock.clone());
    let server = tokio::spawn(simulator.clone().serve(listener));

    let store = wiring::open_store(&directory.join(STATE), None, clock.clone()).await?;
    let key = wiring::fingerprint_key(store.directory())?;
    let credentials = || BaseCredentials::Fixed { access_key_id: SHOP.into(), secret_access_key: "simulated".into() };
    let base = wiring::parse_plan("the demonstration's plan", PLAN.to_owned())?;
    let aws = |plan| AwsConfig {
        credentials: credentials(),
        endpoint_url: Some(endpoint.clone()),
        ..wiring::aws_config(plan, clock.clone())
    };

    eprintln!("Simulation: an AWS in this process at {endpoint}, {SPEED} times faster than real time.");
    eprintln!("taking baselines of {} tables and {} databases on the production side", TABLES.len(), databases.len());
    let cloud = AwsCloud::new(aws(&base.plan));
    let mut text = plan_with_baselines(&cloud, &key, &clock).await?;
    let absolute = std::fs::canonicalize(&directory)?;
    text.push_str(&databases::plan_with_baselines(&simulator, &databases, &key, &clock, &absolute).await?);
    let operator = wiring::operator_of(common);
    let people = People::begin(&absolute, &operator)?;
    text.push_str(&people.plan_with_evidence());
    std::fs::write(directory.join("plan.toml"), &text)?;
    let planned = wiring::parse_plan("the demonstration's plan", text)?;

    let (sender, shown) = progress::begin();
    let world = World {
        approval: people.approve(&planned.plan, clock.now())?,
        cloud: Arc::new(AwsCloud::new(aws(&planned.plan))),
        plan: planned.plan,
        plan_text: planned.text,
        drivers: backproof_drivers::all(),
        validators: wiring::validators(key),
        store: store.clone(),
        witnesses: None,
        simulated: true,
        operator,
        version: env!("CARGO_PKG_VERSION").into(),
        stop: CancellationToken::new(),
        progress: sender,
    };
    let listener = super::run::listen_for_interrupts(world.stop.clone());
    let end =
        backproof_engine::run(&world, &Request { what: What::Sample, until: Until::Closed, reveal: None, keep: None })
            .await;
    listener.abort();
    drop(world);
    shown.await?;
    server.abort();
    let common = &Common { trust: Some(people.trust_file()), ..common.clone() };
    let rendered = finishing::finish(common, &store, end?.run).await?;
    for trouble in &rendered.trouble {
        eprintln!("error: {trouble}");
    }
    let report = directory.join("report.html");
    for name in [
        "report.html",
        "journal.jsonl",
        "results.json",
        backproof_engine::POPULATION_FILE,
        backproof_engine::EXCLUDED_FILE,
    ] {
        std::fs::copy(store.files(rendered.evidence.run)?.path(name), directory.join(name))
            .with_context(|| format!("cannot copy {name}"))?;
    }
    let mut surprises = surprises(&rendered.evidence, &databases);
    surprises.extend(rendered.trouble.iter().cloned());
    match common.output {
        Format::Json => print_json(
            &serde_json::json!({"told_apart_as_planned": surprises.is_empty(), "surprises": surprises, "report": report}),
        )?,
        Format::Text => {
            print!(
                "{}",
                backproof_render::text::summary(
                    &rendered.evidence,
                    &rendered.conclusion,
                    Some(&report.display().to_string())
                )
            );
            print_ending(&surprises, databases.len(), &directory);
        }
    }
    Ok(if surprises.is_empty() { Exit::Passed } else { Exit::Internal })
}

fn print_ending(surprises: &[String], databases: usize, directory: &Path) {
    println!();
    if surprises.is_empty() {
        println!(
            "All {} tables and {databases} databases of this world were told apart as planned, and {UNCOVERED}, which nothing \
             covers, was named.",
            TABLES.len()
        );
        println!(
            "Look into {0}: report.html, results.json, journal.jsonl, plan.toml, population.tsv, excluded.tsv; and verify what \
             is sealed:\n  backproof verify {0}/{STATE}/bundles/1 --trust {0}/trust.toml",
            directory.display()
        );
    }
    for surprise in surprises {
        println!("NOT AS PLANNED: {surprise}");
    }
}

/// What a demonstration leaves in its directory, beside [`STATE`].
const LEFT: [&str; 6] = ["plan.toml", "report.html", "results.json", "journal.jsonl", "population.tsv", "excluded.tsv"];
/// Its state directory.
const STATE: &str = "state";

/// The directory of the demonstration, without what an earlier one left there; nothing else is ever removed.
fn fresh(directory: &Path) -> anyhow::Result<std::path::PathBuf> {
    let refuse = |problem: String| UsageError(format!("{problem}; name another directory with --directory"));
    let name = directory.display();
    if directory.exists() {
        let ours = std::fs::read_to_string(directory.join("plan.toml")).is_ok_and(|text| text.starts_with(PLAN));
        let empty = std::fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none());
        if !ours && !empty {
            return Err(refuse(format!("`{name}` is there already and is no demonstration's")).into());
        }
        let left = LEFT.iter().chain(&people::LEFT).map(|file| (*file).to_owned()).chain(databases::left());
        let files = left.map(|file| std::fs::remove_file(directory.join(file)));
        for removed in files.chain([std::fs::remove_dir_all(directory.join(STATE))]) {
            match removed {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(refuse(format!("cannot empty `{name}`: {error}")).into()),
            }
        }
    }
    std::fs::create_dir_all(directory).map_err(|error| refuse(format!("cannot make `{name}`: {error}")))?;
    Ok(directory.to_owned())
}

/// The plan with an entry for each table, its baseline read from the table itself.
async fn plan_with_baselines(cloud: &AwsCloud, key: &FingerprintKey, clock: &SharedClock) -> anyhow::Result<String> {
    let region: Region = REGION.parse()?;
    let mut text = PLAN.to_owned();
    let mut readers = BTreeMap::new();
    for account in [SHOP, ANALYTICS] {
        let id: AccountId = account.parse()?;
        readers.insert(account, cloud.read_tables(&id, &region).await);
    }
    for table in TABLES {
        text.push_str(&format!("\n[validators.settings.tables.{}]\n", table.name));
        match table.examined {
            Examined::MayBeEmpty => text.push_str("may_be_empty = true\n"),
            Examined::ByFreshness => text.push_str("minimum_items = 1\nmax_lag = \"7d\"\n"),
            Examined::ByBaseline => {
                let settled = clock.now().checked_sub(SETTLED)?;
                let order = CaptureOrder::new(table.name, Class::Append, key.clone(), settled)
                    .with_time(TimeAttribute::named("created_at"));
                let deadline = Deadline::after(clock.clone(), std::time::Duration::from_hours(1));
                let baseline = backproof_validators_items::capture(&readers[table.account], &order, &deadline).await?;
                let baseline = toml::Value::try_from(baseline).context("a baseline as TOML")?;
                text.push_str(&format!("class = \"append\"\nbaseline = {baseline}\n"));
            }
        }
    }
    Ok(text)
}

/// What did not come to what this world planned.
fn surprises(run: &RunEvidence, databases: &[&Database]) -> Vec<String> {
    let mut outcomes: BTreeMap<&str, &Outcome> = BTreeMap::new();
    for test in &run.tests {
        outcomes.insert(test.drawn.point.resource_arn.arn().resource_name(), &test.outcome);
    }
    let tables = TABLES.iter().map(|table| (table.name, table.comes_to));
    let planned = tables.chain(databases.iter().map(|database| (database.name, database.comes_to)));
    let mut surprises: Vec<String> = planned
        .filter_map(|(name, planned)| match outcomes.remove(name) {
            None => Some(format!("{name} was not drawn")),
            Some(outcome) if comes_to(outcome) == planned => None,
            Some(outcome) => Some(format!("{name} should come to {planned:?}, but came to {outcome:?}")),
        })
        .collect();
    surprises.extend(outcomes.keys().map(|name| format!("{name} was drawn, but is nothing that can be")));
    let named = run
        .population
        .iter()
        .flat_map(|population| &population.uncovered)
        .any(|resource| resource.resource_arn.arn().resource_name() == UNCOVERED);
    if !named {
        surprises.push(format!("{UNCOVERED} has no recovery point that can be drawn, and was not named"));
    }
    surprises.extend(run.problems.iter().map(|problem| format!("the evidence does not hold: {problem}")));
    let left = run.closed.iter().flat_map(|closed| &closed.stranded);
    surprises.extend(left.map(|left| format!("{} was left behind: {}", left.arn, left.why)));
    surprises
}

fn comes_to(outcome: &Outcome) -> ComesTo {
    match outcome {
        Outcome::Passed { .. } => ComesTo::Passed,
        Outcome::Failed { .. } => ComesTo::Failed,
        Outcome::Inconclusive { owner, .. } => ComesTo::Inconclusive(*owner),
    }
}

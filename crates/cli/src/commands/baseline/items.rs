//! `backproof baseline capture --engine dynamodb`: one table, as settings of a plan.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use backproof_aws::{AwsCloud, AwsConfig, BaseCredentials};
use backproof_cloud::ReadTables;
use backproof_engine::EngineError;
use backproof_model::{AccountId, Region};
use backproof_validators_api::{Deadline, FingerprintKey, LengthOfTime};
use backproof_validators_items::{Baseline, CaptureOrder, Class, TimeAttribute, TimeUnit, capture};
use toml::{Table as TomlTable, Value};

use crate::args::baseline::{Capture, NumberUnit, Table, TableClass};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::wiring;

/// A scan of a table that takes longer is no longer one of a moment, and somebody should look why.
const LONGEST: Duration = Duration::from_hours(12);

pub(crate) async fn perform(common: &Common, order: &Capture, key: FingerprintKey) -> anyhow::Result<Exit> {
    let name = order.table.table.clone().context("clap asks for --table with this engine")?;
    let clock = wiring::clock(common);
    let tables = tables(common, &order.table).await?;
    let time = order.table.time_attribute.clone().map(|name| TimeAttribute { name, unit: unit(order.table.time_unit) });
    let capture_order = CaptureOrder {
        name: name.clone(),
        class: class(order.table.class),
        time,
        key,
        as_of: clock.now(),
        skew: LengthOfTime::seconds(order.skew.as_secs()),
    };
    eprintln!("reading table `{name}` from end to end");
    let baseline = match capture(&tables, &capture_order, &Deadline::after(clock, LONGEST)).await {
        Ok(baseline) => baseline,
        Err(error) => {
            eprintln!("error: {error}");
            return Ok(Exit::Inconclusive);
        }
    };
    let text = match common.output {
        Format::Text => as_settings(&name, &capture_order, &baseline)?,
        Format::Json => serde_json::to_string_pretty(&baseline)? + "\n",
    };
    match &order.out {
        None => print!("{text}"),
        Some(path) => {
            std::fs::write(path, text)
                .map_err(|error| UsageError(format!("cannot write `{}`: {error}", path.display())))?;
            eprintln!(
                "wrote `{}`; it belongs into the plan, among the settings of the validator `items`",
                path.display()
            );
        }
    }
    Ok(Exit::Passed)
}

/// Reads tables of the account with the credentials at hand.
async fn tables(common: &Common, table: &Table) -> anyhow::Result<Arc<dyn ReadTables>> {
    let surroundings = backproof_aws::surroundings(common.profile.as_deref()).await;
    let region: Region = table
        .region
        .clone()
        .or(surroundings.region)
        .ok_or_else(|| UsageError("no Region: name one with --region, AWS_REGION or the profile".into()))?;
    let cloud = AwsCloud::new(AwsConfig {
        credentials: BaseCredentials::Chain { profile: common.profile.clone() },
        endpoint_url: common.endpoint_url.clone(),
        ..AwsConfig::new(wiring::clock(common))
    });
    let account: AccountId = match &table.account {
        Some(account) => account.clone(),
        None => cloud.base_caller(&region).await.map_err(EngineError::from)?.account,
    };
    Ok(cloud.read_tables(&account, &region).await)
}

/// What a plan says of the table, to be put below its `[[validators]]` with `use = "items"`.
fn as_settings(name: &str, order: &CaptureOrder, baseline: &Baseline) -> anyhow::Result<String> {
    let mut entry = TomlTable::new();
    entry.insert("class".into(), Value::try_from(order.class)?);
    if let Some(time) = &order.time {
        entry.insert("time_attribute".into(), Value::String(time.name.clone()));
        entry.insert("time_unit".into(), Value::try_from(time.unit)?);
    }
    entry.insert("baseline".into(), Value::try_from(baseline).context("a baseline as TOML")?);
    let mut text = format!(
        "# Taken {}. Put this below `[[validators]]` with `use = \"items\"`.\n[validators.settings.tables.{}]\n",
        baseline.captured_at,
        Value::String(name.to_owned()),
    );
    for (key, value) in entry {
        text.push_str(&format!("{key} = {value}\n"));
    }
    Ok(text)
}

fn class(class: TableClass) -> Class {
    match class {
        TableClass::Frozen => Class::Frozen,
        TableClass::Append => Class::Append,
        TableClass::Mutable => Class::Mutable,
    }
}

fn unit(unit: NumberUnit) -> TimeUnit {
    match unit {
        NumberUnit::Seconds => TimeUnit::Seconds,
        NumberUnit::Milliseconds => TimeUnit::Milliseconds,
    }
}

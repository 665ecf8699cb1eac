//! `backproof simulate`: serves an AWS that is not one.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context;
use backproof_clock::{RealClock, SharedClock};
use backproof_simulator::{Simulator, World};
use serde_json::json;
use tokio::net::TcpListener;

use crate::args::{Common, Format, Simulate};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::simulated_time::SimulatedTime;

/// What is served, and how to reach it.
struct Serving {
    endpoint: String,
    account: String,
    region: String,
    time: Option<SimulatedTime>,
}

impl Serving {
    /// What a client needs in its environment. Any secret will do: no signature is checked.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("AWS_ENDPOINT_URL", self.endpoint.clone()),
            ("AWS_ACCESS_KEY_ID", self.account.clone()),
            ("AWS_SECRET_ACCESS_KEY", "any".into()),
            ("AWS_REGION", self.region.clone()),
        ];
        variables.extend(self.time.map(|time| ("BACKPROOF_SIMULATED_TIME", time.to_string())));
        variables
    }

    fn as_json(&self) -> serde_json::Value {
        let environment: BTreeMap<_, _> = self.environment().into_iter().collect();
        json!({ "endpoint": self.endpoint, "account": self.account, "region": self.region, "environment": environment })
    }

    fn print(&self) {
        println!("An AWS that is not one listens on {} until Ctrl-C.", self.endpoint);
        println!("Nothing here proves anything about AWS. In another terminal:");
        println!();
        for (name, value) in self.environment() {
            println!("  export {name}={value}");
        }
        println!("  aws backup list-backup-vaults");
        println!("  backproof population --region {}", self.region);
    }
}

pub(crate) async fn perform(common: &Common, simulate: &Simulate) -> anyhow::Result<Exit> {
    let world = match &simulate.world {
        None => World::demo()?,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| UsageError(format!("cannot read `{}`: {error}", path.display())))?;
            World::parse(&text).map_err(|problem| UsageError(format!("`{}`: {problem}", path.display())))?
        }
    };
    let time = (simulate.speed > 1).then(|| SimulatedTime::beginning_now(simulate.speed));
    let clock = time.map_or_else(|| Arc::new(RealClock) as SharedClock, SimulatedTime::clock);
    let listener = TcpListener::bind(simulate.listen).await.map_err(|error| {
        UsageError(format!("cannot listen on {}: {error}; name another address with --listen", simulate.listen))
    })?;
    let serving = Serving {
        endpoint: format!("http://{}", listener.local_addr()?),
        account: world.first_source_account().to_owned(),
        region: world.region_or_default(None).to_owned(),
        time,
    };
    match common.output {
        Format::Json => print_json(&serving.as_json())?,
        Format::Text => serving.print(),
    }
    let server = Simulator::new(world, clock).serve(listener);
    tokio::select! {
        ended = server => ended.context("the simulator stopped")?,
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C")?,
    }
    Ok(Exit::Passed)
}

//! `backproof simulate`: serves an AWS that is not one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use backproof_clock::{RealClock, SharedClock};
use backproof_simulator::{Simulator, SourceDatabase, World};
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
    databases: Option<Databases>,
}

/// What one needs to know of simulated databases.
struct Databases {
    /// The certificate of the authority that vouches for their servers.
    ca_file: PathBuf,
    /// The source that was asked for, alive.
    source: Option<SourceDatabase>,
}

/// Writes down who vouches for the servers, and starts the source that was asked for.
fn databases(simulator: &Simulator, simulate: &Simulate, port: u16) -> anyhow::Result<Databases> {
    let ca_file = std::env::temp_dir().join(format!("backproof-simulator-{port}.pem"));
    std::fs::write(&ca_file, simulator.database_authority_pem()?)
        .with_context(|| format!("cannot write `{}`", ca_file.display()))?;
    let source = simulate.source_database.as_deref().map(|name| simulator.source_database(name)).transpose();
    let source = source.map_err(|error| UsageError(error.to_string()))?;
    Ok(Databases { ca_file, source })
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
        json!({ "endpoint": self.endpoint, "account": self.account, "region": self.region, "environment": environment,
            "ca_file": self.databases.as_ref().map(|databases| &databases.ca_file),
            "source": self.databases.as_ref().and_then(|databases| databases.source.as_ref()).map(|source| json!({
                "host": source.host, "port": source.port, "user": source.user, "password": source.password,
                "database": source.database,
            })) })
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
        if let Some(Databases { ca_file, source }) = &self.databases {
            println!();
            println!("Plans that restore databases need, in [sandbox.databases]: ca_file = \"{}\"", ca_file.display());
            if let Some(source) = source {
                let SourceDatabase { host, port, user, password, database } = source;
                println!("The source answers on {host}:{port}: database {database}, user {user}, password {password}");
            }
        }
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
    let (world, missing) = world.without_missing_programs();
    for missing in &missing {
        eprintln!("{missing}");
    }
    let time = (simulate.speed > 1).then(|| SimulatedTime::beginning_now(simulate.speed));
    let clock = time.map_or_else(|| Arc::new(RealClock) as SharedClock, SimulatedTime::clock);
    let listener = TcpListener::bind(simulate.listen).await.map_err(|error| {
        UsageError(format!("cannot listen on {}: {error}; name another address with --listen", simulate.listen))
    })?;
    let has_databases = world.resources.iter().any(|resource| resource.database.is_some());
    let (account, region) = (world.first_source_account().to_owned(), world.region_or_default(None).to_owned());
    let address = listener.local_addr()?;
    let simulator = Simulator::new(world, clock);
    let databases = if has_databases { Some(databases(&simulator, simulate, address.port())?) } else { None };
    let serving = Serving { endpoint: format!("http://{address}"), account, region, time, databases };
    match common.output {
        Format::Json => print_json(&serving.as_json())?,
        Format::Text => serving.print(),
    }
    let server = simulator.serve(listener);
    tokio::select! {
        ended = server => ended.context("the simulator stopped")?,
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C")?,
    }
    Ok(Exit::Passed)
}

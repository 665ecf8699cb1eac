//! `backproof simulate`: serves an AWS that is not one.

use std::sync::Arc;

use anyhow::Context;
use backproof_clock::{Clock, RealClock, ScaledClock, SharedClock};
use backproof_simulator::{Simulator, World};
use tokio::net::TcpListener;

use crate::args::Simulate;
use crate::exit::{Exit, UsageError};

pub(crate) async fn perform(simulate: &Simulate) -> anyhow::Result<Exit> {
    let world = match &simulate.world {
        None => World::demo()?,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .map_err(|error| UsageError(format!("cannot read `{}`: {error}", path.display())))?;
            World::parse(&text).map_err(|problem| UsageError(format!("`{}`: {problem}", path.display())))?
        }
    };
    let clock: SharedClock = match simulate.speed {
        0 | 1 => Arc::new(RealClock),
        factor => Arc::new(ScaledClock::starting_at(RealClock.now(), factor)),
    };
    let listener =
        TcpListener::bind(simulate.listen).await.with_context(|| format!("cannot listen on {}", simulate.listen))?;
    let address = listener.local_addr()?;
    let account = world.first_source_account().to_owned();
    println!(
        "An AWS that is not one listens on http://{address} (not AWS: nothing here proves anything about AWS). Try:"
    );
    println!();
    println!(
        "  export AWS_ENDPOINT_URL=http://{address} AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=any AWS_REGION=eu-central-1"
    );
    println!("  aws backup list-backup-vaults");
    println!("  backproof population --account {account} --region eu-central-1");
    let server = Simulator::new(world, clock).serve(listener);
    tokio::select! {
        served = server => served.context("the simulator stopped")?,
        interrupted = tokio::signal::ctrl_c() => interrupted.context("cannot listen for Ctrl-C")?,
    }
    Ok(Exit::Passed)
}

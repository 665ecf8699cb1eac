//! Measures backproof against peers and floors on the same machine, in the same run, and prints ratios.
//!
//! `cargo xtask bench` runs all benches, `cargo xtask bench NAME...` some of them. Nothing here asserts a time: machines
//! differ and are shared, ratios tell. What was measured last, and on what, is in `docs/performance.md`.
//!
//! Every measured client is a child process of its own, so that its peak memory is its own; so is the simulator that
//! it talks to over TCP.

mod bench;
mod child;
mod client;
mod items;
mod measured;
mod population;
mod restores;
mod server;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "usage: backproof-benches [population] [items] [run]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match perform(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Benches by name, all of them without a name; and the parts that children of this process play.
fn perform(arguments: &[&str]) -> anyhow::Result<()> {
    match arguments {
        [server::SERVE] => server::serve(),
        [child::PLAY, part, endpoint, size] => child::play(part, endpoint, size.parse()?),
        [] => perform(&["population", "items", "run"]),
        names => {
            if let Some(unknown) = names.iter().find(|name| !["population", "items", "run"].contains(*name)) {
                bail!("there is no bench `{unknown}`\n{USAGE}");
            }
            bench::describe_machine();
            names.iter().try_for_each(|name| match *name {
                "population" => population::bench(),
                "items" => items::bench(),
                _ => restores::bench(),
            })
        }
    }
}

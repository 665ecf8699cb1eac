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
mod database;
mod items;
mod measured;
mod population;
mod report;
mod restores;
mod rows;
mod server;

use std::process::ExitCode;

use anyhow::bail;

const USAGE: &str = "usage: backproof-benches [population] [items] [run] [report] [rows|rows=NUMBER]";

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
        [] => perform(&["population", "items", "run", "report", "rows"]),
        names => {
            let benches: Vec<Bench> = names.iter().map(|name| Bench::called(name)).collect::<anyhow::Result<_>>()?;
            bench::describe_machine();
            benches.into_iter().try_for_each(Bench::perform)
        }
    }
}

/// What can be measured.
enum Bench {
    Population,
    Items,
    Run,
    Report,
    /// With so many rows.
    Rows(u32),
}

impl Bench {
    fn called(name: &str) -> anyhow::Result<Self> {
        match (name, name.strip_prefix("rows=").map(str::parse)) {
            ("population", _) => Ok(Self::Population),
            ("items", _) => Ok(Self::Items),
            ("run", _) => Ok(Self::Run),
            ("report", _) => Ok(Self::Report),
            ("rows", _) => Ok(Self::Rows(rows::ROWS)),
            (_, Some(Ok(number))) => Ok(Self::Rows(number)),
            (unknown, _) => bail!("there is no bench `{unknown}`\n{USAGE}"),
        }
    }

    fn perform(self) -> anyhow::Result<()> {
        match self {
            Self::Population => population::bench(),
            Self::Items => items::bench(),
            Self::Run => restores::bench(),
            Self::Report => report::bench(),
            Self::Rows(number) => rows::bench(number),
        }
    }
}

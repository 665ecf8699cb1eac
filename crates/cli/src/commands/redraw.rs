//! `backproof redraw`: redoes a draw. Pure: needs a population file and nothing else.

use std::io::{BufWriter, Write};

use backproof_model::draw::Entropy;

use crate::args::{Common, Format, Redraw};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;

pub(crate) fn perform(common: &Common, redraw: &Redraw) -> anyhow::Result<Exit> {
    let name = redraw.population.display();
    let population =
        std::fs::read(&redraw.population).map_err(|error| UsageError(format!("cannot read `{name}`: {error}")))?;
    let entropy: Entropy = redraw.entropy.parse().map_err(|problem| UsageError(format!("--entropy: {problem}")))?;
    let ranking = backproof_model::draw::redraw(&population, &redraw.plan_sha256, &redraw.run, &entropy)
        .map_err(|problem| UsageError(format!("`{name}`: {problem}")))?;
    match common.output {
        Format::Json => {
            let rows: Vec<_> = ranking
                .iter()
                .map(|ranked| serde_json::json!({"stratum": ranked.stratum, "rank": ranked.rank, "unit": ranked.unit, "recovery_point_arn": ranked.recovery_point_arn}))
                .collect();
            print_json(&rows)?;
        }
        Format::Text => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            for ranked in &ranking {
                match writeln!(out, "{ranked}") {
                    Ok(()) => {}
                    // Whoever pipes this into `head` has seen enough.
                    Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(Exit::Passed),
                    Err(error) => return Err(error.into()),
                }
            }
            out.flush()?;
        }
    }
    Ok(Exit::Passed)
}

//! `backproof assurance`: what a sample proves. Pure.

use backproof_model::Ratio;
use backproof_model::assurance::upper_bound;
use serde_json::json;

use crate::args::{Assurance, Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;

pub(crate) fn perform(common: &Common, assurance: &Assurance) -> anyhow::Result<Exit> {
    let Assurance { population, sample, failures, confidence } = assurance;
    let ratio: Ratio = confidence.parse().map_err(|problem| UsageError(format!("--confidence: {problem}")))?;
    let bound =
        upper_bound(*population, *sample, *failures, ratio).map_err(|problem| UsageError(problem.to_string()))?;
    match common.output {
        Format::Json => print_json(
            &json!({"bound": bound, "population": population, "sample": sample, "failures": failures, "confidence": confidence}),
        )?,
        Format::Text => println!(
            "With {} confidence (one-sided), at most {bound} of the {population} units would fail: {sample} were drawn at random without replacement, {failures} of them failed.",
            ratio.as_percent()
        ),
    }
    Ok(Exit::Passed)
}

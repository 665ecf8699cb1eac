//! Prints the report of a made-up run, for whoever works on the templates.
//!
//! `cargo run -p backproof-render --example report > report.html`; with a number, a run of so many passed restore
//! tests; with the path of a `journal.jsonl`, that run.

use std::error::Error;

use backproof_evidence::testing::Story;
use backproof_evidence::{RunEvidence, conclude};

fn main() -> Result<(), Box<dyn Error>> {
    let journal = match std::env::args().nth(1) {
        None => Story::of_every_outcome().journal(),
        Some(argument) => match argument.parse() {
            Ok(tests) => Story::all_passed(tests).journal(),
            Err(_) => std::fs::read_to_string(argument)?,
        },
    };
    let run = RunEvidence::from_journal(&journal)?;
    let conclusion = conclude(&run);
    eprint!("{}", backproof_render::text::summary(&run, &conclusion, Some("report.html")));
    print!("{}", backproof_render::html::render(&run, &conclusion)?);
    Ok(())
}

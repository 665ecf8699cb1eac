//! Prints the report of a made-up run, for whoever works on sections and templates.
//!
//! `cargo run -p backproof-render --example report > report.html`; with a number, a run of so many passed restore
//! tests; with `year`, a year of runs; with the path of a `journal.jsonl`, that run; with `--markdown` behind it, as
//! Markdown.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;

use std::error::Error;

use backproof_evidence::testing::Story;
use backproof_evidence::{RunEvidence, conclude};
use backproof_frameworks::{Catalogue, assess};
use backproof_render::templates::TemplateSet;
use backproof_render::{document, html, markdown};

fn main() -> Result<(), Box<dyn Error>> {
    let argument = std::env::args().nth(1).filter(|argument| !argument.starts_with("--"));
    let dossier = match argument.as_deref() {
        None => support::sealed(&Story::of_every_outcome()),
        Some("year") => support::year(),
        Some(argument) => {
            if let Ok(tests) = argument.parse() {
                support::sealed(&Story::all_passed(tests))
            } else {
                let run = RunEvidence::from_journal(&std::fs::read_to_string(argument)?)?;
                html::unsealed(&run, &conclude(&run))
            }
        }
    };
    let shipped = backproof_frameworks::catalogues().iter().take(2);
    let catalogues: Vec<Catalogue> = shipped.map(backproof_frameworks::Shipped::read).collect::<Result<_, _>>()?;
    let assessments: Vec<_> = catalogues.iter().map(|catalogue| assess(catalogue, &dossier)).collect();
    let document = document(&dossier, &assessments);
    if std::env::args().any(|argument| argument == "--markdown") {
        print!("{}", markdown::render(&document));
    } else {
        print!("{}", html::render(&document, &TemplateSet::builtin(), &dossier)?);
    }
    Ok(())
}

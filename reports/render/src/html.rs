//! The document as one HTML file: readable without scripts, printable, light and dark, loading nothing.
//!
//! Templates lay it out, which are the user's to change. They are given values and nothing else: no file, no clock, no
//! network. Every value is escaped; a value that is not there is an error; work and output have their bounds.

mod error;
mod filters;
mod values;

use backproof_evidence::dossier::{RegisterReading, RunRecord};
use backproof_evidence::{Conclusion, Dossier, RunEvidence};
use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};

use crate::document::Document;
use crate::templates::{MAIN, TemplateSet};

pub use error::RenderError;
use values::values;

/// Steps that any template may take, and further ones for each part of the document.
const FUEL: u64 = 5_000_000;
const FUEL_PER_PART: u64 = 500;
/// Bytes that any report may have, and further ones for each part of the document.
const LONGEST: usize = 16 * 1024 * 1024;
const LONGEST_PER_PART: usize = 4 * 1024;

/// The document as the text of one HTML file.
///
/// The templates are given `document`, `results` (those of the newest run of `dossier`) and `subject`.
///
/// # Errors
/// Fails where a template cannot be read or filled, takes too many steps, or writes too much.
pub fn render(document: &Document, templates: &TemplateSet, dossier: &Dossier) -> Result<String, RenderError> {
    let parts = document.parts();
    let longest = LONGEST.saturating_add(LONGEST_PER_PART.saturating_mul(parts));
    let mut environment = environment(longest)?;
    environment.set_fuel(Some(FUEL.saturating_add(FUEL_PER_PART.saturating_mul(parts as u64))));
    for (name, text) in templates.iter() {
        environment.add_template(name, text).map_err(RenderError::of)?;
    }
    let main = environment.get_template(MAIN).map_err(RenderError::of)?;
    let mut page = filters::Bounded::new(longest);
    main.render_captured_to(values(document, dossier, &environment), &mut page).map_err(RenderError::of)?;
    page.text()
}

/// The report of one run as its journal tells it, without a sealed bundle, by the built-in templates.
///
/// # Errors
/// Fails only where a template and its values do not fit together.
pub fn of_run(run: &RunEvidence, conclusion: &Conclusion) -> Result<String, RenderError> {
    let dossier = unsealed(run, conclusion);
    render(&crate::document(&dossier, &[]), &TemplateSet::builtin(), &dossier)
}

/// The dossier of one run whose journal is all that is at hand.
pub fn unsealed(run: &RunEvidence, conclusion: &Conclusion) -> Dossier {
    let record = RunRecord {
        evidence: run.clone(),
        conclusion: conclusion.clone(),
        seal: None,
        attestations: Vec::new(),
        population: None,
    };
    Dossier {
        subject: backproof_evidence::dossier::Subject::default(),
        period: None,
        runs: vec![record],
        register: RegisterReading::default(),
        coverage: Vec::new(),
        exceptions: Vec::new(),
    }
}

fn environment(longest: usize) -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(RenderError::of)?;
    environment.set_syntax(syntax);
    filters::add(&mut environment, longest);
    Ok(environment)
}

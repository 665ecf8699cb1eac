//! From the text of a plan file to a plan, or to everything that is wrong with it.

use crate::problem::Findings;
use crate::written::{PlanTable, read_document};
use crate::{Plan, PlanProblem, PlanProblems, checks, effective};

/// A plan that can be used, and what its author may want to know.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    /// The plan.
    pub plan: Plan,
    /// What is allowed but probably not meant, in the order of the file.
    pub warnings: Vec<PlanProblem>,
}

/// Reads a plan file.
///
/// `known_validators` are the names of the validators that this program has; `driven_types` the resource types that
/// it can restore, as AWS Backup spells them.
///
/// # Errors
/// Every problem of the file. Where its syntax is broken, only what the sound lines say by themselves is judged too.
pub fn parse(text: &str, known_validators: &[&str], driven_types: &[&str]) -> Result<Parsed, PlanProblems> {
    let mut findings = Findings::of(text);
    let written = read_document::<PlanTable>(text, &mut findings).filter(|_| findings.syntax_is_sound());
    let plan = written.and_then(|written| {
        checks::check(&written, known_validators, driven_types, &mut findings);
        effective::plan(written).ok()
    });
    let (plan, warnings) = findings.finish(plan)?;
    Ok(Parsed { plan, warnings })
}

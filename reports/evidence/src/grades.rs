//! What a run speaks for, and how far its population and its draw can be relied on, in words.

use backproof_model::record::{Completeness, ScopeLine};
use schemars::JsonSchema;
use serde::Serialize;

use crate::run::RunEvidence;
use crate::words::{counted, grouped, sentence};

/// A grade, why it is no better, and what it excepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Graded {
    /// The grade in a word or two; `none` where there was nothing to grade.
    pub grade: String,
    /// In one sentence.
    pub reason: String,
    /// Each exception to it.
    pub exceptions: Vec<String>,
}

/// For how many of the listed points, resources and accounts the run speaks.
pub(crate) fn scope_line(run: &RunEvidence) -> String {
    if run.is_one_off_check() {
        return "Speaks for one recovery point, checked outside any sample, and for no other.".to_owned();
    }
    let Some(population) = &run.population else {
        return "Speaks for nothing: no population was frozen.".to_owned();
    };
    let ScopeLine { points, listed_points, resources, protected_resources, accounts, all_accounts } = population.scope;
    format!(
        "Speaks for {} of {}, {} of {}, {} of {}.",
        grouped(points),
        counted(listed_points, "listed recovery point"),
        grouped(resources),
        counted(protected_resources, "protected resource"),
        grouped(accounts),
        counted(all_accounts, "account")
    )
}

/// How complete the population is, in words.
pub(crate) fn completeness(run: &RunEvidence) -> Graded {
    let graded = |grade: &str, reason: &str, exceptions: &[String]| Graded {
        grade: grade.to_owned(),
        reason: reason.to_owned(),
        exceptions: exceptions.to_vec(),
    };
    match run.population.as_ref().map(|population| &population.completeness) {
        None => graded("none", "No population was frozen.", &[]),
        Some(Completeness::Established) => graded(
            "established",
            "Every vault in scope was listed to its end and ties out with the vaults' own counts and a second count.",
            &[],
        ),
        Some(Completeness::EstablishedExcept(exceptions)) => {
            graded("established, with exceptions", "The population is complete except for what is named.", exceptions)
        }
        Some(Completeness::NotEstablished(reasons)) => graded(
            "not established",
            "It is not shown that the population holds every recovery point in scope.",
            reasons,
        ),
    }
}

/// How far the operator could have influenced the draw, in words.
pub(crate) fn draw_grade(run: &RunEvidence) -> Graded {
    let (grade, reason) = match &run.entropy {
        _ if run.is_one_off_check() => ("none", "Nothing was drawn: the recovery point was named by a person."),
        None => ("none", "Nothing was drawn."),
        Some(entropy) => (entropy.grade.as_str(), entropy.grade_reason.as_str()),
    };
    Graded { grade: grade.to_owned(), reason: sentence(reason), exceptions: Vec::new() }
}

//! The values that templates are given.

use std::collections::BTreeMap;

use backproof_evidence::{Dossier, results};
use minijinja::value::Serde;
use minijinja::{Environment, Value};

use crate::document::Document;

/// The name of the value that is only made where a template asks for it: it is as large as the evidence.
const RESULTS: &str = "results";

/// `document` and `subject`, and `results` where a template of the environment names it.
pub(super) fn values(document: &Document, dossier: &Dossier, environment: &Environment<'_>) -> Value {
    let mut values =
        BTreeMap::from([("document", Value::from(Serde(document))), ("subject", Value::from(Serde(&dossier.subject)))]);
    if environment.templates().any(|(_, template)| template.undeclared_variables(false).contains(RESULTS)) {
        let latest = dossier.latest();
        values.insert(RESULTS, Value::from(Serde(results(&latest.evidence, &latest.conclusion))));
    }
    Value::from_pairs(values)
}

//! Whether the schema is complete: every object of the baseline, as it was, and what is broken by itself.

use std::collections::BTreeMap;

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::findings::Findings;
use super::{qualified, seen, sequences, statement};
use crate::baseline::{ObjectBaseline, ObjectsBaseline};
use crate::inventory::{Inventory, Object, ObjectKind};
use crate::look::ServerLook;
use crate::question::Question;
use crate::words::{count, grouped, listed};

/// Compares every object with the baseline's, and finds what is broken without one: views that cannot be read, indexes
/// that are not valid, sequences that would give a value again.
///
/// An object that was added since the baseline is no loss; how many there are is remarked on.
pub(super) fn schema_objects(question: &Question, look: &ServerLook) -> Option<Check> {
    let mut findings = Findings::default();
    let mut examined = 0;
    let mut added = Vec::new();
    if let Some(words) = question.other_key() {
        findings.unknown(FaultOwner::Validator, words);
    }
    let comparison = Comparison { question, findings: &mut findings, added: &mut added };
    examined += server(question, look, comparison);
    for (name, database) in seen(look) {
        let expected = question.database(name).map(|baseline| &baseline.objects);
        match &database.objects {
            Err(obstacle) => findings.obstacle(obstacle.clone()),
            Ok(inventory) => {
                examined += count(inventory.len());
                let named = |what: &str| qualified(look, name, what);
                match expected {
                    Some(expected) => Comparison { question, findings: &mut findings, added: &mut added }
                        .all(expected, inventory, &named),
                    None => invalid_indexes(question, inventory, &mut findings, &named),
                }
            }
        }
        for (view, why) in &database.views.broken {
            if !question.ignores("view", &view.to_string()) {
                findings.fault(format!("view {} cannot be read: {why}", qualified(look, name, view)));
            }
        }
        if let Some(obstacle) = &database.views.obstacle {
            findings.obstacle(obstacle.clone());
        }
        database.views.untold.iter().for_each(|words| findings.remark(words));
        examined += database.views.opened;
        examined += sequences::sequences(question, look, name, database, &mut findings);
    }
    if !added.is_empty() {
        let many = grouped(count(added.len()));
        findings
            .remark(format!("{many} objects are not in the baseline, so they were added since: {}", listed(&added)));
    }
    // Without a baseline nothing says what should be there, so the server merely answers.
    let statement = match question.baseline {
        Some(_) => statement("schema-objects", Claim::StructureComplete, ProofLevel::L2),
        None => statement("schema-objects", Claim::ResourceReachable, ProofLevel::L1),
    };
    let expected = question.baseline.as_ref().map(|baseline| {
        let of_databases = baseline.databases.values().map(|database| number(&database.objects)).sum::<u64>();
        Observation::Count(number(&baseline.server_objects) + of_databases)
    });
    // A server on which nothing was made, and nothing expected, has no schema to speak of.
    if examined == 0 && question.baseline.is_none() && findings.is_clean() {
        return None;
    }
    let check = findings.conclude(statement, Count::new(examined, "objects"));
    Some(match expected {
        Some(expected) => check.expecting(expected),
        None => check,
    })
}

fn server(question: &Question, look: &ServerLook, mut comparison: Comparison<'_>) -> u64 {
    match (&look.objects, &question.baseline) {
        (Err(obstacle), Some(_)) => {
            comparison.findings.obstacle(obstacle.clone());
            0
        }
        (Ok(inventory), Some(baseline)) => {
            comparison.all(&baseline.server_objects, inventory, &|what: &str| what.to_owned());
            count(inventory.len())
        }
        (Ok(_) | Err(_), None) => 0,
    }
}

fn number(objects: &ObjectsBaseline) -> u64 {
    objects.values().map(|named| count(named.len())).sum()
}

fn invalid_indexes(
    question: &Question,
    inventory: &Inventory,
    findings: &mut Findings,
    named: &dyn Fn(&str) -> String,
) {
    for (name, index) in inventory.of(ObjectKind::Index) {
        let state = index.plain.get("state").map(String::as_str);
        if state.is_some_and(|state| state != "valid") && !question.ignores("index", name) {
            findings.fault(format!("index {} is {}", named(name), state.unwrap_or_default()));
        }
    }
}

/// One comparison of objects with a baseline's.
struct Comparison<'a> {
    question: &'a Question,
    findings: &'a mut Findings,
    added: &'a mut Vec<String>,
}

impl Comparison<'_> {
    fn all(&mut self, expected: &ObjectsBaseline, found: &Inventory, named: &dyn Fn(&str) -> String) {
        let nothing = BTreeMap::new();
        let there: BTreeMap<(ObjectKind, &str), &Object> =
            found.iter().map(|(kind, name, object)| ((kind, name.as_str()), object)).collect();
        for (kind, objects) in expected {
            for (name, object) in objects {
                if self.question.ignores(&kind.to_string(), name) || goes_with_another(*kind, name, expected, &there) {
                    continue;
                }
                match there.get(&(*kind, name.as_str())) {
                    None => self.findings.fault(format!("{kind} {} is missing", named(name))),
                    Some(found) => {
                        for difference in self.differences(object, found) {
                            self.findings.fault(format!("{kind} {}: {difference}", named(name)));
                        }
                    }
                }
            }
        }
        for (kind, name, _) in found.iter() {
            if !expected.get(&kind).unwrap_or(&nothing).contains_key(name)
                && !self.question.ignores(&kind.to_string(), name)
            {
                self.added.push(format!("{kind} {}", named(name)));
            }
        }
    }

    fn differences(&self, expected: &ObjectBaseline, found: &Object) -> Vec<String> {
        let mut differences = Vec::new();
        let aspects =
            expected.plain.keys().chain(found.plain.keys().filter(|name| !expected.plain.contains_key(*name)));
        for aspect in aspects {
            let (was, is) = (expected.plain.get(aspect), found.plain.get(aspect));
            if was != is {
                let (was, is) = (in_words(was), in_words(is));
                differences.push(format!("{aspect} is {is} instead of {was}"));
            }
        }
        let digest = found.definition.as_ref().map(|text| self.question.hasher.definition(text));
        // Digests of two keys say nothing of each other.
        if digest != expected.definition && self.question.other_key().is_none() {
            differences.push("its definition is another".to_owned());
        }
        differences
    }
}

/// The columns of a table that is missing need no word of their own.
fn goes_with_another(
    kind: ObjectKind,
    name: &str,
    expected: &ObjectsBaseline,
    there: &BTreeMap<(ObjectKind, &str), &Object>,
) -> bool {
    let Some((table, _)) = name.rsplit_once('.') else { return false };
    match kind {
        ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Trigger | ObjectKind::Policy => {
            let was_there = expected.get(&ObjectKind::Table).is_some_and(|tables| tables.contains_key(table));
            was_there && !there.contains_key(&(ObjectKind::Table, table))
        }
        ObjectKind::Role
        | ObjectKind::Membership
        | ObjectKind::Schema
        | ObjectKind::Extension
        | ObjectKind::Collation
        | ObjectKind::Type
        | ObjectKind::Sequence
        | ObjectKind::Table
        | ObjectKind::Index
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Routine
        | ObjectKind::Publication
        | ObjectKind::Event
        | ObjectKind::Grant => false,
    }
}

fn in_words(value: Option<&String>) -> &str {
    value.map_or("not set", String::as_str)
}

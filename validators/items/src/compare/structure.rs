//! Keys and indexes.

use backproof_cloud::{TableDescription, TableIndex};
use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, Statement};

use super::{Question, statement};

/// Without a baseline nothing says what should be there, so the table merely answers.
fn structural(name: &'static str, question: &Question) -> Statement {
    match question.expectation.baseline {
        Some(_) => statement(name, Claim::StructureComplete, ProofLevel::L2),
        None => statement(name, Claim::ResourceReachable, ProofLevel::L1),
    }
}

/// The key schema is the baseline's.
pub(super) fn key_schema(question: &Question, table: &TableDescription) -> Check {
    let statement = structural("key-schema", question);
    let examined = Count::new(count(table.key_schema.len()), "key attributes");
    let observed = Observation::List(table.key_schema.iter().map(key_words).collect());
    let Some(baseline) = &question.expectation.baseline else {
        return statement.passed(examined).seeing(observed);
    };
    let check = if baseline.key_schema == table.key_schema {
        statement.passed(examined)
    } else {
        statement.failed(examined, "the key schema is another than the baseline's")
    };
    check.expecting(Observation::List(baseline.key_schema.iter().map(key_words).collect())).seeing(observed)
}

/// Every index of the baseline is there, as it was, and active. `None` where there is no index and was none.
pub(super) fn indexes(question: &Question, table: &TableDescription) -> Option<Check> {
    let statement = structural("indexes", question);
    let none = std::collections::BTreeMap::new();
    let expected = question.expectation.baseline.as_ref().map(|baseline| &baseline.indexes);
    let missing = expected.unwrap_or(&none).keys().filter(|name| !table.indexes.contains_key(*name)).count();
    let examined = Count::new(count(table.indexes.len() + missing), "indexes");
    if examined.count == 0 {
        return None;
    }
    let check = match (differences(expected.unwrap_or(&none), table), unfinished(table)) {
        (differences, _) if !differences.is_empty() => statement.failed(examined, differences.join("; ")),
        (_, unfinished) if !unfinished.is_empty() => {
            statement.inconclusive(FaultOwner::Sandbox, examined, unfinished.join("; "))
        }
        _ => statement.passed(examined),
    };
    let check = check.seeing(Observation::List(table.indexes.iter().map(index_words).collect()));
    Some(match expected {
        Some(expected) => check.expecting(Observation::List(expected.iter().map(index_words).collect())),
        None => check,
    })
}

/// What of the expected indexes is lost or changed. An index that was added since the baseline is no loss.
pub(super) fn differences(
    expected: &std::collections::BTreeMap<String, TableIndex>,
    table: &TableDescription,
) -> Vec<String> {
    let difference = |(name, expected): (&String, &TableIndex)| match table.indexes.get(name) {
        None => Some(format!("index `{name}` is missing")),
        Some(found) if found.kind != expected.kind => Some(format!("index `{name}` is {} now", found.kind)),
        Some(found) if found.key_schema != expected.key_schema => Some(format!("index `{name}` has other keys")),
        Some(found) if found.projection != expected.projection => {
            Some(format!("index `{name}` projects other attributes"))
        }
        Some(_) => None,
    };
    expected.iter().filter_map(difference).collect()
}

/// Indexes that are not active: AWS is still building them, or somebody is deleting them.
fn unfinished(table: &TableDescription) -> Vec<String> {
    let state = |(name, index): (&String, &TableIndex)| match index.status.as_deref() {
        None | Some("ACTIVE") => None,
        Some(state) => Some(format!("index `{name}` is {state}, so it cannot be used yet")),
    };
    table.indexes.iter().filter_map(state).collect()
}

fn key_words((name, role, kind): &(String, String, String)) -> String {
    format!("{name} {role} {kind}")
}

fn index_words((name, index): (&String, &TableIndex)) -> String {
    let keys: Vec<String> = index.key_schema.iter().map(|(name, role)| format!("{name} {role}")).collect();
    let status = index.status.as_deref().map(|status| format!(" {status}")).unwrap_or_default();
    format!("{name}: {} on {}, {}{status}", index.kind, keys.join(" and "), index.projection)
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

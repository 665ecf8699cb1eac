//! Counts that must add up, and bounds that must follow from them.

use backproof_evidence::assured::assured;
use serde_json::Value;

use super::{Checked, Known};
use crate::layout::{RESULTS, RUN};
use crate::run_file::counts;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let recomputed = counts(known.evidence, known.conclusion);
    let count = |name: &str| recomputed.get(name).copied().unwrap_or(0);
    // A sum of what a journal says may be larger than each number of it.
    let sum = |names: &[&str]| names.iter().map(|name| u128::from(count(name))).sum::<u128>();
    let mut problems = Vec::new();
    for (name, expected) in &recomputed {
        let found = known.run_file.counts.get(name).copied();
        if found != Some(*expected) {
            let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
            problems.push(format!("{RUN} counts {found} as `{name}`, and the journal gives {expected}"));
        }
    }
    let mut equal = |equation: &str, left: u64, right: u128| {
        if u128::from(left) != right {
            problems.push(format!("{equation} does not hold: {left} is not {right}"));
        }
    };
    let outcomes = sum(&["passed", "failed", "inconclusive"]);
    let ends = sum(&["deleted", "kept", "stranded", "unaccounted"]);
    equal("listed = eligible + excluded", count("listed"), sum(&["eligible", "excluded"]));
    equal("drawn = passed + failed + inconclusive", count("drawn"), outcomes);
    equal("created = deleted + kept + stranded + unaccounted", count("created"), ends);
    let good = format!(
        "listed {} = {} + {}; drawn {} = {} passed + {} failed + {} inconclusive; created {} = {} deleted + {} kept + {} \
         stranded + {} unaccounted",
        count("listed"),
        count("eligible"),
        count("excluded"),
        count("drawn"),
        count("passed"),
        count("failed"),
        count("inconclusive"),
        count("created"),
        count("deleted"),
        count("kept"),
        count("stranded"),
        count("unaccounted"),
    );
    Checked::of("counts", problems, good)
}

/// The bounds of the assurance statement, computed again.
pub(super) fn bounds(known: &Known<'_>) -> Checked {
    const NAME: &str = "bounds";
    let sealed: Option<Value> = known.bundle.text(RESULTS).ok().and_then(|text| serde_json::from_str(&text).ok());
    let Some(sealed) = sealed else {
        return Checked::of(NAME, vec![format!("{RESULTS} cannot be read as JSON")], "");
    };
    let statement = sealed.pointer("/conclusion/assurance/statement").cloned().unwrap_or(Value::Null);
    let computed = assured(known.evidence);
    let expected = serde_json::to_value(&computed.statement).unwrap_or(Value::Null);
    let mut problems = Vec::new();
    same_numbers("assurance", &expected, &statement, &mut problems);
    let good = match &computed.statement {
        Some(statement) => format!(
            "computed again: at most {} of {} designated points would fail, and so it is stated",
            statement.reading.bound, statement.reading.population
        ),
        None => "no statement can be made, and none is".to_owned(),
    };
    Checked::of(NAME, problems, good)
}

/// Numbers must be equal, and stand in the same places. Words are compared where the same version made them.
fn same_numbers(place: &str, expected: &Value, found: &Value, problems: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(members), _) => {
            for (name, member) in members {
                let other = found.get(name).unwrap_or(&Value::Null);
                same_numbers(&format!("{place}.{name}"), member, other, problems);
            }
        }
        (Value::Array(values), _) => {
            if found.as_array().map(Vec::len) != Some(values.len()) {
                problems.push(format!("{RESULTS}: {place} has not {} entries", values.len()));
            }
            for (index, value) in values.iter().enumerate() {
                let other = found.get(index).unwrap_or(&Value::Null);
                same_numbers(&format!("{place}[{index}]"), value, other, problems);
            }
        }
        (Value::Null, Value::Null) | (Value::String(_), Value::String(_)) => {}
        _ if expected == found => {}
        _ => problems.push(format!("{RESULTS}: {place} is {found}, and follows as {expected}")),
    }
}

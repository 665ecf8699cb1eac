//! The effective plan as lines, one for each key, and what differs between two of them.

use std::collections::BTreeMap;

use serde_json::Value;

/// Every key of an effective plan with its value, by the key's path.
pub(crate) fn lines(plan: &Value) -> BTreeMap<String, String> {
    let mut lines = BTreeMap::new();
    flatten("", plan, &mut lines);
    lines
}

/// Lists of plain values stay on one line; tables and lists of tables are taken apart.
fn flatten(path: &str, value: &Value, lines: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(table) if !table.is_empty() => {
            for (key, value) in table {
                let key = if is_bare(key) { key.clone() } else { Value::String(key.clone()).to_string() };
                let path = if path.is_empty() { key } else { format!("{path}.{key}") };
                flatten(&path, value, lines);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (at, value) in list.iter().enumerate() {
                flatten(&format!("{path}[{at:02}]"), value, lines);
            }
        }
        Value::Null => {
            lines.insert(path.to_owned(), "(not set)".to_owned());
        }
        Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            lines.insert(path.to_owned(), value.to_string());
        }
    }
}

fn is_bare(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}

/// One key that differs.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Difference {
    pub(crate) key: String,
    /// The value before; `None` where there was no such key.
    pub(crate) before: Option<String>,
    /// The value now; `None` where there is no such key any more.
    pub(crate) now: Option<String>,
}

/// What differs, by key.
pub(crate) fn differences(before: &Value, now: &Value) -> Vec<Difference> {
    let (before, now) = (lines(before), lines(now));
    let keys: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differing = keys.into_iter().filter(|key| before.get(*key) != now.get(*key));
    differing
        .map(|key| Difference { key: key.clone(), before: before.get(key).cloned(), now: now.get(key).cloned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{differences, lines};

    #[test]
    fn every_key_is_a_line_and_lists_of_plain_values_stay_whole() {
        let plan = json!({
            "name": "q", "scope": {"regions": ["a", "b"], "accounts": [{"id": "1"}, {"id": "2"}]}, "none": null,
            "empty": {}, "settings": {"public.orders": {"rows": 3}},
        });
        let lines: Vec<_> = lines(&plan).into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let expected = [
            "empty = {}",
            "name = \"q\"",
            "none = (not set)",
            "scope.accounts[00].id = \"1\"",
            "scope.accounts[01].id = \"2\"",
            "scope.regions = [\"a\",\"b\"]",
            "settings.\"public.orders\".rows = 3",
        ];
        let mut sorted = expected.map(str::to_owned).to_vec();
        sorted.sort();
        let mut found = lines;
        found.sort();
        assert_eq!(found, sorted);
    }

    #[test]
    fn what_is_changed_added_and_gone_differs_and_nothing_else() {
        let before = json!({"name": "q", "rto": 900, "old": true});
        let now = json!({"name": "q", "rto": 600, "new": [1]});
        let found: Vec<_> = differences(&before, &now).into_iter().map(|it| (it.key, it.before, it.now)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            found,
            [
                ("new".to_owned(), None, text("[1]")),
                ("old".to_owned(), text("true"), None),
                ("rto".to_owned(), text("900"), text("600")),
            ]
        );
        assert_eq!(differences(&now, &now), []);
    }
}

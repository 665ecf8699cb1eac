//! Replaces everything that is not listed by its type and length.
//!
//! A list names fields by their path (`Table.KeySchema.AttributeName`); lists on the way are not named. An object that
//! a listed path leads through keeps all its names, which are AWS's; any other is one text.

use serde_json::{Map, Value};

/// `value` with nothing in it but what `listed` names. The outermost names are kept.
pub(super) fn redacted(value: &Value, listed: &[&str]) -> Value {
    match value {
        Value::Object(members) => within(members, listed),
        other => shape(other),
    }
}

fn within(members: &Map<String, Value>, listed: &[&str]) -> Value {
    let redact = |(name, value): (&String, &Value)| {
        let kept = if listed.contains(&name.as_str()) {
            value_of(value)
        } else {
            let below: Vec<&str> =
                listed.iter().filter_map(|path| path.strip_prefix(name.as_str())?.strip_prefix('.')).collect();
            through(value, &below)
        };
        (name.clone(), kept)
    };
    Value::Object(members.iter().map(redact).collect())
}

/// A value that the remaining paths may lead through.
fn through(value: &Value, below: &[&str]) -> Value {
    match value {
        Value::Object(members) if !below.is_empty() => within(members, below),
        Value::Array(elements) if !below.is_empty() => elements.iter().map(|one| through(one, below)).collect(),
        other => shape(other),
    }
}

/// A listed value: a scalar or a list of them as it is.
fn value_of(value: &Value) -> Value {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Array(elements) if elements.iter().all(is_scalar) => value.clone(),
        Value::Array(_) | Value::Object(_) => shape(value),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => value.clone(),
    }
}

/// Type and length.
fn shape(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => "<boolean>".into(),
        Value::Number(_) => "<number>".into(),
        Value::String(text) => format!("<string, {}>", counted(text.chars().count(), "character")).into(),
        Value::Array(elements) => format!("<array, {}>", counted(elements.len(), "element")).into(),
        Value::Object(members) => format!("<object, {}>", counted(members.len(), "field")).into(),
    }
}

fn counted(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_listed_is_replaced_by_its_type_and_length() {
        let answer = json!({
            "Status": "COMPLETED",
            "Secret": "correct horse battery st",
            "Size": 17,
            "Encrypted": true,
            "Nothing": null,
            "Tags": [{ "Key": "owner" }, { "Key": "team" }],
            "Inner": { "Name": "orders", "Comment": "ä" },
            "Other": { "Name": "orders" },
        });
        let expected = json!({
            "Status": "COMPLETED",
            "Secret": "<string, 24 characters>",
            "Size": "<number>",
            "Encrypted": "<boolean>",
            "Nothing": null,
            "Tags": "<array, 2 elements>",
            "Inner": { "Name": "orders", "Comment": "<string, 1 character>" },
            "Other": "<object, 1 field>",
        });
        assert_eq!(redacted(&answer, &["Status", "Inner.Name"]), expected);
    }

    #[test]
    fn names_of_metadata_are_kept_and_values_only_of_listed_ones() {
        let asked = json!({ "Metadata": { "targetTableName": "bp-1", "MasterUserPassword": "hunter2hunter2" } });
        let expected =
            json!({ "Metadata": { "targetTableName": "bp-1", "MasterUserPassword": "<string, 14 characters>" } });
        assert_eq!(redacted(&asked, &["Metadata.targetTableName"]), expected);
    }

    #[test]
    fn a_path_leads_through_every_element_of_a_list() {
        let answer = json!({ "Vaults": [{ "Name": "a", "Key": "k" }, { "Name": "b" }] });
        let expected = json!({ "Vaults": [{ "Name": "a", "Key": "<string, 1 character>" }, { "Name": "b" }] });
        assert_eq!(redacted(&answer, &["Vaults.Name"]), expected);
    }

    #[test]
    fn a_listed_list_of_objects_is_still_only_counted() {
        let answer = json!({ "DBInstances": { "DBInstance": [{ "Name": "a" }, { "Name": "b" }] } });
        let expected = json!({ "DBInstances": { "DBInstance": "<array, 2 elements>" } });
        assert_eq!(redacted(&answer, &["DBInstances.DBInstance"]), expected);
    }

    #[test]
    fn a_name_is_no_path_to_another_that_begins_with_it() {
        assert_eq!(
            redacted(&json!({ "StatusText": "x" }), &["Status"]),
            json!({ "StatusText": "<string, 1 character>" })
        );
    }

    #[test]
    fn what_is_no_object_is_replaced_whole() {
        assert_eq!(redacted(&json!(["a"]), &["0"]), json!("<array, 1 element>"));
        assert_eq!(redacted(&json!("text"), &[]), json!("<string, 4 characters>"));
    }
}

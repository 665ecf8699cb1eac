//! The JSON Schema: that it describes the same format as the reader.

use backproof_plan::{TEMPLATE, json_schema};
use serde_json::{Value, json};

use crate::whole_template;

/// The faults of `value` by the part of JSON Schema that plans use. An unknown keyword fails the test.
fn faults(schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
    for (keyword, rule) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "type" => {
                let fits = match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "number" => value.is_number(),
                    "boolean" => value.is_boolean(),
                    other => panic!("the schema uses the type {other}"),
                };
                if !fits {
                    found.push(format!("{path}: not {rule}"));
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(rule) = rule.get(key) {
                        faults(rule, inner, &format!("{path}/{key}"), found);
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(rule, &json!(false));
                for key in value.as_object().into_iter().flat_map(|object| object.keys()) {
                    if schema["properties"].get(key).is_none() {
                        found.push(format!("{path}: unknown {key}"));
                    }
                }
            }
            "required" => {
                for key in rule.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        found.push(format!("{path}: lacks {key}"));
                    }
                }
            }
            "items" => {
                for (i, element) in value.as_array().into_iter().flatten().enumerate() {
                    faults(rule, element, &format!("{path}/{i}"), found);
                }
            }
            "enum" if !rule.as_array().unwrap().contains(value) => found.push(format!("{path}: not one of {rule}")),
            "const" if rule != value => found.push(format!("{path}: not {rule}")),
            "minimum" if value.as_f64() < rule.as_f64() => found.push(format!("{path}: below {rule}")),
            "maximum" if value.as_f64() > rule.as_f64() => found.push(format!("{path}: above {rule}")),
            "exclusiveMinimum" if value.as_f64() <= rule.as_f64() => found.push(format!("{path}: not above {rule}")),
            "exclusiveMaximum" if value.as_f64() >= rule.as_f64() => found.push(format!("{path}: not below {rule}")),
            "anyOf" => {
                let fits = |option: &Value| {
                    let mut found = Vec::new();
                    faults(option, value, path, &mut found);
                    found.is_empty()
                };
                if !rule.as_array().unwrap().iter().any(fits) {
                    found.push(format!("{path}: none of {rule}"));
                }
            }
            "enum" | "const" | "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "pattern"
            | "format" | "$schema" | "title" | "description" | "examples" => {}
            other => panic!("the schema uses the keyword {other}, which these tests do not know"),
        }
    }
}

fn faults_of(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    faults(&json_schema(), value, "", &mut found);
    found
}

/// The file as JSON, dates as texts.
fn as_json(text: &str) -> Value {
    fn convert(value: toml::Value) -> Value {
        match value {
            toml::Value::String(text) => text.into(),
            toml::Value::Integer(number) => number.into(),
            toml::Value::Float(number) => number.into(),
            toml::Value::Boolean(boolean) => boolean.into(),
            toml::Value::Datetime(moment) => moment.to_string().into(),
            toml::Value::Array(array) => array.into_iter().map(convert).collect(),
            toml::Value::Table(table) => table.into_iter().map(|(key, value)| (key, convert(value))).collect(),
        }
    }
    convert(toml::Value::Table(toml::from_str(text).unwrap()))
}

#[test]
fn the_template_fits_it_with_and_without_its_optional_keys() {
    assert_eq!(faults_of(&as_json(TEMPLATE)), Vec::<String>::new());
    assert_eq!(faults_of(&as_json(&whole_template(&[]))), Vec::<String>::new());
}

#[test]
fn it_refuses_unknown_keys_everywhere_but_in_settings() {
    fn with_stray_keys(value: &Value, path: &str, variants: &mut Vec<(String, Value)>) {
        if let Value::Object(object) = value {
            let mut stray = object.clone();
            stray.insert("stray".into(), json!(1));
            variants.push((path.to_owned(), stray.into()));
            for (key, inner) in object {
                let mut inside = Vec::new();
                with_stray_keys(inner, &format!("{path}/{key}"), &mut inside);
                for (path, variant) in inside {
                    let mut whole = object.clone();
                    whole.insert(key.clone(), variant);
                    variants.push((path, whole.into()));
                }
            }
        } else if let Value::Array(array) = value {
            for (i, element) in array.iter().enumerate() {
                let mut inside = Vec::new();
                with_stray_keys(element, &format!("{path}/{i}"), &mut inside);
                for (path, variant) in inside {
                    let mut whole = array.clone();
                    whole[i] = variant;
                    variants.push((path, whole.into()));
                }
            }
        }
    }
    let mut variants = Vec::new();
    with_stray_keys(&as_json(&whole_template(&[])), "", &mut variants);
    assert!(variants.len() > 15, "{}", variants.len());
    for (path, variant) in variants {
        let refused = faults_of(&variant).iter().any(|fault| fault.contains("unknown stray"));
        assert_eq!(refused, !path.ends_with("/settings"), "{path}");
    }
}

#[test]
fn it_refuses_missing_keys_wrong_types_and_numbers_out_of_range() {
    let change = |pointer: &str, to: Value| {
        let mut plan = as_json(TEMPLATE);
        *plan.pointer_mut(pointer).unwrap() = to;
        faults_of(&plan)
    };
    assert_eq!(change("/version", json!(2)), ["/version: not 1"]);
    assert_eq!(change("/name", json!(5)), ["/name: not \"string\""]);
    assert_eq!(change("/name", Value::Null), ["/name: not \"string\""], "TOML has no null");
    assert_eq!(change("/selection", Value::Null), ["/selection: not \"object\""], "not even where a key is optional");
    assert_eq!(change("/selection/size/per_stratum", json!(0)), ["/selection/size/per_stratum: below 1"]);
    assert_eq!(change("/scope/accounts/0", json!({})), ["/scope/accounts/0: lacks \"id\""]);
}

#[test]
fn every_key_has_a_description() {
    fn undescribed(schema: &Value, path: &str, found: &mut Vec<String>) {
        for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}/{key}");
            if inner["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
                found.push(path.clone());
            }
            undescribed(inner, &path, found);
            undescribed(&inner["items"], &path, found);
        }
    }
    let mut found = Vec::new();
    undescribed(&json_schema(), "", &mut found);
    assert_eq!(found, Vec::<String>::new());
    let description = json_schema()["properties"]["selection"]["properties"]["size"]["description"].clone();
    assert_eq!(description, "How many units are drawn. Default: 3 per stratum.", "a key's own description wins");
}

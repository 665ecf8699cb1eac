//! The format described for others: the commented plan that `backproof init` writes, and the JSON Schema.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use crate::written::PlanTable;

/// The commented plan that `backproof init` writes. It is valid as it stands, and shows every key of the format.
pub const TEMPLATE: &str = include_str!("template.toml");

/// The JSON Schema (draft 2020-12) of plan files, for editors.
///
/// It knows each value by itself. That values fit together is checked by [`parse`](crate::parse) alone.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(without_null));
    let mut schema = settings.into_generator().into_root_schema_for::<PlanTable>();
    schema.insert("title".to_owned(), Value::from("backproof restore testing plan"));
    schema.to_value()
}

/// TOML has no null: what may be missing is missing, and never null.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(options)) = schema.get_mut("enum") {
        options.retain(|option| !option.is_null());
    }
    if let Some(Value::Array(options)) = schema.get_mut("anyOf") {
        options.retain(|option| option.get("type") != Some(&Value::from("null")));
    }
    let only = match schema.get("anyOf") {
        Some(Value::Array(options)) if options.len() == 1 => options.first().cloned(),
        _ => None,
    };
    if let Some(Value::Object(only)) = only {
        schema.remove("anyOf");
        for (key, value) in only {
            // The field's own description says more than its type's.
            if schema.get(&key).is_none() {
                schema.insert(key, value);
            }
        }
    }
}

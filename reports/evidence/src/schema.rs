//! The JSON Schema of `results.json`, from the types that write it.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::results::{RESULTS_FORMAT, Results};

/// The JSON Schema (draft 2020-12) of the results' format.
///
/// It says what this version writes. Later versions of the same format may write more members, and more values where a
/// member is one of several words; none is taken away. `docs/formats.md` holds the promise.
pub fn results_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut schema = settings.into_generator().into_root_schema_for::<Results>();
    schema.insert("title".to_owned(), Value::from("backproof results of a run"));
    if let Some(format) = schema.pointer_mut("/properties/format") {
        *format = serde_json::json!({ "const": RESULTS_FORMAT, "description": "The format and its version." });
    }
    schema.to_value()
}

//! How tables, lists and fields are read: unknown keys, missing keys and wrong types are collected, never thrown.

use std::borrow::Cow;

use backproof_model::suggest;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::{Findings, Span};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Written<T> {
    /// The value.
    pub(crate) value: T,
    /// Its place, in bytes.
    pub(crate) span: Span,
}

/// A key that must be there. `None` only where that, or the value, has been reported.
#[derive(Clone, Debug)]
pub(crate) struct Required<T>(pub(crate) Option<Written<T>>);

/// A key that may be left out.
pub(crate) type Optional<T> = Option<Written<T>>;

/// A list, each element with its place.
pub(crate) type List<T> = Vec<Written<T>>;

/// What can be read from a TOML value.
pub(crate) trait FromToml: Sized {
    /// The value, or `None` after reporting why there is none.
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self>;

    /// How such a value is written, where that fits a line.
    fn example() -> Option<String> {
        None
    }
}

/// What can be read from a key of a table, present or not.
pub(crate) trait FromKey: Sized {
    /// The field under `key` of the table at `owner`.
    fn read(owner: &Span, table: &DeTable<'_>, key: &str, findings: &mut Findings<'_>) -> Self;
}

impl<T> Default for Required<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: FromToml> FromKey for Optional<T> {
    fn read(owner: &Span, table: &DeTable<'_>, key: &str, findings: &mut Findings<'_>) -> Self {
        let spanned = table.get(key)?;
        read_part(owner, key, spanned, findings)
    }
}

impl<T: FromToml> FromKey for Required<T> {
    fn read(owner: &Span, table: &DeTable<'_>, key: &str, findings: &mut Findings<'_>) -> Self {
        if !table.contains_key(key) {
            let hint = match T::example() {
                Some(example) => format!("add `{key} = {example}`"),
                None => "the plan that `backproof init` writes shows how".to_owned(),
            };
            if findings.syntax_is_sound() {
                findings.problem(owner, format!("`{key}` is missing"), hint);
            }
        }
        Self(Optional::read(owner, table, key, findings))
    }
}

/// The name under which unreadable elements of a list are remembered.
const ELEMENT: &str = "";

fn read_part<T: FromToml>(
    owner: &Span,
    key: &str,
    part: &Spanned<DeValue<'_>>,
    findings: &mut Findings<'_>,
) -> Option<Written<T>> {
    let value = T::read(part, findings);
    if value.is_none() {
        findings.unreadable(owner, key);
    }
    value.map(|value| Written { value, span: part.span() })
}

impl<T: FromToml> FromToml for List<T> {
    fn read(value: &Spanned<DeValue<'_>>, findings: &mut Findings<'_>) -> Option<Self> {
        let DeValue::Array(array) = value.get_ref() else {
            let hint = match value.get_ref() {
                DeValue::Table(_) => "a list of tables is written with double brackets: `[[…]]`",
                _ => "put it in brackets, even if it is only one: `[…]`",
            };
            findings.wrong_type(value, "a list", hint);
            return None;
        };
        let owner = value.span();
        Some(array.iter().filter_map(|element| read_part(&owner, ELEMENT, element, findings)).collect())
    }

    fn example() -> Option<String> {
        T::example().map(|element| format!("[{element}]"))
    }
}

impl Findings<'_> {
    /// Reports that `value` is not what its key takes.
    pub(crate) fn wrong_type(&mut self, value: &Spanned<DeValue<'_>>, expected: &str, hint: impl Into<String>) {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.problem(&value.span(), format!("expected {expected}, found {found}"), hint);
    }
}

/// Opens a table and reports every key of it that is not among `known`.
pub(crate) fn open<'v, 'i>(
    value: &'v Spanned<DeValue<'i>>,
    known: &[&str],
    findings: &mut Findings<'_>,
) -> Option<&'v DeTable<'i>> {
    let DeValue::Table(table) = value.get_ref() else {
        let hint = format!("its keys are {}", suggest::list(known.iter().copied()));
        findings.wrong_type(value, "a table", hint);
        return None;
    };
    for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
        let written = key.get_ref().as_ref();
        let hint = match suggest::closest(written, known.iter().copied()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the keys known here are {}", suggest::list(known.iter().copied())),
        };
        findings.unreadable(&value.span(), written);
        findings.problem(&key.span(), format!("unknown key `{}`", written.escape_debug()), hint);
    }
    Some(table)
}

/// Reads the whole file, reporting its faults of syntax too.
pub(crate) fn read_document<T: FromToml>(text: &str, findings: &mut Findings<'_>) -> Option<T> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(text.len()..text.len());
        findings.syntax(&span, error.message());
    }
    let root = Spanned::new(0..0, DeValue::Table(document.into_inner()));
    T::read(&root, findings)
}

/// The name of a field as a key: `r#use` is `use`.
pub(crate) fn key(field: &'static str) -> &'static str {
    field.strip_prefix("r#").unwrap_or(field)
}

/// Declares a table: its type, its reader, and (by `schemars`) its schema.
macro_rules! toml_table {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$field_meta])* pub(crate) $field: $kind,)*
        }

        impl $crate::written::table::FromToml for $name {
            fn read(
                value: &toml::Spanned<toml::de::DeValue<'_>>,
                findings: &mut $crate::problem::Findings<'_>,
            ) -> Option<Self> {
                use $crate::written::table::{FromKey, key, open};
                let table = open(value, &[$(key(stringify!($field))),*], findings)?;
                Some(Self {
                    $($field: <$kind as FromKey>::read(&value.span(), table, key(stringify!($field)), findings),)*
                })
            }
        }
    };
}
pub(crate) use toml_table;

/// A wrapper has the schema of what it wraps.
macro_rules! schema_of_inner {
    ($name:ident) => {
        impl<T: JsonSchema> JsonSchema for $name<T> {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                T::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                T::json_schema(generator)
            }
        }
    };
}
schema_of_inner!(Written);
schema_of_inner!(Required);

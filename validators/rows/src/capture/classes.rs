//! How the rows of tables change, as the one who captures says.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::CaptureError;
use crate::dialect::{ColumnShape, TableShape};
use crate::settings::Class;
use crate::words::listed;

/// Names that columns have which say when a row was written, likeliest first. Those that change with the row
/// (`updated_at`) would be wrong.
const LIKELY: [&str; 20] = [
    "created_at",
    "inserted_at",
    "created_on",
    "created",
    "inserted",
    "creation_time",
    "creation_date",
    "create_time",
    "date_created",
    "created_date",
    "inserted_on",
    "insert_time",
    "occurred_at",
    "recorded_at",
    "logged_at",
    "event_time",
    "ordered_at",
    "placed_at",
    "booked_at",
    "date_added",
];

/// Classes by `schema.table` or `database.schema.table` (`table` or `database.table` where databases have no schemas).
pub type Classes = BTreeMap<String, ClassEntry>;

/// What is said of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassEntry {
    /// How its rows change.
    #[serde(default)]
    pub class: Class,
    /// The column that says when a row was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_column: Option<String>,
    /// Its rows are not read, be it that the login must not see them or that it would take too long; its definition is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub structure_only: bool,
}

/// What holds for one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChosenClass {
    pub(super) class: Class,
    pub(super) time_column: Option<String>,
    /// Whether its rows are left alone.
    pub(super) structure_only: bool,
}

/// Chooses for each table, and remembers what was said of tables that are not there.
pub(super) struct Chooser<'a> {
    said: &'a Classes,
    unused: BTreeSet<&'a str>,
}

impl<'a> Chooser<'a> {
    pub(super) fn new(said: &'a Classes) -> Self {
        Self { said, unused: said.keys().map(String::as_str).collect() }
    }

    /// What holds for a table: what is said of it, else `mutable` and the likeliest time column.
    pub(super) fn of(&mut self, database: &str, shape: &TableShape) -> Result<ChosenClass, CaptureError> {
        let table = shape.name.to_string();
        let full = format!("{database}.{table}");
        let mut entry = None;
        for name in [&table, &full] {
            if let Some((name, said)) = self.said.get_key_value(name) {
                self.unused.remove(name.as_str());
                entry = Some(said);
            }
        }
        let Some(entry) = entry else {
            let class = Class::default();
            return Ok(ChosenClass { class, time_column: likely(shape), structure_only: restored_empty(shape) });
        };
        let unfit = |problem: String| CaptureError::Unfit(format!("class of `{table}`: {problem}"));
        let time_column = match &entry.time_column {
            None => likely(shape),
            Some(name) => match shape.columns.iter().find(|column| column.name == *name) {
                None => return Err(unfit(format!("it has no column `{name}`"))),
                Some(column) if !column.tells_time => {
                    let kind = &column.type_name;
                    return Err(unfit(format!("`{name}` is of type {kind}, which tells no time")));
                }
                Some(column) => Some(column.name.clone()),
            },
        };
        let structure_only = entry.structure_only || restored_empty(shape);
        match (entry.class, &time_column) {
            (Class::Append | Class::Frozen, _) if entry.structure_only => {
                Err(unfit("`structure_only` leaves nothing to compare by a class; leave out one of the two".into()))
            }
            (Class::Append, None) => Err(unfit("append needs `time_column`, which says when a row was written".into())),
            (Class::Append, Some(_)) | (Class::Frozen | Class::Mutable, _) => {
                Ok(ChosenClass { class: entry.class, time_column, structure_only })
            }
        }
    }

    /// Refuses classes of tables that are not there: most likely a name was misspelt, and its table is `mutable` now.
    pub(super) fn all_used(&self) -> Result<(), CaptureError> {
        if self.unused.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = self.unused.iter().copied().collect();
        Err(CaptureError::Unfit(format!("classes are given for tables that are not there: {}", listed(&names))))
    }
}

/// Whether a restore empties the table, so that its rows say nothing.
fn restored_empty(shape: &TableShape) -> bool {
    shape.emptied_by_restore.is_some()
}

/// The column that most likely says when a row was written: by its name, and rather one that is never empty.
fn likely(shape: &TableShape) -> Option<String> {
    let place = |column: &ColumnShape| LIKELY.iter().position(|name| column.name.eq_ignore_ascii_case(name));
    let candidates = shape.columns.iter().filter(|column| column.tells_time);
    let ranked = candidates.filter_map(|column| Some(((column.nullable, place(column)?), &column.name)));
    ranked.min().map(|(_, name)| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::ObjectName;

    fn table(columns: &[(&str, bool, bool)]) -> TableShape {
        let column = |&(name, tells_time, nullable): &(&str, bool, bool)| ColumnShape {
            name: name.into(),
            type_name: "type".into(),
            hashed_as: String::new(),
            nullable,
            tells_time,
        };
        TableShape {
            name: ObjectName { schema: Some("public".into()), name: "orders".into() },
            from: "\"public\".\"orders\"".into(),
            columns: columns.iter().map(column).collect(),
            key: None,
            estimated_rows: None,
            unreadable: None,
            emptied_by_restore: None,
        }
    }

    fn said(name: &str, class: Class, time_column: Option<&str>) -> Classes {
        let time_column = time_column.map(str::to_owned);
        [(name.to_owned(), ClassEntry { class, time_column, structure_only: false })].into()
    }

    #[test]
    fn the_likeliest_time_column_is_named_for_it_and_never_empty() {
        let all = table(&[("updated_at", true, false), ("created", true, false), ("created_at", true, true)]);
        assert_eq!(likely(&all).as_deref(), Some("created"));
        assert_eq!(likely(&table(&[("created_at", true, true)])).as_deref(), Some("created_at"));
        assert_eq!(likely(&table(&[("created_at", false, false), ("updated_at", true, false)])), None);
    }

    #[test]
    fn a_table_may_be_named_with_its_database_or_without() {
        for name in ["public.orders", "shop.public.orders"] {
            let said = said(name, Class::Frozen, None);
            let mut chosen = Chooser::new(&said);
            assert!(chosen.all_used().is_err());
            assert_eq!(chosen.of("shop", &table(&[])).unwrap().class, Class::Frozen, "{name}");
            assert_eq!(chosen.all_used(), Ok(()));
        }
    }

    #[test]
    fn what_cannot_be_is_refused_in_words() {
        let shape = table(&[("id", false, false), ("updated_at", true, false)]);
        for (class, column, words) in [
            (Class::Append, None, "append needs `time_column`"),
            (Class::Append, Some("at"), "no column `at`"),
            (Class::Frozen, Some("id"), "tells no time"),
        ] {
            let said = said("public.orders", class, column);
            let refused = Chooser::new(&said).of("shop", &shape).unwrap_err().to_string();
            assert!(refused.contains(words) && refused.contains("public.orders"), "{refused}");
        }
    }
}

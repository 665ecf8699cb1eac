//! Which tables there are, and what one needs to know to read them.

use std::collections::BTreeMap;

use sqlx::SqlStr;

use super::objects::type_of;
use super::{MySqlSession, Record, hashing};
use crate::dialect::{ColumnShape, Key, KeyKind, ObjectName, TableShape};
use crate::sql::{Quotes, quoted};
use crate::trouble::Trouble;

const TABLES: &str = "SELECT * FROM information_schema.tables WHERE table_schema = DATABASE() \
    AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name";
const COLUMNS: &str = "SELECT * FROM information_schema.columns WHERE table_schema = DATABASE() \
    ORDER BY table_name, column_name";
const KEYS: &str = "SELECT * FROM information_schema.statistics WHERE table_schema = DATABASE() \
    AND index_name = 'PRIMARY'";

pub(super) async fn tables(session: &mut MySqlSession) -> Result<Vec<TableShape>, Trouble> {
    let mut columns: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(COLUMNS)).await? {
        columns.entry(row.text("TABLE_NAME")?.to_owned()).or_default().push(row);
    }
    let keys = keys(session).await?;
    let mut tables = Vec::new();
    for row in session.records(SqlStr::from_static(TABLES)).await? {
        let name = row.text("TABLE_NAME")?;
        let columns = columns.remove(name).unwrap_or_default();
        let key = match keys.get(name).map(Vec::as_slice) {
            Some([column]) => key(&columns, column),
            Some(_) | None => None,
        };
        tables.push(TableShape {
            name: ObjectName { schema: None, name: name.to_owned() },
            from: quoted(Quotes::Backticks, name),
            columns: columns.iter().filter(|column| is_stored(column)).map(shape).collect::<Result<_, _>>()?,
            key,
            estimated_rows: row.get("TABLE_ROWS").and_then(|rows| rows.parse().ok()),
            // The catalogs name only what the login has some right on; whether it may read is told by reading.
            unreadable: None,
            emptied_by_restore: match row.get("ENGINE") {
                Some("MEMORY") => Some("its engine is MEMORY, which is empty whenever the server starts"),
                Some("BLACKHOLE") => Some("its engine is BLACKHOLE, which keeps nothing"),
                Some(_) | None => None,
            },
        });
    }
    Ok(tables)
}

/// Every primary key's columns.
async fn keys(session: &mut MySqlSession) -> Result<BTreeMap<String, Vec<String>>, Trouble> {
    let mut keys: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(KEYS)).await? {
        // A key over the first letters of a column does not tell rows apart by the column.
        let column = if row.get("SUB_PART").is_some() { "" } else { row.text("COLUMN_NAME")? };
        keys.entry(row.text("TABLE_NAME")?.to_owned()).or_default().push(column.to_owned());
    }
    Ok(keys)
}

fn key(columns: &[Record], column: &str) -> Option<Key> {
    let row = columns.iter().find(|row| row.get("COLUMN_NAME") == Some(column))?;
    let kind = match (row.get("DATA_TYPE")?, row.get("COLUMN_TYPE")?) {
        ("tinyint" | "smallint" | "mediumint" | "int" | "bigint", _) => KeyKind::Integer,
        (_, "binary(16)") => KeyKind::Uuid,
        _ => return None,
    };
    Some(Key { column: column.to_owned(), kind })
}

/// Not worked out anew at each reading.
fn is_stored(column: &Record) -> bool {
    !column.get("EXTRA").unwrap_or_default().to_ascii_uppercase().contains("VIRTUAL")
}

fn shape(row: &Record) -> Result<ColumnShape, Trouble> {
    let kind = row.text("DATA_TYPE")?;
    Ok(ColumnShape {
        name: row.text("COLUMN_NAME")?.to_owned(),
        type_name: type_of(row.text("COLUMN_TYPE")?, kind),
        hashed_as: hashing::way_of(kind, row.get("CHARACTER_SET_NAME")).to_owned(),
        nullable: row.text("IS_NULLABLE")? == "YES",
        tells_time: matches!(kind, "timestamp" | "datetime" | "date"),
    })
}

//! What a schema consists of: one query for each kind of object. What holds code is in [`super::code`].
//!
//! Catalogs are read with every column that the server has, because the two products and their versions differ in them.

use std::collections::BTreeMap;

use sqlx::SqlStr;

use super::{MySqlSession, Record, code};
use crate::inventory::{Inventory, Object, ObjectKind};
use crate::trouble::Trouble;

pub(super) async fn of_database(session: &mut MySqlSession) -> Result<Inventory, Trouble> {
    let mut inventory = Inventory::default();
    schema(session, &mut inventory).await?;
    tables(session, &mut inventory).await?;
    columns(session, &mut inventory).await?;
    indexes(session, &mut inventory).await?;
    foreign_keys(session, &mut inventory).await?;
    conditions(session, &mut inventory).await?;
    code::add(session, &mut inventory).await?;
    Ok(inventory)
}

const SCHEMA: &str = "SELECT * FROM information_schema.schemata WHERE schema_name = DATABASE()";

async fn schema(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for row in session.records(SqlStr::from_static(SCHEMA)).await? {
        let collation = canonical(row.text("DEFAULT_COLLATION_NAME")?);
        inventory.add(ObjectKind::Schema, row.text("SCHEMA_NAME")?, Object::named().with("collation", collation));
    }
    Ok(())
}

const TABLES: &str = "SELECT * FROM information_schema.tables WHERE table_schema = DATABASE() \
    AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')";
const PARTITIONS: &str = "SELECT * FROM information_schema.partitions WHERE table_schema = DATABASE() \
    AND partition_name IS NOT NULL";

async fn tables(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let partitions = partitions(session).await?;
    for row in session.records(SqlStr::from_static(TABLES)).await? {
        let name = row.text("TABLE_NAME")?;
        let mut table = match row.text("TABLE_TYPE")? {
            "SEQUENCE" => {
                inventory.add(ObjectKind::Sequence, name, Object::named());
                continue;
            }
            "SYSTEM VERSIONED" => Object::named().with("history", "kept"),
            _ => Object::named(),
        };
        // A table that the server cannot open has neither; reading it tells why.
        table = table.with("engine", row.get("ENGINE").unwrap_or("none"));
        if let Some(collation) = row.get("TABLE_COLLATION") {
            table = table.with("collation", canonical(collation));
        }
        if let Some(partitioning) = partitions.get(name) {
            table = table.with("partitions", partitioning.names.join(", "));
            table.definition = Some(partitioning.definition());
        }
        inventory.add(ObjectKind::Table, name, table);
    }
    Ok(())
}

/// How a table is divided. Partitions are a set: in which order they were added does not matter.
#[derive(Default)]
struct Partitioning {
    rule: String,
    names: Vec<String>,
    bounds: Vec<String>,
}

impl Partitioning {
    fn definition(&self) -> String {
        format!("{}\n{}", self.rule, self.bounds.join("\n"))
    }
}

async fn partitions(session: &mut MySqlSession) -> Result<BTreeMap<String, Partitioning>, Trouble> {
    let mut tables: BTreeMap<String, Partitioning> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(PARTITIONS)).await? {
        let or_none = |column: &str| row.get(column).unwrap_or_default().to_owned();
        let partitioning = tables.entry(row.text("TABLE_NAME")?.to_owned()).or_default();
        partitioning.rule =
            ["PARTITION_METHOD", "PARTITION_EXPRESSION", "SUBPARTITION_METHOD", "SUBPARTITION_EXPRESSION"]
                .map(or_none)
                .join(" ");
        let name = match row.get("SUBPARTITION_NAME") {
            Some(part) => format!("{}/{part}", row.text("PARTITION_NAME")?),
            None => row.text("PARTITION_NAME")?.to_owned(),
        };
        partitioning.bounds.push(format!("{name} {}", or_none("PARTITION_DESCRIPTION")));
        partitioning.names.push(name);
    }
    for partitioning in tables.values_mut() {
        partitioning.names.sort();
        partitioning.bounds.sort();
    }
    Ok(tables)
}

const COLUMNS: &str = "SELECT c.* FROM information_schema.columns c JOIN information_schema.tables t \
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name \
    AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') WHERE c.table_schema = DATABASE()";

async fn columns(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for row in session.records(SqlStr::from_static(COLUMNS)).await? {
        let name = format!("{}.{}", row.text("TABLE_NAME")?, row.text("COLUMN_NAME")?);
        let default = row.get("COLUMN_DEFAULT").map(|text| format!("DEFAULT {text}"));
        let generated = row.get("GENERATION_EXPRESSION").filter(|text| !text.is_empty());
        let generated = generated.map(|text| format!("AS {text}"));
        let members = has_members(row.text("DATA_TYPE")?).then(|| row.text("COLUMN_TYPE").map(str::to_owned));
        let mut column = Object::defined(
            [members.transpose()?, default, generated].into_iter().flatten().collect::<Vec<_>>().join("\n"),
        )
        .with("type", type_of(row.text("COLUMN_TYPE")?, row.text("DATA_TYPE")?))
        .with("nullable", row.text("IS_NULLABLE")?.to_ascii_lowercase());
        if let Some(collation) = row.get("COLLATION_NAME") {
            column = column.with("collation", canonical(collation));
        }
        let extra = extra_of(row.get("EXTRA").unwrap_or_default());
        if !extra.is_empty() {
            column = column.with("extra", extra);
        }
        inventory.add(ObjectKind::Column, name, column);
    }
    Ok(())
}

/// A column's type. Where the text of ENUM and SET holds members, which may be data, only their kind is shown; MySQL 8
/// does not write the width of whole numbers any more, which never meant anything but padding with zeros.
pub(super) fn type_of(column_type: &str, data_type: &str) -> String {
    let whole = matches!(data_type, "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year");
    match column_type.split_once('(') {
        Some((kind, rest)) if whole && !column_type.contains("zerofill") => {
            let after = rest.split_once(')').map_or("", |(_, after)| after);
            format!("{kind}{after}")
        }
        Some(_) if has_members(data_type) => data_type.to_owned(),
        Some(_) | None => column_type.to_owned(),
    }
}

fn has_members(data_type: &str) -> bool {
    matches!(data_type, "enum" | "set")
}

/// `auto_increment`, `on update current_timestamp()`, `STORED GENERATED`, `INVISIBLE`. MySQL 8 adds a word for defaults
/// that are expressions.
fn extra_of(extra: &str) -> String {
    extra.replace("DEFAULT_GENERATED", "").trim().to_ascii_lowercase()
}

const INDEXES: &str = "SELECT * FROM information_schema.statistics WHERE table_schema = DATABASE() \
    ORDER BY table_name, index_name, seq_in_index";

async fn indexes(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let mut parts: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(INDEXES)).await? {
        let name = format!("{}.{}", row.text("TABLE_NAME")?, row.text("INDEX_NAME")?);
        parts.entry(name).or_default().push(row);
    }
    for (name, rows) in parts {
        let columns = rows.iter().map(indexed).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = rows.first() else { continue };
        let unique = if first.text("NON_UNIQUE")? == "0" { "yes" } else { "no" };
        let expressions: Vec<&str> = rows.iter().filter_map(|row| row.get("EXPRESSION")).collect();
        let mut index = Object::named()
            .with("columns", columns.join(", "))
            .with("unique", unique)
            .with("method", first.text("INDEX_TYPE")?.to_ascii_lowercase());
        if !expressions.is_empty() {
            index.definition = Some(expressions.join("\n"));
        }
        if first.get("IGNORED") == Some("YES") || first.get("IS_VISIBLE") == Some("NO") {
            index = index.with("used", "no");
        }
        inventory.add(ObjectKind::Index, name, index);
    }
    Ok(())
}

/// One part of an index: a column, the first so many letters of one, or an expression, which is not shown.
fn indexed(row: &Record) -> Result<String, Trouble> {
    let column = match (row.get("COLUMN_NAME"), row.get("EXPRESSION")) {
        (Some(column), _) => column.to_owned(),
        (None, Some(_)) => "(expression)".to_owned(),
        (None, None) => return Err(Trouble::Unreadable("an index over nothing".into())),
    };
    let length = row.get("SUB_PART").map(|length| format!("({length})")).unwrap_or_default();
    let order = if row.get("COLLATION") == Some("D") { " desc" } else { "" };
    Ok(format!("{column}{length}{order}"))
}

const FOREIGN_KEYS: &str = "SELECT * FROM information_schema.referential_constraints \
    WHERE constraint_schema = DATABASE()";
const REFERRING: &str = "SELECT * FROM information_schema.key_column_usage WHERE constraint_schema = DATABASE() \
    AND referenced_table_name IS NOT NULL ORDER BY table_name, constraint_name, ordinal_position";

async fn foreign_keys(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let mut pairs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(REFERRING)).await? {
        let name = format!("{}.{}", row.text("TABLE_NAME")?, row.text("CONSTRAINT_NAME")?);
        pairs.entry(name).or_default().push(format!(
            "{} to {}.{}",
            row.text("COLUMN_NAME")?,
            row.text("REFERENCED_TABLE_NAME")?,
            row.text("REFERENCED_COLUMN_NAME")?
        ));
    }
    for row in session.records(SqlStr::from_static(FOREIGN_KEYS)).await? {
        let name = format!("{}.{}", row.text("TABLE_NAME")?, row.text("CONSTRAINT_NAME")?);
        let columns = pairs.remove(&name).unwrap_or_default().join(", ");
        let constraint = Object::named()
            .with("kind", "foreign key")
            .with("columns", columns)
            .with("on update", rule(row.text("UPDATE_RULE")?))
            .with("on delete", rule(row.text("DELETE_RULE")?));
        inventory.add(ObjectKind::Constraint, name, constraint);
    }
    Ok(())
}

/// MySQL 8 says `NO ACTION` where MySQL 5.7 and MariaDB say `RESTRICT`; `InnoDB` does the same for both.
fn rule(rule: &str) -> String {
    rule.replace("NO ACTION", "RESTRICT").to_ascii_lowercase()
}

/// In MySQL from 8.0.16 on names are unique in a database, and another catalog knows the table; in MariaDB they are
/// unique in a table. MySQL 5.7 has none of it.
const CONDITIONS: &str = "SELECT * FROM information_schema.check_constraints WHERE constraint_schema = DATABASE()";
const CONDITIONED: &str = "SELECT * FROM information_schema.table_constraints \
    WHERE constraint_schema = DATABASE() AND constraint_type = 'CHECK'";

async fn conditions(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let rows = match session.records(SqlStr::from_static(CONDITIONS)).await {
        // ER_UNKNOWN_TABLE: a version without this catalog, and without such constraints.
        Err(Trouble::Rejected { code }) if code == "1109" || code == "1146" => return Ok(()),
        rows => rows?,
    };
    let mut tables: BTreeMap<String, Record> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(CONDITIONED)).await? {
        tables.insert(row.text("CONSTRAINT_NAME")?.to_owned(), row);
    }
    for row in &rows {
        let name = row.text("CONSTRAINT_NAME")?;
        let of = tables.get(name);
        let table = row.get("TABLE_NAME").or_else(|| of.and_then(|of| of.get("TABLE_NAME"))).unwrap_or_default();
        let enforced = of.and_then(|of| of.get("ENFORCED")).unwrap_or("YES");
        let constraint = Object::defined(row.text("CHECK_CLAUSE")?)
            .with("kind", "check")
            .with("enforced", enforced.to_ascii_lowercase());
        inventory.add(ObjectKind::Constraint, format!("{table}.{name}"), constraint);
    }
    Ok(())
}

/// Newer versions write out that the old character set `utf8` has three bytes.
pub(super) fn canonical(collation: &str) -> String {
    match collation.strip_prefix("utf8_") {
        Some(rest) => format!("utf8mb3_{rest}"),
        None => collation.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_versions_write_in_several_ways_is_the_same() {
        assert_eq!(type_of("int(11)", "int"), type_of("int", "int"));
        assert_eq!(type_of("bigint(20) unsigned", "bigint"), type_of("bigint unsigned", "bigint"));
        assert_eq!(canonical("utf8_general_ci"), canonical("utf8mb3_general_ci"));
        assert_eq!(extra_of("DEFAULT_GENERATED on update CURRENT_TIMESTAMP"), "on update current_timestamp");
        assert_eq!(rule("NO ACTION"), rule("RESTRICT"));
    }

    #[test]
    fn what_types_differ_in_is_kept() {
        assert_ne!(type_of("varchar(10)", "varchar"), type_of("varchar(20)", "varchar"));
        assert_ne!(type_of("decimal(10,2)", "decimal"), type_of("decimal(12,2)", "decimal"));
        assert_ne!(type_of("int(6) unsigned zerofill", "int"), type_of("int(8) unsigned zerofill", "int"));
        assert_ne!(canonical("utf8mb4_general_ci"), canonical("utf8mb3_general_ci"));
    }
}

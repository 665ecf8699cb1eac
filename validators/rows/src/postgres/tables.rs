//! Which tables there are, and what one needs to know to read them.

use std::collections::BTreeMap;

use super::{PostgresSession, hashing, read};
use crate::dialect::{ColumnShape, Key, KeyKind, ObjectName, TableShape};
use crate::sql::{Quotes, quoted_object};
use crate::trouble::Trouble;

/// Tables, partitioned tables (their partitions are read through them) and materialized views that hold rows. Those of
/// extensions only where the extension says that they hold the user's data.
const TABLES: &str = r"
SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind::text, c.relpersistence = 'u',
       has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT'),
       CASE c.relkind
         WHEN 'p' THEN (SELECT coalesce(sum(greatest(l.reltuples, 0)), 0) FROM pg_partition_tree(c.oid) t
                        JOIN pg_class l ON l.oid = t.relid WHERE t.isleaf)
         ELSE c.reltuples END::int8,
       c.relkind = 'p' AND EXISTS (SELECT FROM pg_partition_tree(c.oid) t
                                   JOIN pg_class l ON l.oid = t.relid WHERE l.relkind = 'f')
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
  AND (c.relkind <> 'm' OR c.relispopulated)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND NOT EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
                    AND d.refclassid = 'pg_extension'::regclass AND NOT c.oid = ANY (coalesce(e.extconfig, '{}')))
ORDER BY 2, 3";

/// Stored columns, with their types behind domains.
const COLUMNS: &str = r"
WITH RECURSIVE base AS (
  SELECT oid AS type, oid AS base, typtype, typbasetype FROM pg_type
  UNION ALL
  SELECT b.type, t.oid, t.typtype, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.typbasetype
  WHERE b.typtype = 'd')
SELECT a.attrelid::int8, a.attname::text, format_type(a.atttypid, a.atttypmod), n.nspname::text, t.typname::text,
       NOT a.attnotnull
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition
JOIN pg_namespace s ON s.oid = c.relnamespace AND s.nspname NOT IN ('pg_catalog', 'information_schema')
JOIN base b ON b.type = a.atttypid AND b.typtype <> 'd'
JOIN pg_type t ON t.oid = b.base
JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> 'v'
ORDER BY 1, 2";

/// Primary keys of one column, with its type.
const KEYS: &str = r"
SELECT i.indrelid::int8, a.attname::text, t.typname::text
FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
JOIN pg_type t ON t.oid = a.atttypid AND t.typnamespace = 'pg_catalog'::regnamespace
WHERE i.indisprimary AND i.indisvalid AND i.indnkeyatts = 1 AND t.typname IN ('int2', 'int4', 'int8', 'uuid')";

pub(super) async fn tables(session: &mut PostgresSession) -> Result<Vec<TableShape>, Trouble> {
    let mut columns = columns(session).await?;
    let mut keys = keys(session).await?;
    let mut tables = Vec::new();
    for row in &session.all(TABLES).await? {
        let (oid, kind): (i64, &str) = (read(row, 0)?, read(row, 3)?);
        let (unlogged, readable, foreign): (bool, bool, bool) = (read(row, 4)?, read(row, 5)?, read(row, 7)?);
        let estimated: i64 = read(row, 6)?;
        let name = ObjectName { schema: Some(read(row, 1)?), name: read(row, 2)? };
        let quoted = quoted_object(Quotes::Standard, &name);
        tables.push(TableShape {
            from: if kind == "r" { format!("ONLY {quoted}") } else { quoted },
            name,
            columns: columns.remove(&oid).unwrap_or_default(),
            key: keys.remove(&oid),
            estimated_rows: u64::try_from(estimated).ok(),
            unreadable: why_unreadable(readable, foreign),
            emptied_by_restore: unlogged.then_some("it is unlogged, and PostgreSQL empties such tables on recovery"),
        });
    }
    Ok(tables)
}

fn why_unreadable(readable: bool, foreign: bool) -> Option<String> {
    if !readable {
        return Some("the login may not read it; make it a member of pg_read_all_data".into());
    }
    foreign.then(|| "some of its partitions lie on foreign servers, which are never read".into())
}

async fn columns(session: &mut PostgresSession) -> Result<BTreeMap<i64, Vec<ColumnShape>>, Trouble> {
    let mut columns: BTreeMap<i64, Vec<ColumnShape>> = BTreeMap::new();
    for row in &session.all(COLUMNS).await? {
        let hashed_as = hashing::way_of(read(row, 3)?, read(row, 4)?);
        let tells_time = matches!(hashed_as, "date" | "timestamp" | "timestamptz");
        columns.entry(read(row, 0)?).or_default().push(ColumnShape {
            name: read(row, 1)?,
            type_name: read(row, 2)?,
            hashed_as: hashed_as.to_owned(),
            nullable: read(row, 5)?,
            tells_time,
        });
    }
    Ok(columns)
}

async fn keys(session: &mut PostgresSession) -> Result<BTreeMap<i64, Key>, Trouble> {
    let mut keys = BTreeMap::new();
    for row in &session.all(KEYS).await? {
        let kind = match read::<&str>(row, 2)? {
            "uuid" => KeyKind::Uuid,
            _ => KeyKind::Integer,
        };
        keys.insert(read(row, 0)?, Key { column: read(row, 1)?, kind });
    }
    Ok(keys)
}

//! Physical structure, by the extension `amcheck`.
//!
//! Where the extension is not there it is made in a transaction that is rolled back, so the restored data is as before:
//! everything here happens in that one transaction, and what fails goes back to a savepoint. `verify_heapam` (from version
//! 14 on) walks tables with their out-of-line values; `bt_index_check` walks B-trees and, where it can, compares them
//! with their tables. Indexes of out-of-line values are used while tables are walked. Other kinds of indexes have no checker before version 18.

use sqlx::{Row as _, SqlStr};

use super::{PostgresSession, read};
use crate::dialect::{IntegrityScope, ObjectName, Structure, StructureKind};
use crate::sql::{Quotes, composed, quoted, quoted_object};
use crate::trouble::Trouble;

/// The first version whose `amcheck` knows tables.
const CHECKS_TABLES: i64 = 140_000;

/// How many faults of one table are counted; a table with more is no better known by them.
const COUNTED: u32 = 1000;

const UNDO: &str = "ROLLBACK TO SAVEPOINT backproof";

const SCHEMA: &str = "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE e.extname = 'amcheck'";

const TABLES: &str = r"
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am m ON m.oid = c.relam AND m.amname = 'heap'
WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema'
  AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1, 2";

const INDEXES: &str = r"
SELECT n.nspname::text, c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am m ON m.oid = c.relam AND m.amname = 'btree'
WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND i.indisvalid AND i.indisready
  AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_(toast|temp)' ORDER BY 1, 2";

const OTHERS: &str = r"
SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE c.relkind = 'i' AND c.relpersistence <> 't' AND m.amname <> 'btree'";

pub(super) async fn begin(session: &mut PostgresSession) -> Result<IntegrityScope, Trouble> {
    session.run(SqlStr::from_static("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE")).await?;
    let mut scope = IntegrityScope::default();
    if let Some(why) = provide(session).await? {
        scope.unchecked.push(why);
        return Ok(scope);
    }
    if session.version < CHECKS_TABLES {
        scope.limits.push("amcheck knows tables from version 14 on, so only indexes were checked".into());
    } else {
        scope.structures.extend(structures(session, TABLES, StructureKind::Table).await?);
    }
    scope.structures.extend(structures(session, INDEXES, StructureKind::Index).await?);
    match session.number(OTHERS).await? {
        0 => {}
        others => scope.limits.push(format!("{others} indexes are no B-trees, and amcheck does not know them")),
    }
    Ok(scope)
}

/// Makes `amcheck` callable without its schema's name. Says why where that is impossible.
async fn provide(session: &mut PostgresSession) -> Result<Option<String>, Trouble> {
    session.run(SqlStr::from_static("SAVEPOINT backproof")).await?;
    if session.all(SCHEMA).await?.is_empty() {
        let made = session.run(SqlStr::from_static("CREATE EXTENSION amcheck WITH SCHEMA public")).await;
        if let Err(trouble) = made {
            session.run(SqlStr::from_static(UNDO)).await?;
            return match trouble {
                lost if lost.ends_the_session() => Err(lost),
                other => Ok(Some(format!("the extension amcheck is not there and cannot be made: {other}"))),
            };
        }
    }
    let rows = session.all(SCHEMA).await?;
    let schema: String = rows.first().map(|row| read(row, 0)).transpose()?.unwrap_or_default();
    let schema = quoted(Quotes::Standard, &schema);
    session.run(composed(format!("SET LOCAL search_path = pg_catalog, {schema}"))).await?;
    // What was just made must outlive the failure of a check.
    session.run(SqlStr::from_static("SAVEPOINT backproof")).await?;
    Ok(None)
}

async fn structures(
    session: &mut PostgresSession,
    query: &'static str,
    kind: StructureKind,
) -> Result<Vec<Structure>, Trouble> {
    let rows = session.all(query).await?;
    let structure = |row| {
        let name = ObjectName { schema: Some(read(row, 0)?), name: read(row, 1)? };
        Ok(Structure { kind, name })
    };
    rows.iter().map(structure).collect()
}

/// A failed statement is undone up to the savepoint, and the next goes on from there.
pub(super) async fn check(session: &mut PostgresSession, structure: &Structure) -> Result<Vec<String>, Trouble> {
    let found = match structure.kind {
        StructureKind::Table => table(session, &structure.name).await,
        StructureKind::Index => index(session, &structure.name).await,
    };
    match &found {
        Ok(_) => {}
        Err(trouble) if trouble.ends_the_session() && !matches!(trouble, Trouble::TimeIsUp) => {}
        Err(_) => session.run(SqlStr::from_static(UNDO)).await?,
    }
    found
}

/// Messages of `verify_heapam` speak of pages, line pointers and transactions, and of no value.
async fn table(session: &mut PostgresSession, name: &ObjectName) -> Result<Vec<String>, Trouble> {
    let relation = literal(name);
    let text = format!(
        "SELECT count(*), count(DISTINCT blkno), min(blkno), (array_agg(msg ORDER BY blkno, offnum))[1] \
         FROM (SELECT * FROM verify_heapam({relation}, check_toast := true) LIMIT {COUNTED}) AS found"
    );
    let rows = session.all(composed(text)).await?;
    let Some(row) = rows.first() else { return Ok(Vec::new()) };
    let (faults, pages): (i64, i64) = (read(row, 0)?, read(row, 1)?);
    if faults == 0 {
        return Ok(Vec::new());
    }
    let (first, message): (Option<i64>, Option<String>) = (read(row, 2)?, row.try_get(3).unwrap_or_default());
    Ok(vec![format!(
        "table {name} has {faults} faults on {pages} pages, the first on page {}: {}",
        first.unwrap_or_default(),
        message.unwrap_or_default()
    )])
}

/// Indexes that do not hold what their tables hold are an error of the server's.
async fn index(session: &mut PostgresSession, name: &ObjectName) -> Result<Vec<String>, Trouble> {
    let relation = literal(name);
    match session.run(composed(format!("SELECT bt_index_check({relation}, true)"))).await {
        Ok(()) => Ok(Vec::new()),
        Err(Trouble::Damaged { words, .. }) => {
            session.run(SqlStr::from_static(UNDO)).await?;
            Ok(vec![format!("index {name}: {words}")])
        }
        Err(trouble) => Err(trouble),
    }
}

/// A relation by its quoted name, as a text that is cast. A name can hold a single quote.
fn literal(name: &ObjectName) -> String {
    format!("'{}'::regclass", quoted_object(Quotes::Standard, name).replace('\'', "''"))
}

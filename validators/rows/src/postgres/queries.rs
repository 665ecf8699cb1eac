//! What is asked of the server's catalogs, apart from the schema: one query for each kind.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use sqlx::{Column as _, SqlStr, TypeInfo as _};

use super::{PostgresSession, read};
use crate::dialect::{Answer, Database, Life, ObjectName, Reference, Sequence, Server};
use crate::sql::{Quotes, composed, quoted_object, wrapped};
use crate::trouble::Trouble;

const SERVER: &str = r"
SELECT current_setting('server_version'), (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND ssl),
       current_setting('data_checksums')";

pub(super) async fn server(session: &mut PostgresSession) -> Result<Server, Trouble> {
    let rows = session.all(SERVER).await?;
    let row = rows.first().ok_or_else(|| Trouble::Unreadable("the server says nothing of itself".into()))?;
    let version: String = read(row, 0)?;
    Ok(Server {
        product: "PostgreSQL".into(),
        // Distributors add their own words behind the number.
        version: version.split_whitespace().next().unwrap_or_default().to_owned(),
        tls: read(row, 1)?,
        remarks: vec![format!("data checksums are {}", read::<&str>(row, 2)?)],
    })
}

/// Whoever takes the place of a process that died leaves the postmaster as it was, and begins all the others anew.
const LIFE: &str = r"
SELECT (extract(epoch FROM backend_start) * 1000000)::int8 FROM pg_stat_activity WHERE backend_type = 'checkpointer'";

pub(super) async fn life(session: &mut PostgresSession) -> Result<Option<Life>, Trouble> {
    let rows = session.all(LIFE).await?;
    let began = rows.first().map(|row| read::<Option<i64>>(row, 0)).transpose()?.flatten();
    let since = began.and_then(|micros| Timestamp::from_microsecond(micros).ok());
    Ok(since.map(|since| Life { since, give_or_take: SignedDuration::ZERO }))
}

const DATABASES: &str = r"
SELECT datname::text, datallowconn, has_database_privilege(oid, 'CONNECT')
FROM pg_database WHERE NOT datistemplate AND datname <> 'rdsadmin' ORDER BY 1";

pub(super) async fn databases(session: &mut PostgresSession) -> Result<Vec<Database>, Trouble> {
    let mut databases = Vec::new();
    for row in &session.all(DATABASES).await? {
        let (open, permitted): (bool, bool) = (read(row, 1)?, read(row, 2)?);
        let closed = match (open, permitted) {
            (true, true) => None,
            (false, _) => Some("it takes no connections (datallowconn)".to_owned()),
            (true, false) => Some("the login has no CONNECT privilege on it".to_owned()),
        };
        databases.push(Database { name: read(row, 0)?, closed });
    }
    Ok(databases)
}

/// Sequences, where they stand, and the columns that they fill. `last_value` is no value yet before the first call.
const SEQUENCES: &str = r"
SELECT format('%s.%s', n.nspname, c.relname),
       CASE WHEN NOT has_sequence_privilege(c.oid, 'SELECT, USAGE') THEN NULL
            ELSE coalesce(pg_sequence_last_value(c.oid) + s.seqincrement, s.seqstart) END,
       s.seqincrement, s.seqcycle, tn.nspname::text, t.relname::text, a.attname::text
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_temp'
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
                     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0
LEFT JOIN pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                        AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
WHERE c.relpersistence <> 't'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                  AND e.deptype = 'e')
ORDER BY 1";

pub(super) async fn sequences(session: &mut PostgresSession) -> Result<Vec<Sequence>, Trouble> {
    let mut sequences = Vec::new();
    for row in &session.all(SEQUENCES).await? {
        let table: Option<(String, String)> = read::<Option<String>>(row, 4)?.zip(read::<Option<String>>(row, 5)?);
        let column: Option<String> = read(row, 6)?;
        let fills =
            table.zip(column).map(|((schema, name), column)| (ObjectName { schema: Some(schema), name }, column));
        sequences.push(Sequence {
            name: read(row, 0)?,
            next: read::<Option<i64>>(row, 1)?.map(i128::from),
            step: i128::from(read::<i64>(row, 2)?),
            cycles: read(row, 3)?,
            fills,
        });
    }
    Ok(sequences)
}

/// Foreign keys, those of partitions left aside: they are those of the partitioned table.
const REFERENCES: &str = r"
SELECT k.conname::text, fn.nspname::text, f.relname::text, tn.nspname::text, t.relname::text,
       NOT k.convalidated, k.confmatchtype = 'f',
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY u(num, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY u.place),
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY u(num, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY u.place),
       ARRAY(SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
             FROM unnest(k.conpfeqop) WITH ORDINALITY u(oid, place)
             JOIN pg_operator o ON o.oid = u.oid JOIN pg_namespace n ON n.oid = o.oprnamespace ORDER BY u.place)
FROM pg_constraint k
JOIN pg_class f ON f.oid = k.conrelid JOIN pg_namespace fn ON fn.oid = f.relnamespace
JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY 2, 3, 1";

pub(super) async fn references(session: &mut PostgresSession) -> Result<Vec<Reference>, Trouble> {
    let mut references = Vec::new();
    for row in &session.all(REFERENCES).await? {
        references.push(Reference {
            name: read(row, 0)?,
            from: ObjectName { schema: Some(read(row, 1)?), name: read(row, 2)? },
            to: ObjectName { schema: Some(read(row, 3)?), name: read(row, 4)? },
            unproven: read(row, 5)?,
            full: read(row, 6)?,
            columns: read(row, 7)?,
            to_columns: read(row, 8)?,
            operators: read(row, 9)?,
        });
    }
    Ok(references)
}

const VIEWS: &str = r"
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_temp'
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid
                  AND e.deptype = 'e')
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY 1, 2";

pub(super) async fn views(session: &mut PostgresSession) -> Result<Vec<ObjectName>, Trouble> {
    let name = |row: &PgRow| Ok(ObjectName { schema: Some(read(row, 0)?), name: read(row, 1)? });
    session.all(VIEWS).await?.iter().map(name).collect()
}

/// Plans the view and goes no further: where it reads foreign tables, nobody is connected to. Functions within a view may
/// rely on the usual search path, so it is given to them: the view's own schema and `public`.
pub(super) async fn open_view(session: &mut PostgresSession, view: &ObjectName) -> Result<(), Trouble> {
    let schema = crate::sql::quoted(Quotes::Standard, view.schema.as_deref().unwrap_or("public"));
    session.run(SqlStr::from_static("BEGIN READ ONLY")).await?;
    let path = session.run(composed(format!("SET LOCAL search_path = pg_catalog, {schema}, public"))).await;
    let text = format!("EXPLAIN SELECT * FROM {}", quoted_object(Quotes::Standard, view));
    let opened = match path {
        Ok(()) => session.run(composed(text)).await,
        Err(trouble) => Err(trouble),
    };
    session.run(SqlStr::from_static("ROLLBACK")).await?;
    opened
}

/// Runs in a transaction of its own that is read only and rolled back, with `public` behind the catalog in the search
/// path, so that queries may name tables as applications do.
pub(super) async fn ask(session: &mut PostgresSession, query: &str, limit: u32) -> Result<Answer, Trouble> {
    session.run(SqlStr::from_static("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await?;
    let path = session.run(SqlStr::from_static("SET LOCAL search_path = pg_catalog, public")).await;
    let answered = match path {
        Ok(()) => session.all(wrapped(query, limit)).await,
        Err(trouble) => Err(trouble),
    };
    session.run(SqlStr::from_static("ROLLBACK")).await?;
    let rows = answered?;
    let number = rows.first().and_then(only_number);
    Ok(Answer { rows: crate::words::count(rows.len()), number })
}

/// The whole number that a row consists of.
fn only_number(row: &PgRow) -> Option<i64> {
    let [column] = row.columns() else { return None };
    match column.type_info().name() {
        "INT8" => row.try_get::<i64, _>(0).ok(),
        "INT4" => row.try_get::<i32, _>(0).ok().map(i64::from),
        "INT2" => row.try_get::<i16, _>(0).ok().map(i64::from),
        _ => None,
    }
}

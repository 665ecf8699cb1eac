//! What is asked of the server's catalogs, apart from the schema: one query for each kind.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use sqlx::mysql::MySqlRow;
use sqlx::{Column as _, Row as _, SqlStr, TypeInfo as _};

use super::{MySqlSession, Product, connect, nothing_said, read};
use crate::dialect::{Answer, Database, Life, ObjectName, Reference, Sequence, Server};
use crate::sql::{Quotes, composed, quoted, wrapped};
use crate::trouble::Trouble;

const CIPHER: &str = "SHOW SESSION STATUS LIKE 'Ssl_version'";
const RECOVERY: &str = "SELECT @@innodb_force_recovery, @@innodb_checksum_algorithm";

pub(super) async fn server(session: &mut MySqlSession) -> Result<Server, Trouble> {
    let tls = match session.all(SqlStr::from_static(CIPHER)).await?.first() {
        Some(row) => Some(read::<String>(row, 1)?).filter(|version| !version.is_empty()),
        None => None,
    };
    let mut remarks = Vec::new();
    // A server without InnoDB has neither.
    if let Ok(rows) = session.all(SqlStr::from_static(RECOVERY)).await {
        let row = rows.first().ok_or_else(nothing_said)?;
        let (recovery, checksums): (String, String) = (read(row, 0)?, read(row, 1)?);
        remarks.push(format!("checksums of pages are {checksums}"));
        if recovery != "0" {
            remarks.push(format!("innodb_force_recovery is {recovery}, so parts of the data may have been left out"));
        }
    }
    let product = match session.product {
        Product::MySql => "MySQL",
        Product::MariaDb => "MariaDB",
    };
    Ok(Server { product: product.into(), version: session.version.clone(), tls, remarks })
}

const UPTIME: &str = "SHOW GLOBAL STATUS LIKE 'Uptime'";

/// From seconds since the start, so it may be told a second apart. Sessions run in UTC.
pub(super) async fn life(session: &mut MySqlSession) -> Result<Option<Life>, Trouble> {
    let (now, up) = (
        session.all(SqlStr::from_static("SELECT UNIX_TIMESTAMP()")).await?,
        session.all(SqlStr::from_static(UPTIME)).await?,
    );
    let (Some(now), Some(up)) = (now.first(), up.first()) else { return Ok(None) };
    let seconds = read::<String>(up, 1)?.parse::<i64>().ok();
    let since = seconds.and_then(|up| Some((up, read::<i64>(now, 0).ok()?)));
    let since = since.and_then(|(up, now)| Timestamp::from_second(now - up).ok());
    Ok(since.map(|since| Life { since, give_or_take: SignedDuration::from_secs(2) }))
}

/// Those of the server's own are left out; so are `innodb` and `tmp`, which RDS keeps for itself.
const DATABASES: &str = "SELECT schema_name FROM information_schema.schemata WHERE LOWER(schema_name) NOT IN \
    ('mysql', 'information_schema', 'performance_schema', 'sys', 'innodb', 'tmp', 'rdsadmin') ORDER BY 1";

pub(super) async fn databases(session: &mut MySqlSession) -> Result<Vec<Database>, Trouble> {
    let rows = session.all(SqlStr::from_static(DATABASES)).await?;
    rows.iter().map(|row| Ok(Database { name: read(row, 0)?, closed: None })).collect()
}

const SEQUENCES: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
    AND table_type = 'SEQUENCE' ORDER BY 1";
const COUNTERS: &str = "SELECT t.table_name AS name, c.column_name AS filled, t.auto_increment AS next \
    FROM information_schema.tables t JOIN information_schema.columns c ON c.table_schema = t.table_schema \
    AND c.table_name = t.table_name AND LOWER(c.extra) LIKE '%auto_increment%' \
    WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1";

/// The counters of tables, and MariaDB's sequences. MySQL 5.7 forgets its counters whenever it starts, so they tell
/// nothing there.
pub(super) async fn sequences(session: &mut MySqlSession) -> Result<Vec<Sequence>, Trouble> {
    let mut sequences = Vec::new();
    for row in &session.all(SqlStr::from_static(SEQUENCES)).await? {
        sequences.push(sequence(session, read(row, 0)?).await?);
    }
    if session.product == Product::MySql && session.release < (8, 0) {
        return Ok(sequences);
    }
    for row in session.records(SqlStr::from_static(COUNTERS)).await? {
        let (table, column) = (row.text("NAME")?.to_owned(), row.text("FILLED")?.to_owned());
        sequences.push(Sequence {
            name: format!("{table}.{column}"),
            // A table that never held a row has no counter yet.
            next: Some(row.get("NEXT").map_or(Ok(1), whole)?),
            step: 1,
            cycles: false,
            fills: Some((ObjectName { schema: None, name: table }, column)),
        });
    }
    Ok(sequences)
}

async fn sequence(session: &mut MySqlSession, name: String) -> Result<Sequence, Trouble> {
    let text =
        format!("SELECT next_not_cached_value, increment, cycle_option FROM {}", quoted(Quotes::Backticks, &name));
    let (next, step, cycles) = match session.all(composed(text)).await {
        Err(Trouble::Denied { .. }) => (None, 1, false),
        Err(trouble) => return Err(trouble),
        Ok(rows) => {
            let row = rows.first().ok_or_else(nothing_said)?;
            let (next, step, cycles): (String, String, String) = (read(row, 0)?, read(row, 1)?, read(row, 2)?);
            (Some(whole(&next)?), whole(&step)?, cycles == "1")
        }
    };
    Ok(Sequence { name, next, step, cycles, fills: None })
}

fn whole(text: &str) -> Result<i128, Trouble> {
    text.parse().map_err(|_| Trouble::Unreadable("no whole number where one was expected".into()))
}

const REFERENCES: &str = "SELECT constraint_name, table_name, column_name, referenced_table_name, \
    referenced_column_name, IF(referenced_table_schema = DATABASE(), NULL, referenced_table_schema) AS elsewhere \
    FROM information_schema.key_column_usage WHERE table_schema = DATABASE() AND referenced_table_name IS NOT NULL \
    ORDER BY table_name, constraint_name, ordinal_position";

/// Foreign keys. `InnoDB` has no keys that it calls not validated, so none is excused; all the same, rows that were loaded
/// with `foreign_key_checks = 0` were never compared with them, which is why they are followed.
pub(super) async fn references(session: &mut MySqlSession) -> Result<Vec<Reference>, Trouble> {
    let mut references: BTreeMap<(String, String), Reference> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(REFERENCES)).await? {
        let named =
            |schema: Option<&str>, name: &str| ObjectName { schema: schema.map(str::to_owned), name: name.to_owned() };
        let (table, name) = (row.text("TABLE_NAME")?, row.text("CONSTRAINT_NAME")?);
        let to = named(row.get("ELSEWHERE"), row.text("REFERENCED_TABLE_NAME")?);
        let reference = references.entry((table.to_owned(), name.to_owned())).or_insert_with(|| Reference {
            name: name.to_owned(),
            from: named(None, table),
            columns: Vec::new(),
            to,
            to_columns: Vec::new(),
            operators: Vec::new(),
            unproven: false,
            full: false,
        });
        reference.columns.push(row.text("COLUMN_NAME")?.to_owned());
        reference.to_columns.push(row.text("REFERENCED_COLUMN_NAME")?.to_owned());
    }
    Ok(references.into_values().collect())
}

const VIEWS: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() \
    AND table_type = 'VIEW' ORDER BY 1";

pub(super) async fn views(session: &mut MySqlSession) -> Result<Vec<ObjectName>, Trouble> {
    let rows = session.all(SqlStr::from_static(VIEWS)).await?;
    rows.iter().map(|row| Ok(ObjectName { schema: None, name: read(row, 0)? })).collect()
}

pub(super) async fn open_view(session: &mut MySqlSession, view: &ObjectName) -> Result<(), Trouble> {
    session.touch(view).await
}

/// Prepared, so that the text is one statement whatever is in it, in a transaction that is read only.
pub(super) async fn ask(session: &mut MySqlSession, query: &str, limit: u32) -> Result<Answer, Trouble> {
    session.run(SqlStr::from_static("START TRANSACTION READ ONLY")).await?;
    let query = sqlx::query(wrapped(query, limit)).persistent(false);
    let answered = query.fetch_all(&mut session.connection).await.map_err(|error| connect::trouble(&error));
    session.run(SqlStr::from_static("ROLLBACK")).await?;
    let rows = answered?;
    let number = rows.first().and_then(only_number);
    Ok(Answer { rows: crate::words::count(rows.len()), number })
}

/// The whole number that a row consists of. Sums are decimals here, which the protocol writes as text.
fn only_number(row: &MySqlRow) -> Option<i64> {
    let [column] = row.columns() else { return None };
    match column.type_info().name() {
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" | "BOOLEAN" => {
            row.try_get_unchecked::<Option<i64>, _>(0).ok().flatten()
        }
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" => {
            row.try_get_unchecked::<Option<u64>, _>(0).ok().flatten().and_then(|number| i64::try_from(number).ok())
        }
        "DECIMAL" => {
            let text = row.try_get_unchecked::<Option<String>, _>(0).ok().flatten()?;
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            part.chars().all(|digit| digit == '0').then(|| whole.parse().ok()).flatten()
        }
        _ => None,
    }
}

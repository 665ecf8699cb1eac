//! MySQL from version 5.7 and MariaDB from version 10.5 on.
//!
//! A schema is a database here, so no object has a schema of its own. Statements go by the text protocol, which every
//! statement can use; only queries of the plan are prepared, because that makes them one statement each.

mod accounts;
mod code;
mod connect;
mod hashing;
mod integrity;
mod objects;
mod production;
mod queries;
mod scan;
mod scratch;
mod tables;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use async_trait::async_trait;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{Column as _, Connection as _, Row as _, SqlSafeStr, SqlStr};

use crate::dialect::{
    Answer, Database, Dialect, IntegrityScope, Life, ObjectName, Opening, Reference, Scan, Scanned, Sequence, Server,
    Session, Structure, TableShape,
};
use crate::inventory::Inventory;
use crate::settings::Integrity;
use crate::sql::{Quotes, composed, quoted_object};
use crate::trouble::Trouble;

/// Opens sessions with MySQL and MariaDB.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MySql;

#[async_trait]
impl Dialect for MySql {
    async fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Session>, Trouble> {
        let connection = connect::connect(opening).await?;
        let mut session =
            MySqlSession { connection, product: Product::MySql, version: String::new(), release: (0, 0), depth: "" };
        session.learn_version().await?;
        Ok(Box::new(session))
    }
}

/// Which of the two it is. What they have in common is named after MySQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Product {
    MySql,
    MariaDb,
}

/// One connection.
struct MySqlSession {
    connection: MySqlConnection,
    product: Product,
    /// `10.11.14`.
    version: String,
    /// `(10, 11)`.
    release: (u32, u32),
    /// The word behind `CHECK TABLE`.
    depth: &'static str,
}

impl MySqlSession {
    /// Every row of a query.
    async fn all(&mut self, sql: impl SqlSafeStr) -> Result<Vec<MySqlRow>, Trouble> {
        let query = sqlx::raw_sql(sql);
        query.fetch_all(&mut self.connection).await.map_err(|error| connect::trouble(&error))
    }

    /// Every row of a query, each by the names of its columns in capitals: for catalogs whose columns differ between
    /// versions.
    async fn records(&mut self, sql: impl SqlSafeStr) -> Result<Vec<Record>, Trouble> {
        self.all(sql).await?.iter().map(Record::of).collect()
    }

    /// A statement that gives nothing.
    async fn run(&mut self, sql: SqlStr) -> Result<(), Trouble> {
        let query = sqlx::raw_sql(sql);
        query.execute(&mut self.connection).await.map(drop).map_err(|error| connect::trouble(&error))
    }

    /// A statement on a table that reads no row of it.
    async fn touch(&mut self, table: &ObjectName) -> Result<(), Trouble> {
        self.run(composed(format!("SELECT 1 FROM {} LIMIT 0", quoted_object(Quotes::Backticks, table)))).await
    }

    fn is_mariadb(&self) -> bool {
        self.product == Product::MariaDb
    }

    /// `10.11.14-MariaDB-log`, `8.0.40`, `5.7.44-log`.
    async fn learn_version(&mut self) -> Result<(), Trouble> {
        let rows = self.all(SqlStr::from_static("SELECT VERSION()")).await?;
        let text: String = read(rows.first().ok_or_else(nothing_said)?, 0)?;
        self.product = if text.contains("MariaDB") { Product::MariaDb } else { Product::MySql };
        text.split('-').next().unwrap_or_default().clone_into(&mut self.version);
        let mut numbers = self.version.split('.').map(str::parse);
        self.release = match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
            _ => return Err(Trouble::Unreadable("a version of another form than expected".into())),
        };
        let oldest = if self.is_mariadb() { (10, 5) } else { (5, 7) };
        if self.release < oldest {
            return Err(Trouble::Unreadable("this version reads MySQL from 5.7 and MariaDB from 10.5 on".into()));
        }
        Ok(())
    }
}

fn nothing_said() -> Trouble {
    Trouble::Unreadable("no row where one was expected".into())
}

/// A column of a row of the text protocol, in which every value is a text. What could not be read is told by its place;
/// the value is not quoted.
fn read<'r, T>(row: &'r MySqlRow, place: usize) -> Result<T, Trouble>
where
    T: sqlx::Decode<'r, sqlx::MySql>,
{
    row.try_get_unchecked(place)
        .map_err(|_| Trouble::Unreadable(format!("column {place} has another type than expected")))
}

/// A row by the names of its columns.
struct Record(BTreeMap<String, Option<String>>);

impl Record {
    fn of(row: &MySqlRow) -> Result<Self, Trouble> {
        let column = |column: &sqlx::mysql::MySqlColumn| {
            Ok((column.name().to_ascii_uppercase(), read::<Option<String>>(row, column.ordinal())?))
        };
        row.columns().iter().map(column).collect::<Result<_, _>>().map(Self)
    }

    /// A value; none where it is empty, or this server has no such column.
    fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).and_then(Option::as_deref)
    }

    /// A value that every server gives.
    fn text(&self, column: &str) -> Result<&str, Trouble> {
        self.get(column).ok_or_else(|| Trouble::Unreadable(format!("the catalog gives no {column}")))
    }
}

#[async_trait]
impl Session for MySqlSession {
    async fn server(&mut self) -> Result<Server, Trouble> {
        queries::server(self).await
    }

    async fn limit(&mut self, milliseconds: u64) -> Result<(), Trouble> {
        let milliseconds = milliseconds.min(2_147_483_647);
        let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
        let text = match self.product {
            Product::MariaDb => format!("SET SESSION max_statement_time = {seconds}.{rest:03}"),
            Product::MySql => format!("SET SESSION max_execution_time = {milliseconds}"),
        };
        self.run(composed(text)).await
    }

    async fn databases(&mut self) -> Result<Vec<Database>, Trouble> {
        queries::databases(self).await
    }

    async fn server_objects(&mut self) -> Result<Inventory, Trouble> {
        accounts::of_server(self).await
    }

    async fn objects(&mut self) -> Result<Inventory, Trouble> {
        objects::of_database(self).await
    }

    async fn tables(&mut self) -> Result<Vec<TableShape>, Trouble> {
        tables::tables(self).await
    }

    async fn sequences(&mut self) -> Result<Vec<Sequence>, Trouble> {
        queries::sequences(self).await
    }

    async fn references(&mut self) -> Result<Vec<Reference>, Trouble> {
        queries::references(self).await
    }

    async fn views(&mut self) -> Result<Vec<ObjectName>, Trouble> {
        queries::views(self).await
    }

    async fn open_view(&mut self, view: &ObjectName) -> Result<(), Trouble> {
        queries::open_view(self, view).await
    }

    async fn scan(&mut self, order: &Scan<'_>) -> Result<Scanned, Trouble> {
        scan::scan(self, order).await
    }

    async fn key_bounds(&mut self, table: &ObjectName, column: &str) -> Result<Option<(i64, i64)>, Trouble> {
        scan::key_bounds(self, table, column).await
    }

    async fn largest(&mut self, table: &ObjectName, column: &str) -> Result<Option<i128>, Trouble> {
        scan::largest(self, table, column).await
    }

    async fn orphans(&mut self, reference: &Reference) -> Result<u64, Trouble> {
        scan::orphans(self, reference).await
    }

    async fn begin_integrity(&mut self, demanded: Option<Integrity>) -> Result<IntegrityScope, Trouble> {
        self.depth = integrity::depth(demanded);
        integrity::begin(self).await
    }

    async fn check_structure(&mut self, structure: &Structure) -> Result<Vec<String>, Trouble> {
        integrity::check(self, structure).await
    }

    async fn end_integrity(&mut self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn ask(&mut self, query: &str, limit: u32) -> Result<Answer, Trouble> {
        queries::ask(self, query, limit).await
    }

    async fn begin_snapshot(&mut self) -> Result<(), Trouble> {
        self.run(SqlStr::from_static("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")).await
    }

    async fn end_snapshot(&mut self) -> Result<(), Trouble> {
        self.run(SqlStr::from_static("COMMIT")).await
    }

    async fn powers(&mut self) -> Result<Vec<String>, Trouble> {
        production::powers(self).await
    }

    async fn hold(&mut self, table: &ObjectName) -> Result<bool, Trouble> {
        production::hold(self, table).await
    }

    async fn release(&mut self) -> Result<(), Trouble> {
        production::release(self).await
    }

    fn algorithm(&self) -> &'static str {
        hashing::ALGORITHM
    }

    async fn life(&mut self) -> Result<Option<Life>, Trouble> {
        queries::life(self).await
    }

    async fn close(self: Box<Self>) {
        // A server that does not hear the farewell closes the session by itself.
        self.connection.close().await.ok();
    }
}

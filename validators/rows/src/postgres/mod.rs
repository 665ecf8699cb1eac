//! PostgreSQL from version 12 on.

mod connect;
mod hashing;
mod integrity;
mod objects;
mod production;
mod queries;
mod scan;
mod scratch;
mod tables;

use async_trait::async_trait;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection as _, Row as _, SqlStr};

use crate::dialect::{
    Answer, Database, Dialect, IntegrityScope, Life, ObjectName, Opening, Reference, Scan, Scanned, Sequence, Server,
    Session, Structure, TableShape,
};
use crate::inventory::Inventory;
use crate::settings::Integrity;
use crate::trouble::Trouble;

/// The oldest version that this reads, as `server_version_num` writes it.
const OLDEST: i32 = 120_000;

/// Opens sessions with PostgreSQL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Postgres;

#[async_trait]
impl Dialect for Postgres {
    async fn open(&self, opening: &Opening<'_>) -> Result<Box<dyn Session>, Trouble> {
        let connection = connect::connect(opening).await?;
        let mut session = PostgresSession { connection, version: 0 };
        session.version = session.number("SELECT current_setting('server_version_num')::int8").await?;
        if session.version < i64::from(OLDEST) {
            return Err(Trouble::Unreadable("this version reads PostgreSQL from 12 on".into()));
        }
        Ok(Box::new(session))
    }
}

/// One connection.
struct PostgresSession {
    connection: PgConnection,
    /// `server_version_num`.
    version: i64,
}

impl PostgresSession {
    /// Every row of a query without parameters. The statement has a name on the server: the driver looks up types that
    /// it does not know between preparing and running it, and one without a name would be lost by that.
    async fn all(&mut self, sql: impl sqlx::SqlSafeStr) -> Result<Vec<PgRow>, Trouble> {
        let query = sqlx::query(sql.into_sql_str());
        query.fetch_all(&mut self.connection).await.map_err(|error| connect::trouble(&error))
    }

    /// The one number that a query gives.
    async fn number(&mut self, sql: impl sqlx::SqlSafeStr) -> Result<i64, Trouble> {
        let rows = self.all(sql).await?;
        let row = rows.first().ok_or_else(|| Trouble::Unreadable("no row where one was expected".into()))?;
        read(row, 0)
    }

    /// A statement that gives nothing.
    async fn run(&mut self, sql: SqlStr) -> Result<(), Trouble> {
        let query = sqlx::query(sql);
        query.execute(&mut self.connection).await.map(drop).map_err(|error| connect::trouble(&error))
    }
}

/// A column of a row. What could not be read is told by its place; the value is not quoted.
fn read<'r, T>(row: &'r PgRow, place: usize) -> Result<T, Trouble>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
{
    row.try_get(place).map_err(|_| Trouble::Unreadable(format!("column {place} has another type than expected")))
}

#[async_trait]
impl Session for PostgresSession {
    async fn server(&mut self) -> Result<Server, Trouble> {
        queries::server(self).await
    }

    async fn limit(&mut self, milliseconds: u64) -> Result<(), Trouble> {
        self.run(crate::sql::composed(format!("SET statement_timeout = {}", milliseconds.min(2_147_483_647)))).await
    }

    async fn databases(&mut self) -> Result<Vec<Database>, Trouble> {
        queries::databases(self).await
    }

    async fn server_objects(&mut self) -> Result<Inventory, Trouble> {
        objects::of_server(self).await
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

    async fn begin_integrity(&mut self, _demanded: Option<Integrity>) -> Result<IntegrityScope, Trouble> {
        integrity::begin(self).await
    }

    async fn check_structure(&mut self, structure: &Structure) -> Result<Vec<String>, Trouble> {
        integrity::check(self, structure).await
    }

    async fn end_integrity(&mut self) -> Result<(), Trouble> {
        self.run(SqlStr::from_static("ROLLBACK")).await
    }

    async fn ask(&mut self, query: &str, limit: u32) -> Result<Answer, Trouble> {
        queries::ask(self, query, limit).await
    }

    async fn begin_snapshot(&mut self) -> Result<(), Trouble> {
        self.run(SqlStr::from_static("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")).await
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

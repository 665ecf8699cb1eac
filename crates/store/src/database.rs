//! The database of a state directory: how it is connected to, and whose it is.

use std::path::Path;

use backproof_model::names::Installation;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::{StoreError, migration};

/// The journal's file in the state directory.
pub(crate) const DATABASE: &str = "journal.sqlite";
const OLDEST_SAFE_SQLITE: (u32, u32, u32) = (3, 51, 3);
/// How long a transaction of another process is waited for.
const BUSY: std::time::Duration = std::time::Duration::from_secs(30);

pub(crate) async fn connect(database: &Path) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new()
        .filename(database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY);
    // One connection: SQLite has one writer anyway, and readers of a journal are few.
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(StoreError::database(database))
}

pub(crate) async fn connect_to_read(database: &Path) -> Result<SqlitePool, StoreError> {
    let options = SqliteConnectOptions::new().filename(database).read_only(true).busy_timeout(BUSY);
    SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(StoreError::database(database))
}

pub(crate) async fn assert_safe_sqlite(pool: &SqlitePool, database: &Path) -> Result<(), StoreError> {
    let found: String =
        sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await.map_err(StoreError::database(database))?;
    let mut parts = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if version >= OLDEST_SAFE_SQLITE { Ok(()) } else { Err(StoreError::UnsafeSqlite { found }) }
}

pub(crate) async fn installation(
    pool: &SqlitePool,
    database: &Path,
    new: Installation,
) -> Result<Installation, StoreError> {
    sqlx::query("INSERT OR IGNORE INTO installation (only_row, name, told_from) VALUES (1, ?, ?)")
        .bind(new.as_str())
        .bind(migration::current())
        .execute(pool)
        .await
        .map_err(StoreError::database(database))?;
    let name: String = sqlx::query_scalar("SELECT name FROM installation")
        .fetch_one(pool)
        .await
        .map_err(StoreError::database(database))?;
    name.parse().map_err(|problem| StoreError::Migration { path: database.to_owned(), problem: format!("{problem}") })
}

/// An empty state takes the name that its mirror has kept.
pub(crate) async fn remember_installation(
    pool: &SqlitePool,
    database: &Path,
    name: &Installation,
) -> Result<Installation, StoreError> {
    installation(pool, database, name.clone()).await?;
    sqlx::query("UPDATE installation SET name = ?")
        .bind(name.as_str())
        .execute(pool)
        .await
        .map_err(StoreError::database(database))?;
    Ok(name.clone())
}

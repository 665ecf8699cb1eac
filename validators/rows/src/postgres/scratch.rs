//! A session that may write, for negative controls in a database of their own.

use async_trait::async_trait;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, SqlStr};

use super::{Postgres, connect};
use crate::controls::{Planting, PostgresStatements, Statements, Writer};
use crate::dialect::Opening;
use crate::trouble::Trouble;

#[async_trait]
impl Planting for Postgres {
    async fn open_to_write(&self, opening: &Opening<'_>) -> Result<Box<dyn Writer>, Trouble> {
        let options = connect::options(opening).options([("search_path", "public"), ("client_min_messages", "error")]);
        let connected = PgConnection::connect_with(&options).await;
        Ok(Box::new(PostgresWriter(connected.map_err(|error| connect::trouble(&error))?)))
    }

    fn statements(&self) -> &'static dyn Statements {
        &PostgresStatements
    }
}

struct PostgresWriter(PgConnection);

#[async_trait]
impl Writer for PostgresWriter {
    async fn run(&mut self, sql: SqlStr) -> Result<(), Trouble> {
        let query = sqlx::raw_sql(sql);
        query.execute(&mut self.0).await.map(drop).map_err(|error| connect::trouble(&error))
    }

    async fn close(self: Box<Self>) {
        self.0.close().await.ok();
    }
}

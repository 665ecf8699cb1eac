//! A session that may write, for negative controls in a database of their own.

use async_trait::async_trait;
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection as _, SqlStr};

use super::{MySql, connect};
use crate::controls::{MySqlStatements, Planting, Statements, Writer};
use crate::dialect::Opening;
use crate::trouble::Trouble;

#[async_trait]
impl Planting for MySql {
    async fn open_to_write(&self, opening: &Opening<'_>) -> Result<Box<dyn Writer>, Trouble> {
        let connected = MySqlConnection::connect_with(&connect::options(opening)).await;
        Ok(Box::new(MySqlWriter(connected.map_err(|error| connect::trouble(&error))?)))
    }

    fn statements(&self) -> &'static dyn Statements {
        &MySqlStatements
    }
}

struct MySqlWriter(MySqlConnection);

#[async_trait]
impl Writer for MySqlWriter {
    async fn run(&mut self, sql: SqlStr) -> Result<(), Trouble> {
        let query = sqlx::raw_sql(sql);
        query.execute(&mut self.0).await.map(drop).map_err(|error| connect::trouble(&error))
    }

    async fn close(self: Box<Self>) {
        self.0.close().await.ok();
    }
}

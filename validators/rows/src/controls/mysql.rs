//! The statements for MySQL and MariaDB.
//!
//! Neither can disable a trigger, and RDS lets nobody create one while it writes binary logs, so none is tried.

use super::known::Value;
use super::planting::{Kind, Statements};
use crate::sql::Quotes;

pub(crate) struct MySqlStatements;

const OBJECTS: &str = "
CREATE TABLE customers (id bigint PRIMARY KEY, name varchar(80) NOT NULL) ENGINE = InnoDB;
CREATE TABLE orders (
  id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id bigint NOT NULL, amount decimal(12, 2) NOT NULL,
  weight double, note text, paid boolean NOT NULL, created_at datetime(6) NOT NULL,
  KEY orders_by_customer (customer_id)) ENGINE = InnoDB AUTO_INCREMENT = 1000;
CREATE TABLE `lines` (
  id bigint PRIMARY KEY, order_id bigint NOT NULL, sku varchar(40) NOT NULL,
  CONSTRAINT lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id)) ENGINE = InnoDB;
CREATE TABLE crutch (id bigint); INSERT INTO crutch VALUES (1);
CREATE VIEW leaning AS SELECT id FROM crutch;
";

impl Statements for MySqlStatements {
    fn create(&self, name: &str) -> String {
        format!("CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci")
    }

    fn drop(&self, name: &str, _version: &str) -> String {
        format!("DROP DATABASE IF EXISTS {name}")
    }

    fn objects(&self) -> &'static str {
        OBJECTS
    }

    fn schema(&self) -> Option<&'static str> {
        None
    }

    fn sequence(&self) -> &'static str {
        "orders.id"
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Integer(number) => format!("CAST({number} AS SIGNED)"),
            Value::Hundredths(number) => format!("CAST({number} / 100 AS DECIMAL(12, 2))"),
            Value::Tenths(number) => format!("{number}e-1"),
            Value::Text(None) => "CAST(NULL AS CHAR)".to_owned(),
            Value::Text(Some(text)) => format!("'{text}'"),
            Value::Bool(yes) => u8::from(*yes).to_string(),
            Value::Moment(at) => format!("TIMESTAMP'{}'", at.strftime("%Y-%m-%d %H:%M:%S%.6f")),
        }
    }

    fn plant(&self, kind: Kind, version: &str) -> Option<&'static str> {
        match kind {
            Kind::MissingRow => Some("DELETE FROM `lines` WHERE id = 7"),
            Kind::ChangedValue => Some("UPDATE orders SET amount = amount + 0.01 WHERE id = 3"),
            Kind::ExchangedRow => Some("DELETE FROM `lines` WHERE id = 8; INSERT INTO `lines` VALUES (99, 8, 'SKU-8')"),
            Kind::EmptyTable => Some("DELETE FROM `lines`"),
            Kind::StaleData => Some("UPDATE orders SET created_at = created_at - INTERVAL 720 HOUR"),
            Kind::OrphanRow => Some("UPDATE orders SET customer_id = 999 WHERE id = 2"),
            Kind::DroppedIndex => Some("DROP INDEX orders_by_customer ON orders"),
            Kind::DroppedConstraint => Some("ALTER TABLE `lines` DROP FOREIGN KEY lines_have_orders"),
            Kind::DisabledTrigger => None,
            Kind::BrokenView => Some("DROP TABLE crutch"),
            // MySQL 5.7 forgets its counters whenever it starts, so they are not looked at.
            Kind::SequenceSetBack if version.starts_with("5.") => None,
            Kind::SequenceSetBack => Some("ALTER TABLE orders AUTO_INCREMENT = 100"),
        }
    }

    fn mend(&self, kind: Kind) -> Option<&'static str> {
        Some(match kind {
            Kind::MissingRow
            | Kind::ChangedValue
            | Kind::ExchangedRow
            | Kind::EmptyTable
            | Kind::StaleData
            | Kind::OrphanRow
            | Kind::DisabledTrigger => return None,
            Kind::DroppedIndex => "CREATE INDEX orders_by_customer ON orders (customer_id)",
            Kind::DroppedConstraint => {
                "ALTER TABLE `lines` ADD CONSTRAINT lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id)"
            }
            Kind::BrokenView => "CREATE TABLE crutch (id bigint); INSERT INTO crutch VALUES (1)",
            Kind::SequenceSetBack => "ALTER TABLE orders AUTO_INCREMENT = 1000",
        })
    }

    fn quotes(&self) -> Quotes {
        Quotes::Backticks
    }
}

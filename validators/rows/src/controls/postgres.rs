//! The statements for PostgreSQL.

use super::known::Value;
use super::planting::{Kind, Statements};
use crate::sql::Quotes;

pub(crate) struct PostgresStatements;

const OBJECTS: &str = "
CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL);
CREATE SEQUENCE order_numbers START 1000;
CREATE TABLE orders (
  id bigint PRIMARY KEY DEFAULT nextval('public.order_numbers'), customer_id bigint NOT NULL,
  amount numeric(12, 2) NOT NULL CHECK (amount >= 0), weight double precision, note text, paid boolean NOT NULL,
  created_at timestamptz NOT NULL);
CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE TABLE lines (
  id bigint PRIMARY KEY, order_id bigint NOT NULL CONSTRAINT lines_have_orders REFERENCES orders (id),
  sku varchar(40) NOT NULL);
CREATE FUNCTION stamped() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER orders_stamped BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION stamped();
CREATE TABLE crutch (id bigint); INSERT INTO crutch VALUES (1);
CREATE FUNCTION crutch_rows() RETURNS SETOF bigint LANGUAGE sql STABLE AS 'SELECT id FROM public.crutch';
CREATE VIEW leaning AS SELECT id FROM crutch_rows() AS rows (id);
";

impl Statements for PostgresStatements {
    fn create(&self, name: &str) -> String {
        format!("CREATE DATABASE {name} TEMPLATE template0")
    }

    fn drop(&self, name: &str, version: &str) -> String {
        let force = if version.starts_with("12") { "" } else { " WITH (FORCE)" };
        format!("DROP DATABASE IF EXISTS {name}{force}")
    }

    fn objects(&self) -> &'static str {
        OBJECTS
    }

    fn schema(&self) -> Option<&'static str> {
        Some("public")
    }

    fn sequence(&self) -> &'static str {
        "public.order_numbers"
    }

    fn literal(&self, value: &Value) -> String {
        match value {
            Value::Integer(number) => format!("{number}::bigint"),
            Value::Hundredths(number) => format!("({number} / 100.0)::numeric(12, 2)"),
            Value::Tenths(number) => format!("'{number}e-1'::double precision"),
            Value::Text(None) => "NULL::text".to_owned(),
            Value::Text(Some(text)) => format!("'{text}'::text"),
            Value::Bool(yes) => yes.to_string(),
            Value::Moment(at) => format!("TIMESTAMPTZ '{}+00'", at.strftime("%Y-%m-%d %H:%M:%S%.6f")),
        }
    }

    fn plant(&self, kind: Kind, _version: &str) -> Option<&'static str> {
        Some(match kind {
            Kind::MissingRow => "DELETE FROM lines WHERE id = 7",
            Kind::ChangedValue => "UPDATE orders SET amount = amount + 0.01 WHERE id = 3",
            Kind::ExchangedRow => "DELETE FROM lines WHERE id = 8; INSERT INTO lines VALUES (99, 8, 'SKU-8')",
            Kind::EmptyTable => "DELETE FROM lines",
            Kind::StaleData => "UPDATE orders SET created_at = created_at - interval '720 hours'",
            Kind::OrphanRow => "UPDATE orders SET customer_id = 999 WHERE id = 2",
            Kind::DroppedIndex => "DROP INDEX orders_by_customer",
            Kind::DroppedConstraint => "ALTER TABLE lines DROP CONSTRAINT lines_have_orders",
            Kind::DisabledTrigger => "ALTER TABLE orders DISABLE TRIGGER orders_stamped",
            Kind::BrokenView => "DROP TABLE crutch",
            Kind::SequenceSetBack => "SELECT setval('order_numbers', 100)",
        })
    }

    fn mend(&self, kind: Kind) -> Option<&'static str> {
        Some(match kind {
            Kind::MissingRow
            | Kind::ChangedValue
            | Kind::ExchangedRow
            | Kind::EmptyTable
            | Kind::StaleData
            | Kind::OrphanRow => return None,
            Kind::DroppedIndex => "CREATE INDEX orders_by_customer ON orders (customer_id)",
            Kind::DroppedConstraint => {
                "ALTER TABLE lines ADD CONSTRAINT lines_have_orders FOREIGN KEY (order_id) REFERENCES orders (id)"
            }
            Kind::DisabledTrigger => "ALTER TABLE orders ENABLE TRIGGER orders_stamped",
            Kind::BrokenView => "CREATE TABLE crutch (id bigint); INSERT INTO crutch VALUES (1)",
            Kind::SequenceSetBack => "SELECT setval('order_numbers', 1000, false)",
        })
    }

    fn quotes(&self) -> Quotes {
        Quotes::Standard
    }
}

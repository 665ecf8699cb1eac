//! The rows that are put into the scratch database, and the baseline that follows from them.

use std::collections::BTreeMap;

use backproof_model::DatabaseEngine;
use backproof_validators_api::LengthOfTime;
use jiff::{SignedDuration, Timestamp};

use super::planting::Statements;
use crate::baseline::{
    DatabaseBaseline, FORMAT, OneDatabaseBaseline, SequenceBaseline, TableBaseline, objects_baseline,
};
use crate::dialect::{Part, Scan, Session, TableShape};
use crate::fingerprint::Hasher;
use crate::held::Door;
use crate::inventory::{Inventory, ObjectKind};
use crate::settings::{Class, DeclaredReference, Integrity, RowsSettings};
use crate::trouble::Trouble;

/// The tables, in the order in which rows can be put in.
pub(super) const TABLES: [Table; 3] = [Table::Customers, Table::Orders, Table::Lines];

const CUSTOMERS: i64 = 7;
const ORDERS: i64 = 50;
const TIME: &str = "created_at";
/// What the sequence gives next: well beyond every key.
const NEXT: i64 = 1000;
const MAX_LAG: LengthOfTime = LengthOfTime::seconds(2 * 3600);
/// Part of the names of what only holds up something else.
const CRUTCH: &str = "crutch";

/// A table of the scratch database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    /// Customers, to whom orders refer without a constraint.
    Customers,
    /// Orders, which carry values that are hard to compare, and moments.
    Orders,
    /// Lines of orders, which refer to them by a constraint.
    Lines,
}

/// A known value. None of them holds a quote or a backslash.
pub(crate) enum Value {
    /// A whole number.
    Integer(i64),
    /// A number with two places: in hundredths.
    Hundredths(i64),
    /// A binary fraction that has no short decimal form: in tenths.
    Tenths(i64),
    /// A text, or none.
    Text(Option<String>),
    /// Yes or no.
    Bool(bool),
    /// A moment, to the microsecond.
    Moment(Timestamp),
}

impl Table {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Orders => "orders",
            Self::Lines => "lines",
        }
    }

    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Customers => &["id", "name"],
            Self::Orders => &["id", "customer_id", "amount", "weight", "note", "paid", TIME],
            Self::Lines => &["id", "order_id", "sku"],
        }
    }

    fn rows(self) -> i64 {
        match self {
            Self::Customers => CUSTOMERS,
            Self::Orders | Self::Lines => ORDERS,
        }
    }

    /// The row with this number, from 1 on.
    fn row(self, number: i64, newest: Timestamp) -> Vec<Value> {
        let text = |text: String| Value::Text(Some(text));
        match self {
            Self::Customers => vec![Value::Integer(number), text(format!("Customer {number}, Zoë"))],
            Self::Orders => vec![
                Value::Integer(number),
                Value::Integer(number % CUSTOMERS + 1),
                Value::Hundredths(number * 350 + 50),
                Value::Tenths(number),
                match number % 3 {
                    0 => Value::Text(None),
                    1 => text(String::new()),
                    _ => text(format!("note {number}, two parts, 李雷")),
                },
                Value::Bool(number % 2 == 0),
                Value::Moment(minutes_before(newest, number - 1)),
            ],
            Self::Lines => vec![Value::Integer(number), Value::Integer(number), text(format!("SKU-{number}"))],
        }
    }

    /// All rows as a query of literals.
    pub(super) fn query(self, statements: &dyn Statements, newest: Timestamp) -> String {
        let row = |number: i64| {
            let literal = |(value, column): (&Value, &&str)| format!("{} AS {column}", statements.literal(value));
            let values = self.row(number, newest);
            format!("SELECT {}", values.iter().zip(self.columns()).map(literal).collect::<Vec<_>>().join(", "))
        };
        (1..=self.rows()).map(row).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

fn minutes_before(moment: Timestamp, minutes: i64) -> Timestamp {
    moment.saturating_sub(SignedDuration::from_mins(minutes)).unwrap_or(Timestamp::MIN)
}

/// The settings of a plan that is about the scratch database.
pub(super) fn settings(database: &str, statements: &dyn Statements) -> RowsSettings {
    let named = |table: Table| in_schema(statements, table.name());
    RowsSettings {
        databases: Some(vec![database.to_owned()]),
        time_column: Some(TIME.to_owned()),
        max_lag: Some(MAX_LAG),
        // Damaged pages cannot be planted by a statement.
        integrity: Some(Integrity::Pages),
        references: vec![DeclaredReference {
            table: named(Table::Orders),
            columns: vec!["customer_id".to_owned()],
            to: named(Table::Customers),
            to_columns: vec!["id".to_owned()],
        }],
        ..RowsSettings::default()
    }
}

fn in_schema(statements: &dyn Statements, name: &str) -> String {
    match statements.schema() {
        Some(schema) => format!("{schema}.{name}"),
        None => name.to_owned(),
    }
}

/// Makes the baseline.
pub(super) struct Known<'a> {
    pub(super) statements: &'static dyn Statements,
    pub(super) door: &'a Door<'a>,
    pub(super) hasher: &'a Hasher,
    pub(super) newest: Timestamp,
    pub(super) engine: &'a DatabaseEngine,
}

impl Known<'_> {
    /// What the scratch database must look like.
    ///
    /// # Errors
    /// Where it was not made as it should be, or cannot be read.
    pub(super) async fn database(&self, session: &mut Box<dyn Session>) -> Result<OneDatabaseBaseline, String> {
        let in_words = |trouble: Trouble| trouble.to_string();
        let objects = self.door.ask(session.objects()).await.map_err(in_words)?;
        complete(&objects)?;
        let shapes = self.door.ask(session.tables()).await.map_err(in_words)?;
        let mut tables = BTreeMap::new();
        for table in TABLES {
            let name = in_schema(self.statements, table.name());
            let shape = shapes.iter().find(|shape| shape.name.to_string() == name);
            let shape = shape.ok_or_else(|| format!("table {name} is not there"))?;
            tables.insert(name, self.table(session, table, shape).await?);
        }
        let mut objects = objects_baseline(&objects, self.hasher);
        for named in objects.values_mut() {
            named.retain(|name, _| !name.contains(CRUTCH));
        }
        let sequence = SequenceBaseline { next: NEXT, behind: false };
        let sequences = BTreeMap::from([(self.statements.sequence().to_owned(), sequence)]);
        Ok(OneDatabaseBaseline { objects, sequences, tables })
    }

    async fn table(
        &self,
        session: &mut Box<dyn Session>,
        table: Table,
        shape: &TableShape,
    ) -> Result<TableBaseline, String> {
        let mut columns: Vec<String> = table.columns().iter().map(|name| (*name).to_owned()).collect();
        columns.sort_unstable();
        let name = shape.name.to_string();
        // The same columns, but the rows are those of a list of literals.
        let literals =
            TableShape { from: format!("({}) AS known", table.query(self.statements, self.newest)), ..shape.clone() };
        let scan = Scan {
            table: &literals,
            hash: Some(&columns),
            seed: self.hasher.seed(&name),
            ages: None,
            largest: &[],
            part: Part::Whole,
        };
        let scanned = self.door.ask(session.scan(&scan)).await.map_err(|trouble| trouble.to_string())?;
        let rows = u64::try_from(table.rows()).unwrap_or(0);
        let sum = match scanned.piles.as_slice() {
            [pile] if pile.rows == rows => pile.sum,
            piles => return Err(format!("{rows} known rows are read as {piles:?}")),
        };
        let fingerprint = self.hasher.fingerprint(session.algorithm(), &name, crate::fingerprint::WHOLE, rows, sum);
        Ok(TableBaseline {
            captured_at: self.newest,
            class: Class::Frozen,
            rows: Some(rows),
            columns,
            fingerprint: Some(fingerprint),
            time_column: (table == Table::Orders).then(|| TIME.to_owned()),
            newest: (table == Table::Orders).then_some(self.newest),
            settled: None,
            grid: None,
        })
    }

    pub(super) fn baseline(&self, name: &str, database: OneDatabaseBaseline) -> DatabaseBaseline {
        DatabaseBaseline {
            format: FORMAT.to_owned(),
            engine: self.engine.clone(),
            engine_version: String::new(),
            captured_at: self.newest,
            key_id: self.hasher.key_id().to_owned(),
            server_objects: BTreeMap::new(),
            databases: BTreeMap::from([(name.to_owned(), database)]),
        }
    }
}

/// What was made must be seen before its loss can be.
fn complete(objects: &Inventory) -> Result<(), String> {
    let wanted = [
        (ObjectKind::Table, "orders"),
        (ObjectKind::Column, "orders.amount"),
        (ObjectKind::Index, "orders_by_customer"),
        (ObjectKind::Constraint, "lines_have_orders"),
        (ObjectKind::View, "leaning"),
    ];
    for (kind, wanted) in wanted {
        if !objects.of(kind).any(|(name, _)| name.ends_with(wanted)) {
            return Err(format!("{kind} {wanted} was made and is not seen"));
        }
    }
    Ok(())
}

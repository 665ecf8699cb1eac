//! Reads tables: one pass for counts, hashes and moments; orphans; extremes.

use jiff::Timestamp;
use sqlx::postgres::PgRow;

use super::{PostgresSession, hashing, read};
use crate::dialect::{Ages, ColumnShape, Grid, KeyKind, ObjectName, Part, Pile, Reference, Scan, Scanned, TableShape};
use crate::sql::{Quotes, composed, quoted, quoted_object};
use crate::trouble::Trouble;

/// How many columns of the answer come before the largest values.
const FIXED: usize = 8;

pub(super) async fn scan(session: &mut PostgresSession, order: &Scan<'_>) -> Result<Scanned, Trouble> {
    let rows = session.all(composed(statement(order)?)).await?;
    let mut scanned = Scanned::default();
    for row in &rows {
        scanned.piles.push(pile(row, order.part)?);
        for (place, column) in order.largest.iter().enumerate() {
            if let Some(value) = read::<Option<String>>(row, FIXED + place)? {
                let value: i128 = number(&value)?;
                let largest = scanned.largest.entry(column.clone()).or_insert(value);
                *largest = value.max(*largest);
            }
        }
    }
    Ok(scanned)
}

/// The whole statement. Settled rows and the rest are added up apart, so that each row is hashed once.
fn statement(order: &Scan<'_>) -> Result<String, Trouble> {
    let hash = match order.hash {
        None => "0".to_owned(),
        Some(columns) => hashing::expression(&chosen(order.table, columns)?, seed(order.seed)),
    };
    let ages = match &order.ages {
        None => Words::no_ages(),
        Some(ages) => Words::of(ages, order.table)?,
    };
    let Words { settled, undated, ahead, newest } = ages;
    let largest: String =
        order.largest.iter().map(|column| format!(", max({})::text", quoted(Quotes::Standard, column))).collect();
    let values = format!(
        "count(*), coalesce(sum({hash}) FILTER (WHERE {settled}), 0)::text, \
         coalesce(sum({hash}) FILTER (WHERE ({settled}) IS NOT TRUE), 0)::text, \
         count(*) FILTER (WHERE {settled}), count(*) FILTER (WHERE {undated}), count(*) FILTER (WHERE {ahead}), \
         {newest}{largest}"
    );
    let from = &order.table.from;
    Ok(match &order.part {
        Part::Whole => format!("SELECT NULL::int8, {values} FROM {from}"),
        Part::Cell(grid, cell) => format!("SELECT {cell}::int8, {values} FROM {from} WHERE {}", within(grid, *cell)),
        // The fence makes the planner think of few groups; else it would sort the whole table.
        Part::EveryCell(grid) => format!(
            "SELECT backproof_cell, {values} FROM (SELECT {} AS backproof_cell, * FROM {from} OFFSET 0) AS t \
             GROUP BY backproof_cell",
            cell_of(grid)
        ),
    })
}

/// Conditions and values for the ages of rows.
struct Words {
    settled: String,
    undated: String,
    ahead: String,
    newest: String,
}

impl Words {
    fn no_ages() -> Self {
        Self { settled: "false".into(), undated: "true".into(), ahead: "false".into(), newest: "NULL::int8".into() }
    }

    fn of(ages: &Ages<'_>, table: &TableShape) -> Result<Self, Trouble> {
        let shape = column(table, ages.column)?;
        let name = quoted(Quotes::Standard, ages.column);
        // A day is settled when it is over, and ahead when it has not begun.
        let over = match shape.hashed_as.as_str() {
            "date" => format!("{name} + 1"),
            _ => name.clone(),
        };
        let settled = match ages.settled_up_to {
            None => "false".to_owned(),
            Some(up_to) => format!("isfinite({name}) AND {over} <= {}", literal(shape, up_to)),
        };
        let ahead = format!("isfinite({name}) AND {name} > {}", literal(shape, ages.newest_possible));
        let newest = format!(
            "(extract(epoch FROM max({name}) FILTER (WHERE isfinite({name}) AND {name} <= {})) * 1000000)::int8",
            literal(shape, ages.newest_possible)
        );
        Ok(Self { settled, undated: format!("({name} IS NULL OR NOT isfinite({name}))"), ahead, newest })
    }
}

/// A moment in the type of the column, so that it is a constant and not worked out for every row.
fn literal(shape: &ColumnShape, at: Timestamp) -> String {
    let text = moment(at);
    match shape.hashed_as.as_str() {
        "date" | "timestamp" => format!("TIMESTAMP '{text}'"),
        _ => format!("TIMESTAMPTZ '{text}+00'"),
    }
}

/// `2026-01-02 03:04:05.000006`: digits and signs only.
fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S%.6f").to_string()
}

fn pile(row: &PgRow, part: Part<'_>) -> Result<Pile, Trouble> {
    let cell: Option<i64> = read(row, 0)?;
    let (settled_sum, rest_sum): (i128, i128) = (number(read(row, 2)?)?, number(read(row, 3)?)?);
    let newest: Option<i64> = read(row, 7)?;
    Ok(Pile {
        cell: match part {
            Part::Whole => None,
            Part::EveryCell(_) | Part::Cell(..) => cell,
        },
        rows: counted(row, 1)?,
        sum: settled_sum.saturating_add(rest_sum),
        settled_rows: counted(row, 4)?,
        settled_sum,
        undated: counted(row, 5)?,
        ahead: counted(row, 6)?,
        newest: newest.and_then(|micros| Timestamp::from_microsecond(micros).ok()),
    })
}

fn counted(row: &PgRow, place: usize) -> Result<u64, Trouble> {
    u64::try_from(read::<i64>(row, place)?).map_err(|_| Trouble::Unreadable("a count below zero".into()))
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, Trouble> {
    text.parse().map_err(|_| Trouble::Unreadable("no whole number where one was expected".into()))
}

/// The first half of the seed, as PostgreSQL's functions take it.
fn seed(seed: [u8; 16]) -> i64 {
    let mut half = [0; 8];
    half.copy_from_slice(&seed[..8]);
    i64::from_be_bytes(half)
}

fn chosen<'a>(table: &'a TableShape, columns: &[String]) -> Result<Vec<&'a ColumnShape>, Trouble> {
    columns.iter().map(|name| column(table, name)).collect()
}

fn column<'a>(table: &'a TableShape, name: &str) -> Result<&'a ColumnShape, Trouble> {
    let found = table.columns.iter().find(|column| column.name == name);
    found.ok_or_else(|| Trouble::Unreadable(format!("table {} has no column {name}", table.name)))
}

/// The cell that a row falls into, rounded down below zero too.
fn cell_of(grid: &Grid<'_>) -> String {
    let name = quoted(Quotes::Standard, grid.column);
    match grid.kind {
        KeyKind::Uuid => format!("get_byte(uuid_send({name}), 0)::int8"),
        KeyKind::Integer => {
            let width = grid.width.max(1);
            format!("div({name}::int8 - CASE WHEN {name} < 0 THEN {} ELSE 0 END, {width})::int8", width - 1)
        }
    }
}

/// The condition that a row falls into a cell, as a range that the key's index knows.
fn within(grid: &Grid<'_>, cell: i64) -> String {
    let name = quoted(Quotes::Standard, grid.column);
    match grid.kind {
        KeyKind::Uuid => {
            let byte = cell.clamp(0, 255);
            format!(
                "{name} BETWEEN '{byte:02x}000000-0000-0000-0000-000000000000'::uuid \
                 AND '{byte:02x}ffffff-ffff-ffff-ffff-ffffffffffff'::uuid"
            )
        }
        KeyKind::Integer => {
            let width = i128::from(grid.width.max(1));
            let first = i128::from(cell) * width;
            let clamped = |key: i128| key.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
            format!("{name} BETWEEN ({})::int8 AND ({})::int8", clamped(first), clamped(first + width - 1))
        }
    }
}

pub(super) async fn key_bounds(
    session: &mut PostgresSession,
    table: &ObjectName,
    column: &str,
) -> Result<Option<(i64, i64)>, Trouble> {
    let (table, column) = (quoted_object(Quotes::Standard, table), quoted(Quotes::Standard, column));
    let rows = session.all(composed(format!("SELECT min({column})::int8, max({column})::int8 FROM {table}"))).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let (first, last): (Option<i64>, Option<i64>) = (read(row, 0)?, read(row, 1)?);
    Ok(first.zip(last))
}

pub(super) async fn largest(
    session: &mut PostgresSession,
    table: &ObjectName,
    column: &str,
) -> Result<Option<i128>, Trouble> {
    let (table, column) = (quoted_object(Quotes::Standard, table), quoted(Quotes::Standard, column));
    let rows = session.all(composed(format!("SELECT max({column})::text FROM {table}"))).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    read::<Option<String>>(row, 0)?.map(|text| number(&text)).transpose()
}

/// Rows that refer to nothing: an anti-join. A reference with an empty part refers to nothing by right, unless the
/// constraint is `MATCH FULL` and only a part is empty.
pub(super) async fn orphans(session: &mut PostgresSession, reference: &Reference) -> Result<u64, Trouble> {
    let child: Vec<String> =
        reference.columns.iter().map(|name| format!("c.{}", quoted(Quotes::Standard, name))).collect();
    let parent: Vec<String> =
        reference.to_columns.iter().map(|name| format!("p.{}", quoted(Quotes::Standard, name))).collect();
    let matches: Vec<String> = child
        .iter()
        .zip(&parent)
        .enumerate()
        .map(|(place, (child, parent))| {
            let equals = reference.operators.get(place).map_or("=", String::as_str);
            format!("{parent} {equals} {child}")
        })
        .collect();
    let present = |joined: &str| {
        child.iter().map(|name| format!("{name} IS NOT NULL")).collect::<Vec<_>>().join(&format!(" {joined} "))
    };
    let refers = if reference.full { present("OR") } else { present("AND") };
    let text = format!(
        "SELECT count(*) FROM {} AS c WHERE ({refers}) AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
        quoted_object(Quotes::Standard, &reference.from),
        quoted_object(Quotes::Standard, &reference.to),
        matches.join(" AND ")
    );
    let count = session.number(composed(text)).await?;
    u64::try_from(count).map_err(|_| Trouble::Unreadable("a count below zero".into()))
}

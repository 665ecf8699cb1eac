//! Reads rows: one pass over a table, and what follows from its keys.

use sqlx::mysql::MySqlRow;

use super::hashing::{self, TOO_LONG};
use super::{MySqlSession, read};
use crate::dialect::{Ages, ColumnShape, Grid, KeyKind, ObjectName, Part, Pile, Reference, Scan, Scanned, TableShape};
use crate::sql::{Quotes, composed, quoted, quoted_object};
use crate::trouble::Trouble;
use jiff::Timestamp;

/// Columns of the answer before the largest values.
const FIXED: usize = 7;

pub(super) async fn scan(session: &mut MySqlSession, order: &Scan<'_>) -> Result<Scanned, Trouble> {
    let rows = session.all(composed(statement(order)?)).await?;
    let mut scanned = Scanned::default();
    for row in &rows {
        add(&mut scanned.piles, &heap(row, order.table)?);
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

/// The whole statement. Rows are told apart by their cell and by whether they are settled, so that each is hashed once.
/// Without either there is nothing to group by, and the server keeps no table of groups.
fn statement(order: &Scan<'_>) -> Result<String, Trouble> {
    let hash = match order.hash {
        None => "0".to_owned(),
        Some(columns) => hashing::expression(&chosen(order.table, columns)?, order.seed),
    };
    let Words { settled, undated, ahead, newest } = match &order.ages {
        None => Words::no_ages(),
        Some(ages) => Words::of(ages, order.table)?,
    };
    let (cell, condition) = match &order.part {
        Part::Whole => ("NULL".to_owned(), String::new()),
        Part::EveryCell(grid) => (cell_of(grid), String::new()),
        Part::Cell(grid, cell) => (cell.to_string(), format!(" WHERE {}", within(grid, *cell))),
    };
    let groups = match (&order.part, &order.ages) {
        (Part::Whole | Part::Cell(..), None) => "",
        (Part::Whole | Part::Cell(..), Some(_)) => " GROUP BY backproof_settled ORDER BY NULL",
        (Part::EveryCell(_), _) => " GROUP BY backproof_cell, backproof_settled ORDER BY NULL",
    };
    let largest: String =
        order.largest.iter().map(|column| format!(", MAX({})", quoted(Quotes::Backticks, column))).collect();
    Ok(format!(
        "SELECT {cell} AS backproof_cell, {settled} AS backproof_settled, COUNT(*), SUM({hash}), SUM({undated}), \
         SUM({ahead}), {newest}{largest} FROM {}{condition}{groups}",
        order.table.from
    ))
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
        Self { settled: "0".into(), undated: "1".into(), ahead: "0".into(), newest: "NULL".into() }
    }

    /// Moments before the year 1 are the zero dates by which these products say that there is none.
    fn of(ages: &Ages<'_>, table: &TableShape) -> Result<Self, Trouble> {
        let shape = column(table, ages.column)?;
        let name = quoted(Quotes::Backticks, ages.column);
        // A day is settled when it is over.
        let over = match shape.hashed_as.as_str() {
            "date" => format!("{name} + INTERVAL 1 DAY"),
            _ => name.clone(),
        };
        let dated = format!("{name} >= '0001-01-01'");
        let ahead = format!("{name} > {}", literal(ages.newest_possible));
        let settled = match ages.settled_up_to {
            None => "0".to_owned(),
            Some(up_to) => format!("IFNULL({dated} AND {over} <= {}, 0)", literal(up_to)),
        };
        Ok(Self {
            settled,
            undated: format!("NOT IFNULL({dated}, 0)"),
            newest: format!("MAX(CASE WHEN {dated} AND NOT ({ahead}) THEN {name} END)"),
            ahead: format!("IFNULL({ahead}, 0)"),
        })
    }
}

/// A moment as a constant of the engine's, in UTC: the session's time zone is that.
fn literal(at: Timestamp) -> String {
    format!("TIMESTAMP'{}'", at.strftime("%Y-%m-%d %H:%M:%S%.6f"))
}

/// Rows of one cell that are all settled, or all not.
struct Heap {
    settled: bool,
    pile: Pile,
}

fn heap(row: &MySqlRow, table: &TableShape) -> Result<Heap, Trouble> {
    let cell: Option<i64> = read(row, 0)?;
    let settled = read::<Option<i64>>(row, 1)?.unwrap_or_default() != 0;
    let rows: u64 = read(row, 2)?;
    let sum: i128 = read::<Option<String>>(row, 3)?.map_or(Ok(0), |text| number(&text))?;
    if sum >= TOO_LONG {
        return Err(Trouble::Unreadable(format!(
            "table {} holds rows too long to hash; raise max_allowed_packet",
            table.name
        )));
    }
    let pile = Pile {
        cell,
        rows,
        sum,
        settled_rows: if settled { rows } else { 0 },
        settled_sum: if settled { sum } else { 0 },
        undated: counted(row, 4)?,
        ahead: counted(row, 5)?,
        newest: read::<Option<String>>(row, 6)?.map(|text| moment(&text)).transpose()?,
    };
    Ok(Heap { settled, pile })
}

/// Settled rows and the rest of a cell are one pile.
fn add(piles: &mut Vec<Pile>, heap: &Heap) {
    let new = heap.pile;
    let Some(pile) = piles.iter_mut().find(|pile| pile.cell == new.cell) else {
        piles.push(new);
        return;
    };
    pile.rows += new.rows;
    pile.sum += new.sum;
    if heap.settled {
        pile.settled_rows += new.settled_rows;
        pile.settled_sum += new.settled_sum;
    }
    pile.undated += new.undated;
    pile.ahead += new.ahead;
    pile.newest = pile.newest.max(new.newest);
}

fn counted(row: &MySqlRow, place: usize) -> Result<u64, Trouble> {
    read::<Option<String>>(row, place)?.map_or(Ok(0), |text| number(&text))
}

fn number<N: std::str::FromStr>(text: &str) -> Result<N, Trouble> {
    text.parse().map_err(|_| Trouble::Unreadable("no whole number where one was expected".into()))
}

/// `2026-01-02 03:04:05.000006` or `2026-01-02`, in UTC.
fn moment(text: &str) -> Result<Timestamp, Trouble> {
    let civil = text.parse::<jiff::civil::DateTime>();
    let moment = civil.and_then(|civil| civil.to_zoned(jiff::tz::TimeZone::UTC)).map(|zoned| zoned.timestamp());
    moment.map_err(|_| Trouble::Unreadable("no moment where one was expected".into()))
}

fn chosen<'a>(table: &'a TableShape, columns: &[String]) -> Result<Vec<&'a ColumnShape>, Trouble> {
    columns.iter().map(|name| column(table, name)).collect()
}

fn column<'a>(table: &'a TableShape, name: &str) -> Result<&'a ColumnShape, Trouble> {
    let found = table.columns.iter().find(|column| column.name == name);
    found.ok_or_else(|| Trouble::Unreadable(format!("table {} has no column {name}", table.name)))
}

/// The cell that a row falls into, rounded down below zero too. `/` rounds to four digits here and cannot be used.
fn cell_of(grid: &Grid<'_>) -> String {
    let name = quoted(Quotes::Backticks, grid.column);
    match grid.kind {
        KeyKind::Uuid => format!("ORD(LEFT({name}, 1))"),
        KeyKind::Integer => {
            let width = grid.width.max(1);
            format!("({name} DIV {width} - ({name} MOD {width} < 0))")
        }
    }
}

/// The condition that a row falls into a cell, as a range that the key's index knows.
fn within(grid: &Grid<'_>, cell: i64) -> String {
    let name = quoted(Quotes::Backticks, grid.column);
    match grid.kind {
        KeyKind::Uuid => {
            let byte = cell.clamp(0, 255);
            format!("{name} BETWEEN X'{byte:02x}{}' AND X'{byte:02x}{}'", "00".repeat(15), "ff".repeat(15))
        }
        KeyKind::Integer => {
            let width = i128::from(grid.width.max(1));
            let first = i128::from(cell) * width;
            format!("{name} BETWEEN {first} AND {}", first + width - 1)
        }
    }
}

/// Keys beyond 64 bits with a sign are cut to them: the grid only needs to span about what there is.
pub(super) async fn key_bounds(
    session: &mut MySqlSession,
    table: &ObjectName,
    column: &str,
) -> Result<Option<(i64, i64)>, Trouble> {
    let (table, column) = (quoted_object(Quotes::Backticks, table), quoted(Quotes::Backticks, column));
    let rows = session.all(composed(format!("SELECT MIN({column}), MAX({column}) FROM {table}"))).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let bound = |place: usize| -> Result<Option<i64>, Trouble> {
        let key = read::<Option<String>>(row, place)?.map(|text| number::<i128>(&text)).transpose()?;
        Ok(key.map(|key| i64::try_from(key).unwrap_or(i64::MAX)))
    };
    Ok(bound(0)?.zip(bound(1)?))
}

pub(super) async fn largest(
    session: &mut MySqlSession,
    table: &ObjectName,
    column: &str,
) -> Result<Option<i128>, Trouble> {
    let (table, column) = (quoted_object(Quotes::Backticks, table), quoted(Quotes::Backticks, column));
    let rows = session.all(composed(format!("SELECT MAX({column}) FROM {table}"))).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    read::<Option<String>>(row, 0)?.map(|text| number(&text)).transpose()
}

/// Rows that refer to nothing: an anti-join. A reference with an empty part refers to nothing by right.
pub(super) async fn orphans(session: &mut MySqlSession, reference: &Reference) -> Result<u64, Trouble> {
    let child: Vec<String> =
        reference.columns.iter().map(|name| format!("c.{}", quoted(Quotes::Backticks, name))).collect();
    let parent: Vec<String> =
        reference.to_columns.iter().map(|name| format!("p.{}", quoted(Quotes::Backticks, name))).collect();
    let matches: Vec<String> = child.iter().zip(&parent).map(|(child, parent)| format!("{parent} = {child}")).collect();
    let refers: Vec<String> = child.iter().map(|name| format!("{name} IS NOT NULL")).collect();
    let text = format!(
        "SELECT COUNT(*) FROM {} AS c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} AS p WHERE {})",
        quoted_object(Quotes::Backticks, &reference.from),
        refers.join(" AND "),
        quoted_object(Quotes::Backticks, &reference.to),
        matches.join(" AND ")
    );
    let rows = session.all(composed(text)).await?;
    counted(rows.first().ok_or_else(super::nothing_said)?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(width: i64) -> Grid<'static> {
        Grid { column: "id", kind: KeyKind::Integer, width }
    }

    #[test]
    fn cells_span_their_keys_below_zero_too() {
        assert_eq!(within(&grid(10), 0), "`id` BETWEEN 0 AND 9");
        assert_eq!(within(&grid(10), -1), "`id` BETWEEN -10 AND -1");
        assert_eq!(within(&grid(i64::MAX), 1), "`id` BETWEEN 9223372036854775807 AND 18446744073709551613");
    }

    #[test]
    fn moments_are_read_as_the_server_writes_them() {
        for text in ["2026-01-02 00:00:00", "2026-01-02 00:00:00.000000", "2026-01-02"] {
            assert_eq!(moment(text).map(|moment| moment.to_string()).as_deref(), Ok("2026-01-02T00:00:00Z"), "{text}");
        }
        assert!(moment("0000-00-00 00:00:00").is_err());
    }
}

//! Reads one table, piece by piece, into its baseline.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::calls::Calls;
use super::classes::ChosenClass;
use super::pieces::Pieces;
use super::progress::Finished;
use super::{CaptureError, CaptureOrder};
use crate::baseline::{CellBaseline, GridBaseline, SettledBaseline, TableBaseline};
use crate::dialect::{Ages, Part, Pile, Scan, Scanned, Sequence, Session, TableShape};
use crate::fingerprint::{Hasher, SETTLED, WHOLE, cell};
use crate::settings::Class;

/// What is to be read.
pub(super) struct Reading<'a> {
    pub(super) order: &'a CaptureOrder,
    pub(super) hasher: &'a Hasher,
    pub(super) shape: &'a TableShape,
    pub(super) chosen: &'a ChosenClass,
    pub(super) sequences: &'a [Sequence],
    /// When the snapshot was taken.
    pub(super) taken_at: Timestamp,
}

/// Reads the table within the session's snapshot. Its rows are read once, and its lock is given back.
pub(super) async fn read(
    calls: &Calls<'_>,
    session: &mut Box<dyn Session>,
    reading: &Reading<'_>,
) -> Result<Finished, CaptureError> {
    let name = reading.shape.name.to_string();
    if reading.chosen.structure_only {
        return Ok(Finished { baseline: reading.baseline(None), behind: Vec::new() });
    }
    let doing = format!("reading table {name}");
    if !calls.ask(&doing, session.hold(&reading.shape.name)).await? {
        return Err(CaptureError::Rewritten(name));
    }
    let pieces = pieces(calls, session, reading, &doing).await?;
    let columns = reading.columns();
    let filled = reading.filled();
    let largest: Vec<String> = filled.iter().map(|(_, column)| (*column).clone()).collect();
    let up_to = reading.up_to();
    let ages = reading.chosen.time_column.as_deref().map(|column| Ages {
        column,
        settled_up_to: Some(up_to),
        newest_possible: reading.taken_at.saturating_add(reading.order.skew).unwrap_or(Timestamp::MAX),
    });
    let scan = |part| Scan {
        table: reading.shape,
        hash: Some(&columns),
        seed: reading.hasher.seed(&name),
        ages,
        largest: &largest,
        part,
    };
    let mut read = Scanned::default();
    match &pieces {
        None => read = calls.ask(&doing, session.scan(&scan(Part::Whole))).await?,
        Some(pieces) => {
            for (place, number) in pieces.numbers().enumerate() {
                if place > 0 {
                    reading.order.go_on_or_stop()?;
                    reading.order.pause().await;
                }
                let piece = calls.ask(&doing, session.scan(&scan(Part::Cell(pieces.grid(), number)))).await?;
                add(&mut read, piece);
            }
        }
    }
    calls.ask(&doing, session.release()).await?;
    let behind = filled
        .iter()
        .filter(|(sequence, column)| is_behind(sequence, read.largest.get(*column).copied()))
        .map(|(sequence, _)| sequence.name.clone())
        .collect();
    let summed = Summed { algorithm: session.algorithm(), columns, up_to: ages.map(|_| up_to), pieces, read };
    Ok(Finished { baseline: reading.baseline(Some(summed)), behind })
}

/// Ranges of the table's key, where it is large enough to be divided.
async fn pieces(
    calls: &Calls<'_>,
    session: &mut Box<dyn Session>,
    reading: &Reading<'_>,
    doing: &str,
) -> Result<Option<Pieces>, CaptureError> {
    let (Some(key), Some(rows)) = (&reading.shape.key, reading.shape.estimated_rows) else { return Ok(None) };
    let at_once = reading.order.gentleness.rows_at_once;
    if rows <= at_once {
        return Ok(None);
    }
    let bounds = match key.kind {
        crate::dialect::KeyKind::Integer => {
            calls.ask(doing, session.key_bounds(&reading.shape.name, &key.column)).await?
        }
        crate::dialect::KeyKind::Uuid => None,
    };
    Ok(Pieces::of(key, bounds, rows, at_once))
}

fn add(all: &mut Scanned, piece: Scanned) {
    all.piles.extend(piece.piles);
    for (column, value) in piece.largest {
        let largest = all.largest.entry(column).or_insert(value);
        *largest = value.max(*largest);
    }
}

/// Whether a sequence will give values that are taken already.
fn is_behind(sequence: &Sequence, largest: Option<i128>) -> bool {
    match (sequence.next, largest) {
        (Some(next), Some(largest)) => sequence.step > 0 && !sequence.cycles && largest >= next,
        (Some(_) | None, _) => false,
    }
}

/// What all pieces of a table add up to.
struct Summed {
    algorithm: &'static str,
    columns: Vec<String>,
    up_to: Option<Timestamp>,
    pieces: Option<Pieces>,
    read: Scanned,
}

impl Reading<'_> {
    fn up_to(&self) -> Timestamp {
        let settled = self.taken_at.saturating_sub(self.order.skew).unwrap_or(Timestamp::MIN);
        self.order.settled_up_to.map_or(settled, |up_to| up_to.min(settled))
    }

    fn columns(&self) -> Vec<String> {
        self.shape.columns.iter().map(|column| column.name.clone()).collect()
    }

    /// The sequences that fill columns of this table, with the column.
    fn filled(&self) -> Vec<(&Sequence, &String)> {
        let fills = |sequence: &&Sequence| sequence.fills.as_ref().is_some_and(|(table, _)| *table == self.shape.name);
        let sequences = self.sequences.iter().filter(fills);
        sequences.filter_map(|sequence| Some((sequence, &sequence.fills.as_ref()?.1))).collect()
    }

    fn baseline(&self, summed: Option<Summed>) -> TableBaseline {
        let mut baseline = TableBaseline {
            captured_at: self.taken_at,
            class: self.chosen.class,
            rows: None,
            columns: Vec::new(),
            fingerprint: None,
            time_column: self.chosen.time_column.clone(),
            newest: None,
            settled: None,
            grid: None,
        };
        let Some(Summed { algorithm, columns, up_to, pieces, read }) = summed else { return baseline };
        let name = self.shape.name.to_string();
        let piles = &read.piles;
        let total = |rows: fn(&Pile) -> (u64, i128)| {
            piles.iter().map(rows).fold((0, 0), |all: (u64, i128), one| (all.0 + one.0, all.1 + one.1))
        };
        let (rows, sum) = total(|pile| (pile.rows, pile.sum));
        let (settled_rows, settled_sum) = total(|pile| (pile.settled_rows, pile.settled_sum));
        let fingerprint = |part: &str, rows, sum| self.hasher.fingerprint(algorithm, &name, part, rows, sum);
        let cells = |of: fn(&Pile) -> (u64, i128)| -> BTreeMap<i64, CellBaseline> {
            let numbered = piles.iter().filter_map(|pile| Some((pile.cell?, of(pile))));
            let held = numbered.filter(|(_, (rows, _))| *rows > 0);
            held.map(|(number, (rows, sum))| {
                (number, CellBaseline { rows, fingerprint: fingerprint(&cell(number), rows, sum) })
            })
            .collect()
        };
        baseline.grid = pieces.map(|pieces| GridBaseline {
            column: pieces.column,
            kind: pieces.kind,
            cells: match self.chosen.class {
                Class::Append => cells(|pile| (pile.settled_rows, pile.settled_sum)),
                Class::Frozen | Class::Mutable => cells(|pile| (pile.rows, pile.sum)),
            },
        });
        baseline.rows = Some(rows);
        baseline.columns = columns;
        baseline.fingerprint = Some(fingerprint(WHOLE, rows, sum));
        baseline.newest = piles.iter().filter_map(|pile| pile.newest).max();
        baseline.settled = up_to.map(|up_to| SettledBaseline {
            up_to,
            rows: settled_rows,
            fingerprint: fingerprint(SETTLED, settled_rows, settled_sum),
        });
        baseline
    }
}

//! The tables of a dossier as CSV (RFC 4180), and the frozen lists of a run streamed from its bundle.
//!
//! Columns keep their names and meaning; new ones are added behind the others. What a cell looks like is decided in
//! `backproof_evidence::tables`, which also keeps spreadsheets from taking a name for a formula.

use std::io::{self, Write};

use backproof_evidence::tables::{self, Table, Value, csv_line};
use backproof_evidence::{Dossier, RunEvidence};

use crate::population::{List, ListProblem, Lists};
use crate::sample::sample;

/// Why a list was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// The list's own file cannot be read.
    #[error(transparent)]
    List(#[from] ListProblem),
    /// What is written to does not take it.
    #[error("the CSV cannot be written: {0}")]
    Writing(#[from] io::Error),
}

/// Every table of a dossier, all runs in each: sample, results, checks, resources, exceptions, runs, coverage.
pub fn tables(dossier: &Dossier) -> Vec<Table> {
    let runs = || dossier.runs.iter().map(|run| &run.evidence);
    let results = dossier.runs.iter().map(|run| tables::results(&run.evidence, &run.conclusion));
    let latest = &dossier.latest().evidence;
    let mut all = vec![sample(runs())];
    all.extend(joined(results));
    all.extend(joined(runs().map(tables::checks)));
    all.extend(joined(runs().map(tables::resources)));
    all.push(tables::exceptions(&dossier.exceptions, as_of(latest)));
    all.push(tables::runs(&dossier.register));
    all.push(tables::coverage(&dossier.coverage));
    all
}

/// Writes `population` and `excluded`, each to what `out` opens for its name, and tells how many rows each has.
///
/// # Errors
/// Fails where a file cannot be read or written.
pub fn write_lists<W: Write>(
    lists: Lists<'_>,
    mut out: impl FnMut(&'static str) -> io::Result<W>,
) -> Result<Vec<(&'static str, u64)>, NotWritten> {
    lists.into_lists().into_iter().map(|list| Ok((list.name, write_list(list, &mut out)?))).collect()
}

fn write_list<W: Write>(
    list: List<'_>,
    out: &mut impl FnMut(&'static str) -> io::Result<W>,
) -> Result<u64, NotWritten> {
    let mut file = io::BufWriter::new(out(list.name)?);
    let header: Vec<Value> = list.columns.iter().map(|column| Value::text(column.name)).collect();
    file.write_all(csv_line(&header).as_bytes())?;
    let mut count = 0;
    for row in list.rows {
        file.write_all(csv_line(&row?).as_bytes())?;
        count += 1;
    }
    file.flush()?;
    Ok(count)
}

/// The moment at which exceptions are shown: when the newest run's last line was written.
pub(crate) fn as_of(run: &RunEvidence) -> jiff::Timestamp {
    run.last_entry.or(run.began).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// The same table of several runs as one.
fn joined(tables: impl Iterator<Item = Table>) -> Option<Table> {
    tables.reduce(|mut all, next| {
        all.rows.extend(next.rows);
        all
    })
}

//! What is finished of a capture, kept in a file in case it is stopped.
//!
//! One line of JSON about the capture, then one for each finished table: only ever appended, so what is there stays there
//! whatever happens, and a line that was torn by a crash is dropped. It holds what the manifest will hold, and no more.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::classes::ChosenClass;
use super::{Begin, CaptureError, CaptureOrder, Event};
use crate::baseline::TableBaseline;
use crate::dialect::TableShape;

/// The format's name and version.
const FORMAT: &str = "backproof-baseline-progress/v1";

/// The first line: what the lines below belong to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    server: String,
    key_id: String,
    /// SHA-256 of everything else in the order that decides what a table's baseline is.
    order: String,
}

/// Every other line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    database: String,
    table: String,
    finished: Finished,
}

/// A table that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finished {
    /// Its baseline.
    pub(super) baseline: TableBaseline,
    /// The sequences that gave values before which the table held already.
    pub(super) behind: Vec<String>,
}

/// The file, and what is in it.
pub(super) struct Progress {
    file: File,
    name: String,
    finished: BTreeMap<(String, String), Finished>,
}

impl Progress {
    /// Opens the file of this capture, or makes one.
    pub(super) fn open(order: &CaptureOrder, server: &str, key_id: &str) -> Result<Self, CaptureError> {
        let path = &order.progress_file;
        let name = path.display().to_string();
        let header = Header {
            format: FORMAT.to_owned(),
            server: server.to_owned(),
            key_id: key_id.to_owned(),
            order: digest(order),
        };
        let text = match order.begin {
            Begin::Anew => None,
            Begin::WhereStopped => read(path).map_err(|error| unusable(&name, &error.to_string()))?,
        };
        let Some(text) = text.filter(|text| text.contains('\n')) else {
            let mut file = open(path, OpenOptions::new().write(true).create(true).truncate(true), &name)?;
            append(&mut file, &header, &name)?;
            return Ok(Self { file, name, finished: BTreeMap::new() });
        };
        let mut lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let first: Header = parse(lines.next().unwrap_or_default(), &name)?;
        if first != header {
            return Err(CaptureError::Progress(format!(
                "`{name}` is what is finished of another capture: of another server, or with another key, other classes \
                 or another division"
            )));
        }
        let mut finished = BTreeMap::new();
        let mut whole = first_line_length(&text);
        for line in lines {
            let read: Line = parse(line, &name)?;
            finished.insert((read.database, read.table), read.finished);
            whole += line.len();
        }
        let file = open(path, OpenOptions::new().append(true), &name)?;
        // A torn line at the end would swallow the next one.
        let whole = u64::try_from(whole).unwrap_or(u64::MAX);
        file.set_len(whole).map_err(|error| unusable(&name, &error.to_string()))?;
        order.tell(Event::GoesOn { tables: finished.len() });
        Ok(Self { file, name, finished })
    }

    /// The table as it was finished before; none where it was not, or is another table by now.
    pub(super) fn finished(
        &self,
        database: &str,
        table: &str,
        shape: &TableShape,
        chosen: &ChosenClass,
    ) -> Option<Finished> {
        let finished = self.finished.get(&(database.to_owned(), table.to_owned()))?;
        let baseline = &finished.baseline;
        let same_columns = baseline.rows.is_none() == chosen.structure_only
            && (baseline.rows.is_none() || baseline.columns.iter().eq(shape.columns.iter().map(|column| &column.name)));
        let same_class = baseline.class == chosen.class && baseline.time_column == chosen.time_column;
        (same_columns && same_class).then(|| finished.clone())
    }

    /// Keeps a finished table. It is on disk when this returns.
    pub(super) fn keep(&mut self, database: &str, table: &str, finished: &Finished) -> Result<(), CaptureError> {
        let line = Line { database: database.to_owned(), table: table.to_owned(), finished: finished.clone() };
        append(&mut self.file, &line, &self.name)
    }
}

fn digest(order: &CaptureOrder) -> String {
    #[derive(Serialize)]
    struct Deciding<'a> {
        classes: &'a super::Classes,
        skew_seconds: i64,
        settled_up_to: Option<Timestamp>,
        rows_at_once: u64,
    }
    let deciding = Deciding {
        classes: &order.classes,
        skew_seconds: order.skew.as_secs(),
        settled_up_to: order.settled_up_to,
        rows_at_once: order.gentleness.rows_at_once,
    };
    let text = serde_json::to_vec(&deciding).expect("texts, numbers and moments are always JSON");
    hex::encode(Sha256::digest(text))
}

fn read(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn open(path: &Path, options: &mut OpenOptions, name: &str) -> Result<File, CaptureError> {
    options.mode(0o600).open(path).map_err(|error| unusable(name, &error.to_string()))
}

fn append(file: &mut File, value: &impl Serialize, name: &str) -> Result<(), CaptureError> {
    let line = serde_json::to_string(value).map_err(|error| unusable(name, &error.to_string()))? + "\n";
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_data());
    written.map_err(|error| unusable(name, &error.to_string()))
}

fn parse<'l, T: Deserialize<'l>>(line: &'l str, name: &str) -> Result<T, CaptureError> {
    serde_json::from_str(line).map_err(|error| unusable(name, &error.to_string()))
}

fn first_line_length(text: &str) -> usize {
    text.find('\n').map_or(0, |end| end + 1)
}

fn unusable(name: &str, why: &str) -> CaptureError {
    CaptureError::Progress(format!("what was finished is kept in `{name}`, which cannot be used: {why}"))
}

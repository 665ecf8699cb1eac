//! What is to be archived, and under which names.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::ArchiveError;

/// What is to be archived of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The installation, which parts this bucket's keys from another's: eight letters and digits.
    pub installation: String,
    /// The run.
    pub run: u64,
    /// When it was closed: the retention begins there.
    pub closed_at: Timestamp,
    /// SHA-256 of `SHA256SUMS`, in hexadecimal.
    pub sealed_sha256: String,
    /// What is written, in this order.
    pub items: Vec<Item>,
}

/// One thing to be archived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name below the installation, with `/`: `run-12/SHA256SUMS`.
    pub name: String,
    /// What is written.
    pub content: Content,
}

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file's bytes.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Order {
    /// The files of a bundle: `packed` (the `.tar.zst`), `SHA256SUMS`, and every attestation but receipts of archives,
    /// which say of the archive what the archive itself shows.
    ///
    /// # Errors
    /// A file is not there or cannot be listed.
    pub fn of_bundle(
        installation: &str,
        run: u64,
        closed_at: Timestamp,
        sealed_sha256: &str,
        directory: &Path,
        packed: &Path,
    ) -> Result<Self, ArchiveError> {
        let name_of = |path: &Path| path.file_name().map(OsStr::to_string_lossy).unwrap_or_default().into_owned();
        let item =
            |name: String, path: PathBuf| Item { name: format!("run-{run}/{name}"), content: Content::File(path) };
        let mut items =
            vec![item("SHA256SUMS".to_owned(), directory.join("SHA256SUMS")), item(name_of(packed), packed.to_owned())];
        let attestations = directory.join("attestations");
        for name in files_of(&attestations)? {
            if !name.ends_with(".receipt.json") {
                items.push(item(format!("attestations/{name}"), attestations.join(&name)));
            }
        }
        let (installation, sealed_sha256) = (installation.to_owned(), sealed_sha256.to_owned());
        Ok(Self { installation, run, closed_at, sealed_sha256, items })
    }

    /// The same, with one thing more.
    #[must_use]
    pub fn with(mut self, item: Item) -> Self {
        self.items.push(item);
        self
    }
}

/// The register's head as an object of its own: who cuts the register short later cannot make this unsaid.
///
/// `entries` is how many entries the register has, `head` the hash of the last, in hexadecimal, and `line` that entry's
/// whole line of `register.jsonl`.
pub fn register_anchor(entries: u64, head: &str, line: &str) -> Item {
    let line = format!("{}\n", line.trim_end_matches('\n'));
    Item { name: format!("register/{entries}-{head}.json"), content: Content::Bytes(line.into_bytes()) }
}

impl Item {
    /// What S3 is told that it is.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("json") => "application/json",
            Some("zst") => "application/zstd",
            Some("tsr") => "application/timestamp-reply",
            _ => "text/plain; charset=utf-8",
        }
    }
}

/// The names of the files of a directory, sorted; none where there is no such directory.
fn files_of(directory: &Path) -> Result<Vec<String>, ArchiveError> {
    let failed = |source| ArchiveError::Files { doing: "listed", path: directory.to_owned(), source };
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if entry.file_type().map_err(failed)?.is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

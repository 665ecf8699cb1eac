//! Opens a bundle: a directory, or the one file that it was packed into.
//!
//! What no bundle may hold (links, devices, paths that lead elsewhere, a file twice) is named and never followed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ruzstd::decoding::StreamingDecoder;
use tempfile::TempDir;

use crate::layout::unfit_path;

/// More than any honest bundle unpacks to: what goes beyond it is an attack on the disk.
const MOST_BYTES: u64 = 64 << 30;
/// More files than any honest bundle has.
const MOST_FILES: usize = 1_000_000;

/// The files of a bundle, at hand on the disk.
#[derive(Debug)]
pub struct BundleFiles {
    root: PathBuf,
    origin: PathBuf,
    files: BTreeMap<String, u64>,
    oddities: Vec<String>,
    /// Where it was unpacked to; removed when this is dropped.
    _unpacked: Option<TempDir>,
}

/// Why a bundle cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is nothing, or it cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is a file, but no packed bundle.
    #[error("`{}` is no bundle: expected a directory with SHA256SUMS, or a .tar.zst of one; {problem}", path.display())]
    NoBundle {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl BundleFiles {
    /// Where it was opened from.
    pub fn origin(&self) -> &Path {
        &self.origin
    }

    /// The directory in which its files are.
    pub fn directory(&self) -> &Path {
        &self.root
    }

    /// Every file with its length, sorted bytewise by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), *bytes))
    }

    /// Whether it has this file.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The file's length, where it has this file.
    pub fn length(&self, path: &str) -> Option<u64> {
        self.files.get(path).copied()
    }

    /// Where a file is on the disk.
    pub fn path_of(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The whole content of a file.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    pub fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        if self.has(path) { fs::read(self.path_of(path)) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// The whole content of a file, as text.
    ///
    /// # Errors
    /// Where it is not there, cannot be read, or is no text.
    pub fn text(&self, path: &str) -> io::Result<String> {
        if self.has(path) { fs::read_to_string(self.path_of(path)) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// What it holds that no bundle may hold, in words.
    pub fn oddities(&self) -> &[String] {
        &self.oddities
    }

    /// The folder that it is packed as.
    pub(crate) fn folder_name(&self) -> String {
        let run = self.text(crate::layout::RUN).ok();
        let run: Option<crate::RunFile> = run.and_then(|text| serde_json::from_str(&text).ok());
        run.map_or_else(|| "bundle".to_owned(), |run| format!("bundle-{}", run.run))
    }
}

/// Opens the bundle at this path.
///
/// # Errors
/// [`OpenError`] where it is nothing that can be looked at.
pub fn open(path: &Path) -> Result<BundleFiles, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let facts = fs::metadata(path).map_err(unreadable)?;
    if !facts.is_dir() {
        return unpacked(path);
    }
    let mut files = BTreeMap::new();
    let mut oddities = Vec::new();
    walk(path, "", &mut files, &mut oddities).map_err(unreadable)?;
    Ok(BundleFiles { root: path.to_owned(), origin: path.to_owned(), files, oddities, _unpacked: None })
}

fn walk(folder: &Path, below: &str, files: &mut BTreeMap<String, u64>, oddities: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            oddities.push(format!("`{}` has a name that is no text", entry.path().display()));
            continue;
        };
        let path = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        // Of the entry itself: a link is not followed.
        let kind = entry.file_type()?;
        if let Some(why) = unfit_path(&path) {
            oddities.push(format!("`{}`: {why}", path.escape_debug()));
        } else if kind.is_symlink() {
            oddities.push(format!("`{path}` is a link; a bundle holds plain files"));
        } else if kind.is_dir() {
            walk(&entry.path(), &path, files, oddities)?;
        } else if kind.is_file() {
            files.insert(path, entry.metadata()?.len());
        } else {
            oddities.push(format!("`{path}` is no plain file"));
        }
    }
    Ok(())
}

fn unpacked(path: &Path) -> Result<BundleFiles, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let no_bundle = |problem: String| OpenError::NoBundle { path: path.to_owned(), problem };
    let file = BufReader::with_capacity(1 << 16, File::open(path).map_err(unreadable)?);
    let decoder = StreamingDecoder::new(file).map_err(|error| no_bundle(format!("it is not zstd: {error}")))?;
    let temporary = tempfile::Builder::new().prefix("backproof-bundle-").tempdir().map_err(unreadable)?;
    let mut unpacking = Unpacking { root: temporary.path().to_owned(), ..Unpacking::default() };
    let mut archive = tar::Archive::new(decoder.take(MOST_BYTES));
    let entries = archive.entries().map_err(|error| no_bundle(error.to_string()))?;
    for entry in entries.raw(true) {
        let entry = entry.map_err(|error| no_bundle(error.to_string()))?;
        unpacking.take(entry).map_err(|error| no_bundle(error.to_string()))?;
    }
    let Unpacking { root, files, oddities, .. } = unpacking;
    Ok(BundleFiles { root, origin: path.to_owned(), files, oddities, _unpacked: Some(temporary) })
}

/// Writes what an archive holds below `root`, as far as a bundle may hold it.
#[derive(Default)]
struct Unpacking {
    root: PathBuf,
    /// The one folder that everything stands in.
    folder: Option<String>,
    files: BTreeMap<String, u64>,
    oddities: Vec<String>,
}

impl Unpacking {
    fn take(&mut self, mut entry: tar::Entry<'_, impl Read>) -> io::Result<()> {
        let whole = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        if entry.header().entry_type().is_dir() {
            return Ok(());
        }
        if !entry.header().entry_type().is_file() {
            self.oddities.push(format!("`{}` is no plain file", whole.escape_debug()));
            return Ok(());
        }
        let Some((folder, path)) = whole.split_once('/') else {
            self.oddities.push(format!("`{}` stands outside the bundle's folder", whole.escape_debug()));
            return Ok(());
        };
        let first = self.folder.get_or_insert_with(|| folder.to_owned());
        if first != folder {
            self.oddities.push(format!("`{}` stands outside the bundle's folder `{first}`", whole.escape_debug()));
            return Ok(());
        }
        if let Some(why) = unfit_path(path) {
            self.oddities.push(format!("`{}`: {why}", whole.escape_debug()));
            return Ok(());
        }
        if self.files.contains_key(path) {
            self.oddities.push(format!("`{path}` stands in the archive twice"));
            return Ok(());
        }
        if self.files.len() >= MOST_FILES {
            return Err(io::Error::other(format!("it has more than {MOST_FILES} files")));
        }
        let target = self.root.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create_new(&target)?;
        let bytes = io::copy(&mut entry, &mut file)?;
        file.flush()?;
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }
}

//! Opens a bundle: a directory, or the one file that it was packed into.
//!
//! What no bundle may hold (links, devices, paths that lead elsewhere, a file twice) is named and never followed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::layout::{ATTESTATIONS, unfit_path};
use crate::unpack::{Unpacked, unpacked};

/// Longer than any honest attestation: a signature, a time-stamp or a receipt.
const LONGEST_ATTESTATION: u64 = 1 << 20;
/// Longer than any honest file that is read into memory whole: journal, register, tables.
const LONGEST_WHOLE: u64 = 2 << 30;

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

    /// Where a file is on the disk, or would be. Whoever reads takes [`Self::file`], which follows no link.
    pub fn path_of(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A plain file of it, opened to be read.
    ///
    /// # Errors
    /// Where there is none of this name, be it that something else has it, or where it cannot be opened.
    pub fn file(&self, path: &str) -> io::Result<File> {
        if self.has(path) {
            File::open(self.path_of(path))
        } else {
            Err(io::Error::new(io::ErrorKind::NotFound, "the bundle has no plain file of this name"))
        }
    }

    /// The whole content of a file.
    ///
    /// # Errors
    /// Where it is not there, cannot be read, or is longer than any honest one.
    pub fn bytes(&self, path: &str) -> io::Result<Vec<u8>> {
        let is_attestation = path.strip_prefix(ATTESTATIONS).is_some_and(|rest| rest.starts_with('/'));
        let most = if is_attestation { LONGEST_ATTESTATION } else { LONGEST_WHOLE };
        let too_long = |length: u64| {
            io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("{length} bytes are more than the {most} that any honest one has"),
            )
        };
        let length = self.length(path).unwrap_or(0);
        if length > most {
            return Err(too_long(length));
        }
        let mut content = Vec::new();
        // It may have grown since it was listed.
        let read = self.file(path)?.take(most + 1).read_to_end(&mut content)? as u64;
        if read > most { Err(too_long(read)) } else { Ok(content) }
    }

    /// The whole content of a file, as text.
    ///
    /// # Errors
    /// Where it is not there, cannot be read, is longer than any honest one, or is no text.
    pub fn text(&self, path: &str) -> io::Result<String> {
        let no_text = |_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
        String::from_utf8(self.bytes(path)?).map_err(no_text)
    }

    /// What it holds that no bundle may hold, in words. None of it is read or followed; whoever adds to a bundle is to
    /// refuse one that holds any.
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
        let Unpacked { folder, files, oddities } = unpacked(path)?;
        let root = folder.path().to_owned();
        return Ok(BundleFiles { root, origin: path.to_owned(), files, oddities, _unpacked: Some(folder) });
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

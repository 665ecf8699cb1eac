//! Opens a bundle: a directory, or the one file that it was packed into.
//!
//! What no bundle may hold (links, devices, paths that lead elsewhere, a file twice) is named and never followed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use tempfile::TempDir;

use crate::layout::{ATTESTATIONS, unfit_path};

/// More than any honest bundle unpacks to: what goes beyond it is an attack on the disk.
const MOST_BYTES: u64 = 64 << 30;
/// More files than any honest bundle has.
const MOST_FILES: usize = 1_000_000;
/// More bytes than one packed byte of an honest bundle unpacks to.
const MOST_PER_PACKED_BYTE: u64 = 1_000;
/// What every packed bundle may unpack to, however small it is.
const ALWAYS_UNPACKED: u64 = 16 << 20;
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
    let file = File::open(path).map_err(unreadable)?;
    let packed = file.metadata().map_err(unreadable)?.len();
    let file = BufReader::with_capacity(1 << 16, file);
    let decoder = StreamingDecoder::new(file).map_err(|error| no_bundle(format!("it is not zstd: {error}")))?;
    let temporary = tempfile::Builder::new().prefix("backproof-bundle-").tempdir().map_err(unreadable)?;
    let mut unpacking = Unpacking { root: temporary.path().to_owned(), ..Unpacking::default() };
    let mut archive = tar::Archive::new(Bounded::of(packed, decoder));
    let entries = archive.entries().map_err(|error| no_bundle(error.to_string()))?;
    for entry in entries.raw(true) {
        let entry = entry.map_err(|error| no_bundle(error.to_string()))?;
        unpacking.take(entry).map_err(|error| no_bundle(error.to_string()))?;
    }
    nothing_follows(archive.into_inner()).map_err(|error| no_bundle(error.to_string()))?;
    let Unpacking { root, files, oddities, .. } = unpacking;
    Ok(BundleFiles { root, origin: path.to_owned(), files, oddities, _unpacked: Some(temporary) })
}

/// What a packed bundle unpacks to. Where that is more than any honest one, it ends with an error.
struct Bounded<R> {
    unpacked: R,
    packed: u64,
    most: u64,
    left: u64,
}

impl<R> Bounded<R> {
    fn of(packed: u64, unpacked: R) -> Self {
        let most = packed.saturating_mul(MOST_PER_PACKED_BYTE).saturating_add(ALWAYS_UNPACKED).min(MOST_BYTES);
        Self { unpacked, packed, most, left: most }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.unpacked.read(into)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            let (packed, most) = (self.packed, self.most);
            io::Error::other(format!(
                "its {packed} bytes unpack to more than {most}, which those of no honest bundle do"
            ))
        })?;
        Ok(read)
    }
}

/// Other programs go on behind the archive's end and behind the first frame of zstd, and would unpack something else.
fn nothing_follows<R: BufRead>(mut unpacked: Bounded<StreamingDecoder<R, FrameDecoder>>) -> io::Result<()> {
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = unpacked.read(&mut piece)?;
        if read == 0 {
            break;
        }
        if piece[..read].iter().any(|byte| *byte != 0) {
            return Err(io::Error::other("something follows the archive's end, where only zeros may"));
        }
    }
    let mut packed = unpacked.unpacked.into_inner();
    if packed.fill_buf()?.is_empty() {
        Ok(())
    } else {
        Err(io::Error::other("something follows the archive: its one frame of zstd must end the file"))
    }
}

/// Writes what an archive holds below `root`, as far as a bundle may hold it.
#[derive(Default)]
struct Unpacking {
    root: PathBuf,
    /// The one folder that everything stands in.
    folder: Option<String>,
    entries: usize,
    files: BTreeMap<String, u64>,
    oddities: Vec<String>,
}

impl Unpacking {
    fn take(&mut self, mut entry: tar::Entry<'_, impl Read>) -> io::Result<()> {
        self.entries += 1;
        if self.entries > MOST_FILES {
            return Err(io::Error::other(format!("it has more than {MOST_FILES} files")));
        }
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

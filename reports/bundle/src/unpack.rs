//! Unpacks the one file that a bundle was packed into, as far as a bundle may hold it.
//!
//! What other programs would unpack otherwise, and what unpacks to more than any honest bundle has, is no bundle.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use tempfile::TempDir;

use crate::layout::unfit_path;
use crate::open::OpenError;

/// More than any honest bundle unpacks to: what goes beyond it is an attack on the disk.
const MOST_BYTES: u64 = 64 << 30;
/// More files than any honest bundle has.
const MOST_FILES: usize = 1_000_000;
/// More bytes than one packed byte of an honest bundle unpacks to.
const MOST_PER_PACKED_BYTE: u64 = 1_000;
/// What every packed bundle may unpack to, however small it is.
const ALWAYS_UNPACKED: u64 = 16 << 20;

/// What a packed bundle holds, unpacked.
pub(crate) struct Unpacked {
    /// Where it is; removed when this is dropped.
    pub(crate) folder: TempDir,
    /// Every file with its length.
    pub(crate) files: BTreeMap<String, u64>,
    /// What no bundle may hold, in words.
    pub(crate) oddities: Vec<String>,
}

pub(crate) fn unpacked(path: &Path) -> Result<Unpacked, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let no_bundle = |problem: String| OpenError::NoBundle { path: path.to_owned(), problem };
    let file = File::open(path).map_err(unreadable)?;
    let packed = file.metadata().map_err(unreadable)?.len();
    let file = BufReader::with_capacity(1 << 16, file);
    let decoder = StreamingDecoder::new(file).map_err(|error| no_bundle(format!("it is not zstd: {error}")))?;
    let folder = tempfile::Builder::new().prefix("backproof-bundle-").tempdir().map_err(unreadable)?;
    let mut unpacking = Unpacking { root: folder.path().to_owned(), ..Unpacking::default() };
    let mut archive = tar::Archive::new(Bounded::of(packed, decoder));
    let entries = archive.entries().map_err(|error| no_bundle(error.to_string()))?;
    for entry in entries.raw(true) {
        let entry = entry.map_err(|error| no_bundle(error.to_string()))?;
        unpacking.take(entry).map_err(|error| no_bundle(error.to_string()))?;
    }
    nothing_follows(archive.into_inner()).map_err(|error| no_bundle(error.to_string()))?;
    let Unpacking { files, oddities, .. } = unpacking;
    Ok(Unpacked { folder, files, oddities })
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

//! Packs a bundle into one file, `bundle-<run>.tar.zst`: the same bundle gives the same bytes.
//!
//! Entries are sorted, owned by nobody in particular, dated to 1970 and readable by all. The encoder is ruzstd's: pure
//! Rust, streaming, and its frames are those of any `zstd`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use ruzstd::encoding::{CompressionLevel, FrameCompressor};
use sha2::{Digest, Sha256};

use crate::open::BundleFiles;
use crate::unfinished::file_beside;

/// A packed bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The file.
    pub path: PathBuf,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// Why a bundle was not packed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Something in it cannot be packed.
    #[error("it cannot be packed as it is: {0}")]
    Odd(String),
    /// A file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Files {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Packs all files of a bundle, with what was attested to it so far, into `destination`, which is replaced whole.
/// Everything stands below the folder `bundle-<run>`.
///
/// # Errors
/// [`PackError`] where the bundle holds what no bundle may hold, or a file cannot be read or written.
pub fn pack(bundle: &BundleFiles, destination: &Path) -> Result<Packed, PackError> {
    if let Some(odd) = bundle.oddities().first() {
        return Err(PackError::Odd(odd.clone()));
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| PackError::Files { path, source }
    };
    let unfinished = file_beside(destination).map_err(failed(destination))?;
    let (sha256, bytes) = write(bundle, unfinished.as_file()).map_err(failed(unfinished.path()))?;
    unfinished.persist(destination).map_err(|unplaced| failed(destination)(unplaced.error))?;
    if let Some(parent) = destination.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        File::open(parent).and_then(|folder| folder.sync_all()).map_err(failed(parent))?;
    }
    Ok(Packed { path: destination.to_owned(), sha256, bytes })
}

fn write(bundle: &BundleFiles, file: &File) -> io::Result<(String, u64)> {
    let mut output = Digesting {
        file: BufWriter::with_capacity(1 << 16, file.try_clone()?),
        digest: Sha256::new(),
        bytes: 0,
        failed: None,
    };
    let source = Archive::of(bundle);
    let mut state = ArchiveReader { archive: source, failed: None };
    let mut compressor = FrameCompressor::new(CompressionLevel::Fastest);
    compressor.set_source(&mut state);
    compressor.set_drain(&mut output);
    // The compressor knows no errors of its own and panics on others', so both ends keep theirs and end early.
    compressor.compress();
    drop(compressor);
    if let Some(error) = state.failed.or(output.failed.take()) {
        return Err(error);
    }
    output.file.flush()?;
    output.file.get_ref().sync_all()?;
    Ok((hex::encode(output.digest.finalize()), output.bytes))
}

/// Where the packed bytes go. An error is kept and everything behind it swallowed.
struct Digesting {
    file: BufWriter<File>,
    digest: Sha256,
    bytes: u64,
    failed: Option<io::Error>,
}

impl Write for &mut Digesting {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.failed.is_none() {
            match self.file.write_all(piece) {
                Ok(()) => {
                    self.digest.update(piece);
                    self.bytes += piece.len() as u64;
                }
                Err(error) => self.failed = Some(error),
            }
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of the tar archive. An error is kept and ends it.
struct ArchiveReader {
    archive: Archive,
    failed: Option<io::Error>,
}

impl Read for &mut ArchiveReader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self.archive.read(into) {
            Ok(read) => Ok(read),
            Err(error) => {
                self.failed.get_or_insert(error);
                Ok(0)
            }
        }
    }
}

/// A tar archive, made while it is read, so that no file is ever in memory whole.
struct Archive {
    entries: std::vec::IntoIter<(PathBuf, String, u64)>,
    current: Box<dyn Read>,
    is_ended: bool,
}

impl Archive {
    fn of(bundle: &BundleFiles) -> Self {
        let folder = bundle.folder_name();
        let entry = |(path, bytes): (&str, u64)| (bundle.path_of(path), format!("{folder}/{path}"), bytes);
        let entries: Vec<_> = bundle.files().map(entry).collect();
        Self { entries: entries.into_iter(), current: Box::new(io::empty()), is_ended: false }
    }

    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.current.read(into)?;
            if read > 0 || into.is_empty() || self.is_ended {
                return Ok(read);
            }
            self.current = if let Some((path, name, bytes)) = self.entries.next() {
                entry(&path, &name, bytes)?
            } else {
                self.is_ended = true;
                // Two empty blocks end an archive.
                Box::new(io::repeat(0).take(1024))
            };
        }
    }
}

/// Header, content and padding of one file.
fn entry(path: &Path, name: &str, bytes: u64) -> io::Result<Box<dyn Read>> {
    let mut header = tar::Header::new_ustar();
    header.set_path(name)?;
    header.set_size(bytes);
    header.set_mode(0o644);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_entry_type(tar::EntryType::Regular);
    header.set_cksum();
    let content = Exactly { file: BufReader::with_capacity(1 << 16, File::open(path)?), left: bytes };
    let padding = io::repeat(0).take(bytes.next_multiple_of(512) - bytes);
    Ok(Box::new(io::Cursor::new(header.as_bytes().to_vec()).chain(content).chain(padding)))
}

/// As many bytes as the header promises, or an error.
struct Exactly {
    file: BufReader<File>,
    left: u64,
}

impl Read for Exactly {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(into.len());
        let read = self.file.read(&mut into[..most])?;
        if read == 0 && most > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "a file was cut off while it was packed"));
        }
        self.left -= read as u64;
        Ok(read)
    }
}

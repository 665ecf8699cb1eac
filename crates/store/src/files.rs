//! The files of one run: what is too large for a journal line, named there by its digest.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::StoreError;

/// The directory of one run, and the directory of the mirror that holds its files a second time.
#[derive(Clone, Debug)]
pub struct RunFiles {
    directory: PathBuf,
    mirror: Option<PathBuf>,
}

impl RunFiles {
    pub(crate) fn new(directory: PathBuf, mirror: Option<PathBuf>) -> Result<Self, StoreError> {
        std::fs::create_dir_all(&directory).map_err(StoreError::files(&directory))?;
        Ok(Self { directory, mirror })
    }

    /// Where a file of this name stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Where the mirror keeps a file of this name.
    pub(crate) fn copy_of(&self, name: &str) -> Option<PathBuf> {
        self.mirror.as_ref().map(|mirror| mirror.join(name))
    }

    /// Writes a whole file, so that it is either the old or the new one at any moment.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<(), StoreError> {
        let mut file = self.create(name)?;
        file.write_all(content.as_ref())?;
        file.finish().map(|_| ())
    }

    /// Begins a file that takes its place only when it is finished.
    ///
    /// # Errors
    /// Fails where the file cannot be made.
    pub fn create(&self, name: &str) -> Result<Written, StoreError> {
        let path = self.path(name);
        let unfinished = self.path(&format!("{name}.unfinished"));
        let file = File::create(&unfinished).map_err(StoreError::files(&unfinished))?;
        let file = BufWriter::with_capacity(1 << 16, file);
        let copy = self.copy_of(name);
        Ok(Written { file, unfinished, path, copy, digest: Sha256::new() })
    }
}

/// A file that is being written.
#[derive(Debug)]
pub struct Written {
    file: BufWriter<File>,
    unfinished: PathBuf,
    path: PathBuf,
    /// Where the mirror keeps it.
    copy: Option<PathBuf>,
    digest: Sha256,
}

impl Written {
    /// Appends bytes.
    ///
    /// # Errors
    /// Fails where the file cannot be written.
    pub fn write_all(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.digest.update(bytes);
        self.file.write_all(bytes).map_err(StoreError::files(&self.unfinished))
    }

    /// Puts the file in its place and gives its SHA-256 in hexadecimal.
    ///
    /// # Errors
    /// Fails where the file cannot be written to the disk.
    pub fn finish(mut self) -> Result<String, StoreError> {
        let put = |file: &mut BufWriter<File>, from: &Path, to: &Path| {
            file.flush()?;
            file.get_ref().sync_all()?;
            std::fs::rename(from, to)
        };
        put(&mut self.file, &self.unfinished, &self.path).map_err(StoreError::files(&self.path))?;
        if let Some(copy) = &self.copy {
            crate::mirror_files::copy_file(&self.path, copy)?;
        }
        Ok(hex::encode(self.digest.finalize()))
    }
}

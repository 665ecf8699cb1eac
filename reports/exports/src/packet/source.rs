//! Where the sealed files are read from.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

/// The files of a bundle.
pub trait SealedFiles {
    /// Opens a file by its path in the bundle, with `/`.
    ///
    /// # Errors
    /// Fails where it cannot be read.
    fn open(&self, path: &str) -> io::Result<Box<dyn BufRead + '_>>;

    /// The names of the files below `attestations/`, sorted.
    ///
    /// # Errors
    /// Fails where the folder is there and cannot be listed.
    fn attestations(&self) -> io::Result<Vec<String>>;
}

/// A bundle that lies in a directory.
#[derive(Clone, Debug)]
pub struct SealedDirectory(pub PathBuf);

impl SealedFiles for SealedDirectory {
    fn open(&self, path: &str) -> io::Result<Box<dyn BufRead + '_>> {
        let leads_elsewhere = path.starts_with('/') || path.split('/').any(|part| matches!(part, "" | "." | ".."));
        if leads_elsewhere {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leads out of the bundle"));
        }
        let file = File::open(self.0.join(path))?;
        Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
    }

    fn attestations(&self) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.0.join("attestations")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                names.extend(entry.file_name().into_string().ok());
            }
        }
        names.sort_unstable();
        Ok(names)
    }
}

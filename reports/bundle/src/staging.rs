//! Writes a directory beside its destination, digesting what passes, and puts it into its place whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::layout::{SUMS, unfit_path};
use crate::sums::sums_text;

/// A directory under construction. It is removed again unless it is put into its place.
pub(crate) struct Staging {
    directory: PathBuf,
    destination: PathBuf,
    sums: BTreeMap<String, String>,
    bytes: u64,
    is_placed: bool,
}

impl Staging {
    /// Begins beside `destination`. What an interrupted writer left there is removed.
    pub(crate) fn beside(destination: &Path) -> io::Result<Self> {
        let name = destination.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
        let directory = destination.with_file_name(format!(".{name}.unfinished"));
        if let Some(parent) = destination.parent() {
            fs::create_dir_all(parent)?;
        }
        if directory.exists() {
            fs::remove_dir_all(&directory)?;
        }
        fs::create_dir(&directory)?;
        let destination = destination.to_owned();
        Ok(Self { directory, destination, sums: BTreeMap::new(), bytes: 0, is_placed: false })
    }

    /// Writes a file and gives its SHA-256.
    pub(crate) fn put(&mut self, path: &str, content: &[u8]) -> io::Result<String> {
        self.stream(path, content)
    }

    /// Copies a file, whatever its size, and gives its SHA-256.
    pub(crate) fn copy(&mut self, path: &str, from: &Path) -> io::Result<String> {
        self.stream(path, BufReader::with_capacity(1 << 16, File::open(from)?))
    }

    /// Copies the first `bytes` of a file and gives their SHA-256.
    pub(crate) fn copy_beginning(&mut self, path: &str, from: &Path, bytes: u64) -> io::Result<String> {
        self.stream(path, BufReader::with_capacity(1 << 16, File::open(from)?.take(bytes)))
    }

    fn stream(&mut self, path: &str, mut from: impl Read) -> io::Result<String> {
        if let Some(why) = unfit_path(path) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{path}` cannot be sealed: {why}")));
        }
        let target = self.directory.join(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut digest = Sha256::new();
        let mut file = BufWriter::with_capacity(1 << 16, File::create_new(&target)?);
        let mut piece = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut piece)?;
            if read == 0 {
                break;
            }
            digest.update(&piece[..read]);
            file.write_all(&piece[..read])?;
            self.bytes += read as u64;
        }
        file.flush()?;
        file.get_ref().sync_all()?;
        let digest = hex::encode(digest.finalize());
        self.sums.insert(path.to_owned(), digest.clone());
        Ok(digest)
    }

    /// How many files there are, and how many bytes.
    pub(crate) fn size(&self) -> (u64, u64) {
        (self.sums.len() as u64, self.bytes)
    }

    /// The text of the list of digests.
    pub(crate) fn sums(&self) -> String {
        sums_text(self.sums.iter().map(|(path, digest)| (path.as_str(), digest.as_str())))
    }

    /// Writes the list of digests and puts the directory into its place, which must be free.
    pub(crate) fn place(mut self) -> io::Result<()> {
        let sums = self.sums();
        let path = self.directory.join(SUMS);
        let mut file = File::create_new(&path)?;
        file.write_all(sums.as_bytes())?;
        file.sync_all()?;
        sync_folders(&self.directory)?;
        fs::rename(&self.directory, &self.destination)?;
        self.is_placed = true;
        match self.destination.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
            Some(_) | None => Ok(()),
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_placed {
            // Whatever stays is removed by the next one that begins here.
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

fn sync_folders(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut staging = Staging::beside(&folder.path().join("7")).unwrap();
        staging.put("raw/a", b"a").unwrap();
        drop(staging);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_a_killed_writer_left_is_removed_and_its_place_stays_free() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("7");
        let mut killed = Staging::beside(&destination).unwrap();
        killed.put("run.json", b"half").unwrap();
        std::mem::forget(killed);
        assert!(!destination.exists(), "nothing stands in the place before all is written");
        let mut again = Staging::beside(&destination).unwrap();
        again.put("plan.json", b"{}").unwrap();
        again.place().unwrap();
        let names: Vec<_> = fs::read_dir(&destination).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn no_file_is_written_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let mut staging = Staging::beside(&folder.path().join("7")).unwrap();
        assert!(staging.put("../outside", b"x").is_err());
        assert!(staging.put("a", b"x").is_ok() && staging.put("a", b"y").is_err(), "nothing is written twice");
    }
}

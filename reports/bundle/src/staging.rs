//! Writes a directory beside its destination, digesting what passes, and puts it into its place whole or not at all.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::layout::{SUMS, unfit_path};
use crate::sums::sums_text;
use crate::unfinished::directory_beside;

/// A directory under construction. It is removed again unless it is put into its place.
pub(crate) struct Staging {
    directory: TempDir,
    /// Says that its writer lives.
    _lock: File,
    destination: PathBuf,
    sums: BTreeMap<String, String>,
    bytes: u64,
}

impl Staging {
    /// Begins beside `destination`. What writers that died left there is removed.
    pub(crate) fn beside(destination: &Path) -> io::Result<Self> {
        let (directory, lock) = directory_beside(destination)?;
        Ok(Self { directory, _lock: lock, destination: destination.to_owned(), sums: BTreeMap::new(), bytes: 0 })
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
        let target = self.directory.path().join(path);
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

    /// Writes the list of digests and puts the directory into its place. `false` where somebody else was faster: what
    /// stands there stays as it is.
    pub(crate) fn place(self) -> io::Result<bool> {
        let sums = self.sums();
        let mut file = File::create_new(self.directory.path().join(SUMS))?;
        file.write_all(sums.as_bytes())?;
        file.sync_all()?;
        sync_folders(self.directory.path())?;
        let is_ours = match fs::rename(self.directory.path(), &self.destination) {
            Ok(()) => true,
            Err(_) if self.destination.join(SUMS).exists() => false,
            Err(error) => return Err(error),
        };
        if is_ours {
            // It has another name now, and is not to be removed by the one that it had.
            drop(self.directory.keep());
        }
        if let Some(parent) = self.destination.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            File::open(parent)?.sync_all()?;
        }
        Ok(is_ours)
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
        // The lock of a process that is killed is given back; nothing else of it is.
        let Staging { directory, _lock: lock, .. } = killed;
        let left = directory.keep();
        drop(lock);
        assert!(left.join("run.json").exists());
        assert!(!destination.exists(), "nothing stands in the place before all is written");
        let mut again = Staging::beside(&destination).unwrap();
        again.put("plan.json", b"{}").unwrap();
        assert!(again.place().unwrap());
        let names: Vec<_> = fs::read_dir(&destination).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn of_two_writers_the_faster_one_is_placed_and_the_other_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("7");
        let mut first = Staging::beside(&destination).unwrap();
        first.put("run.json", b"{}").unwrap();
        let mut second = Staging::beside(&destination).unwrap();
        second.put("run.json", b"{}").unwrap();
        assert!(first.place().unwrap() && !second.place().unwrap());
        assert_eq!(fs::read(destination.join("run.json")).unwrap(), b"{}");
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

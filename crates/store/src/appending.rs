//! A file of a run that grows by lines while the run goes on, by several processes beside each other.
//!
//! A line is one write to the end of the file. Nothing is on disk for certain before the run is closed: what a crash of
//! the computer takes away is missed by whoever sums up, and a line that is not whole is told from the others.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::{RunFiles, StoreError};

/// A file that lines are appended to.
#[derive(Debug)]
pub struct Appended {
    path: PathBuf,
    end: Mutex<End>,
}

/// The end of the file, as this process left it.
#[derive(Debug)]
struct End {
    file: File,
    /// Whether the last line has no end: whatever comes next begins a new one.
    is_torn: bool,
}

impl RunFiles {
    /// Opens a file that lines are appended to; begins it where there is none.
    ///
    /// # Errors
    /// Fails where the file cannot be opened.
    pub fn append_to(&self, name: &str) -> Result<Appended, StoreError> {
        let path = self.path(name);
        let open = || {
            let mut file = OpenOptions::new().create(true).append(true).read(true).open(&path)?;
            let is_torn = is_torn(&mut file)?;
            Ok(End { file, is_torn })
        };
        let end = open().map_err(StoreError::files(&path))?;
        Ok(Appended { path, end: Mutex::new(end) })
    }

    /// Has the mirror hold a file as it stands now, once it grows no more.
    ///
    /// # Errors
    /// Fails where the file cannot be read, or its copy not be written.
    pub fn hold_twice(&self, name: &str) -> Result<(), StoreError> {
        self.copy_of(name).map_or(Ok(()), |copy| crate::mirror_files::copy_file(&self.path(name), &copy))
    }
}

fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

impl Appended {
    /// Appends a line, given without its end.
    ///
    /// # Errors
    /// Fails where it could not be written whole. What part of it was stays, on a line of its own.
    pub fn line(&self, text: &str) -> Result<(), StoreError> {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let before = if end.is_torn { "\n" } else { "" };
        let written = end.file.write_all(format!("{before}{text}\n").as_bytes());
        end.is_torn = written.is_err();
        written.map_err(StoreError::files(&self.path))
    }

    /// Has everything that was appended on the disk.
    ///
    /// # Errors
    /// Fails where it cannot be.
    pub fn sync(&self) -> Result<(), StoreError> {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        end.file.sync_data().map_err(StoreError::files(&self.path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &tempfile::TempDir) -> RunFiles {
        RunFiles::new(directory.path().to_owned(), None).unwrap()
    }

    #[test]
    fn lines_of_several_writers_stand_below_each_other() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(&directory);
        let (one, other) = (files.append_to("raw.jsonl").unwrap(), files.append_to("raw.jsonl").unwrap());
        one.line("1").unwrap();
        other.line("2").unwrap();
        one.line("3").unwrap();
        assert_eq!(std::fs::read_to_string(files.path("raw.jsonl")).unwrap(), "1\n2\n3\n");
    }

    #[test]
    fn what_follows_half_a_line_begins_a_new_one() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(&directory);
        std::fs::write(files.path("raw.jsonl"), "{\"half").unwrap();
        let file = files.append_to("raw.jsonl").unwrap();
        file.line("{}").unwrap();
        file.line("{}").unwrap();
        assert_eq!(std::fs::read_to_string(files.path("raw.jsonl")).unwrap(), "{\"half\n{}\n{}\n");
    }

    #[test]
    fn a_disk_that_is_full_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let files = files(&directory);
        std::os::unix::fs::symlink("/dev/full", files.path("raw.jsonl")).unwrap();
        let file = files.append_to("raw.jsonl").unwrap();
        let refused = file.line("{}").unwrap_err().to_string();
        assert!(refused.contains("the disk is full"), "{refused}");
    }
}

//! The files of a mirror: chains that grow by whole lines, and copies that are whole or not there.
//!
//! Everything is on disk when a function returns.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::StoreError;

/// How long chains' files were when they were looked at last, so that their lines need not be counted each time.
#[derive(Debug, Default)]
pub(crate) struct Lengths(Mutex<HashMap<PathBuf, Length>>);

/// How much of a file are whole lines.
#[derive(Clone, Copy, Debug)]
struct Length {
    bytes: u64,
    lines: u64,
}

impl Lengths {
    /// How many lines a file had when it was looked at last.
    pub(crate) fn lines(&self, path: &Path) -> u64 {
        self.lock().get(path).map_or(0, |length| length.lines)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PathBuf, Length>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lengths {
    /// Appends what is missing of `lines`, whose first is number `from`; `false` where the file is shorter than that.
    ///
    /// Held to one process at a time by a lock on the file, and never across a wait.
    pub(crate) fn write(&self, path: &Path, from: u64, lines: &[String]) -> std::io::Result<bool> {
        let is_new = !path.exists();
        if let Some(folder) = path.parent() {
            make_folder(folder)?;
        }
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        file.lock()?;
        let length = self.length(path, &mut file)?;
        self.lock().insert(path.to_owned(), length);
        if length.lines < from {
            return Ok(false);
        }
        let there = usize::try_from(length.lines - from).unwrap_or(usize::MAX);
        let missing: String = lines.iter().skip(there).map(|line| format!("{line}\n")).collect();
        if missing.is_empty() {
            return Ok(true);
        }
        // What a process that died left of a line is written over.
        file.set_len(length.bytes)?;
        file.seek(SeekFrom::Start(length.bytes))?;
        file.write_all(missing.as_bytes())?;
        file.sync_data()?;
        if let Some(folder) = path.parent().filter(|_| is_new) {
            File::open(folder)?.sync_all()?;
        }
        let lines = from + lines.len() as u64;
        self.lock().insert(path.to_owned(), Length { bytes: length.bytes + missing.len() as u64, lines });
        file.unlock()?;
        Ok(true)
    }

    /// How much of a file are whole lines; counted only where another process has changed it.
    fn length(&self, path: &Path, file: &mut File) -> std::io::Result<Length> {
        let bytes = file.metadata()?.len();
        if let Some(known) = self.lock().get(path).filter(|known| known.bytes == bytes) {
            return Ok(*known);
        }
        let mut content = Vec::new();
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut content)?;
        let whole = content.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let lines = content[..whole].split(|byte| *byte == b'\n').count() as u64 - 1;
        Ok(Length { bytes: whole as u64, lines })
    }
}

/// The last whole line of a file.
pub(crate) fn last_line(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    let mut size = 1_u64 << 16;
    loop {
        let begin = end.saturating_sub(size);
        let mut tail = Vec::new();
        file.seek(SeekFrom::Start(begin))?;
        (&mut file).take(end - begin).read_to_end(&mut tail)?;
        let Some(whole) = tail.iter().rposition(|byte| *byte == b'\n') else {
            if begin == 0 {
                return Ok(None);
            }
            size *= 4;
            continue;
        };
        match tail[..whole].iter().rposition(|byte| *byte == b'\n') {
            Some(before) => return Ok(Some(String::from_utf8_lossy(&tail[before + 1..whole]).into_owned())),
            None if begin == 0 => return Ok(Some(String::from_utf8_lossy(&tail[..whole]).into_owned())),
            None => size *= 4,
        }
    }
}

pub(crate) fn is_same_size(a: &Path, b: &Path) -> bool {
    let size = |path: &Path| path.metadata().map(|metadata| metadata.len()).ok();
    size(b).is_some() && size(a) == size(b)
}

pub(crate) fn name_of(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()
}

/// What stands in a folder; nothing where there is none.
pub(crate) fn listed(folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
    match std::fs::read_dir(folder) {
        Ok(listed) => {
            listed.map(|file| file.map(|file| file.path())).collect::<Result<_, _>>().map_err(StoreError::files(folder))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(StoreError::Files { path: folder.to_owned(), source }),
    }
}

fn make_folder(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder)?;
    folder.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

/// Copies a file, so that the copy is whole and on disk.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    let mut content = File::open(from).map_err(StoreError::files(from))?;
    write_from(to, &mut content)
}

/// Writes a whole file, so that it is on disk.
pub(crate) fn write_file(to: &Path, content: &[u8]) -> Result<(), StoreError> {
    write_from(to, &mut &*content)
}

/// The file is readable by its owner only: some are keys.
fn write_from(to: &Path, content: &mut dyn Read) -> Result<(), StoreError> {
    let unfinished = PathBuf::from(format!("{}.unfinished", to.display()));
    let mut write = || {
        if let Some(folder) = to.parent() {
            make_folder(folder)?;
        }
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&unfinished)?;
        std::io::copy(content, &mut file)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, to)?;
        to.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(StoreError::files(to))
}

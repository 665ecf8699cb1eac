//! Who works in a state directory.
//!
//! Every process that opened it holds the lock on a file of its own below `workers/`, and a share of the directory's
//! `lock`. The operating system lets go of both when the process dies, however it dies, so that whoever finds the file
//! unlocked knows that nobody is behind it. Both are locks of one computer: a state directory on a network file system
//! cannot be worked on from two.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use backproof_clock::SharedClock;
use jiff::SignedDuration;

use crate::StoreError;

/// Where the files of living processes are.
const WORKERS: &str = "workers";
/// For so long one waits for another that opens the directory at this moment.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// A process that works in a state directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Worker {
    /// The name of its file.
    pub id: String,
    /// Who it is, in its own words: a process id, a user and a host.
    pub owner: String,
}

/// Whether others work in the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// Nobody else has it open, and nobody can open it: tables may be changed.
    Alone,
    /// Others may have it open.
    Others,
}

/// A share of the directory's lock, or all of it.
#[derive(Debug)]
pub(crate) struct DirectoryLock(File);

impl Drop for DirectoryLock {
    /// Closing the file is not enough: a child process that is just being started holds it a moment longer.
    fn drop(&mut self) {
        self.0.unlock().ok();
    }
}

/// Takes all of the directory's lock where nobody else works there, and a share of it otherwise.
pub(crate) async fn enter(directory: &Path, clock: &SharedClock) -> Result<(DirectoryLock, Company), StoreError> {
    let file = lock_file(directory)?;
    let began = clock.now();
    loop {
        if locked(directory, file.try_lock())? {
            return Ok((DirectoryLock(file), Company::Alone));
        }
        if locked(directory, file.try_lock_shared())? {
            return Ok((DirectoryLock(file), Company::Others));
        }
        wait_for_opener(directory, clock, began).await?;
    }
}

/// Takes all of the directory's lock, or says who works there.
pub(crate) fn enter_alone(directory: &Path) -> Result<DirectoryLock, StoreError> {
    let file = lock_file(directory)?;
    if locked(directory, file.try_lock())? && living(directory)?.is_empty() {
        return Ok(DirectoryLock(file));
    }
    Err(in_use(directory))
}

impl DirectoryLock {
    /// Lets others in.
    pub(crate) async fn share(self, directory: &Path, clock: &SharedClock) -> Result<Self, StoreError> {
        let began = clock.now();
        self.0.unlock().map_err(StoreError::files(directory))?;
        while !locked(directory, self.0.try_lock_shared())? {
            wait_for_opener(directory, clock, began).await?;
        }
        Ok(self)
    }
}

async fn wait_for_opener(directory: &Path, clock: &SharedClock, began: jiff::Timestamp) -> Result<(), StoreError> {
    if clock.now().duration_since(began) > PATIENCE {
        return Err(in_use(directory));
    }
    clock.sleep(PAUSE).await;
    Ok(())
}

fn lock_file(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path).map_err(StoreError::files(&path))
}

fn locked(directory: &Path, tried: Result<(), TryLockError>) -> Result<bool, StoreError> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(source)) => Err(StoreError::Files { path: directory.join("lock"), source }),
    }
}

pub(crate) fn in_use(directory: &Path) -> StoreError {
    let mut owners: Vec<_> = living(directory).unwrap_or_default().into_iter().map(|worker| worker.owner).collect();
    if owners.is_empty() {
        // A version that worked alone wrote its words into the lock itself.
        owners.extend(std::fs::read_to_string(directory.join("lock")).map(|words| words.trim().to_owned()));
    }
    StoreError::InUse { path: directory.to_owned(), owner: owners.join("; ") }
}

/// Our own file below `workers/`: others take us for alive while it is locked.
#[derive(Debug)]
pub(crate) struct OwnFile {
    file: File,
    path: PathBuf,
    stays: bool,
}

impl OwnFile {
    /// Registers a worker. The file gets its name only once it is locked, so that nobody takes it for a dead one's.
    pub(crate) fn register(directory: &Path, id: &str, owner: &str) -> Result<Self, StoreError> {
        let folder = directory.join(WORKERS);
        std::fs::create_dir_all(&folder).map_err(StoreError::files(&folder))?;
        let (unnamed, path) = (folder.join(format!(".{id}")), folder.join(id));
        let register = || {
            let mut file = OpenOptions::new().create_new(true).read(true).write(true).open(&unnamed)?;
            file.lock()?;
            writeln!(file, "{owner}")?;
            std::fs::rename(&unnamed, &path)?;
            Ok(file)
        };
        let file = register().map_err(StoreError::files(&path))?;
        Ok(Self { file, path, stays: false })
    }

    /// Lets go of the lock as a killed process does: the file stays.
    pub(crate) fn seem_dead(mut self) {
        self.stays = true;
    }
}

impl Drop for OwnFile {
    fn drop(&mut self) {
        if !self.stays {
            std::fs::remove_file(&self.path).ok();
        }
        self.file.unlock().ok();
    }
}

/// Whether the process behind a worker's file lives. What cannot be told counts as alive: its leases expire.
pub(crate) fn is_alive(directory: &Path, id: &str) -> bool {
    if id.is_empty() {
        return false;
    }
    match File::open(directory.join(WORKERS).join(id)) {
        Ok(file) => is_locked(&file),
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    }
}

fn is_locked(file: &File) -> bool {
    match file.try_lock_shared() {
        Ok(()) => {
            file.unlock().ok();
            false
        }
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
    }
}

/// Everybody who works in the directory, in the order of their names.
pub(crate) fn living(directory: &Path) -> Result<Vec<Worker>, StoreError> {
    let mut workers = Vec::new();
    for (id, path) in files(directory)? {
        match File::open(&path) {
            Ok(file) if is_locked(&file) => {
                let owner = std::io::read_to_string(&file).map_err(StoreError::files(&path))?;
                workers.push(Worker { id, owner: owner.trim().to_owned() });
            }
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(source) => return Err(StoreError::Files { path, source }),
        }
    }
    workers.sort();
    Ok(workers)
}

/// Removes the files of the dead. One that is not named yet is left alone: its owner is just about to lock it.
pub(crate) fn bury(directory: &Path) -> Result<(), StoreError> {
    for (_, path) in files(directory)? {
        if File::open(&path).is_ok_and(|file| !is_locked(&file)) {
            std::fs::remove_file(&path).ok();
        }
    }
    Ok(())
}

fn files(directory: &Path) -> Result<Vec<(String, PathBuf)>, StoreError> {
    let folder = directory.join(WORKERS);
    let listed = match std::fs::read_dir(&folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(StoreError::Files { path: folder, source }),
    };
    let mut files = Vec::new();
    for file in listed {
        let file = file.map_err(StoreError::files(&folder))?;
        let name = file.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            files.push((name, file.path()));
        }
    }
    Ok(files)
}

//! Names for what is under construction beside its destination. Each writer has one of its own and holds a lock on it for
//! as long as it lives; what nobody holds was left by one that died, and is removed by the next.

use std::fs::{self, File, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::{Builder, NamedTempFile, TempDir};

/// A directory under construction, and the lock on it.
pub(crate) fn directory_beside(destination: &Path) -> io::Result<(TempDir, File)> {
    let (parent, prefix) = swept(destination)?;
    loop {
        let made = Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o777)).tempdir_in(parent)?;
        match File::open(made.path()) {
            Ok(lock) if is_ours(&lock, made.path()) => return Ok((made, lock)),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}

/// A file under construction, which is its own lock.
pub(crate) fn file_beside(destination: &Path) -> io::Result<NamedTempFile> {
    let (parent, prefix) = swept(destination)?;
    loop {
        let made = Builder::new().prefix(&prefix).permissions(Permissions::from_mode(0o666)).tempfile_in(parent)?;
        if is_ours(made.as_file(), made.path()) {
            return Ok(made);
        }
    }
}

/// Whether what was just made is locked and still there: somebody who swept may have come between.
fn is_ours(lock: &File, path: &Path) -> bool {
    match lock.try_lock() {
        Ok(()) => path.exists(),
        Err(TryLockError::WouldBlock) => false,
        // Where the file system knows no locks, nobody gets one, and nothing is removed.
        Err(TryLockError::Error(_)) => true,
    }
}

/// The destination's directory, and how names beside it begin, after what dead writers left there was removed.
fn swept(destination: &Path) -> io::Result<(&Path, String)> {
    let name = destination.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    let prefix = format!(".{name}.unfinished-");
    let parent = destination.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            remove_where_left(&entry.path());
        }
    }
    Ok((parent, prefix))
}

/// What cannot be opened or removed is left to the next who sweeps: it is in nobody's way.
fn remove_where_left(path: &Path) {
    let Ok(found) = File::open(path) else { return };
    if found.try_lock().is_ok() {
        let _ = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().to_string_lossy().into_owned();
        fs::read_dir(folder).unwrap().map(name).collect()
    }

    #[test]
    fn each_writer_has_a_name_of_its_own_and_leaves_those_of_living_ones_alone() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("7");
        let (first, _first_lock) = directory_beside(&destination).unwrap();
        let (second, _second_lock) = directory_beside(&destination).unwrap();
        let file = file_beside(&destination).unwrap();
        assert!(first.path() != second.path() && first.path().exists() && second.path().exists());
        assert!(file.path().exists() && names(folder.path()).len() == 3);
        drop((first, second, file));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }

    #[test]
    fn what_a_dead_writer_left_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("7");
        let (left_directory, lock) = directory_beside(&destination).unwrap();
        let left_file = file_beside(&destination).unwrap();
        fs::write(left_directory.keep().join("run.json"), "half").unwrap();
        // A process that is killed keeps no lock.
        drop((lock, left_file.keep().unwrap()));
        fs::write(folder.path().join(".77.unfinished-abc"), "of another destination").unwrap();
        fs::create_dir(&destination).unwrap();
        assert_eq!(names(folder.path()).len(), 4);
        drop(file_beside(&destination).unwrap());
        let mut names = names(folder.path());
        names.sort();
        assert_eq!(names, [".77.unfinished-abc", "7"]);
    }

    #[test]
    fn what_is_made_can_be_read_by_whom_the_mask_lets() {
        let folder = tempfile::tempdir().unwrap();
        let usual = folder.path().join("usual");
        fs::create_dir(&usual).unwrap();
        fs::write(usual.join("file"), "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        let (directory, _lock) = directory_beside(&folder.path().join("7")).unwrap();
        let file = file_beside(&folder.path().join("7")).unwrap();
        assert_eq!([mode(directory.path()), mode(file.path())], [mode(&usual), mode(&usual.join("file"))]);
    }
}

//! Files that are written whole or not at all, and files that nobody but their owner may read.

use std::fs::Permissions;
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use anyhow::Context;
use tempfile::NamedTempFile;

use crate::exit::UsageError;

/// Writes a file so that it is either the old or the new one at any moment.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let unfinished = unfinished(path, content)?;
    unfinished.persist(path).map(drop).with_context(|| format!("cannot write `{}`", path.display()))
}

/// Writes a new file, whole; fails where there is one of this name.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    let unfinished = unfinished(path, content)?;
    unfinished.persist_noclobber(path).map(drop).with_context(|| format!("cannot write `{}`", path.display()))
}

fn unfinished(path: &Path, content: &[u8]) -> anyhow::Result<NamedTempFile> {
    let cannot = || format!("cannot write `{}`", path.display());
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).with_context(cannot)?;
    let mut file = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).with_context(cannot)?;
    file.write_all(content).with_context(cannot)?;
    file.as_file().set_permissions(Permissions::from_mode(0o644)).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    Ok(file)
}

/// Removes what processes that died have not finished in a folder, where there is one.
pub(crate) fn clear_unfinished(folder: &Path) -> anyhow::Result<()> {
    let cannot = || format!("cannot clear `{}`", folder.display());
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(cannot),
    };
    for entry in entries {
        let entry = entry.with_context(cannot)?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path()).with_context(cannot)?;
        }
    }
    Ok(())
}

/// What the names of files begin with that were not finished.
const UNFINISHED: &str = ".unfinished-";

/// Writes a file that only its owner can read.
pub(crate) fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    writeln!(file, "{text}").with_context(|| format!("cannot write `{}`", path.display()))
}

/// Reads a file that nobody but its owner may read: `what` it is, for the error.
pub(crate) fn read_secret(what: &str, path: &Path) -> Result<String, UsageError> {
    let name = path.display();
    let unreadable = |error: std::io::Error| UsageError(format!("cannot read {what} `{name}`: {error}"));
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        let mode = mode & 0o7777;
        return Err(UsageError(format!(
            "{what} `{name}` can be read or written by others than its owner (mode {mode:04o}); `chmod 600 {name}`"
        )));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

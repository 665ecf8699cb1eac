//! Keeps things in a directory: written aside, forced to disk, made read-only, moved into place, read back.
//!
//! Nothing is overwritten: another content of the same name gets a name of its own. It is not immutable.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::fingerprint::{Fingerprint, PART, digest_of};
use crate::{ArchiveError, Content, Item, Kept, KeptIn};

/// Read by everybody, written by nobody.
const READ_ONLY: u32 = 0o444;

/// Keeps one thing below `root`.
pub(crate) fn keep(root: &Path, installation: &str, item: &Item) -> Result<Kept, ArchiveError> {
    let print = Fingerprint::of(&item.content, PART)?;
    let sha256 = hex::encode(print.sha256);
    let kept = |path: PathBuf, written| {
        let mode = mode_of(&root.join(&path))?;
        let kept = KeptIn::File { path, mode, synced: written };
        Ok(Kept { name: item.name.clone(), sha256: sha256.clone(), bytes: print.bytes, written, kept })
    };
    let plain = Path::new(installation).join(&item.name);
    let mut own = plain.clone().into_os_string();
    own.push(format!("~{}", &sha256[..16]));
    let mut free = None;
    for path in [plain, PathBuf::from(own)] {
        match digest_at(&root.join(&path))? {
            Some(digest) if digest == print.sha256 => return kept(path, false),
            Some(_) => {}
            None => free = free.or(Some(path)),
        }
    }
    let Some(path) = free else {
        // Both names are taken by other contents, one of them under this one's digest: somebody changed it.
        let source = io::Error::other("there is a file of another content under the name of this one");
        return Err(ArchiveError::Files { doing: "written", path: root.join(&item.name), source });
    };
    write(&root.join(&path), &item.content, &print)?;
    kept(path, true)
}

/// The digest of a file, where there is one.
pub(crate) fn digest_at(path: &Path) -> Result<Option<[u8; 32]>, ArchiveError> {
    match File::open(path) {
        Ok(file) => digest_of(BufReader::new(file)).map(Some).map_err(ArchiveError::files("read", path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(ArchiveError::Files { doing: "read", path: path.to_owned(), source }),
    }
}

/// The permissions of a file, in octal.
pub(crate) fn mode_of(path: &Path) -> Result<String, ArchiveError> {
    let metadata = path.metadata().map_err(ArchiveError::files("read", path))?;
    Ok(format!("{:04o}", metadata.permissions().mode() & 0o7777))
}

fn write(target: &Path, content: &Content, print: &Fingerprint) -> Result<(), ArchiveError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let aside = target.with_file_name(format!(".{name}.part"));
    let folder = target.parent().unwrap_or(Path::new("."));
    let copy = || -> io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&aside)?;
        let already = go_on_at(&mut file, content, print.bytes)?;
        file.set_len(already)?;
        file.seek(SeekFrom::Start(already))?;
        io::copy(&mut from(content, already)?, &mut file)?;
        file.flush()?;
        file.sync_all()
    };
    copy().map_err(ArchiveError::files("written", &aside))?;
    // What is read back is what is on its way to the disk, and not what was meant to be.
    if digest_at(&aside)? != Some(print.sha256) {
        std::fs::remove_file(&aside).map_err(ArchiveError::files("written", &aside))?;
        return Err(ArchiveError::Changed(content.name()));
    }
    let settle = || -> io::Result<()> {
        std::fs::set_permissions(&aside, PermissionsExt::from_mode(READ_ONLY))?;
        std::fs::rename(&aside, target)?;
        let mut above = Some(folder);
        // The folders that may have been made just now, up to the root of the installation.
        for _ in 0..3 {
            let Some(folder) = above else { break };
            File::open(folder)?.sync_all()?;
            above = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
        }
        Ok(())
    };
    settle().map_err(ArchiveError::files("written", target))
}

/// How much of the content an earlier attempt has written. None of it where that is something else.
fn go_on_at(file: &mut File, content: &Content, bytes: u64) -> io::Result<u64> {
    let there = file.metadata()?.len();
    if there > bytes {
        return Ok(0);
    }
    file.rewind()?;
    let same = digest_of(BufReader::new(file))? == digest_of(from(content, 0)?.take(there))?;
    Ok(if same { there } else { 0 })
}

fn from(content: &Content, offset: u64) -> io::Result<Box<dyn Read + '_>> {
    Ok(match content {
        Content::File(path) => {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(offset))?;
            Box::new(BufReader::new(file))
        }
        Content::Bytes(bytes) => {
            let offset = usize::try_from(offset).unwrap_or(usize::MAX);
            Box::new(bytes.get(offset..).unwrap_or_default())
        }
    })
}

//! Whom servers run as: ourselves, or `nobody` where we are root, because neither server runs as root.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::ServerError;

/// `nobody` and `nogroup`, by number: a container need not name them.
const NOBODY: u32 = 65_534;
/// Where the shell finds `rm`, `kill` and `sleep`, and where servers are on machines whose users lack `sbin`.
pub(super) const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/// Whom we are and whom servers run as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Account {
    own: u32,
}

impl Account {
    /// The account of this process.
    pub(super) fn ours() -> Result<Self, ServerError> {
        let failed = |output: String| ServerError::Failed { program: "id -u".to_owned(), output };
        let said = Command::new("id").arg("-u").output().map_err(|error| failed(error.to_string()))?;
        let text = String::from_utf8_lossy(&said.stdout);
        let own = text.trim().parse().map_err(|_| failed(text.trim().to_owned()))?;
        Ok(Self { own })
    }

    /// Our number, for names of folders.
    pub(super) fn own(self) -> u32 {
        self.own
    }

    /// Whether files have to be given away for a server to read them.
    fn gives_away(self) -> bool {
        self.own == 0
    }

    /// A command that runs as servers do, in `folder`, with nothing of our environment.
    pub(super) fn command(self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", PATH).env("LC_ALL", "C").env("TZ", "UTC").env("HOME", folder);
        command.env("TMPDIR", folder).current_dir(folder);
        if self.gives_away() {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }

    /// A new folder that servers own and nobody else enters.
    pub(super) fn make_folder(self, path: &Path) -> Result<(), ServerError> {
        DirBuilder::new().mode(0o700).create(path).map_err(ServerError::io("create", path))?;
        self.give(path)
    }

    /// A file that servers own and nobody else reads, in place of one that may be there.
    pub(super) fn write(self, path: &Path, text: &str) -> Result<(), ServerError> {
        if path.exists() {
            fs::remove_file(path).map_err(ServerError::io("remove", path))?;
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(ServerError::io("create", path))?;
        file.write_all(text.as_bytes()).map_err(ServerError::io("write", path))?;
        self.give(path)
    }

    fn give(self, path: &Path) -> Result<(), ServerError> {
        if self.gives_away() {
            chown(path, Some(NOBODY), Some(NOBODY)).map_err(ServerError::io("give away", path))?;
        }
        Ok(())
    }

    /// Makes sure of a folder of ours that servers may pass through: in a folder for all, somebody else may have made it
    /// first.
    pub(super) fn own_folder(self, path: &Path) -> Result<(), ServerError> {
        match DirBuilder::new().mode(0o711).create(path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
                return Err(ServerError::io("create", path)(error));
            }
            _ => {}
        }
        let found = fs::symlink_metadata(path).map_err(ServerError::io("look at", path))?;
        let wrong = if !found.is_dir() {
            Some("is no folder")
        } else if found.uid() != self.own {
            Some("belongs to another user")
        } else if found.mode() & 0o022 != 0 {
            Some("can be written by other users")
        } else {
            None
        };
        match wrong {
            Some(why) => Err(ServerError::NotOurs { path: path.to_owned(), why }),
            None => Ok(()),
        }
    }
}

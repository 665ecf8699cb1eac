//! The programs that make a tunnel, and where they are.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use backproof_cloud::Unreachable;

/// A program that a tunnel needs, and how one gets it.
struct Needed {
    name: &'static str,
    how: &'static str,
}

const AWS: Needed = Needed {
    name: "aws",
    how: "install the AWS CLI version 2, for example as docs.aws.amazon.com/cli tells, or `pip install awscli`",
};
const PLUGIN: Needed = Needed {
    name: "session-manager-plugin",
    how: "install the Session Manager plugin for the AWS CLI, a package of AWS's for each system",
};

/// Looks for the programs of a tunnel.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    /// Folders as in `PATH`; none means that of the environment.
    pub(super) search_path: Option<OsString>,
}

impl Programs {
    /// The AWS CLI, where both programs are there.
    ///
    /// # Errors
    /// Names the one that is missing, and how to get it.
    pub(super) fn aws(&self) -> Result<PathBuf, Unreachable> {
        let path = self.path();
        find(&PLUGIN, &path)?;
        find(&AWS, &path)
    }

    /// The folders, as `PATH` writes them.
    pub(super) fn path(&self) -> OsString {
        self.search_path.clone().or_else(|| std::env::var_os("PATH")).unwrap_or_default()
    }
}

fn find(needed: &Needed, path: &OsStr) -> Result<PathBuf, Unreachable> {
    let candidates = std::env::split_paths(path).map(|folder| folder.join(needed.name));
    candidates.into_iter().find(|file| can_run(file)).ok_or_else(|| {
        Unreachable(format!("a tunnel needs the program `{}`, which is not on PATH: {}", needed.name, needed.how))
    })
}

fn can_run(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

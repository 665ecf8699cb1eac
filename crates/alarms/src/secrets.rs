//! Secrets that are named in a plan and kept elsewhere: URLs and passwords, in files or variables.
//!
//! They are read anew for every attempt, so that a rotated secret is used without a restart.

use std::fmt;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use backproof_model::Secret;

/// Everybody but the owner.
const OTHERS: u32 = 0o077;
/// Longer files hold no URL and no password.
const LONGEST: u64 = 16 * 1024;

/// Where a secret is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// A file that only its owner can read; line breaks at its end are no part of the secret.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
        }
    }
}

/// Looks variables of the environment up, so that this crate does not read the environment itself.
#[derive(Clone)]
pub struct Variables(Arc<LookUp>);

/// Gives a variable's value by its name.
type LookUp = dyn Fn(&str) -> Option<String> + Send + Sync;

impl Variables {
    /// Variables as `look_up` knows them.
    pub fn new(look_up: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look_up))
    }

    fn get(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Variables")
    }
}

/// Why a secret cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// The file cannot be read.
    #[error("cannot read `{}`: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        problem: String,
    },
    /// Others than the owner can read or write the file.
    #[error("`{path}` can be read or written by others than its owner (mode {mode:04o}); `chmod 600 {path}`", path = path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The variable is not set.
    #[error("variable {0} is not set")]
    NotSet(String),
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(String),
    /// There is too much in it, or it is no text.
    #[error("{0} holds no secret: expected one line of text")]
    NoSecret(String),
}

impl SecretSource {
    /// Reads the secret.
    pub(crate) fn read(&self, variables: &Variables) -> Result<Secret, SecretProblem> {
        let text = match self {
            Self::File(path) => read_file(path)?,
            Self::Variable(name) => variables.get(name).ok_or_else(|| SecretProblem::NotSet(name.clone()))?,
        };
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(SecretProblem::Empty(self.to_string()));
        }
        if text.contains(char::is_control) {
            return Err(SecretProblem::NoSecret(self.to_string()));
        }
        Ok(Secret::new(text))
    }
}

fn read_file(path: &PathBuf) -> Result<String, SecretProblem> {
    let unreadable =
        |problem: std::io::Error| SecretProblem::Unreadable { path: path.clone(), problem: problem.to_string() };
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode() & 0o7777;
    if mode & OTHERS != 0 {
        return Err(SecretProblem::Exposed { path: path.clone(), mode });
    }
    let mut bytes = Vec::new();
    file.by_ref().take(LONGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let no_secret = || SecretProblem::NoSecret(format!("file {}", path.display()));
    if bytes.len() as u64 > LONGEST {
        return Err(no_secret());
    }
    String::from_utf8(bytes).map_err(|_| no_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Variables {
        Variables::new(|_| None)
    }

    fn file(mode: u32, text: &str) -> (tempfile::TempDir, SecretSource) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        (folder, SecretSource::File(path))
    }

    #[test]
    fn a_file_of_the_owner_is_read_without_its_last_line_break() {
        let (_folder, source) = file(0o600, "https://hooks.example/T0/B0/x\n");
        assert_eq!(source.read(&none()).unwrap().reveal(), "https://hooks.example/T0/B0/x");
    }

    #[test]
    fn a_file_that_others_can_read_is_refused_with_the_way_to_mend_it() {
        for mode in [0o640, 0o604, 0o620] {
            let (_folder, source) = file(mode, "x");
            let problem = source.read(&none()).unwrap_err().to_string();
            assert!(problem.contains(&format!("mode {mode:04o}")) && problem.contains("chmod 600"), "{problem}");
        }
    }

    #[test]
    fn what_is_missing_empty_or_not_one_line_is_no_secret() {
        let missing = SecretSource::File("/nonexistent/secret".into()).read(&none()).unwrap_err();
        assert!(matches!(missing, SecretProblem::Unreadable { .. }), "{missing}");
        let unset = SecretSource::Variable("HOOK".into()).read(&none()).unwrap_err();
        assert_eq!(unset, SecretProblem::NotSet("HOOK".into()));
        let (_folder, empty) = file(0o600, "\n");
        assert!(matches!(empty.read(&none()), Err(SecretProblem::Empty(_))));
        let (_folder, two) = file(0o600, "one\ntwo\n");
        assert!(matches!(two.read(&none()), Err(SecretProblem::NoSecret(_))));
    }

    #[test]
    fn a_rotated_secret_is_seen_at_the_next_reading() {
        let (_folder, source) = file(0o600, "old");
        assert_eq!(source.read(&none()).unwrap().reveal(), "old");
        let SecretSource::File(path) = &source else { panic!("made as a file") };
        std::fs::write(path, "new").unwrap();
        assert_eq!(source.read(&none()).unwrap().reveal(), "new");
    }
}

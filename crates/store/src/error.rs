//! What can go wrong with the state directory.

use std::path::{Path, PathBuf};

/// Why the state directory could not be used. Nothing that was written before is lost.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file or directory could not be made or written.
    #[error("cannot write `{}`: {}; mend that, or name another directory with --state", path.display(), in_words(source))]
    Files {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The directory is needed alone, and another process works there.
    #[error("another backproof works on `{}` ({owner}); wait until it is done, or name another directory with --state", path.display())]
    InUse {
        /// The directory.
        path: PathBuf,
        /// What the owner wrote about itself.
        owner: String,
    },
    /// The database refused.
    #[error("the journal in `{}` refused: {}", path.display(), database_in_words(source))]
    Database {
        /// The database's file.
        path: PathBuf,
        /// What SQLite said.
        source: sqlx::Error,
    },
    /// The linked SQLite has the defect in which a checkpoint beside a commit corrupts the file.
    #[error("SQLite {found} can corrupt a journal (mended in 3.51.3); rebuild backproof with a newer SQLite")]
    UnsafeSqlite {
        /// The version that is linked.
        found: String,
    },
    /// The tables were made by another version.
    #[error("the tables in `{}` do not fit this version of backproof: {problem}", path.display())]
    Migration {
        /// The database's file.
        path: PathBuf,
        /// What does not fit.
        problem: String,
    },
    /// A newer version of the program has worked here.
    #[error(
        "the state in `{}` has tables of version {found}, this program knows {known}: use the newer backproof that made them, or {}",
        path.display(),
        put_back(backup.as_deref())
    )]
    Newer {
        /// The state directory.
        path: PathBuf,
        /// The version of its tables.
        found: i64,
        /// The version that this program knows.
        known: i64,
        /// The state as it was before, where it is still there.
        backup: Option<PathBuf>,
    },
    /// An event in the register that this version does not know.
    #[error(
        "line {line} of the register is a `{step}` that this program does not know: a newer backproof wrote it, use that ({problem})"
    )]
    UnknownEvent {
        /// The line's number, from 0.
        line: u64,
        /// Its step.
        step: String,
        /// What the parser said.
        problem: String,
    },
    /// The mirror is not this state's.
    #[error("the mirror in `{}` does not fit the state in `{}`: {problem}", path.display(), state.display())]
    Mirror {
        /// The mirror's directory.
        path: PathBuf,
        /// The state directory.
        state: PathBuf,
        /// What does not fit, and what to do.
        problem: String,
    },
    /// A living process works on the chain.
    #[error("chain `{chain}` of run {run} is being worked on by {owner}; wait until it is done")]
    Held {
        /// The run.
        run: u64,
        /// The chain.
        chain: String,
        /// Who holds it, in its own words.
        owner: String,
    },
    /// Somebody else took the chain over.
    #[error("chain `{chain}` of run {run} now belongs to another process; this one stops writing")]
    StaleToken {
        /// The run.
        run: u64,
        /// The chain.
        chain: String,
    },
    /// What was read is no journal.
    #[error("the journal of run {run} is damaged: {problem}")]
    Damaged {
        /// The run.
        run: u64,
        /// What is wrong.
        problem: String,
    },
    /// A step's result is larger than a journal line may be.
    #[error("a journal line of {bytes} bytes is larger than the {limit} that one may have")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A test asked the store to stop, as a crash would.
    #[error("the store was told to stop here")]
    ToldToStop,
}

impl StoreError {
    pub(crate) fn files(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Files { path, source }
    }

    pub(crate) fn database(path: &Path) -> impl FnOnce(sqlx::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Database { path, source }
    }
}

fn put_back(backup: Option<&Path>) -> String {
    match backup {
        Some(backup) => format!(
            "put the state from before back with `backproof state restore {}` (what was journalled since is then missing)",
            backup.display()
        ),
        None => "name another directory with --state".into(),
    }
}

fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::StorageFull => "the disk is full".into(),
        std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".into(),
        std::io::ErrorKind::PermissionDenied => "permission denied".into(),
        std::io::ErrorKind::AlreadyExists | std::io::ErrorKind::NotADirectory => "a file is in the way".into(),
        _ => error.to_string(),
    }
}

/// SQLite's result codes that an operator can do something about; source: sqlite.org/rescode.html.
fn database_in_words(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|error| error.code().and_then(|code| code.parse::<u32>().ok()));
    match code.map(|code| code & 0xff) {
        Some(13) => "the disk is full; free space and run again, nothing that was journalled is lost".into(),
        Some(8) => "the directory or file is read-only; make it writable or name another with --state".into(),
        Some(14) => "the file cannot be opened; check the directory and its permissions".into(),
        Some(11 | 26) => {
            format!("the file is damaged ({error}); restore it from a copy, or keep it and name another with --state")
        }
        _ => error.to_string(),
    }
}

//! Why there is no server.

use std::io;
use std::path::{Path, PathBuf};

/// Why a server could not be made, started or asked.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The programs are not on this machine.
    #[error("{0}")]
    Missing(String),
    /// The machine refused.
    #[error("cannot {doing} {path}: {source}", path = path.display())]
    Io {
        /// What was tried: "create", "read".
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the machine says.
        source: io::Error,
    },
    /// A folder under our name belongs to somebody else, so nothing in it can be trusted; or servers cannot use it.
    #[error("{path} {why}: remove it, or set TMPDIR to another folder", path = path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A program ended with an error.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which.
        program: String,
        /// The end of what it printed.
        output: String,
    },
    /// The server ended, or said nothing for too long, instead of taking connections.
    #[error("{engine} did not start: {log}")]
    DidNotStart {
        /// Which.
        engine: &'static str,
        /// The end of its log.
        log: String,
    },
    /// The server is not a real one, or is dead.
    #[error("no server runs here: {0}")]
    NotRunning(&'static str),
    /// There is nothing of this name to damage.
    #[error("cannot damage `{relation}` of database `{database}`: {why}")]
    NoPage {
        /// The database.
        database: String,
        /// The table or index.
        relation: String,
        /// What is wrong with it.
        why: String,
    },
    /// No certificate could be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl ServerError {
    /// For `map_err`: what was tried with which file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

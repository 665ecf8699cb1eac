//! The mirror: everything that the state directory holds, written a second time where it outlives the first.
//!
//! A line is in the mirror, on disk, before anybody may rely on it. The mirror follows the database: what a process
//! wrote there and could not mirror before it died, the next one mirrors. So the mirror is never ahead of its state; one
//! that is belongs to another, or the state was put back to an earlier moment, and is refused.
//!
//! Below the mirror's directory stand `installation`, `state/` with files of the whole installation, and for each run
//! `<run>/<chain>.jsonl` and `<run>/files/`.

use std::path::{Path, PathBuf};

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::Entry;
use backproof_model::names::Installation;
use sqlx::Row;

use crate::chain::lines_from;
use crate::mirror_files::{Lengths, copy_file, is_same_size, last_line, listed, name_of, write_file};
use crate::register::sql_number;
use crate::{Store, StoreError};

/// Files of the state directory that belong to the whole installation, and without which it could not go on: the key
/// that content is hashed under, and the nonce that the last run left for the next.
pub const STATE_FILES: [&str; 2] = ["fingerprint.key", "next-nonce"];
const INSTALLATION: &str = "installation";

/// The mirror's directory, with what is known of its chains.
#[derive(Debug)]
pub(crate) struct Mirror {
    pub(crate) directory: PathBuf,
    chains: Lengths,
}

impl Mirror {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self { directory, chains: Lengths::default() }
    }

    /// The installation whose mirror this is; `None` of a new one.
    pub(crate) fn installation(&self) -> Result<Option<Installation>, StoreError> {
        let path = self.directory.join(INSTALLATION);
        match std::fs::read_to_string(&path) {
            Ok(name) => match name.trim().parse() {
                Ok(name) => Ok(Some(name)),
                Err(_) => {
                    Err(StoreError::Files { path, source: std::io::Error::other("it holds no installation's name") })
                }
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StoreError::Files { path, source }),
        }
    }

    /// Where the files of a run are.
    pub(crate) fn files_of(&self, run: u64) -> PathBuf {
        self.directory.join(run.to_string()).join("files")
    }

    /// Where the files of the whole installation are.
    pub(crate) fn state_files(&self) -> PathBuf {
        self.directory.join("state")
    }

    fn chain(&self, run: u64, chain: &str) -> PathBuf {
        self.directory.join(run.to_string()).join(format!("{chain}.jsonl"))
    }

    /// Every chain's file with the run and the chain that it is of.
    pub(crate) fn chains(&self) -> Result<Vec<(u64, String, PathBuf)>, StoreError> {
        let mut chains = Vec::new();
        for folder in listed(&self.directory)? {
            let Some(run) = name_of(&folder).and_then(|name| name.parse().ok()) else { continue };
            for path in listed(&folder)? {
                if let Some(chain) = name_of(&path).and_then(|name| name.strip_suffix(".jsonl")) {
                    chains.push((run, chain.to_owned(), path.clone()));
                }
            }
        }
        chains.sort();
        Ok(chains)
    }
}

impl Store {
    /// Brings a chain's mirror up to what the database holds.
    pub(crate) async fn mirror_chain(&self, run: u64, chain: &str) -> Result<(), StoreError> {
        let Some(mirror) = &self.inner.mirror else { return Ok(()) };
        let path = mirror.chain(run, chain);
        let _busy = self.inner.clock.busy();
        loop {
            let from = mirror.chains.lines(&path);
            let lines = {
                let mut connection = self.connection().await?;
                lines_from(self, &mut connection, (run, chain), from).await?
            };
            // Where another process's file is shorter than we knew, the lines in between are read again.
            if mirror.chains.write(&path, from, &lines).map_err(StoreError::files(&path))? {
                return Ok(());
            }
        }
    }

    /// Copies the files of the whole installation, as they are now, into the mirror.
    ///
    /// # Errors
    /// Fails where a file cannot be read or written.
    pub fn mirror_state_files(&self) -> Result<(), StoreError> {
        let Some(mirror) = &self.inner.mirror else { return Ok(()) };
        for name in STATE_FILES {
            let path = self.inner.directory.join(name);
            if path.exists() {
                copy_file(&path, &mirror.state_files().join(name))?;
            }
        }
        Ok(())
    }

    /// Copies a file of the state directory into the mirror, under `name` below it. A state that is made again from its
    /// mirror does not get it back: what follows from chains is made anew.
    ///
    /// # Errors
    /// Fails where the file cannot be read or written.
    pub fn mirror_file(&self, path: &Path, name: &str) -> Result<(), StoreError> {
        match &self.inner.mirror {
            Some(mirror) => copy_file(path, &mirror.directory.join(name)),
            None => Ok(()),
        }
    }

    /// Makes sure that the mirror is this state's, and writes what it lacks.
    pub(crate) async fn catch_mirror_up(&self) -> Result<(), StoreError> {
        let Some(mirror) = &self.inner.mirror else { return Ok(()) };
        match mirror.installation()? {
            Some(name) if name == *self.installation() => {}
            Some(name) => {
                let problem = format!(
                    "it belongs to installation `{name}`, the state to `{}`; name another",
                    self.installation()
                );
                return Err(self.refuse_mirror(mirror, problem));
            }
            None if !listed(&mirror.directory)?.is_empty() => {
                let problem = "it holds files of others; name an empty directory".to_owned();
                return Err(self.refuse_mirror(mirror, problem));
            }
            None => {
                let path = mirror.directory.join(INSTALLATION);
                write_file(&path, format!("{}\n", self.installation()).as_bytes())?;
            }
        }
        for (run, chain, path) in mirror.chains()? {
            self.assert_behind(mirror, run, &chain, &path).await?;
        }
        for (run, chain) in self.chains().await? {
            self.mirror_chain(run, &chain).await?;
        }
        for run in self.register().await? {
            self.mirror_files(mirror, run.run)?;
        }
        self.mirror_state_files()
    }

    /// The mirror's last line of a chain must be one of the state's.
    async fn assert_behind(&self, mirror: &Mirror, run: u64, chain: &str, path: &Path) -> Result<(), StoreError> {
        let Some(last) = last_line(path).map_err(StoreError::files(path))? else { return Ok(()) };
        let problem = match serde_json::from_str::<Entry>(&last) {
            Err(error) => format!("the last line of `{}` cannot be read: {error}", path.display()),
            Ok(entry) => {
                let _busy = self.inner.clock.busy();
                let found: Option<String> =
                    sqlx::query_scalar("SELECT sha256 FROM entries WHERE run = ? AND chain = ? AND seq = ?")
                        .bind(sql_number(run))
                        .bind(chain)
                        .bind(sql_number(entry.seq))
                        .fetch_optional(&self.inner.pool)
                        .await
                        .map_err(StoreError::database(&self.inner.database))?;
                match found {
                    Some(sha256) if sha256 == sha256_hex(&last) => return Ok(()),
                    Some(_) => format!("line {} of chain `{chain}` of run {run} is another there", entry.seq),
                    None => format!("it is ahead: it has line {} of chain `{chain}` of run {run}", entry.seq),
                }
            }
        };
        let how = "to go on from the mirror, move the state directory away and begin with an empty one; to go on from \
                   the state, move the mirror away";
        Err(self.refuse_mirror(mirror, format!("{problem}; {how}")))
    }

    fn refuse_mirror(&self, mirror: &Mirror, problem: String) -> StoreError {
        StoreError::Mirror { path: mirror.directory.clone(), state: self.inner.directory.clone(), problem }
    }

    async fn chains(&self) -> Result<Vec<(u64, String)>, StoreError> {
        let _busy = self.inner.clock.busy();
        let rows = sqlx::query("SELECT DISTINCT run, chain FROM entries ORDER BY run, chain")
            .fetch_all(&self.inner.pool)
            .await
            .map_err(StoreError::database(&self.inner.database))?;
        Ok(rows.iter().map(|row| (u64::try_from(row.get::<i64, _>("run")).unwrap_or(0), row.get("chain"))).collect())
    }

    /// Copies files of a run that a process wrote and did not mirror before it died.
    fn mirror_files(&self, mirror: &Mirror, run: u64) -> Result<(), StoreError> {
        let folder = self.inner.directory.join("runs").join(run.to_string());
        for path in listed(&folder)? {
            // Neither what is being written nor what is being sorted.
            let is_passing = path.extension().is_some_and(|extension| extension == "unfinished" || extension == "run");
            let Some(name) = name_of(&path).filter(|_| !is_passing) else { continue };
            let copy = mirror.files_of(run).join(name);
            if path.is_file() && !is_same_size(&path, &copy) {
                copy_file(&path, &copy)?;
            }
        }
        Ok(())
    }
}

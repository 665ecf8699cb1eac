//! Keeps the data directory of every fixture that was ever built, stopped, and hands out copies.
//!
//! Tests are many processes at once: a data directory is built by one of them under a lock, and appears under its name
//! in one step when it is whole. Folders of processes that ended without tidying up are removed by the next one.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::account::Account;
use super::watched::{Program, Signal, Watched, run};
use super::{DataDirectory, Engine, Fixture, Programs, ServerError, fixture, mariadb, postgres};

/// Part of every name: data directories built by another recipe are not taken for ours.
const RECIPE: &str = "1";
/// How many data directories are kept; those used longest ago go first.
const MOST: usize = 64;

/// A file system in memory, on Linux: a data directory is a thousand small files, and a disk takes its time for each.
const MEMORY: &str = "/dev/shm";
/// How much of it must be free, in kilobytes: a server needs about 50 MB, and many run at once.
const PLENTY: u64 = 4_000_000;

/// Data directories by fixture. Clones share one folder of running servers.
#[derive(Clone, Debug)]
pub struct Store {
    programs: Arc<Programs>,
    templates: PathBuf,
    place: Arc<Place>,
}

/// The folder below which this process's servers live, removed with the last of them.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) account: Account,
    folder: PathBuf,
    lock: PathBuf,
    /// Locked for as long as we live: that tells others that the folder is in use.
    _held: File,
    next: AtomicU32,
}

/// A stopped data directory that nobody removes as long as this is held.
struct Template {
    folder: PathBuf,
    _held: File,
}

impl Store {
    /// The store that all processes of this user share, in the system's folder for temporary files. Servers run in
    /// memory where there is plenty.
    pub fn open() -> Result<Self, ServerError> {
        let account = Account::ours()?;
        let name = format!("backproof-simulator-{}", account.own());
        let root = std::env::temp_dir().join(&name);
        let memory = Path::new(MEMORY);
        let running = if free_kilobytes(memory) >= PLENTY { memory.join(&name) } else { root.join("running") };
        Self::open_in(account, &root, &running, Programs::find())
    }

    /// A store in a folder of its own, with these programs. Whom servers run as must be able to reach it.
    pub fn open_at(root: &Path, programs: Programs) -> Result<Self, ServerError> {
        Self::open_in(Account::ours()?, root, &root.join("running"), programs)
    }

    fn open_in(account: Account, root: &Path, running: &Path, programs: Programs) -> Result<Self, ServerError> {
        let templates = root.join("templates");
        for folder in [root, &templates, running] {
            account.own_folder(folder)?;
        }
        let place = Place::take(account, running)?;
        Ok(Self { programs: Arc::new(programs), templates, place: Arc::new(place) })
    }

    /// What this store makes servers with.
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// A copy of the fixture's data directory, which is built first if this is the first time.
    pub fn copy(&self, fixture: &Fixture) -> Result<DataDirectory, ServerError> {
        let template = self.template(fixture)?;
        let home = self.place.home()?;
        let data = home.join("data");
        let mut copy = self.place.account.command(Path::new("cp"), &home);
        run(copy.args(["-a", "--reflink=auto"]).arg(&template.folder).arg(&data), None)?;
        Ok(DataDirectory::new(Arc::clone(&self.place), Arc::clone(&self.programs), home, fixture))
    }

    /// Builds the fixture's data directory unless it is there.
    pub fn prepare(&self, fixture: &Fixture) -> Result<(), ServerError> {
        self.template(fixture).map(drop)
    }

    fn template(&self, fixture: &Fixture) -> Result<Template, ServerError> {
        let version = match fixture.engine() {
            Engine::Postgres => self.programs.postgres_of(fixture.major())?.version.clone(),
            Engine::MariaDb => self.programs.mariadb_there()?.version.clone(),
        };
        let name = fixture.key(&[&recipe(fixture.engine()), &version]);
        self.template_called(&name, &version, |data| self.load(fixture, &version, data))
    }

    /// A data directory of this engine that holds nothing yet.
    fn bare(&self, fixture: &Fixture, version: &str) -> Result<Template, ServerError> {
        let name = fixture::name(fixture.engine(), [&*recipe(fixture.engine()), version, "bare"]);
        let account = self.place.account;
        self.template_called(&name, version, |data| match fixture.engine() {
            Engine::Postgres => postgres::make(self.programs.postgres_of(fixture.major())?, account, data),
            Engine::MariaDb => mariadb::make(self.programs.mariadb_there()?, account, data),
        })
    }

    /// Has `build` make the data directory `name`, unless it is there, at the path it is given.
    fn template_called(
        &self,
        name: &str,
        version: &str,
        build: impl Fn(&Path) -> Result<(), ServerError>,
    ) -> Result<Template, ServerError> {
        let folder = self.templates.join(name);
        let lock = self.templates.join(format!("{name}.lock"));
        let mut held = open_lock(&lock)?;
        loop {
            held.lock_shared().map_err(ServerError::io("lock", &lock))?;
            if folder.exists() {
                // Written to so that its time says when it was last of use.
                held.write_all(b".").map_err(ServerError::io("write", &lock))?;
                return Ok(Template { folder, _held: held });
            }
            held.unlock().map_err(ServerError::io("unlock", &lock))?;
            held.lock().map_err(ServerError::io("lock", &lock))?;
            if !folder.exists() {
                tracing::debug!(name, version, "building a data directory");
                let home = self.place.home()?;
                let data = home.join("data");
                build(&data)?;
                self.put(&data, &folder)?;
                remove(&home);
                self.make_room(&folder);
            }
            held.unlock().map_err(ServerError::io("unlock", &lock))?;
        }
    }

    /// Moves what was built to its name. It may come from another file system, so it is copied beside its place first.
    fn put(&self, data: &Path, folder: &Path) -> Result<(), ServerError> {
        let account = self.place.account;
        let beside = folder.with_extension("new");
        // Left by a process that was killed at this very point.
        remove(&beside);
        account.make_folder(&beside)?;
        let whole = beside.join("data");
        run(account.command(Path::new("cp"), &beside).args(["-a", "--reflink=auto"]).arg(data).arg(&whole), None)?;
        fs::rename(&whole, folder).map_err(ServerError::io("move", &whole))?;
        remove(&beside);
        Ok(())
    }

    /// Starts a server on a bare data directory, fills it, and stops it.
    fn load(&self, fixture: &Fixture, version: &str, data: &Path) -> Result<(), ServerError> {
        let account = self.place.account;
        let home = data.parent().unwrap_or(data);
        let bare = self.bare(fixture, version)?;
        run(account.command(Path::new("cp"), home).args(["-a", "--reflink=auto"]).arg(&bare.folder).arg(data), None)?;
        let mut watched = Watched::start(account, home, self.loading(fixture, home)?)?;
        for script in fixture.scripts() {
            match fixture.engine() {
                Engine::Postgres => {
                    postgres::sql(self.programs.postgres_of(fixture.major())?, home, &script.database, &script.sql)?;
                }
                Engine::MariaDb => {
                    let master = script.as_master.then(|| fixture.login());
                    mariadb::sql(self.programs.mariadb_there()?, home, master, &script.database, &script.sql)?;
                }
            }
        }
        watched.end(Signal::Clean);
        Ok(())
    }

    fn loading(&self, fixture: &Fixture, home: &Path) -> Result<Program, ServerError> {
        Ok(match fixture.engine() {
            Engine::Postgres => postgres::server(self.programs.postgres_of(fixture.major())?, home, None),
            Engine::MariaDb => mariadb::server(self.programs.mariadb_there()?, home, None),
        })
    }

    /// Removes the data directories that were used longest ago, but for those in use.
    fn make_room(&self, just_built: &Path) {
        let entries = fs::read_dir(&self.templates).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut found: Vec<(std::time::SystemTime, PathBuf)> = entries
            .filter(|path| path.is_dir() && path != just_built)
            .filter_map(|path| Some((fs::metadata(path.with_extension("lock")).ok()?.modified().ok()?, path)))
            .collect();
        found.sort();
        for (_, folder) in found.iter().take(found.len().saturating_sub(MOST - 1)) {
            let unused = open_lock(&folder.with_extension("lock")).is_ok_and(|lock| {
                // Held while it is removed: whoever wants it next builds it again.
                lock.try_lock().is_ok() && remove(folder)
            });
            tracing::debug!(folder = %folder.display(), unused, "room for data directories");
        }
    }
}

/// By what a data directory is made, apart from its content.
fn recipe(engine: Engine) -> String {
    let settings = match engine {
        Engine::Postgres => postgres::SETTINGS,
        Engine::MariaDb => mariadb::SETTINGS,
    };
    format!("{RECIPE} {}", settings.join(" "))
}

impl Place {
    fn take(account: Account, running: &Path) -> Result<Self, ServerError> {
        let gate_path = running.join("gate");
        let gate = open_lock(&gate_path)?;
        gate.lock().map_err(ServerError::io("lock", &gate_path))?;
        sweep(running);
        let name = format!("{}-{:08x}", std::process::id(), uuid::Uuid::new_v4().as_fields().0);
        let (folder, lock) = (running.join(&name), running.join(format!("{name}.lock")));
        let held = open_lock(&lock)?;
        held.lock().map_err(ServerError::io("lock", &lock))?;
        account.make_folder(&folder)?;
        // A folder above may be closed to whom servers run as, as root's own is to `nobody`.
        account.command(Path::new("/bin/true"), &folder).status().map_err(|_| ServerError::NotOurs {
            path: folder.clone(),
            why: "cannot be entered by `nobody`, whom servers run as",
        })?;
        Ok(Self { account, folder, lock, _held: held, next: AtomicU32::new(1) })
    }

    /// A new folder for one server and what belongs to it.
    fn home(&self) -> Result<PathBuf, ServerError> {
        let home = self.folder.join(self.next.fetch_add(1, Ordering::Relaxed).to_string());
        self.account.make_folder(&home)?;
        Ok(home)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if remove(&self.folder) {
            // If it stays, the next process removes it.
            let _ = fs::remove_file(&self.lock);
        }
    }
}

/// Removes what processes left that are no more.
fn sweep(running: &Path) {
    let entries = fs::read_dir(running).into_iter().flatten().flatten().map(|entry| entry.path());
    for lock in entries.filter(|path| path.extension().is_some_and(|extension| extension == "lock")) {
        let is_left = open_lock(&lock).is_ok_and(|file| file.try_lock().is_ok());
        if is_left && remove(&lock.with_extension("")) {
            let _ = fs::remove_file(&lock);
        }
    }
}

/// Removes a folder, and says whether it is gone: what cannot be removed now is removed by a later process.
pub(super) fn remove(folder: &Path) -> bool {
    // A server that is just ending may remove files at the same time.
    (0..3).any(|_| fs::remove_dir_all(folder).is_ok() || !folder.exists())
}

/// What `df` says; nothing, if it says nothing.
fn free_kilobytes(folder: &Path) -> u64 {
    let said = Command::new("df").args(["-P", "-k"]).arg(folder).output();
    let text = said.map(|said| String::from_utf8_lossy(&said.stdout).into_owned()).unwrap_or_default();
    // `tmpfs  24684084  0  24684084  0%  /dev/shm`, below a line of titles
    text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(0)
}

fn open_lock(path: &Path) -> Result<File, ServerError> {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600).open(path).map_err(ServerError::io("open", path))
}

//! A server on 127.0.0.1: started, asked, stopped, and the ways in which it can be a bad one.

use std::net::{Ipv4Addr, TcpListener};

use super::cutting::Guarded;
use super::watched::{Signal, Watched};
use super::{Authority, DataDirectory, Engine, ServerError, mariadb, postgres};

/// Ports are drawn by the system and may be taken by another before the server has them.
const TRIES: u32 = 8;

/// How a server is started.
#[derive(Debug)]
pub struct Start<'a> {
    /// Signs its certificate.
    pub authority: &'a Authority,
    /// Host names that its certificate holds besides localhost and 127.0.0.1.
    pub names: Vec<String>,
    /// What it does to those who connect.
    pub behaviour: Behaviour,
}

/// What a server does to those who connect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Behaviour {
    /// It serves them.
    #[default]
    Sound,
    /// It dies once it has sent this many bytes over TCP, in all: at 0 with the first connection, at some thousands
    /// after the handshakes of TLS and password.
    DiesAfterStart {
        /// How many.
        bytes: u64,
    },
    /// TCP connections come about, and nothing is ever answered. No server runs.
    Hangs,
    /// Its certificate is signed by another authority.
    WrongCertificate,
}

/// A server that runs, or seems to. Stopped and deleted with its data when it is dropped.
#[derive(Debug)]
pub struct Server {
    // Dropped before the data that it works on.
    running: Running,
    port: u16,
    behaviour: Behaviour,
    directory: DataDirectory,
}

enum Running {
    Real(Box<Watched>),
    Guarded(Guarded),
    /// The system takes connections for a listener that nobody asks for them.
    Hanging {
        _listener: TcpListener,
    },
    /// Stopped, on the way to something else.
    Not,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Real(_) => "Real",
            Self::Guarded(_) => "Guarded",
            Self::Hanging { .. } => "Hanging",
            Self::Not => "Not",
        })
    }
}

impl<'a> Start<'a> {
    /// A sound server under this authority.
    pub fn sound(authority: &'a Authority) -> Self {
        Self::with(authority, Behaviour::Sound)
    }

    /// A server of this behaviour.
    pub fn with(authority: &'a Authority, behaviour: Behaviour) -> Self {
        Self { authority, names: Vec::new(), behaviour }
    }
}

impl Server {
    pub(super) fn start(directory: DataDirectory, start: &Start<'_>) -> Result<Self, ServerError> {
        let other;
        let authority = match start.behaviour {
            Behaviour::WrongCertificate => {
                other = Authority::new()?;
                &other
            }
            Behaviour::Sound | Behaviour::DiesAfterStart { .. } | Behaviour::Hangs => start.authority,
        };
        furnish(&directory, authority, &start.names)?;
        let (running, port) = run(&directory, start.behaviour, None)?;
        Ok(Self { running, port, behaviour: start.behaviour, directory })
    }

    /// Which server it is.
    pub fn engine(&self) -> Engine {
        self.directory.engine()
    }

    /// Where it listens on 127.0.0.1. It stays the same over restarts.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL as the superuser, whom no network reaches, and gives back the rows as lines; fields are separated by
    /// `|` (PostgreSQL) or tabs (MariaDB).
    pub fn superuser_sql(&self, database: &str, sql: &str) -> Result<String, ServerError> {
        match &self.running {
            Running::Real(_) | Running::Guarded(_) => self.directory.sql(database, sql),
            Running::Hanging { .. } | Running::Not => Err(ServerError::NotRunning("this server only hangs")),
        }
    }

    /// Gives a user another password, as `ModifyDBInstance` does for the master user.
    pub fn set_password(&self, user: &str, password: &str) -> Result<(), ServerError> {
        let (database, sql) = match self.engine() {
            Engine::Postgres => {
                ("postgres", format!("ALTER ROLE {} PASSWORD {}", postgres::name(user), postgres::literal(password)))
            }
            Engine::MariaDb => {
                let (user, password) = (mariadb::literal(user), mariadb::literal(password));
                ("mysql", format!("ALTER USER {user}@'%' IDENTIFIED BY {password}"))
            }
        };
        self.superuser_sql(database, &sql).map(drop)
    }

    /// What the server has logged since it started.
    pub fn log(&self) -> String {
        match &self.running {
            Running::Real(watched) => watched.log(),
            Running::Guarded(guarded) => guarded.of_server(|watched| watched.log()).unwrap_or_default(),
            Running::Hanging { .. } | Running::Not => String::new(),
        }
    }

    /// Whether the server process has ended by itself.
    pub fn has_died(&mut self) -> bool {
        match &mut self.running {
            Running::Real(watched) => watched.has_ended(),
            Running::Guarded(guarded) => guarded.of_server(Watched::has_ended).unwrap_or(true),
            Running::Hanging { .. } | Running::Not => false,
        }
    }

    /// Stops it cleanly and starts it again at the same port. One that has died starts again too, on what it left.
    pub fn restart(&mut self) -> Result<(), ServerError> {
        self.end(Signal::Clean);
        (self.running, self.port) = run(&self.directory, self.behaviour, Some(self.port))?;
        Ok(())
    }

    /// Stops it cleanly and gives back the data directory, to be damaged or copied from.
    pub fn stop_and_keep(mut self) -> Result<DataDirectory, ServerError> {
        self.end(Signal::Clean);
        let Self { directory, running: _, port: _, behaviour: _ } = self;
        Ok(directory)
    }

    /// Stops it as fast as can be and deletes its data; the same as dropping it.
    pub fn stop(self) {
        drop(self);
    }

    fn end(&mut self, signal: Signal) {
        match std::mem::replace(&mut self.running, Running::Not) {
            Running::Real(mut watched) => watched.end(signal),
            Running::Guarded(guarded) => guarded.end(signal),
            Running::Hanging { .. } | Running::Not => {}
        }
    }
}

/// Writes what the server reads beside its data.
fn furnish(directory: &DataDirectory, authority: &Authority, names: &[String]) -> Result<(), ServerError> {
    let (account, home) = (directory.place.account, directory.home());
    let issued = authority.issue(names)?;
    account.write(&home.join("server.crt"), &issued.certificate)?;
    account.write(&home.join("server.key"), &issued.key)?;
    match directory.engine() {
        Engine::Postgres => postgres::furnish(account, home),
        Engine::MariaDb => Ok(()),
    }
}

fn run(directory: &DataDirectory, behaviour: Behaviour, port: Option<u16>) -> Result<(Running, u16), ServerError> {
    match behaviour {
        Behaviour::Sound | Behaviour::WrongCertificate => {
            let (watched, port) = start(directory, port)?;
            Ok((Running::Real(Box::new(watched)), port))
        }
        Behaviour::DiesAfterStart { bytes } => {
            let (door, port) = listen(port)?;
            let (watched, inner) = start(directory, None)?;
            Ok((Running::Guarded(Guarded::open(door, port, watched, inner, bytes)), port))
        }
        Behaviour::Hangs => {
            let (listener, port) = listen(port)?;
            Ok((Running::Hanging { _listener: listener }, port))
        }
    }
}

/// Starts the server at this port, or at one that is free.
fn start(directory: &DataDirectory, port: Option<u16>) -> Result<(Watched, u16), ServerError> {
    let mut tries = 0;
    loop {
        let at = match port {
            Some(port) => port,
            None => listen(None)?.1,
        };
        tries += 1;
        directory.clear_sockets();
        match Watched::start(directory.place.account, directory.home(), directory.program(at)?) {
            Ok(watched) => return Ok((watched, at)),
            Err(ServerError::DidNotStart { log, .. }) if log.contains("in use") && tries < TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

fn listen(port: Option<u16>) -> Result<(TcpListener, u16), ServerError> {
    let failed = |error| ServerError::io("listen on", std::path::Path::new("127.0.0.1"))(error);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or(0))).map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

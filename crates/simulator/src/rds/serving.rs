//! What answers at an instance's endpoint: a server of its own with the data of its recovery point.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;

use super::instance::Instance;
use crate::servers::{
    Authority, Behaviour, Damage, Engine, Fixture, Growth, Notice, Programs, Server, ServerError, Start, Store,
};
use crate::ssm::SilentListener;
use crate::wire::ApiError;
use crate::world::{DataFaults, DatabaseDescription, EngineName, FixtureName, ServerFault};

/// What answers at an endpoint.
#[derive(Debug)]
pub(super) enum Serving {
    /// Nothing.
    Nothing,
    /// Somebody else, the world says.
    Stated(String, u16),
    /// A server that starts when somebody looks at the instance.
    Planned(Box<ServerPlan>),
    /// A server of ours.
    Running(Running),
}

impl Serving {
    /// The port of a server of ours.
    pub(super) fn port(&self) -> Option<u16> {
        match self {
            Self::Nothing | Self::Stated(..) | Self::Planned(_) => None,
            Self::Running(running) => Some(running.port()),
        }
    }
}

impl Serving {
    /// The server of ours, where it is a real one.
    pub(super) fn server(&self) -> Option<&Server> {
        match self {
            Self::Nothing | Self::Stated(..) | Self::Planned(_) => None,
            Self::Running(running) => running.server(),
        }
    }
}

/// Something that listens on this machine.
#[derive(Debug)]
pub(crate) enum Running {
    /// A real server.
    Real(Box<Server>),
    /// A port that accepts connections, for engines that nothing here speaks for.
    Silent(SilentListener),
}

impl Running {
    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        match self {
            Self::Real(server) => server.port(),
            Self::Silent(listener) => listener.port(),
        }
    }

    /// The server, where it is a real one.
    pub(super) fn server(&self) -> Option<&Server> {
        match self {
            Self::Real(server) => Some(server),
            Self::Silent(_) => None,
        }
    }
}

/// Which server an instance gets, with which data.
#[derive(Clone, Debug)]
pub(crate) struct ServerPlan {
    /// Engine and fixture.
    pub(crate) source: DatabaseDescription,
    /// What is wrong with them.
    pub(crate) data: Arc<DataFaults>,
    /// The moment of the data.
    pub(crate) moment: Timestamp,
    /// The world's start, at which the newest row of all is made.
    pub(crate) start: Timestamp,
}

impl Instance {
    /// Stops the server of an instance that is being deleted.
    pub(super) fn close(&mut self) {
        self.serving = Serving::Nothing;
        self.new_password = None;
    }

    /// Gives the server the master password that has come due.
    pub(super) fn set_due_password(&mut self, now: Timestamp) {
        let Some(change) = self.new_password.take_if(|change| change.set_at() <= now) else { return };
        let (Some(server), Some(user)) = (self.serving.server(), &self.settings.master_user) else { return };
        if let Err(error) = server.set_password(user, &change.password) {
            // A server that was made to hang or to die takes no password, and nobody can tell.
            tracing::debug!(instance = self.id, %error, "no password was set");
        }
    }
}

/// The server program that an engine needs; none where nothing speaks for it.
fn program(engine: EngineName) -> Option<Engine> {
    match engine {
        EngineName::Postgres => Some(Engine::Postgres),
        EngineName::MariaDb | EngineName::MySql => Some(Engine::MariaDb),
        EngineName::SqlserverSe | EngineName::OracleEe => None,
    }
}

/// Why no server can be had for an engine: one line that says what to install.
pub(crate) fn missing_program(programs: &Programs, engine: EngineName) -> Option<String> {
    programs.missing(program(engine)?)
}

/// The authority that vouches for the servers of all simulators of this process, so that one file of it does for all.
///
/// # Errors
/// No certificate can be made.
pub(crate) fn authority() -> Result<&'static Authority, ServerError> {
    static AUTHORITY: OnceLock<Authority> = OnceLock::new();
    match AUTHORITY.get() {
        Some(authority) => Ok(authority),
        None => Authority::new().map(|made| AUTHORITY.get_or_init(|| made)),
    }
}

/// Runs servers.
#[derive(Debug, Default)]
pub(crate) struct Landlord {
    store: Option<Store>,
    sources: BTreeMap<String, SourceServer>,
}

/// The server of a protected resource, with the data as of the world's start.
#[derive(Debug)]
pub(crate) struct SourceServer {
    pub(crate) running: Running,
    /// The password of its master user.
    pub(crate) password: String,
}

impl Landlord {
    fn store(&mut self) -> Result<Store, ServerError> {
        let opened = match &self.store {
            Some(store) => store.clone(),
            None => Store::open()?,
        };
        Ok(self.store.insert(opened).clone())
    }

    /// Starts the server of an instance that has been created, unless it runs.
    ///
    /// # Errors
    /// The simulator's own failure: no AWS says this.
    pub(super) fn open(&mut self, instance: &mut Instance, now: Timestamp) -> Result<(), ApiError> {
        if !instance.can_serve(now) {
            return Ok(());
        }
        let Serving::Planned(plan) = &instance.serving else { return Ok(()) };
        let running = self.start(plan).map_err(|error| {
            ApiError::internal(format!("the simulator cannot start the server of {}: {error}", instance.id))
        })?;
        tracing::debug!(instance = instance.id, port = running.port(), "a server runs");
        if let Some(version) = self.version(plan.source.engine) {
            instance.version = version;
        }
        instance.serving = Serving::Running(running);
        Ok(())
    }

    /// The version of what really serves; nothing where something else stands in for the engine.
    fn version(&self, engine: EngineName) -> Option<String> {
        let programs = self.store.as_ref()?.programs();
        match engine {
            EngineName::Postgres => programs.postgres().first().map(|found| found.version.clone()),
            // "10.11.14-MariaDB-0+deb12u2"
            EngineName::MariaDb => programs.mariadb()?.version.split('-').next().map(str::to_owned),
            EngineName::MySql | EngineName::SqlserverSe | EngineName::OracleEe => None,
        }
    }

    /// The server of a protected resource with the data as of the world's start, started when it is first asked for.
    pub(crate) fn source(&mut self, name: &str, plan: &ServerPlan) -> Result<&SourceServer, ServerError> {
        if !self.sources.contains_key(name) {
            let running = self.start(plan)?;
            let password = program(plan.source.engine).map(|engine| fixture(plan, engine).login().1.to_owned());
            let password = password.unwrap_or_default();
            self.sources.insert(name.to_owned(), SourceServer { running, password });
        }
        self.sources.get(name).ok_or(ServerError::NotRunning("it was not started"))
    }

    fn start(&mut self, plan: &ServerPlan) -> Result<Running, ServerError> {
        let Some(engine) = program(plan.source.engine) else {
            let listener = SilentListener::open().map_err(|source| ServerError::Io {
                doing: "listen on",
                path: "127.0.0.1".into(),
                source,
            })?;
            return Ok(Running::Silent(listener));
        };
        let store = self.store()?;
        let authority = authority()?;
        let mut directory = store.copy(&fixture(plan, engine))?;
        let damages = damages(plan);
        if !damages.is_empty() {
            // Pages are damaged last, in files that nobody has open.
            if !plan.data.sql.is_empty() {
                let server = directory.start(&Start::sound(authority))?;
                plant(&server, plan)?;
                directory = server.stop_and_keep()?;
            }
            for damage in &damages {
                directory.damage(damage)?;
            }
        }
        let behaviour = behaviour(plan.data.server);
        let server = directory.start(&Start::with(authority, behaviour))?;
        if damages.is_empty() && behaviour != Behaviour::Hangs {
            plant(&server, plan)?;
        }
        Ok(Running::Real(Box::new(server)))
    }
}

/// The database in which something is planted.
fn database(plan: &ServerPlan) -> &str {
    plan.data.database.as_deref().unwrap_or(&plan.source.database)
}

/// Runs the statements of the point's faults before anybody else connects.
fn plant(server: &Server, plan: &ServerPlan) -> Result<(), ServerError> {
    for statement in &plan.data.sql {
        server.superuser_sql(database(plan), statement)?;
    }
    Ok(())
}

/// The fixture at the moment of the data.
fn fixture(plan: &ServerPlan, engine: Engine) -> Fixture {
    let source = &plan.source;
    let growth = Growth { first: source.span.before(plan.start), last: plan.start, orders: source.rows };
    let fixture = match source.fixture {
        FixtureName::Shop => Fixture::shop(engine, growth, plan.moment),
        FixtureName::Pgbench => Fixture::pgbench(engine, source.rows),
    };
    // What the password of the source is nobody knows who restores it.
    let password = fixture.login().1.to_owned();
    fixture.called(&source.database).master(&source.master_user, password)
}

fn damages(plan: &ServerPlan) -> Vec<Damage> {
    let data = &plan.data;
    let database = database(plan).to_owned();
    let notice = if data.fitting_checksum { Notice::AmcheckOnly } else { Notice::Checksum };
    let heap = data.corrupt_heap_page.iter().map(|relation| Damage::HeapPage {
        database: database.clone(),
        relation: relation.clone(),
        notice,
    });
    let index = data.corrupt_index_page.iter().map(|relation| Damage::IndexPage {
        database: database.clone(),
        relation: relation.clone(),
        notice,
    });
    let innodb = data.corrupt_innodb_page.iter();
    let innodb = innodb.map(|table| Damage::InnodbPage { database: database.clone(), table: table.clone() });
    heap.chain(index).chain(innodb).collect()
}

fn behaviour(fault: Option<ServerFault>) -> Behaviour {
    match fault {
        None => Behaviour::Sound,
        Some(ServerFault::Dies) => Behaviour::DiesAfterStart { bytes: 0 },
        Some(ServerFault::Hangs) => Behaviour::Hangs,
        Some(ServerFault::WrongCertificate) => Behaviour::WrongCertificate,
    }
}

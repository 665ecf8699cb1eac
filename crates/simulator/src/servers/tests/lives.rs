//! Whom servers run as, and that none is left over.

use std::net::{Ipv4Addr, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Stdio;

use super::super::account::Account;
use super::super::watched::Watched;
use super::super::{mariadb, postgres};
use super::behaviours::waits_for;
use super::*;

/// The server's process, by the note that it leaves with its data.
fn process_of(home: &Path, engine: Engine) -> PathBuf {
    let note = match engine {
        Engine::Postgres => home.join("data/postmaster.pid"),
        Engine::MariaDb => home.join("pid"),
    };
    let text = std::fs::read_to_string(note).unwrap();
    Path::new("/proc").join(text.lines().next().unwrap().trim())
}

#[test]
fn a_server_runs_as_an_ordinary_user_and_is_gone_when_it_is_dropped() {
    for engine in ENGINES {
        let authority = Authority::new().unwrap();
        let directory = Store::open().unwrap().copy(&Fixture::nothing(engine)).unwrap();
        let home = directory.path().parent().unwrap().to_owned();
        let server = directory.start(&Start::sound(&authority)).unwrap();
        let process = process_of(&home, engine);
        assert_ne!(process.metadata().unwrap().uid(), 0, "{engine:?} runs as root");
        let port = server.port();
        drop(server);
        assert!(!process.exists(), "{engine:?} still runs");
        assert!(!home.exists(), "the data of {engine:?} are still there");
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap_err();
    }
}

#[test]
fn a_server_ends_when_the_process_that_holds_it_is_killed() {
    let programs = Programs::find();
    for engine in ENGINES {
        let directory = Store::open().unwrap().copy(&Fixture::nothing(engine)).unwrap();
        let home = directory.path().parent().unwrap().to_owned();
        let program = match engine {
            Engine::Postgres => postgres::server(&programs.postgres()[0], &home, None),
            Engine::MariaDb => mariadb::server(programs.mariadb().unwrap(), &home, None),
        };
        // In our place: a process that is killed with no chance to tidy up.
        let (theirs, ours) = std::io::pipe().unwrap();
        let mut holder = Command::new("sleep").arg("600").stdout(ours).spawn().unwrap();
        let account = Account::ours().unwrap();
        let server = Watched::start_held_by(Stdio::from(theirs), account, &home, program).unwrap();
        let process = process_of(&home, engine);
        assert!(process.exists());
        holder.kill().unwrap();
        holder.wait().unwrap();
        assert!(server.ends_within(std::time::Duration::from_secs(20)), "{engine:?} still runs");
        assert!(!process.exists(), "{engine:?} still runs");
        assert!(waits_for(|| !home.join("data").exists()), "the data of {engine:?} are still there");
    }
}

#[test]
fn a_server_that_cannot_start_says_why() {
    for engine in ENGINES {
        let authority = Authority::new().unwrap();
        let directory = Store::open().unwrap().copy(&Fixture::nothing(engine)).unwrap();
        let vital = match engine {
            Engine::Postgres => "global/pg_control",
            Engine::MariaDb => "ibdata1",
        };
        std::fs::write(directory.path().join(vital), "nothing of use").unwrap();
        let error = directory.start(&Start::sound(&authority)).unwrap_err();
        assert!(matches!(error, ServerError::DidNotStart { .. }), "{error}");
        assert!(error.to_string().contains(vital), "{error}");
    }
}

#[test]
fn a_stopped_server_gives_its_data_back() {
    for engine in ENGINES {
        let (server, authority) = start(&shop(engine), Behaviour::Sound);
        server.superuser_sql("shop", "INSERT INTO empty_notes (note, created_at) VALUES ('x', '2026-01-01')").unwrap();
        let server = server.stop_and_keep().unwrap().start(&Start::sound(&authority)).unwrap();
        assert_eq!(server.superuser_sql("shop", "SELECT note FROM empty_notes").unwrap(), "x");
    }
}

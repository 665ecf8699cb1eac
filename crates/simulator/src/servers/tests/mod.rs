//! Real servers, looked at from outside: with their own clients, openssl, and what the system knows of processes.

mod behaviours;
mod damages;
mod doors;
mod fixtures;
mod lives;
mod stores;

use std::path::{Path, PathBuf};
use std::process::Command;

use super::watched::run;
use super::{Authority, Behaviour, Engine, Fixture, Growth, Programs, Server, ServerError, Start, Store};

const ENGINES: [Engine; 2] = [Engine::Postgres, Engine::MariaDb];

fn growth() -> Growth {
    let moment = |text: &str| text.parse().unwrap();
    Growth { first: moment("2026-01-01T00:00:00Z"), last: moment("2026-03-01T00:00:00Z"), orders: 1_000 }
}

fn shop(engine: Engine) -> Fixture {
    Fixture::shop(engine, growth(), growth().last).master("owner", "it's \\ the \"first\"")
}

fn start(fixture: &Fixture, behaviour: Behaviour) -> (Server, Authority) {
    let authority = Authority::new().unwrap();
    let server = Store::open().unwrap().copy(fixture).unwrap().start(&Start::with(&authority, behaviour)).unwrap();
    (server, authority)
}

/// A folder that whoever servers run as can pass through, gone with this value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("backproof-test-{:08x}", uuid::Uuid::new_v4().as_fields().0));
        super::account::Account::ours().unwrap().own_folder(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// Somebody who comes over TCP.
struct Client<'a> {
    server: &'a Server,
    ca_file: PathBuf,
    user: &'a str,
    password: &'a str,
    database: &'a str,
    tls: bool,
    _folder: Folder,
}

impl<'a> Client<'a> {
    fn of(server: &'a Server, authority: &Authority) -> Self {
        let folder = Folder::new();
        let ca_file = folder.0.join("ca.pem");
        std::fs::write(&ca_file, authority.pem()).unwrap();
        let (user, password) = ("owner", "it's \\ the \"first\"");
        Self { server, ca_file, user, password, database: "shop", tls: true, _folder: folder }
    }

    fn asks(&self, sql: &str) -> Result<String, ServerError> {
        let programs = Programs::find();
        let port = self.server.port();
        match self.server.engine() {
            Engine::Postgres => {
                let tls = if self.tls { "verify-full" } else { "disable" };
                let to = format!(
                    "host=localhost hostaddr=127.0.0.1 port={port} user={} dbname={} connect_timeout=5 sslmode={tls} \
                     sslrootcert={}",
                    self.user,
                    self.database,
                    self.ca_file.display()
                );
                let mut psql = Command::new(&programs.postgres()[0].psql);
                run(psql.env("PGPASSWORD", self.password).args(["-XAtqc", sql, "-d", &to]), None)
            }
            Engine::MariaDb => {
                let mut client = Command::new(&programs.mariadb().unwrap().client);
                client.env("MYSQL_PWD", self.password).args(["--no-defaults", "-BN", "--protocol=tcp", "-hlocalhost"]);
                client.args([&format!("-P{port}"), &format!("-u{}", self.user), "-D", self.database, "-e", sql]);
                if self.tls {
                    client.arg(format!("--ssl-ca={}", self.ca_file.display())).arg("--ssl-verify-server-cert");
                } else {
                    client.arg("--skip-ssl");
                }
                run(&mut client, None)
            }
        }
    }
}

/// What `openssl s_client` says of a server's certificate.
fn openssl(server: &Server, ca_file: &Path) -> Result<String, ServerError> {
    let protocol = match server.engine() {
        Engine::Postgres => "postgres",
        Engine::MariaDb => "mysql",
    };
    let mut openssl = Command::new("openssl");
    openssl.args(["s_client", "-connect", &format!("127.0.0.1:{}", server.port()), "-starttls", protocol]);
    openssl.args(["-verify_return_error", "-verify_hostname", "localhost", "-CAfile"]).arg(ca_file);
    run(&mut openssl, None)
}

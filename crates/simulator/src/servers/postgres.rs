//! PostgreSQL as RDS runs it: its superuser is `rdsadmin`, TCP wants TLS and a password, pages have checksums.
//!
//! What RDS does not do and is done here for speed: nothing is forced to disk, and no autovacuum runs.

use std::path::Path;

use super::account::Account;
use super::watched::{Program, run};
use super::{Engine, PostgresPrograms, ServerError};

/// The name of the socket is made of it, and of nothing else: no TCP port when a fixture is loaded.
const SOCKET_PORT: u16 = 5432;
/// Who may connect how. RDS refuses its own database to everybody, and connections without TLS with "no `pg_hba.conf`
/// entry", which is what comes of there being none.
const HBA: &str = "local all all trust\nhostssl rdsadmin all all reject\nhostssl all all all scram-sha-256\n";
/// In force whenever a server runs.
pub(super) const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=64MB",
    "min_wal_size=2MB",
    "wal_recycle=off",
    "shared_buffers=32MB",
    "max_connections=60",
    "dynamic_shared_memory_type=mmap",
    "timezone=UTC",
    "log_timezone=UTC",
    "logging_collector=off",
    "jit=off",
];

/// Makes an empty data directory.
pub(super) fn make(programs: &PostgresPrograms, account: Account, data: &Path) -> Result<(), ServerError> {
    let home = data.parent().unwrap_or(data);
    let mut command = account.command(&programs.bin.join("initdb"), home);
    command.arg("-D").arg(data).args(["-U", Engine::SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]);
    command.args(["--wal-segsize=1", "--data-checksums", "--no-sync"]);
    run(&mut command, None).map(drop)
}

/// The server on `home/data`, on a TCP port with `home`'s certificate, or without TCP.
pub(super) fn server(programs: &PostgresPrograms, home: &Path, port: Option<u16>) -> Program {
    let data = home.join("data");
    let mut words: Vec<String> = vec![programs.bin.join("postgres").display().to_string()];
    words.extend(["-D".to_owned(), data.display().to_string()]);
    let mut settings: Vec<String> = SETTINGS.iter().map(|setting| (*setting).to_owned()).collect();
    settings.push(format!("unix_socket_directories={}", home.display()));
    settings.push("unix_socket_permissions=0700".to_owned());
    match port {
        None => {
            settings.extend(["listen_addresses=".to_owned(), format!("port={SOCKET_PORT}")]);
        }
        Some(port) => settings.extend([
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", home.join("server.crt").display()),
            format!("ssl_key_file={}", home.join("server.key").display()),
            format!("hba_file={}", home.join("pg_hba.conf").display()),
        ]),
    }
    words.extend(settings.into_iter().flat_map(|setting| ["-c".to_owned(), setting]));
    Program {
        words,
        name: Engine::Postgres.name(),
        ready: "database system is ready to accept connections",
        clean: "INT",
        // Not KILL: that leaves a piece of shared memory behind each time.
        at_once: "QUIT",
    }
}

/// Writes what a server with TCP reads beside its data.
pub(super) fn furnish(account: Account, home: &Path) -> Result<(), ServerError> {
    account.write(&home.join("pg_hba.conf"), HBA)
}

/// Runs SQL as the superuser: psql's notation, so `\gexec` and variables work too. Rows come as lines, fields
/// separated by `|`.
pub(super) fn sql(programs: &PostgresPrograms, home: &Path, database: &str, sql: &str) -> Result<String, ServerError> {
    let socket = std::fs::read_dir(home).into_iter().flatten().flatten().find_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        name.strip_prefix(".s.PGSQL.")?.parse::<u16>().ok()
    });
    let port = socket.ok_or(ServerError::NotRunning("PostgreSQL has no socket"))?;
    let mut command = std::process::Command::new(&programs.psql);
    command.env_remove("PGOPTIONS").env_remove("PGSERVICE").env("PGCLIENTENCODING", "UTF8").env("PGTZ", "UTC");
    command.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h"]).arg(home);
    command.args(["-p", &port.to_string(), "-U", Engine::SUPERUSER, "-d", database, "-f", "-"]);
    run(&mut command, Some(sql))
}

/// Asks a stopped data directory where the file of a table or index is, below the data.
pub(super) fn file_of(
    programs: &PostgresPrograms,
    account: Account,
    home: &Path,
    database: &str,
    relation: &str,
) -> Result<Option<String>, ServerError> {
    let mut command = account.command(&programs.bin.join("postgres"), home);
    command.args(["--single", "-D"]).arg(home.join("data")).args(["-c", "fsync=off", database]);
    let query = format!("SELECT pg_relation_filepath(to_regclass({})) AS path;\n", literal(relation));
    let said = run(&mut command, Some(&query))?;
    // `	 1: path = "base/16384/16397"	(typeid = 25, ...)`
    let path = said.lines().find_map(|line| line.split_once("path = \"")?.1.split('"').next().map(str::to_owned));
    Ok(path)
}

/// A text in SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as psql's `\set` reads it, where backslashes mean something.
pub(super) fn variable(text: &str) -> String {
    literal(&text.replace('\\', "\\\\"))
}

/// A name in SQL.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

//! MariaDB as RDS runs it: its superuser is `rdsadmin`, TCP wants TLS and a password.
//!
//! What RDS does not do and is done here for speed: nothing is forced to disk, buffers and logs are small.

use std::path::Path;

use super::account::Account;
use super::watched::{Program, run};
use super::{Engine, MariaDbPrograms, ServerError};

/// In force when a data directory is made and whenever a server runs on it.
pub(super) const SETTINGS: &[&str] = &[
    "--innodb-log-file-size=4M",
    "--innodb-data-file-path=ibdata1:2M:autoextend",
    "--innodb-autoextend-increment=1",
    "--innodb-temp-data-file-path=ibtmp1:2M:autoextend",
    "--innodb-undo-tablespaces=0",
    "--innodb-buffer-pool-size=32M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-doublewrite=0",
    "--innodb-flush-method=nosync",
    // Queues of the kernel are scarce where hundreds of servers run as one user.
    "--innodb-use-native-aio=0",
    "--innodb-read-io-threads=1",
    "--innodb-write-io-threads=1",
    "--innodb-buffer-pool-dump-at-shutdown=0",
    "--innodb-buffer-pool-load-at-startup=0",
    "--innodb-stats-persistent=1",
    "--innodb-stats-auto-recalc=0",
    "--aria-pagecache-buffer-size=1M",
    "--key-buffer-size=1M",
    "--performance-schema=0",
    "--skip-log-bin",
    "--skip-name-resolve",
    "--skip-external-locking",
    "--lower-case-table-names=0",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--default-time-zone=+00:00",
    "--event-scheduler=0",
    "--max-connections=60",
    "--table-open-cache=400",
    "--open-files-limit=1024",
];

/// The users of a bare server: RDS has its own superuser, and no root.
const BARE: &str = "\
FLUSH PRIVILEGES;
CREATE USER 'rdsadmin'@'localhost';
GRANT ALL PRIVILEGES ON *.* TO 'rdsadmin'@'localhost' WITH GRANT OPTION;
DROP USER IF EXISTS 'root'@'localhost';
DELETE FROM mysql.proxies_priv;
FLUSH PRIVILEGES;
";

/// Makes an empty data directory, with RDS's superuser.
pub(super) fn make(programs: &MariaDbPrograms, account: Account, data: &Path) -> Result<(), ServerError> {
    let home = data.parent().unwrap_or(data);
    account.make_folder(data)?;
    let mut command = account.command(&programs.install, home);
    command.arg("--no-defaults").arg(format!("--datadir={}", data.display()));
    command.args(["--auth-root-authentication-method=normal", "--skip-test-db", "--force"]).args(SETTINGS);
    run(&mut command, None)?;
    // Without its network and its users the server reads statements of one line each.
    let mut bootstrap = account.command(&programs.server, home);
    bootstrap.arg("--no-defaults").arg(format!("--datadir={}", data.display())).arg("--bootstrap").args(SETTINGS);
    run(&mut bootstrap, Some(BARE)).map(drop)
}

/// The server on `home/data`, on a TCP port with `home`'s certificate, or without TCP.
pub(super) fn server(programs: &MariaDbPrograms, home: &Path, port: Option<u16>) -> Program {
    let at = |name: &str| home.join(name).display().to_string();
    let mut words = vec![programs.server.display().to_string(), "--no-defaults".to_owned()];
    words.extend(SETTINGS.iter().map(|setting| (*setting).to_owned()));
    words.push(format!("--datadir={}", at("data")));
    words.push(format!("--socket={}", at("socket")));
    words.push(format!("--pid-file={}", at("pid")));
    words.push(format!("--tmpdir={}", home.display()));
    match port {
        None => words.push("--skip-networking".to_owned()),
        Some(port) => words.extend([
            "--bind-address=127.0.0.1".to_owned(),
            format!("--port={port}"),
            format!("--ssl-cert={}", at("server.crt")),
            format!("--ssl-key={}", at("server.key")),
            "--require-secure-transport=1".to_owned(),
        ]),
    }
    Program { words, name: Engine::MariaDb.name(), ready: "ready for connections", clean: "TERM", at_once: "KILL" }
}

/// Runs SQL as the superuser, or by a login: the client's notation, so `DELIMITER` works too. Rows come as lines,
/// fields separated by tabs.
pub(super) fn sql(
    programs: &MariaDbPrograms,
    home: &Path,
    login: Option<(&str, &str)>,
    database: &str,
    sql: &str,
) -> Result<String, ServerError> {
    let mut command = std::process::Command::new(&programs.client);
    command.args(["--no-defaults", "--batch", "--raw", "--skip-column-names", "--default-character-set=utf8mb4"]);
    command.arg(format!("--socket={}", home.join("socket").display()));
    let (user, password) = login.unwrap_or((Engine::SUPERUSER, ""));
    command.env("MYSQL_PWD", password).args([&format!("--user={user}"), database]);
    run(&mut command, Some(sql))
}

/// A text in SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

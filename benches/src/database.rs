//! A real server that is asked in several ways, with the processor time that each costs it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use backproof_simulator::servers::{Engine, Fixture, Server};

use crate::measured::{Measured, TICKS_PER_SECOND};

const RELADIFF: &str = include_str!("peers/reladiff_checksum.py");
/// The Python that has reladiff; `python3` where it is not said.
const PYTHON: &str = "BACKPROOF_RELADIFF_PYTHON";

/// What one way of asking took.
#[derive(Clone, Debug)]
pub(crate) struct Spent {
    /// Wall time, of the measured part where the client knows it.
    pub(crate) seconds: f64,
    /// Processor time of the server.
    server_cpu_seconds: f64,
    /// Processor time of the clients, where they are ours to measure.
    client_cpu_seconds: f64,
    /// What the client reports of itself, where it does.
    pub(crate) measured: Option<Measured>,
}

impl Spent {
    /// Processor time in all.
    pub(crate) fn cpu(&self) -> f64 {
        self.server_cpu_seconds + self.client_cpu_seconds
    }
}

/// The heading above lines.
pub(crate) fn heading(text: &str) {
    println!("{text}");
    println!("{:<48} {:>9} {:>13} {:>13} {:>9}", "", "wall s", "server CPU s", "client CPU s", "peak MiB");
}

/// One way of asking.
pub(crate) fn line(what: &str, spent: &Spent) {
    let Spent { seconds, server_cpu_seconds: server, client_cpu_seconds: client, measured } = spent;
    #[expect(clippy::cast_precision_loss, reason = "a number for people")]
    let peak = measured.as_ref().map_or(String::new(), |own| format!("{:.0}", own.peak_kib as f64 / 1024.0));
    println!("{what:<48} {seconds:>9.2} {server:>13.2} {client:>13.2} {peak:>9}");
}

/// A server with the tables of pgbench.
pub(crate) struct Database {
    server: Server,
    process: u32,
    ca_file: PathBuf,
}

impl Database {
    /// This server, whose authority's certificate is `ca.pem` in the folder.
    pub(crate) fn new(server: Server, folder: &Path) -> anyhow::Result<Self> {
        let file = match server.engine() {
            Engine::Postgres => format!("{}/postmaster.pid", server.superuser_sql("bench", "SHOW data_directory")?),
            Engine::MariaDb => server.superuser_sql("bench", "SELECT @@pid_file")?,
        };
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
        let process = text.lines().next().unwrap_or_default().trim().parse()?;
        Ok(Self { server, process, ca_file: folder.join("ca.pem") })
    }

    /// Where it listens.
    pub(crate) fn port(&self) -> u16 {
        self.server.port()
    }

    /// The quickest of several times.
    pub(crate) fn quickest(
        &self,
        times: u32,
        mut ask: impl FnMut() -> anyhow::Result<Measured>,
    ) -> anyhow::Result<Spent> {
        let mut best = self.spent(&mut ask)?;
        for _ in 1..times {
            let again = self.spent(&mut ask)?;
            if again.seconds < best.seconds {
                best = again;
            }
        }
        Ok(best)
    }

    fn spent(&self, ask: &mut impl FnMut() -> anyhow::Result<Measured>) -> anyhow::Result<Spent> {
        let before = self.cpu_seconds()?;
        let measured = ask()?;
        Ok(Spent {
            seconds: measured.seconds,
            server_cpu_seconds: self.cpu_seconds()? - before,
            client_cpu_seconds: measured.cpu_seconds,
            measured: Some(measured).filter(|measured| measured.peak_kib > 0),
        })
    }

    /// What the server has used so far, with its processes that are there and those that have ended.
    fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let mut ticks = 0_i64;
        for entry in std::fs::read_dir("/proc").context("processor time needs Linux's /proc")? {
            // A process may end while we look.
            let Ok(stat) = std::fs::read_to_string(entry?.path().join("stat")) else { continue };
            let Some((before, after)) = stat.rsplit_once(')') else { continue };
            let fields: Vec<i64> = after.split_whitespace().skip(1).filter_map(|field| field.parse().ok()).collect();
            // Behind the name and the state come the parent and, as the 11th to 14th, user and system time, of the
            // process and of its children that have ended.
            let [parent, .., own_user, own_system, ended_user, ended_system] = fields[..14.min(fields.len())] else {
                continue;
            };
            let is_server = before.split(' ').next().is_some_and(|number| number == self.process.to_string());
            if is_server {
                ticks += own_user + own_system + ended_user + ended_system;
            } else if parent == i64::from(self.process) {
                ticks += own_user + own_system;
            }
        }
        Ok(f64::from(i32::try_from(ticks)?) / TICKS_PER_SECOND)
    }

    /// SQL through the engine's own client; its own few milliseconds are counted.
    pub(crate) fn sql(&self, sql: &str) -> anyhow::Result<Measured> {
        let began = Instant::now();
        self.server.superuser_sql("bench", sql)?;
        Ok(of_others(began.elapsed().as_secs_f64(), 0.0))
    }

    /// A table's dump into a digest.
    pub(crate) fn dump(&self, table: &str) -> anyhow::Result<Measured> {
        let script = format!("TIMEFORMAT='%R %U %S'; time (pg_dump \"$0\" -t {table} | sha256sum >/dev/null)");
        let said = Self::with_login(Command::new("bash").args(["-o", "pipefail", "-c", &script, &self.address()]))?;
        let numbers: Vec<f64> = said.split_whitespace().rev().take(3).filter_map(|word| word.parse().ok()).collect();
        let [system, user, wall] = numbers[..] else { bail!("`time` said `{said}`") };
        Ok(of_others(wall, user + system))
    }

    /// reladiff's count and checksum of a table.
    pub(crate) fn reladiff(&self, table: &str) -> anyhow::Result<Measured> {
        let python = std::env::var(PYTHON).unwrap_or_else(|_| "python3".into());
        let mut command = Command::new(&python);
        let said = Self::with_login(command.args(["-c", RELADIFF, &self.address(), table]));
        let said = said.with_context(|| format!("it needs reladiff in the Python that {PYTHON} names"))?;
        Measured::from_line(said.trim())
    }

    /// As libpq's clients read it.
    fn address(&self) -> String {
        let (fixture, ca_file) = (Fixture::pgbench(Engine::Postgres, 0), self.ca_file.display());
        let user = fixture.login().0;
        format!("postgresql://{user}@127.0.0.1:{}/bench?sslmode=verify-full&sslrootcert={ca_file}", self.port())
    }

    /// Runs a client, and gives back what it printed.
    fn with_login(command: &mut Command) -> anyhow::Result<String> {
        let fixture = Fixture::pgbench(Engine::Postgres, 0);
        let output = command.env("PGPASSWORD", fixture.login().1).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{}", said.lines().last().unwrap_or("it said nothing"));
        }
        Ok(format!("{}{said}", String::from_utf8_lossy(&output.stdout)))
    }
}

/// A client that does not report of itself.
fn of_others(seconds: f64, cpu_seconds: f64) -> Measured {
    Measured { seconds, cpu_seconds, peak_kib: 0, counted: 0 }
}

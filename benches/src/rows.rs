//! Count and fingerprint a large table of a real server, beside scans of it, dumps and checksums of others.
//!
//! The server is on this machine and its data in memory, so what is measured is work, not waiting for a disk or a
//! network. Every way asks the same server; the quickest of several attempts counts.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context, ensure};
use backproof_clock::RealClock;
use backproof_model::{DatabaseEngine, DatabaseLogin, DatabaseTarget, Secret, Target, Verdict};
use backproof_simulator::servers::{Authority, Engine, Fixture, Start, Store};
use backproof_validators_api::{Connection, Deadline, Examination, OneLogin, Validator};
use backproof_validators_rows::{
    Begin, CaptureOrder, Class, ClassEntry, Classes, Gentleness, Rows, WritableLogin, capture,
};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::bench::ratio;
use crate::child::measure;
use crate::client;
use crate::database::{self, Database, Spent};
use crate::measured::{Began, Measured};

/// The validator, held to a baseline of the whole table.
pub(crate) const OURS: &str = "rows";

/// How many rows the large table has, unless it is said.
pub(crate) const ROWS: u32 = 10_000_000;
/// The table that memory is compared with is so much smaller.
const SMALLER: u32 = 10;
const TIMES: u32 = 3;
const TABLE: &str = "pgbench_accounts";
/// Long enough for everything.
const ALLOWED: Duration = Duration::from_hours(1);

/// Measures a table of so many rows, on both engines.
pub(crate) fn bench(rows: u32) -> anyhow::Result<()> {
    for engine in [Engine::Postgres, Engine::MariaDb] {
        let small = of_size(engine, rows / SMALLER, false)?;
        let large = of_size(engine, rows, true)?;
        #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
        ratio("peak memory, the large / the small table", large.peak_kib as f64 / small.peak_kib as f64, "flat");
    }
    Ok(())
}

/// Has one size verified, with peers or without, and gives back what our process took.
fn of_size(engine: Engine, rows: u32, peers: bool) -> anyhow::Result<Measured> {
    let store = Store::open()?;
    println!("\n{}: a table of {rows} rows; making it takes a while, and is done once", engine.name());
    let fixture = Fixture::pgbench(engine, rows);
    let authority = Authority::new()?;
    let server = store.copy(&fixture)?.start(&Start::sound(&authority))?;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("ca.pem"), authority.pem())?;
    let database = Database::new(server, folder.path())?;
    let way = Way { engine: engine.name().into(), port: database.port(), folder: folder.path().display().to_string() };
    take_baseline(&way)?;
    let described = serde_json::to_string(&way)?;
    let ours = database.quickest(TIMES, || measure(OURS, &described, rows.into()))?;
    let held = ours.measured.clone().context("our process reports of itself")?;
    if peers {
        database::heading(&format!("{}: count and fingerprint of {rows} rows", engine.name()));
        match engine {
            Engine::Postgres => beside_postgres(&database, &ours)?,
            Engine::MariaDb => beside_mariadb(&database, &ours)?,
        }
    }
    Ok(held)
}

fn beside_postgres(database: &Database, ours: &Spent) -> anyhow::Result<()> {
    let scan = |workers: u32, what: &str| {
        let sql = format!("SET max_parallel_workers_per_gather = {workers}; SELECT {what} FROM {TABLE}");
        database.quickest(TIMES, || database.sql(&sql))
    };
    let columns = "count(aid), count(bid), count(abalance), count(filler)";
    let (rows_alone, rows_beside) = (scan(0, "count(*)")?, scan(4, "count(*)")?);
    let (columns_alone, columns_beside) = (scan(0, columns)?, scan(4, columns)?);
    let dump = database.quickest(1, || database.dump(TABLE))?;
    let reladiff = database.quickest(1, || database.reladiff(TABLE));
    database::line("SELECT count(*), one process", &rows_alone);
    database::line("SELECT count(*), up to four workers", &rows_beside);
    database::line("a count of each column, one process", &columns_alone);
    database::line("a count of each column, up to four workers", &columns_beside);
    database::line("the validator: count, fingerprint, schema", ours);
    database::line("pg_dump of the table | sha256sum", &dump);
    ratio("ours / count(*), up to four workers both", ours.seconds / rows_beside.seconds, "<= 2");
    ratio("ours / count(*) in one process", ours.seconds / rows_alone.seconds, "<= 2");
    ratio("the same, CPU of server and client", ours.cpu() / rows_alone.cpu(), "none");
    ratio("ours / a count of each column, four workers both", ours.seconds / columns_beside.seconds, "<= 2");
    ratio("the same, CPU of server and client", ours.cpu() / columns_beside.cpu(), "none");
    ratio("pg_dump | sha256sum / ours", dump.seconds / ours.seconds, "> 1");
    ratio("the same, CPU of server and client", dump.cpu() / ours.cpu(), "none");
    match reladiff {
        Ok(reladiff) => {
            database::line("reladiff's count and checksum", &reladiff);
            ratio("reladiff / ours", reladiff.seconds / ours.seconds, "> 1");
            ratio("the same, CPU of server and client", reladiff.cpu() / ours.cpu(), "none");
        }
        Err(why) => println!("reladiff was not measured: {why:#}"),
    }
    Ok(())
}

fn beside_mariadb(database: &Database, ours: &Spent) -> anyhow::Result<()> {
    let ask = |sql: &str| database.quickest(TIMES, || database.sql(sql));
    let rows = ask(&format!("SELECT COUNT(*) FROM {TABLE}"))?;
    let columns = ask(&format!("SELECT COUNT(aid), COUNT(bid), COUNT(abalance), COUNT(filler) FROM {TABLE}"))?;
    let checksum = ask(&format!("CHECKSUM TABLE {TABLE}"))?;
    database::line("SELECT COUNT(*)", &rows);
    database::line("a count of each column", &columns);
    database::line("CHECKSUM TABLE", &checksum);
    database::line("the validator: count, fingerprint, schema", ours);
    ratio("ours / COUNT(*)", ours.seconds / rows.seconds, "<= 2");
    ratio("ours / a count of each column", ours.seconds / columns.seconds, "<= 2");
    ratio("ours / CHECKSUM TABLE", ours.seconds / checksum.seconds, "none");
    ratio("the same, CPU of server and client", ours.cpu() / checksum.cpu(), "none");
    Ok(())
}

/// What a child must know of the server.
#[derive(Serialize, Deserialize)]
struct Way {
    engine: String,
    port: u16,
    folder: String,
}

impl Way {
    fn engine(&self) -> Engine {
        if self.engine == Engine::Postgres.name() { Engine::Postgres } else { Engine::MariaDb }
    }

    fn spoken(&self) -> DatabaseEngine {
        match self.engine() {
            Engine::Postgres => DatabaseEngine::Postgres,
            Engine::MariaDb => DatabaseEngine::MariaDb,
        }
    }

    fn baseline(&self) -> String {
        format!("{}/baseline.json", self.folder)
    }

    fn connection(&self) -> Connection {
        let fixture = Fixture::pgbench(self.engine(), ROWS);
        let (user, password) = fixture.login();
        let login = DatabaseLogin { user: user.into(), password: Secret::new(password) };
        Connection {
            host: "127.0.0.1".into(),
            port: self.port,
            direct: true,
            ca_file: Some(Path::new(&self.folder).join("ca.pem")),
            logins: Arc::new(OneLogin(login)),
        }
    }
}

/// The table's name as baselines and plans write it.
fn table(engine: Engine) -> String {
    match engine {
        Engine::Postgres => format!("public.{TABLE}"),
        Engine::MariaDb => TABLE.to_owned(),
    }
}

/// As production would have been captured, but without sparing it.
fn take_baseline(way: &Way) -> anyhow::Result<()> {
    let entry = ClassEntry { class: Class::Frozen, ..ClassEntry::default() };
    let order = CaptureOrder {
        engine: way.spoken(),
        connection: way.connection(),
        databases: vec!["bench".into()],
        classes: Classes::from([(table(way.engine()), entry)]),
        key: client::fingerprint_key(),
        skew: SignedDuration::from_mins(5),
        settled_up_to: None,
        gentleness: Gentleness { pause: Duration::ZERO, statement_timeout: ALLOWED, rows_at_once: 1_000_000 },
        writable_login: WritableLogin::Accepted,
        progress_file: Path::new(&way.folder).join("progress"),
        begin: Begin::Anew,
        program: "a bench".into(),
        clock: Arc::new(RealClock),
        stop: Arc::new(AtomicBool::new(false)),
        listener: Arc::new(|_| ()),
    };
    let manifest = tokio::runtime::Runtime::new()?.block_on(capture(&order))?;
    std::fs::write(way.baseline(), manifest.to_file(None)?)?;
    Ok(())
}

/// Ours. Physical structure is left to the engine's own checker, which is not measured.
pub(crate) async fn verify(way: &str, size: u64) -> anyhow::Result<Measured> {
    let way: Way = serde_json::from_str(way)?;
    let connection = way.connection();
    let clock: backproof_clock::SharedClock = Arc::new(RealClock);
    let target = DatabaseTarget {
        arn: format!("arn:aws:rds:{}:{}:db:bench", client::REGION, client::SOURCE).parse()?,
        account: client::source()?,
        region: client::region()?,
        name: "bench".into(),
        engine: way.spoken(),
        engine_version: String::new(),
        host: connection.host.clone(),
        port: connection.port,
        master_user: "bench".into(),
        database: Some("bench".into()),
        instance_class: "none".into(),
        storage_gib: None,
        storage_loading_percent: None,
    };
    let examination = Examination {
        target: Target::Database(target),
        settings: json!({
            "databases": ["bench"],
            "baseline": way.baseline(),
            "baseline_unsigned": "accepted",
            "integrity": "off",
            "may_be_empty": true,
            "tables": { table(way.engine()): { "minimum_rows": size } },
        }),
        data_time: clock.now(),
        source_name: "bench".into(),
        connection: Some(connection),
        seed: [0; 32],
        deadline: Deadline::after(clock, ALLOWED),
    };
    let began = Began::now()?;
    let examined = Rows::new(client::fingerprint_key()).examine(&examination).await;
    let bad = examined.checks.iter().find(|check| check.verdict != Verdict::Passed);
    ensure!(bad.is_none(), "a check did not pass: {bad:?}");
    let compared = examined.checks.iter().find(|check| check.name == "content-fingerprint");
    let compared = compared.context("no rows were compared")?.examined.count;
    // The small tables beside the large one have some too.
    ensure!(compared >= size, "{compared} rows were compared");
    began.ended(size)
}

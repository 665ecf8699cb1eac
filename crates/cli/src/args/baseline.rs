//! What can be typed after `backproof baseline`.

use std::path::PathBuf;
use std::time::Duration;

use backproof_model::{AccountId, Region};
use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};

/// How long the server is left alone where nothing is said.
const PAUSE: &str = "100ms";
/// How long one statement may take where nothing is said.
const STATEMENT: &str = "10m";
/// How far clocks may be apart and how late writes may arrive where nothing is said.
const SKEW: &str = "5m";
/// How many rows a piece of a table has where nothing is said.
const ROWS_AT_ONCE: u64 = 100_000;

#[derive(Debug, Args)]
pub(crate) struct Baseline {
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// What can be done with baselines.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Reads a database (or a DynamoDB table) on the production side and writes down what is in it, without its data.
    Capture(Box<Capture>),
    /// Proposes a class for each table from two or more manifests of the same server, as the file for --classes.
    Propose(Propose),
    /// Prints a manifest in words.
    Show(Show),
    /// Verifies a manifest's signature.
    Verify(Verify),
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    Postgres,
    Mysql,
    Mariadb,
    Dynamodb,
}

#[derive(Debug, Args)]
pub(crate) struct Capture {
    /// What to read.
    #[arg(long, value_enum, value_name = "ENGINE")]
    pub(crate) engine: Engine,
    /// The key under which content is hashed: `fingerprint.key` of the harness's state directory.
    #[arg(long, value_name = "FILE")]
    pub(crate) fingerprint_key: PathBuf,
    /// Where to write the manifest. Of a DynamoDB table, default: stdout.
    #[arg(long, value_name = "FILE", required_if_eq_any([("engine", "postgres"), ("engine", "mysql"), ("engine", "mariadb")]))]
    pub(crate) out: Option<PathBuf>,
    /// How far clocks may be apart and how late writes may arrive: rows of append tables younger than this do not count.
    #[arg(long, value_name = "TIME", default_value = SKEW, value_parser = length_of_time)]
    pub(crate) skew: SignedDuration,
    #[command(flatten)]
    pub(crate) database: Database,
    #[command(flatten)]
    pub(crate) table: Table,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of databases")]
#[expect(clippy::struct_field_names, reason = "fields are named as the flags are")]
pub(crate) struct Database {
    /// The server.
    #[arg(long, value_name = "NAME", required_if_eq_any([("engine", "postgres"), ("engine", "mysql"), ("engine", "mariadb")]))]
    pub(crate) host: Option<String>,
    /// Its port. Default: 5432 or 3306.
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// A login of its own that can read and not write.
    #[arg(long, value_name = "NAME", required_if_eq_any([("engine", "postgres"), ("engine", "mysql"), ("engine", "mariadb")]))]
    pub(crate) user: Option<String>,
    /// A file with its password, readable by its owner only. Default: `BACKPROOF_DATABASE_PASSWORD`.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// PEM certificates of the authorities that may vouch for the server. Default: the operating system's.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_file: Option<PathBuf>,
    /// A database to read. May be given several times. Default: every one but the engine's own.
    #[arg(long, value_name = "NAME")]
    pub(crate) database: Vec<String>,
    /// Says how the rows of each table change, as `baseline propose` prints it. Default: all are `mutable`.
    #[arg(long, value_name = "FILE")]
    pub(crate) classes: Option<PathBuf>,
    /// Rows of tables with a time column that are dated up to then are taken as settled. Default: now, less --skew. Give
    /// the age of the oldest recovery point that may be drawn, so that each of them can be held to this baseline.
    #[arg(long, value_name = "TIME")]
    pub(crate) settled_up_to: Option<Timestamp>,
    /// Signs the manifest with this Ed25519 key (`openssl genpkey -algorithm ed25519`).
    #[arg(long, value_name = "FILE", conflicts_with = "unsigned")]
    pub(crate) sign_with: Option<PathBuf>,
    /// Writes the manifest without a signature; plans must then accept that in words.
    #[arg(long)]
    pub(crate) unsigned: bool,
    /// How long to leave the server alone between two pieces of work.
    #[arg(long, value_name = "TIME", default_value = PAUSE, value_parser = length_of_time)]
    pub(crate) pause: SignedDuration,
    /// How many rows are read by one statement, where a table can be read by ranges of its key.
    #[arg(long, value_name = "ROWS", default_value_t = ROWS_AT_ONCE, value_parser = clap::value_parser!(u64).range(1000..))]
    pub(crate) rows_at_once: u64,
    /// How long one statement may take.
    #[arg(long, value_name = "TIME", default_value = STATEMENT, value_parser = length_of_time)]
    pub(crate) statement_timeout: SignedDuration,
    /// Begins anew, although an earlier capture to the same file was stopped in the middle.
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Takes a login that could write. Nothing is written either way; but a login that cannot is the better proof.
    #[arg(long)]
    pub(crate) allow_writable_login: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Options of DynamoDB tables")]
#[expect(clippy::struct_field_names, reason = "fields are named as the flags are")]
pub(crate) struct Table {
    /// The table.
    #[arg(long, value_name = "NAME", required_if_eq("engine", "dynamodb"))]
    pub(crate) table: Option<String>,
    /// Its Region. Default: `AWS_REGION`, or the profile's.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<Region>,
    /// Its account. Default: the credentials' own.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// How its items change.
    #[arg(long, value_enum, default_value_t = TableClass::Mutable, value_name = "CLASS")]
    pub(crate) class: TableClass,
    /// The attribute that says when an item was written; needed for `append`.
    #[arg(long, value_name = "NAME", required_if_eq("class", "append"))]
    pub(crate) time_attribute: Option<String>,
    /// What a number in it counts.
    #[arg(long, value_enum, default_value_t = NumberUnit::Seconds, value_name = "UNIT")]
    pub(crate) time_unit: NumberUnit,
}

/// How the items of a table change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableClass {
    Frozen,
    Append,
    Mutable,
}

/// What a number in a time attribute counts since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum NumberUnit {
    Seconds,
    Milliseconds,
}

#[derive(Debug, Args)]
pub(crate) struct Propose {
    /// Manifests of the same server, of different times.
    #[arg(required = true, num_args = 2.., value_name = "MANIFEST")]
    pub(crate) manifests: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The manifest.
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The manifest.
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,
    /// A public key that may have signed it (`openssl pkey -in KEY.pem -pubout`). May be given several times.
    #[arg(long, required = true, value_name = "FILE")]
    pub(crate) signer: Vec<PathBuf>,
}

/// A length of time such as `100ms`, `30s`, `5m`, `1h30m`; never negative.
fn length_of_time(text: &str) -> Result<SignedDuration, String> {
    let length: SignedDuration =
        text.parse().map_err(|_| "write it like `100ms`, `30s`, `5m` or `1h30m`".to_owned())?;
    if length.is_negative() { Err("it cannot be less than none".into()) } else { Ok(length) }
}

impl Database {
    /// The pause as the standard library's type.
    pub(crate) fn pause(&self) -> Duration {
        self.pause.unsigned_abs()
    }

    /// The longest statement as the standard library's type.
    pub(crate) fn statement_timeout(&self) -> Duration {
        self.statement_timeout.unsigned_abs()
    }
}

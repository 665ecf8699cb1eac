//! What can be typed after `backproof validator`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Map, Value};

/// How many seconds a program has where nothing is said.
const SECONDS: u64 = 10;
/// How many seconds it may be given: a case is no examination.
const SECONDS_RANGE: std::ops::RangeInclusive<u64> = 1..=600;

#[derive(Debug, Args)]
pub(crate) struct Validator {
    #[command(subcommand)]
    pub(crate) action: Action,
}

/// What can be done with validators.
#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Every validator: what it examines, what it can establish, up to which proof level.
    List,
    /// What a validator establishes, how it looks, what it cannot show, and what it may do.
    Describe {
        /// Its name, as plans write it.
        name: String,
    },
    /// Tries a program against the protocol of external validators: what it should do, and what it must not.
    Test(Box<Test>),
}

/// What a program examines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Database,
    Table,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// What the program examines.
    #[arg(long, value_enum, value_name = "KIND", default_value_t = Kind::Database)]
    pub(crate) kind: Kind,
    /// The program's own settings, as a JSON object.
    #[arg(long, value_name = "JSON", default_value = "{}", value_parser = json_object)]
    pub(crate) settings: Map<String, Value>,
    /// A file that the plan would hand over, as NAME=PATH. May be given several times.
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path)]
    pub(crate) file: Vec<(String, PathBuf)>,
    /// The name of a variable that the program inherits. May be given several times.
    #[arg(long, value_name = "NAME")]
    pub(crate) environment: Vec<String>,
    /// The address space of each of its processes, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    pub(crate) memory_mib: u64,
    /// A request that leads to a real resource: a file with `{"request": {...}, "secrets": {...}}`.
    #[arg(long, value_name = "FILE")]
    pub(crate) real: Option<PathBuf>,
    /// A request that leads to a resource without data, in such a file.
    #[arg(long, value_name = "FILE")]
    pub(crate) empty: Option<PathBuf>,
    /// How many seconds the program has where the other side never answers.
    #[arg(long, value_name = "N", default_value_t = SECONDS, value_parser = seconds)]
    pub(crate) seconds: u64,
    /// The program and its arguments.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "PROGRAM")]
    pub(crate) program: Vec<String>,
}

fn json_object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|error| format!("no JSON object: {error}"))
}

fn named_path(text: &str) -> Result<(String, PathBuf), String> {
    let (name, path) = text.split_once('=').ok_or("write it as NAME=PATH")?;
    Ok((name.to_owned(), path.into()))
}

fn seconds(text: &str) -> Result<u64, String> {
    let number = text.parse().map_err(|_| "no whole number".to_owned())?;
    if SECONDS_RANGE.contains(&number) {
        return Ok(number);
    }
    Err(format!("must be between {} and {}", SECONDS_RANGE.start(), SECONDS_RANGE.end()))
}

//! What can be typed about evidence: reports, bundles, signatures, archives.

use std::path::PathBuf;

use backproof_evidence::dossier::Period;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

/// `backproof report`.
#[derive(Debug, Args)]
pub(crate) struct Report {
    /// Runs by their number, or bundles by their path. Default: the last run. Several make the report of a period.
    #[arg(value_name = "RUN|BUNDLE")]
    pub(crate) what: Vec<String>,
    /// Reports on all runs of these days, both included and in UTC: 2026-01-01..2026-12-31.
    #[arg(long, value_name = "FROM..TO", value_parser = period)]
    pub(crate) period: Option<Period>,
    /// Assesses against this catalogue of controls: a built-in id, or a file that ends in .toml. May be given several
    /// times. Default: those of the plan that was run.
    #[arg(long, value_name = "ID|FILE")]
    pub(crate) framework: Vec<String>,
    /// The format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Html, value_name = "FORMAT")]
    pub(crate) format: ReportFormat,
    /// Where to write it. Default: `reports/` of the bundle, or the run's directory while there is none.
    #[arg(long, value_name = "PATH")]
    pub(crate) out: Option<PathBuf>,
    /// Templates that replace built-in ones.
    #[arg(long, value_name = "DIR")]
    pub(crate) template: Option<PathBuf>,
    /// Writes the built-in templates into this directory, and stops.
    #[arg(long, value_name = "DIR")]
    pub(crate) write_templates: Option<PathBuf>,
    /// Lists the built-in catalogues of controls, and stops.
    #[arg(long)]
    pub(crate) list_frameworks: bool,
    /// The entity that is audited.
    #[arg(long, value_name = "NAME")]
    pub(crate) entity: Option<String>,
    /// The system that is in scope.
    #[arg(long, value_name = "NAME")]
    pub(crate) system: Option<String>,
    /// The classification that every page carries.
    #[arg(long, value_name = "WORDS")]
    pub(crate) classification: Option<String>,
    /// A picture for the first page: SVG, PNG or JPEG.
    #[arg(long, value_name = "FILE")]
    pub(crate) logo: Option<PathBuf>,
    /// The OSCAL version that OSCAL exports name.
    #[arg(long, value_name = "VERSION")]
    pub(crate) oscal_version: Option<String>,
    /// Certificates (PEM) of authorities whose time-stamps are believed. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) time_stamp_authority: Vec<PathBuf>,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// One file for a browser.
    Html,
    /// PDF/A and PDF/UA, with the evidence attached.
    Pdf,
    /// Markdown.
    Md,
    /// `backproof-results/v1`.
    Json,
    /// Tables, one file each, into a directory.
    Csv,
    /// The same tables in one file.
    Xlsx,
    /// Assessment plan, assessment results, and plan of action, into a directory.
    Oscal,
    /// OCSF compliance findings, a line each.
    Ocsf,
    /// A test case for every check.
    Junit,
}

/// `backproof verify`.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The bundle: its directory or its .tar.zst.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// The bundle that was sealed before it, to verify the link.
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) previous: Option<PathBuf>,
    /// Certificates (PEM) of authorities whose time-stamps are believed. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(crate) time_stamp_authority: Vec<PathBuf>,
}

/// `backproof sign-off`.
#[derive(Debug, Args)]
pub(crate) struct SignOff {
    /// The bundle's directory.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// Your private key, as `backproof keygen` makes it.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Your name.
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The role in which you sign, such as `reviewer`.
    #[arg(long, value_name = "WORDS", default_value = "reviewer")]
    pub(crate) role: String,
    /// What you state.
    #[arg(long, value_name = "TEXT")]
    pub(crate) statement: String,
    /// What you decide of an exception, as NUMBER=WORDS. May be given several times.
    #[arg(long, value_name = "N=WORDS", value_parser = decision)]
    pub(crate) decide: Vec<(u64, String)>,
}

/// `backproof timestamp`.
#[derive(Debug, Args)]
pub(crate) struct TimeStamp {
    /// The bundle's directory.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    #[command(flatten)]
    pub(crate) way: TimeStampWay,
    /// Certificates (PEM) of authorities whose time-stamps are believed. May be given several times.
    #[arg(long = "time-stamp-authority", value_name = "FILE")]
    pub(crate) authorities: Vec<PathBuf>,
}

/// How a time-stamp is got.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct TimeStampWay {
    /// Asks an authority.
    #[arg(long, value_name = "URL")]
    pub(crate) url: Option<String>,
    /// Writes the question for an authority that is asked by hand, and stops.
    #[arg(long, value_name = "FILE")]
    pub(crate) query: Option<PathBuf>,
    /// Adds the answer of an authority that was asked by hand.
    #[arg(long, value_name = "FILE")]
    pub(crate) response: Option<PathBuf>,
}

/// `backproof packet`.
#[derive(Debug, Args)]
pub(crate) struct Packet {
    /// The bundle: its directory or its .tar.zst.
    #[arg(value_name = "BUNDLE")]
    pub(crate) bundle: PathBuf,
    /// The restore tests that the auditor sampled: numbers and ranges, such as 3,17,22 or 5-8.
    #[arg(long, value_name = "LIST")]
    pub(crate) items: String,
    /// The directory to write. Default: `packet-<run>` in the working directory.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// `backproof archive`.
#[derive(Debug, Args)]
pub(crate) struct Archive {
    #[command(subcommand)]
    pub(crate) what: ArchiveWhat,
}

/// What is done with the archive of the plan.
#[derive(Debug, Subcommand)]
pub(crate) enum ArchiveWhat {
    /// Puts the bundle of a run into the archive of the plan, or goes on with an upload that was cut.
    Put {
        /// The run. Default: every run whose bundle is not there yet.
        #[arg(value_name = "RUN")]
        run: Option<u64>,
    },
    /// Looks whether what the receipt of a run names is still there, unchanged and locked.
    Verify {
        /// The run. Default: the last one.
        #[arg(value_name = "RUN")]
        run: Option<u64>,
        /// Fetches every byte, too, and does not go by the checksums that S3 holds.
        #[arg(long)]
        content: bool,
    },
}

fn period(text: &str) -> Result<Period, String> {
    let wanted = || "give two days as 2026-01-01..2026-12-31".to_owned();
    let (from, to) = text.split_once("..").ok_or_else(wanted)?;
    let day =
        |text: &str| text.trim().parse::<Date>().map_err(|error| format!("`{text}` is no day ({error}); {}", wanted()));
    let period = Period { from: day(from)?, to: day(to)? };
    if period.to < period.from { Err("the period ends before it begins".into()) } else { Ok(period) }
}

fn decision(text: &str) -> Result<(u64, String), String> {
    let wanted = "give the exception's number and what you decide: 3=accepted until the next quarter";
    let (number, words) = text.split_once('=').ok_or(wanted)?;
    let number = number.trim().parse().map_err(|_| wanted)?;
    if words.trim().is_empty() { Err(wanted.into()) } else { Ok((number, words.trim().to_owned())) }
}

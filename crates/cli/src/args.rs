//! What can be typed.

pub(crate) mod baseline;
pub(crate) mod evidence;
pub(crate) mod exceptions;
pub(crate) mod iam;
pub(crate) mod plan;
pub(crate) mod serve;
pub(crate) mod state;
pub(crate) mod sweep;
pub(crate) mod validator;

use std::net::SocketAddr;
use std::path::PathBuf;

use backproof_model::{AccountId, Region};
use clap::{Args, Parser, Subcommand, ValueEnum};
use jiff::SignedDuration;

use crate::logging::LogFormatName;
use crate::simulated_time::SimulatedTime;

/// Restores random AWS Backup recovery points into a sandbox account, examines the data, deletes everything again, and
/// says what it found.
#[derive(Debug, Parser)]
#[command(name = "backproof", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0   passed
  1   a restore test failed
  2   usage or plan error: nothing was begun
  3   inconclusive, interrupted, or no answer from AWS
  4   something could not be deleted
  5   overdue, and nothing could be begun
  6   refused for safety, budget or want of approval: nothing was begun
  70  internal error
Of several, 4 wins over 1, 1 over 3, and 3 over 5.";

/// What every command understands.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Common {
    /// The plan file.
    #[arg(long, short, global = true, env = "BACKPROOF_PLAN", default_value = "backproof.toml", value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// The state directory: journal, register, reports. Default: `.backproof` beside the plan file.
    #[arg(long, global = true, env = "BACKPROOF_STATE", value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// A directory that lasts, into which everything is written a second time. A lost state is made from it again.
    #[arg(long, global = true, env = "BACKPROOF_MIRROR", value_name = "DIR")]
    pub(crate) mirror: Option<PathBuf>,
    /// Whose key is whose, and who may approve plans. Belongs outside plan and state.
    #[arg(long, global = true, env = "BACKPROOF_TRUST", value_name = "FILE")]
    pub(crate) trust: Option<PathBuf>,
    /// The person who answers for what is done here. Default: the user and host.
    #[arg(long, global = true, env = "BACKPROOF_OPERATOR", value_name = "NAME")]
    pub(crate) operator: Option<String>,
    /// The AWS profile that everything starts from. Default: `AWS_PROFILE`.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// The endpoint of all AWS services, such as a simulator's. Default: `AWS_ENDPOINT_URL`.
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) endpoint_url: Option<String>,
    /// Words for people, or JSON for programs.
    #[arg(long, global = true, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    pub(crate) output: Format,
    /// The form of the log on stderr, which `BACKPROOF_LOG` filters (such as `backproof=info`).
    #[arg(long, global = true, env = "BACKPROOF_LOG_FORMAT", value_enum, default_value_t = LogFormatName::Text, value_name = "FORMAT")]
    pub(crate) log_format: LogFormatName,
    /// The time of a simulator that runs faster than the wall, as `backproof simulate --speed` prints it.
    #[arg(long, global = true, env = "BACKPROOF_SIMULATED_TIME", hide = true, value_name = "FACTOR@MOMENT")]
    pub(crate) simulated_time: Option<SimulatedTime>,
}

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Json,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Writes a commented plan file.
    Init(Init),
    /// Says what would fail on the day, without restoring anything.
    Doctor,
    /// Sends a trial alarm through every channel of the plan, and says what arrived.
    Alarms,
    /// Lists every recovery point in scope and says which can be drawn, and why the others cannot.
    Population(Population),
    /// Rehearses the draw; with --commit or --reveal, performs its two halves for the next run.
    Draw(Draw),
    /// Redoes a draw from a population file: needs no AWS, no plan and no state.
    Redraw(Redraw),
    /// What a sample proves: the exact upper bound, as numbers. Needs no AWS, no plan and no state.
    Assurance(Assurance),
    /// Performs the plan's restore tests, or goes on with a run that was stopped.
    Run(Run),
    /// Restores and examines one recovery point (or the latest of a resource) now.
    Check(Check),
    /// Runs plans when they are due, until it is told to stop. Answers /healthz and /metrics.
    Serve(serve::Serve),
    /// The register of runs, how far an open one is, and how schedules stand.
    Status(Status),
    /// Renders a report of a run, of a sealed bundle, or of a period, in any of its formats.
    Report(evidence::Report),
    /// Verifies a sealed bundle, and names exactly what is wrong. Needs no AWS, no network, no plan and no state.
    Verify(evidence::Verify),
    /// Signs a sealed bundle off, as another person than its operator.
    SignOff(evidence::SignOff),
    /// Adds the time-stamp of an authority to a sealed bundle (RFC 3161).
    Timestamp(evidence::TimeStamp),
    /// Writes just the restore tests that an auditor sampled, each tied to the seal.
    Packet(evidence::Packet),
    /// Puts sealed bundles where nobody can change them, and looks whether they are still there.
    Archive(evidence::Archive),
    /// Shows the effective plan, what was changed since it was approved, and approves it.
    Plan(plan::Plan),
    /// Makes a key for an approver.
    Keygen(plan::Keygen),
    /// What runs left to people: lists it, and writes down what people do about it.
    Exceptions(exceptions::Exceptions),
    /// Looks whether the register is whole, and puts copies from before upgrades back.
    State(state::State),
    /// Finds what runs left in the sandbox; with --delete, deletes what the journal proves is ours.
    Sweep(sweep::Sweep),
    /// Writes the permissions that each role needs, as policies, CloudFormation or Terraform. Needs no AWS and no state.
    Iam(iam::Iam),
    /// Writes down what a database holds on the production side, to compare restored copies with.
    Baseline(baseline::Baseline),
    /// Says what validators there are, and tries a program of your own against the protocol of external ones.
    Validator(validator::Validator),
    /// Serves an AWS that is not one, for trying things out.
    Simulate(Simulate),
    /// Runs a small company's quarterly plan against the simulator, in this process.
    Demo(Demo),
    /// Prints completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Init {
    /// Overwrites a plan file that is there already.
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Population {
    /// Lists this Region of the credentials' own account, without a plan. May be given several times.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Vec<Region>,
    /// The account to list without a plan. Default: the credentials' own.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
}

#[derive(Debug, Args)]
pub(crate) struct Draw {
    /// Opens the next run, freezes its population, commits to the draw and stops: send the digest to the auditor.
    #[arg(long, conflicts_with = "reveal")]
    pub(crate) commit: bool,
    /// Continues a committed draw with entropy that was not known before, as KIND:VALUE.
    #[arg(long, value_name = "KIND:VALUE")]
    pub(crate) reveal: Option<String>,
    /// A round of the beacon as a relay answers it in JSON, for --reveal drand-quicknet:ROUND.
    #[arg(long, value_name = "FILE", requires = "reveal")]
    pub(crate) beacon: Option<PathBuf>,
    /// An authority's time-stamp over the commitment (RFC 3161), believed by the plan's `evidence.time_stamps.certificates`.
    #[arg(long, value_name = "FILE", requires = "reveal")]
    pub(crate) time_stamp: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Redraw {
    /// The frozen population.
    #[arg(long, value_name = "FILE")]
    pub(crate) population: PathBuf,
    /// The plan's digest.
    #[arg(long, value_name = "HEX")]
    pub(crate) plan_sha256: String,
    /// The run's number, or rehearsal-<n>.
    #[arg(long, value_name = "ID")]
    pub(crate) run: String,
    /// The entropy, as KIND:VALUE.
    #[arg(long, value_name = "KIND:VALUE")]
    pub(crate) entropy: String,
}

#[derive(Debug, Args)]
pub(crate) struct Assurance {
    /// Units in the population.
    #[arg(long, value_name = "N")]
    pub(crate) population: u64,
    /// Units that were tested.
    #[arg(long, value_name = "n")]
    pub(crate) sample: u64,
    /// Units of the sample that were not passed.
    #[arg(long, value_name = "k")]
    pub(crate) failures: u64,
    /// One-sided confidence.
    #[arg(long, value_name = "SHARE", default_value = "0.95")]
    pub(crate) confidence: String,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Says only how schedules stand.
    #[arg(long)]
    pub(crate) schedules: bool,
    /// The same, and ends with 5 where a plan is overdue.
    #[arg(long)]
    pub(crate) overdue: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// Begins only what the plan's schedule says is due, or goes on with what is open; else says what comes next. For
    /// cron, ECS or Kubernetes.
    #[arg(long, conflicts_with = "reveal")]
    pub(crate) if_due: bool,
    /// Entropy for a draw that was committed before, as KIND:VALUE.
    #[arg(long, value_name = "KIND:VALUE")]
    pub(crate) reveal: Option<String>,
    /// A round of the beacon as a relay answers it in JSON, for --reveal drand-quicknet:ROUND.
    #[arg(long, value_name = "FILE", requires = "reveal")]
    pub(crate) beacon: Option<PathBuf>,
    /// Runs a plan that nobody has approved. Reports say so, and name the operator for it.
    #[arg(long)]
    pub(crate) unapproved: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// A recovery point's ARN, or a protected resource's, of which the latest point is taken.
    #[arg(value_name = "ARN")]
    pub(crate) arn: String,
    /// Does not ask.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Says what would be restored, and stops.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Holds what did not pass for inspection instead of deleting it at once, for as long as this (4h, 90m; at most
    /// 72h). `backproof sweep` deletes it then.
    #[arg(long, value_name = "TIME", value_parser = sweep::keep)]
    pub(crate) keep: Option<SignedDuration>,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The world to serve. Default: the demonstration's.
    #[arg(long, value_name = "FILE")]
    pub(crate) world: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:4566")]
    pub(crate) listen: SocketAddr,
    /// How many times faster than real time the world's jobs go.
    #[arg(long, value_name = "FACTOR", default_value_t = 1)]
    pub(crate) speed: u32,
    /// Starts the server of this protected database, so that a baseline can be captured from it.
    #[arg(long, value_name = "NAME")]
    pub(crate) source_database: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Where to leave journal and report.
    #[arg(long, value_name = "DIR", default_value = "backproof-demo")]
    pub(crate) directory: PathBuf,
}

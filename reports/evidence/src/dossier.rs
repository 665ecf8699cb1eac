//! All that a report may speak of: the evidence of one or several runs, what was sealed, and what was attested to it.
//!
//! Plain data. A bundle's reader fills it, catalogues of controls are assessed against it, and every format is made of
//! it. Nothing here is decided: conclusions are `conclude`'s, verdicts on signatures are the bundle's.

use backproof_model::exception::Exception;
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

use crate::conclusion::Conclusion;
use crate::run::RunEvidence;

/// What one report is made of.
#[derive(Clone, Debug)]
pub struct Dossier {
    /// Whose report it is.
    pub subject: Subject,
    /// The days that the report is about; `None` for the report of one run.
    pub period: Option<Period>,
    /// The runs, oldest first. Never empty.
    pub runs: Vec<RunRecord>,
    /// The register as the newest of them sealed it.
    pub register: RegisterReading,
    /// When each protected resource was last proved, as the newest run sealed it; never proved ones first, then
    /// those proved longest ago.
    pub coverage: Vec<Coverage>,
    /// Every exception that the register knows, in the order of their numbers.
    pub exceptions: Vec<Exception>,
}

impl Dossier {
    /// The newest run, which the first page speaks of.
    ///
    /// # Panics
    /// Where there is no run, which no reader makes.
    pub fn latest(&self) -> &RunRecord {
        self.runs.last().expect("a dossier has at least one run")
    }

    /// Whether anything in it was made on a simulator.
    pub fn is_simulated(&self) -> bool {
        self.runs.iter().any(|run| run.evidence.is_simulated())
    }
}

/// Whose report it is. All of it is the user's own text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The entity that is audited.
    pub entity: Option<String>,
    /// The system that is in scope.
    pub system: Option<String>,
    /// The document's classification, as `Confidential`.
    pub classification: Option<String>,
    /// A picture as a `data:` URI.
    pub logo: Option<String>,
}

/// Days, both included, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// One run with everything that was sealed and said of it.
#[derive(Clone, Debug)]
pub struct RunRecord {
    /// What its journal says.
    pub evidence: RunEvidence,
    /// What that comes to.
    pub conclusion: Conclusion,
    /// The seal of its bundle; `None` where the journal was read without one.
    pub seal: Option<Seal>,
    /// What people and authorities added, each judged.
    pub attestations: Vec<Attestation>,
    /// How the population is spread; `None` where its file was not at hand.
    pub population: Option<PopulationShape>,
}

/// The seal of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// SHA-256 of `SHA256SUMS`, in hexadecimal.
    pub sha256: String,
    /// The bundle of the run before, where there is one.
    pub previous: Option<PreviousBundle>,
    /// Every sealed file, in the order of `SHA256SUMS`.
    pub files: Vec<SealedFile>,
}

/// The bundle that was sealed before this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PreviousBundle {
    /// Its run.
    pub run: u64,
    /// Its seal.
    pub sha256: String,
}

/// One file of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SealedFile {
    /// Its path in the bundle, with `/`.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal.
    pub sha256: String,
}

/// Something that was said of a sealed bundle, by a file of its own, and whether it is believed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attestation {
    /// The file below `attestations/`.
    pub file: String,
    /// What it is.
    pub kind: AttestationKind,
    /// Whether it is believed.
    pub standing: AttestationStanding,
    /// The person or authority, where somebody vouches for the name.
    pub by: Option<String>,
    /// The role in which it was signed, as the person said it.
    pub role: Option<String>,
    /// The key, by its id.
    pub key_id: Option<String>,
    /// When, as the signer or the authority says.
    pub at: Option<Timestamp>,
    /// What the person stated.
    pub statement: Option<String>,
    /// What the person decided of exceptions.
    pub decisions: Vec<Decision>,
    /// Why the standing is what it is, in a sentence.
    pub remark: String,
}

/// What an attestation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationKind {
    /// The operator's signature on the run, made when the bundle was sealed.
    Operator,
    /// The operator's result in in-toto's words. It says neither whose run it is nor when, so it stands for no signature.
    TestResult,
    /// Another person's, made later.
    SignOff,
    /// A time-stamp of an authority (RFC 3161).
    TimeStamp,
    /// What an archive gave back.
    ArchiveReceipt,
}

/// Whether an attestation is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttestationStanding {
    /// It holds, and the trust file names the signer.
    Trusted,
    /// It holds, and nothing says whose key it is.
    SignerUnknown,
    /// It does not hold.
    Invalid,
}

/// What a reviewer decided of one exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// The exception's number.
    pub exception: u64,
    /// What was decided, in the reviewer's words.
    pub decision: String,
}

/// The register, read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RegisterReading {
    /// How many lines its chain has.
    pub entries: u64,
    /// SHA-256 of the last of them.
    pub head: Option<String>,
    /// Every run in it, in the order of their numbers.
    pub runs: Vec<RegisterRun>,
    /// Every occurrence of every plan's schedule, oldest first.
    pub occurrences: Vec<RegisterOccurrence>,
    /// What is wrong with it: gaps, lines that do not follow.
    pub problems: Vec<String>,
}

/// One run of the register.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterRun {
    /// Its number.
    pub run: u64,
    /// The plan's name.
    pub plan_name: String,
    /// Whether a plan was run or a point checked.
    pub is_check: bool,
    /// When it got its number.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// `open`, `closed` or `aborted`.
    pub state: &'static str,
    /// How often another process went on with it.
    pub resumed: u64,
    /// The head of its chain when it was closed.
    pub head: Option<String>,
    /// The seal of its bundle, where one was made.
    pub bundle_sha256: Option<String>,
    /// What it came to, of closed ones whose journal was at hand when the newest bundle was sealed.
    pub summary: Option<RunSummary>,
}

/// A run in one line, for trends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// `passed`, `failed`, `inconclusive` or `left-behind`.
    pub verdict: String,
    /// Drawn recovery points.
    pub drawn: u64,
    /// Of them passed.
    pub passed: u64,
    /// Of them failed.
    pub failed: u64,
    /// Of them undecided.
    pub inconclusive: u64,
    /// The median of the measured recovery times.
    pub recovery_median_seconds: Option<i64>,
    /// The longest measured recovery time.
    pub recovery_longest_seconds: Option<i64>,
}

/// One occurrence of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterOccurrence {
    /// The plan's name.
    pub plan_name: String,
    /// When it was due.
    pub due: Timestamp,
    /// `scheduled`, `under way`, `performed`, `late` or `missed`.
    pub state: &'static str,
    /// The run that performs it.
    pub run: Option<u64>,
    /// The verdict of a performed one.
    pub verdict: Option<String>,
    /// Why it was late or missed.
    pub why: Option<String>,
}

/// When one protected resource was last proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// The resource.
    pub resource_arn: String,
    /// Its type.
    pub resource_type: String,
    /// The account that owns it.
    pub account: String,
    /// Its recovery points that could be drawn in the newest run.
    pub eligible_points: u64,
    /// When a restore test of it last passed.
    pub last_passed: Option<Timestamp>,
    /// In which run.
    pub last_passed_run: Option<u64>,
    /// What the last restore test of it came to.
    pub last_outcome: Option<String>,
    /// In which run that was.
    pub last_tested_run: Option<u64>,
}

/// How a population is spread over types and time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PopulationShape {
    /// One for each type and month of creation that has a point, in that order.
    pub buckets: Vec<PopulationBucket>,
}

/// The eligible recovery points of one type that were made in one month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PopulationBucket {
    /// The resource type.
    pub resource_type: String,
    /// The first day of the month, in UTC.
    pub month: Date,
    /// Eligible points.
    pub points: u64,
    /// Those of them that were drawn.
    pub drawn: u64,
}

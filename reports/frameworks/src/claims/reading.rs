//! How a claim stands, in sentences that say where their figures can be found.
//!
//! Most claims are read run by run, and the worst run decides: what is contradicted once is contradicted.

use std::cmp::Reverse;

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{RegisterRun, RunRecord};
use backproof_evidence::words::counted;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::DossierClaim;
use crate::frequency::is_of_these_plans;

/// Runs whose sentence is told one by one; of more than these, those that matter most.
const TOLD_RUNS: usize = 12;
/// Restore tests that a sentence names by number.
const NAMED_TESTS: usize = 12;
/// Restore tests that a reference names by number.
const REFERRED_TESTS: usize = 100;

/// How a claim stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClaimReading {
    /// The claim.
    pub claim: DossierClaim,
    /// How it stands.
    pub standing: ClaimStanding,
    /// Why, with the figures; never empty. The weightiest first.
    pub sentences: Vec<Sentence>,
}

/// How a claim stands. Ordered from good to bad, so that the worst of several is their maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimStanding {
    /// The evidence shows it.
    Shown,
    /// The evidence does not show it: something is missing, or could not be told.
    NotShown,
    /// The evidence shows the opposite.
    Contradicted,
}

impl ClaimStanding {
    /// The standing in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::NotShown => "not shown",
            Self::Contradicted => "contradicted",
        }
    }
}

/// One sentence, and where what it says can be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// The sentence.
    pub text: String,
    /// Where its figures stand.
    pub evidence: EvidenceReference,
}

/// Where something stands in a report and in a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceReference {
    /// The run; `None` for what the register says of all of them.
    pub run: Option<u64>,
    /// Restore tests that decide, by number: the first hundred.
    pub tests: Vec<u32>,
    /// The section of the report, from 1.
    pub section: u8,
    /// The file of the bundle.
    pub file: &'static str,
}

/// Where in the report something stands, and in which file of the bundle.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(pub(super) u8, pub(super) &'static str);

/// Scope, authorisation and approval.
pub(super) const APPROVALS: Place = Place(3, "journal.jsonl");
/// The register.
pub(super) const REGISTER: Place = Place(4, "register.jsonl");
/// The population.
pub(super) const POPULATION: Place = Place(5, "population.tsv");
/// When each resource was last proved.
pub(super) const COVERAGE: Place = Place(5, "coverage.csv");
/// The draw.
pub(super) const DRAW: Place = Place(6, "draw.json");
/// The sandbox.
pub(super) const SANDBOX: Place = Place(7, "journal.jsonl");
/// Planted faults.
pub(super) const CONTROLS: Place = Place(7, "results.json");
/// Results.
pub(super) const RESULTS: Place = Place(8, "results.csv");
/// Checks.
pub(super) const CHECKS: Place = Place(8, "checks.csv");
/// Times against objectives.
pub(super) const TIMES: Place = Place(9, "results.csv");
/// Gaps.
pub(super) const GAPS: Place = Place(9, "gaps.tsv");
/// Exceptions.
pub(super) const EXCEPTIONS: Place = Place(11, "exceptions.csv");
/// Disposal.
pub(super) const DISPOSAL: Place = Place(12, "resources.csv");
/// The program and its configuration.
pub(super) const PROGRAM: Place = Place(14, "run.json");
/// AWS's own event history.
pub(super) const CLOUDTRAIL: Place = Place(15, "cloudtrail.tsv");
/// Digests and verification.
pub(super) const INDEX: Place = Place(15, "SHA256SUMS");
/// Signatures.
pub(super) const SIGNATURES: Place = Place(16, "attestations/");

/// What one run, or the register, says of a claim.
#[derive(Clone, Debug)]
pub(super) struct Said {
    standing: ClaimStanding,
    text: String,
    tests: Vec<u32>,
}

impl Said {
    /// It is shown.
    pub(super) fn shown(text: impl Into<String>) -> Self {
        Self { standing: ClaimStanding::Shown, text: text.into(), tests: Vec::new() }
    }

    /// It is not shown.
    pub(super) fn not_shown(text: impl Into<String>) -> Self {
        Self { standing: ClaimStanding::NotShown, text: text.into(), tests: Vec::new() }
    }

    /// The opposite is shown.
    pub(super) fn contradicted(text: impl Into<String>) -> Self {
        Self { standing: ClaimStanding::Contradicted, text: text.into(), tests: Vec::new() }
    }

    /// The same, decided by these restore tests.
    pub(super) fn by(mut self, tests: impl IntoIterator<Item = u32>) -> Self {
        self.tests = tests.into_iter().take(REFERRED_TESTS).collect();
        self
    }

    /// The same with something appended.
    pub(super) fn with(mut self, more: Option<String>) -> Self {
        self.text.push_str(&more.unwrap_or_default());
        self
    }

    fn into_sentence(self, run: Option<u64>, place: Place) -> Sentence {
        let text = match run {
            Some(run) => format!("Run {run}: {}", ended(&self.text)),
            None => ended(&backproof_evidence::words::sentence(&self.text)),
        };
        let Place(section, file) = place;
        Sentence { text, evidence: EvidenceReference { run, tests: self.tests, section, file } }
    }
}

/// With a full stop.
fn ended(text: &str) -> String {
    if text.ends_with('.') { text.to_owned() } else { format!("{text}.") }
}

/// Reads a claim run by run. Checks of one recovery point count only where there is nothing else.
pub(super) fn per_run(
    claim: DossierClaim,
    dossier: &Dossier,
    place: Place,
    read: impl Fn(&RunRecord) -> Said,
) -> ClaimReading {
    let of_plans = || dossier.runs.iter().filter(|run| !run.evidence.is_one_off_check());
    let runs: Vec<&RunRecord> =
        if of_plans().next().is_some() { of_plans().collect() } else { dossier.runs.iter().collect() };
    let mut said: Vec<(u64, Said)> = runs.into_iter().map(|run| (run.evidence.run, read(run))).collect();
    said.extend(absent(dossier).map(|run| {
        (run, Said::not_shown("the register has it in the period, and its evidence is not in this dossier"))
    }));
    if said.is_empty() {
        return whole(claim, place, Said::not_shown("there is no run"));
    }
    said.sort_by_key(|(_, said)| Reverse(said.standing));
    let standing = said[0].1.standing;
    let left_out = said.len().saturating_sub(TOLD_RUNS) as u64;
    let mut sentences: Vec<Sentence> =
        said.into_iter().take(TOLD_RUNS).map(|(run, said)| said.into_sentence(Some(run), place)).collect();
    if left_out > 0 {
        let text = format!(
            "{} of this dossier stand no worse than these; each has its own bundle",
            counted(left_out, "further run")
        );
        sentences.push(Said::shown(text).into_sentence(None, place));
    }
    ClaimReading { claim, standing, sentences }
}

/// Runs of the period that the register knows and the dossier leaves out: nobody picks the runs that look well.
fn absent(dossier: &Dossier) -> impl Iterator<Item = u64> {
    let within = |run: &RegisterRun| {
        let day = run.opened_at.to_zoned(TimeZone::UTC).date();
        dossier.period.is_some_and(|period| (period.from..=period.to).contains(&day))
    };
    let is_there = |run: &RegisterRun| dossier.runs.iter().any(|record| record.evidence.run == run.run);
    let wanted = move |run: &&RegisterRun| {
        !run.is_check && run.state != "aborted" && is_of_these_plans(&run.plan_name, dossier) && within(run)
    };
    dossier.register.runs.iter().filter(wanted).filter(move |run| !is_there(run)).map(|run| run.run)
}

/// Reads a claim for which one run is enough: shown where one shows it, unless another shows the opposite.
pub(super) fn any_run(
    claim: DossierClaim,
    dossier: &Dossier,
    place: Place,
    read: impl Fn(&RunRecord) -> Said,
) -> ClaimReading {
    let mut reading = per_run(claim, dossier, place, &read);
    let shown = |run: &&RunRecord| read(run).standing == ClaimStanding::Shown;
    if reading.standing == ClaimStanding::NotShown
        && let Some(run) = dossier.runs.iter().find(shown)
    {
        reading.standing = ClaimStanding::Shown;
        reading.sentences = vec![read(run).into_sentence(Some(run.evidence.run), place)];
    }
    reading
}

/// Reads a claim that is about all runs together.
pub(super) fn whole(claim: DossierClaim, place: Place, said: Said) -> ClaimReading {
    ClaimReading { claim, standing: said.standing, sentences: vec![said.into_sentence(None, place)] }
}

/// `restore test 3`, `restore tests 3, 5 and 8`, `restore tests 3, 5, … and 12 others`.
pub(super) fn named(tests: &[u32]) -> String {
    let shown: Vec<String> = tests.iter().take(NAMED_TESTS).map(ToString::to_string).collect();
    let more = tests.len().saturating_sub(NAMED_TESTS);
    match (shown.as_slice(), more) {
        ([], _) => "no restore test".to_owned(),
        ([only], 0) => format!("restore test {only}"),
        ([first @ .., last], 0) => format!("restore tests {} and {last}", first.join(", ")),
        (all, more) => format!("restore tests {} and {}", all.join(", "), counted(more as u64, "other")),
    }
}

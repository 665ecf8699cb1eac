//! `run.json`: what a bundle is of, in one page for programs.

use std::collections::BTreeMap;

use backproof_evidence::dossier::{PreviousBundle, RunSummary};
use backproof_evidence::{Conclusion, Register, RunEvidence};
use backproof_model::record::Purpose;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::layout::BUNDLE_FORMAT;

/// The content of `run.json`. Members keep their meaning within a version of the format; new ones may be added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFile {
    /// [`BUNDLE_FORMAT`].
    pub format: String,
    /// The run's number in the register.
    pub run: u64,
    /// Whether this was the simulator and not AWS.
    pub simulated: bool,
    /// The installation that performed it.
    pub installation: String,
    /// The plan's name.
    pub plan_name: String,
    /// SHA-256 of the effective plan, which is that of `plan.json`.
    pub plan_sha256: String,
    /// Whether a plan ran, or one recovery point was checked.
    pub purpose: Purpose,
    /// The user and host that started it.
    pub operator: String,
    /// The version of the program that performed it.
    pub performed_by_version: String,
    /// The version of the program that sealed it, and that made every derived file.
    pub sealed_by_version: String,
    /// When the run's first line was journalled.
    pub began: Timestamp,
    /// When its last line was.
    pub ended: Timestamp,
    /// The head of the run's chain, with which the register closed it.
    pub head: String,
    /// SHA-256 of `journal.jsonl`.
    pub journal_sha256: String,
    /// The register up to the run's closing.
    pub register: RegisterSealed,
    /// The bundle that was sealed before, by the register.
    pub previous: Option<PreviousSealed>,
    /// `passed`, `failed`, `inconclusive` or `left-behind`.
    pub verdict: String,
    /// The counts that must add up, by name.
    pub counts: BTreeMap<String, u64>,
}

/// How far the register is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisterSealed {
    /// How many lines.
    pub entries: u64,
    /// SHA-256 of the last.
    pub head: String,
}

/// The bundle before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviousSealed {
    /// Its run.
    pub run: u64,
    /// Its seal.
    pub sha256: String,
}

impl From<PreviousBundle> for PreviousSealed {
    fn from(previous: PreviousBundle) -> Self {
        Self { run: previous.run, sha256: previous.sha256 }
    }
}

impl From<PreviousSealed> for PreviousBundle {
    fn from(previous: PreviousSealed) -> Self {
        Self { run: previous.run, sha256: previous.sha256 }
    }
}

impl RunFile {
    /// The file of a closed run. `None` where the run was never opened or never closed.
    pub(crate) fn of(evidence: &RunEvidence, conclusion: &Conclusion, register: &Register) -> Option<Self> {
        let opened = evidence.opened.as_ref()?;
        Some(Self {
            format: BUNDLE_FORMAT.to_owned(),
            run: evidence.run,
            simulated: evidence.is_simulated(),
            installation: opened.installation.clone(),
            plan_name: opened.plan_name.clone(),
            plan_sha256: opened.plan_sha256.clone(),
            purpose: opened.purpose.clone(),
            operator: opened.operator.clone(),
            performed_by_version: opened.version.clone(),
            sealed_by_version: env!("CARGO_PKG_VERSION").to_owned(),
            began: evidence.began?,
            ended: evidence.last_entry?,
            head: register.head_of(evidence.run)?.to_owned(),
            journal_sha256: evidence.journal_sha256.clone(),
            register: RegisterSealed { entries: register.lines, head: register.head.clone() },
            previous: register.last_sealed().map(Into::into),
            verdict: RunSummary::of(conclusion).verdict,
            counts: counts(evidence, conclusion),
        })
    }

    /// The file's text.
    pub(crate) fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts, numbers and moments are always JSON");
        text + "\n"
    }
}

/// The counts that must add up, by name: listed = eligible + excluded, drawn = passed + failed + inconclusive,
/// created = deleted + kept + stranded + unaccounted.
pub fn counts(evidence: &RunEvidence, conclusion: &Conclusion) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut count = |name: &str, number: u64| counts.insert(name.to_owned(), number);
    if let Some(population) = &evidence.population {
        count("listed", population.listed);
        count("eligible", population.eligible);
        count("excluded", population.excluded);
    }
    count("drawn", conclusion.counts.drawn);
    count("passed", conclusion.counts.passed);
    count("failed", conclusion.counts.failed);
    count("inconclusive", conclusion.counts.inconclusive);
    count("checks", evidence.tests.iter().map(|test| test.checks().len() as u64).sum());
    count("created", conclusion.remains.created);
    count("deleted", conclusion.remains.deleted);
    count("kept", conclusion.remains.kept.len() as u64);
    count("stranded", conclusion.remains.stranded);
    count("unaccounted", conclusion.remains.unaccounted.len() as u64);
    counts
}

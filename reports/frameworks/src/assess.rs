//! What a dossier says of every criterion of a catalogue.
//!
//! Pure: the same catalogue and dossier give the same assessment. Three things are judged apart and never added up: how
//! the control operated, what the restores came to, and whether the harness can be relied on. Each criterion then
//! stands as the claims stand that its catalogue names. A simulation supports nothing, whatever it would have shown.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::Period;
use jiff::civil::Date;
use serde::Serialize;

use crate::catalogue::{Catalogue, Criterion, Objective, Relation};
use crate::claims::{Aspect, ClaimReading, ClaimStanding, DossierClaim, EvidenceReference};
use crate::combine::{Readings, combine, said};
use crate::frequency::{FrequencyReading, frequency};

/// What every assessment says of itself.
pub const SUPPORTS: &str = "This assessment says which evidence supports a criterion, which speaks against it, and \
    what is left open. It supports an auditor's judgement and certifies nothing: conformity is for the auditor to \
    determine.";
/// Why a simulation supports nothing.
pub const SIMULATED: &str = "This was a simulation: no backup was restored, so nothing is supported. Beside it stands \
    how the criterion would read, had the same come from AWS.";

/// What a dossier says of a catalogue's criteria.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The catalogue.
    pub catalogue: CatalogueIdentity,
    /// That it supports and never certifies, in words.
    pub disclaimer: &'static str,
    /// Whether anything in the dossier was made on a simulator, so that nothing is supported.
    pub simulated: bool,
    /// The days that it is about; `None` for a single run.
    pub period: Option<Period>,
    /// The runs that it is about.
    pub runs: Vec<u64>,
    /// How the control operated, whatever it found.
    pub control_operation: AspectReading,
    /// What the restores came to.
    pub restore_outcomes: AspectReading,
    /// Whether the harness and its evidence can be relied on.
    pub harness_integrity: AspectReading,
    /// Every criterion of the catalogue, in its order.
    pub criteria: Vec<CriterionReading>,
    /// How many of them stand how.
    pub counts: StandingCounts,
    /// Every claim that a criterion names, each once, in the order of the vocabulary.
    pub claims: Vec<ClaimReading>,
}

impl Assessment {
    /// How a claim stands, where a criterion names it.
    pub fn claim(&self, claim: DossierClaim) -> Option<&ClaimReading> {
        self.claims.iter().find(|reading| reading.claim == claim)
    }

    /// How a criterion stands, by its id.
    pub fn criterion(&self, id: &str) -> Option<&CriterionReading> {
        self.criteria.iter().find(|criterion| criterion.id == id)
    }
}

/// Which catalogue, to the byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CatalogueIdentity {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The edition of the standard that it maps.
    pub version: String,
    /// The publication.
    pub source: String,
    /// Where that can be had.
    pub source_url: String,
    /// What may be done with the standard's text.
    pub licence: String,
    /// When somebody last compared it with the publication.
    pub reviewed_on: Date,
    /// Who did.
    pub reviewer: String,
    /// What of it nobody has checked against the publication.
    pub unverified: Vec<String>,
    /// SHA-256 of its text.
    pub sha256: String,
}

/// How one of the three things stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AspectReading {
    /// Which.
    pub aspect: Aspect,
    /// How it stands: the worst of its claims.
    pub standing: ClaimStanding,
    /// In one sentence.
    pub sentence: String,
    /// The claims that it is read from.
    pub claims: Vec<ClaimReading>,
}

/// How a criterion stands. Ordered from good to bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CriterionStanding {
    /// Every claim that its catalogue names for it is shown.
    Supported,
    /// The catalogue names no claim for it: it is in scope, and restore tests say nothing of it.
    NotAddressed,
    /// Something that it takes is not shown.
    Insufficient,
    /// Something that it takes is contradicted, or was done more rarely than it demands.
    Contradicted,
}

impl CriterionStanding {
    /// The standing in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::NotAddressed => "not addressed",
            Self::Insufficient => "insufficient",
            Self::Contradicted => "contradicted",
        }
    }
}

/// How one criterion stands, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CriterionReading {
    /// Its id.
    pub id: String,
    /// Its ids in earlier editions.
    pub former_ids: Vec<String>,
    /// Our own title of it.
    pub title: String,
    /// How closely a restore test bears on it.
    pub relation: Relation,
    /// How it stands.
    pub standing: CriterionStanding,
    /// How it would stand, had this not been a simulation; `None` where it was none.
    pub would_be: Option<CriterionStanding>,
    /// In one sentence.
    pub sentence: String,
    /// Why, claim by claim, the weightiest first.
    pub reasons: Vec<Reason>,
    /// Whether it was done often enough.
    pub frequency: FrequencyReading,
    /// What it leaves open all the same.
    pub leaves_open: Vec<String>,
    /// Where it stands in the publication.
    pub source: String,
    /// The control in OSCAL's spelling.
    pub oscal_control: Option<String>,
    /// Its assessment objectives.
    pub objectives: Vec<ObjectiveReading>,
}

/// One claim behind a criterion's standing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The claim.
    pub claim: DossierClaim,
    /// How it stands.
    pub standing: ClaimStanding,
    /// Why, with the figures: the weightiest sentence.
    pub sentence: String,
    /// Where the figures stand.
    pub evidence: EvidenceReference,
    /// How many sentences more the claim's own reading has.
    pub further_sentences: usize,
}

/// How one assessment objective stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ObjectiveReading {
    /// Its id.
    pub id: String,
    /// How it stands.
    pub standing: CriterionStanding,
    /// How it would stand, had this not been a simulation; `None` where it was none.
    pub would_be: Option<CriterionStanding>,
    /// The claims that it goes by.
    pub claims: Vec<DossierClaim>,
}

/// How many criteria stand how. They add up to all criteria of the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StandingCounts {
    /// Supported.
    pub supported: u64,
    /// Contradicted.
    pub contradicted: u64,
    /// Insufficient.
    pub insufficient: u64,
    /// Not addressed.
    pub not_addressed: u64,
}

/// Says of every criterion of a catalogue how it stands by this dossier.
pub fn assess(catalogue: &Catalogue, dossier: &Dossier) -> Assessment {
    let readings = Readings::of(catalogue, dossier);
    let criteria: Vec<CriterionReading> =
        catalogue.criteria.iter().map(|criterion| of_criterion(criterion, dossier, &readings)).collect();
    Assessment {
        catalogue: identity(catalogue),
        disclaimer: SUPPORTS,
        simulated: dossier.is_simulated(),
        period: dossier.period,
        runs: dossier.runs.iter().map(|run| run.evidence.run).collect(),
        control_operation: readings.aspect(Aspect::ControlOperation, dossier),
        restore_outcomes: readings.aspect(Aspect::RestoreOutcomes, dossier),
        harness_integrity: readings.aspect(Aspect::HarnessIntegrity, dossier),
        counts: counts(&criteria),
        criteria,
        claims: readings.named_by(catalogue),
    }
}

fn identity(catalogue: &Catalogue) -> CatalogueIdentity {
    CatalogueIdentity {
        id: catalogue.id.clone(),
        title: catalogue.title.clone(),
        version: catalogue.version.clone(),
        source: catalogue.source.clone(),
        source_url: catalogue.source_url.clone(),
        licence: catalogue.licence.clone(),
        reviewed_on: catalogue.reviewed_on,
        reviewer: catalogue.reviewer.clone(),
        unverified: catalogue.unverified.clone(),
        sha256: catalogue.sha256.clone(),
    }
}

fn of_criterion(criterion: &Criterion, dossier: &Dossier, readings: &Readings) -> CriterionReading {
    let frequency = frequency(criterion.minimum_frequency, dossier);
    let read = combine(&criterion.claims, criterion.at_least(), Some(&frequency), readings);
    let simulated = dossier.is_simulated();
    let (standing, would_be) = on_a_simulator(read, simulated);
    let reasons = readings.reasons(criterion);
    CriterionReading {
        id: criterion.id.clone(),
        former_ids: criterion.former_ids.clone(),
        title: criterion.title.clone(),
        relation: criterion.relation,
        standing,
        would_be,
        sentence: if simulated { SIMULATED.to_owned() } else { sentence(read, &reasons, &frequency) },
        reasons,
        frequency,
        leaves_open: criterion.leaves_open.clone(),
        source: criterion.source.clone(),
        oscal_control: criterion.oscal_control.clone(),
        objectives: criterion.objectives.iter().map(|it| of_objective(it, criterion, simulated, readings)).collect(),
    }
}

fn of_objective(
    objective: &Objective,
    criterion: &Criterion,
    simulated: bool,
    readings: &Readings,
) -> ObjectiveReading {
    let read = combine(&objective.claims, criterion.at_least(), None, readings);
    let (standing, would_be) = on_a_simulator(read, simulated);
    ObjectiveReading { id: objective.id.clone(), standing, would_be, claims: objective.claims.clone() }
}

/// On a simulator nothing is more than insufficient; what it would have been stands beside it.
fn on_a_simulator(read: CriterionStanding, simulated: bool) -> (CriterionStanding, Option<CriterionStanding>) {
    if simulated { (CriterionStanding::Insufficient, Some(read)) } else { (read, None) }
}

fn sentence(standing: CriterionStanding, reasons: &[Reason], frequency: &FrequencyReading) -> String {
    let of = |wanted: ClaimStanding| {
        said(wanted, reasons.iter().filter(|reason| reason.standing == wanted).map(|reason| reason.claim))
    };
    match standing {
        CriterionStanding::Supported => of(ClaimStanding::Shown),
        CriterionStanding::NotAddressed => {
            "Restore tests say nothing of it; other evidence has to support it.".to_owned()
        }
        CriterionStanding::Insufficient => of(ClaimStanding::NotShown),
        CriterionStanding::Contradicted if frequency.is_violated() => {
            format!("{} {}", of(ClaimStanding::Contradicted), frequency.sentence).trim_start().to_owned()
        }
        CriterionStanding::Contradicted => of(ClaimStanding::Contradicted),
    }
}

fn counts(criteria: &[CriterionReading]) -> StandingCounts {
    let mut counts = StandingCounts::default();
    for criterion in criteria {
        match criterion.standing {
            CriterionStanding::Supported => counts.supported += 1,
            CriterionStanding::Contradicted => counts.contradicted += 1,
            CriterionStanding::Insufficient => counts.insufficient += 1,
            CriterionStanding::NotAddressed => counts.not_addressed += 1,
        }
    }
    counts
}

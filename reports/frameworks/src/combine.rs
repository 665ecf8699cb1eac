//! From claims to standings: every claim is read once, and what takes several of them stands as the worst.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use backproof_evidence::Dossier;

use crate::assess::{AspectReading, CriterionStanding, Reason};
use crate::catalogue::{Catalogue, Criterion, Frequency};
use crate::claims::{Aspect, ClaimReading, ClaimStanding, DossierClaim};
use crate::frequency::FrequencyReading;

/// What the control's operation is read from: whether it was done, when, under whose eyes, and with what follow-up.
const CONTROL: [DossierClaim; 8] = [
    DossierClaim::Authorised,
    DossierClaim::PlanApprovedBefore,
    DossierClaim::PerformedOnSchedule,
    DossierClaim::RegisterGapFree,
    DossierClaim::EveryDrawnPointTested,
    DossierClaim::ExceptionsFollowed,
    DossierClaim::EvidenceSigned,
    DossierClaim::ReviewedByAnother,
];
/// What the outcomes of restores are read from.
const OUTCOMES: [DossierClaim; 4] = [
    DossierClaim::RestoreTestsPassed,
    DossierClaim::DataExamined,
    DossierClaim::RecoveryTimeWithinObjective,
    DossierClaim::GapWithinObjective,
];
/// What the harness's integrity is read from.
const INTEGRITY: [DossierClaim; 4] = [
    DossierClaim::EvidenceHoldsTogether,
    DossierClaim::BundlesLinked,
    DossierClaim::ValidatorsShownToNoticeFaults,
    DossierClaim::RestoredDataDeleted,
];

/// Every claim that is wanted, read once; one that asks how often, once for each frequency.
pub(crate) struct Readings(BTreeMap<(usize, Option<Frequency>), ClaimReading>);

impl Readings {
    /// Reads what the catalogue and the three aspects go by.
    pub(crate) fn of(catalogue: &Catalogue, dossier: &Dossier) -> Self {
        let of_criterion = |criterion: &Criterion| {
            let at_least = criterion.at_least();
            criterion.claims.clone().into_iter().map(move |claim| (claim, at_least))
        };
        let named = catalogue.criteria.iter().flat_map(of_criterion);
        let aspects = CONTROL.into_iter().chain(OUTCOMES).chain(INTEGRITY).map(|claim| (claim, None));
        let mut readings = BTreeMap::new();
        for (claim, at_least) in named.chain(aspects) {
            readings.entry(place(claim, at_least)).or_insert_with(|| claim.read_at_least(at_least, dossier));
        }
        Self(readings)
    }

    fn reading(&self, claim: DossierClaim, at_least: Option<Frequency>) -> Option<&ClaimReading> {
        self.0.get(&place(claim, at_least))
    }

    /// The readings that the catalogue's criteria go by, in the order of the vocabulary; of several of a claim the worst.
    pub(crate) fn named_by(&self, catalogue: &Catalogue) -> Vec<ClaimReading> {
        let named = |claim| catalogue.criteria.iter().any(|criterion| criterion.claims.contains(&claim));
        let mut all: Vec<ClaimReading> = Vec::new();
        for reading in self.0.values().filter(|reading| named(reading.claim)) {
            match all.last_mut().filter(|last| last.claim == reading.claim) {
                Some(last) if last.standing >= reading.standing => {}
                Some(last) => last.clone_from(reading),
                None => all.push(reading.clone()),
            }
        }
        all
    }

    /// How one of the three things stands.
    pub(crate) fn aspect(&self, aspect: Aspect, dossier: &Dossier) -> AspectReading {
        let claims: &[DossierClaim] = match aspect {
            Aspect::ControlOperation => &CONTROL,
            Aspect::RestoreOutcomes => &OUTCOMES,
            Aspect::HarnessIntegrity => &INTEGRITY,
        };
        let claims: Vec<ClaimReading> = claims.iter().filter_map(|claim| self.reading(*claim, None)).cloned().collect();
        let standing = claims.iter().map(|reading| reading.standing).max().unwrap_or(ClaimStanding::NotShown);
        AspectReading { aspect, standing, sentence: of_aspect(standing, &claims, dossier), claims }
    }

    /// The reasons that claims give, the weightiest first.
    pub(crate) fn reasons(&self, criterion: &Criterion) -> Vec<Reason> {
        let read = |claim: &DossierClaim| reason(self.reading(*claim, criterion.at_least())?);
        let mut reasons: Vec<Reason> = criterion.claims.iter().filter_map(read).collect();
        reasons.sort_by_key(|reason| Reverse(reason.standing));
        reasons
    }
}

/// Where the claim stands in the vocabulary, and how often is demanded where it asks.
fn place(claim: DossierClaim, at_least: Option<Frequency>) -> (usize, Option<Frequency>) {
    let place = DossierClaim::ALL.iter().position(|known| *known == claim).unwrap_or(usize::MAX);
    (place, at_least.filter(|_| claim.asks_how_often()))
}

fn reason(reading: &ClaimReading) -> Option<Reason> {
    let first = reading.sentences.first()?;
    Some(Reason {
        claim: reading.claim,
        standing: reading.standing,
        sentence: first.text.clone(),
        evidence: first.evidence.clone(),
        further_sentences: reading.sentences.len() - 1,
    })
}

/// How something stands that takes all of these claims. Done too rarely, it is contradicted.
pub(crate) fn combine(
    claims: &[DossierClaim],
    at_least: Option<Frequency>,
    frequency: Option<&FrequencyReading>,
    readings: &Readings,
) -> CriterionStanding {
    if claims.is_empty() {
        return CriterionStanding::NotAddressed;
    }
    let standing =
        |claim: &DossierClaim| readings.reading(*claim, at_least).map_or(ClaimStanding::NotShown, |it| it.standing);
    if frequency.is_some_and(FrequencyReading::is_violated) {
        return CriterionStanding::Contradicted;
    }
    match claims.iter().map(standing).max() {
        Some(ClaimStanding::Shown) => CriterionStanding::Supported,
        Some(ClaimStanding::Contradicted) => CriterionStanding::Contradicted,
        Some(ClaimStanding::NotShown) | None => CriterionStanding::Insufficient,
    }
}

/// `It is shown that …; that ….`, or nothing where there is no such claim.
pub(crate) fn said(standing: ClaimStanding, claims: impl Iterator<Item = DossierClaim>) -> String {
    let clauses: Vec<String> = claims.map(|claim| format!("that {}", claim.in_words())).collect();
    if clauses.is_empty() { String::new() } else { format!("It is {} {}.", standing.word(), clauses.join("; ")) }
}

/// What is contradicted and what is not shown; where there is neither, what is shown.
fn of_aspect(standing: ClaimStanding, claims: &[ClaimReading], dossier: &Dossier) -> String {
    let of = |wanted: ClaimStanding| {
        said(wanted, claims.iter().filter(|reading| reading.standing == wanted).map(|reading| reading.claim))
    };
    let simulated = if dossier.is_simulated() { "On a simulator, which proves nothing of any backup." } else { "" };
    let told = match standing {
        ClaimStanding::Shown => vec![of(ClaimStanding::Shown), simulated.to_owned()],
        ClaimStanding::NotShown | ClaimStanding::Contradicted => {
            vec![of(ClaimStanding::Contradicted), of(ClaimStanding::NotShown), simulated.to_owned()]
        }
    };
    told.into_iter().filter(|sentence| !sentence.is_empty()).collect::<Vec<_>>().join(" ")
}

//! From claims to standings: every claim is read once, and what takes several of them stands as the worst.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use backproof_evidence::Dossier;

use crate::assess::{AspectReading, CriterionStanding, Reason};
use crate::catalogue::Catalogue;
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

/// Every claim that is wanted, read once.
pub(crate) struct Readings(BTreeMap<usize, ClaimReading>);

impl Readings {
    /// Reads what the catalogue and the three aspects go by.
    pub(crate) fn of(catalogue: &Catalogue, dossier: &Dossier) -> Self {
        let named = catalogue.criteria.iter().flat_map(|criterion| &criterion.claims).copied();
        let aspects = CONTROL.into_iter().chain(OUTCOMES).chain(INTEGRITY);
        let mut readings = BTreeMap::new();
        for claim in named.chain(aspects) {
            readings.entry(place(claim)).or_insert_with(|| claim.read(dossier));
        }
        Self(readings)
    }

    fn reading(&self, claim: DossierClaim) -> Option<&ClaimReading> {
        self.0.get(&place(claim))
    }

    /// The readings that the catalogue's criteria go by, in the order of the vocabulary.
    pub(crate) fn named_by(&self, catalogue: &Catalogue) -> Vec<ClaimReading> {
        let named = |claim| catalogue.criteria.iter().any(|criterion| criterion.claims.contains(&claim));
        self.0.values().filter(|reading| named(reading.claim)).cloned().collect()
    }

    /// How one of the three things stands.
    pub(crate) fn aspect(&self, aspect: Aspect, dossier: &Dossier) -> AspectReading {
        let claims: &[DossierClaim] = match aspect {
            Aspect::ControlOperation => &CONTROL,
            Aspect::RestoreOutcomes => &OUTCOMES,
            Aspect::HarnessIntegrity => &INTEGRITY,
        };
        let claims: Vec<ClaimReading> = claims.iter().filter_map(|claim| self.reading(*claim)).cloned().collect();
        let standing = claims.iter().map(|reading| reading.standing).max().unwrap_or(ClaimStanding::NotShown);
        AspectReading { aspect, standing, sentence: of_aspect(standing, &claims, dossier), claims }
    }

    /// The reasons that claims give, the weightiest first.
    pub(crate) fn reasons(&self, claims: &[DossierClaim]) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = claims.iter().filter_map(|claim| reason(self.reading(*claim)?)).collect();
        reasons.sort_by_key(|reason| Reverse(reason.standing));
        reasons
    }
}

/// Where the claim stands in the vocabulary.
fn place(claim: DossierClaim) -> usize {
    DossierClaim::ALL.iter().position(|known| *known == claim).unwrap_or(usize::MAX)
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
    frequency: Option<&FrequencyReading>,
    readings: &Readings,
) -> CriterionStanding {
    if claims.is_empty() {
        return CriterionStanding::NotAddressed;
    }
    let standing = |claim: &DossierClaim| readings.reading(*claim).map_or(ClaimStanding::NotShown, |it| it.standing);
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

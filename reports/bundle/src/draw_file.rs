//! `draw.json`: everything that the draw was made of, and the commands that redo it.

use std::collections::BTreeMap;

use backproof_evidence::{RunEvidence, shell};
use backproof_model::record::{CertaintyUnit, StratumSize};
use serde::{Deserialize, Serialize};

/// The content of `draw.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawFile {
    /// The protocol: `backproof-draw/v1`; none where one recovery point was checked and nothing drawn.
    pub algorithm: Option<String>,
    /// What stands behind `run=` in the seed.
    pub run: Option<String>,
    /// SHA-256 of the effective plan.
    pub plan_sha256: Option<String>,
    /// SHA-256 of `population.tsv`.
    pub population_sha256: Option<String>,
    /// How many units are drawn of how many, by stratum.
    pub sizes: BTreeMap<String, StratumSize>,
    /// Units that are tested for certain, outside the draw.
    pub certainty_units: Vec<CertaintyUnit>,
    /// Whether the entropy was known when the draw was committed.
    pub entropy_known: Option<bool>,
    /// The entropy as it stands in the seed: `<kind>:<value>`.
    pub entropy: Option<String>,
    /// The signature of the beacon's round, where the entropy is a beacon's.
    pub beacon_signature: Option<String>,
    /// How far the operator could have influenced the draw: `verifiable` or `self-attested`.
    pub grade: Option<String>,
    /// Why.
    pub grade_reason: Option<String>,
    /// The seed, in hexadecimal.
    pub seed: Option<String>,
    /// SHA-256 of `ranking.tsv`.
    pub ranking_sha256: Option<String>,
    /// The drawn units in the order of their restore tests.
    pub drawn: Vec<DrawnUnit>,
    /// Commands that redo it, for a POSIX shell beside these files.
    pub commands: Vec<String>,
}

/// One drawn unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawnUnit {
    /// The restore test's number.
    pub test: u32,
    /// The stratum.
    pub stratum: String,
    /// The unit's rank in it; none where it was tested without having been drawn.
    pub rank: Option<u64>,
    /// Why it was tested without having been drawn.
    pub certainty: Option<String>,
    /// The unit.
    pub unit: String,
    /// The point that the seed designates for it.
    pub recovery_point_arn: String,
}

impl DrawFile {
    /// The file of a run.
    pub(crate) fn of(evidence: &RunEvidence) -> Self {
        let commitment = evidence.commitment.as_ref();
        let entropy = evidence.entropy.as_ref();
        let drawn = evidence.tests.iter().map(|test| DrawnUnit {
            test: test.drawn.test,
            stratum: test.drawn.stratum.clone(),
            rank: test.drawn.rank,
            certainty: test.drawn.certainty.clone(),
            unit: test.drawn.unit.clone(),
            recovery_point_arn: test.drawn.point.recovery_point_arn.to_string(),
        });
        let commands = commitment.zip(entropy).map(|(commitment, entropy)| {
            vec![shell::redraw(commitment, entropy), shell::redraw_by_hand(commitment, entropy)]
        });
        Self {
            algorithm: commitment.map(|it| it.algorithm.clone()),
            run: commitment.map(|it| it.run.clone()),
            plan_sha256: commitment.map(|it| it.plan_sha256.clone()),
            population_sha256: commitment.map(|it| it.population_sha256.clone()),
            sizes: commitment.map(|it| it.sizes.clone()).unwrap_or_default(),
            certainty_units: commitment.map(|it| it.certainty_units.clone()).unwrap_or_default(),
            entropy_known: commitment.map(|it| it.entropy_known),
            entropy: entropy.map(|it| format!("{}:{}", it.kind, it.value)),
            beacon_signature: entropy.and_then(|it| it.beacon_signature.clone()),
            grade: entropy.map(|it| it.grade.clone()),
            grade_reason: entropy.map(|it| it.grade_reason.clone()),
            seed: entropy.map(|it| it.seed.clone()),
            ranking_sha256: evidence.ranking_sha256.clone().filter(|digest| !digest.is_empty()),
            drawn: drawn.collect(),
            commands: commands.unwrap_or_default(),
        }
    }

    /// The file's text.
    pub(crate) fn to_json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts and numbers are always JSON");
        text + "\n"
    }
}

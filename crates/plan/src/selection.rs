//! The selection: how the sample is drawn from the population.

use backproof_model::PointKind;
pub use backproof_model::population::{StratumDimension, UnitKind};
use backproof_model::ratio::Ratio;
use serde::Serialize;

/// Which points are eligible, how they are grouped, and how many are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Selection {
    /// Points older than this many days are not eligible: 1 to 365.
    pub selection_window_days: u32,
    /// Snapshots, continuous recovery points, or both.
    pub recovery_point_types: Vec<PointKind>,
    /// What the population is split by before the draw. None means one stratum for all.
    pub strata: Vec<StratumDimension>,
    /// What the assurance statement counts.
    pub unit: UnitKind,
    /// How many units are drawn.
    pub size: SampleSize,
    /// Where the draw's randomness comes from.
    pub entropy: EntropyKind,
    /// Relays that are asked for the beacon's round, in this order; none where somebody hands it in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub beacon_relays: Vec<String>,
    /// Whether points in cold storage are eligible.
    pub include_cold_storage: bool,
}

/// How many units are drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleSize {
    /// So many of every stratum, or all of a smaller one.
    #[serde(rename = "per_stratum")]
    FixedPerStratum(u64),
    /// So many in total, in proportion to the strata's sizes, at least one of each.
    Total(u64),
    /// In every stratum as many as it takes to say, no failure being found, that at most `max_bad_rate` of it is bad.
    Confidence {
        /// Between 0 and 1, such as 0.95.
        confidence: Ratio,
        /// Between 0 and 1, such as 0.05.
        max_bad_rate: Ratio,
    },
}

/// Where the draw's randomness comes from; the report grades it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntropyKind {
    /// The operating system, at the time of the draw: self-attested.
    Os,
    /// The nonce to which the previous run's evidence committed: self-attested.
    Previous,
    /// A nonce that the auditor gives after the commitment: verifiable.
    Auditor,
    /// A later round of the drand network quicknet: verifiable.
    DrandQuicknet,
}

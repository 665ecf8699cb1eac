//! What one attempt at a restore test would cost, before it begins.

use backproof_model::RecoveryPoint;
use backproof_model::cost::{Cost, CostFacts};

use crate::expected::{Expected, PhaseLimits, expected};
use crate::table::PriceTable;
use crate::usage::{Copied, Size, Usage, price};

/// What of a plan and a draw decides the cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether the point lies in cold storage.
    pub cold: bool,
    /// Whether it is copied first, and whether that leads into another Region; none where it is restored as it is.
    pub copied_to_other_region: Option<bool>,
    /// How many validators read all of the data.
    pub readings: u32,
    /// The largest backup that the plan lets into a draw, in bytes: what a backup of unknown size is priced as.
    pub largest: Option<u64>,
    /// When the plan gives phases up.
    pub limits: PhaseLimits,
    /// For how many seconds it is held for inspection, should it not pass.
    pub held: u64,
}

/// Estimates one attempt at a recovery point, and says which times that assumes.
///
/// A size that nobody knows is the largest that the plan allows, or else unknown; then the sum is the least that it can
/// be. Larger backups, longer limits and more readings never make it smaller.
pub fn estimate(
    point: &RecoveryPoint,
    facts: &CostFacts,
    circumstances: &Circumstances,
    table: &PriceTable,
) -> (Cost, Expected) {
    let size = match (point.backup_size_in_bytes, circumstances.largest) {
        (Some(bytes), _) => Size::Known(bytes),
        (None, Some(largest)) => {
            let why = "AWS does not say how large the backup is, so it is priced as the largest that the plan allows";
            Size::AtMost(largest, why.into())
        }
        (None, None) => Size::Unknown,
    };
    let bytes = match size {
        Size::Known(bytes) | Size::AtMost(bytes, _) => Some(bytes),
        Size::Unknown => None,
    };
    let times = expected(bytes, circumstances.readings, &circumstances.limits);
    let times = Expected { held: circumstances.held, ..times };
    let usage = Usage {
        resource_type: point.resource_type.clone(),
        region: point.region.to_string(),
        size,
        cold: circumstances.cold,
        copied: circumstances
            .copied_to_other_region
            .map(|other_region| Copied { seconds: times.copy.saturating_add(times.existence()), other_region }),
        restored: true,
        seconds: times.existence(),
        readings: circumstances.readings,
        facts: facts.clone(),
        still_there: Vec::new(),
    };
    (price(&usage, table), times)
}

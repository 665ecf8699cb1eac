//! The stratum and the unit of a recovery point: what the draw groups by, and what the assurance statement counts.

use serde::{Deserialize, Serialize};

use jiff::Timestamp;

use super::judge::is_cold;
use crate::RecoveryPoint;

/// What a stratum is made of; a plan names some of them, in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StratumDimension {
    /// The resource type, as AWS Backup spells it.
    #[serde(rename = "type")]
    ResourceType,
    /// How old the point is, in whole days since it began: `0-30 days`, `31-365 days`, `over 365 days`.
    #[serde(rename = "age")]
    AgeBand,
    /// `original`, or `copy` where the point was copied from another vault.
    Copy,
    /// `warm` or `cold`.
    Tier,
    /// The account that owns the vault.
    Account,
    /// The vault's Region.
    Region,
}

/// What counts as one trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// The protected resource: ten points of one resource are one trial.
    ProtectedResource,
    /// Each recovery point.
    RecoveryPoint,
}

/// The stratum of every point where a plan names no dimension.
const WHOLE_POPULATION: &str = "all";
/// Seconds of a day.
const DAY: i64 = 86_400;

/// The point's stratum: its value in each dimension, percent-encoded, joined by `/`; `all` without dimensions.
pub fn stratum_of(point: &RecoveryPoint, dimensions: &[StratumDimension], as_of: Timestamp) -> String {
    if dimensions.is_empty() {
        return WHOLE_POPULATION.to_owned();
    }
    let value = |dimension: &StratumDimension| match dimension {
        StratumDimension::ResourceType => percent_encoded(point.resource_type.as_str()),
        StratumDimension::AgeBand => percent_encoded(age_band(point.creation_date, as_of)),
        StratumDimension::Copy => {
            (if point.source_backup_vault_arn.is_some() { "copy" } else { "original" }).to_owned()
        }
        StratumDimension::Tier => (if is_cold(point, as_of) { "cold" } else { "warm" }).to_owned(),
        StratumDimension::Account => percent_encoded(point.account.as_str()),
        StratumDimension::Region => percent_encoded(point.region.as_str()),
    };
    dimensions.iter().map(value).collect::<Vec<_>>().join("/")
}

/// The point's unit: its resource's ARN or its own.
pub fn unit_of(point: &RecoveryPoint, kind: UnitKind) -> &str {
    match kind {
        UnitKind::ProtectedResource => point.resource_arn.as_str(),
        UnitKind::RecoveryPoint => point.recovery_point_arn.as_str(),
    }
}

/// Bands end where plans and laws commonly do: after a month, after a year.
fn age_band(created: Timestamp, as_of: Timestamp) -> &'static str {
    match (as_of.as_second() - created.as_second()).div_euclid(DAY) {
        ..=30 => "0-30 days",
        31..=365 => "31-365 days",
        366.. => "over 365 days",
    }
}

/// `text` with every byte but RFC 3986's unreserved characters as `%XX`.
fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

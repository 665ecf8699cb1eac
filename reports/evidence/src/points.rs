//! The lines of `points.tsv`: AWS's own fields of the eligible recovery points, and how they are spread.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::dossier::{PopulationBucket, PopulationShape};
use crate::run::RunEvidence;

/// One line. Texts are as AWS spells them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PointLine<'a> {
    /// The recovery point.
    pub recovery_point_arn: &'a str,
    /// The account that owns the vault.
    pub account: &'a str,
    /// The vault's Region.
    pub region: &'a str,
    /// The vault.
    pub vault: &'a str,
    /// The vault's type.
    pub vault_type: &'a str,
    /// The protected resource.
    pub resource_arn: &'a str,
    /// Its type.
    pub resource_type: &'a str,
    /// The recovery point's status.
    pub status: &'a str,
    /// When it was made.
    pub created: Timestamp,
    /// When it was complete.
    pub completed: Option<Timestamp>,
    /// Its size.
    pub bytes: Option<u64>,
    /// The key that it is encrypted with.
    pub key: Option<&'a str>,
    /// The vault that it was copied from.
    pub copied_from: Option<&'a str>,
}

impl<'a> PointLine<'a> {
    /// Reads a line without its line end. `None` for the header, and for what is no such line.
    pub fn parse(line: &'a str) -> Option<Self> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [
            recovery_point_arn,
            account,
            region,
            vault,
            vault_type,
            resource_arn,
            resource_type,
            status,
            created,
            completed,
            bytes,
            key,
            copied_from,
        ] = fields[..]
        else {
            return None;
        };
        let moment = |text: &str| text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        let some = |text: &'a str| (!text.is_empty()).then_some(text);
        Some(Self {
            recovery_point_arn,
            account,
            region,
            vault,
            vault_type,
            resource_arn,
            resource_type,
            status,
            created: moment(created)?,
            completed: moment(completed),
            bytes: bytes.parse().ok(),
            key: some(key),
            copied_from: some(copied_from),
        })
    }
}

/// Adds up how a population is spread, while its lines pass.
#[derive(Clone, Debug)]
pub struct ShapeReader {
    drawn: BTreeSet<String>,
    buckets: BTreeMap<(String, Date), (u64, u64)>,
}

impl ShapeReader {
    /// For the population of this run.
    pub fn of(run: &RunEvidence) -> Self {
        let arn = |test: &crate::TestEvidence| test.drawn.point.recovery_point_arn.to_string();
        Self { drawn: run.tests.iter().map(arn).collect(), buckets: BTreeMap::new() }
    }

    /// Takes one line of `points.tsv`.
    pub fn push(&mut self, point: PointLine<'_>) {
        let month = point.created.to_zoned(TimeZone::UTC).date().first_of_month();
        let key = (point.resource_type.to_owned(), month);
        let (points, drawn) = self.buckets.entry(key).or_default();
        *points += 1;
        *drawn += u64::from(self.drawn.contains(point.recovery_point_arn));
    }

    /// The whole.
    pub fn finish(self) -> PopulationShape {
        let bucket =
            |((resource_type, month), (points, drawn))| PopulationBucket { resource_type, month, points, drawn };
        PopulationShape { buckets: self.buckets.into_iter().map(bucket).collect() }
    }
}

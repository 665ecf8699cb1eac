//! The lines of the population's files as cells. A population may have millions, so they are read one by one.

use super::{Column, Value, column};
use crate::points::PointLine;

/// The columns of [`population_row`].
pub const POPULATION_COLUMNS: [Column; 15] = [
    column("stratum", "the stratum that it is drawn from"),
    column("unit", "the unit that the assurance statement counts"),
    column("recovery_point_arn", "the recovery point"),
    column("account", "the account that owns the vault"),
    column("region", "the Region of the vault"),
    column("backup_vault", "the vault"),
    column("vault_type", "the vault's type, as AWS spells it"),
    column("resource_arn", "the protected resource"),
    column("resource_type", "its type"),
    column("status", "the recovery point's status, as AWS spells it"),
    column("created", "when it was made, by AWS"),
    column("completed", "when it was complete, by AWS"),
    column("backup_size_bytes", "its size, by AWS"),
    column("encryption_key_arn", "the key that it is encrypted with"),
    column("copied_from", "the vault that it was copied from"),
];

/// A line of `population.tsv`, with the line of `points.tsv` of the same place where that can be read. Both without
/// their line ends.
pub fn population_row(population: &str, point: Option<&str>) -> Vec<Value> {
    let mut fields = population.split('\t');
    let mut row: Vec<Value> = (0..3).map(|_| Value::optional(fields.next())).collect();
    if let Some(point) = point.and_then(PointLine::parse) {
        row.extend([
            Value::text(point.account),
            Value::text(point.region),
            Value::text(point.vault),
            Value::text(point.vault_type),
            Value::text(point.resource_arn),
            Value::text(point.resource_type),
            Value::text(point.status),
            point.created.into(),
            point.completed.into(),
            point.bytes.into(),
            Value::optional(point.key),
            Value::optional(point.copied_from),
        ]);
    }
    row.resize(POPULATION_COLUMNS.len(), Value::Empty);
    row
}

/// The columns of [`excluded_row`].
pub const EXCLUDED_COLUMNS: [Column; 4] = [
    column("reason", "why it cannot be drawn, as a code"),
    column("recovery_point_arn", "the recovery point; `-` where its record could not be read"),
    column("resource_arn", "the protected resource; `-` where its record could not be read"),
    column("detail", "why, in words"),
];

/// A line of `excluded.tsv`, without its line end.
pub fn excluded_row(line: &str) -> Vec<Value> {
    let mut fields = line.splitn(EXCLUDED_COLUMNS.len(), '\t');
    (0..EXCLUDED_COLUMNS.len()).map(|_| Value::optional(fields.next())).collect()
}

//! When each protected resource was last proved: never proved ones first, then those proved longest ago.

use super::{Column, CsvReader, Table, Value, column, csv_line};
use crate::dossier::Coverage;

const COLUMNS: [Column; 8] = [
    column("resource_arn", "the protected resource"),
    column("resource_type", "its type"),
    column("account", "the account that owns it"),
    column("eligible_points", "its recovery points that could be drawn in this run"),
    column("last_passed", "when a restore test of it last passed"),
    column("last_passed_run", "in which run"),
    column("last_outcome", "what the last restore test of it came to"),
    column("last_tested_run", "in which run that was"),
];

/// The table `coverage`, in the order that is given.
pub fn coverage(all: &[Coverage]) -> Table {
    Table { name: "coverage", columns: &COLUMNS, rows: all.iter().map(row).collect() }
}

/// The lines of its CSV, one at a time: there may be as many as recovery points.
pub fn coverage_lines(all: &[Coverage]) -> impl Iterator<Item = String> {
    let header: Vec<Value> = COLUMNS.iter().map(|column| Value::text(column.name)).collect();
    std::iter::once(csv_line(&header)).chain(all.iter().map(|of| csv_line(&row(of))))
}

fn row(of: &Coverage) -> Vec<Value> {
    vec![
        Value::text(&of.resource_arn),
        Value::text(&of.resource_type),
        Value::text(&of.account),
        of.eligible_points.into(),
        of.last_passed.into(),
        of.last_passed_run.into(),
        Value::optional(of.last_outcome.as_ref()),
        of.last_tested_run.into(),
    ]
}

/// The rows of a `coverage.csv`.
///
/// # Errors
/// Says what the text is not.
pub fn read_coverage(csv: &str) -> Result<Vec<Coverage>, String> {
    let mut reader = CsvReader::new(csv).map_err(|problem| problem.to_string())?;
    if !reader.has(&COLUMNS) {
        return Err("its header is not that of the table of coverage".into());
    }
    let mut all = Vec::new();
    while let Some(row) = reader.next_row().map_err(|problem| problem.to_string())? {
        all.push(Coverage {
            resource_arn: row.cell("resource_arn").to_owned(),
            resource_type: row.cell("resource_type").to_owned(),
            account: row.cell("account").to_owned(),
            eligible_points: row.parsed("eligible_points")?.ok_or_else(|| row.wrong("eligible_points"))?,
            last_passed: row.parsed("last_passed")?,
            last_passed_run: row.parsed("last_passed_run")?,
            last_outcome: row.parsed("last_outcome")?,
            last_tested_run: row.parsed("last_tested_run")?,
        });
    }
    Ok(all)
}

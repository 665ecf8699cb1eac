//! Every check of every restore test, of its last examined attempt.

use backproof_model::{Check, Verdict};

use super::{Column, Table, Value, column};
use crate::restore_test::TestEvidence;
use crate::run::RunEvidence;

const COLUMNS: [Column; 16] = [
    column("run", "the run's number"),
    column("test", "the restore test's number"),
    column("check_number", "the check's number within the restore test, from 1"),
    column("validator", "who examined"),
    column("check", "the check's name"),
    column("claim", "what a pass establishes"),
    column("level", "the proof level that a pass reaches"),
    column("examined", "how many things were examined"),
    column("examined_unit", "what was counted"),
    column("expected", "what should have been there"),
    column("observed", "what was there"),
    column("verdict", "passed, failed or inconclusive"),
    column("fault_owner", "whose fault it is that it could not be told"),
    column("remark", "the validator's remark"),
    column("resource_arn", "the protected resource"),
    column("recovery_point_arn", "the recovery point that was restored"),
];

/// The table `checks`.
pub fn checks(run: &RunEvidence) -> Table {
    let of_test = |test: &TestEvidence| -> Vec<Vec<Value>> {
        (1_u64..).zip(test.checks()).map(|(number, check)| row(run.run, test, number, check)).collect()
    };
    Table { name: "checks", columns: &COLUMNS, rows: run.tests.iter().flat_map(of_test).collect() }
}

fn row(run: u64, test: &TestEvidence, number: u64, check: &Check) -> Vec<Value> {
    let owner = match check.verdict {
        Verdict::Inconclusive(owner) => Some(owner),
        Verdict::Passed | Verdict::Failed => None,
    };
    vec![
        run.into(),
        test.drawn.test.into(),
        number.into(),
        Value::text(&check.validator),
        Value::text(&check.name),
        Value::text(check.claim),
        Value::text(check.level),
        check.examined.count.into(),
        Value::text(&check.examined.unit),
        Value::optional(check.expected.as_ref()),
        Value::optional(check.observed.as_ref()),
        Value::text(&check.verdict),
        Value::optional(owner),
        Value::optional(check.remark.as_ref()),
        Value::text(&test.drawn.point.resource_arn),
        Value::text(&test.drawn.point.recovery_point_arn),
    ]
}

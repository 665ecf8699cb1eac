//! The table `sample`: what was drawn, in the order of the draw, and nothing of what came of it.

use backproof_evidence::RunEvidence;
use backproof_evidence::tables::{Column, Table, Value};

const COLUMNS: [Column; 12] = [
    Column { name: "run", meaning: "the run's number" },
    Column { name: "test", meaning: "the restore test's number, in the order of the draw" },
    Column { name: "stratum", meaning: "the stratum that the unit was drawn from" },
    Column { name: "unit", meaning: "the unit that the assurance statement counts" },
    Column {
        name: "rank",
        meaning: "the unit's rank in its stratum; empty where it was tested without having been drawn",
    },
    Column { name: "certainty", meaning: "why it was tested without having been drawn" },
    Column { name: "recovery_point_arn", meaning: "the point that the seed designates for the unit" },
    Column { name: "resource_arn", meaning: "the protected resource" },
    Column { name: "resource_type", meaning: "its type" },
    Column { name: "account", meaning: "the account that owns the vault" },
    Column { name: "region", meaning: "the Region of the vault" },
    Column { name: "recovery_point_created", meaning: "when the recovery point was made, by AWS" },
];

/// The table `sample` of these runs.
pub(crate) fn sample<'a>(runs: impl Iterator<Item = &'a RunEvidence>) -> Table {
    Table { name: "sample", columns: &COLUMNS, rows: runs.flat_map(of_run).collect() }
}

fn of_run(run: &RunEvidence) -> Vec<Vec<Value>> {
    let row = |test: &backproof_evidence::TestEvidence| {
        let (drawn, point) = (&test.drawn, &test.drawn.point);
        vec![
            run.run.into(),
            drawn.test.into(),
            Value::text(&drawn.stratum),
            Value::text(&drawn.unit),
            drawn.rank.into(),
            Value::optional(drawn.certainty.as_ref()),
            Value::text(&point.recovery_point_arn),
            Value::text(&point.resource_arn),
            Value::text(&point.resource_type),
            Value::text(&point.account),
            Value::text(&point.region),
            point.creation_date.into(),
        ]
    };
    run.tests.iter().map(row).collect()
}

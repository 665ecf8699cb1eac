//! Every drawn recovery point, in the order of the draw: where it came from, what came of it, how long it took.

use backproof_model::Outcome;
use backproof_model::record::{Located, PhaseTimes};

use super::{Column, Table, Value, column};
use crate::conclusion::Conclusion;
use crate::figures::recovery_seconds;
use crate::restore_test::{Attempt, TestEvidence};
use crate::run::RunEvidence;

const COLUMNS: [Column; 45] = [
    column("run", "the run's number"),
    column("test", "the restore test's number"),
    column("stratum", "the stratum that the unit was drawn from"),
    column("unit", "the unit that the assurance statement counts"),
    column("rank", "the unit's rank in its stratum; empty where it was tested without having been drawn"),
    column("certainty", "why it was tested without having been drawn"),
    column("resource_type", "the protected resource's type"),
    column("resource_arn", "the protected resource"),
    column("account", "the account that owns the vault"),
    column("region", "the Region of the vault"),
    column("backup_vault", "the vault"),
    column("recovery_point_arn", "the recovery point"),
    column("recovery_point_created", "when the recovery point was made, by AWS"),
    column("encryption_key_arn", "the key that the recovery point is encrypted with"),
    column("backup_size_bytes", "the size of the backup, by AWS"),
    column("age_at_test_seconds", "how old the recovery point was when the run listed it; no RPO"),
    column("outcome", "passed, failed or inconclusive"),
    column("level", "the proof level that a pass reached"),
    column("fault_owner", "whose fault it is that it did not pass"),
    column("reason", "why it did not pass"),
    column("attempts", "how many attempts left a record"),
    column("route", "the way into the sandbox in the last attempt: as-it-is or copied"),
    column("restore_job_id", "the restore job of the last attempt that started one"),
    column("restore_job_status", "the last status of that job, as AWS spells it"),
    column("restore_job_created", "when AWS created that job, by AWS's clock"),
    column("restore_job_completed", "when that job was done, by AWS's clock"),
    column("created_resource_arn", "the resource that was created last"),
    column("began", "when the restore test's first line was journalled"),
    column("ended", "when its last line was journalled"),
    column("stage_seconds", "copying or sharing into the sandbox"),
    column("queue_seconds", "from asking until the restore job ran"),
    column("job_seconds", "from running until the restore job's end"),
    column("ready_seconds", "from the restore job's end until the resource could be examined"),
    column("validate_seconds", "examining it"),
    column("delete_seconds", "from asking to delete until it was seen absent"),
    column("recovery_seconds", "from asking for the restore until it was shown to be usable, under test conditions"),
    column("rto_seconds", "the plan's recovery time objective"),
    column("rto_met", "whether the recovery took no longer than the objective"),
    column("gap_seconds", "the longest interval between recovery points of the resource"),
    column("rpo_gap_seconds", "the plan's longest permitted interval"),
    column("lag_seconds", "the recovery point's time minus its newest data"),
    column("checks", "how many checks were made"),
    column("currency", "the currency of what follows"),
    column("estimated_cost", "what one attempt was estimated at"),
    column("computed_cost", "what all attempts came to by list prices; not billed"),
];

/// The table `results`.
pub fn results(run: &RunEvidence, conclusion: &Conclusion) -> Table {
    let rows = run.tests.iter().map(|test| row(run.run, test, conclusion)).collect();
    Table { name: "results", columns: &COLUMNS, rows }
}

fn row(run: u64, test: &TestEvidence, conclusion: &Conclusion) -> Vec<Value> {
    let point = &test.drawn.point;
    let mut row = vec![
        run.into(),
        test.drawn.test.into(),
        Value::text(&test.drawn.stratum),
        Value::text(&test.drawn.unit),
        test.drawn.rank.into(),
        Value::optional(test.drawn.certainty.as_ref()),
        Value::text(&point.resource_type),
        Value::text(&point.resource_arn),
        Value::text(&point.account),
        Value::text(&point.region),
        Value::text(&point.backup_vault_name),
        Value::text(&point.recovery_point_arn),
        point.creation_date.into(),
        Value::optional(point.encryption_key_arn.as_ref()),
        point.backup_size_in_bytes.into(),
        Value::seconds(test.closed.as_ref().map(|closed| closed.age_at_test_seconds)),
    ];
    row.extend(outcome(test));
    row.extend(job(test));
    row.extend(times(test));
    row.extend(costs(test, conclusion));
    row
}

fn outcome(test: &TestEvidence) -> [Value; 5] {
    let level = match test.outcome {
        Outcome::Passed { level } => Some(level),
        Outcome::Failed { .. } | Outcome::Inconclusive { .. } => None,
    };
    [
        Value::text(test.outcome.word()),
        Value::optional(level),
        Value::optional(test.outcome.owner()),
        Value::optional(test.outcome.reason()),
        test.attempts.len().into(),
    ]
}

fn job(test: &TestEvidence) -> [Value; 8] {
    let route = test.last_attempt().and_then(|attempt| match attempt.located.as_ref()? {
        Located::AsItIs { .. } => Some("as-it-is"),
        Located::Copied { .. } => Some("copied"),
        Located::NotReached { .. } => None,
    });
    let started = test.attempts.iter().rev().find(|attempt| attempt.restore_job_id().is_some());
    let ended = started.and_then(|attempt| attempt.ended.as_ref());
    [
        Value::optional(route),
        Value::optional(started.and_then(Attempt::restore_job_id)),
        Value::optional(ended.map(|ended| &ended.status).filter(|status| !status.is_empty())),
        ended.and_then(|ended| ended.creation_date).into(),
        ended.and_then(|ended| ended.completion_date).into(),
        Value::optional(test.attempts.iter().rev().find_map(Attempt::created_resource_arn)),
        test.began.into(),
        test.last_entry.into(),
    ]
}

fn times(test: &TestEvidence) -> [Value; 13] {
    let closed = test.closed.as_ref();
    let times = closed.map_or_else(PhaseTimes::default, |closed| closed.times);
    let objectives = closed.map(|closed| closed.objectives).unwrap_or_default();
    let recovery = recovery_seconds(test);
    let met = objectives.rto_seconds.map(|objective| recovery.is_some_and(|seconds| seconds <= objective));
    [
        Value::seconds(times.stage),
        Value::seconds(times.queue),
        Value::seconds(times.job),
        Value::seconds(times.ready),
        Value::seconds(times.validate),
        Value::seconds(times.delete),
        Value::seconds(recovery),
        Value::seconds(objectives.rto_seconds),
        met.map_or(Value::Empty, Value::yes_or_no),
        Value::seconds(objectives.gap_seconds),
        Value::seconds(objectives.rpo_gap_seconds),
        Value::seconds(objectives.lag_seconds),
        test.checks().len().into(),
    ]
}

fn costs(test: &TestEvidence, conclusion: &Conclusion) -> [Value; 3] {
    let costs = conclusion.costs.as_ref();
    let of_test = costs.and_then(|costs| costs.of_test(test.drawn.test));
    [
        Value::optional(costs.map(|costs| &costs.prices.currency)),
        of_test.and_then(|of_test| of_test.estimated.as_ref()).map(|cost| cost.total).into(),
        of_test.map(|of_test| of_test.computed.total).into(),
    ]
}

//! Every resource that the run created in the sandbox, and what became of it.

use backproof_model::record::DeletionEnd;

use super::{Column, Table, Value, column};
use crate::created::{CreatedResource, created};
use crate::run::RunEvidence;

const COLUMNS: [Column; 18] = [
    column("run", "the run's number"),
    column("test", "the restore test that made it; empty for a scratch resource"),
    column("attempt", "the attempt"),
    column("chain", "the chain of the journal that tells of it"),
    column("kind", "copy, restored, accompanying (made along with it) or scratch (for planted faults)"),
    column("arn", "the resource, as AWS names it"),
    column("job_id", "the restore job or copy job that made it"),
    column("asked", "when it was asked for, by the harness's clock"),
    column("job_completed", "when that job was done, by AWS's clock where AWS says"),
    column("ownership", "the proof that it was ours to delete"),
    column("end", "deleted, was-absent, kept, stranded, or no-record"),
    column("delete_asked", "when deletion was asked for"),
    column("seen_absent", "when a read first said that it does not exist"),
    column("kept_until", "until when it is held for inspection"),
    column("exposure_seconds", "from asking for it until it was seen absent"),
    column("stranded_because", "why it could not be deleted"),
    column("cloudtrail_made", "CloudTrail's ids of the events that show its making"),
    column("cloudtrail_deleted", "CloudTrail's ids of the events that show its deletion, or `uncorroborated`"),
];

/// What stands where AWS's event history shows nothing, or was not looked through.
const UNCORROBORATED: &str = "uncorroborated";

/// The table `resources`.
pub fn resources(run: &RunEvidence) -> Table {
    let rows = created(run).iter().map(|resource| row(run, resource)).collect();
    Table { name: "resources", columns: &COLUMNS, rows }
}

fn row(evidence: &RunEvidence, resource: &CreatedResource) -> Vec<Value> {
    let mut row = vec![
        evidence.run.into(),
        resource.test.into(),
        resource.attempt.into(),
        Value::text(&resource.chain),
        Value::text(resource.kind.as_str()),
        Value::text(&resource.arn),
        Value::optional(resource.job_id.as_ref()),
        resource.asked.into(),
        resource.job_completed.into(),
        Value::optional(resource.ownership.as_ref()),
    ];
    let exposure = |absent: jiff::Timestamp| resource.asked.map(|asked| absent.as_second() - asked.as_second());
    let (end, asked, absent, kept, why) = match &resource.end {
        None => ("no-record", None, None, None, None),
        Some(DeletionEnd::SeenAbsent { asked, absent }) => ("deleted", Some(*asked), Some(*absent), None, None),
        Some(DeletionEnd::WasAbsent { seen }) => ("was-absent", None, Some(*seen), None, None),
        Some(DeletionEnd::Kept { until }) => ("kept", None, None, Some(*until), None),
        Some(DeletionEnd::Stranded { reason }) => ("stranded", None, None, None, Some(reason)),
    };
    let (made, deleted) = events(evidence, resource);
    row.extend([
        Value::text(end),
        asked.into(),
        absent.into(),
        kept.into(),
        Value::seconds(absent.and_then(exposure)),
        Value::optional(why),
        made,
        deleted,
    ]);
    row
}

/// What AWS's event history shows of it. The journal holds the first of many events; all stand in `cloudtrail.tsv`.
fn events(evidence: &RunEvidence, resource: &CreatedResource) -> (Value, Value) {
    let Some(seen) = &evidence.corroboration else {
        return (Value::text(UNCORROBORATED), Value::text(UNCORROBORATED));
    };
    let is_of = |subject: &str| subject == resource.arn || resource.job_id.as_deref() == Some(subject);
    let ids = |deletes: bool| -> Vec<&str> {
        let of = seen.events.iter().filter(|event| is_of(&event.subject));
        let of = of.filter(|event| event.event_name.starts_with("Delete") == deletes);
        of.map(|event| event.event_id.as_str()).collect()
    };
    let all_told = seen.found == seen.events.len() as u64;
    let cell = |ids: Vec<&str>| match (ids.is_empty(), all_told) {
        (false, _) => Value::text(ids.join(" ")),
        (true, true) => Value::text(UNCORROBORATED),
        (true, false) => Value::text("see cloudtrail.tsv"),
    };
    (cell(ids(false)), cell(ids(true)))
}

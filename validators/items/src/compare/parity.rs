//! Settings in three lists: what a restore brings back, what AWS resets, and what the sandbox forces.
//!
//! Source: AWS Backup developer guide, "Restore an Amazon DynamoDB table": tags, streams, TTL, point-in-time recovery,
//! deletion protection, auto scaling, policies and alarms do not come back, and the table class becomes Standard.

use backproof_cloud::{TableDescription, TableSettings};
use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::{Question, statement, structure};
use crate::baseline::Baseline;
use crate::trouble::Obstacle;

const PARITY: &str = "settings-parity";

/// A difference fails in the first list only. The second is there so that a runbook can put settings back.
pub(super) fn settings_parity(
    question: &Question,
    table: &TableDescription,
    settings: Result<&TableSettings, &Obstacle>,
) -> Check {
    let claimed = statement(PARITY, Claim::SettingsRestored, ProofLevel::L2);
    let settings = match settings {
        Ok(settings) => settings,
        Err(obstacle) => return claimed.inconclusive(obstacle.owner, Count::new(0, "settings"), &obstacle.words),
    };
    let Some(baseline) = &question.expectation.baseline else {
        let lines = without_baseline(table, settings);
        // Nothing says how they should be, so they were merely read.
        return statement(PARITY, Claim::ResourceReachable, ProofLevel::L1)
            .passed(Count::new(u64::try_from(lines.len()).unwrap_or(u64::MAX), "settings"))
            .seeing(Observation::List(lines));
    };
    let (restored, lost) = restored(baseline, table);
    let reset = reset_by_aws(baseline, table, settings);
    let lines: Vec<String> = restored.into_iter().chain(reset.clone()).chain(forced(baseline, settings)).collect();
    let examined = Count::new(u64::try_from(lines.len()).unwrap_or(u64::MAX), "settings");
    let check = if lost.is_empty() { claimed.passed(examined) } else { claimed.failed(examined, lost.join("; ")) };
    let check = check.expecting(expected(baseline)).seeing(Observation::List(lines));
    if reset.is_empty() {
        return check;
    }
    check.remarking(format!("{} settings do not come back with a restore and must be put back by hand", reset.len()))
}

fn expected(baseline: &Baseline) -> Observation {
    let mut lines = vec!["restored: key schema".to_owned(), "restored: indexes".to_owned()];
    lines.extend(baseline.billing_mode.as_ref().map(|mode| format!("restored: billing mode {mode}")));
    Observation::List(lines)
}

/// What came back, and what did not, in words.
fn restored(baseline: &Baseline, table: &TableDescription) -> (Vec<String>, Vec<String>) {
    let (mut lines, mut lost) = (Vec::new(), Vec::new());
    if baseline.key_schema == table.key_schema {
        lines.push("restored: key schema".to_owned());
    } else {
        lost.push("the key schema is another".to_owned());
    }
    let differences = structure::differences(&baseline.indexes, table);
    if differences.is_empty() {
        lines.push("restored: indexes".to_owned());
    }
    lost.extend(differences);
    lines.push(format!("restored: billing mode {}", table.billing_mode));
    if let Some(mode) = &baseline.billing_mode
        && *mode != table.billing_mode
    {
        lost.push(format!("the billing mode is {} and was {mode}", table.billing_mode));
    }
    (lines, lost)
}

/// What the source had and a restored table does not have.
fn reset_by_aws(baseline: &Baseline, table: &TableDescription, now: &TableSettings) -> Vec<String> {
    let nothing = TableSettings::default();
    let was = baseline.settings.as_ref().unwrap_or(&nothing);
    let text = |was: Option<&str>, now: Option<&str>, name: &str| {
        let was = was.filter(|was| Some(*was) != now)?;
        Some(format!("reset-by-aws: {name} is {}, was {was}", now.unwrap_or("off")))
    };
    let switch =
        |was: bool, now: bool, name: &str| (was && !now).then(|| format!("reset-by-aws: {name} is off, was on"));
    let tags =
        (!baseline.tag_names.is_empty()).then(|| format!("reset-by-aws: tags {}", baseline.tag_names.join(", ")));
    [
        text(was.stream_view_type.as_deref(), now.stream_view_type.as_deref(), "stream"),
        text(was.time_to_live_attribute.as_deref(), now.time_to_live_attribute.as_deref(), "TTL attribute"),
        switch(
            was.point_in_time_recovery == Some(true),
            now.point_in_time_recovery == Some(true),
            "point-in-time recovery",
        ),
        switch(baseline.deletion_protection, table.deletion_protection, "deletion protection"),
        text(was.table_class.as_deref(), now.table_class.as_deref(), "table class"),
        tags,
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the sandbox decides: a restore is always asked for under our name, with the sandbox's encryption.
fn forced(baseline: &Baseline, now: &TableSettings) -> Vec<String> {
    let was = baseline.settings.as_ref().and_then(|settings| settings.encryption.as_deref());
    let now = now.encryption.as_deref().unwrap_or("DEFAULT");
    let encryption = match was {
        Some(was) if was != now => format!("forced: encryption {now}, was {was}"),
        Some(_) | None => format!("forced: encryption {now}"),
    };
    vec!["forced: table name".to_owned(), encryption]
}

fn without_baseline(table: &TableDescription, now: &TableSettings) -> Vec<String> {
    vec![
        format!("restored: billing mode {}", table.billing_mode),
        format!("forced: encryption {}", now.encryption.as_deref().unwrap_or("DEFAULT")),
    ]
}

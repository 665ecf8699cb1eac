//! One attempt at a restore: what was done, what came of it, and where AWS itself can be asked.

use backproof_evidence::Attempt;
use backproof_evidence::shell::quoted;
use backproof_evidence::words::{fault, grouped, moment};
use backproof_model::record::{
    Deletion, DeletionEnd, Located, ResourceReady, RestoreEnded, RestorePrepared, RestoreStarted, RestoreVerdict,
};
use backproof_model::{FaultOwner, RecoveryPoint, Region, Target};

use crate::compose::{Words, fact, facts, heading, link, listing, name, words};
use crate::document::{Block, Fact, Text};

/// The attempt in blocks.
pub(super) fn blocks(attempt: &Attempt, point: &RecoveryPoint, simulated: bool) -> Vec<Block> {
    let mut rows = Vec::new();
    rows.extend(attempt.located.iter().flat_map(located));
    rows.extend(attempt.prepared.iter().flat_map(prepared));
    rows.extend(attempt.started.iter().flat_map(started));
    rows.extend(attempt.ended.iter().flat_map(ended));
    rows.extend(attempt.ready.iter().flat_map(ready));
    rows.extend(deletions(attempt));
    let asking = region(attempt, point).zip(attempt.restore_job_id());
    if let Some((region, job)) = &asking {
        rows.push(fact("In the console of AWS", console(region, job, simulated)));
    }
    let mut blocks = vec![heading(format!("Attempt {}", attempt.number)), facts(rows)];
    if let Some((region, job)) = asking {
        blocks.push(listing(
            "To ask AWS, with leave to read the sandbox account and the vault's",
            commands(&region, job, attempt, point),
        ));
    }
    blocks
}

/// Where the restore job ran: where what it made is, or else where the recovery point is.
fn region(attempt: &Attempt, point: &RecoveryPoint) -> Option<Region> {
    let made = attempt.ended.as_ref().and_then(|ended| ended.created_resource_arn.as_ref());
    let copied = match &attempt.located {
        Some(Located::Copied { recovery_point_arn, .. } | Located::AsItIs { recovery_point_arn, .. }) => {
            recovery_point_arn.arn().region()
        }
        Some(Located::NotReached { .. }) | None => None,
    };
    made.and_then(|arn| arn.arn().region()).or(copied).or_else(|| Some(point.region.clone()))
}

fn console(region: &Region, job: &str, simulated: bool) -> Text {
    if simulated {
        return "none: the job was simulated, so AWS does not know it".text();
    }
    let name = region.to_string();
    let host = match name.split('-').next() {
        Some("cn") => format!("{name}.console.amazonaws.cn"),
        _ if name.starts_with("us-gov-") => "console.amazonaws-us-gov.com".to_owned(),
        _ => format!("{name}.console.aws.amazon.com"),
    };
    let job: String = job.chars().filter(|it| it.is_ascii_alphanumeric() || *it == '-').collect();
    link(format!("restore job {job}"), format!("https://{host}/backup/home?region={name}#/jobs/restore/details/{job}"))
        .text()
}

fn commands(region: &Region, job: &str, attempt: &Attempt, point: &RecoveryPoint) -> String {
    let mut lines = vec![format!("aws backup describe-restore-job --region {region} --restore-job-id {}", quoted(job))];
    lines.push(format!(
        "aws backup describe-recovery-point --region {} \\\n  --backup-vault-name {} \\\n  --recovery-point-arn {}",
        point.region,
        quoted(&point.backup_vault_name),
        quoted(point.recovery_point_arn.as_str())
    ));
    if let Some(Located::Copied { copy_job_id, .. }) = &attempt.located {
        lines.push(format!(
            "aws backup describe-copy-job --region {} --copy-job-id {}",
            point.region,
            quoted(copy_job_id)
        ));
    }
    if let Some(RestoreStarted::Job { asked, .. }) = &attempt.started {
        let (from, to) = (asked.as_second() - 300, asked.as_second() + 300);
        lines.push(format!(
            "aws cloudtrail lookup-events --region {region} \\\n  --lookup-attributes AttributeKey=EventName,AttributeValue=StartRestoreJob \\\n  --start-time {from} --end-time {to}"
        ));
    }
    lines.join("\n")
}

fn blamed(reason: &str, owner: FaultOwner) -> String {
    format!("{reason} (the fault of {})", fault(owner))
}

fn located(located: &Located) -> Vec<Fact> {
    match located {
        Located::AsItIs { route, recovery_point_arn, backup_vault_name, vault_account } => {
            let owner = vault_account.as_ref().map_or_else(String::new, |account| format!(" of account {account}"));
            vec![
                fact("Restored from", format!("vault {backup_vault_name}{owner}: {route}")),
                fact("Recovery point", name(recovery_point_arn.as_str())),
            ]
        }
        Located::Copied { copy_job_id, recovery_point_arn, backup_vault_name, started, finished } => vec![
            fact("Copied to", format!("vault {backup_vault_name}, {} to {}", moment(*started), moment(*finished))),
            fact("Copy job", name(copy_job_id)),
            fact("Copied recovery point", name(recovery_point_arn.as_str())),
        ],
        Located::NotReached { owner, reason } => vec![fact("Not reached", blamed(reason, *owner))],
    }
}

fn prepared(prepared: &RestorePrepared) -> Vec<Fact> {
    match prepared {
        RestorePrepared::Ready { resource_name, metadata, left_out } => {
            let sent: Vec<String> = metadata.iter().map(|(key, value)| format!("{key}={value}")).collect();
            let mut rows =
                vec![fact("Restored as", name(resource_name)), fact("Restore metadata", name(sent.join(", ")))];
            if !left_out.is_empty() {
                rows.push(fact("Metadata left out", name(left_out.join(", "))));
            }
            rows
        }
        RestorePrepared::Refused { owner, reason } => vec![fact("Not started", blamed(reason, *owner))],
    }
}

fn started(started: &RestoreStarted) -> Vec<Fact> {
    match started {
        RestoreStarted::Job { restore_job_id, asked, found_again } => {
            let again = if *found_again { ", found again after an answer was lost" } else { "" };
            vec![fact("Restore job", name(restore_job_id)), fact("Asked for", format!("{}{again}", moment(*asked)))]
        }
        RestoreStarted::Refused { owner, reason, .. } => vec![fact("Refused by AWS", blamed(reason, *owner))],
    }
}

fn ended(ended: &RestoreEnded) -> Vec<Fact> {
    let status = if ended.status.is_empty() { "never seen" } else { &ended.status };
    let message = ended.status_message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
    let mut rows = vec![fact("Status of the job", format!("{status}{message}, seen {}", moment(ended.seen)))];
    if let RestoreVerdict::NotRestored { owner, reason, .. } = &ended.verdict {
        rows.push(fact("Not restored", blamed(reason, *owner)));
    }
    if let (Some(created), Some(completed)) = (ended.creation_date, ended.completion_date) {
        let times = format!("created {}, completed {}, by the clock of AWS", moment(created), moment(completed));
        rows.push(fact("Job times by AWS", times));
    }
    rows.extend(
        ended.backup_size_in_bytes.map(|bytes| fact("Restored size by AWS", format!("{} bytes", grouped(bytes)))),
    );
    rows.extend(ended.created_resource_arn.as_ref().map(|arn| fact("Created resource", name(arn.as_str()))));
    if !ended.duplicates.is_empty() {
        rows.push(fact("Further jobs for the same intent", name(ended.duplicates.join(", "))));
    }
    rows
}

fn ready(ready: &ResourceReady) -> Vec<Fact> {
    match ready {
        ResourceReady::Ready { at, steps, target } => {
            let steps = if steps.is_empty() { "nothing had to be done".to_owned() } else { steps.join("; ") };
            let mut rows = vec![fact("Ready", format!("{}: {steps}", moment(*at)))];
            rows.extend(conditions(target).map(|conditions| fact("Test conditions", conditions)));
            rows
        }
        ResourceReady::NotReady { owner, reason } => vec![fact("Not ready", blamed(reason, *owner))],
    }
}

/// What the restored resource was like, which decides its recovery time.
pub(super) fn conditions(target: &Target) -> Option<String> {
    match target {
        Target::Table { .. } => None,
        Target::Database(database) => {
            let storage = database.storage_gib.map_or_else(
                || "storage size not recorded".to_owned(),
                |gib| format!("{} GiB of storage", grouped(gib)),
            );
            let loading = database.storage_loading_percent.map(|percent| format!(", storage loaded to {percent} %"));
            Some(format!(
                "{} {} on {}, {storage}{}",
                database.engine,
                database.engine_version,
                database.instance_class,
                loading.unwrap_or_default()
            ))
        }
    }
}

fn deletions(attempt: &Attempt) -> Vec<Fact> {
    let resources: Vec<&Deletion> = attempt.deleted.iter().flat_map(|deleted| &deleted.resources).collect();
    if resources.is_empty() {
        return vec![fact("Deleted", no_deletion(attempt))];
    }
    resources
        .into_iter()
        .map(|it| {
            fact(
                "Deleted",
                [words(end(&it.end)), words(": "), name(&it.arn), words(format!(". Ours by {}.", it.ownership))],
            )
        })
        .collect()
}

/// What became of something that was made, in words.
pub(super) fn end(end: &DeletionEnd) -> String {
    match end {
        DeletionEnd::SeenAbsent { asked, absent } => {
            format!("asked for {}, seen absent {}", moment(*asked), moment(*absent))
        }
        DeletionEnd::WasAbsent { seen } => format!("was not there when deletion was due, {}", moment(*seen)),
        DeletionEnd::Kept { until } => {
            format!("not deleted: kept for inspection, as was asked for, until {}", moment(*until))
        }
        DeletionEnd::Stranded { reason } => format!("not deleted, may still be there: {reason}"),
    }
}

fn no_deletion(attempt: &Attempt) -> &'static str {
    let copied = matches!(attempt.located, Some(Located::Copied { .. }));
    match (&attempt.started, copied) {
        (None | Some(RestoreStarted::Refused { .. }), false) => "nothing had been created",
        (Some(RestoreStarted::Job { .. }), _) | (None | Some(RestoreStarted::Refused { .. }), true) => {
            "no deletion is recorded for this attempt"
        }
    }
}

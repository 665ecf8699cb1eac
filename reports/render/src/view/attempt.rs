//! One attempt at a restore, as a list of what was done and what came of it.

use backproof_evidence::Attempt;
use backproof_evidence::words::{fault, moment};
use backproof_model::record::{
    DeletionEnd, Located, ResourceReady, RestoreEnded, RestorePrepared, RestoreStarted, RestoreVerdict,
};
use serde::Serialize;

use crate::shell::quoted;

/// One attempt.
#[derive(Serialize)]
pub(crate) struct AttemptView {
    number: u32,
    /// What was done, and what came of it; whether the latter is an identifier.
    facts: Vec<(&'static str, String, bool)>,
    deletions: Vec<DeletionView>,
    no_deletion: &'static str,
}

#[derive(Serialize)]
struct DeletionView {
    arn: String,
    ownership: String,
    class: &'static str,
    end: String,
    at: Option<String>,
}

/// The attempt in words.
pub(crate) fn attempt(attempt: &Attempt) -> AttemptView {
    let mut facts = Vec::new();
    if let Some(located) = &attempt.located {
        locate(located, &mut facts);
    }
    if let Some(prepared) = &attempt.prepared {
        prepare(prepared, &mut facts);
    }
    if let Some(started) = &attempt.started {
        start(started, &mut facts);
    }
    if let Some(ended) = &attempt.ended {
        end(ended, &mut facts);
    }
    match &attempt.ready {
        Some(ResourceReady::Ready { at, steps, .. }) => {
            let steps = if steps.is_empty() { "nothing had to be done".to_owned() } else { steps.join("; ") };
            facts.push(("Ready", format!("{}: {steps}", moment(*at)), false));
        }
        Some(ResourceReady::NotReady { owner, reason }) => {
            facts.push(("Not ready", blamed(reason, *owner), false));
        }
        None => {}
    }
    if let Some(command) = ask_aws(attempt) {
        facts.push(("To ask AWS", command, true));
    }
    AttemptView { number: attempt.number, facts, deletions: deletions(attempt), no_deletion: no_deletion(attempt) }
}

/// The command with which anyone who may read the sandbox account sees the restore job for themselves.
fn ask_aws(attempt: &Attempt) -> Option<String> {
    let region = attempt.ended.as_ref()?.created_resource_arn.as_ref()?.arn().region()?;
    let job = attempt.restore_job_id()?;
    Some(format!("aws backup describe-restore-job --region {} --restore-job-id {}", region, quoted(job)))
}

/// What stands where no deletion is recorded.
fn no_deletion(attempt: &Attempt) -> &'static str {
    let copied = matches!(attempt.located, Some(Located::Copied { .. }));
    match (&attempt.started, copied) {
        (None | Some(RestoreStarted::Refused { .. }), false) => "nothing had been created",
        (Some(RestoreStarted::Job { .. }), _) | (None | Some(RestoreStarted::Refused { .. }), true) => {
            "no deletion is recorded for this attempt"
        }
    }
}

fn blamed(reason: &str, owner: backproof_model::FaultOwner) -> String {
    format!("{reason} (the fault of {})", fault(owner))
}

fn locate(located: &Located, facts: &mut Vec<(&'static str, String, bool)>) {
    match located {
        Located::AsItIs { route, recovery_point_arn, backup_vault_name, vault_account } => {
            let owner = vault_account.as_ref().map_or_else(String::new, |account| format!(" of account {account}"));
            facts.push(("Restored from", format!("vault {backup_vault_name}{owner}: {route}"), false));
            facts.push(("Recovery point", recovery_point_arn.to_string(), true));
        }
        Located::Copied { copy_job_id, recovery_point_arn, backup_vault_name, started, finished } => {
            facts.push((
                "Copied to",
                format!("vault {backup_vault_name}, {} to {}", moment(*started), moment(*finished)),
                false,
            ));
            facts.push(("Copy job", copy_job_id.clone(), true));
            facts.push(("Copied recovery point", recovery_point_arn.to_string(), true));
        }
        Located::NotReached { owner, reason } => facts.push(("Not reached", blamed(reason, *owner), false)),
    }
}

fn prepare(prepared: &RestorePrepared, facts: &mut Vec<(&'static str, String, bool)>) {
    match prepared {
        RestorePrepared::Ready { resource_name, metadata, left_out } => {
            facts.push(("Restored as", resource_name.clone(), true));
            let sent: Vec<String> = metadata.iter().map(|(key, value)| format!("{key}={value}")).collect();
            facts.push(("Restore metadata", sent.join(", "), true));
            if !left_out.is_empty() {
                facts.push(("Metadata left out", left_out.join(", "), true));
            }
        }
        RestorePrepared::Refused { owner, reason } => facts.push(("Not started", blamed(reason, *owner), false)),
    }
}

fn start(started: &RestoreStarted, facts: &mut Vec<(&'static str, String, bool)>) {
    match started {
        RestoreStarted::Job { restore_job_id, asked, found_again } => {
            facts.push(("Restore job", restore_job_id.clone(), true));
            let again = if *found_again { ", found again after an answer was lost" } else { "" };
            facts.push(("Asked for", format!("{}{again}", moment(*asked)), false));
        }
        RestoreStarted::Refused { owner, reason, .. } => facts.push(("Refused by AWS", blamed(reason, *owner), false)),
    }
}

fn end(ended: &RestoreEnded, facts: &mut Vec<(&'static str, String, bool)>) {
    let status = if ended.status.is_empty() { "never seen" } else { &ended.status };
    let message = ended.status_message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
    facts.push(("Status of the job", format!("{status}{message}, seen {}", moment(ended.seen)), false));
    if let RestoreVerdict::NotRestored { owner, reason, .. } = &ended.verdict {
        facts.push(("Not restored", blamed(reason, *owner), false));
    }
    if let (Some(created), Some(completed)) = (ended.creation_date, ended.completion_date) {
        facts.push((
            "Job times by AWS",
            format!("created {}, completed {}", moment(created), moment(completed)),
            false,
        ));
    }
    if let Some(arn) = &ended.created_resource_arn {
        facts.push(("Created resource", arn.to_string(), true));
    }
    if !ended.duplicates.is_empty() {
        facts.push(("Further jobs for the same intent", ended.duplicates.join(", "), true));
    }
}

fn deletions(attempt: &Attempt) -> Vec<DeletionView> {
    let resources = attempt.deleted.iter().flat_map(|deleted| &deleted.resources);
    resources
        .map(|deletion| {
            let (class, end, at) = match &deletion.end {
                DeletionEnd::SeenAbsent { asked, absent } => {
                    ("passed", format!("asked for {}, seen absent", moment(*asked)), Some(absent.to_string()))
                }
                DeletionEnd::WasAbsent { seen } => {
                    ("passed", "was not there when deletion was due".to_owned(), Some(seen.to_string()))
                }
                DeletionEnd::Kept { until } => {
                    ("inconclusive", "kept for inspection, as was asked for, until".to_owned(), Some(until.to_string()))
                }
                DeletionEnd::Stranded { reason } => ("failed", format!("may still be there: {reason}"), None),
            };
            DeletionView { arn: deletion.arn.clone(), ownership: deletion.ownership.clone(), class, end, at }
        })
        .collect()
}

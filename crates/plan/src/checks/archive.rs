//! Whether what is said of the archive fits together: buckets and directories, locks and reasons, roles and accounts.

use crate::problem::{Findings, Span};
use crate::written::{ArchiveTable, PlanTable, Written};

pub(super) fn check(plan: &PlanTable, findings: &mut Findings<'_>) {
    let Some(written) = &plan.archive else { return };
    if findings.has_anything_unreadable(&written.span) {
        return;
    }
    lock(&written.value, findings);
    of_buckets_alone(&written.value, findings);
    external_id(&written.value, findings);
    if let (Some(account), Some(role)) = (&written.value.account, &written.value.role_arn)
        && role.value.0.0.account().is_some_and(|of| of != account.value.0)
    {
        let message = format!("this is no role of {}, to which the bucket belongs", account.value.0);
        let hint =
            "allowed where the bucket's policy names the role; a role of the bucket's own account is the usual way";
        findings.warning(&role.span, message, hint);
    }
}

/// A bucket without Object Lock must be accepted in so many words, with a reason.
fn lock(table: &ArchiveTable, findings: &mut Findings<'_>) {
    match (&table.lock, &table.lock_reason) {
        (Some(accepted), None) => {
            let hint = "add `lock_reason = \"…\"`: every receipt and report repeats it";
            findings.problem(&accepted.span, "a bucket without Object Lock is accepted without a reason", hint);
        }
        (None, Some(reason)) => findings.problem(
            &reason.span,
            "there is a reason, but no lock is not accepted",
            "add `lock = \"none-accepted\"`, or remove the reason",
        ),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn of_buckets_alone(table: &ArchiveTable, findings: &mut Findings<'_>) {
    if table.to.get().is_none_or(|to| to.value.0.0.starts_with("s3://")) {
        return;
    }
    let keys = [
        ("mode", span(table.mode.as_ref())),
        ("region", span(table.region.as_ref())),
        ("account", span(table.account.as_ref())),
        ("role_arn", span(table.role_arn.as_ref())),
        ("external_id", span(table.external_id.as_ref())),
        ("kms_key", span(table.kms_key.as_ref())),
        ("lock", span(table.lock.as_ref())),
    ];
    for (key, span) in keys.into_iter().filter_map(|(key, span)| Some((key, span?))) {
        let message = format!("`{key}` says something of a bucket, and the archive is a directory");
        findings.problem(span, message, "remove it, or write `to = \"s3://…\"`");
    }
}

fn span<T>(written: Option<&Written<T>>) -> Option<&Span> {
    written.map(|written| &written.span)
}

fn external_id(table: &ArchiveTable, findings: &mut Findings<'_>) {
    if let (Some(id), None) = (&table.external_id, &table.role_arn) {
        let message = "this external id is never used: there is no role to assume with it";
        findings.problem(&id.span, message, "add `role_arn = \"…\"`, or remove it");
    }
}

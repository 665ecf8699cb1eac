//! Section 3: what was in scope, against which objectives, who was responsible, and who approved.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{duration, moment};
use backproof_model::record::Approver;

use super::{NOT_RECORDED, of_each_run, recorded};
use crate::compose::{Words, cell, fact, facts, heading, listing, name, paragraph, strong, table, words};
use crate::document::{Block, Fact, Text};
use crate::json::listed;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![paragraph(
        "A restore test takes one recovery point of AWS Backup, restores it into a sandbox account, examines the \
         restored data, and deletes what was made. The objective is to show that what is backed up can be recovered, in \
         time and with its data, and to find out where it cannot.",
    )];
    blocks.extend(of_each_run(dossier, "scope, objectives and approvals", of_run));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let run = &record.evidence;
    let conclusion = &record.conclusion;
    let opened = run.opened.as_ref();
    let mut blocks = vec![heading("Scope and objectives")];
    let objective = |seconds: Option<i64>| seconds.map_or_else(|| "the plan sets none".to_owned(), duration);
    blocks.push(facts(vec![
        fact("Extent", conclusion.scope_line.as_str()),
        fact("Purpose", purpose(record)),
        fact("Recovery time objective (RTO)", objective(conclusion.figures.rto_objective_seconds)),
        fact("Recovery point objective (RPO), as the longest gap", objective(conclusion.figures.gap_objective_seconds)),
        fact(
            "Level that a pass must reach",
            run.required_level()
                .map_or_else(|| NOT_RECORDED.to_owned(), |level| format!("{level} {}", level.describe())),
        ),
        fact(
            "Objectives set by",
            [words("the plan of digest "), name(opened.map_or(NOT_RECORDED, |opened| &opened.plan_sha256))],
        ),
    ]));
    if let Some(scope) = opened.and_then(|opened| opened.plan.get("scope")) {
        blocks.push(listing("The plan's scope, as it was asked for", listed(scope)));
    }
    blocks.push(heading("Responsibilities"));
    blocks.push(table("Who does what", &["Role", "Person", "Does"]).rows(roles(record)).block());
    blocks.push(heading("Approval and authorisation"));
    blocks.push(paragraph([
        words("Operation of the control: "),
        strong(conclusion.control.word),
        words(format!(". {}", conclusion.control.sentence)),
    ]));
    let approved = approvals(record);
    if !approved.is_empty() {
        blocks.push(facts(approved));
    }
    match opened.and_then(|opened| opened.authorisation.as_ref()) {
        None => blocks.push(paragraph("The journal records no authorisation to restore production data.")),
        Some(authorisation) => blocks.push(facts(vec![
            fact("Restoring authorised by", authorisation.authorised_by.as_str()),
            fact("Written down in", authorisation.ticket.as_str()),
            fact(
                "Classes of data",
                if authorisation.data_classes.is_empty() {
                    "none named".to_owned()
                } else {
                    authorisation.data_classes.join(", ")
                },
            ),
            fact("Holds until", moment(authorisation.expires)),
        ])),
    }
    blocks
}

fn purpose(record: &RunRecord) -> &'static str {
    match (&record.evidence.opened, record.evidence.is_one_off_check()) {
        (None, _) => NOT_RECORDED,
        (Some(_), true) => "the check of one recovery point that a person named; no operation of a plan",
        (Some(_), false) => "a run of the plan",
    }
}

fn roles(record: &RunRecord) -> Vec<[crate::document::Cell; 3]> {
    let opened = record.evidence.opened.as_ref();
    let approvers: Vec<&Approver> = record.conclusion.control.approvers.iter().collect();
    let approver = match approvers.as_slice() {
        [] => "nobody is recorded".to_owned(),
        all => {
            let names: Vec<&str> = all.iter().map(|it| it.person.as_deref().unwrap_or("an unknown person")).collect();
            names.join(", ")
        }
    };
    let reviewer = record
        .attestations
        .iter()
        .find(|it| it.kind == backproof_evidence::dossier::AttestationKind::SignOff)
        .map_or("nobody yet", |it| it.by.as_deref().unwrap_or("an unknown person"));
    let role = |role: &str, person: Text, does: &str| [cell(role), cell(person), cell(does)];
    vec![
        role(
            "Operator",
            recorded(opened.map(|opened| opened.operator.as_str())),
            "has runs performed; may deploy, change the plan or use the signing key",
        ),
        role("Approver of the plan", approver.text(), "approves the plan before a run, and is not the operator"),
        role("Reviewer", reviewer.text(), "signs the sealed evidence off afterwards, and is not the operator"),
        role(
            "Owner of the harness",
            recorded(opened.map(|opened| opened.installation.as_str())),
            "the installation that performed the run",
        ),
    ]
}

fn approvals(record: &RunRecord) -> Vec<Fact> {
    let mut rows: Vec<Fact> =
        record.conclusion.control.approvers.iter().map(|it| fact("Plan signed by", signed(it))).collect();
    let approval = record.evidence.approval.as_ref();
    if let Some(trust) = approval.and_then(|approval| approval.trust_sha256.as_ref()) {
        rows.push(fact("Digest of the trust file", name(trust)));
    }
    if let Some(allowed) = &record.conclusion.control.allowed_by {
        rows.push(fact("Performed all the same by", allowed.as_str()));
    }
    rows
}

fn signed(approver: &Approver) -> Text {
    let mut text = vec![
        words(format!("{}, key ", approver.person.as_deref().unwrap_or("an unknown person"))),
        name(&approver.key_id),
        words(format!(", {}", moment(approver.approved_at))),
    ];
    text.extend(approver.ticket.as_ref().map(|ticket| words(format!(", {ticket}"))));
    text.extend(approver.expires.map(|expires| words(format!("; holds until {}", moment(expires)))));
    text
}

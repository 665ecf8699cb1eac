//! Section 16: who vouches for the evidence, in which role, when, over which digest, and whether that is believed.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{Attestation, AttestationKind, AttestationStanding, RunRecord};
use backproof_evidence::words::moment;
use backproof_model::record::Approver;

use super::{NOT_RECORDED, of_each_run};
use crate::compose::{Words, callout, cell, details, fact, facts, list, mark, name, paragraph, table};
use crate::document::{Block, Cell, Tone};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let mut blocks = vec![paragraph(
        "Whoever vouches signs the digest of the sealed evidence, in a file of its own that is added later and changes \
         none of it. Keys belong to persons by a trust file, which lives outside plan and state; without one, a signature \
         can hold while nobody says whose it is. The reviewer is another person than the operator.",
    )];
    blocks.extend(of_each_run(dossier, "sign-off", of_run));
    blocks
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let mut rows: Vec<[Cell; 7]> = record.conclusion.control.approvers.iter().map(|it| approval(record, it)).collect();
    rows.extend(record.attestations.iter().map(|it| attestation(record, it)));
    for (kind, what) in [
        (AttestationKind::Operator, "Operator's signature"),
        (AttestationKind::SignOff, "Sign-off by another person"),
        (AttestationKind::TimeStamp, "Time-stamp"),
    ] {
        if !record.attestations.iter().any(|it| it.kind == kind) {
            let blank = || cell("");
            rows.push([cell(what), mark(Tone::Doubt, "not given"), blank(), blank(), blank(), blank(), blank()]);
        }
    }
    let titles = ["What", "Standing", "Person or authority", "Role", "When", "Digest signed", "Why it stands so"];
    let mut blocks = vec![table("Approval, signatures, sign-off and time-stamps", &titles).rows(rows).block()];
    if record.seal.is_none() {
        blocks.push(callout(Tone::Doubt, "Nothing is sealed", "There is no digest that anybody could have signed."));
    }
    blocks
        .extend(record.attestations.iter().filter(|it| it.statement.is_some() || !it.decisions.is_empty()).map(stated));
    blocks
}

fn approval(record: &RunRecord, approver: &Approver) -> [Cell; 7] {
    let plan = record.evidence.opened.as_ref().map_or(NOT_RECORDED, |opened| &opened.plan_sha256);
    let standing =
        if approver.person.is_some() { cell("as the journal records it") } else { mark(Tone::Doubt, "signer unknown") };
    [
        cell("Approval of the plan"),
        standing,
        cell(approver.person.as_deref().unwrap_or("an unknown person")),
        cell("approver"),
        cell(moment(approver.approved_at)),
        cell(name(plan)),
        cell(record.conclusion.control.sentence.as_str()),
    ]
}

fn attestation(record: &RunRecord, it: &Attestation) -> [Cell; 7] {
    let what = match it.kind {
        AttestationKind::Operator => "Operator's signature",
        AttestationKind::TestResult => "Operator's result, in in-toto's words",
        AttestationKind::SignOff => "Sign-off",
        AttestationKind::TimeStamp => "Time-stamp (RFC 3161)",
        AttestationKind::ArchiveReceipt => "Archive receipt",
    };
    let standing = match it.standing {
        AttestationStanding::Trusted => mark(Tone::Good, "trusted"),
        AttestationStanding::SignerUnknown => mark(Tone::Doubt, "holds, signer unknown"),
        AttestationStanding::Invalid => mark(Tone::Bad, "does not hold"),
    };
    let digest = match (&record.seal, it.standing) {
        (_, AttestationStanding::Invalid) => cell("not this one, or not provably"),
        (Some(seal), AttestationStanding::Trusted | AttestationStanding::SignerUnknown) => cell(name(&seal.sha256)),
        (None, AttestationStanding::Trusted | AttestationStanding::SignerUnknown) => cell(NOT_RECORDED),
    };
    [
        cell(what),
        standing,
        cell(it.by.as_deref().unwrap_or("nobody says who")),
        cell(it.role.as_deref().unwrap_or("")),
        cell(it.at.map_or_else(|| NOT_RECORDED.to_owned(), moment)),
        digest,
        cell(it.remark.as_str()),
    ]
}

/// What a person stated and decided, word by word.
fn stated(it: &Attestation) -> Block {
    let by = it.by.as_deref().unwrap_or("an unknown person");
    let mut blocks = vec![facts(vec![
        fact("File", name(format!("attestations/{}", it.file))),
        fact("Key", it.key_id.as_ref().map_or_else(|| NOT_RECORDED.text(), |key| name(key).text())),
        fact("Statement", it.statement.as_deref().unwrap_or("none")),
    ])];
    if !it.decisions.is_empty() {
        blocks.push(list(
            it.decisions.iter().map(|decision| format!("Exception {}: {}", decision.exception, decision.decision)),
        ));
    }
    details(format!("What {by} stated"), blocks)
}

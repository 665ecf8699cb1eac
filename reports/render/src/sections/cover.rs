//! Section 1: whose report this is, of what, and when.

use backproof_evidence::dossier::AttestationKind;
use backproof_evidence::words::{counted, moment};
use backproof_evidence::{Dossier, dossier::RunRecord};

use super::{NOT_RECORDED, dated, recorded, when};
use crate::compose::{Words, callout, fact, facts, name, words};
use crate::document::{Block, Text, Tone};

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    let latest = dossier.latest();
    let opened = latest.evidence.opened.as_ref();
    let subject = &dossier.subject;
    let given = |text: &Option<String>| text.clone().unwrap_or_else(|| "not given".to_owned());
    let mut rows = vec![
        fact("Entity", given(&subject.entity)),
        fact("System", given(&subject.system)),
        fact("Classification", given(&subject.classification)),
    ];
    if let Some(period) = dossier.period {
        rows.push(fact("Period", format!("{} to {}, both days included, in UTC", period.from, period.to)));
    }
    rows.extend([
        fact(if dossier.runs.len() == 1 { "Run" } else { "Runs" }, runs(dossier)),
        fact("Plan", plan(latest)),
        fact("Installation", recorded(opened.map(|opened| opened.installation.as_str()))),
        fact("Performed", format!("{} to {}", when(first(dossier)), when(latest.evidence.last_entry))),
        fact("Program", recorded(opened.map(|opened| format!("backproof {}", opened.version)))),
        fact("Evidence as of", when(dated(dossier))),
        fact("Sealed as", seal(latest)),
        fact("Vouched for by", vouched(latest)),
        fact("Times", "all in UTC, RFC 3339 in the files; days begin and end at midnight UTC"),
    ]);
    let mut blocks = vec![facts(rows)];
    if let Some(reason) = opened.and_then(|opened| opened.same_account.as_ref()) {
        let text = format!("The plan accepts this, because: {reason}");
        blocks.push(callout(Tone::Doubt, "Restored into a source account", text));
    }
    blocks
}

fn runs(dossier: &Dossier) -> String {
    let numbers: Vec<String> = dossier.runs.iter().map(|run| run.evidence.run.to_string()).collect();
    numbers.join(", ")
}

fn first(dossier: &Dossier) -> Option<jiff::Timestamp> {
    dossier.runs.iter().filter_map(|run| run.evidence.began).min()
}

fn plan(latest: &RunRecord) -> Text {
    match &latest.evidence.opened {
        None => NOT_RECORDED.text(),
        Some(opened) => [words(format!("{}, digest ", opened.plan_name)), name(&opened.plan_sha256)].text(),
    }
}

fn seal(latest: &RunRecord) -> Text {
    match &latest.seal {
        Some(seal) => name(&seal.sha256).text(),
        None => "not sealed: this report was made from the journal alone".text(),
    }
}

fn vouched(latest: &RunRecord) -> String {
    if latest.attestations.is_empty() {
        return "nobody yet: there is no signature, sign-off or time-stamp".to_owned();
    }
    let kinds = [
        (AttestationKind::Operator, "operator's signature"),
        (AttestationKind::TestResult, "test result"),
        (AttestationKind::SignOff, "sign-off"),
        (AttestationKind::TimeStamp, "time-stamp"),
        (AttestationKind::ArchiveReceipt, "archive receipt"),
    ];
    let told: Vec<String> = kinds
        .iter()
        .filter_map(|(kind, word)| {
            let count = latest.attestations.iter().filter(|it| it.kind == *kind).count() as u64;
            (count > 0).then(|| counted(count, word))
        })
        .collect();
    let last = latest.attestations.iter().filter_map(|it| it.at).max();
    let last = last.map_or_else(String::new, |at| format!(", the last of {}", moment(at)));
    format!("{}{last}; each is judged under Sign-off", told.join(", "))
}

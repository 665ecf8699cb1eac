//! Where the draw's entropy came from, as far as that can be shown offline.

use backproof_drand::{time_of_round, verify_round};
use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::draw::{EntropyKind, GradeWord};
use backproof_model::record::{DrawCommitted, EntropyRevealed, run_step};
use backproof_signing::{Standing, examine_time_stamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::previous::Before;
use super::{Checked, Known};
use crate::layout::JOURNAL;
use crate::reading;

const NAME: &str = "entropy";

pub(super) fn check(known: &Known<'_>, before: Before<'_>) -> Checked {
    let evidence = known.evidence;
    let Some((commitment, revealed)) = evidence.commitment.as_ref().zip(evidence.entropy.as_ref()) else {
        return Checked::of(NAME, Vec::new(), "nothing was drawn by chance, so there was none");
    };
    let kind: EntropyKind = match revealed.kind.parse() {
        Ok(kind) => kind,
        Err(problem) => return Checked::of(NAME, vec![format!("{problem}")], ""),
    };
    let mut problems = Vec::new();
    graded(&kind, commitment, revealed, &mut problems);
    match kind {
        EntropyKind::DrandQuicknet { round } => drand(known, commitment, revealed, round, problems),
        EntropyKind::Previous => previous(before, revealed, problems),
        EntropyKind::Auditor => {
            let good = "an auditor's nonce: only the auditor can tell that it was given after the commitment";
            Checked::of(NAME, problems, good)
        }
        EntropyKind::Os => Checked::of(NAME, problems, format!("{}: {}", revealed.grade, revealed.grade_reason)),
    }
}

fn drand(
    known: &Known<'_>,
    commitment: &DrawCommitted,
    revealed: &EntropyRevealed,
    round: u64,
    mut problems: Vec<String>,
) -> Checked {
    let Some(signature) = &revealed.beacon_signature else {
        let why = format!("round {round} of drand is named without its signature, so it cannot be verified offline");
        return if problems.is_empty() { Checked::not_shown(NAME, why) } else { Checked::of(NAME, problems, "") };
    };
    beacon(round, signature, revealed, committed_at(known), &mut problems);
    // Where it is no better than self-attested, another round than the named one is told by the grade's reason.
    if revealed.grade == GradeWord::Verifiable.as_str() && commitment.beacon_round != Some(round) {
        let named = commitment.beacon_round.map_or_else(|| "no round".to_owned(), |named| format!("round {named}"));
        problems.push(format!(
            "{JOURNAL}: the draw is graded `{}`, and its commitment names {named} of drand, not round {round}: it could \
             have been chosen",
            revealed.grade
        ));
    }
    anchored(known, commitment, revealed, round, problems)
}

/// No grade may be better than the kind of entropy carries.
fn graded(kind: &EntropyKind, commitment: &DrawCommitted, revealed: &EntropyRevealed, problems: &mut Vec<String>) {
    let planned = match kind {
        EntropyKind::DrandQuicknet { .. } => "drand-quicknet",
        EntropyKind::Auditor => "auditor",
        EntropyKind::Previous => "previous",
        EntropyKind::Os => "os",
    };
    let is_verifiable = revealed.grade == GradeWord::Verifiable.as_str();
    let carries = matches!(kind, EntropyKind::Auditor | EntropyKind::DrandQuicknet { .. });
    if is_verifiable && (!carries || commitment.entropy_known) {
        problems.push(format!(
            "{JOURNAL}: the draw is graded `{}`, which entropy of the kind `{planned}`{} does not carry",
            revealed.grade,
            if commitment.entropy_known { ", known before the commitment," } else { "" }
        ));
    }
}

fn beacon(
    round: u64,
    signature: &str,
    revealed: &EntropyRevealed,
    committed: Option<Timestamp>,
    problems: &mut Vec<String>,
) {
    if let Err(problem) = verify_round(round, signature, Some(&revealed.value)) {
        problems.push(problem.to_string());
    }
    let known_before = time_of_round(round).zip(committed).filter(|(came, committed)| came <= committed);
    if let Some((came, committed)) = known_before.filter(|_| revealed.grade == GradeWord::Verifiable.as_str()) {
        problems.push(format!(
            "round {round} of drand came at {came}, and the draw was committed only at {committed}: it could have been \
             chosen, and the draw is graded `{}`",
            revealed.grade
        ));
    }
}

/// Whether strangers can tell that the commitment came before the round.
fn anchored(
    known: &Known<'_>,
    commitment: &DrawCommitted,
    revealed: &EntropyRevealed,
    round: u64,
    mut problems: Vec<String>,
) -> Checked {
    let Some(anchor) = &revealed.commitment_anchor else {
        if revealed.grade == GradeWord::Verifiable.as_str() {
            problems.push(format!(
                "{JOURNAL}: the draw is graded `{}`, and nothing outside shows when it was committed",
                revealed.grade
            ));
        }
        let good = format!("round {round} of drand is verified by its signature; {}", revealed.grade_reason);
        return Checked::of(NAME, problems, good);
    };
    let digest = canonical_json(commitment).map(sha256_hex).unwrap_or_default();
    let response = STANDARD.decode(&anchor.time_stamp).unwrap_or_default();
    let examined = examine_time_stamp(&response, &digest, known.options.time_stamp_authorities);
    match (examined.standing, examined.at) {
        (Standing::Invalid, _) | (_, None) => {
            problems.push(format!("the time-stamp of the draw's commitment: {}", examined.remark));
        }
        (_, Some(at)) if at != anchor.at => {
            problems.push(format!("the draw's commitment is time-stamped {at}, and the journal says {}", anchor.at));
        }
        (_, Some(at)) if time_of_round(round).is_none_or(|came| came <= at) => problems.push(format!(
            "the draw's commitment is time-stamped {at}, which is not before round {round} of drand came"
        )),
        (Standing::SignerUnknown | Standing::Trusted, Some(_)) => {}
    }
    let good = format!(
        "round {round} of drand is verified by its signature, and the commitment was time-stamped before it came: {}",
        examined.remark
    );
    match examined.standing {
        Standing::SignerUnknown if problems.is_empty() => Checked::not_shown(NAME, good),
        Standing::SignerUnknown | Standing::Trusted | Standing::Invalid => Checked::of(NAME, problems, good),
    }
}

/// When the commitment was journalled.
fn committed_at(known: &Known<'_>) -> Option<Timestamp> {
    let journal = known.bundle.text(JOURNAL).ok()?;
    let entries = journal.lines().filter(|line| line.contains(run_step::COMMIT));
    entries.filter_map(|line| serde_json::from_str::<Entry>(line).ok()).find_map(|entry| match &entry.event {
        Event::Result { step, .. } if entry.chain == RUN_CHAIN && step == run_step::COMMIT => Some(entry.at),
        Event::Result { .. } | Event::Intent { .. } | Event::Status { .. } | Event::Resumed { .. } => None,
    })
}

/// The nonce must be the one that the run before had committed to.
fn previous(before: Before<'_>, revealed: &EntropyRevealed, mut problems: Vec<String>) -> Checked {
    let not_shown = |why: &str, problems: Vec<String>| match &problems[..] {
        [] => Checked::not_shown(NAME, format!("that the bundle before had fixed this nonce shows only with {why}")),
        [_, ..] => Checked::of(NAME, problems, ""),
    };
    let before = match before {
        Before::NotGiven => return not_shown("that bundle at hand", problems),
        Before::DoesNotHold => {
            return not_shown("that bundle as it was sealed, and what was given does not hold", problems);
        }
        Before::Holds(given) => match reading::evidence(given) {
            Ok(before) => before,
            Err(_) => return not_shown("a journal that can be read", problems),
        },
    };
    let found = sha256_hex(&revealed.value);
    let fixed = before.closed.as_ref().and_then(|closed| closed.next_nonce_sha256.as_deref());
    if fixed != Some(found.as_str()) {
        problems.push(format!(
            "the nonce has SHA-256 {found}, and run {} had fixed {}",
            before.run,
            fixed.unwrap_or("none")
        ));
    }
    Checked::of(NAME, problems, format!("the nonce is the one that run {} had fixed", before.run))
}

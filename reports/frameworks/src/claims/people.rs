//! What people did: followed up what did not pass, looked at the run, and put their names to it.

use std::collections::{BTreeMap, BTreeSet};

use backproof_evidence::dossier::{Attestation, AttestationKind, AttestationStanding, RunRecord};
use backproof_evidence::words::{counted, moment};
use backproof_evidence::{Dossier, TestEvidence};
use backproof_model::Outcome;
use backproof_model::exception::{Closed, Exception, ExceptionChange};
use jiff::Timestamp;

use super::DossierClaim;
use super::reading::{ClaimReading, ClaimStanding, EXCEPTIONS, INDEX, Place, SIGNATURES, Said, named, per_run};

/// The moment that "overdue" is judged at: the last that the newest run's journal speaks of.
fn as_of(dossier: &Dossier) -> Option<Timestamp> {
    dossier.runs.last().and_then(|run| run.evidence.last_entry)
}

/// What one restore test that did not pass came to afterwards.
struct Followed(u32, ClaimStanding, String);

fn told(followed: &[Followed], nothing: &str) -> Said {
    let Some(worst) = followed.iter().map(|it| it.1).max() else { return Said::shown(nothing) };
    let of_worst: Vec<&Followed> = followed.iter().filter(|it| it.1 == worst).collect();
    let tests: Vec<u32> = of_worst.iter().map(|it| it.0).collect();
    let first = of_worst.first().map(|it| it.2.clone()).unwrap_or_default();
    let text = format!("{}: {first}", named(&tests));
    match worst {
        ClaimStanding::Shown => Said::shown(text),
        ClaimStanding::NotShown => Said::not_shown(text),
        ClaimStanding::Contradicted => Said::contradicted(text),
    }
    .by(tests)
}

/// Exceptions by the run and restore test that met them.
type ByTest<'a> = BTreeMap<(u64, u32), &'a Exception>;

fn by_test(dossier: &Dossier) -> ByTest<'_> {
    let mut by_test = ByTest::new();
    for exception in &dossier.exceptions {
        let met = exception.history.iter().filter_map(|event| match &event.change {
            ExceptionChange::Opened(opened) => Some((opened.run, opened.subject.test()?)),
            ExceptionChange::MetAgain { run, test, .. } => Some((*run, (*test)?)),
            ExceptionChange::Assigned { .. }
            | ExceptionChange::Noted { .. }
            | ExceptionChange::Accepted { .. }
            | ExceptionChange::ClosedByRetest { .. }
            | ExceptionChange::ClosedByDeletion { .. } => None,
        });
        for met in met {
            by_test.entry(met).or_insert(exception);
        }
    }
    by_test
}

pub(super) fn exceptions_followed(dossier: &Dossier) -> ClaimReading {
    let (exceptions, now) = (by_test(dossier), as_of(dossier));
    per_run(DossierClaim::ExceptionsFollowed, dossier, EXCEPTIONS, |run| followed_up(run, &exceptions, now))
}

fn followed_up(run: &RunRecord, exceptions: &ByTest<'_>, now: Option<Timestamp>) -> Said {
    let Some(recorded) = run.evidence.exceptions.as_ref().filter(|_| run.evidence.is_closed()) else {
        return Said::not_shown("the run is not closed, or its journal records no exceptions");
    };
    if run.evidence.tests.is_empty() {
        return Said::not_shown("no recovery point was tested");
    }
    if recorded.overdue > 0 {
        let overdue = counted(recorded.overdue, "exception");
        return Said::contradicted(format!("when it ended, {overdue} of its plan should have been resolved already"));
    }
    let not_passed = run.evidence.tests.iter().filter(|test| test.outcome.reason().is_some());
    let touched: BTreeSet<u32> = recorded.touched.iter().filter_map(|touched| touched.test).collect();
    let followed = not_passed.map(|test| {
        let number = test.drawn.test;
        let (standing, text) = match exceptions.get(&(run.evidence.run, number)) {
            Some(exception) => how_followed(exception, now),
            None if touched.contains(&number) => {
                (ClaimStanding::NotShown, "an exception was opened, and the register at hand does not hold it".into())
            }
            None => (ClaimStanding::Contradicted, "not passed, and no exception was recorded".into()),
        };
        Followed(number, standing, text)
    });
    told(
        &followed.collect::<Vec<_>>(),
        "every restore test passed, so there was nothing to follow up; whether follow-up works was not put to the test",
    )
}

fn how_followed(exception: &Exception, now: Option<Timestamp>) -> (ClaimStanding, String) {
    let id = exception.id;
    let Some(now) = now else {
        return (ClaimStanding::NotShown, "no record says when the evidence ends".into());
    };
    if exception.is_overdue(now) {
        return (
            ClaimStanding::Contradicted,
            format!("exception {id} was due at {} and is open", moment(exception.due)),
        );
    }
    if exception.closed.is_some() {
        return (ClaimStanding::Shown, format!("exception {id} was opened, followed and closed"));
    }
    match &exception.owner {
        Some(owner) => {
            let ticket = exception.ticket.as_ref().map_or_else(String::new, |ticket| format!(" ({ticket})"));
            let text = format!("exception {id} is followed by {owner}{ticket}, due at {}", moment(exception.due));
            (ClaimStanding::Shown, text)
        }
        None => (ClaimStanding::NotShown, format!("exception {id} is open, and nobody is named who follows it")),
    }
}

pub(super) fn failures_retested(dossier: &Dossier) -> ClaimReading {
    let (exceptions, now) = (by_test(dossier), as_of(dossier));
    per_run(DossierClaim::FailuresRetested, dossier, EXCEPTIONS, |run| {
        if !run.evidence.is_closed() || run.evidence.tests.is_empty() {
            return Said::not_shown("the run is not closed, or tested nothing");
        }
        let is_failed = |test: &&TestEvidence| matches!(test.outcome, Outcome::Failed { .. });
        let failed = run.evidence.tests.iter().filter(is_failed).map(|test| test.drawn.test);
        let retested = failed.map(|test| {
            let (standing, text) = how_retested(exceptions.get(&(run.evidence.run, test)).copied(), now);
            Followed(test, standing, text)
        });
        told(&retested.collect::<Vec<_>>(), "no restore test failed, so there was nothing to test again")
    })
}

fn how_retested(exception: Option<&Exception>, now: Option<Timestamp>) -> (ClaimStanding, String) {
    let Some(exception) = exception else {
        return (ClaimStanding::NotShown, "failed, and the register at hand holds no exception that says more".into());
    };
    let id = exception.id;
    match (&exception.closed, &exception.acceptance) {
        (Some(Closed::ByRetest { run, test, .. }), _) => (
            ClaimStanding::Shown,
            format!("failed, and passed again as restore test {test} of run {run} (exception {id})"),
        ),
        (Some(Closed::ByDeletion { .. }), _) => {
            (ClaimStanding::NotShown, format!("exception {id} was closed by a deletion, not by a retest"))
        }
        (None, _) if now.is_some_and(|now| exception.is_overdue(now)) => {
            let due = moment(exception.due);
            (
                ClaimStanding::Contradicted,
                format!("failed, and has not passed again by {due}, when exception {id} was due"),
            )
        }
        (None, Some(acceptance)) => {
            let (person, until) = (&acceptance.person, moment(acceptance.expires));
            (ClaimStanding::NotShown, format!("failed; {person} accepts that until {until} (exception {id})"))
        }
        (None, None) => {
            let due = moment(exception.due);
            (ClaimStanding::NotShown, format!("failed, and has not passed again yet; exception {id} is due at {due}"))
        }
    }
}

pub(super) fn evidence_signed(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::EvidenceSigned, dossier, SIGNATURES, |run| {
        let counts = |it: &&Attestation| match it.kind {
            AttestationKind::Operator => true,
            // It is no signature on the run, and still worse than none where it does not hold.
            AttestationKind::TestResult => it.standing == AttestationStanding::Invalid,
            AttestationKind::SignOff | AttestationKind::TimeStamp | AttestationKind::ArchiveReceipt => false,
        };
        best(&run.attestations.iter().filter(counts).collect::<Vec<_>>(), "signed by the operator")
    })
}

pub(super) fn evidence_time_stamped(dossier: &Dossier) -> ClaimReading {
    let what = "time-stamped by an authority";
    attested(DossierClaim::EvidenceTimeStamped, dossier, INDEX, AttestationKind::TimeStamp, what)
}

pub(super) fn evidence_archived(dossier: &Dossier) -> ClaimReading {
    attested(DossierClaim::EvidenceArchived, dossier, INDEX, AttestationKind::ArchiveReceipt, "archived")
}

fn attested(claim: DossierClaim, dossier: &Dossier, place: Place, kind: AttestationKind, what: &str) -> ClaimReading {
    per_run(claim, dossier, place, |run| {
        let of_kind: Vec<&Attestation> = run.attestations.iter().filter(|it| it.kind == kind).collect();
        best(&of_kind, what)
    })
}

/// One that is believed suffices; one that does not hold is worse than none.
fn best(attestations: &[&Attestation], what: &str) -> Said {
    let with = |standing| attestations.iter().find(|attestation| attestation.standing == standing);
    let remark = |attestation: &Attestation| match attestation.remark.as_str() {
        "" => String::new(),
        remark => format!(": {remark}"),
    };
    if let Some(trusted) = with(AttestationStanding::Trusted) {
        let by = trusted.by.as_ref().map_or_else(String::new, |by| format!(", {by}"));
        let at = trusted.at.map_or_else(String::new, |at| format!(", at {}", moment(at)));
        return Said::shown(format!("{what}{by}{at} ({})", trusted.file));
    }
    if let Some(invalid) = with(AttestationStanding::Invalid) {
        return Said::contradicted(format!("{} does not hold{}", invalid.file, remark(invalid)));
    }
    match with(AttestationStanding::SignerUnknown) {
        Some(unknown) => {
            Said::not_shown(format!("{} holds, and nothing says whose it is{}", unknown.file, remark(unknown)))
        }
        None => Said::not_shown(format!("not shown to be {what}: its bundle holds nothing of that kind")),
    }
}

pub(super) fn reviewed_by_another(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::ReviewedByAnother, dossier, SIGNATURES, |run| {
        let sign_offs: Vec<&Attestation> =
            run.attestations.iter().filter(|it| it.kind == AttestationKind::SignOff).collect();
        let by_another: Vec<&Attestation> = sign_offs.iter().filter(|it| !is_operators(it, run)).copied().collect();
        if by_another.is_empty() && !sign_offs.is_empty() {
            return Said::contradicted("the only sign-off is the operator's own");
        }
        if by_another.iter().all(|it| it.standing == AttestationStanding::Trusted && it.by.is_none())
            && !by_another.is_empty()
        {
            return Said::not_shown("signed off, and nothing names the person");
        }
        best(&by_another, "signed off by another than the operator")
    })
}

/// Whether an attestation is by the operator: by the key, by the name, or by the name that started the run.
fn is_operators(attestation: &Attestation, run: &RunRecord) -> bool {
    let plain = |text: &str| text.trim().to_lowercase();
    let is_of_operator = |kind| matches!(kind, AttestationKind::Operator | AttestationKind::TestResult);
    let operators = || run.attestations.iter().filter(|it| is_of_operator(it.kind));
    let same_key = operators().any(|it| it.key_id.is_some() && it.key_id == attestation.key_id);
    let Some(by) = attestation.by.as_deref().map(plain) else { return same_key };
    let started = run.evidence.opened.as_ref().map(|opened| plain(&opened.operator));
    let names = operators().filter_map(|it| it.by.as_deref().map(plain)).chain(started);
    same_key || names.into_iter().any(|name| name == by)
}

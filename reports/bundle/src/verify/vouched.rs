//! Who vouches for the bundle: signatures, time-stamps and receipts, each by itself.

use std::collections::BTreeSet;

use backproof_evidence::dossier::{AttestationKind, AttestationStanding, RunSummary};
use backproof_signing::{Attested, RunAttested, TestResult, TestResultWord};

use super::{CheckStanding, Checked, Known, Verification, VerifyOptions};
use crate::attested::{Judged, Kept, judge};
use crate::layout::ATTESTATIONS;
use crate::open::BundleFiles;
use crate::run_file::counts;

/// Adds a check for each attestation, and what is missing of them.
pub(super) fn check(
    bundle: &BundleFiles,
    options: &VerifyOptions<'_>,
    seal: &str,
    known: Option<&Known<'_>>,
    verification: &mut Verification,
) {
    let evidence = known.map(|known| known.evidence);
    let judged = judge(bundle, seal, evidence, options.trust, options.time_stamp_authorities);
    let has = |kind: AttestationKind| {
        judged.iter().any(|it| it.attestation.kind == kind && it.attestation.standing != AttestationStanding::Invalid)
    };
    if !has(AttestationKind::Operator) {
        let why = "no operator's signature holds, so nothing shows who made this bundle or that it was not made again";
        verification.checks.push(Checked::not_shown("signature", why));
    }
    if !has(AttestationKind::SignOff) {
        verification.notes.push("Nobody has signed off: no other person vouches for having looked at it.".into());
    }
    if !has(AttestationKind::TimeStamp) {
        let note = "There is no time-stamp: nothing outside shows since when this bundle exists.";
        verification.notes.push(note.into());
    }
    let anchors_register = |it: &Judged| match it.attestation.kind {
        AttestationKind::ArchiveReceipt => it.kept.as_ref().is_some_and(Kept::anchors_register),
        // The register is sealed, and whatever names the seal is of it too.
        AttestationKind::TimeStamp => it.attestation.standing == AttestationStanding::Trusted,
        AttestationKind::Operator | AttestationKind::TestResult | AttestationKind::SignOff => false,
    };
    if !judged.iter().any(anchors_register) {
        let note = "Neither an immutable archive, by its receipt, nor a trusted time-stamp keeps the register's end: \
                    whoever holds the register could cut runs off it.";
        verification.notes.push(note.into());
    }
    verification.checks.extend(judged.iter().map(|it| one(it, known)));
    let below = format!("{ATTESTATIONS}/");
    let known_files: BTreeSet<&str> = judged.iter().map(|it| it.attestation.file.as_str()).collect();
    for (path, _) in bundle.files().filter(|(path, _)| path.starts_with(&below)) {
        if !known_files.contains(&path[below.len()..]) {
            let why = format!("`{path}` is nothing that this version knows, and was not looked at");
            verification.checks.push(Checked::not_shown(format!("attestation {}", &path[below.len()..]), why));
        }
    }
}

fn one(judged: &Judged, known: Option<&Known<'_>>) -> Checked {
    let attestation = &judged.attestation;
    let what = match attestation.kind {
        AttestationKind::Operator => "signature",
        AttestationKind::TestResult => "test result",
        AttestationKind::SignOff => "sign-off",
        AttestationKind::TimeStamp => "time-stamp",
        AttestationKind::ArchiveReceipt => "receipt",
    };
    let name = format!("{what} {}", attestation.file);
    let file = format!("{ATTESTATIONS}/{}", attestation.file);
    let mut problems = Vec::new();
    if attestation.standing == AttestationStanding::Invalid {
        problems.push(format!("{file}: {}", attestation.remark));
    }
    if let (Some(known), Some(attested)) = (known, &judged.attested) {
        problems.extend(said(attested, known).into_iter().map(|problem| format!("{file}: {problem}")));
    }
    let sentence = format!("{file}: {}", attestation.remark);
    if !problems.is_empty() {
        return Checked::of(name, problems, "");
    }
    match (attestation.standing, attestation.kind) {
        (AttestationStanding::Trusted, _) => Checked { name, standing: CheckStanding::Holds, sentence, problems },
        (_, AttestationKind::ArchiveReceipt) if judged.kept.as_ref().is_some_and(|kept| kept.missing.is_empty()) => {
            Checked { name, standing: CheckStanding::Holds, sentence, problems }
        }
        (AttestationStanding::SignerUnknown | AttestationStanding::Invalid, _) => Checked::not_shown(name, sentence),
    }
}

/// What of a signed statement is not what the bundle comes to.
fn said(attested: &Attested, known: &Known<'_>) -> Vec<String> {
    match attested {
        Attested::Run(run) => of_run(run, known),
        Attested::TestResult(result) => of_result(result, known),
        Attested::SignOff(sign_off) => {
            let exceptions: BTreeSet<u64> = known.register.exceptions().iter().map(|it| it.id).collect();
            let strange = sign_off.decisions.iter().filter(|it| !exceptions.contains(&it.exception));
            strange
                .map(|it| format!("it decides on exception {}, which the sealed register does not know", it.exception))
                .collect()
        }
    }
}

fn of_run(run: &RunAttested, known: &Known<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    let verdict = RunSummary::of(known.conclusion).verdict;
    let file = known.run_file;
    let facts = [
        ("the run", run.run.to_string(), file.run.to_string()),
        ("the installation", run.installation.clone(), file.installation.clone()),
        ("the plan", run.plan_name.clone(), file.plan_name.clone()),
        ("the plan's digest", run.plan_sha256.clone(), file.plan_sha256.clone()),
        ("the verdict", run.verdict.clone(), verdict),
        ("whether it was simulated", run.simulated.to_string(), known.evidence.is_simulated().to_string()),
    ];
    for (what, said, found) in facts {
        if said != found {
            problems.push(format!("it states `{said}` as {what}, and the bundle comes to `{found}`"));
        }
    }
    let recomputed = counts(known.evidence, known.conclusion);
    for (name, said) in &run.counts {
        let found = recomputed.get(name).copied();
        if found != Some(*said) {
            let found = found.map_or_else(|| "no such count".to_owned(), |found| found.to_string());
            problems.push(format!("it states {said} as `{name}`, and the bundle comes to {found}"));
        }
    }
    problems
}

fn of_result(result: &TestResult, known: &Known<'_>) -> Vec<String> {
    let counts = known.conclusion.counts;
    let verdict = RunSummary::of(known.conclusion).verdict;
    let mut problems = Vec::new();
    let lists = [
        ("passed", result.passed_tests.len() as u64, counts.passed),
        ("failed", result.failed_tests.len() as u64, counts.failed),
        ("undecided", result.warned_tests.len() as u64, counts.inconclusive),
    ];
    for (what, said, found) in lists {
        if said != found {
            problems.push(format!("it names {said} restore tests as {what}, and the bundle comes to {found}"));
        }
    }
    if result.result == TestResultWord::Passed && verdict != "passed" {
        problems.push(format!("it calls the run passed, and the bundle comes to `{verdict}`"));
    }
    problems
}

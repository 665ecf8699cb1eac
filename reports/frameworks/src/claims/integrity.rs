//! Whether the harness and its evidence can be relied on.

use std::collections::BTreeSet;

use backproof_evidence::dossier::{PreviousBundle, RunRecord};
use backproof_evidence::words::{counted, grouped, moment};
use backproof_evidence::{Dossier, TestEvidence};
use backproof_model::record::TrailSeen;

use super::DossierClaim;
use super::outcomes::{OfTest, each_concerned};
use super::reading::{CLOUDTRAIL, CONTROLS, ClaimReading, ClaimStanding, INDEX, RESULTS, Said, per_run};

/// The harness's own name among validators: its checks need no planted faults.
const HARNESS: &str = "backproof";

pub(super) fn evidence_holds_together(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::EvidenceHoldsTogether, dossier, INDEX, |run| {
        let problems = &run.conclusion.problems;
        if let Some(first) = problems.first() {
            let places = counted(problems.len() as u64, "place");
            return Said::contradicted(format!("the evidence does not hold together in {places}, the first: {first}"));
        }
        if !run.evidence.is_closed() {
            return Said::not_shown("the run is not closed");
        }
        let chains = counted(run.evidence.chains.len() as u64, "chain");
        Said::shown(format!(
            "{chains} verified to the end, digests and sums hold; journal {}",
            run.evidence.journal_sha256
        ))
    })
}

pub(super) fn bundles_linked(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::BundlesLinked, dossier, INDEX, |run| link(run, dossier))
}

fn link(run: &RunRecord, dossier: &Dossier) -> Said {
    let Some(seal) = &run.seal else { return Said::not_shown("its evidence was read without a sealed bundle") };
    let own = sealed_as(dossier, run.evidence.run);
    if own.as_ref().is_some_and(|own| *own != seal.sha256) {
        return Said::contradicted(format!("sealed as {}, and the register says otherwise", seal.sha256));
    }
    let earlier = dossier.register.runs.iter().any(|it| it.run < run.evidence.run && it.bundle_sha256.is_some());
    match &seal.previous {
        None if earlier => Said::contradicted("it names no bundle before it, and the register knows one"),
        None if dossier.register.runs.is_empty() => Said::not_shown(
            "it names no bundle before it, and no register is at hand that could say whether there was one",
        ),
        None => Said::shown(format!("sealed as {}, the first bundle of the register", seal.sha256)),
        Some(PreviousBundle { run: before, sha256 }) => {
            let known = sealed_as(dossier, *before).or_else(|| seal_of(dossier, *before));
            let named = format!("names the bundle of run {before} by {sha256}");
            match known {
                Some(known) if known == *sha256 => Said::shown(format!("sealed as {}, {named}", seal.sha256)),
                Some(_) => Said::contradicted(format!("{named}, which is not how that was sealed")),
                None => Said::not_shown(format!("{named}, which is not at hand")),
            }
        }
    }
}

fn sealed_as(dossier: &Dossier, run: u64) -> Option<String> {
    dossier.register.runs.iter().find(|it| it.run == run)?.bundle_sha256.clone()
}

fn seal_of(dossier: &Dossier, run: u64) -> Option<String> {
    let record = dossier.runs.iter().find(|record| record.evidence.run == run)?;
    Some(record.seal.as_ref()?.sha256.clone())
}

pub(super) fn validators_shown_to_notice_faults(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::ValidatorsShownToNoticeFaults, dossier, CONTROLS, |run| {
        let reading = &run.conclusion.controls;
        let figures = format!("{} of {} caught", grouped(reading.caught), counted(reading.planted, "planted fault"));
        if run.evidence.planted().any(|planted| !planted.tried.hold()) {
            let trouble = reading.troubles.first().cloned().unwrap_or_else(|| "a control has no result".to_owned());
            return Said::contradicted(format!("{figures}; {trouble}"));
        }
        let planted: BTreeSet<&str> = run.evidence.planted().map(|it| it.tried.validator.as_str()).collect();
        if planted.is_empty() || reading.planted == 0 {
            return Said::not_shown("no faults were planted");
        }
        let checks = run.evidence.tests.iter().flat_map(TestEvidence::checks);
        let used: BTreeSet<&str> =
            checks.map(|check| check.validator.as_str()).filter(|name| *name != HARNESS).collect();
        let unplanted: Vec<&str> = used.difference(&planted).copied().collect();
        if unplanted.is_empty() {
            let validators: Vec<&str> = planted.into_iter().collect();
            Said::shown(format!("{figures}, by {}", validators.join(", ")))
        } else {
            Said::not_shown(format!("{figures}; no faults were planted for {}", unplanted.join(", ")))
        }
    })
}

pub(super) fn traceable_to_aws(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::TraceableToAws, dossier, RESULTS, |run| {
        let mut seen = BTreeSet::new();
        let jobs = run.evidence.tests.iter().flat_map(|test| &test.attempts).filter_map(|it| it.restore_job_id());
        let shared: BTreeSet<&str> = jobs.filter(|job| !seen.insert(*job)).collect();
        let what = "restore job named, with AWS's own times of its beginning and end";
        each_concerned(run, what, "whose restore AWS Backup did not take", |test| {
            let started: Vec<_> = test.attempts.iter().filter(|attempt| attempt.restore_job_id().is_some()).collect();
            let timed = |attempt: &backproof_evidence::Attempt| {
                attempt.ended.as_ref().is_some_and(|it| it.creation_date.is_some() && it.completion_date.is_some())
            };
            let Some(last) = started.last() else {
                let refused = test.attempts.iter().any(|attempt| attempt.started.is_some());
                return if refused { OfTest::NotConcerned } else { OfTest::Stands(ClaimStanding::NotShown) };
            };
            OfTest::Stands(
                if started.iter().any(|attempt| attempt.restore_job_id().is_some_and(|job| shared.contains(job))) {
                    ClaimStanding::Contradicted
                } else if timed(last) {
                    ClaimStanding::Shown
                } else {
                    ClaimStanding::NotShown
                },
            )
        })
    })
}

/// Events appear in the history minutes later, so that what it does not hold is not shown, and nothing worse.
pub(super) fn corroborated_by_cloudtrail(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::CorroboratedByCloudTrail, dossier, CLOUDTRAIL, |run| {
        let Some(seen) = &run.evidence.corroboration else {
            return Said::not_shown("AWS's event history was not looked through");
        };
        let figures = format!(
            "{} of {} in AWS's event history when it was looked through at {}",
            grouped(seen.found),
            if seen.sought == 1 {
                "1 restore or deletion".to_owned()
            } else {
                format!("{} restores and deletions", grouped(seen.sought))
            },
            moment(seen.looked)
        );
        let kept = |region: &TrailSeen| region.trail.as_ref().is_some_and(|trail| trail.is_logging == Some(true));
        let lost: Vec<&str> =
            seen.regions.iter().filter(|region| !kept(region)).map(|region| region.region.as_str()).collect();
        if seen.sought == 0 || seen.missing() > 0 {
            return Said::not_shown(figures);
        }
        if !lost.is_empty() || seen.regions.is_empty() {
            let lost = if lost.is_empty() { String::new() } else { format!(" of {}", lost.join(", ")) };
            return Said::not_shown(format!("{figures}; no trail is known to keep the events{lost} beyond 90 days"));
        }
        Said::shown(figures)
    })
}

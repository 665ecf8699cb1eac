//! What restores came to: restored, examined, compared, in time.
//!
//! Every claim here is about every drawn recovery point. A restore test that could not be told shows nothing, and what
//! a validator said that missed a planted fault is not counted at all. Where it is asked whether something was done
//! (data examined, time measured), a restore that failed is an outcome and no omission.

use std::collections::BTreeSet;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::figures::recovery_seconds;
use backproof_evidence::words::{counted, duration, grouped};
use backproof_evidence::{Dossier, Problem, TestEvidence};
use backproof_model::record::RestoreVerdict;
use backproof_model::{Check, Claim, Outcome, Verdict};

use super::DossierClaim;
use super::reading::{CHECKS, ClaimReading, ClaimStanding, GAPS, RESULTS, Said, TIMES, named, per_run};

/// How one restore test stands to a claim.
pub(super) enum OfTest {
    /// It counts, as this.
    Stands(ClaimStanding),
    /// It does not count: what the claim is about never came about, which its outcome tells.
    NotConcerned,
}

/// Reads every restore test of a run by itself: shown only if all are, contradicted if one is.
pub(super) fn each_test(run: &RunRecord, what: &str, read: impl Fn(&TestEvidence) -> ClaimStanding) -> Said {
    each_concerned(run, what, "", |test| OfTest::Stands(read(test)))
}

/// The same, of those that it concerns. Something is shown only if it concerns one at least.
pub(super) fn each_concerned(
    run: &RunRecord,
    what: &str,
    why_not: &str,
    read: impl Fn(&TestEvidence) -> OfTest,
) -> Said {
    let tests = &run.evidence.tests;
    if tests.is_empty() {
        return Said::not_shown("no recovery point was tested");
    }
    let (mut shown, mut open, mut against, mut left_out) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for test in tests {
        let of_kind = match read(test) {
            OfTest::Stands(ClaimStanding::Shown) => &mut shown,
            OfTest::Stands(ClaimStanding::NotShown) => &mut open,
            OfTest::Stands(ClaimStanding::Contradicted) => &mut against,
            OfTest::NotConcerned => &mut left_out,
        };
        of_kind.push(test.drawn.test);
    }
    let concerned = counted((tests.len() - left_out.len()) as u64, "restore test");
    let mut text = format!("{what}: {} of {concerned}", grouped(shown.len() as u64));
    if !against.is_empty() {
        text.push_str(&format!("; contradicted by {}", named(&against)));
    }
    if !open.is_empty() {
        text.push_str(&format!("; not shown by {}", named(&open)));
    }
    if !left_out.is_empty() {
        text.push_str(&format!("; not counted: {}, {why_not}", named(&left_out)));
    }
    if !against.is_empty() {
        Said::contradicted(text).by(against)
    } else if !open.is_empty() || shown.is_empty() {
        Said::not_shown(text).by(if open.is_empty() { left_out } else { open })
    } else {
        Said::shown(text).by(shown)
    }
}

/// Why a restore test that failed before there was a resource is not counted where resources are looked at.
pub(super) const NEVER_RESTORED: &str = "which failed before anything was restored";

/// Whether it failed, by the backup's fault, before there was anything to look at.
pub(super) fn failed_unrestored(test: &TestEvidence) -> bool {
    matches!(test.outcome, Outcome::Failed { .. }) && restored(test) != ClaimStanding::Shown
}

pub(super) fn restore_tests_passed(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::RestoreTestsPassed, dossier, RESULTS, |run| {
        each_test(run, "passed", |test| match test.outcome {
            Outcome::Passed { .. } => ClaimStanding::Shown,
            Outcome::Failed { .. } => ClaimStanding::Contradicted,
            Outcome::Inconclusive { .. } => ClaimStanding::NotShown,
        })
    })
}

pub(super) fn restore_completed(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::OfChecks(Claim::RestoreCompleted), dossier, RESULTS, |run| {
        each_test(run, "AWS Backup made a resource", restored)
    })
}

/// Whether AWS Backup made a resource of the recovery point, in any attempt.
pub(super) fn restored(test: &TestEvidence) -> ClaimStanding {
    let made = test.attempts.iter().filter_map(|attempt| attempt.ended.as_ref());
    if made.into_iter().any(|ended| ended.verdict == RestoreVerdict::Restored) {
        return ClaimStanding::Shown;
    }
    match test.outcome {
        Outcome::Failed { .. } => ClaimStanding::Contradicted,
        Outcome::Passed { .. } | Outcome::Inconclusive { .. } => ClaimStanding::NotShown,
    }
}

/// Validators of a run that missed a planted fault: nothing that they said counts.
fn void(run: &RunRecord) -> BTreeSet<&str> {
    run.evidence
        .planted()
        .filter(|planted| !planted.tried.hold())
        .map(|planted| planted.tried.validator.as_str())
        .collect()
}

fn counted_checks<'a>(test: &'a TestEvidence, void: &BTreeSet<&str>) -> impl Iterator<Item = &'a Check> {
    test.checks().iter().filter(|check| !void.contains(check.validator.as_str()))
}

/// Whether a check came to a verdict, whichever.
fn is_decided(check: &Check) -> bool {
    match check.verdict {
        Verdict::Passed | Verdict::Failed => true,
        Verdict::Inconclusive(_) => false,
    }
}

pub(super) fn of_checks(claim: Claim, dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::OfChecks(claim), dossier, CHECKS, |run| {
        let void = void(run);
        each_test(run, backproof_evidence::words::claim(claim), |test| {
            let of_claim = || counted_checks(test, &void).filter(|check| check.claim == claim);
            if of_claim().any(|check| check.verdict == Verdict::Failed) {
                ClaimStanding::Contradicted
            } else if of_claim().any(|check| check.verdict == Verdict::Passed && check.examined.count > 0) {
                ClaimStanding::Shown
            } else {
                ClaimStanding::NotShown
            }
        })
    })
}

pub(super) fn data_examined(dossier: &Dossier) -> ClaimReading {
    decided_checks(DossierClaim::DataExamined, dossier, "restored data itself was examined", Check::is_of_data)
}

pub(super) fn data_compared(dossier: &Dossier) -> ClaimReading {
    let what = "restored data was compared with a baseline or the last passed test";
    decided_checks(DossierClaim::DataCompared, dossier, what, |check| {
        let compares = match check.claim {
            Claim::DataMatchesBaseline | Claim::UnchangedSinceLastTest => true,
            Claim::RestoreCompleted
            | Claim::ResourceReachable
            | Claim::StructureComplete
            | Claim::DataReadable
            | Claim::DataPresent
            | Claim::DataFresh
            | Claim::SettingsRestored => false,
        };
        compares && check.is_of_data()
    })
}

/// That something was done, whatever it found. A pass that was recorded without it is the opposite.
fn decided_checks(claim: DossierClaim, dossier: &Dossier, what: &str, wanted: impl Fn(&Check) -> bool) -> ClaimReading {
    per_run(claim, dossier, CHECKS, |run| {
        let void = void(run);
        let unearned = unearned(run);
        each_concerned(run, what, NEVER_RESTORED, |test| {
            OfTest::Stands(if unearned.contains(test.chain.as_str()) {
                ClaimStanding::Contradicted
            } else if counted_checks(test, &void).any(|check| wanted(check) && is_decided(check)) {
                ClaimStanding::Shown
            } else if failed_unrestored(test) {
                return OfTest::NotConcerned;
            } else {
                ClaimStanding::NotShown
            })
        })
    })
}

fn unearned(run: &RunRecord) -> BTreeSet<&str> {
    let chains = run.evidence.problems.iter().filter_map(|problem| match problem {
        Problem::UnearnedPass { chain, .. } => Some(chain.as_str()),
        Problem::UnreadableLine { .. }
        | Problem::BrokenChain(_)
        | Problem::NoRunChain
        | Problem::ChainOfNoTest { .. }
        | Problem::HeadMissing { .. }
        | Problem::HeadDiffers { .. }
        | Problem::UnreadableRecord { .. }
        | Problem::RecordMissing { .. }
        | Problem::DigestsDiffer { .. }
        | Problem::CountsDiffer { .. }
        | Problem::Unaccounted { .. }
        | Problem::ExceptionMissing { .. }
        | Problem::OutcomeImproved { .. } => None,
    });
    chains.collect()
}

pub(super) fn recovery_time_measured(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::RecoveryTimeMeasured, dossier, TIMES, |run| {
        let longest = run.conclusion.figures.recovery_longest_seconds;
        let what = "recovery time measured under test conditions";
        each_concerned(run, what, "which did not recover", |test| match (recovery_seconds(test), &test.outcome) {
            (None, Outcome::Failed { .. }) => OfTest::NotConcerned,
            (None, Outcome::Passed { .. } | Outcome::Inconclusive { .. }) => OfTest::Stands(ClaimStanding::NotShown),
            // A recovery that ended before it began: a wrong clock, and no measurement.
            (Some(seconds), _) if seconds < 0 => OfTest::Stands(ClaimStanding::Contradicted),
            (Some(_), _) => OfTest::Stands(ClaimStanding::Shown),
        })
        .with(longest.map(|longest| format!("; the longest {}", duration(longest))))
    })
}

pub(super) fn recovery_time_within_objective(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::RecoveryTimeWithinObjective, dossier, TIMES, |run| {
        if run.evidence.tests.is_empty() {
            return Said::not_shown("no recovery point was tested");
        }
        let figures = &run.conclusion.figures;
        let Some(objective) = figures.rto_objective_seconds else {
            return Said::not_shown("the plan sets no recovery time objective");
        };
        let text = format!(
            "recovery time objective {}, under test conditions: met by {}, missed by {}, not measured in {}",
            duration(objective),
            grouped(figures.recovery_met),
            grouped(figures.recovery_missed),
            grouped(figures.recovery_not_measured)
        );
        match (figures.recovery_missed, figures.recovery_not_measured, figures.recovery_met) {
            (0, 0, met) if met > 0 => Said::shown(text),
            (0, _, _) => Said::not_shown(text),
            (_, _, _) => Said::contradicted(text),
        }
    })
}

pub(super) fn gap_within_objective(dossier: &Dossier) -> ClaimReading {
    let of_run = |run: &RunRecord| {
        let figures = &run.conclusion.figures;
        let Some(objective) = figures.gap_objective_seconds else {
            return Said::not_shown("the plan sets no objective for the gap between recovery points");
        };
        let Some(longest) = &figures.longest_gap else {
            return Said::not_shown("no gap between recovery points was computed");
        };
        let text = format!(
            "objective {}, longest gap {} of {}; of {} on record, longer than the objective: {}",
            duration(objective),
            duration(longest.gap_seconds),
            longest.resource_arn,
            counted(figures.gaps_computed, "longest gap"),
            grouped(figures.gaps_exceeded)
        );
        if figures.gaps_exceeded == 0 { Said::shown(text) } else { Said::contradicted(text) }
    };
    per_run(DossierClaim::GapWithinObjective, dossier, GAPS, of_run)
}

pub(super) fn lag_measured(dossier: &Dossier) -> ClaimReading {
    per_run(DossierClaim::LagMeasured, dossier, TIMES, |run| {
        let figures = &run.conclusion.figures;
        each_test(run, "lag of the newest data measured", |test| {
            let lag = test.closed.as_ref().and_then(|closed| closed.objectives.lag_seconds);
            match lag {
                None => ClaimStanding::NotShown,
                // Data newer than its own recovery point: a wrong clock or a wrong column, and no measurement.
                Some(lag) if lag < 0 => ClaimStanding::Contradicted,
                Some(_) => ClaimStanding::Shown,
            }
        })
        .with(figures.longest_lag_seconds.map(|longest| format!("; the largest {}", duration(longest))))
    })
}

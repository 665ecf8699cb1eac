//! Which kinds of recovery points were tested: types, accounts, Regions, vaults, keys.
//!
//! Where it is asked whether such a restore works at all, one that passed shows it, unless another failed.

use std::collections::BTreeMap;

use backproof_evidence::dossier::{Coverage, RunRecord};
use backproof_evidence::words::{counted, grouped, moment};
use backproof_evidence::{Dossier, TestEvidence};
use backproof_model::{Outcome, VaultType};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::DossierClaim;
use super::outcomes::restored;
use super::reading::{COVERAGE, ClaimReading, ClaimStanding, RESULTS, Said, any_run, named, whole};
use super::sandbox::{outcome_standing, restored_into};
use crate::catalogue::Frequency;

pub(super) fn every_type_covered(dossier: &Dossier) -> ClaimReading {
    whole(DossierClaim::EveryTypeCovered, COVERAGE, types_covered(dossier))
}

fn types_covered(dossier: &Dossier) -> Said {
    let mut decided: BTreeMap<&str, u64> = BTreeMap::new();
    for resource in dossier.coverage.iter().filter(|resource| resource.eligible_points > 0) {
        decided.entry(&resource.resource_type).or_default();
    }
    if decided.is_empty() {
        return Said::not_shown("no protected resource with a recovery point that can be drawn is recorded");
    }
    let undrawable = undrawable(dossier, &decided);
    let untold = undrawable_untold(dossier);
    for test in dossier.runs.iter().flat_map(|run| &run.evidence.tests) {
        let told = match test.outcome {
            Outcome::Passed { .. } | Outcome::Failed { .. } => 1,
            Outcome::Inconclusive { .. } => 0,
        };
        *decided.entry(test.drawn.point.resource_type.as_str()).or_default() += told;
    }
    let untested: Vec<&str> = decided.iter().filter(|(_, tests)| **tests == 0).map(|(name, _)| *name).collect();
    let tests: Vec<String> = decided.iter().map(|(name, tests)| format!("{name} {}", grouped(*tests))).collect();
    let figures = format!("restore tests with a verdict, by resource type: {}", tests.join(", "));
    let undrawable = if undrawable.is_empty() {
        String::new()
    } else {
        format!("; in scope without a recovery point that can be drawn: {}", undrawable.join(", "))
    };
    match (untested.is_empty(), undrawable.is_empty(), dossier.period) {
        (true, true, _) if untold > 0 => Said::not_shown(format!(
            "{figures}; {} more in scope without a recovery point that can be drawn, which the journal does not name",
            counted(untold, "resource")
        )),
        (true, true, _) => Said::shown(figures),
        // A period had the time to test every type; one run need not.
        (_, _, Some(_)) => Said::contradicted(format!("{figures}{undrawable}")),
        (_, _, None) => Said::not_shown(format!("{figures}{undrawable}; one run need not test every type")),
    }
}

/// Types of resources that the newest run's plan wanted, and of which none can be drawn.
fn undrawable<'a>(dossier: &'a Dossier, drawable: &BTreeMap<&str, u64>) -> Vec<&'a str> {
    let population = dossier.runs.last().and_then(|run| run.evidence.population.as_ref());
    let wanted = population.into_iter().flat_map(|population| &population.uncovered).filter(|it| it.in_scope);
    let mut types: Vec<&str> =
        wanted.map(|resource| resource.resource_type.as_str()).filter(|name| !drawable.contains_key(name)).collect();
    types.sort_unstable();
    types.dedup();
    types
}

/// How many resources without a recovery point that can be drawn the newest run's journal counts and does not name.
fn undrawable_untold(dossier: &Dossier) -> u64 {
    let population = dossier.runs.last().and_then(|run| run.evidence.population.as_ref());
    population.map_or(0, |population| {
        let named = population.uncovered.iter().filter(|it| it.in_scope).count() as u64;
        population.uncovered_in_scope.saturating_sub(named)
    })
}

pub(super) fn no_resource_overdue(at_least: Option<Frequency>, dossier: &Dossier) -> ClaimReading {
    whole(DossierClaim::NoResourceOverdue, COVERAGE, overdue(at_least, dossier))
}

/// Overdue is what was never proved, or longer ago than it is to be done again, when the newest run was closed.
fn overdue(at_least: Option<Frequency>, dossier: &Dossier) -> Said {
    let coverage: Vec<&Coverage> = dossier.coverage.iter().filter(|resource| resource.eligible_points > 0).collect();
    if coverage.is_empty() {
        return Said::not_shown("it is not recorded when protected resources were last proved");
    }
    let all = counted(coverage.len() as u64, "protected resource");
    let never = coverage.iter().filter(|resource| resource.last_passed.is_none()).count() as u64;
    let proved = format!("of {all}, {} never proved", grouped(never));
    let Some(at_least) = at_least else {
        return Said::not_shown(format!("{proved}; no minimum frequency is set that would say when one is overdue"));
    };
    let newest = dossier.runs.last().filter(|run| run.evidence.is_closed());
    let Some(closed_at) = newest.and_then(|run| run.evidence.last_entry) else {
        return Said::not_shown(format!("{proved}; the newest run is not closed, so nothing says as of when"));
    };
    let months = Span::new().months(at_least.months());
    let since = closed_at.to_zoned(TimeZone::UTC).checked_sub(months).map_or(Timestamp::MIN, |since| since.timestamp());
    let is_overdue = |resource: &&&Coverage| resource.last_passed.is_none_or(|passed| passed < since);
    let overdue: Vec<&&Coverage> = coverage.iter().filter(is_overdue).collect();
    let figures = format!("when the newest run was closed ({})", moment(closed_at));
    match overdue.first() {
        None => Said::shown(format!("{figures}, each of {all} had been proved since {}", moment(since))),
        Some(first) => Said::contradicted(format!(
            "{figures}, {} of {all} had not been proved since {}, {} for one; {} never proved",
            grouped(overdue.len() as u64),
            moment(since),
            first.resource_arn,
            grouped(never)
        )),
    }
}

pub(super) fn cross_account_restored(dossier: &Dossier) -> ClaimReading {
    such(
        DossierClaim::CrossAccountRestored,
        dossier,
        "restores into another account than the resource's",
        |run, test| {
            let from =
                test.drawn.point.resource_arn.arn().account().unwrap_or_else(|| test.drawn.point.account.clone());
            let to =
                restored_into(test).or_else(|| run.evidence.sandbox.as_ref().map(|sandbox| sandbox.account.clone()));
            to.is_some_and(|to| to != from)
        },
    )
}

pub(super) fn cross_region_restored(dossier: &Dossier) -> ClaimReading {
    such(DossierClaim::CrossRegionRestored, dossier, "restores into another Region than the resource's", |_, test| {
        let made = test.attempts.iter().rev().find_map(|attempt| attempt.ended.as_ref()?.created_resource_arn.as_ref());
        let to = made.and_then(|arn| arn.arn().region());
        let from = test.drawn.point.resource_arn.arn().region();
        // Some ARNs name no Region; of those nothing is said.
        matches!((from, to), (Some(from), Some(to)) if from != to)
    })
}

pub(super) fn air_gapped_restored(dossier: &Dossier) -> ClaimReading {
    let what = "restores from logically air-gapped vaults";
    such(DossierClaim::AirGappedRestored, dossier, what, |_, test| match test.drawn.point.vault_type {
        VaultType::LogicallyAirGapped | VaultType::RestoreAccess => true,
        VaultType::BackupVault | VaultType::Unrecognised(_) => false,
    })
}

/// Reads the restore tests of one kind: a pass shows that such a restore works, a failure that it does not.
fn such(
    claim: DossierClaim,
    dossier: &Dossier,
    what: &str,
    is_such: impl Fn(&RunRecord, &TestEvidence) -> bool,
) -> ClaimReading {
    any_run(claim, dossier, RESULTS, |run| {
        of_kind(run, what, |test| is_such(run, test).then(|| outcome_standing(test)))
    })
}

pub(super) fn encryption_key_usable(dossier: &Dossier) -> ClaimReading {
    any_run(DossierClaim::EncryptionKeyUsable, dossier, RESULTS, |run| {
        of_kind(run, "recovery points encrypted with a named key and restored", |test| {
            test.drawn.point.encryption_key_arn.as_ref()?;
            // What failed after it was restored had its key; what passed was read with it.
            Some(match (restored(test), outcome_standing(test)) {
                (ClaimStanding::Shown, ClaimStanding::Contradicted) => ClaimStanding::NotShown,
                (ClaimStanding::Shown, outcome) => outcome,
                (not_restored, _) => not_restored,
            })
        })
    })
}

fn of_kind(run: &RunRecord, what: &str, read: impl Fn(&TestEvidence) -> Option<ClaimStanding>) -> Said {
    let read: Vec<(u32, ClaimStanding)> =
        run.evidence.tests.iter().filter_map(|test| Some((test.drawn.test, read(test)?))).collect();
    let of = |standing: ClaimStanding| -> Vec<u32> {
        read.iter().filter(|(_, it)| *it == standing).map(|(test, _)| *test).collect()
    };
    let (passed, failed) = (of(ClaimStanding::Shown), of(ClaimStanding::Contradicted));
    let figures = format!("{what}: {} tested, {} passed", grouped(read.len() as u64), grouped(passed.len() as u64));
    if !failed.is_empty() {
        Said::contradicted(format!("{figures}; failed in {}", named(&failed))).by(failed)
    } else if passed.is_empty() {
        Said::not_shown(figures)
    } else {
        Said::shown(format!("{figures} ({})", named(&passed))).by(passed)
    }
}

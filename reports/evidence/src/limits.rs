//! What a run does not prove, told from what happened in it.
//!
//! Each limit is one sentence. The general ones come last; none is left out because a run went well.

use std::collections::BTreeSet;

use backproof_model::record::{Completeness, IsolationState};
use backproof_model::{Claim, Outcome, PointKind};

use crate::assured::assured;
use crate::control::{ControlVerdict, control};
use crate::costs::costs;
use crate::run::RunEvidence;
use crate::words::{counted, grouped, moment, sentence};

/// The limits of a run, the weightiest first.
pub fn limits(run: &RunEvidence) -> Vec<String> {
    let mut limits = Vec::new();
    of_the_evidence(run, &mut limits);
    of_the_control(run, &mut limits);
    of_the_population(run, &mut limits);
    of_the_draw(run, &mut limits);
    of_the_checks(run, &mut limits);
    of_the_sandbox(run, &mut limits);
    of_the_costs(run, &mut limits);
    general(run, &mut limits);
    limits
}

fn of_the_evidence(run: &RunEvidence, limits: &mut Vec<String>) {
    match &run.opened {
        Some(opened) if opened.simulated => limits.push(
            "This ran against a simulator, not against AWS: it shows how the program works, and proves nothing about \
             any backup."
                .into(),
        ),
        Some(_) => {}
        None => limits.push(
            "The journal does not say whether this ran against AWS or a simulator, so it is treated as a simulation \
             and proves nothing about any backup."
                .into(),
        ),
    }
    if !run.problems.is_empty() {
        limits.push(format!(
            "The evidence does not hold together in {}; nothing that depends on them may be relied on.",
            counted(run.problems.len() as u64, "place")
        ));
    }
    match &run.closed {
        None => limits.push("The run is not closed: outcomes may change, and something may still be running.".into()),
        Some(closed) if !closed.completed => limits.push(format!(
            "The run was stopped before every drawn recovery point was tested. {}",
            sentence(closed.stopped_because.as_deref().unwrap_or("no reason was recorded"))
        )),
        Some(_) => {}
    }
    if run.resumed > 0 {
        limits.push(format!(
            "The run was interrupted and taken up again: chains were taken over {}, each recorded in the journal.",
            counted(run.resumed, "time")
        ));
    }
}

fn of_the_control(run: &RunEvidence, limits: &mut Vec<String>) {
    let control = control(run);
    match control.verdict {
        ControlVerdict::Unapproved => limits.push(format!(
            "Nobody is shown to have approved this plan before it was run, whatever its restore tests came to. {}",
            control.sentence
        )),
        ControlVerdict::SignerUnknown => limits.push(format!(
            "Somebody approved this plan, but it is not shown who, nor that it was not the operator. {}",
            control.sentence
        )),
        ControlVerdict::NotJudged | ControlVerdict::NotCompleted | ControlVerdict::Approved => {}
    }
}

fn of_the_population(run: &RunEvidence, limits: &mut Vec<String>) {
    if run.is_one_off_check() {
        limits.push("One recovery point was checked outside any sample: it says nothing of any other.".into());
    }
    let Some(population) = &run.population else { return };
    match &population.completeness {
        Completeness::Established => {}
        Completeness::EstablishedExcept(exceptions) => limits.push(format!(
            "The population is complete only with {}, named under population.",
            counted(exceptions.len() as u64, "exception")
        )),
        Completeness::NotEstablished(_) => limits.push(
            "It is not shown that the population is complete: recovery points may exist that had no chance to be \
             drawn."
                .into(),
        ),
    }
    let unread = population.accounts.iter().filter(|account| account.problem.is_some()).count() as u64;
    if unread > 0 {
        let accounts = counted(population.accounts.len() as u64, "account");
        limits.push(format!("Of {accounts} in scope (counted per Region), {} could not be read.", grouped(unread)));
    }
    let uncovered = population.uncovered_in_scope;
    if uncovered > 0 {
        limits.push(format!(
            "Nothing is said of {} in scope without a recovery point that can be drawn.",
            counted(uncovered, "protected resource")
        ));
    }
    if population.excluded > 0 {
        limits.push(format!(
            "Nothing is said of {} that could not be drawn.",
            counted(population.excluded, "listed recovery point")
        ));
    }
    limits.push(
        "Only resources that AWS Backup protects are known here. Whether everything that should be backed up is, this \
         report cannot tell."
            .into(),
    );
}

fn of_the_costs(run: &RunEvidence, limits: &mut Vec<String>) {
    let Some(costs) = costs(run) else { return };
    if costs.held_back > 0 {
        limits.push(format!(
            "The budget did not let {} begin: nothing is said of the recovery points that these drew.",
            counted(costs.held_back, "restore test")
        ));
    }
    limits.push(
        "Costs are computed from list prices, not billed: discounts and taxes are not in them, nor what is named as not \
         counted."
            .into(),
    );
}

fn of_the_draw(run: &RunEvidence, limits: &mut Vec<String>) {
    if run.is_one_off_check() {
        return;
    }
    if run.entropy.as_ref().is_some_and(|entropy| entropy.grade != "verifiable") {
        limits.push(
            "The randomness of the draw came from the operator's own side: the draw can be redone, but whoever ran it \
             could have tried several and kept one."
                .into(),
        );
    }
    let reading = assured(run);
    for stratum in &reading.strata {
        if stratum.sample == 0 && stratum.population > 0 {
            limits.push(format!("Nothing was drawn from stratum {}, so nothing is said of it.", stratum.stratum));
        } else if let Some(bound) = stratum.bound.filter(|bound| *bound > stratum.population / 2) {
            limits.push(format!(
                "The sample of stratum {} is small: for all that it shows, up to {} of its {} would fail.",
                stratum.stratum,
                grouped(bound),
                counted(stratum.population, "designated point")
            ));
        }
    }
    if reading.certain > 0 {
        limits.push(format!(
            "{} tested for certain, outside the draw: a pass of these says nothing of the rest.",
            counted(reading.certain, "resource")
        ));
    }
    if reading.strata.iter().any(|stratum| stratum.inconclusive > 0) {
        limits.push("Restore tests that could not be told count as failures in the assurance statement.".into());
    }
}

fn of_the_checks(run: &RunEvidence, limits: &mut Vec<String>) {
    let passed = || run.tests.iter().filter(|test| matches!(test.outcome, Outcome::Passed { .. }));
    let unmatched = passed()
        .filter(|test| {
            !test.checks().iter().any(|check| check.claim == Claim::DataMatchesBaseline && check.is_of_data())
        })
        .count() as u64;
    if unmatched > 0 {
        limits.push(format!(
            "{} passed without a baseline: data was read, but not compared with what it was when the backup was made.",
            counted(unmatched, "restore test")
        ));
    }
    let continuous = passed().filter(|test| test.drawn.point.kind() == PointKind::Continuous).count() as u64;
    if continuous > 0 {
        limits.push(format!(
            "{} restored one moment of a continuous recovery point; its other moments were not tested.",
            counted(continuous, "restore test")
        ));
    }
    of_unplanted(run, limits);
    limits.push(if run.planted().next().is_some() {
        "The planted faults show that faults of their kinds are noticed; faults of other kinds stay unproved.".into()
    } else {
        "No faults were planted, so nothing shows that the validators would notice one.".to_owned()
    });
}

/// Validators that examined something and have no planted faults to show for it.
fn of_unplanted(run: &RunEvidence, limits: &mut Vec<String>) {
    let planted: BTreeSet<&str> = run.planted().map(|planted| planted.tried.validator.as_str()).collect();
    let checks = run.tests.iter().flat_map(crate::TestEvidence::checks);
    let used: BTreeSet<&str> =
        checks.map(|check| check.validator.as_str()).filter(|name| *name != "backproof").collect();
    let unplanted: Vec<&str> = used.difference(&planted).copied().collect();
    if !unplanted.is_empty() && !planted.is_empty() {
        limits.push(format!(
            "No faults were planted for {}: nothing shows that it would notice one.",
            unplanted.join(", ")
        ));
    }
}

fn of_the_sandbox(run: &RunEvidence, limits: &mut Vec<String>) {
    if let Some(reason) = run.opened.as_ref().and_then(|opened| opened.same_account.as_ref()) {
        limits.push(format!(
            "Restores went into a source account, which the plan accepts: {} It is not shown that a restore into \
             another account would work.",
            sentence(reason)
        ));
    }
    let before = run.sandbox.iter().map(|sandbox| &sandbox.isolation);
    let facts = before.chain(&run.isolation_at_close).flat_map(|seen| &seen.facts);
    let mut not_isolated: Vec<&str> = facts
        .filter(|fact| match fact.state {
            IsolationState::Isolated => false,
            IsolationState::Open | IsolationState::Unreadable | IsolationState::NotExamined => true,
        })
        .map(|fact| fact.subject.as_str())
        .collect();
    not_isolated.sort_unstable();
    not_isolated.dedup();
    if !not_isolated.is_empty() {
        limits.push(format!("The sandbox is not shown to be isolated as to: {}.", not_isolated.join(", ")));
    }
}

fn general(run: &RunEvidence, limits: &mut Vec<String>) {
    if let Some(as_of) = run.population.as_ref().map(|population| population.as_of) {
        limits.push(format!("All of it holds for the moment of the listing, {}, and not beyond.", moment(as_of)));
    }
    limits.push(
        "Recovery times were measured one resource at a time in the sandbox; a disaster restores many at once, and \
         applications need more than their data."
            .into(),
    );
    limits.push(
        "Whether this satisfies a control is for the auditor to say. A failed restore test is not by itself a failed \
         control."
            .into(),
    );
    limits.push(
        "The journal is chained, but not signed or time-stamped by a third party: it shows any change to a copy that \
         somebody else holds, and not that its owner did not write it anew."
            .into(),
    );
}

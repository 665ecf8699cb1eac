//! What must hold at the end of every run, whatever went wrong on its way.

use std::collections::{BTreeMap, BTreeSet};

use backproof_evidence::RunVerdict;
use backproof_model::names::ResourceName;

use super::play::{Play, Seen};
use super::scenario::Scenario;

/// A scenario with its undisturbed run, to hold disturbed ones to.
pub(crate) struct Reference {
    pub(crate) scenario: Scenario,
    plan: (backproof_plan::Plan, String),
    /// How many calls the undisturbed run made.
    pub(crate) calls: u64,
    pub(crate) seen: Seen,
    points_at_start: BTreeSet<String>,
    account: &'static str,
}

impl Reference {
    /// Plays a scenario undisturbed; `account` is where it restores.
    pub(crate) fn of(scenario: Scenario, account: &'static str) -> Self {
        let written = scenario.plan();
        let play = Play::with_plan(&scenario, written.0.clone(), written.1.clone());
        let points_at_start = points(&play, account);
        let end = play.run().unwrap();
        let calls = play.simulator.calls().len() as u64;
        let seen = play.seen(end.run);
        let reference = Self { scenario, plan: written, calls, seen, points_at_start, account };
        let wrong = what_does_not_hold(&reference, &play, end.run);
        assert!(wrong.is_empty(), "undisturbed: {}", wrong.join("\n"));
        reference
    }

    /// How many writes to the state directory the undisturbed run needs: the register's two, and for each chain its
    /// lease and its lines.
    pub(crate) fn writes(&self) -> u32 {
        let chains = &self.seen.evidence.chains;
        // All exceptions of a run are entered at once.
        let exceptions = self.seen.evidence.exceptions.as_ref().is_some_and(|recorded| !recorded.touched.is_empty());
        2 + u32::from(exceptions) + chains.iter().map(|chain| 1 + u32::try_from(chain.lines).unwrap()).sum::<u32>()
    }

    /// A new play of the same.
    pub(crate) fn play(&self) -> Play {
        Play::with_plan(&self.scenario, self.plan.0.clone(), self.plan.1.clone())
    }
}

/// Everything that must hold of a closed run and does not, one sentence each.
pub(crate) fn what_does_not_hold(reference: &Reference, play: &Play, run: u64) -> Vec<String> {
    let seen = play.seen(run);
    let mut wrong = evidence_holds(&seen);
    wrong.extend(nothing_is_left_unsaid(reference, play, &seen));
    wrong.extend(nothing_is_restored_twice(play));
    wrong.extend(no_better_than(&reference.seen, &seen));
    wrong
}

/// The run is closed, its chains verify, its sums add up.
fn evidence_holds(seen: &Seen) -> Vec<String> {
    let mut wrong: Vec<_> = seen.evidence.problems.iter().map(|problem| format!("the evidence: {problem}")).collect();
    if !seen.evidence.is_closed() {
        wrong.push("the run is not closed".into());
    }
    wrong
}

/// The sandbox is empty, or what stands in it is named and the run is red.
fn nothing_is_left_unsaid(reference: &Reference, play: &Play, seen: &Seen) -> Vec<String> {
    play.wait_for_days(1);
    let tables = play.simulator.existing_resources(reference.account);
    let is_ours = |arn: &&String| arn.rsplit(['/', ':']).next().is_some_and(|name| ResourceName::parse(name).is_some());
    let ours: Vec<_> = tables.iter().filter(is_ours).cloned().collect();
    let copies: Vec<_> = points(play, reference.account).difference(&reference.points_at_start).cloned().collect();
    let said: BTreeSet<&str> =
        seen.evidence.closed.iter().flat_map(|closed| &closed.stranded).map(|left| left.arn.as_str()).collect();
    let unsaid = ours.iter().chain(&copies).filter(|arn| !said.contains(arn.as_str()));
    let mut wrong: Vec<_> = unsaid.map(|arn| format!("{arn} was left and nobody said so")).collect();
    if !(ours.is_empty() && copies.is_empty()) && seen.conclusion.verdict != RunVerdict::LeftBehind {
        wrong.push(format!("something was left, and the verdict is {:?}", seen.conclusion.verdict));
    }
    wrong
}

/// One restore job at most for each name that was intended.
fn nothing_is_restored_twice(play: &Play) -> Vec<String> {
    let mut jobs: BTreeMap<String, usize> = BTreeMap::new();
    for job in play.simulator.restore_jobs() {
        *jobs.entry(job.target).or_default() += 1;
    }
    let twice = jobs.into_iter().filter(|(_, jobs)| *jobs > 1);
    twice.map(|(target, jobs)| format!("{target} was restored by {jobs} jobs")).collect()
}

/// No trouble on the way makes an outcome better, and none makes a sound backup bad.
fn no_better_than(undisturbed: &Seen, seen: &Seen) -> Vec<String> {
    let (was, is) = (undisturbed.outcomes(), seen.outcomes());
    let mut wrong = Vec::new();
    for (table, outcome) in is {
        let undisturbed = was.get(&table);
        if outcome.0 != "inconclusive" && undisturbed.is_none_or(|was| was.0 != outcome.0) {
            wrong.push(format!("{table} came to {outcome:?}, undisturbed to {undisturbed:?}"));
        }
    }
    let passed = seen.conclusion.verdict == RunVerdict::Passed;
    if passed && undisturbed.conclusion.verdict != RunVerdict::Passed {
        wrong.push("the run passed, which it does not undisturbed".into());
    }
    wrong
}

fn points(play: &Play, account: &str) -> BTreeSet<String> {
    play.simulator.recovery_points(account).into_iter().collect()
}

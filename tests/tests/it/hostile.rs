//! Worlds that work against whoever restores in them. Whatever they do, nothing is left without being named, and nothing
//! is deleted that is not proved to be ours.

mod installations;
mod keeping;
mod refusing;
mod telling;

use backproof_engine::{Finding, Findings, SweepAction};
use backproof_simulator::World;

use crate::support::{ONE_TABLE, Play, SANDBOX, Scenario};

/// The restored table of the first attempt of the first test of run 1.
const RESTORED: &str = "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-1-1-1";

/// One table that is copied into the sandbox account; `more` stands behind its recovery point, and gives more of it.
fn one_table(more: &str) -> World {
    World::parse(&format!("{ONE_TABLE}\n{more}\n")).unwrap()
}

/// A play of it that gives deletion ten minutes and a restore two hours.
fn impatient(world: World) -> Play {
    let deadlines = "[deadlines]\ndelete = \"10m\"\nrestore = \"2h\"\n\n[authorisation]\n";
    Play::of(&Scenario::by_copy(world).replacing("[authorisation]\n", deadlines))
}

/// Everything in the sandbox, copies included.
fn in_sandbox(play: &Play) -> Vec<String> {
    let mut found = play.simulator.existing_resources(SANDBOX);
    found.extend(play.simulator.recovery_points(SANDBOX));
    found
}

/// What findings say of one thing.
fn finding<'a>(findings: &'a Findings, resource: &str) -> &'a Finding {
    let found = findings.found.iter().find(|finding| finding.resource == resource);
    found.unwrap_or_else(|| panic!("{resource} was not found: {findings:?}"))
}

/// The words of a finding that is left alone.
fn left_because(findings: &Findings, resource: &str) -> String {
    match &finding(findings, resource).action {
        SweepAction::Leave { why } | SweepAction::NotOurs { why } => why.clone(),
        other => panic!("{resource} is not left alone: {other:?}"),
    }
}

fn is_deleted(findings: &Findings, resource: &str) -> bool {
    matches!(finding(findings, resource).action, SweepAction::Delete { .. })
}

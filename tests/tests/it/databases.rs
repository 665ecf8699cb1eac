//! What each way in which a restored database can be wrong, unreachable or hard to delete comes to. What is wrong with
//! its data is the validator's own tests' matter.

use backproof_evidence::RunVerdict;
use backproof_model::FaultOwner;
use backproof_simulator::World;

use crate::support::{Play, SANDBOX, Scenario, Seen};

/// A run over some databases of the world of database faults.
fn run_of(databases: &[&str]) -> (Play, Seen) {
    let world = World::databases().unwrap();
    let arns: Vec<String> =
        databases.iter().map(|name| format!("\"arn:aws:rds:eu-central-1:111122223333:db:{name}\"")).collect();
    let scope = format!("[scope]\nprotected_resource_arns = [{}]\n", arns.join(", "));
    let play = Play::of(&Scenario::of_databases(world).replacing("[scope]\n", &scope));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert!(seen.evidence.problems.is_empty(), "{:?}", seen.evidence.problems);
    (play, seen)
}

#[test]
fn servers_and_instances_that_are_bad_are_told_apart_and_nothing_is_left_of_them() {
    let expected = [
        ("pg-sound", ("passed", None)),
        ("maria-sound", ("passed", None)),
        ("mysql-sound", ("passed", None)),
        // Restored and reached; nothing here reads it.
        ("mssql-sound", ("inconclusive", Some(FaultOwner::Validator))),
        ("pg-stale", ("failed", Some(FaultOwner::Backup))),
        ("pg-heap-page", ("failed", Some(FaultOwner::Backup))),
        ("pg-wrong-certificate", ("inconclusive", Some(FaultOwner::Sandbox))),
        ("pg-never-available", ("inconclusive", Some(FaultOwner::Sandbox))),
        // A job that fails in AWS's own words for its own trouble is no verdict on the backup.
        ("pg-half-restored", ("inconclusive", Some(FaultOwner::Harness))),
        ("pg-protected", ("passed", None)),
        ("pg-refuses-deletion", ("passed", None)),
        ("pg-leaves-things", ("passed", None)),
    ];
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    let (play, seen) = run_of(&names);
    let outcomes = seen.outcomes();
    let wrong: Vec<String> = expected
        .iter()
        .filter(|(name, outcome)| outcomes.get(*name) != Some(outcome))
        .map(|(name, outcome)| format!("{name} should come to {outcome:?} and came to {:?}", seen.test(name).outcome))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_ne!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new());
}

#[test]
fn a_secret_that_stays_behind_is_named_and_makes_the_run_red() {
    let (_, seen) = run_of(&["pg-managed-password"]);
    assert_eq!(seen.outcomes()["pg-managed-password"], ("inconclusive", Some(FaultOwner::Sandbox)));
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    let stranded = &seen.evidence.closed.as_ref().unwrap().stranded;
    assert!(stranded.iter().any(|left| left.why.contains("secret")), "{stranded:?}");
}

#[test]
fn tags_of_the_source_are_taken_off_before_anything_else_can_act_on_them() {
    let (play, seen) = run_of(&["pg-sound"]);
    let calls = play.simulator.calls();
    let place = |operation: &str| calls.iter().position(|call| call.operation == operation).unwrap();
    assert!(place("RemoveTagsFromResource") < place("ModifyDBInstance"), "tags went first");
    let steps = format!("{:?}", seen.test("pg-sound").attempts[0].ready);
    assert!(steps.contains("schedule, team"), "{steps}");
}

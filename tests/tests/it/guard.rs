//! Where something does not hold that must, nothing is copied, restored, created or deleted.

use backproof_cloud::NotTheSandbox;
use backproof_engine::EngineError;
use backproof_plan::Plan;
use backproof_simulator::World;

use crate::support::{ONE_TABLE, Play, Scenario};

fn one_table() -> Scenario {
    Scenario::by_copy(World::parse(ONE_TABLE).unwrap())
}

/// What the plan runs into, after it was changed past all that reading a plan refuses.
fn refused(scenario: &Scenario, change: impl FnOnce(&mut Plan)) -> EngineError {
    let (mut plan, text) = scenario.plan();
    change(&mut plan);
    let played = Play::with_plan(scenario, plan, text);
    let error = played.run().unwrap_err();
    nothing_was_changed(&played);
    error
}

fn nothing_was_changed(play: &Play) {
    let changes = ["Start", "Create", "Delete", "Update", "Put", "BatchWrite", "Tag", "Untag"];
    let calls = play.simulator.calls();
    let changing = calls.iter().find(|call| changes.iter().any(|change| call.operation.starts_with(change)));
    assert_eq!(changing, None);
}

#[test]
fn credentials_of_another_account_restore_nothing() {
    let world = format!("{ONE_TABLE}\n[[accounts]]\nid = \"222233334444\"\nregions = [\"eu-central-1\"]\n");
    let scenario = Scenario::by_copy(World::parse(&world).unwrap());
    let other = "arn:aws:iam::222233334444:role/backproof-sandbox".to_owned();
    let error = refused(&scenario, |plan| plan.sandbox.role_arn = Some(other));
    assert!(matches!(error, EngineError::NotTheSandbox(NotTheSandbox::OtherAccount { .. })), "{error}");
}

#[test]
fn a_sandbox_that_is_a_source_restores_nothing() {
    let scenario = Scenario::in_place(World::parse(ONE_TABLE).unwrap());
    let error = refused(&scenario, |plan| plan.sandbox.same_account = None);
    assert!(matches!(error, EngineError::NotTheSandbox(NotTheSandbox::IsASource(_))), "{error}");
}

#[test]
fn a_protected_account_restores_nothing() {
    let error = refused(&one_table(), |plan| plan.sandbox.protected_accounts = vec![plan.sandbox.account.clone()]);
    assert!(matches!(error, EngineError::NotTheSandbox(NotTheSandbox::IsProtected(_))), "{error}");
}

#[test]
fn what_lies_in_no_region_of_the_sandbox_is_not_restored() {
    let scenario = one_table();
    let (mut plan, text) = scenario.plan();
    plan.sandbox.regions = vec!["us-east-1".parse().unwrap()];
    let played = Play::with_plan(&scenario, plan, text);
    let end = played.run().unwrap();
    nothing_was_changed(&played);
    assert_eq!(played.seen(end.run).evidence.population.unwrap().excluded_by_reason["no-sandbox-region"], 1);
}

#[test]
fn without_an_authorisation_nothing_is_restored() {
    let error = refused(&one_table(), |plan| plan.authorisation = None);
    assert!(matches!(&error, EngineError::Refused(why) if why.contains("authorisation")), "{error}");
}

#[test]
fn an_expired_authorisation_restores_nothing() {
    let error = refused(&one_table().replacing("2027-12-31", "2026-01-01"), |_| {});
    assert!(matches!(&error, EngineError::Refused(why) if why.contains("expired")), "{error}");
}

#[test]
fn source_accounts_are_only_read_but_for_the_copy_that_the_plan_asks_for() {
    // Every play asserts it; here it is seen that the assertion has something to look at.
    let played = Play::of(&one_table());
    played.run().unwrap();
    let calls = played.calls_in_source_accounts();
    assert!(calls.contains("backup:ListRecoveryPointsByBackupVault") && calls.contains("backup:StartCopyJob"));
}

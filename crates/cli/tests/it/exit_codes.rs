//! One run for each exit code that a run can end with.

use crate::support::{Aws, Desk, SANDBOX, SOURCE, plan, plan_without_authorisation, sound, table};

#[test]
fn a_run_in_which_everything_restores_well_exits_with_0() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let came = desk.give(&["run", "--unapproved"]).ends(0).says("Passed: ").says("SIMULATION: not AWS.").tells("[1/3]");
    assert!(!came.out.contains("[1/3]"), "progress belongs on stderr");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
}

/// The data of the recovery point is far older than its date.
fn stale() -> (String, String) {
    let world = table("inventory", &["1d"], "data = { stale = \"20d\" }");
    (world, plan() + "[validators.settings.tables.inventory]\nminimum_items = 1\nmax_lag = \"3d\"\n")
}

/// The plan with the settings of tables beside those of all tables, which come last in it.
fn with_settings(plan_and_more: &str) -> String {
    let (head, settings) = plan_and_more.split_once("[validators.settings.tables").unwrap();
    let (head, authorisation) = head.split_once("[authorisation]").unwrap();
    format!("{head}[validators.settings.tables{settings}\n[authorisation]{authorisation}")
}

#[test]
fn a_recovery_point_with_stale_data_exits_with_1_and_names_the_backup_as_the_fault_s_owner() {
    let (world, plan) = stale();
    let aws = Aws::with(&world);
    let desk = Desk::at(&aws, &with_settings(&plan));
    desk.give(&["run", "--unapproved"]).ends(1).says("table/inventory").tells("FAILED");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    desk.give(&["status"]).ends(0).says("1 failed");
}

#[test]
fn a_permission_that_the_restore_role_lacks_is_no_failed_backup_and_exits_with_3() {
    let denied = format!(
        "[[denied]]\naccount = \"{SANDBOX}\"\nrole = \"restore\"\nactions = [\"dynamodb:BatchWriteItem\"]\nrestoring = [\"payments\"]\n"
    );
    let aws = Aws::with(&(table("payments", &["1d"], "") + &denied));
    let desk = Desk::at(&aws, &plan());
    desk.give(&["run", "--unapproved"]).ends(3).says("nconclusive").tells("inconclusive (sandbox)");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
}

#[test]
fn a_table_that_may_not_be_deleted_exits_with_4_even_beside_a_failed_restore_test() {
    let (world, plan) = stale();
    let denied =
        format!("[[denied]]\naccount = \"{SANDBOX}\"\nrole = \"sandbox\"\nactions = [\"dynamodb:DeleteTable\"]\n");
    let aws = Aws::with(&(world + &denied));
    let desk = Desk::at(&aws, &with_settings(&plan));
    let came = desk.give(&["run", "--unapproved"]).ends(4);
    let left = aws.simulator.existing_resources(SANDBOX);
    assert!(!left.is_empty());
    for arn in &left {
        assert!(came.out.contains(arn), "{arn} was left behind without a word:\n{}", came.out);
    }
    desk.give(&["sweep"]).ends(4).says("table/bp-").says("--delete");
}

#[test]
fn a_plan_that_nobody_authorised_exits_with_6_and_calls_nothing_that_restores() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan_without_authorisation());
    desk.give(&["run", "--unapproved"])
        .ends(6)
        .says_nothing()
        .tells("nobody has authorised this plan")
        .tells("[authorisation]");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
    desk.give(&["population"]).ends(0).says("eligible  6");
}

#[test]
fn credentials_of_another_account_than_the_sandbox_exit_with_6() {
    let aws = Aws::with(&sound());
    let wrong = plan().replace("role_arn = \"arn:aws:iam::999988887777:role/sandbox\"\n", "");
    let desk = Desk::at(&aws, &wrong);
    let belongs = format!("the credentials belong to account {SOURCE}, but the plan's sandbox is {SANDBOX}");
    desk.give(&["run", "--unapproved"]).ends(6).says_nothing().tells(&belongs);
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

#[test]
fn what_is_typed_wrong_exits_with_2() {
    let desk = Desk::bare();
    desk.give(&["frobnicate"]).ends(2).says_nothing().tells("unrecognized subcommand 'frobnicate'");
    desk.give(&["run", "--unapproved"])
        .ends(2)
        .says_nothing()
        .tells("no plan file `backproof.toml`")
        .tells("backproof init");
    desk.give(&["assurance", "--population", "5", "--sample", "9", "--failures", "0"])
        .ends(2)
        .tells("a sample of 9 units cannot be drawn from a population of 5");
    desk.give(&["run", "--unapproved", "--plan", "."]).ends(2).tells("cannot read the plan file `.`");
    assert!(desk.give(&["--help"]).ends(0).says("Exit codes:").err.is_empty());
}

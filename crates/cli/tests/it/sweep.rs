//! `backproof sweep` and `backproof check --keep`: words and exit codes. What goes and what stays is the engine's tests'.

use crate::support::{Aws, Desk, SANDBOX, plan, table, table_arn};

/// One table whose only recovery point holds data that is far older than its date, and a plan that minds.
fn stale() -> (Aws, Desk) {
    let aws = Aws::with(&table("orders", &["1d"], "data = { stale = \"20d\" }"));
    let minds =
        "time_attribute = \"created_at\"\n[validators.settings.tables.orders]\nminimum_items = 1\nmax_lag = \"3d\"\n";
    let desk = Desk::at(&aws, &plan().replace("time_attribute = \"created_at\"\n", minds));
    (aws, desk)
}

#[test]
fn what_failed_is_held_where_that_is_asked_for_and_sweep_says_so() {
    let (aws, desk) = stale();
    desk.give(&["check", &table_arn("orders"), "--yes", "--keep", "4h"])
        .ends(1)
        .says("is kept for")
        .tells("what does not pass is held for 4h")
        .tells("look at it in account 999988887777: aws dynamodb scan --region eu-central-1 --table-name bp-");
    assert_eq!(aws.in_sandbox().len(), 1);
    desk.give(&["sweep"]).ends(0).says("keep").says("held for inspection until");
    let found = desk.give(&["sweep", "--delete", "--output", "json"]).ends(0).json();
    assert_eq!((&found["found"][0]["action"], found["deletions"].as_array().unwrap().len()), (&"keep".into(), 0));
    assert_eq!(aws.in_sandbox().len(), 1);
    desk.give(&["check", &table_arn("orders"), "--yes"]).ends(1).tells("held for inspection until");
}

#[test]
fn a_time_longer_than_three_days_is_refused() {
    let desk = Desk::bare();
    desk.give(&["check", &table_arn("orders"), "--keep", "73h"]).ends(2).tells("at most 72h");
}

#[test]
fn without_a_journal_everything_that_is_not_proved_exits_with_6() {
    let (_aws, desk) = stale();
    let table = format!("arn:aws:dynamodb:eu-central-1:{SANDBOX}:table/bp-k3v9x2aa-1-1-1");
    let mut words = vec!["sweep", "--without-journal", "--confirm", &table, "--person", "Ada", "--reason", "lost"];
    desk.give(&words).ends(2).tells("--second-person");
    words.extend(["--second-person", "Grace"]);
    desk.give(&words).ends(6).says_nothing().tells("nothing was deleted").tells("does not exist");
}

#[test]
fn a_janitor_without_a_role_or_a_journal_to_go_by_exits_with_2() {
    let (_aws, desk) = stale();
    desk.give(&["sweep", "--as-janitor"]).ends(2).tells("sandbox.sweep_role_arn");
    desk.give(&["sweep", "--journal", "nowhere"]).ends(2).tells("neither a state directory nor a mirror");
}

#[test]
fn a_janitor_goes_by_a_state_directory_or_by_a_mirror_that_it_only_reads() {
    let denied =
        format!("[[denied]]\naccount = \"{SANDBOX}\"\nrole = \"sandbox\"\nactions = [\"dynamodb:DeleteTable\"]\n");
    let janitor = "[[roles]]\naccount = \"999988887777\"\nname = \"sweep\"\ntrusts = [\"111122223333\"]\n";
    let aws = Aws::with(&(table("orders", &["1d"], "") + &denied + janitor));
    let with_role = plan()
        .replace("restore_role_arn", "sweep_role_arn = \"arn:aws:iam::999988887777:role/sweep\"\nrestore_role_arn");
    let desk = Desk::at(&aws, &with_role);
    std::fs::create_dir(desk.path("mirror")).unwrap();
    desk.give(&["run", "--unapproved", "--mirror", "mirror"]).ends(4);
    let left = aws.in_sandbox().len();
    assert!(left > 0);
    for journal in [".backproof", "mirror"] {
        let found = desk
            .give(&["sweep", "--as-janitor", "--journal", journal, "--state", "janitor", "--output", "json"])
            .ends(4)
            .json();
        assert_eq!(found["found"].as_array().unwrap().len(), left, "{found}");
    }
    desk.give(&["sweep", "--delete", "--as-janitor", "--journal", "mirror", "--state", "janitor"])
        .ends(0)
        .says("deleted");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
}

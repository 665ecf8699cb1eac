//! `backproof check`: one recovery point, now.

use jiff::Timestamp;

use crate::support::{Aws, Desk, plan, sound, table, table_arn};

/// A table whose latest point is still being made.
fn orders() -> String {
    table("orders", &["3d", "1d", "2d"], "")
        + "[[points]]\nresource = \"orders\"\nvault = \"daily\"\nage = \"5m\"\nstatus = \"CREATING\"\n"
}

#[test]
fn a_resource_is_checked_by_its_latest_point_that_can_be_restored() {
    let aws = Aws::with(&orders());
    let desk = Desk::at(&aws, &plan());
    let would = desk.give(&["check", &table_arn("orders"), "--dry-run", "--output", "json"]).ends(0).json();
    let arn = would["recovery_point_arn"].as_str().unwrap().to_owned();
    let begun: Timestamp = would["creation_date"].as_str().unwrap().parse().unwrap();
    assert_eq!(aws.since.duration_since(begun).as_hours(), 24, "of 3, 1 and 2 days the youngest that is made");
    assert_eq!(would["restored"], false);
    assert_eq!(aws.simulator.restore_jobs().len(), 0);

    desk.give(&["check", &table_arn("orders"), "--yes"])
        .ends(0)
        .says("Speaks for one recovery point, checked outside any sample")
        .tells(&arn);
    let jobs = aws.simulator.restore_jobs();
    assert_eq!(jobs.len(), 1);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    let results: serde_json::Value = serde_json::from_str(&desk.read(".backproof/runs/1/results.json")).unwrap();
    assert!(results.to_string().contains(&arn));
}

#[test]
fn a_point_is_checked_by_its_own_arn() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["population"]).ends(0);
    let population = desk.read(".backproof/population/population.tsv");
    let arn = population.lines().next().unwrap().split('\t').nth(2).unwrap();
    desk.give(&["check", arn, "--dry-run"]).ends(0).says(arn).says("Nothing was restored (--dry-run).");
    desk.give(&["check", arn, "--yes", "--output", "json"]).ends(0).json();
}

#[test]
fn an_excluded_point_is_refused_with_its_reason_and_6() {
    let aws = Aws::with(&orders());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["population"]).ends(0);
    let excluded = desk.read(".backproof/population/excluded.tsv");
    let arn = excluded.lines().next().unwrap().split('\t').nth(1).unwrap();
    desk.give(&["check", arn, "--yes"]).ends(6).says_nothing().tells("it is still being made (creating)");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

#[test]
fn nothing_is_restored_without_a_yes_where_nobody_can_be_asked() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["check", &table_arn("orders")]).ends(2).says_nothing().tells("--yes restores without asking");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

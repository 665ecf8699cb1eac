//! Copies that are held for inspection: only what failed, only for a time, never counted as left behind.

use backproof_engine::SweepAction;
use backproof_evidence::RunVerdict;
use jiff::SignedDuration;

use super::{RESTORED, finding, in_sandbox, one_table};
use crate::support::{Play, Scenario};

const ORDERS: &str = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";

fn play(data: &str) -> Play {
    Play::of(&Scenario::by_copy(one_table(data)))
}

fn four_hours() -> SignedDuration {
    SignedDuration::from_hours(4)
}

#[test]
fn what_failed_is_held_until_its_time_and_then_swept() {
    let play = play("data = { missing_items = 3 }");
    let end = play.check(ORDERS, Some(four_hours())).unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"].0, "failed");
    assert_eq!(seen.conclusion.verdict, RunVerdict::Failed, "held is not left behind");
    assert_eq!(seen.conclusion.remains.kept.len(), 1);
    assert!(seen.conclusion.remains_sentence.contains("is kept for inspection until"));
    assert_eq!(in_sandbox(&play), [RESTORED], "its copy is not needed for that");
    let found = play.look();
    assert!(matches!(finding(&found, RESTORED).action, SweepAction::Keep { .. }), "{found:?}");
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), [RESTORED]);

    play.wait_for_minutes(4 * 60);
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn another_run_tolerates_what_is_held_and_deletes_it_when_it_is_due() {
    let play = play("data = { missing_items = 3 }");
    play.check(ORDERS, Some(four_hours())).unwrap();
    let meanwhile = play.check(ORDERS, None).unwrap();
    assert_eq!(play.seen(meanwhile.run).conclusion.verdict, RunVerdict::Failed);
    assert_eq!(in_sandbox(&play), [RESTORED]);
    play.wait_for_minutes(4 * 60);
    let later = play.check(ORDERS, None).unwrap();
    assert_eq!(play.seen(later.run).conclusion.verdict, RunVerdict::Failed);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn what_passed_is_deleted_at_once() {
    let play = play("");
    let end = play.check(ORDERS, Some(four_hours())).unwrap();
    assert_eq!(play.seen(end.run).conclusion.verdict, RunVerdict::Passed);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn nothing_is_held_for_longer_than_three_days() {
    let play = play("data = { missing_items = 3 }");
    play.check(ORDERS, Some(SignedDuration::from_hours(24 * 30))).unwrap();
    play.wait_for_days(3);
    play.sweep();
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn a_tag_that_somebody_shortened_ends_it_sooner() {
    let play = play("data = { missing_items = 3 }");
    play.check(ORDERS, Some(four_hours())).unwrap();
    play.ask(async |world| {
        let access = world.cloud.sandbox(&"eu-central-1".parse().unwrap()).await.unwrap();
        let tags = [("backproof:expires".to_owned(), "2026-01-01T00:00:00Z".to_owned())].into();
        access.tables.tag_table(&access.sandbox, &RESTORED.parse().unwrap(), &tags).await.unwrap();
    });
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

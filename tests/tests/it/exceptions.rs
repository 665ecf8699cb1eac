//! What did not pass is left to people as an exception, tested for certain until a retest passes, unless accepted.

use backproof_engine::exceptions;
use backproof_model::FaultOwner;
use backproof_model::exception::{Closed, Exception, ExceptionChange, ExceptionEvent, Subject};
use backproof_model::record::Touch;
use backproof_model::register::RegisterEvent;
use backproof_simulator::World;
use jiff::SignedDuration;

use crate::support::{ONE_TABLE, Play, SOURCE, Scenario, Seen, whole_run};

/// Sound tables, and tables whose recovery points lack something.
fn faulty() -> Play {
    Play::of(&Scenario::by_copy(World::data_faults().unwrap()))
}

/// A run that the operator stops before its first restore: nothing of it passed.
fn stopped(play: &Play) -> Seen {
    let end = play.perform(&whole_run(), |world| world.stop.cancel()).unwrap();
    play.seen(end.run)
}

fn all(play: &Play) -> Vec<Exception> {
    play.ask(async |world| exceptions::all(&world.store).await.unwrap())
}

/// The exception of the table.
fn of(play: &Play, table: &str) -> Exception {
    let name = format!("table/{table}");
    all(play).into_iter().find(|exception| exception.opened.subject.name().ends_with(&name)).unwrap()
}

/// The numbers of the exceptions for which units are tested for certain, in their order.
fn certain(seen: &Seen) -> Vec<u64> {
    let units = &seen.evidence.commitment.as_ref().unwrap().certainty_units;
    let mut numbers: Vec<u64> = units.iter().map(|unit| unit.exception.unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

/// What a run did to how many exceptions: opened, met again, closed.
fn touched(seen: &Seen) -> [usize; 3] {
    let recorded = seen.evidence.exceptions.as_ref().unwrap();
    [Touch::Opened, Touch::MetAgain, Touch::Closed]
        .map(|touch| recorded.touched.iter().filter(|it| it.how == touch).count())
}

#[test]
fn what_did_not_pass_is_tested_for_certain_until_a_retest_passes_and_closes_it_with_the_link() {
    let play = faulty();
    let first = stopped(&play);
    let drawn = first.evidence.tests.len();
    assert_eq!((touched(&first), first.evidence.problems.len()), ([drawn, 0, 0], 0), "what never began is one too");
    let second = play.seen(play.run().unwrap().run);
    assert_eq!((certain(&second).len(), second.evidence.problems.len()), (drawn, 0));
    let passed = second.outcomes().values().filter(|outcome| outcome.0 == "passed").count();
    assert_eq!(touched(&second), [0, drawn - passed, passed]);
    let test = second.test("sound").drawn.test;
    let closed = of(&play, "sound").closed;
    assert!(matches!(closed, Some(Closed::ByRetest { run: 2, test: by, .. }) if by == test), "{closed:?}");
    let missing = of(&play, "missing-item");
    assert!(missing.closed.is_none() && missing.met(1, Some(first.test("missing-item").drawn.test)));
    let third = play.seen(play.run().unwrap().run);
    let numbers = certain(&third);
    assert!(numbers.contains(&missing.id) && !numbers.contains(&of(&play, "sound").id), "{numbers:?}");
    let units = &third.evidence.commitment.as_ref().unwrap().certainty_units;
    let unit = units.iter().find(|unit| unit.exception == Some(missing.id)).unwrap();
    assert!(unit.why.contains(&format!("exception {}", missing.id)) && unit.why.contains("run 1"), "{unit:?}");
    assert_eq!(all(&play).len(), drawn, "the same is met again, and no second one opened");
}

#[test]
fn a_failed_restore_test_names_its_fault_its_date_and_what_shares_its_cause() {
    let play = faulty();
    play.run().unwrap();
    let missing = of(&play, "missing-item");
    assert_eq!(missing.opened.fault_owner, FaultOwner::Backup);
    assert_eq!(missing.due.duration_since(missing.opened_at).as_hours(), 24 * 30);
    let Subject::RestoreTest { impact, .. } = &missing.opened.subject else { panic!("{missing:?}") };
    assert_eq!(impact.shares, "the same resource");
    assert_eq!(impact.total, impact.first.len() as u64);
}

#[test]
fn what_is_accepted_is_not_tested_for_certain_until_the_acceptance_expires() {
    let play = faulty();
    play.run().unwrap();
    let id = of(&play, "missing-item").id;
    play.ask(async |world| {
        let at = world.store.clock().now();
        let expires = at + SignedDuration::from_hours(24 * 10);
        let (reason, person) = ("the table is retired".to_owned(), "Ada Example".to_owned());
        let change = ExceptionChange::Accepted { reason, person, expires };
        let event = ExceptionEvent { id, at, by: "rosa".into(), change };
        world.store.record(RegisterEvent::Exception(event)).await.unwrap();
    });
    let accepted = play.seen(play.run().unwrap().run);
    let others = certain(&accepted);
    assert!(!others.is_empty() && !others.contains(&id), "{others:?}");
    let recorded = accepted.evidence.exceptions.as_ref().unwrap();
    assert_eq!((recorded.open, recorded.accepted), (others.len() as u64, 1));
    play.wait_for_days(11);
    assert!(certain(&play.seen(play.run().unwrap().run)).contains(&id));
}

#[test]
fn a_passed_check_of_the_resource_closes_it_too() {
    let play = Play::of(&Scenario::by_copy(World::parse(ONE_TABLE).unwrap()));
    stopped(&play);
    let checked = play.check(&table("orders"), None).unwrap();
    assert_eq!(touched(&play.seen(checked.run)), [0, 0, 1]);
    assert!(matches!(of(&play, "orders").closed, Some(Closed::ByRetest { run: 2, test: 1, .. })));
    assert_eq!(certain(&play.seen(play.run().unwrap().run)), Vec::<u64>::new());
}

#[test]
fn a_check_that_does_not_pass_makes_its_unit_certain_in_the_plans_next_draw() {
    let play = faulty();
    let checked = play.check(&table("missing-item"), None).unwrap();
    assert_eq!(touched(&play.seen(checked.run)), [1, 0, 0]);
    assert_eq!(certain(&play.seen(play.run().unwrap().run)), [of(&play, "missing-item").id]);
}

#[test]
fn entering_a_run_again_changes_nothing() {
    let play = faulty();
    play.run().unwrap();
    let before = all(&play);
    play.ask(async |world| exceptions::record(world, 1).await.unwrap());
    assert_eq!(all(&play), before);
}

fn table(name: &str) -> String {
    format!("arn:aws:dynamodb:eu-central-1:{SOURCE}:table/{name}")
}

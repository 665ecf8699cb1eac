//! Exceptions: the fold of their events, what a run does to them, and what may be accepted.

use backproof_model::exception::{
    Acceptance, Closed, Exception, ExceptionChange, ExceptionEvent, Impact, LONGEST_TEXT, NotAccepted, RunCame, Status,
    Subject, TestCame, deletions, exceptions, may_accept, recorded, settle,
};
use backproof_model::record::{Leftover, Purpose, Touch};
use backproof_model::{FaultOwner, Outcome, ProofLevel};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const BEGAN: i64 = 1_790_000_000;

fn day(day: i64) -> Timestamp {
    Timestamp::from_second(BEGAN + 86_400 * day).unwrap()
}

fn resource(table: &str) -> String {
    format!("arn:aws:dynamodb:eu-central-1:111122223333:table/{table}")
}

/// A restore test of the point of this table that was made on a day.
fn came(test: u32, table: &str, made: i64, outcome: Outcome) -> TestCame {
    TestCame {
        test,
        stratum: "DynamoDB".into(),
        unit: resource(table),
        certain: true,
        resource_arn: resource(table).parse().unwrap(),
        recovery_point_arn: format!("{}/backup/{made}", resource(table)),
        creation_date: day(made),
        outcome,
        impact: Impact::default(),
    }
}

fn passed() -> Outcome {
    Outcome::Passed { level: ProofLevel::L3 }
}

fn failed() -> Outcome {
    Outcome::failed("13 items are missing")
}

fn undecided() -> Outcome {
    Outcome::inconclusive(FaultOwner::Sandbox, "the role may not create tables")
}

fn run(run: u64, tests: Vec<TestCame>) -> RunCame {
    RunCame { run, plan_name: "quarterly".into(), purpose: Purpose::Plan, tests, left: Vec::new() }
}

fn check(number: u64, test: TestCame) -> RunCame {
    RunCame { purpose: Purpose::Check, ..run(number, vec![test]) }
}

/// A register that runs are entered into, each on the day of its number.
#[derive(Default)]
struct Register(Vec<ExceptionEvent>);

impl Register {
    fn all(&self) -> Vec<Exception> {
        exceptions(&self.0)
    }

    fn enter(&mut self, run: &RunCame) -> usize {
        let events = settle(&self.all(), run, day(i64::try_from(run.run).unwrap()));
        let count = events.len();
        self.0.extend(events);
        count
    }

    fn change(&mut self, id: u64, at: i64, change: ExceptionChange) {
        self.0.push(ExceptionEvent { id, at: day(at), by: "Rosa".into(), change });
    }

    fn only(&self) -> Exception {
        let mut all = self.all();
        assert_eq!(all.len(), 1, "{all:#?}");
        all.remove(0)
    }
}

fn accepted(expires: i64) -> ExceptionChange {
    ExceptionChange::Accepted { reason: "known".into(), person: "Ada".into(), expires: day(expires) }
}

#[test]
fn everything_that_did_not_pass_opens_one_with_its_owner_and_a_date_by_its_weight() {
    let mut register = Register::default();
    let left = Leftover { arn: resource("bp-demo-7-1-1"), why: "still there".into() };
    let tests = vec![came(1, "orders", 0, passed()), came(2, "carts", 0, failed()), came(3, "events", 0, undecided())];
    register.enter(&RunCame { left: vec![left], ..run(7, tests) });
    let seen: Vec<_> = register
        .all()
        .iter()
        .map(|it| {
            (
                it.id,
                it.opened.subject.word().to_owned(),
                it.opened.fault_owner,
                it.due.duration_since(day(7)).as_hours() / 24,
            )
        })
        .collect();
    let expected = [
        (1, "failed".to_owned(), FaultOwner::Backup, 30),
        (2, "inconclusive".to_owned(), FaultOwner::Sandbox, 90),
        (3, "left behind".to_owned(), FaultOwner::Sandbox, 1),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn the_same_unit_is_met_again_and_opens_no_second_one() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    register.enter(&run(2, vec![came(4, "carts", 1, undecided())]));
    let exception = register.only();
    assert_eq!((exception.last_met(), exception.newest_met()), (2, Some(day(1))));
    assert!(exception.met(1, Some(1)) && exception.met(2, Some(4)) && !exception.met(2, Some(1)));
    assert_eq!(exception.due, day(1) + SignedDuration::from_hours(24 * 30), "being met again postpones nothing");
}

#[test]
fn a_unit_of_two_strata_that_fails_in_both_is_one_exception() {
    let mut register = Register::default();
    let other = TestCame { stratum: "DynamoDB/copy".into(), ..came(2, "carts", 0, failed()) };
    register.enter(&run(1, vec![came(1, "carts", 0, failed()), other]));
    let exception = register.only();
    assert!(exception.met(1, Some(1)) && exception.met(1, Some(2)));
}

#[test]
fn a_passed_retest_closes_it_with_the_link() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    register.enter(&run(2, vec![came(5, "carts", 3, passed())]));
    let closed = register.only().closed;
    assert_eq!(closed, Some(Closed::ByRetest { run: 2, test: 5, at: day(2) }));
}

#[test]
fn what_does_not_show_that_it_is_resolved_closes_nothing() {
    let moved = |test: TestCame| TestCame { stratum: "DynamoDB/copy".into(), certain: false, ..test };
    let of_another_plan = RunCame { plan_name: "monthly".into(), ..run(2, vec![came(1, "carts", 3, passed())]) };
    let both = vec![came(1, "carts", 3, passed()), moved(came(2, "carts", 3, failed()))];
    for (why, second) in [
        ("another unit", run(2, vec![came(1, "orders", 3, passed())])),
        ("an older point", run(2, vec![came(1, "carts", -1, passed())])),
        ("another plan", of_another_plan),
        ("another stratum, drawn by chance", run(2, vec![moved(came(1, "carts", 3, passed()))])),
        ("one of two strata", run(2, both)),
        ("an older point, checked", check(2, came(1, "carts", -1, passed()))),
        ("another resource, checked", check(2, came(1, "orders", 3, passed()))),
        ("nothing", run(2, Vec::new())),
    ] {
        let mut register = Register::default();
        register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
        register.enter(&second);
        assert_eq!(register.only().closed, None, "{why}");
    }
}

#[test]
fn a_unit_whose_stratum_is_gone_is_closed_where_it_was_tested_for_certain() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    register.enter(&run(2, vec![TestCame { stratum: "DynamoDB/31-365".into(), ..came(1, "carts", 3, passed()) }]));
    assert!(register.only().closed.is_some());
}

#[test]
fn a_passed_check_of_a_newer_point_of_the_resource_closes_it() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    register.enter(&check(2, TestCame { stratum: "anything".into(), ..came(1, "carts", 0, passed()) }));
    assert!(register.only().closed.is_some());
}

#[test]
fn where_points_are_units_only_the_same_point_closes_it() {
    let of_points = |test: TestCame| TestCame { unit: test.recovery_point_arn.clone(), ..test };
    let mut register = Register::default();
    register.enter(&run(1, vec![of_points(came(1, "carts", 0, failed()))]));
    register.enter(&check(2, of_points(came(1, "carts", 3, passed()))));
    assert_eq!(register.only().closed, None);
    register.enter(&check(3, of_points(came(1, "carts", 0, passed()))));
    assert!(register.only().closed.is_some());
}

#[test]
fn a_run_that_began_before_the_failure_does_not_close_it() {
    let mut register = Register::default();
    register.enter(&run(6, vec![came(1, "carts", 0, failed())]));
    assert_eq!(register.enter(&run(5, vec![came(1, "carts", 3, passed())])), 0);
}

#[test]
fn what_is_left_is_closed_by_its_deletion_and_found_again_is_another() {
    let left = |number| {
        let left = vec![Leftover { arn: resource("bp-1"), why: "denied".into() }];
        RunCame { left, ..run(number, Vec::new()) }
    };
    let mut register = Register::default();
    register.enter(&left(1));
    register.enter(&left(2));
    assert_eq!(register.only().last_met(), 2);
    assert_eq!(deletions(&register.all(), &resource("bp-2"), day(3)), []);
    let deleted = deletions(&register.all(), &resource("bp-1"), day(3));
    register.0.extend(deleted);
    assert_eq!(register.only().closed, Some(Closed::ByDeletion { arn: resource("bp-1"), at: day(3) }));
    assert_eq!(deletions(&register.all(), &resource("bp-1"), day(4)), [], "once");
    register.enter(&left(4));
    assert_eq!(register.all().len(), 2);
}

#[test]
fn an_acceptance_holds_until_it_expires_and_what_is_closed_stays_closed() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    register.change(1, 2, accepted(60));
    let exception = register.only();
    assert_eq!(exception.status(day(59)), Status::Accepted { until: day(60) });
    assert!(!exception.is_overdue(day(59)), "accepted beyond its date");
    assert_eq!((exception.status(day(60)), exception.is_overdue(day(60))), (Status::Open, true));
    let acceptance =
        Acceptance { reason: "known".into(), person: "Ada".into(), expires: day(60), at: day(2), by: "Rosa".into() };
    assert_eq!(exception.acceptance, Some(acceptance));
    register.enter(&run(2, vec![came(1, "carts", 3, passed())]));
    register.change(1, 5, accepted(90));
    let exception = register.only();
    assert_eq!((exception.status(day(6)), exception.acceptance.unwrap().expires), (Status::Closed, day(60)));
}

#[test]
fn people_change_what_they_name_and_leave_the_rest() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    let assigned = |owner: Option<&str>, due| ExceptionChange::Assigned {
        owner: owner.map(str::to_owned),
        ticket: Some("OPS-1".into()),
        due,
    };
    register.change(1, 2, assigned(Some("Ada"), Some(day(9))));
    register.change(1, 3, assigned(None, None));
    let noted = |text: Option<&str>, cause: Option<&str>| ExceptionChange::Noted {
        text: text.map(str::to_owned),
        root_cause: cause.map(str::to_owned),
        management_response: None,
    };
    register.change(1, 4, noted(Some("seen"), None));
    register.change(1, 5, noted(None, Some("a lost key")));
    let exception = register.only();
    assert_eq!(
        (exception.owner.as_deref(), exception.ticket.as_deref(), exception.due),
        (Some("Ada"), Some("OPS-1"), day(9))
    );
    assert_eq!((exception.notes.len(), exception.root_cause.as_deref()), (1, Some("a lost key")));
    assert_eq!(exception.history.len(), 5);
    assert_eq!(exception.history[1].by, "Rosa");
}

#[test]
fn an_acceptance_needs_a_reason_a_person_and_an_end_within_a_year() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
    let exception = register.only();
    let now = day(2);
    let asked = |reason, person, expires: i64| may_accept(&exception, (reason, person), day(expires), now);
    assert_eq!(asked("known", "Ada", 300), Ok(()));
    assert_eq!(asked(" ", "Ada", 300), Err(NotAccepted::Missing { what: "reason" }));
    assert_eq!(asked("known", "", 300), Err(NotAccepted::Missing { what: "person" }));
    assert_eq!(asked("known", "Ada", 2), Err(NotAccepted::Past { expires: now, now }));
    assert!(matches!(asked("known", "Ada", 400), Err(NotAccepted::TooLong { .. })));
    register.enter(&run(2, vec![came(1, "carts", 3, passed())]));
    let closed = register.only();
    assert_eq!(may_accept(&closed, ("known", "Ada"), day(300), now), Err(NotAccepted::Closed { id: 1 }));
}

#[test]
fn a_reason_without_end_is_cut_with_a_word() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, Outcome::failed("ä".repeat(40_000)))]));
    let why = register.only().opened.why;
    assert!(why.len() < LONGEST_TEXT + 20 && why.ends_with("[cut short]"));
}

#[test]
fn events_read_back_as_they_were_written() {
    let mut register = Register::default();
    let left = vec![Leftover { arn: resource("bp-1"), why: "denied".into() }];
    register.enter(&RunCame { left, ..run(1, vec![came(1, "carts", 0, failed())]) });
    register.enter(&run(2, vec![came(1, "carts", 1, failed())]));
    register.change(1, 3, accepted(30));
    let text = serde_json::to_string(&register.0).unwrap();
    assert_eq!(serde_json::from_str::<Vec<ExceptionEvent>>(&text).unwrap(), register.0);
}

/// Runs of three tables, with what each came to, in the order of their numbers.
fn runs() -> impl Strategy<Value = Vec<RunCame>> {
    let outcome = prop_oneof![Just(None), Just(Some(passed())), Just(Some(failed())), Just(Some(undecided()))];
    let one = (prop::collection::vec(outcome, 3), any::<bool>(), any::<bool>());
    prop::collection::vec(one, 1..8).prop_map(|runs| {
        let of = |(number, (outcomes, left, is_check)): (u64, (Vec<Option<Outcome>>, bool, bool))| {
            let made = i64::try_from(number).unwrap();
            let tests = (1_u32..).zip(["a", "b", "c"]).zip(outcomes);
            let tests: Vec<_> =
                tests.filter_map(|((test, table), outcome)| Some(came(test, table, made, outcome?))).collect();
            let left = if left { vec![Leftover { arn: resource("bp-1"), why: "denied".into() }] } else { Vec::new() };
            let purpose = if is_check && tests.len() == 1 { Purpose::Check } else { Purpose::Plan };
            RunCame { run: number, plan_name: "quarterly".into(), purpose, tests, left }
        };
        (1_u64..).zip(runs).map(of).collect()
    })
}

proptest! {
    #[test]
    fn entering_a_run_twice_changes_nothing_more(runs in runs(), again in any::<prop::sample::Index>()) {
        let mut register = Register::default();
        for run in &runs {
            register.enter(run);
            prop_assert_eq!(register.enter(run), 0);
        }
        // Also much later, as where an old run is entered after an upgrade.
        prop_assert_eq!(register.enter(again.get(&runs)), 0);
    }

    #[test]
    fn the_fold_of_a_replayed_register_is_the_same(runs in runs(), from in any::<prop::sample::Index>()) {
        let mut register = Register::default();
        for run in &runs {
            register.enter(run);
        }
        let all = register.all();
        let from = if register.0.is_empty() { 0 } else { from.index(register.0.len()) };
        let replayed: Vec<_> = register.0.iter().chain(&register.0[from..]).cloned().collect();
        let closed_in_between = replayed.len() > register.0.len();
        let again = exceptions(&replayed);
        prop_assert_eq!(&again, &all, "replayed: {}", closed_in_between);
        let ids: Vec<u64> = all.iter().map(|exception| exception.id).collect();
        prop_assert_eq!(ids, (1..=all.len() as u64).collect::<Vec<_>>(), "numbered without a gap");
    }

    #[test]
    fn whatever_was_not_passed_last_is_open_and_no_unit_is_open_twice(runs in runs()) {
        let mut register = Register::default();
        for run in &runs {
            register.enter(run);
            let open: Vec<_> = register.all().into_iter().filter(|exception| exception.closed.is_none()).collect();
            let mut names: Vec<_> = open.iter().map(|exception| exception.opened.subject.name().to_owned()).collect();
            for test in &run.tests {
                let is_open = names.contains(&test.unit);
                prop_assert_eq!(is_open, test.outcome.word() != "passed", "{} after run {}", test.unit, run.run);
            }
            names.sort();
            let count = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), count);
        }
    }

    #[test]
    fn events_that_do_not_fit_change_nothing(id in 2_u64..9) {
        let mut register = Register::default();
        register.enter(&run(1, vec![came(1, "carts", 0, failed())]));
        let before = register.all();
        register.change(id, 2, accepted(30));
        register.change(id, 2, ExceptionChange::ClosedByRetest { run: 1, test: 1 });
        let second_opening = ExceptionEvent { at: day(5), ..register.0[0].clone() };
        register.0.push(second_opening);
        prop_assert_eq!(register.all(), before);
    }
}

#[test]
fn a_subject_says_what_it_is_about() {
    let left = Subject::Leftover { arn: "x".into() };
    assert_eq!((left.name(), left.word(), left.test(), left.impact()), ("x", "left behind", None, None));
}

#[test]
fn a_run_tells_what_it_did_to_exceptions_and_how_many_stand_open() {
    let mut register = Register::default();
    register.enter(&run(1, vec![came(1, "carts", 0, failed()), came(2, "orders", 0, failed())]));
    register.enter(&run(2, vec![came(3, "carts", 1, undecided()), came(4, "orders", 1, passed())]));
    register.enter(&RunCame { plan_name: "monthly".into(), ..run(3, vec![came(1, "events", 0, failed())]) });
    let said = recorded(&register.all(), "quarterly", 2, day(40));
    let touched: Vec<_> = said.touched.iter().map(|it| (it.id, it.how, it.test, it.opened_by_run)).collect();
    assert_eq!(touched, [(1, Touch::MetAgain, Some(3), 1), (2, Touch::Closed, Some(4), 1)]);
    assert_eq!((said.open, said.overdue, said.accepted), (1, 1, 0), "of this plan");
    register.change(1, 4, accepted(60));
    let said = recorded(&register.all(), "quarterly", 2, day(40));
    assert_eq!((said.open, said.overdue, said.accepted), (0, 0, 1));
}

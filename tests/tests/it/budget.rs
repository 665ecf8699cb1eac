//! The budget: what a plan does not let begin never does, and what was done is accounted for.

use backproof_engine::EngineError;
use backproof_model::cost::Certainty;
use backproof_model::money::Money;
use backproof_model::record::Admission;
use backproof_simulator::World;
use backproof_store::RunState;

use crate::support::{FOUR_TABLES, ONE_DATABASE, Play, SANDBOX, Scenario, Seen, whole_run};

const GIB: u64 = 1 << 30;

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

/// Four sound tables whose backups have ten GiB each, so that one attempt at each costs a little more than two dollars.
fn four_tables() -> World {
    let mut world = World::parse(FOUR_TABLES).unwrap();
    for point in &mut world.points {
        point.size = Some(10 * GIB);
        point.vanishes_when_used = false;
    }
    world
}

/// A play of the world in place, with these lines in the plan's budget.
fn with_budget(world: World, lines: &str) -> Play {
    let budget = format!("[budget]\n{lines}\n\n[concurrency]");
    Play::of(&Scenario::in_place(world).replacing("[concurrency]", &budget))
}

fn started(play: &Play, operation: &str) -> usize {
    play.simulator.calls().iter().filter(|call| call.operation == operation).count()
}

fn run(play: &Play) -> Seen {
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.evidence.problems, []);
    seen
}

#[test]
fn a_budget_below_every_restore_test_refuses_before_anything_is_started() {
    for lines in ["per_run = 1", "per_restore_test = 2"] {
        let play = with_budget(four_tables(), lines);
        let refused = play.run().unwrap_err();
        let EngineError::Refused(why) = &refused else { panic!("{refused}") };
        assert!(why.contains("none of 4 restore tests") && why.contains("[budget]"), "{why}");
        let asked = ["StartRestoreJob", "StartCopyJob", "CreateTable"].map(|operation| started(&play, operation));
        assert_eq!(asked, [0, 0, 0]);
        let register = play.ask(async |world| world.store.register().await.unwrap());
        assert_eq!(register.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Aborted]);
        assert_eq!(play.problems_of_the_register(), Vec::<String>::new());
        let estimated = play.seen(1).evidence.costs.unwrap();
        assert!(estimated.tests.iter().all(|test| test.admission != Admission::Within));
    }
}

#[test]
fn a_budget_for_two_of_four_starts_two_and_names_the_others() {
    let play = with_budget(four_tables(), "per_run = 5");
    let seen = run(&play);
    assert_eq!(started(&play, "StartRestoreJob"), 2);
    let words: Vec<&str> = seen.evidence.tests.iter().map(|test| test.outcome.word()).collect();
    assert_eq!(words, ["passed", "passed", "inconclusive", "inconclusive"]);
    for test in &seen.evidence.tests[2..] {
        assert!(test.was_held_back());
        assert!(test.outcome.reason().unwrap().contains("budget.per_run is USD 5.00"), "{:?}", test.outcome);
    }
    let closed = seen.evidence.closed.unwrap();
    assert!(!closed.completed && closed.stopped_because.unwrap().contains("2 restore tests"));
    let costs = seen.conclusion.costs.unwrap();
    assert_eq!(costs.held_back, 2);
    assert!(costs.estimated > money("5") && costs.computed <= money("5"), "{} {}", costs.estimated, costs.computed);
}

#[test]
fn computed_costs_stand_beside_the_estimate_and_below_it() {
    let seen = run(&with_budget(four_tables(), "per_run = 100"));
    let costs = seen.conclusion.costs.unwrap();
    for test in &costs.tests {
        let estimated = test.estimated.as_ref().unwrap();
        // Restoring ten GiB at 0.15 in another Region than the one that prices are listed for.
        assert!(test.computed.total > money("1.5") && test.computed.total <= estimated.total);
        assert_eq!(test.computed.certainty, Certainty::Assumed);
        let parts: Vec<&str> = test.computed.parts.iter().map(|part| part.what.as_str()).collect();
        assert_eq!(parts, ["restoring", "the restored table", "reading all items, once for each validator"]);
    }
    assert_eq!(costs.computed, costs.tests.iter().map(|test| test.computed.total).sum());
    assert_eq!((costs.held_back, costs.prices.currency.as_str()), (0, "USD"));
}

#[test]
fn a_run_without_a_budget_is_estimated_all_the_same() {
    let play = Play::of(&Scenario::in_place(four_tables()));
    let seen = run(&play);
    assert_eq!(started(&play, "StartRestoreJob"), 4);
    assert!(seen.conclusion.costs.unwrap().estimated > money("8"));
}

#[test]
fn a_second_attempt_counts_like_the_first() {
    let mut world = four_tables();
    world.points.truncate(1);
    world.points[0].restore.fails_with = Some("The job was unable to start within the specified start window.".into());
    let with = |lines| {
        let play = with_budget(world.clone(), lines);
        let seen = run(&play);
        (started(&play, "StartRestoreJob"), seen)
    };
    assert_eq!(with("per_run = 100").0, 2);
    for (lines, key) in [("per_restore_test = 4", "budget.per_restore_test"), ("per_run = 4", "budget.per_run")] {
        let (started, seen) = with(lines);
        let test = &seen.evidence.tests[0];
        assert_eq!((started, test.attempts.len()), (1, 1), "{lines}");
        let reason = test.outcome.reason().unwrap();
        assert!(reason.contains("did not let another attempt begin") && reason.contains(key), "{reason}");
    }
}

#[test]
fn what_nobody_can_size_does_not_begin_under_a_budget_unless_the_plan_allows_it() {
    let mut world = World::parse(ONE_DATABASE).unwrap();
    for point in &mut world.points {
        point.size = Some(GIB);
    }
    let database = |lines: &str| {
        let prices = tempfile::NamedTempFile::new().unwrap();
        let unknown = "format = \"backproof-prices/v1\"\ncurrency = \"USD\"\nas_of = 2026-10-01\n\n[[prices]]\n\
                       what = \"rds-instance\"\nper = \"hour\"\nengines = [\"postgres\"]\nsource = \"nobody\"\n\
                       region = \"eu-central-1\"\nof = { \"db.t4g.small\" = \"unknown\" }\n";
        std::fs::write(prices.path(), unknown).unwrap();
        let budget = format!("[budget]\nprices = \"{}\"\n{lines}\n\n[concurrency]", prices.path().display());
        let play = Play::of(&Scenario::of_databases(world.clone()).replacing("[concurrency]", &budget));
        let end = play.run();
        (play, end)
    };
    let (play, refused) = database("per_run = 1000");
    assert!(matches!(&refused, Err(EngineError::Refused(why)) if why.contains("not wholly known")), "{refused:?}");
    assert_eq!(started(&play, "StartRestoreJob"), 0);
    let (play, allowed) = database("per_run = 1000\nunknown = \"allow\"");
    let seen = play.seen(allowed.unwrap().run);
    assert_eq!(started(&play, "StartRestoreJob"), 1);
    assert_eq!(seen.conclusion.costs.unwrap().computed_certainty, Certainty::AtLeast);
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new());
}

#[test]
fn prices_that_cannot_be_read_refuse_before_anything_is_started() {
    for (file, told) in [("/nonexistent/prices.toml", "cannot be read"), ("/dev/null", "cannot be")] {
        let play = with_budget(four_tables(), &format!("prices = \"{file}\""));
        let refused = play.run().unwrap_err().to_string();
        assert!(refused.contains(file) && refused.contains(told), "{refused}");
        assert_eq!(started(&play, "StartRestoreJob"), 0);
    }
    let other_currency = with_budget(four_tables(), "currency = \"EUR\"\nper_run = 5");
    let refused = other_currency.run().unwrap_err().to_string();
    assert!(refused.contains("EUR") && refused.contains("USD"), "{refused}");
}

#[test]
fn a_run_killed_at_any_entry_spends_no_more_of_its_budget_than_one_that_was_not() {
    for entry in (1..80).step_by(7) {
        let play = with_budget(four_tables(), "per_run = 5");
        let killed = play.perform(&whole_run(), |world| world.store.stop_after(entry));
        let end = match killed {
            Ok(end) => end,
            Err(_) => play.run().unwrap(),
        };
        let seen = play.seen(end.run);
        let begun = seen.evidence.tests.iter().filter(|test| !test.attempts.is_empty()).count();
        assert_eq!((begun, seen.conclusion.costs.unwrap().held_back), (2, 2), "killed after {entry} writes");
    }
}

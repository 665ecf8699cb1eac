//! The operator stops a run: nothing new begins, what is under way is cleaned up, and the report says so.

use std::time::Duration;

use backproof_engine::World;
use backproof_evidence::RunVerdict;
use backproof_simulator::Simulator;

use crate::support::{FOUR_TABLES, Play, SOURCE, Scenario, Seen, whole_run};

/// One restore after the other.
fn one_by_one() -> Play {
    let world = backproof_simulator::World::parse(FOUR_TABLES).unwrap();
    Play::of(&Scenario::in_place(world).replacing("restores = 20", "restores = 1"))
}

fn restores_started(simulator: &Simulator) -> usize {
    simulator.calls().iter().filter(|call| call.operation == "StartRestoreJob").count()
}

/// The run is closed and says that it was stopped; nothing of it is left.
fn stopped(play: &Play, run: u64) -> Seen {
    let seen = play.seen(run);
    let closed = seen.evidence.closed.as_ref().unwrap();
    assert!(!closed.completed && closed.stopped_because.is_some());
    assert_eq!(closed.stranded, []);
    assert_ne!(seen.conclusion.verdict, RunVerdict::Passed);
    assert_eq!(seen.evidence.problems, []);
    let ours = |arn: &String| arn.contains(":table/bp-");
    assert!(!play.simulator.existing_resources(SOURCE).iter().any(ours));
    seen
}

#[test]
fn a_run_stopped_before_its_first_restore_restores_nothing() {
    let play = one_by_one();
    let end = play.perform(&whole_run(), |world| world.stop.cancel()).unwrap();
    let seen = stopped(&play, end.run);
    assert_eq!(restores_started(&play.simulator), 0);
    assert_eq!((seen.conclusion.counts.drawn, seen.conclusion.counts.inconclusive), (4, 4));
}

#[test]
fn a_run_stopped_while_a_restore_runs_starts_no_other_and_deletes_what_comes_of_it() {
    let play = one_by_one();
    let simulator = play.simulator.clone();
    let end = play.perform(&whole_run(), |world| stop_at_the_first_restore(world, simulator)).unwrap();
    stopped(&play, end.run);
    assert_eq!(restores_started(&play.simulator), 1);
}

fn stop_at_the_first_restore(world: &World, simulator: Simulator) {
    let (stop, clock) = (world.stop.clone(), world.store.clock().clone());
    tokio::spawn(async move {
        while restores_started(&simulator) == 0 {
            clock.sleep(Duration::from_secs(1)).await;
        }
        stop.cancel();
    });
}

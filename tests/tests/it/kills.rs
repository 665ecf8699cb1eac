//! The program is killed at every journal entry of a run, and the next start finishes the same run.

use backproof_engine::EngineError;
use backproof_model::record::DrawnPoint;
use backproof_store::StoreError;

use crate::faults::{four_in_place, one_copied, one_database};
use crate::support::{Play, Reference, all_cases, what_does_not_hold, whole_run};

/// Where the process is killed, once or twice: after so many more writes.
type Kills = Vec<u32>;

fn killed(reference: &Reference, kills: &Kills) -> Vec<String> {
    let play = reference.play();
    let mut wrong = Vec::new();
    for writes in kills {
        match play.perform(&whole_run(), |world| world.store.stop_after(*writes)) {
            Err(EngineError::Store(StoreError::ToldToStop)) => {}
            other => wrong.push(format!("instead of being killed it came to {other:?}")),
        }
    }
    let drawn = drawn_so_far(&play);
    let end = match play.run() {
        Ok(end) => end,
        Err(error) => return vec![format!("the next start did not finish the run: {error}")],
    };
    wrong.extend(what_does_not_hold(reference, &play, end.run));
    let seen = play.seen(end.run);
    let is = seen.drawn();
    if is != reference.seen.drawn() || drawn.is_some_and(|drawn| drawn != is) {
        wrong.push("another sample was drawn".into());
    }
    if end.run != 1 {
        wrong.push(format!("another run was begun: {}", end.run));
    }
    if seen.outcomes() != reference.seen.outcomes() {
        wrong.push(format!("the outcomes changed to {:?}", seen.outcomes()));
    }
    wrong
}

/// The sample, where the run had drawn it before it was killed.
fn drawn_so_far(play: &Play) -> Option<Vec<DrawnPoint>> {
    let seen = play.seen_if_begun(1)?;
    seen.evidence.ranking_sha256.as_ref()?;
    Some(seen.drawn())
}

fn at_every_entry(reference: &Reference) {
    let kills: Vec<Kills> = (0..reference.writes()).map(|writes| vec![writes]).collect();
    all_cases(&kills, |kills| format!("killed after {kills:?} writes"), |kills| killed(reference, kills));
}

/// Every fifth entry, and then again soon after the start that follows.
fn twice_in_a_row(reference: &Reference) {
    let first = (0..reference.writes()).step_by(5);
    let kills: Vec<Kills> = first
        .flat_map(|first| [1, 3].map(|second| vec![first, second]))
        .filter(|kills| kills[0] + kills[1] + 2 < reference.writes())
        .collect();
    all_cases(&kills, |kills| format!("killed after {kills:?} writes"), |kills| killed(reference, kills));
}

#[test]
fn a_run_of_one_table_killed_at_any_entry_is_finished_by_the_next_start() {
    at_every_entry(&one_copied());
}

#[test]
fn a_run_of_four_tables_killed_at_any_entry_is_finished_by_the_next_start() {
    at_every_entry(&four_in_place());
}

#[test]
fn a_run_of_one_table_killed_twice_is_finished_by_the_next_start() {
    twice_in_a_row(&one_copied());
}

#[test]
fn a_run_of_four_tables_killed_twice_is_finished_by_the_next_start() {
    twice_in_a_row(&four_in_place());
}

#[test]
fn a_run_of_one_database_killed_at_any_entry_is_finished_by_the_next_start() {
    at_every_entry(&one_database());
}

#[test]
fn a_run_of_one_database_killed_twice_is_finished_by_the_next_start() {
    twice_in_a_row(&one_database());
}

//! A run that another version of the pipeline began is only torn down.

use backproof_engine::EngineError;
use backproof_evidence::RunVerdict;
use backproof_store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

use crate::faults::{four_in_place, one_copied};
use crate::support::{Play, Reference, all_cases, what_does_not_hold, whole_run};

/// Makes the open run one of another version of the pipeline.
fn of_another_version(play: &Play) {
    play.block_on(async {
        let options = SqliteConnectOptions::new().filename(play.state().join("journal.sqlite"));
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        sqlx::query("UPDATE runs SET pipeline = 1").execute(&pool).await.unwrap();
        pool.close().await;
    });
}

fn restores_asked_for(play: &Play) -> usize {
    play.simulator.calls().iter().filter(|call| call.operation == "StartRestoreJob").count()
}

/// Killed after some writes, and gone on with by another version.
fn torn_down(reference: &Reference, writes: u32) -> Vec<String> {
    let play = reference.play();
    match play.perform(&whole_run(), |world| world.store.stop_after(writes)) {
        Err(EngineError::Store(StoreError::ToldToStop)) => {}
        other => return vec![format!("instead of being killed it came to {other:?}")],
    }
    of_another_version(&play);
    let asked = restores_asked_for(&play);
    let before = play.seen_if_begun(1);
    let end = match play.run() {
        Ok(end) => end,
        Err(error) => return vec![format!("it was not torn down: {error}")],
    };
    let drawn = before.as_ref().is_some_and(|seen| seen.evidence.ranking_sha256.is_some());
    if !drawn {
        // Nothing had been created: it was given up, or not even begun, and what was asked for was done anew.
        let wrong = what_does_not_hold(reference, &play, end.run);
        let expected = if writes == 0 { 1 } else { 2 };
        return if end.run == expected { wrong } else { vec![format!("run {} was performed", end.run)] };
    }
    let mut wrong = what_does_not_hold(reference, &play, 1);
    let closed = end.closed.unwrap();
    let seen = play.seen(1);
    let was_closed = before.is_some_and(|seen| seen.evidence.closed.is_some());
    if was_closed {
        return wrong;
    }
    if closed.completed || seen.conclusion.verdict == RunVerdict::Passed {
        wrong.push("the run counts as completed".into());
    }
    if !closed.stopped_because.is_some_and(|why| why.contains("version 1") && why.contains("version 2")) {
        wrong.push("nobody says why it was stopped".into());
    }
    if restores_asked_for(&play) != asked {
        wrong.push("a restore was started".into());
    }
    wrong
}

fn at_every_entry(reference: &Reference) {
    let writes: Vec<u32> = (0..reference.writes()).step_by(2).collect();
    all_cases(&writes, |writes| format!("killed after {writes} writes"), |writes| torn_down(reference, *writes));
}

#[test]
fn a_run_of_four_tables_of_another_version_is_only_torn_down() {
    at_every_entry(&four_in_place());
}

#[test]
fn a_copied_table_of_another_version_is_only_torn_down() {
    at_every_entry(&one_copied());
}

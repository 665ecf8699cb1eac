//! One round, as a scheduler outside asks for it.

use backproof_alarms::AlarmKind;
use backproof_service::{Obstacle, once};

use crate::stage::{Script, Stage, at, daily, plan};

fn on_time() -> Script {
    Script { plans: vec![plan("daily", "at = \"every day at 02:00\"")], ..daily() }
}

#[test]
fn a_round_begins_what_is_due_and_else_says_what_comes_next() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(on_time()).await;
        let early = once(player.clone(), player.store.clone()).await.unwrap();
        assert_eq!((early.run, early.next[0].1.unwrap().due), (None, at("2026-03-02T02:00:00Z")));
        stage.until("2026-03-02T02:00:30Z").await;
        let due = once(player.clone(), player.store.clone()).await.unwrap();
        assert_eq!((due.run, due.obstacle), (Some(1), None));
        assert_eq!(due.next[0].1.unwrap().due, at("2026-03-03T02:00:00Z"));
        assert_eq!(player.ends().await, ["2026-03-02T02:00:00Z performed by 1: passed"], "its end is entered at once");
        assert_eq!(once(player.clone(), player.store.clone()).await.unwrap().run, None);
        assert_eq!(player.alarms_of(AlarmKind::RunFinished).len(), 1);
    });
}

#[test]
fn a_round_goes_on_with_what_is_open_first() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(Script { fails: 1, ..on_time() }).await;
        stage.until("2026-03-02T02:10:00Z").await;
        let first = once(player.clone(), player.store.clone()).await.unwrap();
        assert_eq!((first.run, first.obstacle.unwrap().summary.as_str()), (Some(1), "run 1 has stopped"));
        let second = once(player.clone(), player.store.clone()).await.unwrap();
        assert_eq!((second.run, second.obstacle), (Some(1), None));
        assert_eq!(player.begun().await.len(), 1);
    });
}

#[test]
fn rounds_beside_each_other_begin_an_occurrence_once() {
    let stage = Stage::new();
    stage.play(async {
        let players = [stage.player(on_time()).await, stage.player(on_time()).await, stage.player(on_time()).await];
        stage.until("2026-03-02T02:00:00Z").await;
        let rounds =
            players.clone().map(|player| tokio::spawn(async move { once(player.clone(), player.store.clone()).await }));
        for round in rounds {
            round.await.unwrap().unwrap();
        }
        assert_eq!(players[0].begun().await.len(), 1);
        assert_eq!(players[0].store.register().await.unwrap().len(), 1);
    });
}

#[test]
fn a_round_that_cannot_begin_says_why_and_since_when_the_plan_is_overdue() {
    let stage = Stage::new();
    stage.play(async {
        let refuses = Some(Obstacle::trouble("no sandbox", "no"));
        let player = stage.player(Script { refuses, ..on_time() }).await;
        for day in 2..=10 {
            stage.until(&format!("2026-03-{day:02}T02:30:00Z")).await;
            let round = once(player.clone(), player.store.clone()).await.unwrap();
            assert_eq!((round.run, round.obstacle.unwrap().summary.as_str()), (None, "no sandbox"));
            let overdue = round.overdue.first().map(|(_, overdue)| overdue.due);
            assert_eq!(overdue, (day > 8).then(|| at("2026-03-02T02:00:00Z")), "day {day}");
        }
    });
}

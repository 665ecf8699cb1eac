//! The loop: what it does by itself, and what does not end it.

use std::sync::atomic::Ordering;
use std::time::Duration;

use backproof_alarms::AlarmKind;
use backproof_service::Obstacle;
use jiff::SignedDuration;

use crate::stage::{Script, Stage, at, daily, plan};

#[test]
fn each_day_is_performed_in_its_window_put_off_by_jitter() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-08T12:00:00Z").await;
        stop.cancel();
        task.await.unwrap();
        let begun = player.begun().await;
        assert_eq!(begun.len(), 7);
        assert!(begun.iter().all(|(_, _, late)| late.is_none()), "{begun:?}");
        assert_eq!(player.ends().await[0], "2026-03-02T02:00:00Z performed by 1: passed");
        assert_eq!(player.ends().await.len(), 7);
        let runs = player.store.register().await.unwrap();
        let put_off: Vec<i64> = runs.iter().map(|run| run.opened_at.as_second() % 86_400 - 7200).collect();
        assert!(put_off.iter().all(|seconds| (0..=3600).contains(seconds)), "{put_off:?}");
        assert!(put_off.iter().any(|seconds| *seconds > 60), "{put_off:?}");
        assert_eq!(player.alarms_of(AlarmKind::RunFinished).len(), 7);
        assert_eq!(player.alarms.lock().unwrap().len(), 7, "nothing else is worth an alarm");
        let days = |what: &str| player.did().iter().filter(|did| did.starts_with(what)).count();
        assert_eq!((days("sweep"), days("examine")), (7, 7));
        assert!(player.beats.load(Ordering::Relaxed) > 7 * 24 * 10);
    });
}

#[test]
fn after_downtime_the_latest_is_performed_late_and_the_others_are_missed_once() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-01T18:00:00Z").await;
        stop.cancel();
        task.await.unwrap();
        stage.until("2026-03-05T15:00:00Z").await;
        for _ in 0..2 {
            let (_, stop, task) = player.serve();
            stage.runtime_sleep(Duration::from_hours(3)).await;
            stop.cancel();
            task.await.unwrap();
        }
        let begun = player.begun().await;
        assert_eq!(begun.len(), 1);
        assert_eq!(begun[0].0, "2026-03-05T02:00:00Z");
        let late = begun[0].2.as_deref().unwrap();
        assert!(late.contains("9h after its window"), "{late}");
        let ends = player.ends().await;
        assert_eq!(ends.iter().filter(|end| end.contains("missed")).count(), 3, "{ends:?}");
        assert_eq!(player.alarms_of(AlarmKind::Missed).len(), 3);
    });
}

#[test]
fn two_services_on_one_state_begin_each_occurrence_once() {
    let stage = Stage::new();
    stage.play(async {
        let (first, second) = (stage.player(daily()).await, stage.player(daily()).await);
        let services = [first.serve(), second.serve()];
        stage.until("2026-03-06T12:00:00Z").await;
        for (_, stop, task) in services {
            stop.cancel();
            task.await.unwrap();
        }
        let begun: Vec<u64> = first.begun().await.into_iter().map(|(_, run, _)| run).collect();
        assert_eq!(begun, [1, 2, 3, 4, 5]);
        assert_eq!(first.ends().await.len(), 5);
        let told = first.alarms_of(AlarmKind::RunFinished).len() + second.alarms_of(AlarmKind::RunFinished).len();
        assert_eq!(told, 5, "and each end is told of once");
    });
}

#[test]
fn a_plan_that_cannot_be_read_is_told_of_and_the_service_goes_on() {
    let stage = Stage::new();
    stage.play(async {
        let mut script = daily();
        script.plans.push(plan("weekly", "at = \"every Tuesday at 05:00\"\ncatch_up = \"never\""));
        let player = stage.player(script).await;
        let (service, stop, task) = player.serve();
        stage.until("2026-03-02T12:00:00Z").await;
        let sound = player.script.lock().unwrap().plans.clone();
        player.change(|script| script.plans[0].read = Err("line 3: not TOML".into()));
        stage.until("2026-03-04T12:00:00Z").await;
        let told = player.alarms_of(AlarmKind::ServiceTrouble);
        assert_eq!(told, ["plan file daily.toml the plan file daily.toml cannot be used; nothing is begun for it until it is mended"]);
        let report = service.health().report(at("2026-03-04T12:00:00Z"), None);
        assert!(report.healthy && report.unreadable_plans == ["daily.toml"], "{report:?}");
        player.change(|script| script.plans = sound);
        stage.until("2026-03-05T12:00:00Z").await;
        stop.cancel();
        task.await.unwrap();
        let begun: Vec<String> = player.begun().await.into_iter().map(|(due, _, _)| due).collect();
        assert_eq!(begun, ["2026-03-02T02:00:00Z", "2026-03-03T05:00:00Z", "2026-03-04T02:00:00Z", "2026-03-05T02:00:00Z"]);
        let ends = player.ends().await;
        assert!(ends.iter().any(|end| end.starts_with("2026-03-03T02:00:00Z missed")), "its schedule holds meanwhile: {ends:?}");
    });
}

#[test]
fn what_is_refused_is_tried_again_and_missed_with_the_reason() {
    let stage = Stage::new();
    stage.play(async {
        let refusal = Obstacle {
            kind: AlarmKind::UnapprovedPlan,
            why: "no approval".into(),
            summary: "plan daily is not approved".into(),
        };
        let player = stage.player(Script { refuses: Some(refusal), ..daily() }).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-03T04:00:00Z").await;
        assert_eq!(player.begun().await, []);
        assert!(
            player.ends().await[0].contains("missed") && player.ends().await[0].contains("plan daily is not approved")
        );
        assert_eq!(player.alarms_of(AlarmKind::UnapprovedPlan).len(), 2, "once for each occurrence");
        let asked = player.did().iter().filter(|did| *did == "may daily begin").count();
        assert!((20..200).contains(&asked), "asked {asked} times in a day");
        player.change(|script| script.refuses = None);
        stage.until("2026-03-03T12:00:00Z").await;
        assert_eq!(player.begun().await.len(), 1);
        assert_eq!(player.begun().await[0].2, None, "within its window all the same");
        stop.cancel();
        task.await.unwrap();
    });
}

#[test]
fn a_run_that_fails_or_meets_a_defect_is_gone_on_with() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(Script { fails: 3, panics: 2, ..daily() }).await;
        let (service, stop, task) = player.serve();
        stage.until("2026-03-02T03:05:00Z").await;
        assert!(service.health().report(at("2026-03-02T03:05:00Z"), None).healthy);
        stage.until("2026-03-02T12:00:00Z").await;
        stop.cancel();
        task.await.unwrap();
        assert_eq!(player.did().iter().filter(|did| *did == "run 1").count(), 5);
        assert_eq!(player.ends().await, ["2026-03-02T02:00:00Z performed by 1: passed"]);
        let told = player.alarms_of(AlarmKind::ServiceTrouble);
        assert_eq!(told.len(), 2, "each reason once: {told:?}");
    });
}

#[test]
fn a_state_that_cannot_be_written_is_told_of_and_the_service_goes_on() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (service, stop, task) = player.serve();
        stage.until("2026-03-02T12:00:00Z").await;
        player.store.stop_after(0);
        stage.until("2026-03-03T12:00:00Z").await;
        assert!(!service.health().report(at("2026-03-03T12:00:00Z"), None).healthy);
        assert_eq!(player.alarms_of(AlarmKind::ServiceTrouble).len(), 1);
        player.store.stop_after(u32::MAX);
        stage.until("2026-03-03T12:30:00Z").await;
        assert!(service.health().report(at("2026-03-03T12:30:00Z"), None).healthy);
        stop.cancel();
        task.await.unwrap();
        assert!(player.begun().await[1].2.is_some(), "late, and not missed");
    });
}

#[test]
fn what_is_under_way_comes_to_its_end_before_the_service_does() {
    let stage = Stage::new();
    stage.play(async {
        let player = stage.player(daily()).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-02T03:30:00Z").await;
        assert_eq!(player.store.open_runs().await.unwrap().len(), 1);
        stop.cancel();
        task.await.unwrap();
        assert_eq!(player.store.open_runs().await.unwrap(), []);
        assert_eq!(player.ends().await.len(), 1);
        let now = stage.now();
        assert!(now.duration_since(at("2026-03-02T03:30:00Z")) < SignedDuration::from_hours(2), "{now}");
    });
}

#[test]
fn leftovers_are_swept_every_hour_until_they_are_gone() {
    let stage = Stage::new();
    stage.play(async {
        let left = vec![("arn:aws:dynamodb:eu-central-1:999988887777:table/bp-1".to_owned(), "locked".to_owned())];
        let wrong = vec!["the restore role may not be passed".to_owned()];
        let player = stage.player(Script { left, wrong, ..daily() }).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-01T23:30:00Z").await;
        let sweeps = || player.did().iter().filter(|did| did.starts_with("sweep")).count();
        assert_eq!(sweeps(), 12);
        assert_eq!(player.alarms_of(AlarmKind::DoctorFoundTrouble).len(), 1);
        assert!(!player.alarms_of(AlarmKind::LeftBehind).is_empty());
        player.change(|script| script.left.clear());
        stage.until("2026-03-02T12:00:00Z").await;
        assert_eq!(sweeps(), 13);
        stop.cancel();
        task.await.unwrap();
    });
}

#[test]
fn a_plan_is_told_to_be_overdue_once() {
    let stage = Stage::new();
    stage.play(async {
        let mut script = daily();
        script.plans = vec![plan("daily", "at = \"every day at 02:00\"\noverdue_after = \"2d\"")];
        script.refuses = Some(Obstacle::trouble("no sandbox", "no"));
        let player = stage.player(script).await;
        let (_, stop, task) = player.serve();
        stage.until("2026-03-04T01:59:00Z").await;
        assert_eq!(player.alarms_of(AlarmKind::Overdue).len(), 0);
        stage.until("2026-03-08T00:00:00Z").await;
        let overdue = player.alarms_of(AlarmKind::Overdue);
        assert_eq!(overdue.len(), 1);
        assert!(overdue[0].starts_with("2026-03-02T02:00:00Z"), "{overdue:?}");
        player.change(|script| script.refuses = None);
        stage.until("2026-03-08T12:00:00Z").await;
        player.change(|script| script.refuses = Some(Obstacle::trouble("no sandbox", "no")));
        stage.until("2026-03-12T00:00:00Z").await;
        assert_eq!(player.alarms_of(AlarmKind::Overdue).len(), 2, "another time is another alarm");
        stop.cancel();
        task.await.unwrap();
    });
}

//! The heartbeat goes on while its caller is alive, and stops with it.

use std::time::Duration;

use backproof_alarms::{Alarms, AlarmsConfig, HeartbeatConfig, SecretSource};
use backproof_clock::Clock;

use crate::receiver::{Answer, Receiver};
use crate::support::{in_virtual_time, surroundings};

fn every_five_minutes() -> AlarmsConfig {
    let url = SecretSource::Variable("HOOK".into());
    AlarmsConfig { heartbeat: Some(HeartbeatConfig { url, every: Duration::from_mins(5) }), ..AlarmsConfig::default() }
}

#[test]
fn a_loop_that_hangs_falls_silent_and_one_that_lives_again_is_heard_again() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let alarms = Alarms::begin(&every_five_minutes(), &surroundings(&clock, &receiver.url, None)).unwrap();
        for _minute in 0..12 {
            alarms.beat();
            clock.sleep(Duration::from_mins(1)).await;
        }
        assert_eq!(receiver.seconds(), [0, 300, 600]);
        // The loop hangs for an hour.
        clock.sleep(Duration::from_hours(1)).await;
        assert_eq!(receiver.seconds(), [0, 300, 600, 900], "the last beat was at 660 s");
        alarms.beat();
        clock.sleep(Duration::from_secs(1)).await;
        assert_eq!(receiver.seconds(), [0, 300, 600, 900, 4320]);
        assert!(receiver.arrived().iter().all(|arrived| arrived.method == "GET" && arrived.body.is_empty()));
        alarms.finish(Duration::ZERO).await;
    });
}

#[test]
fn without_a_first_beat_nothing_is_sent() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let alarms = Alarms::begin(&every_five_minutes(), &surroundings(&clock, &receiver.url, None)).unwrap();
        clock.sleep(Duration::from_hours(1)).await;
        assert_eq!(receiver.seconds(), [0; 0]);
        alarms.finish(Duration::ZERO).await;
    });
}

#[test]
fn a_call_that_fails_is_tried_again_at_once_and_then_at_the_next_turn() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[500, 500, 500, 500].map(Answer::Status)).await;
        let alarms = Alarms::begin(&every_five_minutes(), &surroundings(&clock, &receiver.url, None)).unwrap();
        for _minute in 0..8 {
            alarms.beat();
            clock.sleep(Duration::from_mins(1)).await;
        }
        assert_eq!(receiver.seconds(), [0, 5, 10, 310, 315]);
        alarms.finish(Duration::ZERO).await;
    });
}

#[test]
fn nothing_is_sent_after_the_end() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let alarms = Alarms::begin(&every_five_minutes(), &surroundings(&clock, &receiver.url, None)).unwrap();
        alarms.beat();
        clock.sleep(Duration::from_secs(1)).await;
        drop(alarms);
        clock.sleep(Duration::from_hours(1)).await;
        assert_eq!(receiver.seconds(), [0]);
    });
}

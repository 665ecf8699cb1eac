//! What one process could not deliver, the next one does.

use std::collections::BTreeSet;
use std::time::Duration;

use backproof_alarms::{Alarms, WebhookFormat};
use backproof_clock::Clock;
use serde_json::Value;

use crate::receiver::{Answer, Receiver};
use crate::support::{SECRET, in_virtual_time, left_behind, surroundings, to_webhook};

#[test]
fn undelivered_alarms_are_sent_by_the_next_process_with_the_same_id() {
    let state = tempfile::tempdir().unwrap();
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &vec![Answer::Status(503); 3]).await;
        let around = surroundings(&clock, &receiver.url, Some(state.path().to_owned()));
        let first = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        first.raise(left_behind(7));
        let left = first.finish(Duration::from_secs(20)).await;
        assert_eq!((left.len(), left[0].why.as_deref()), (1, Some("127.0.0.1 answered 503")));
        assert_eq!(receiver.seconds(), [0, 5, 15]);

        let kept = std::fs::read_to_string(state.path().join("alarms/undelivered.jsonl")).unwrap();
        assert!(kept.contains(&left[0].id) && !kept.contains(SECRET), "{kept}");

        let second = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        assert_eq!(second.finish(Duration::from_secs(20)).await, []);
        let ids: BTreeSet<_> = receiver
            .arrived()
            .iter()
            .map(|arrived| serde_json::from_str::<Value>(&arrived.body).unwrap()["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids, BTreeSet::from([left[0].id.clone()]));

        let third = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        assert_eq!(third.finish(Duration::from_secs(20)).await, []);
        assert_eq!(receiver.arrived().len(), 4, "what has arrived is not sent again");
    });
}

#[test]
fn what_was_refused_is_tried_once_more_by_the_next_process() {
    let state = tempfile::tempdir().unwrap();
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[404, 404].map(Answer::Status)).await;
        let around = surroundings(&clock, &receiver.url, Some(state.path().to_owned()));
        for expected in [1, 1, 0] {
            let alarms = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
            alarms.raise(left_behind(7));
            assert_eq!(alarms.finish(Duration::from_secs(20)).await.len(), expected);
        }
        assert_eq!(receiver.arrived().len(), 3, "and raising the same again adds none");
    });
}

#[test]
fn what_a_killed_process_had_not_sent_is_sent_by_the_next() {
    let state = tempfile::tempdir().unwrap();
    let folder = state.path().to_owned();
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        // Its URL leads nowhere; the runtime ends in the middle of its waiting, as a kill would end it.
        let around = surroundings(&clock, "http://127.0.0.1:1/", Some(folder.clone()));
        let killed = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        killed.raise(left_behind(7));
        clock.sleep(Duration::from_secs(1)).await;
        // Its lock goes with it; within one process that takes its file.
        killed.finish(Duration::ZERO).await;
        let around = surroundings(&clock, &receiver.url, Some(folder));
        let next = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        assert_eq!(next.finish(Duration::from_secs(20)).await, []);
        assert_eq!(receiver.arrived().len(), 1);
    });
}

#[test]
fn what_is_a_month_old_is_given_up() {
    let state = tempfile::tempdir().unwrap();
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[404].map(Answer::Status)).await;
        let around = surroundings(&clock, &receiver.url, Some(state.path().to_owned()));
        let first = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        first.raise(left_behind(7));
        assert_eq!(first.finish(Duration::from_secs(20)).await.len(), 1);
        clock.sleep(Duration::from_hours(31 * 24)).await;
        let second = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        assert_eq!(second.finish(Duration::from_secs(20)).await, []);
        assert_eq!(receiver.arrived().len(), 1);
    });
}

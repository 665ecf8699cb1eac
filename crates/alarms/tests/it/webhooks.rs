//! Webhooks: the shape of what is sent, and what happens when it is not taken.

use std::time::Duration;

use backproof_alarms::{Alarm, AlarmKind, Alarms, SecretSource, Severity, Undelivered, Variables, WebhookFormat};
use backproof_clock::Clock;
use serde_json::Value;

use crate::receiver::{Answer, Arrived, Receiver};
use crate::smtp_server::Authority;
use crate::support::{SECRET, in_virtual_time, left_behind, surroundings, to_webhook};

const HOUR: Duration = Duration::from_hours(1);

/// What arrives when an alarm is raised under these answers, and what is left undelivered.
fn raise_one(format: WebhookFormat, answers: &[Answer]) -> (Vec<Arrived>, Vec<String>) {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, answers).await;
        let alarms = Alarms::begin(&to_webhook(format), &surroundings(&clock, &receiver.url, None)).unwrap();
        alarms.raise(left_behind(7));
        let left = alarms.finish(HOUR).await;
        (receiver.arrived(), left.into_iter().map(|left| left.why.unwrap_or_default()).collect())
    })
}

fn schema() -> jsonschema::Validator {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/alarm.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn a_webhook_receives_the_documented_shape() {
    let (arrived, left) = raise_one(WebhookFormat::Json, &[]);
    assert_eq!(left, [""; 0]);
    assert_eq!((arrived.len(), arrived[0].method.as_str()), (1, "POST"));
    assert_eq!(arrived[0].content_type, "application/json");
    assert_eq!(arrived[0].path, format!("/services/{SECRET}"));
    let sent: Value = serde_json::from_str(&arrived[0].body).unwrap();
    schema().validate(&sent).unwrap();
    assert_eq!(
        (&sent["kind"], &sent["severity"], &sent["plan"], &sent["run"]),
        (&"left-behind".into(), &"page".into(), &"quarterly".into(), &7.into())
    );
    assert_eq!(sent["runbook"], "docs/runbooks/left-behind.md");
}

#[test]
fn every_kind_of_alarm_is_in_the_schema() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let around = surroundings(&clock, &receiver.url, None);
        let alarms = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        for kind in AlarmKind::ALL {
            alarms
                .raise(Alarm::new(kind, "quarterly", "2026-01-05T09:00:00Z".parse().unwrap(), "so it is").about("it"));
        }
        assert_eq!(alarms.finish(HOUR).await, []);
        assert_eq!(receiver.arrived().len(), AlarmKind::ALL.len());
        for arrived in receiver.arrived() {
            schema().validate(&serde_json::from_str(&arrived.body).unwrap()).unwrap();
        }
    });
}

#[test]
fn slack_receives_text_and_blocks() {
    let (arrived, _) = raise_one(WebhookFormat::Slack, &[]);
    let sent: Value = serde_json::from_str(&arrived[0].body).unwrap();
    assert_eq!(sent["text"], "[PAGE] quarterly: run 7 of plan quarterly left 1 resource");
    let types: Vec<_> =
        sent["blocks"].as_array().unwrap().iter().map(|block| block["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["header", "section", "section", "section", "context"]);
}

#[test]
fn faults_of_the_receiver_are_waited_out_at_doubling_times() {
    let faults = [500, 503, 502, 504].map(Answer::Status);
    let (arrived, left) = raise_one(WebhookFormat::Json, &faults);
    assert_eq!(arrived.iter().map(|arrived| arrived.second).collect::<Vec<_>>(), [0, 5, 15, 35, 75]);
    assert_eq!(left, [""; 0]);
    assert!(arrived.iter().all(|again| again.body == arrived[0].body), "a repeat is the same to the byte");
}

#[test]
fn a_receiver_that_asks_for_time_gets_it() {
    let in_seconds = Answer::With(429, "retry-after", "90".into());
    let at_a_date = Answer::With(503, "retry-after", "Mon, 05 Jan 2026 09:10:00 GMT".into());
    let (arrived, left) = raise_one(WebhookFormat::Json, &[in_seconds, at_a_date]);
    assert_eq!(arrived.iter().map(|arrived| arrived.second).collect::<Vec<_>>(), [0, 90, 600]);
    assert_eq!(left, [""; 0]);
}

#[test]
fn what_is_refused_is_not_sent_again_and_is_told_without_the_url() {
    for status in [400, 401, 404, 410] {
        let (arrived, left) = raise_one(WebhookFormat::Json, &[Answer::Status(status)]);
        assert_eq!(arrived.len(), 1);
        assert_eq!(left, [format!("127.0.0.1 answered {status}")]);
    }
}

#[test]
fn redirects_are_not_followed() {
    in_virtual_time(async |clock| {
        let elsewhere = Receiver::start(&clock, &[]).await;
        let redirect = Answer::With(307, "location", elsewhere.url.clone());
        let receiver = Receiver::start(&clock, &[redirect]).await;
        let around = surroundings(&clock, &receiver.url, None);
        let alarms = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        alarms.raise(left_behind(7));
        let left = alarms.finish(HOUR).await;
        assert!(left[0].why.as_deref().unwrap().contains("redirects are not followed"), "{left:?}");
        assert_eq!((receiver.arrived().len(), elsewhere.arrived().len()), (1, 0));
    });
}

#[test]
fn a_receiver_that_hangs_holds_nobody_up_and_ends_with_the_attempt() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[Answer::Hang]).await;
        let mut config = to_webhook(WebhookFormat::Json);
        config.delivery.attempt = Duration::from_millis(100);
        let alarms = Alarms::begin(&config, &surroundings(&clock, &receiver.url, None)).unwrap();
        for run in 0..100 {
            // Not even a yield between them: raising does not wait for anything.
            alarms.raise(left_behind(run));
        }
        assert_eq!(alarms.counts().raised, 100);
        assert_eq!(alarms.finish(HOUR).await, []);
        // The first one twice: nobody knows whether it was taken.
        assert_eq!(receiver.arrived().len(), 101);
        assert_eq!(receiver.arrived()[0].body, receiver.arrived()[1].body);
    });
}

#[test]
fn a_channel_that_hangs_does_not_hold_the_others_up() {
    in_virtual_time(async |clock| {
        let good = Receiver::start(&clock, &[]).await;
        let bad = Receiver::start(&clock, &vec![Answer::Status(500); 10_000]).await;
        let (to_good, to_bad) = (good.url.clone(), bad.url.clone());
        let mut around = surroundings(&clock, "", None);
        around.variables = Variables::new(move |name| match name {
            "GOOD" => Some(to_good.clone()),
            "BAD" => Some(to_bad.clone()),
            _ => None,
        });
        let mut config = to_webhook(WebhookFormat::Json);
        config.webhooks.push(config.webhooks[0].clone());
        config.webhooks[0].url = SecretSource::Variable("BAD".into());
        config.webhooks[1].url = SecretSource::Variable("GOOD".into());
        let alarms = Alarms::begin(&config, &around).unwrap();
        for run in 0..20 {
            alarms.raise(left_behind(run));
        }
        let left = alarms.finish(Duration::from_hours(200)).await;
        assert_eq!(good.seconds(), [0; 20]);
        assert_eq!(left.len(), 20);
        assert!(left.iter().all(|left| left.channel == "webhook of variable BAD"));
        let last = *bad.seconds().last().unwrap();
        assert!((23 * 3600..=24 * 3600).contains(&last), "one day is tried, not {last} s");
    });
}

#[test]
fn nobody_listening_is_tried_again_and_told_with_the_host_only() {
    in_virtual_time(async |clock| {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://user:{SECRET}@{}/services/{SECRET}?token={SECRET}", taken.local_addr().unwrap());
        drop(taken);
        let around = surroundings(&clock, &url, None);
        let alarms = Alarms::begin(&to_webhook(WebhookFormat::Json), &around).unwrap();
        alarms.raise(left_behind(7));
        let left = alarms.clone().finish(Duration::from_mins(10)).await;
        let why = left[0].why.as_deref().unwrap();
        assert!(why.starts_with("127.0.0.1: ") && why.contains("refused"), "{why}");
        assert!(!format!("{left:?}{alarms:?}").contains(SECRET), "{left:?}");
        assert!(alarms.counts().failed_attempts > 5, "{:?}", alarms.counts());
    });
}

/// What a webhook behind TLS receives, and what is undelivered, where we trust `trusted`.
fn raise_over_tls(authority: &Authority, name: &str, trusted: Vec<u8>) -> (String, Vec<Undelivered>) {
    let (port, server) = authority.receive_one_request(name);
    let left = in_virtual_time(async |clock| {
        let mut config = to_webhook(WebhookFormat::Json);
        config.extra_roots = vec![trusted];
        let url = format!("https://localhost:{port}/services/{SECRET}");
        let alarms = Alarms::begin(&config, &surroundings(&clock, &url, None)).unwrap();
        alarms.raise(left_behind(7));
        // No second attempt: the server takes one connection.
        alarms.finish(Duration::from_secs(1)).await
    });
    (server.join().unwrap(), left)
}

#[test]
fn an_authority_that_is_trusted_beside_the_systems_is_enough() {
    let authority = Authority::new();
    let (received, left) = raise_over_tls(&authority, "localhost", authority.der());
    assert_eq!(left, []);
    assert!(received.starts_with(&format!("POST /services/{SECRET} HTTP/1.1\r\n")), "{received}");
}

#[test]
fn a_certificate_of_nobody_we_trust_or_of_another_name_gets_nothing() {
    let authority = Authority::new();
    let of_another = raise_over_tls(&authority, "localhost", Authority::new().der());
    let for_another = raise_over_tls(&authority, "hooks.example", authority.der());
    for (received, left) in [of_another, for_another] {
        assert_eq!(received, "");
        let why = left[0].why.as_deref().unwrap();
        assert!(why.contains("certificate") && !why.contains(SECRET), "{why}");
    }
}

#[test]
fn the_same_alarm_is_sent_once_a_day_and_a_quiet_channel_gets_only_what_is_loud() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let mut config = to_webhook(WebhookFormat::Json);
        config.webhooks[0].least = Severity::Ticket;
        let alarms = Alarms::begin(&config, &surroundings(&clock, &receiver.url, None)).unwrap();
        for _hour in 0..48 {
            alarms.raise(left_behind(7));
            alarms.raise(Alarm::new(
                AlarmKind::RunFinished,
                "quarterly",
                "2026-01-05T09:00:00Z".parse().unwrap(),
                "quiet",
            ));
            clock.sleep(HOUR).await;
        }
        assert_eq!(receiver.seconds(), [0, 23 * 3600, 46 * 3600]);
        let counts = alarms.counts();
        assert_eq!((counts.raised, counts.repeated, counts.delivered), (96, 90, 3));
        assert_eq!(alarms.finish(HOUR).await, []);
    });
}

#[test]
fn a_secret_that_appears_later_is_used_without_a_restart() {
    in_virtual_time(async |clock| {
        let receiver = Receiver::start(&clock, &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hook");
        let mut config = to_webhook(WebhookFormat::Json);
        config.webhooks[0].url = SecretSource::File(path.clone());
        let alarms = Alarms::begin(&config, &surroundings(&clock, "", None)).unwrap();
        assert_eq!(alarms.troubles().len(), 1, "told at the start");
        alarms.raise(left_behind(7));
        clock.sleep(Duration::from_secs(7)).await;
        std::fs::write(&path, &receiver.url).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(alarms.finish(HOUR).await, []);
        assert_eq!(receiver.seconds(), [15]);
    });
}

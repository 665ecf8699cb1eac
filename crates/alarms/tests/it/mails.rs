//! Mail over a real SMTP conversation, read again by Python's own `email` package.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use backproof_alarms::{
    Alarm, Alarms, AlarmsConfig, MailConfig, MailServer, MailTls, SecretSource, Severity, Undelivered,
};
use serde_json::Value;

use crate::smtp_server::{Authority, Manner, Received, SmtpServer};
use crate::support::{SECRET, in_virtual_time, left_behind, surroundings};

/// What the server received, and what is undelivered after ten minutes.
struct Sent {
    received: Vec<Received>,
    left: Vec<Undelivered>,
}

/// Who says that the server is the one it claims to be.
enum Trust {
    Its,
    Another,
}

fn send(manner: Manner, tls: MailTls, trust: &Trust, to_recipients: &[&'static str]) -> Sent {
    send_alarm(manner, tls, trust, "localhost", to_recipients, left_behind(7))
}

fn send_alarm(manner: Manner, tls: MailTls, trust: &Trust, name: &str, replies: &[&'static str], alarm: Alarm) -> Sent {
    let authority = Authority::new();
    let server = SmtpServer::start(manner, &authority, name, replies);
    let trusted = match trust {
        Trust::Its => authority.der(),
        Trust::Another => Authority::new().der(),
    };
    let mail = MailConfig {
        server: MailServer { host: "localhost".into(), port: server.port, tls },
        login: Some(("backproof".into(), SecretSource::Variable("PASSWORD".into()))),
        from: "Backproof <backproof@ops.example>".into(),
        to: vec!["oncall@ops.example".into(), "audit@ops.example".into()],
        least: Severity::Notice,
    };
    let left = in_virtual_time(async |clock| {
        let mut config = AlarmsConfig { mails: vec![mail], extra_roots: vec![trusted], ..AlarmsConfig::default() };
        config.delivery.attempt = Duration::from_secs(10);
        let alarms = Alarms::begin(&config, &surroundings(&clock, "", None)).unwrap();
        alarms.raise(alarm);
        alarms.finish(Duration::from_mins(10)).await
    });
    Sent { received: server.received(), left }
}

/// A message as Python reads it.
fn read_by_python(message: &str) -> Value {
    const READ: &str = "
import email, email.policy, json, sys
m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
print(json.dumps({'headers': dict(m.items()), 'body': m.get_content(), 'defects': [str(d) for d in m.defects],
                  'type': m.get_content_type(), 'date': m['date'].datetime.isoformat()}))";
    let mut python =
        Command::new("python3").args(["-c", READ]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    let read = python.wait_with_output().unwrap();
    assert!(read.status.success());
    serde_json::from_slice(&read.stdout).unwrap()
}

#[test]
fn mail_goes_out_under_starttls_with_the_login_inside() {
    let sent = send(Manner::StartTls, MailTls::Required, &Trust::Its, &[]);
    assert_eq!(sent.left, []);
    let [received] = sent.received.as_slice() else { panic!("{:?}", sent.received) };
    assert!(received.encrypted);
    // base64 of NUL backproof NUL hunter2
    assert_eq!(received.login.as_deref(), Some("AGJhY2twcm9vZgBodW50ZXIy"));
    assert!(received.from.contains("<backproof@ops.example>"), "{}", received.from);
    assert_eq!(received.to.len(), 2);
}

#[test]
fn mail_goes_out_under_tls_from_the_start() {
    let sent = send(Manner::Wrapped, MailTls::Wrapped, &Trust::Its, &[]);
    assert_eq!(sent.left, []);
    assert!(sent.received[0].encrypted && sent.received[0].login.is_some());
}

#[test]
fn a_server_on_this_host_may_be_spoken_to_in_the_clear() {
    let sent = send(Manner::Plain, MailTls::None, &Trust::Its, &[]);
    assert_eq!((sent.left.len(), sent.received.len()), (0, 1));
}

#[test]
fn a_message_is_what_python_takes_for_one() {
    let alarm = Alarm { plan_name: "vierteljährlich".into(), ..left_behind(7) };
    let alarm = alarm.with("injected", "x\r\nBcc: evil@example.com\r\n.\r\nMAIL FROM:<x>");
    let sent = send_alarm(Manner::Plain, MailTls::None, &Trust::Its, "localhost", &[], alarm);
    let read = read_by_python(&sent.received[0].message);
    assert_eq!(read["defects"], Value::Array(Vec::new()));
    assert_eq!(read["type"], "text/plain");
    assert_eq!(read["date"], "2026-01-05T09:00:00+00:00");
    let headers = &read["headers"];
    assert_eq!(headers["Subject"], "[PAGE] vierteljährlich: run 7 of plan quarterly left 1 resource");
    assert_eq!(headers["Auto-Submitted"], "auto-generated");
    assert_eq!(headers["To"], "oncall@ops.example, audit@ops.example");
    assert_eq!(headers["From"], "Backproof <backproof@ops.example>");
    assert_eq!(headers["Bcc"], Value::Null);
    let id = headers["Message-ID"].as_str().unwrap();
    assert!(id.ends_with("@ops.example>") && id.len() == "<@ops.example>".len() + 32, "{id}");
    let body = read["body"].as_str().unwrap();
    assert!(body.contains("What to do: docs/runbooks/left-behind.md"), "{body}");
    assert!(body.contains("arn:aws:dynamodb:eu-central-1:111122223333:table/bp-abcdefgh-7-1-1"), "{body}");
    assert!(!sent.received[0].message.contains(SECRET));
}

#[test]
fn without_starttls_nothing_is_sent_not_even_the_login() {
    let sent = send(Manner::StrippedStartTls, MailTls::Required, &Trust::Its, &[]);
    assert_eq!((sent.left.len(), sent.received.len()), (1, 0));
}

#[test]
fn a_certificate_of_nobody_we_trust_or_of_another_name_is_refused() {
    for (trust, name) in [(Trust::Another, "localhost"), (Trust::Its, "mail.example")] {
        for (manner, tls) in [(Manner::StartTls, MailTls::Required), (Manner::Wrapped, MailTls::Wrapped)] {
            let sent = send_alarm(manner, tls, &trust, name, &[], left_behind(7));
            assert_eq!((sent.left.len(), sent.received.len()), (1, 0), "{manner:?}");
            let why = sent.left[0].why.as_deref().unwrap();
            assert!(why.contains("certificate") && !why.contains(SECRET), "{why}");
        }
    }
}

#[test]
fn a_busy_server_is_asked_again_and_one_that_refuses_is_not() {
    let busy = send(Manner::Plain, MailTls::None, &Trust::Its, &["451 busy", "421 try later"]);
    assert_eq!((busy.left.len(), busy.received.len()), (0, 1));
    let refusing = send(Manner::Plain, MailTls::None, &Trust::Its, &["550 who is hunter2?"]);
    assert_eq!(refusing.received.len(), 0);
    assert_eq!(refusing.left[0].why.as_deref(), Some("localhost refused the message or the login for good (code 550)"));
}

#[test]
fn addresses_that_are_none_are_refused_at_the_start() {
    let mail = MailConfig {
        server: "smtps://mail.example".parse().unwrap(),
        login: None,
        from: "nobody".into(),
        to: vec!["a@example.com".into()],
        least: Severity::Notice,
    };
    in_virtual_time(async |clock| {
        let begin = |mail: MailConfig| {
            let config = AlarmsConfig { mails: vec![mail], ..AlarmsConfig::default() };
            Alarms::begin(&config, &surroundings(&clock, "", None)).unwrap_err().to_string()
        };
        assert!(begin(mail.clone()).contains("`nobody` is no address"));
        let nobody = MailConfig { from: "a@example.com".into(), to: Vec::new(), ..mail };
        assert!(begin(nobody).contains("has no recipient"));
    });
}

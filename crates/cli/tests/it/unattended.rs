//! A plan that is performed because it is due: asked every hour, or by the service.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{Aws, Came, Desk, called, plan, sound};

/// The plan, due every day at the minute of this moment.
fn due_at(moment: Timestamp) -> String {
    let at = moment.strftime("%-M %-H * * *");
    format!("{}\n[schedule]\nat = \"{at}\"\ntime_zone = \"UTC\"\noverdue_after = \"1d\"\n", plan())
}

fn schedules(desk: &Desk) -> Value {
    let status = desk.give(&["status", "--schedules", "--output", "json"]).ends(0);
    serde_json::from_str(&status.out).unwrap()
}

#[test]
fn what_is_due_is_performed_once_and_then_nothing_is() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &due_at(aws.since));
    desk.give(&["run", "--if-due", "--unapproved"]).ends(0).says("report");
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    desk.give(&["run", "--if-due", "--unapproved"]).ends(0).says("Nothing is due.").says("Plan small is due next");
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
    let standing = &schedules(&desk)[0];
    assert_eq!((&standing["performed_in_time"], &standing["missed"]), (&Value::from(1), &Value::from(0)));
    assert_eq!(standing["last_performed"]["verdict"], "passed");
    desk.give(&["status"]).ends(0).says("last performed").says("by run 1: passed");
    desk.give(&["status", "--overdue"]).ends(0);
    desk.give(&["state", "audit"]).ends(0);
}

#[test]
fn what_is_not_due_yet_is_not_begun() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &due_at(aws.since + SignedDuration::from_hours(10)));
    let came = desk.give(&["run", "--if-due", "--unapproved", "--output", "json"]).ends(0);
    let said: Value = serde_json::from_str(&came.out).unwrap();
    assert_eq!((&said["run"], &said["plans"][0]["plan"]), (&Value::Null, &Value::from("small")));
    assert!(said["plans"][0]["next_due"].is_string());
    assert!(!aws.simulator.calls().iter().any(|call| call.operation == "StartRestoreJob"));
    desk.give(&["status"]).ends(0).says("No run yet.").says("next due");
}

#[test]
fn what_is_due_and_not_approved_is_refused_without_opening_a_run() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &due_at(aws.since));
    desk.give(&["run", "--if-due"]).ends(6).tells("the plan is not approved");
    desk.give(&["status"]).ends(0).says("No run yet.").says("is due and not begun");
}

#[test]
fn rounds_that_are_asked_for_at_once_begin_one_run() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &due_at(aws.since));
    let rounds: Vec<Child> = (0..3).map(|_| desk.start(&["run", "--if-due", "--unapproved"])).collect();
    for round in rounds {
        Came::of(&["run", "--if-due"], round.wait_with_output().unwrap()).ends(0);
    }
    assert_eq!(aws.simulator.restore_jobs().len(), 3, "each table once");
    let register = desk.give(&["status", "--output", "json"]).ends(0);
    let register: Value = serde_json::from_str(&register.out).unwrap();
    assert_eq!(register.as_array().unwrap().len(), 1);
}

#[test]
fn a_plan_that_cannot_be_used_is_not_served() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &format!("{}\n[schedule]\nat = \"whenever\"\ntime_zone = \"UTC\"\n", plan()));
    desk.give(&["serve", "--listen", "127.0.0.1:0"]).ends(2).tells("`whenever` is not understood");
}

/// Waits until the service says where it answers.
fn address(told: &mut impl BufRead) -> String {
    let mut line = String::new();
    loop {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0, "it ended without a word");
        if let Some(rest) = line.strip_prefix("serving; http://") {
            return rest.split('/').next().unwrap().to_owned();
        }
    }
}

fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_service_performs_what_is_due_answers_and_cleans_up_when_it_is_stopped() {
    let aws = Aws::with_jobs_of("30s", &sound());
    let desk = Desk::at(&aws, &format!("{}\n[concurrency]\nrestores = 1\nper_resource_type = 1\n", due_at(aws.since)));
    let mut service = desk.start(&["serve", "--listen", "127.0.0.1:0", "--unapproved"]);
    let mut told = BufReader::new(service.stderr.take().unwrap());
    let address = address(&mut told);
    aws.wait_for("the first restore", |calls| called(calls, "StartRestoreJob", 1));
    let health = ask(&address, "/healthz");
    assert!(health.starts_with("HTTP/1.1 200 ") && health.contains("\"healthy\": true"), "{health}");
    assert!(health.contains("what is due"), "{health}");
    let metrics = ask(&address, "/metrics");
    assert!(metrics.contains("backproof_overdue{plan=\"small\"} 0.0"), "{metrics}");
    let sent = desk.program("sh").args(["-c", &format!("kill -TERM {}", service.id())]).status().unwrap();
    assert!(sent.success());
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(service.wait().unwrap().code(), Some(0), "{rest}");
    assert_eq!(aws.simulator.restore_jobs().len(), 1, "no further restore began");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    desk.give(&["status"]).ends(0).says("closed");
    assert_eq!(schedules(&desk)[0]["last_performed"]["run"], 1);
}

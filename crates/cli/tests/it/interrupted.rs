//! Ctrl-C once and twice, and a second run while the first goes on.

use std::io::{BufRead, BufReader, Read};
use std::process::Child;

use crate::support::{Aws, Came, Desk, called, plan, sound};

fn interrupt(child: &Child, desk: &Desk) {
    send("INT", child, desk);
}

fn send(signal: &str, child: &Child, desk: &Desk) {
    let sent = desk.program("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

/// One restore at a time, so that two of three have not begun when the first is under way.
fn one_at_a_time() -> String {
    format!("{}\n[concurrency]\nrestores = 1\nper_resource_type = 1\n", plan())
}

/// Sends a signal while the first of three restores is under way.
fn stopped_by(signal: &str) {
    let aws = Aws::with_jobs_of("30s", &sound());
    let desk = Desk::at(&aws, &one_at_a_time());
    let run = desk.start(&["run", "--unapproved"]);
    aws.wait_for("the first restore", |calls| called(calls, "StartRestoreJob", 1));
    send(signal, &run, &desk);
    let came = Came::of(&["run", "--unapproved"], run.wait_with_output().unwrap());
    came.ends(3).tells("stopping: no new restore begins").says("stopped");
    assert_eq!(aws.simulator.restore_jobs().len(), 1);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
    desk.give(&["status"]).ends(0).says("closed");
}

#[test]
fn an_interrupt_stops_new_restores_and_cleans_up() {
    stopped_by("INT");
}

#[test]
fn a_schedule_that_ends_the_program_stops_new_restores_and_cleans_up() {
    stopped_by("TERM");
}

#[test]
fn a_second_interrupt_stops_at_once_and_the_next_run_finishes() {
    let aws = Aws::with_jobs_of("60s", &sound());
    let desk = Desk::at(&aws, &one_at_a_time());
    let mut run = desk.start(&["run", "--unapproved"]);
    aws.wait_for("the first restore", |calls| called(calls, "StartRestoreJob", 1));
    interrupt(&run, &desk);
    let mut told = BufReader::new(run.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("stopping:") {
        line.clear();
        assert_ne!(told.read_line(&mut line).unwrap(), 0, "it ended without a word");
    }
    interrupt(&run, &desk);
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("`backproof run` goes on from here and cleans up"), "{rest}");
    assert_eq!(run.wait().unwrap().code(), Some(3));
    desk.give(&["status"]).ends(0).says("open");

    desk.give(&["run", "--unapproved"]).tells("run 1: going on where it was stopped").ends(0);
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
}

#[test]
fn a_second_run_on_the_same_state_helps_the_first() {
    let aws = Aws::with_jobs_of("30s", &sound());
    let desk = Desk::at(&aws, &plan());
    let first = desk.start(&["run", "--unapproved"]);
    aws.wait_for("the first restore", |calls| called(calls, "StartRestoreJob", 1));
    let who = format!("process {}", first.id());
    desk.give(&["status"]).ends(0).says("restoring and examining").says(&who);
    desk.give(&["run", "--unapproved"]).ends(0).tells("helping with run 1").tells(&who);
    Came::of(&["run", "--unapproved"], first.wait_with_output().unwrap()).ends(0);
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
}

//! `kill -9` at different moments of a run over TCP; then `backproof run` finishes the same run.

use backproof_simulator::CallRecord;

use crate::support::{Aws, Desk, SANDBOX, called, plan, sound};

/// Kills a run when `moment` has come, finishes it, and holds it to what an undisturbed one does.
fn killed_when(what: &str, moment: impl Fn(&[CallRecord]) -> bool) {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let mut run = desk.command(&["run", "--unapproved"]).spawn().unwrap();
    aws.wait_for(what, moment);
    run.kill().unwrap();
    assert_eq!(run.wait().unwrap().code(), None, "{what}: the run was over before it could be killed");
    let drawn_before = std::fs::read_to_string(desk.path(".backproof/runs/1/ranking.tsv")).ok();

    desk.give(&["status"]).ends(0).says("open").says("`backproof run` goes on with it");
    let came =
        desk.give(&["run", "--unapproved", "--output", "json"]).ends(0).tells("run 1: going on where it was stopped");
    came.json();

    let register = desk.give(&["status", "--output", "json"]).ends(0).json();
    assert_eq!(register.as_array().unwrap().len(), 1, "{what}: the same run");
    assert_eq!(register[0]["outcomes"]["passed"], 3, "{what}");
    if let Some(before) = drawn_before {
        assert_eq!(desk.read(".backproof/runs/1/ranking.tsv"), before, "{what}: the same draw");
    }
    let mut restored: Vec<_> = aws.simulator.restore_jobs().into_iter().map(|job| job.target).collect();
    assert_eq!(restored.len(), 3, "{what}: one restore job each");
    restored.sort();
    restored.dedup();
    assert_eq!(restored.len(), 3, "{what}: {restored:?}");
    assert_eq!(aws.in_sandbox(), Vec::<String>::new(), "{what}: everything is deleted");
}

/// How often an operation was called in the sandbox after the first restore was asked for.
fn after_first_restore(calls: &[CallRecord], operation: &str) -> usize {
    let calls = calls.iter().skip_while(|call| call.operation != "StartRestoreJob");
    calls.filter(|call| call.account == SANDBOX && call.operation == operation).count()
}

#[test]
fn killed_while_the_population_is_listed() {
    killed_when("the listing", |calls| called(calls, "ListRecoveryPointsByBackupVault", 1));
}

#[test]
fn killed_while_a_scratch_table_of_the_negative_controls_is_made() {
    killed_when("the scratch table", |calls| called(calls, "CreateTable", 1));
}

#[test]
fn killed_while_planted_faults_are_written() {
    killed_when("a planted fault", |calls| called(calls, "BatchWriteItem", 2) || called(calls, "PutItem", 2));
}

#[test]
fn killed_when_the_first_copy_was_asked_for() {
    killed_when("the first copy", |calls| called(calls, "StartCopyJob", 1));
}

#[test]
fn killed_while_copies_are_made() {
    killed_when("looking at copies", |calls| called(calls, "DescribeCopyJob", 4));
}

#[test]
fn killed_when_the_first_restore_was_asked_for() {
    killed_when("the first restore", |calls| called(calls, "StartRestoreJob", 1));
}

#[test]
fn killed_when_the_last_restore_was_asked_for() {
    killed_when("the last restore", |calls| called(calls, "StartRestoreJob", 3));
}

#[test]
fn killed_while_restores_go_on() {
    killed_when("a look at restore jobs", |calls| after_first_restore(calls, "ListRestoreJobs") >= 1);
}

#[test]
fn killed_while_the_restored_data_is_read() {
    killed_when("a scan of restored data", |calls| after_first_restore(calls, "Scan") >= 1);
}

#[test]
fn killed_when_the_first_restored_table_is_deleted() {
    killed_when("the first deletion", |calls| after_first_restore(calls, "DeleteTable") >= 1);
}

#[test]
fn killed_when_the_last_copy_is_deleted() {
    killed_when("the last deletion of a copy", |calls| after_first_restore(calls, "DeleteRecoveryPoint") >= 3);
}

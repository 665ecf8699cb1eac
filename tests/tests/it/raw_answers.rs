//! AWS's answers are kept as they came, as far as they matter, and the journal vouches for them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use backproof_engine::EngineError;
use backproof_model::canonical::sha256_hex;
use backproof_model::record::RawAnswersKept;
use backproof_simulator::World;
use backproof_store::StoreError;
use serde_json::Value;

use crate::support::{ONE_TABLE, Play, Scenario, Seen, whole_run};

fn one_table() -> Play {
    Play::of(&Scenario::by_copy(World::parse(ONE_TABLE).unwrap()))
}

fn file(play: &Play) -> PathBuf {
    play.state().join("runs/1/raw.jsonl")
}

fn kept(seen: &Seen) -> &RawAnswersKept {
    assert_eq!(seen.evidence.problems, []);
    seen.evidence.raw.as_ref().expect("the run has kept answers")
}

/// The lines that the journal vouches for.
fn vouched_for(play: &Play, kept: &RawAnswersKept) -> Vec<u8> {
    let mut bytes = fs::read(file(play)).unwrap();
    bytes.truncate(usize::try_from(kept.bytes).unwrap());
    assert_eq!(sha256_hex(&bytes), kept.sha256);
    bytes
}

fn lines(bytes: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(bytes).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn every_restore_test_has_its_answers_with_request_ids_and_both_clocks() {
    let play = one_table();
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let kept = kept(&seen);
    let bytes = vouched_for(&play, kept);
    let lines = lines(&bytes);
    let answers: Vec<&Value> = lines.iter().filter(|line| line.get("call").is_some()).collect();
    assert_eq!((kept.lines, kept.answers, kept.torn), (lines.len() as u64, answers.len() as u64, 0));
    assert_eq!((kept.lost, kept.beyond, kept.interrupted, &kept.problem), (0, 0, 0, &None));
    for answer in &answers {
        for field in ["request_id", "aws_date", "sent", "received", "body_sha256"] {
            assert!(answer[field].is_string(), "{field} is missing: {answer}");
        }
    }
    let of_test: BTreeSet<&str> =
        answers.iter().filter(|answer| answer["test"] == 1).map(|answer| answer["call"].as_str().unwrap()).collect();
    let expected = [
        "backup:StartCopyJob",
        "backup:StartRestoreJob",
        "backup:DescribeRestoreJob",
        "backup:DeleteRecoveryPoint",
        "dynamodb:DescribeTable",
        "dynamodb:DeleteTable",
    ];
    assert!(expected.iter().all(|call| of_test.contains(call)), "{of_test:?}");
    // The job's end, and that the table is gone.
    let states = |call: &str, field: &str| -> Vec<&Value> {
        answers
            .iter()
            .filter(|answer| answer["call"] == call && answer["test"] == 1)
            .map(|answer| &answer["body"][field])
            .collect()
    };
    assert!(states("backup:DescribeRestoreJob", "Status").contains(&&Value::from("COMPLETED")));
    assert!(answers.iter().any(|answer| answer["call"] == "dynamodb:DescribeTable" && answer["status"] == 400));
    // The pages of the listings, by their figures.
    let pages: Vec<&&Value> =
        answers.iter().filter(|answer| answer["call"] == "backup:ListRecoveryPointsByBackupVault").collect();
    assert!(pages.iter().any(|page| page["body"]["RecoveryPoints"] == "<array, 1 element>"), "{pages:?}");
}

#[test]
fn what_says_the_same_again_is_counted_and_not_kept() {
    let play = one_table();
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let kept = kept(&seen);
    let lines = lines(&vouched_for(&play, kept));
    assert!(kept.repeated > 0, "restore jobs are looked at many times: {kept:?}");
    let looks = lines.iter().filter(|line| line["call"] == "backup:ListRestoreJobs").count();
    let asked = play.simulator.calls().iter().filter(|call| call.operation == "ListRestoreJobs").count();
    assert!(looks < asked, "{looks} of {asked}");
}

#[test]
fn a_run_that_was_killed_keeps_the_answers_of_both_processes() {
    let play = one_table();
    let killed = play.perform(&whole_run(), |world| world.store.stop_after(20));
    assert!(matches!(killed, Err(EngineError::Store(StoreError::ToldToStop))), "{killed:?}");
    // A process that is killed leaves half a line.
    let mut before = fs::read(file(&play)).unwrap();
    before.extend(b"{\"run\":1,\"call\":\"backup:Descr");
    fs::write(file(&play), &before).unwrap();
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let kept = kept(&seen);
    assert_eq!(kept.torn, 1, "{kept:?}");
    let bytes = vouched_for(&play, kept);
    assert!(bytes.starts_with(&before));
    assert!(lines(&bytes).iter().any(|line| line["call"] == "backup:StartRestoreJob"));
}

#[test]
fn what_is_added_after_the_closing_is_not_vouched_for() {
    let play = one_table();
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let kept = kept(&seen);
    let mut bytes = fs::read(file(&play)).unwrap();
    assert_eq!(bytes.len() as u64, kept.bytes, "nothing is added by the run itself");
    bytes.extend(b"{\"call\":\"backup:StartRestoreJob\"}\n");
    fs::write(file(&play), &bytes).unwrap();
    vouched_for(&play, kept);
}

#[test]
fn a_file_that_cannot_be_written_loses_answers_and_nothing_else() {
    let play = one_table();
    fs::create_dir_all(file(&play)).unwrap();
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let undisturbed = one_table();
    let other = undisturbed.run().unwrap();
    assert_eq!(seen.outcomes(), undisturbed.seen(other.run).outcomes());
    assert_eq!(seen.conclusion.verdict, undisturbed.seen(other.run).conclusion.verdict);
    let kept = kept(&seen);
    assert_eq!((kept.answers, kept.bytes, kept.sha256.as_str()), (0, 0, sha256_hex("").as_str()));
    assert!(kept.lost > 10, "{kept:?}");
    assert!(kept.problem.as_ref().unwrap().contains("cannot be read"), "{kept:?}");
}

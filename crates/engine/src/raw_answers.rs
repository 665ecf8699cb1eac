//! Keeps AWS's answers as they came, in a file of the run, for an auditor who trusts no record of ours.
//!
//! Nothing depends on it: an answer that cannot be written is counted and named, and the run goes on. What says the same
//! as the answer before it to the same question is counted and not kept again, and of one restore test only so many are
//! kept. Each process that works on the run says at its end how many it left out; of one that was killed nobody knows,
//! and the record says that too.

use std::collections::HashMap;
use std::fs::File;
use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use backproof_clock::SharedClock;
use backproof_cloud::{Cloud, RawAnswer, RawAnswers};
use backproof_model::canonical::{sha256_hex, to_hex};
use backproof_model::record::{RawAnswersKept, run_step};
use backproof_store::Appended;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::journal::{Journal, Known};
use crate::world::World;

/// The file of a run: one JSON object a line.
pub const RAW_FILE: &str = "raw.jsonl";
/// So many answers are kept of one restore test.
const PER_TEST: u64 = 200;
/// So many are kept of a run outside its tests.
const PER_RUN: u64 = 20_000;
/// A body that is longer than so many bytes, redacted and written, is told of by its length.
const LONGEST_BODY: usize = 64 << 10;
/// So many questions are remembered, to tell what was said before.
const QUESTIONS: usize = 1 << 20;

tokio::task_local! {
    /// The restore test on whose behalf this task asks.
    static TEST: u32;
}

/// Does `work` on behalf of a restore test: what it asks AWS is kept as that test's.
pub(crate) async fn of_test<F: Future>(test: u32, work: F) -> F::Output {
    TEST.scope(test, work).await
}

/// Keeps answers until it is dropped.
pub(crate) struct Recorder {
    cloud: Arc<dyn Cloud>,
    kept: Arc<Kept>,
}

impl Recorder {
    /// Begins to keep what AWS answers. Keeps nothing where the run's file is vouched for already.
    pub(crate) fn begin(world: &World, run: u64, known: &Known) -> Result<Self> {
        let is_sealed = known.recorded::<RawAnswersKept>(run_step::RAW_ANSWERS)?.is_some();
        let files = world.store.files(run)?;
        let mut state = State::default();
        let file = match files.append_to(RAW_FILE).map_err(|error| error.to_string()) {
            _ if is_sealed => None,
            Ok(file) => Some(file),
            Err(problem) => {
                state.problem = Some(problem);
                None
            }
        };
        let kept = Arc::new(Kept { run, clock: world.clock().clone(), file, state: Mutex::new(state) });
        kept.say(&RecorderLine::Began { at: world.clock().now(), version: world.version.clone() });
        if !is_sealed {
            world.cloud.keep_answers(Some(kept.clone()));
        }
        Ok(Self { cloud: world.cloud.clone(), kept })
    }

    /// Journals what the file holds, after which nothing is added to it.
    pub(crate) async fn seal(self, world: &World, journal: &mut Journal) -> Result<RawAnswersKept> {
        let (run, kept) = (self.kept.run, self.kept.clone());
        drop(self);
        journal
            .observe(run_step::RAW_ANSWERS, async {
                let files = world.store.files(run)?;
                // A file that could not be begun is an empty one, if it can be now.
                files.append_to(RAW_FILE).ok();
                let mut sum = sum(&files.path(RAW_FILE)).unwrap_or_else(|problem| RawAnswersKept {
                    problem: Some(format!("the file of answers cannot be read: {problem}")),
                    sha256: sha256_hex(""),
                    ..RawAnswersKept::default()
                });
                kept.add_own(&mut sum);
                if let Err(problem) = files.hold_twice(RAW_FILE) {
                    sum.problem.get_or_insert(problem.to_string());
                }
                Ok(sum)
            })
            .await
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.cloud.keep_answers(None);
        self.kept.end();
    }
}

/// What is kept, and how much is not.
struct Kept {
    run: u64,
    clock: SharedClock,
    /// Where it is written; none where the file could not be opened, or is vouched for already.
    file: Option<Appended>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    counted: Counted,
    problem: Option<String>,
    /// By a digest of the question, a digest of what was said last.
    last: HashMap<u64, u64>,
    of_test: HashMap<Option<u32>, u64>,
    /// Whether the file says how many were left out.
    is_told: bool,
}

/// How many answers became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    answers: u64,
    repeated: u64,
    beyond: u64,
    lost: u64,
}

/// A line about a process that keeps answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "recorder", rename_all = "kebab-case")]
enum RecorderLine {
    /// It begins.
    Began {
        /// When.
        at: Timestamp,
        /// The program's version.
        version: String,
    },
    /// It is done.
    Ended {
        /// When.
        at: Timestamp,
        /// What became of the answers that it saw.
        #[serde(flatten)]
        counted: Counted,
        /// Why some were lost, where some were.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        problem: Option<String>,
    },
}

/// A line that holds an answer.
#[derive(Serialize)]
struct AnswerLine<'a> {
    run: u64,
    test: Option<u32>,
    #[serde(flatten)]
    answer: &'a RawAnswer,
}

impl RawAnswers for Kept {
    fn seen(&self, mut answer: RawAnswer) {
        let test = TEST.try_with(|test| *test).ok();
        let body = answer.body.to_string();
        let mut state = self.state();
        let (question, said) = (digest(&answer.question), digest(&(answer.status, &body)));
        if state.last.get(&question) == Some(&said) {
            state.counted.repeated += 1;
            return;
        }
        let limit = if test.is_some() { PER_TEST } else { PER_RUN };
        let of_test = state.of_test.entry(test).or_default();
        if *of_test >= limit {
            state.counted.beyond += 1;
            return;
        }
        *of_test += 1;
        if body.len() > LONGEST_BODY {
            answer.body = Value::String(format!("<{} bytes when redacted, not kept>", body.len()));
        }
        let line = serde_json::to_string(&AnswerLine { run: self.run, test, answer: &answer });
        let line = line.map_err(|error| error.to_string());
        match line.and_then(|line| self.write(&line)) {
            Ok(()) => {
                state.counted.answers += 1;
                if state.last.len() < QUESTIONS || state.last.contains_key(&question) {
                    state.last.insert(question, said);
                }
            }
            Err(problem) => {
                state.counted.lost += 1;
                state.problem.get_or_insert(problem);
            }
        }
    }
}

impl Kept {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, line: &str) -> std::result::Result<(), String> {
        match &self.file {
            Some(file) => file.line(line).map_err(|error| error.to_string()),
            None => Err("the file of answers could not be opened".into()),
        }
    }

    /// Whether a line about ourselves got into the file.
    fn say(&self, line: &RecorderLine) -> bool {
        serde_json::to_string(line).is_ok_and(|line| self.write(&line).is_ok())
    }

    /// Says how many answers were left out, and has all of it on the disk.
    fn end(&self) {
        let (counted, problem) = {
            let state = self.state();
            (state.counted, state.problem.clone())
        };
        let told = self.say(&RecorderLine::Ended { at: self.clock.now(), counted, problem });
        self.state().is_told = told;
        if let Some(Err(problem)) = self.file.as_ref().map(Appended::sync) {
            self.state().problem.get_or_insert(problem.to_string());
        }
    }

    /// What the file could not say of ourselves.
    fn add_own(&self, sum: &mut RawAnswersKept) {
        let state = self.state();
        if !state.is_told {
            sum.repeated += state.counted.repeated;
            sum.beyond += state.counted.beyond;
            sum.lost += state.counted.lost;
            sum.interrupted = sum.interrupted.saturating_sub(u64::from(self.file.is_some()));
        }
        sum.problem = sum.problem.take().or_else(|| state.problem.clone());
    }
}

/// What a file of answers holds.
fn sum(path: &Path) -> std::io::Result<RawAnswersKept> {
    let mut sum = RawAnswersKept::default();
    let mut digest = Sha256::new();
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    let (mut line, mut began, mut ended) = (Vec::new(), 0_u64, 0_u64);
    while file.read_until(b'\n', &mut line)? > 0 {
        digest.update(&line);
        sum.bytes += line.len() as u64;
        sum.lines += 1;
        match told(&line) {
            Some(Told::Answer) => sum.answers += 1,
            Some(Told::Recorder(RecorderLine::Began { .. })) => began += 1,
            Some(Told::Recorder(RecorderLine::Ended { counted, problem, .. })) => {
                ended += 1;
                sum.repeated += counted.repeated;
                sum.beyond += counted.beyond;
                sum.lost += counted.lost;
                sum.problem = sum.problem.take().or(problem);
            }
            None => sum.torn += 1,
        }
        line.clear();
    }
    sum.interrupted = began.saturating_sub(ended);
    sum.sha256 = to_hex(digest.finalize());
    Ok(sum)
}

/// What a whole line is about.
enum Told {
    Answer,
    Recorder(RecorderLine),
}

fn told(line: &[u8]) -> Option<Told> {
    let line = line.strip_suffix(b"\n")?;
    let value: Value = serde_json::from_slice(line).ok()?;
    if value.get("call").is_some() {
        return Some(Told::Answer);
    }
    serde_json::from_value(value).ok().map(Told::Recorder)
}

fn digest(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_clock::VirtualRuntime;
    use backproof_model::names::Installation;
    use backproof_store::{RunFiles, Store};
    use serde_json::json;

    fn answer(call: &str, question: &str, body: &str) -> RawAnswer {
        let moment = "2026-01-01T00:00:00Z".parse().unwrap();
        RawAnswer {
            call: call.into(),
            account: None,
            region: None,
            asked: json!({}),
            status: 200,
            request_id: Some("req-1".into()),
            aws_date: None,
            sent: moment,
            received: moment,
            body_bytes: 2,
            body_sha256: sha256_hex(body),
            body: json!(body),
            question: question.into(),
        }
    }

    /// What is kept of a run while `keep` hands answers over, and what the file comes to.
    fn after(keep: impl FnOnce(&Kept, &RunFiles)) -> RawAnswersKept {
        let runtime = VirtualRuntime::starting_at("2026-01-01T00:00:00Z".parse().unwrap()).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let clock: SharedClock = Arc::new(runtime.clock());
        runtime.block_on(async {
            let name: Installation = "k3v9x2aa".parse().unwrap();
            let store = Store::open(directory.path(), clock.clone(), "a test", name).await.unwrap();
            let files = store.files(1).unwrap();
            let file = Some(files.append_to(RAW_FILE).unwrap());
            let kept = Kept { run: 1, clock, file, state: Mutex::default() };
            kept.say(&RecorderLine::Began { at: kept.clock.now(), version: "0".into() });
            keep(&kept, &files);
            kept.end();
            let mut sum = sum(&files.path(RAW_FILE)).unwrap();
            kept.add_own(&mut sum);
            store.close().await;
            sum
        })
    }

    #[test]
    fn the_same_answer_to_the_same_question_is_kept_once_until_another_comes() {
        let sum = after(|kept, _| {
            for (question, body) in
                [("a", "PENDING"), ("a", "PENDING"), ("b", "PENDING"), ("a", "RUNNING"), ("a", "PENDING")]
            {
                kept.seen(answer("backup:DescribeRestoreJob", question, body));
            }
        });
        assert_eq!((sum.answers, sum.repeated, sum.lines), (4, 1, 6));
        assert_eq!((sum.interrupted, sum.torn, sum.lost), (0, 0, 0));
    }

    #[test]
    fn a_restore_test_has_its_limit_and_the_run_another() {
        let sum = after(|kept, _| {
            let ask = |number: u64| kept.seen(answer("backup:StartRestoreJob", &number.to_string(), "x"));
            TEST.sync_scope(1, || (0..PER_TEST + 3).for_each(ask));
            TEST.sync_scope(2, || ask(PER_TEST + 10));
            ask(PER_TEST + 11);
        });
        assert_eq!((sum.answers, sum.beyond), (PER_TEST + 2, 3));
    }

    #[test]
    fn a_line_that_is_not_whole_and_a_process_that_did_not_end_are_counted() {
        let sum = after(|kept, files| {
            kept.seen(answer("backup:StartRestoreJob", "a", "x"));
            let path = files.path(RAW_FILE);
            let mut text = std::fs::read_to_string(&path).unwrap();
            text.push_str(
                "{\"recorder\":\"began\",\"at\":\"2026-01-01T00:00:00Z\",\"version\":\"0\"}\n{\"run\":1,\"ca\n",
            );
            std::fs::write(&path, text).unwrap();
        });
        assert_eq!((sum.answers, sum.torn, sum.interrupted), (1, 1, 1));
    }

    #[test]
    fn a_body_that_is_too_long_is_told_by_its_length() {
        let directory = tempfile::tempdir().unwrap();
        let mut text = String::new();
        let sum = after(|kept, files| {
            kept.seen(answer("backup:ListBackupVaults", "a", &"x".repeat(LONGEST_BODY)));
            std::fs::copy(files.path(RAW_FILE), directory.path().join("copy")).unwrap();
            text = std::fs::read_to_string(directory.path().join("copy")).unwrap();
        });
        assert_eq!(sum.answers, 1);
        assert!(text.contains("bytes when redacted, not kept") && text.len() < 2000, "{}", text.len());
    }
}

//! A small installation: runs with their lists, a register, and the bundles sealed of them.

use std::fs;
use std::path::{Path, PathBuf};

use backproof_bundle::{
    BundleFiles, CheckStanding, SealInputs, Sealed, Verification, VerifyOptions, open, seal, verify,
};
use backproof_evidence::testing::{RunLists, Story, TestStory, register};
use backproof_evidence::{History, RunEvidence, conclude};
use backproof_model::canonical::sha256_hex;
use backproof_model::record::Purpose;
use backproof_model::register::RegisterEvent;
use backproof_signing::{Attested, PrivateKey, RunAttested, SignOff, Trust};
use tempfile::TempDir;

/// One run before it is sealed.
pub(crate) struct Run {
    pub(crate) number: u64,
    pub(crate) journal: String,
    pub(crate) files: PathBuf,
}

/// Runs, their register and their bundles, below one directory.
pub(crate) struct Installation {
    pub(crate) directory: TempDir,
    pub(crate) events: Vec<RegisterEvent>,
    pub(crate) history: History,
}

impl Installation {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self { directory, events: Vec::new(), history: History::default() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The number that the next run gets.
    pub(crate) fn next(&self) -> u64 {
        1 + self.events.iter().filter(|it| matches!(it, RegisterEvent::RunOpened { .. })).count() as u64
    }

    /// Performs a run of these tests, drawn from 20 tables, after `alter` had its way with the story.
    pub(crate) fn perform(&mut self, tests: Vec<TestStory>, alter: impl FnOnce(&mut Story)) -> Run {
        let (mut story, lists) = Story::frozen(self.next(), 20, tests);
        alter(&mut story);
        self.enter(&story, &lists, story.journal())
    }

    /// Enters a run that is told already, with the journal that it left.
    pub(crate) fn enter(&mut self, story: &Story, lists: &RunLists, journal: String) -> Run {
        let number = story.opened.run;
        let evidence = RunEvidence::from_journal(&journal).unwrap();
        let head = evidence.chains[0].head.clone();
        self.events.push(RegisterEvent::RunOpened {
            run: number,
            plan_name: story.opened.plan_name.clone(),
            purpose: story.opened.purpose.clone(),
            pipeline: 1,
            by: "a test".into(),
        });
        self.events.push(RegisterEvent::RunClosed { run: number, head });
        let files = self.path(&format!("runs/{number}"));
        fs::create_dir_all(&files).unwrap();
        for (name, text) in lists {
            fs::write(files.join(name), text).unwrap();
        }
        Run { number, journal, files }
    }

    /// Seals a run into `bundles/<run>` and enters the seal.
    pub(crate) fn seal(&mut self, run: &Run) -> Sealed {
        let sealed = self.try_seal(run).unwrap();
        let evidence = RunEvidence::from_journal(&run.journal).unwrap();
        self.history.add(&evidence, &conclude(&evidence));
        self.events.push(RegisterEvent::BundleSealed { run: run.number, sha256: sealed.sha256.clone() });
        sealed
    }

    pub(crate) fn try_seal(&self, run: &Run) -> Result<Sealed, backproof_bundle::SealError> {
        let text = register(&self.events);
        let inputs =
            SealInputs { journal: &run.journal, register: &text, run_files: &run.files, history: &self.history };
        seal(&inputs, &self.path(&format!("bundles/{}", run.number)))
    }

    /// A run with a restore test of every outcome, sealed.
    pub(crate) fn of_every_outcome() -> (Self, Sealed) {
        let mut installation = Self::new();
        let run = installation.perform(Story::of_every_outcome().tests, |_| {});
        let sealed = installation.seal(&run);
        (installation, sealed)
    }

    /// A run that passed, sealed; twice.
    pub(crate) fn of_two_runs() -> (Self, [Sealed; 2]) {
        let mut installation = Self::new();
        let first = installation.perform(Story::of_every_outcome().tests, |_| {});
        let first = installation.seal(&first);
        let second = installation.perform(Story::all_passed(5).tests, |story| {
            story.opened.purpose = Purpose::Plan;
        });
        let second = installation.seal(&second);
        (installation, [first, second])
    }
}

pub(crate) fn opened(directory: &Path) -> BundleFiles {
    open(directory).unwrap()
}

/// Verifies with nothing but the bundle.
pub(crate) fn verified(directory: &Path) -> Verification {
    verify(&opened(directory), &VerifyOptions::default())
}

/// Everything that does not hold, in one text.
pub(crate) fn wrong(verification: &Verification) -> String {
    let wrong = verification.checks.iter().filter(|check| check.standing == CheckStanding::DoesNotHold);
    wrong.flat_map(|check| check.problems.iter().map(|it| format!("{}: {it}\n", check.name))).collect()
}

/// Writes `SHA256SUMS` anew over what is there now, as whoever owns everything could.
pub(crate) fn seal_again(directory: &Path) {
    let bundle = opened(directory);
    let sealed = bundle.files().map(|(path, _)| path);
    let sealed = sealed
        .filter(|path| *path != "SHA256SUMS" && !path.starts_with("attestations/") && !path.starts_with("reports/"));
    let line = |path: &str| format!("{}  {path}\n", sha256_hex(bundle.bytes(path).unwrap()));
    let text: String = sealed.map(line).collect();
    fs::write(directory.join("SHA256SUMS"), text).unwrap();
}

pub(crate) fn seal_of(directory: &Path) -> String {
    sha256_hex(fs::read(directory.join("SHA256SUMS")).unwrap())
}

/// Replaces a text in a file, once; it must be there.
pub(crate) fn replace(directory: &Path, file: &str, from: &str, to: &str) {
    let path = directory.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} does not hold `{from}`");
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
}

/// A key that is the same for the same name.
pub(crate) fn key(name: &str) -> PrivateKey {
    let digest = hex::decode(sha256_hex(name)).unwrap();
    PrivateKey::of_random_bytes(&digest.try_into().unwrap())
}

/// A trust file that names these keys: name, key, roles.
pub(crate) fn trust(people: &[(&str, &PrivateKey, &str)]) -> Trust {
    let person = |(name, key, roles): &(&str, &PrivateKey, &str)| {
        format!("[[person]]\nname = \"{name}\"\nkey = \"{}\"\nroles = [{roles}]\n", key.public().to_base64())
    };
    Trust::parse(&people.iter().map(person).collect::<String>()).unwrap()
}

fn attest(directory: &Path, file: &str, attested: &Attested, key: &PrivateKey) {
    let envelope = attested.statement(&seal_of(directory), key.public()).signed_with(key);
    fs::create_dir_all(directory.join("attestations")).unwrap();
    fs::write(directory.join("attestations").join(file), envelope.to_json()).unwrap();
}

/// What the operator attests of a bundle.
pub(crate) fn run_attested(directory: &Path) -> RunAttested {
    let run: backproof_bundle::RunFile =
        serde_json::from_slice(&fs::read(directory.join("run.json")).unwrap()).unwrap();
    RunAttested {
        run: run.run,
        installation: run.installation,
        plan_name: run.plan_name,
        plan_sha256: run.plan_sha256,
        verdict: run.verdict,
        simulated: run.simulated,
        counts: run.counts,
        operator: run.operator,
        statement: "This is the evidence that the run left.".into(),
        signed_at: "2026-10-02T08:00:00Z".parse().unwrap(),
    }
}

/// Signs as the operator.
pub(crate) fn operator_signs(directory: &Path, key: &PrivateKey) {
    attest(directory, "operator.dsse.json", &Attested::Run(run_attested(directory)), key);
}

/// Signs off as `reviewer`.
pub(crate) fn signs_off(directory: &Path, reviewer: &str, key: &PrivateKey) {
    let sign_off = SignOff {
        reviewer: reviewer.to_owned(),
        role: "Head of compliance".into(),
        statement: "I have read the report and followed two restore tests.".into(),
        decisions: Vec::new(),
        signed_at: "2026-10-05T08:00:00Z".parse().unwrap(),
    };
    attest(directory, "sign-off-1.dsse.json", &Attested::SignOff(sign_off), key);
}

pub(crate) fn attest_as(directory: &Path, file: &str, attested: &Attested, key: &PrivateKey) {
    attest(directory, file, attested, key);
}

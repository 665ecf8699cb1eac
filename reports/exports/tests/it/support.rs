//! Dossiers told by stories, and the programs of others.

use std::path::{Path, PathBuf};
use std::process::Command;

use backproof_evidence::dossier::{
    Attestation, AttestationKind, AttestationStanding, Coverage, Decision, RegisterReading, RegisterRun, RunRecord,
    Seal, SealedFile, Subject,
};
use backproof_evidence::testing::Story;
use backproof_evidence::{Dossier, RunEvidence, conclude};
use backproof_frameworks::{Assessment, Catalogue, assess, catalogues};
use backproof_model::canonical::sha256_hex;
use backproof_model::exception::{
    Exception, ExceptionChange, ExceptionEvent, Impact, Opened, Subject as About, exceptions,
};
use backproof_model::{FaultOwner, Outcome};
use jiff::Timestamp;

/// Two controls in OSCAL's spelling, one with objectives, and one that restore tests do not address.
const CONTROLS: &str = r#"
format = "backproof-catalogue/v1"
id = "own-800-53"
title = "Own controls"
version = "1"
source = "our own"
source_url = "https://example.com"
licence = "ours"
reviewed_on = 2026-11-22
reviewer = "nobody"
unverified = []
[[criterion]]
id = "CP-9(1)"
title = "Backups are tested"
relation = "primary"
claims = ["restore-tests-passed", "evidence-holds-together", "population-frozen"]
minimum_frequency = "none"
leaves_open = ["Whether the sample is large enough."]
source = "CP-9(1)"
oscal_control = "cp-9.1"
[[criterion.objective]]
id = "cp-9.1_obj-1"
claims = ["restore-tests-passed"]
[[criterion.objective]]
id = "cp-9.1_obj-2"
claims = ["population-frozen"]
[[criterion]]
id = "CP-10"
title = "Systems can be recovered"
relation = "partial"
claims = ["restore-tests-passed"]
minimum_frequency = "none"
leaves_open = ["Whether whole systems come back."]
source = "CP-10"
oscal_control = "cp-10"
[[criterion]]
id = "CP-2"
title = "There is a plan for contingencies"
relation = "context"
claims = []
minimum_frequency = "none"
leaves_open = ["All of it."]
source = "CP-2"
oscal_control = "cp-2"
"#;

/// A criterion of a standard that no OSCAL catalogue has.
const ELSEWHERE: &str = r#"
format = "backproof-catalogue/v1"
id = "elsewhere"
title = "Elsewhere"
version = "2022"
source = "our own"
source_url = "https://example.com"
licence = "ours"
reviewed_on = 2026-11-22
reviewer = "nobody"
unverified = []
[[criterion]]
id = "8.13"
title = "Backups"
relation = "primary"
claims = ["restore-tests-passed"]
minimum_frequency = "none"
leaves_open = ["Something."]
source = "8.13"
"#;

/// A moment of the tests' world.
pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A run with every outcome, signed off, with exceptions at every stage.
pub(crate) fn every_outcome() -> Dossier {
    dossier(&[Story::of_every_outcome()])
}

/// A run on AWS in which everything passed.
pub(crate) fn all_passed(tests: u32) -> Dossier {
    let mut story = Story::all_passed(tests);
    story.opened.simulated = false;
    dossier(&[story])
}

/// The dossier of these runs.
pub(crate) fn dossier(stories: &[Story]) -> Dossier {
    let runs: Vec<RunRecord> = stories.iter().map(|story| record(&story.journal())).collect();
    let exceptions = runs.last().map(exceptions_of).unwrap_or_default();
    Dossier {
        subject: Subject {
            entity: Some("Example & Söhne GmbH".into()),
            system: Some("Orders".into()),
            classification: Some("Confidential".into()),
            logo: None,
        },
        period: None,
        register: register(&runs),
        coverage: runs.iter().flat_map(|run| &run.evidence.tests).map(covered).collect(),
        exceptions,
        runs,
    }
}

/// The record of a run that is sealed and signed off.
pub(crate) fn record(journal: &str) -> RunRecord {
    let evidence = RunEvidence::from_journal(journal).unwrap();
    let file = |name: &str| SealedFile { name: name.into(), bytes: 10, sha256: sha256_hex(name) };
    let names = ["draw.json", "journal.jsonl", "population.tsv", "raw/answers.jsonl", "results.json", "run.json"];
    RunRecord {
        conclusion: conclude(&evidence),
        evidence,
        seal: Some(Seal {
            sha256: sha256_hex("the sums"),
            previous: None,
            files: names.into_iter().map(file).collect(),
        }),
        attestations: vec![
            attestation(AttestationKind::Operator, AttestationStanding::SignerUnknown, None, None),
            attestation(
                AttestationKind::SignOff,
                AttestationStanding::Trusted,
                Some("Rita Reviewer"),
                Some("I have read the report."),
            ),
            attestation(AttestationKind::SignOff, AttestationStanding::Invalid, Some("Mallory"), Some("All is well.")),
            attestation(AttestationKind::TimeStamp, AttestationStanding::Trusted, Some("A time-stamp authority"), None),
        ],
        population: None,
    }
}

fn attestation(
    kind: AttestationKind,
    standing: AttestationStanding,
    by: Option<&str>,
    statement: Option<&str>,
) -> Attestation {
    Attestation {
        file: format!("{kind:?}.dsse.json"),
        kind,
        standing,
        by: by.map(str::to_owned),
        role: None,
        key_id: Some(sha256_hex("a key")),
        at: Some(moment("2026-10-02T09:00:00Z")),
        statement: statement.map(str::to_owned),
        decisions: vec![Decision { exception: 2, decision: "accepted".into() }],
        remark: "as said".into(),
    }
}

fn register(runs: &[RunRecord]) -> RegisterReading {
    let of_run = |run: &RunRecord| RegisterRun {
        run: run.evidence.run,
        plan_name: "quarterly".into(),
        is_check: false,
        opened_at: run.evidence.began.unwrap(),
        closed_at: run.evidence.last_entry,
        state: "closed",
        resumed: 0,
        head: Some(sha256_hex("a head")),
        bundle_sha256: None,
        summary: None,
    };
    RegisterReading { entries: 2, runs: runs.iter().map(of_run).collect(), ..RegisterReading::default() }
}

fn covered(test: &backproof_evidence::TestEvidence) -> Coverage {
    Coverage {
        resource_arn: test.drawn.point.resource_arn.to_string(),
        resource_type: test.drawn.point.resource_type.to_string(),
        account: test.drawn.point.account.to_string(),
        eligible_points: 3,
        last_passed: None,
        last_passed_run: None,
        last_outcome: Some(test.outcome.word().into()),
        last_tested_run: Some(7),
    }
}

/// An exception for whatever was not passed: the first assigned, the second accepted, the third closed, others open.
fn exceptions_of(run: &RunRecord) -> Vec<Exception> {
    let (number, at) = (run.evidence.run, run.evidence.last_entry.unwrap_or_default());
    let not_passed = run.evidence.tests.iter().filter(|test| test.outcome.reason().is_some());
    let mut events = Vec::new();
    for (id, test) in (1..).zip(not_passed) {
        let mut event = |change| events.push(ExceptionEvent { id, at, by: "backproof".into(), change });
        event(ExceptionChange::Opened(Box::new(opened(number, test))));
        match id {
            1 => {
                event(ExceptionChange::Assigned { owner: Some("Olaf".into()), ticket: Some("T-1".into()), due: None });
                event(ExceptionChange::Noted {
                    text: Some("Looked into it.".into()),
                    root_cause: Some("A key was deleted.".into()),
                    management_response: Some("Keys are kept for a year from now on.".into()),
                });
            }
            2 => event(ExceptionChange::Accepted {
                reason: "the table is retired".into(),
                person: "Ada Example".into(),
                expires: moment("2027-01-01T00:00:00Z"),
            }),
            3 => event(ExceptionChange::ClosedByRetest { run: number, test: 1 }),
            _ => {}
        }
    }
    exceptions(&events)
}

fn opened(run: u64, test: &backproof_evidence::TestEvidence) -> Opened {
    let point = &test.drawn.point;
    let owner = match &test.outcome {
        Outcome::Passed { .. } => FaultOwner::Harness,
        Outcome::Failed { owner, .. } | Outcome::Inconclusive { owner, .. } => *owner,
    };
    Opened {
        plan_name: "quarterly".into(),
        run,
        subject: About::RestoreTest {
            test: test.drawn.test,
            outcome: test.outcome.word().into(),
            stratum: test.drawn.stratum.clone(),
            unit: test.drawn.unit.clone(),
            resource_arn: point.resource_arn.clone(),
            recovery_point_arn: point.recovery_point_arn.to_string(),
            creation_date: point.creation_date,
            impact: Impact { shares: "the same resource".into(), total: 3, first: Vec::new() },
        },
        fault_owner: owner,
        why: test.outcome.reason().unwrap_or_default().into(),
        due: moment("2026-11-01T00:00:00Z"),
    }
}

/// What the tests' two catalogues say of a dossier.
pub(crate) fn assessments(dossier: &Dossier) -> Vec<Assessment> {
    [CONTROLS, ELSEWHERE].map(|text| assess(&Catalogue::read(text, "own.toml").unwrap(), dossier)).into()
}

/// What every catalogue of the program says of a dossier.
pub(crate) fn shipped(dossier: &Dossier) -> Vec<Assessment> {
    catalogues().iter().map(|shipped| assess(&shipped.read().unwrap(), dossier)).collect()
}

/// Whatever `value` is not valid by, as texts.
pub(crate) fn problems(schema: &serde_json::Value, value: &serde_json::Value) -> Vec<String> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// A program of the environment that `./test --install` makes of tests/emulators.txt.
pub(crate) fn third_party(program: &str) -> Command {
    let mut command = Command::new("sh");
    let beside = r#"beside=$(command -v ministack) || { echo 'no ministack: run ./test --install'; exit 1; }
        exec "$(dirname "$beside")/$0" "$@""#;
    command.args(["-c", beside, program]);
    command
}

/// Runs one of the programs beside the tests, and gives what it said; it must come to its end.
pub(crate) fn run(program: &str, arguments: &[&Path]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(program);
    let output = third_party("python3").arg(path).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed:\n{said}");
    said
}

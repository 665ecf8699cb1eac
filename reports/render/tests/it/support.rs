//! Dossiers told by stories: one run, and a year of four runs of which one is missed.

use backproof_evidence::dossier::{
    Attestation, AttestationKind, AttestationStanding, Coverage, Decision, Period, PopulationBucket, PopulationShape,
    PreviousBundle, RegisterOccurrence, RegisterReading, RegisterRun, RunRecord, RunSummary, Seal, SealedFile, Subject,
};
use backproof_evidence::testing::{Story, TestStory};
use backproof_evidence::{Dossier, RunEvidence, conclude};
use backproof_model::canonical::sha256_hex;
use backproof_model::exception::{
    Exception, ExceptionChange, ExceptionEvent, Impact, Opened, Subject as About, exceptions,
};
use backproof_model::{FaultOwner, Outcome};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

/// A moment of the tests' world.
pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// The dossier of one run, sealed and signed off.
pub(crate) fn sealed(story: &Story) -> Dossier {
    dossier_of(record(&story.journal(), None))
}

/// The dossier of this run.
pub(crate) fn dossier_of(record: RunRecord) -> Dossier {
    Dossier {
        subject: subject(),
        period: None,
        register: register(std::slice::from_ref(&record)),
        coverage: coverage(&record),
        exceptions: exceptions_of(&record),
        runs: vec![record],
    }
}

/// The dossier of one run whose journal is all that is at hand.
pub(crate) fn unsealed(story: &Story) -> Dossier {
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    backproof_render::html::unsealed(&run, &conclude(&run))
}

/// A year of four occurrences: performed, missed, late, performed with every outcome.
pub(crate) fn year() -> Dossier {
    let stories = [(4, 9, "-270"), (5, 12, "-90"), (7, 0, "0")];
    let mut runs: Vec<RunRecord> = Vec::new();
    for (number, tests, days) in stories {
        let mut story = if tests == 0 { Story::of_every_outcome() } else { Story::all_passed(tests) };
        story.opened.run = number;
        story.opened.simulated = false;
        if number == 4 {
            story.opened.version = "0.0.9".into();
        }
        let mut record = record(&story.journal(), runs.last());
        let days = SignedDuration::from_hours(24 * days.parse::<i64>().unwrap());
        record.evidence.began = record.evidence.began.map(|at| at + days);
        record.evidence.last_entry = record.evidence.last_entry.map(|at| at + days);
        runs.push(record);
    }
    let newest = runs.last().unwrap();
    Dossier {
        subject: subject(),
        period: Some(Period { from: day("2026-01-01"), to: day("2026-12-31") }),
        register: register(&runs),
        coverage: coverage(newest),
        exceptions: exceptions_of(newest),
        runs,
    }
}

fn subject() -> Subject {
    Subject {
        entity: Some("Example & Söhne GmbH".into()),
        system: Some("Orders".into()),
        classification: Some("Confidential".into()),
        logo: Some("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==".into()),
    }
}

/// The record of a run that is sealed, signed off and time-stamped.
pub(crate) fn record(journal: &str, before: Option<&RunRecord>) -> RunRecord {
    let evidence = RunEvidence::from_journal(journal).unwrap();
    let file = |name: &&str| SealedFile { name: (*name).into(), bytes: 12_345, sha256: sha256_hex(name) };
    let names = [
        "checks.csv",
        "draw.json",
        "exceptions.csv",
        "excluded.tsv",
        "journal.jsonl",
        "plan.json",
        "population.tsv",
        "register.jsonl",
        "results.csv",
        "results.json",
        "run.json",
    ];
    let previous = before.and_then(|before| {
        Some(PreviousBundle { run: before.evidence.run, sha256: before.seal.as_ref()?.sha256.clone() })
    });
    RunRecord {
        conclusion: conclude(&evidence),
        seal: Some(Seal {
            sha256: sha256_hex(&evidence.journal_sha256),
            previous,
            files: names.iter().map(file).collect(),
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
            attestation(AttestationKind::ArchiveReceipt, AttestationStanding::Trusted, Some("s3://archive"), None),
        ],
        population: Some(shape()),
        evidence,
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
        role: statement.map(|_| "Head of internal audit".into()),
        key_id: Some(sha256_hex("a key")),
        at: Some(moment("2026-10-02T09:00:00Z")),
        statement: statement.map(str::to_owned),
        decisions: statement
            .map(|_| Decision { exception: 2, decision: "accepted until the table is retired".into() })
            .into_iter()
            .collect(),
        remark: "the key is that of the trust file".into(),
    }
}

fn shape() -> PopulationShape {
    let months = ["2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01", "2026-09-01", "2026-10-01"];
    let bucket = |(index, month): (u64, &&str)| PopulationBucket {
        resource_type: if index.is_multiple_of(2) { "DynamoDB" } else { "RDS" }.into(),
        month: day(month),
        points: 4 + 3 * index,
        drawn: index % 4,
    };
    let mut buckets: Vec<PopulationBucket> = (0..).zip(&months).map(bucket).collect();
    buckets.push(PopulationBucket { resource_type: "Aurora".into(), month: day("2023-01-01"), points: 1, drawn: 1 });
    PopulationShape { buckets }
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
        bundle_sha256: run.seal.as_ref().map(|seal| seal.sha256.clone()),
        summary: Some(summary(run)),
    };
    let mut all: Vec<RegisterRun> = runs.iter().map(of_run).collect();
    if runs.len() > 1 {
        let aborted = RegisterRun {
            run: 6,
            state: "aborted",
            summary: None,
            bundle_sha256: None,
            closed_at: None,
            ..all[1].clone()
        };
        all.insert(all.len() - 1, aborted);
    }
    let occurrence = |due: &str, state: &'static str, run: Option<u64>, why: Option<&str>| RegisterOccurrence {
        plan_name: "quarterly".into(),
        due: moment(due),
        state,
        run,
        verdict: run.map(|run| if run == 7 { "left-behind" } else { "passed" }.into()),
        why: why.map(str::to_owned),
    };
    let occurrences = vec![
        occurrence("2026-01-04T02:00:00Z", "performed", Some(4), None),
        occurrence("2026-04-01T02:00:00Z", "missed", None, Some("the service was not running")),
        occurrence("2026-07-01T02:00:00Z", "late", Some(5), Some("run 6 was aborted")),
        occurrence("2026-10-01T02:00:00Z", "performed", Some(7), None),
    ];
    RegisterReading {
        entries: 41,
        head: Some(sha256_hex("the register")),
        occurrences: if runs.len() > 1 { occurrences } else { vec![occurrences[3].clone()] },
        runs: all,
        problems: Vec::new(),
    }
}

fn summary(run: &RunRecord) -> RunSummary {
    let counts = run.conclusion.counts;
    RunSummary {
        verdict: if run.evidence.run == 7 { "left-behind" } else { "passed" }.into(),
        drawn: counts.drawn,
        passed: counts.passed,
        failed: counts.failed,
        inconclusive: counts.inconclusive,
        recovery_median_seconds: run.conclusion.figures.recovery_median_seconds,
        recovery_longest_seconds: run.conclusion.figures.recovery_longest_seconds,
    }
}

fn coverage(run: &RunRecord) -> Vec<Coverage> {
    let of_test = |(index, test): (i64, &backproof_evidence::TestEvidence)| {
        let passed = matches!(test.outcome, Outcome::Passed { .. });
        let ago = SignedDuration::from_hours(24 * 40 * index);
        Coverage {
            resource_arn: test.drawn.point.resource_arn.to_string(),
            resource_type: test.drawn.point.resource_type.to_string(),
            account: test.drawn.point.account.to_string(),
            eligible_points: 3,
            last_passed: passed.then(|| moment("2026-10-01T02:01:00Z") - ago),
            last_passed_run: passed.then_some(run.evidence.run),
            last_outcome: Some(test.outcome.word().into()),
            last_tested_run: Some(run.evidence.run),
        }
    };
    (0..).zip(&run.evidence.tests).map(of_test).collect()
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
        fault_owner: test.outcome.owner().unwrap_or(FaultOwner::Harness),
        why: test.outcome.reason().unwrap_or_default().into(),
        due: moment("2026-11-01T00:00:00Z"),
    }
}

/// A run that found nothing that could be drawn.
pub(crate) fn nothing_drawn() -> Story {
    let mut nothing = Story::all_passed(0);
    nothing.population.eligible = 0;
    nothing.population.listed = nothing.population.excluded;
    nothing.population.scope.points = 0;
    nothing.population.scope.listed_points = nothing.population.listed;
    nothing.controls.validators.clear();
    nothing.census = None;
    nothing
}

/// Stories that differ in what is there at all, each with a name.
pub(crate) fn stories() -> Vec<(&'static str, Story)> {
    let nothing = nothing_drawn();
    let mut real = Story::of_every_outcome();
    real.opened.simulated = false;
    real.opened.authorisation = None;
    real.opened.same_account = Some("one account only".into());
    let mut open = Story::of_every_outcome();
    open.closed = None;
    let mut check = Story::all_passed(1);
    check.opened.purpose = backproof_model::record::Purpose::Check;
    check.tests[0].drawn.rank = None;
    let mut inconclusive = Story::all_passed(2);
    inconclusive.tests.push(TestStory::refused(
        3,
        "carts",
        Outcome::inconclusive(FaultOwner::Sandbox, "no leave to create"),
    ));
    let mut failures = Story::all_passed(2);
    failures.tests.push(TestStory::refused(3, "invoices", Outcome::failed("the key is gone")));
    vec![
        ("all passed", Story::all_passed(3)),
        ("failures", failures),
        ("inconclusive", inconclusive),
        ("left behind", Story::of_every_outcome()),
        ("nothing drawn", nothing),
        ("on AWS", real),
        ("not closed", open),
        ("one-off check", check),
    ]
}

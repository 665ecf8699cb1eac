//! Dossiers for tests: a sound one in which everything is shown, to be altered.

use std::collections::BTreeMap;
use std::sync::Mutex;

use backproof_evidence::dossier::{
    Attestation, AttestationKind, AttestationStanding, Coverage, Dossier, Period, PreviousBundle, RegisterOccurrence,
    RegisterReading, RegisterRun, RunRecord, Seal, Subject,
};
use backproof_evidence::testing::{Story, TestStory, check};
use backproof_evidence::{RunEvidence, conclude};
use backproof_model::canonical::sha256_hex;
use backproof_model::exception::{
    BY_PROGRAM, Exception, ExceptionChange, ExceptionEvent, Impact, Opened, Subject as About, exceptions,
};
use backproof_model::record::{Completeness, Corroboration, IsolationState, TrailNamed, TrailSeen};
use backproof_model::{Claim, FaultOwner, VaultType, Verdict};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// A moment of the tests' world.
pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The year of the tests' world.
pub(super) fn year() -> Period {
    Period { from: date(2026, 1, 1), to: date(2026, 12, 31) }
}

/// A restore test in which every claim of checks passed.
pub(super) fn thorough(number: u32, table: &str) -> TestStory {
    let claims = [
        ("key-schema", Claim::StructureComplete),
        ("status", Claim::ResourceReachable),
        ("scan", Claim::DataReadable),
        ("count", Claim::DataPresent),
        ("fingerprint", Claim::DataMatchesBaseline),
        ("newest", Claim::DataFresh),
        ("settings", Claim::SettingsRestored),
        ("before", Claim::UnchangedSinceLastTest),
    ];
    TestStory::examined(number, table, claims.map(|(name, claim)| check(name, claim, Verdict::Passed)).into())
}

/// A restore test that failed: data was missing.
pub(super) fn failed(number: u32, table: &str) -> TestStory {
    let checks =
        [("key-schema", Claim::StructureComplete, Verdict::Passed), ("count", Claim::DataPresent, Verdict::Failed)];
    TestStory::examined(number, table, checks.map(|(name, claim, verdict)| check(name, claim, verdict)).into())
}

/// A run on AWS of these restore tests, of which everything else is sound.
pub(super) fn story(run: u64, tests: Vec<TestStory>) -> Story {
    let drawn = tests.len() as u64;
    let mut story = Story::of(tests);
    let population = &mut story.population;
    // A small population: bounds are computed for each story anew.
    population.eligible = drawn + 2;
    population.listed = population.eligible + population.excluded;
    population.units_by_stratum = [("DynamoDB".to_owned(), population.eligible)].into();
    (population.scope.points, population.scope.listed_points) = (population.eligible, population.listed);
    story.opened.simulated = false;
    story.opened.run = run;
    story.entropy.kind = "auditor".into();
    story.entropy.grade = "verifiable".into();
    story.entropy.grade_reason = "the auditor gave the nonce after the commitment".into();
    story.population.completeness = Completeness::Established;
    story.population.accounts.retain(|account| account.problem.is_none());
    story.population.uncovered.clear();
    (story.population.uncovered_total, story.population.uncovered_in_scope) = (0, 0);
    for gap in &mut story.population.gaps {
        gap.gap_seconds = 80_000;
    }
    story
}

/// A sound run with three restore tests: one into another Region, one of a logically air-gapped vault, one encrypted.
pub(super) fn sound(run: u64) -> RunRecord {
    // Telling a run takes longer than anything that is tested of it.
    static TOLD: Mutex<BTreeMap<u64, RunRecord>> = Mutex::new(BTreeMap::new());
    TOLD.lock().unwrap().entry(run).or_insert_with(|| tell(run)).clone()
}

fn tell(run: u64) -> RunRecord {
    let mut tests: Vec<TestStory> =
        ["orders", "carts", "events"].into_iter().zip(1..).map(|(table, number)| thorough(number, table)).collect();
    let elsewhere = "arn:aws:dynamodb:eu-west-1:999988887777:table/bp-demo-7-1-1";
    let ended = tests[0].attempts[0].ended.as_mut().unwrap();
    ended.created_resource_arn = Some(elsewhere.parse().unwrap());
    tests[0].attempts[0].deleted.as_mut().unwrap().resources[0].arn = elsewhere.into();
    tests[1].drawn.point.vault_type = VaultType::LogicallyAirGapped;
    tests[2].drawn.point.encryption_key_arn = Some("arn:aws:kms:eu-central-1:111122223333:key/1".into());
    record(&story(run, tests))
}

/// What a story comes to, its sandbox isolated, sealed, signed, signed off, time-stamped and archived.
pub(super) fn record(story: &Story) -> RunRecord {
    let mut evidence = RunEvidence::from_journal(&story.journal()).unwrap();
    let close = evidence.isolation_at_close.iter_mut();
    let facts = evidence.sandbox.iter_mut().map(|sandbox| &mut sandbox.isolation).chain(close);
    for fact in facts.flat_map(|seen| &mut seen.facts) {
        fact.state = IsolationState::Isolated;
    }
    evidence.corroboration = Some(corroboration());
    let run = evidence.run;
    let previous = (run > 1).then(|| PreviousBundle { run: run - 1, sha256: seal(run - 1) });
    RunRecord {
        conclusion: conclude(&evidence),
        evidence,
        seal: Some(Seal { sha256: seal(run), previous, files: Vec::new() }),
        attestations: vec![
            attestation(AttestationKind::Operator, "Rosa Example"),
            attestation(AttestationKind::SignOff, "Ada Example"),
            attestation(AttestationKind::TimeStamp, "An authority"),
            attestation(AttestationKind::ArchiveReceipt, "An archive"),
        ],
        population: None,
    }
}

fn corroboration() -> Corroboration {
    let trail = TrailNamed {
        arn: "arn:aws:cloudtrail:eu-central-1:999988887777:trail/all".into(),
        is_logging: Some(true),
        log_file_validation: true,
        digest_files: None,
        latest_digest: None,
    };
    let region = "eu-central-1".parse().unwrap();
    Corroboration {
        looked: at("2026-10-01T06:00:00Z"),
        regions: vec![TrailSeen { region, trail: Some(trail), problem: None }],
        sought: 6,
        found: 6,
        events: Vec::new(),
        uncorroborated: Vec::new(),
        file_sha256: sha256_hex("the events"),
    }
}

fn seal(run: u64) -> String {
    sha256_hex(format!("the sums of run {run}"))
}

/// A believed attestation.
pub(super) fn attestation(kind: AttestationKind, by: &str) -> Attestation {
    Attestation {
        file: format!("{by}.json").replace(' ', "-").to_lowercase(),
        kind,
        standing: AttestationStanding::Trusted,
        by: Some(by.into()),
        role: None,
        key_id: Some(sha256_hex(by)),
        at: Some(at("2026-10-02T09:00:00Z")),
        statement: None,
        decisions: Vec::new(),
        remark: String::new(),
    }
}

/// The dossier of one sound run, which its schedule had asked for.
pub(super) fn of_one() -> Dossier {
    of(vec![sound(1)])
}

/// The dossier of these runs, numbered from 1, all of one plan, a quarter apart.
pub(super) fn of(runs: Vec<RunRecord>) -> Dossier {
    let starts = (0..).map(|quarter| date(2026, 1, 15).checked_add(jiff::Span::new().months(3 * quarter)).unwrap());
    let entered = runs.iter().zip(starts).map(|(run, day)| registered(run, day));
    let register_runs: Vec<RegisterRun> = entered.collect();
    let occurrences = register_runs.iter().map(|run| occurrence(run.opened_at, "performed", Some(run.run))).collect();
    Dossier {
        subject: Subject::default(),
        period: None,
        register: RegisterReading {
            entries: 4 * register_runs.len() as u64,
            head: Some(sha256_hex("the register")),
            runs: register_runs,
            occurrences,
            problems: Vec::new(),
        },
        coverage: runs.last().map(covered).unwrap_or_default(),
        exceptions: Vec::new(),
        runs,
    }
}

fn registered(run: &RunRecord, day: Date) -> RegisterRun {
    let opened_at = day.at(2, 0, 0, 0).to_zoned(TimeZone::UTC).unwrap().timestamp();
    RegisterRun {
        run: run.evidence.run,
        plan_name: "quarterly".into(),
        is_check: false,
        opened_at,
        closed_at: Some(opened_at + SignedDuration::from_hours(2)),
        state: "closed",
        resumed: 0,
        head: run.evidence.chains.iter().find(|chain| chain.name == "run").map(|chain| chain.head.clone()),
        bundle_sha256: Some(seal(run.evidence.run)),
        summary: None,
    }
}

/// One occurrence of the plan's schedule.
pub(super) fn occurrence(due: Timestamp, state: &'static str, run: Option<u64>) -> RegisterOccurrence {
    let why = (state != "performed").then(|| "the host was down".to_owned());
    RegisterOccurrence { plan_name: "quarterly".into(), due, state, run, verdict: None, why }
}

fn covered(run: &RunRecord) -> Vec<Coverage> {
    let of_test = |test: &backproof_evidence::TestEvidence| Coverage {
        resource_arn: test.drawn.point.resource_arn.to_string(),
        resource_type: test.drawn.point.resource_type.to_string(),
        account: test.drawn.point.account.to_string(),
        eligible_points: 30,
        last_passed: test.last_entry,
        last_passed_run: Some(run.evidence.run),
        last_outcome: Some(test.outcome.word().to_owned()),
        last_tested_run: Some(run.evidence.run),
    };
    run.evidence.tests.iter().map(of_test).collect()
}

/// Four sound runs in the quarters of a year.
pub(super) fn of_a_year() -> Dossier {
    Dossier { period: Some(year()), ..of((1..=4).map(sound).collect()) }
}

/// The exception that a failed restore test of a run left, with what happened to it since.
pub(super) fn exception(run: u64, test: u32, since: &[ExceptionChange]) -> Exception {
    let resource = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
    let opened = Opened {
        plan_name: "quarterly".into(),
        run,
        subject: About::RestoreTest {
            test,
            outcome: "failed".into(),
            stratum: "DynamoDB".into(),
            unit: resource.into(),
            resource_arn: resource.parse().unwrap(),
            recovery_point_arn: format!("{resource}/backup/1"),
            creation_date: at("2026-09-30T02:00:00Z"),
            impact: Impact::default(),
        },
        fault_owner: FaultOwner::Backup,
        why: "items are missing".into(),
        due: at("2026-10-31T02:00:00Z"),
    };
    let event = |change| ExceptionEvent { id: 1, at: at("2026-10-01T03:00:00Z"), by: BY_PROGRAM.into(), change };
    let events: Vec<ExceptionEvent> =
        [ExceptionChange::Opened(Box::new(opened))].into_iter().chain(since.iter().cloned()).map(event).collect();
    exceptions(&events).remove(0)
}

/// The dossier of one run with a sound and a failed restore test, and its exception as it stands.
pub(super) fn of_a_failure(since: &[ExceptionChange]) -> Dossier {
    let run = record(&story(1, vec![thorough(1, "orders"), failed(2, "carts")]));
    Dossier { exceptions: vec![exception(1, 2, since)], ..of(vec![run]) }
}

/// Draws the conclusion of each run anew, after its evidence was altered.
pub(super) fn concluded(mut dossier: Dossier) -> Dossier {
    for run in &mut dossier.runs {
        run.conclusion = conclude(&run.evidence);
    }
    dossier
}

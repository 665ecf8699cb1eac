//! Every section is there, in order, and says what is so, whatever a run came to.

use backproof_evidence::testing::{Story, TestStory};
use backproof_evidence::{Dossier, RunEvidence, conclude};
use backproof_frameworks::{Assessment, assess, find};
use backproof_model::record::{
    CorroboratedEvent, Corroboration, RawAnswersKept, ResourceReady, TrailNamed, TrailSeen, Uncorroborated,
};
use backproof_model::{DatabaseEngine, DatabaseTarget, FaultOwner, Outcome, Target};
use backproof_render::document;
use backproof_render::document::{Block, Cell, Document, Text};

use crate::support::{moment, nothing_drawn, sealed, stories, unsealed, year};

/// The seventeen sections by their anchors.
const SECTIONS: [&str; 17] = [
    "cover",
    "result",
    "scope",
    "register",
    "population",
    "sampling",
    "procedure",
    "results",
    "objectives",
    "statistics",
    "exceptions",
    "disposal",
    "controls",
    "identity",
    "evidence",
    "sign-off",
    "limits",
];

fn assessments(dossier: &Dossier) -> Vec<Assessment> {
    ["soc2", "iso27001"].map(|id| assess(&find(id).unwrap().read().unwrap(), dossier)).into()
}

/// All words of a document, a block a line.
pub(crate) fn words(document: &Document) -> String {
    document.sections.iter().map(|section| format!("{}\n{}", section.title, of_blocks(&section.blocks))).collect()
}

fn of_blocks(blocks: &[Block]) -> String {
    blocks.iter().map(of_block).collect()
}

fn of_block(block: &Block) -> String {
    let text = |text: &Text| text.iter().map(|span| span.text.as_str()).collect::<String>();
    let cells = |row: &Vec<Cell>| row.iter().map(|cell| text(&cell.text)).collect::<Vec<_>>().join(" | ");
    match block {
        Block::Heading { text, .. } => format!("{text}\n"),
        Block::Paragraph { text: words } => text(words) + "\n",
        Block::List { items, .. } => items.iter().map(|item| text(item) + "\n").collect(),
        Block::Facts { rows } => rows.iter().map(|fact| format!("{}: {}\n", fact.term, text(&fact.text))).collect(),
        Block::Table { caption, rows, note, .. } => {
            let rows: String = rows.iter().map(|row| cells(row) + "\n").collect();
            format!("{caption}\n{rows}{}\n", note.as_deref().unwrap_or_default())
        }
        Block::Code { caption, text } => format!("{caption}\n{text}\n"),
        Block::Callout { title, text: words, .. } => format!("{title}: {}\n", text(words)),
        Block::Tiles { tiles } => {
            tiles.iter().map(|tile| format!("{}: {}: {}\n", tile.label, tile.value, tile.text)).collect()
        }
        Block::Chart { title, alternative, .. } => format!("{title}: {alternative}\n"),
        Block::Details { summary, blocks, .. } => format!("{summary}\n{}", of_blocks(blocks)),
    }
}

fn section(document: &Document, id: &str) -> String {
    of_blocks(&document.sections.iter().find(|section| section.id == id).unwrap().blocks)
}

fn is_whole(name: &str, document: &Document) {
    let ids: Vec<&str> = document.sections.iter().map(|section| section.id).collect();
    assert_eq!(ids, SECTIONS, "{name}");
    for (number, section) in (1..).zip(&document.sections) {
        assert_eq!(section.number, number, "{name}");
        assert!(!of_blocks(&section.blocks).trim().is_empty(), "{name}: section {number} is empty");
    }
}

#[test]
fn every_section_is_there_in_order_for_a_run_of_every_kind() {
    for (name, story) in stories() {
        for dossier in [sealed(&story), unsealed(&story)] {
            is_whole(name, &document(&dossier, &assessments(&dossier)));
        }
    }
    is_whole("year", &document(&year(), &assessments(&year())));
}

#[test]
fn every_prefix_of_a_journal_can_be_reported_on_and_none_says_that_all_is_well() {
    let journal = Story::all_passed(2).journal();
    let lines: Vec<&str> = journal.lines().collect();
    for length in (1..lines.len()).step_by(2) {
        let run = RunEvidence::from_journal(&lines[..length].join("\n")).unwrap();
        let document = document(&backproof_render::html::unsealed(&run, &conclude(&run)), &[]);
        is_whole("prefix", &document);
        assert!(!section(&document, "result").starts_with("Passed."), "after {length} lines");
    }
}

#[test]
fn a_journal_that_cannot_be_read_whole_says_so_first() {
    let journal = Story::all_passed(2).journal();
    let run = RunEvidence::from_journal(&journal.replacen("rosa@ops-1", "mara@ops-1", 1)).unwrap();
    let document = document(&backproof_render::html::unsealed(&run, &conclude(&run)), &[]);
    is_whole("broken", &document);
    let result = section(&document, "result");
    assert!(result.contains("The evidence does not hold together") && result.contains("Does not hold"));
    assert!(!result.contains("All passed"));
    assert!(section(&document, "evidence").contains("Chains that do not hold"));
}

#[test]
fn the_first_page_tells_the_verdicts_apart() {
    let document = document(&sealed(&Story::of_every_outcome()), &[]);
    assert!(document.lead.starts_with("Speaks for 60 of 63 listed recovery points"));
    let result = section(&document, "result");
    for line in [
        "Restore tests: 2 failed: 4 of 9 passed. A failed restore test is not by itself a failed control.",
        "Operation of the control: Not completed: The run was stopped",
        "The harness itself: Holds: ",
        "Draw: Self-attested: ",
        "Disposal: Something left behind: ",
        "Schedule: On time: 1 scheduled occurrence: 1 performed on time",
        "Recovery time (RTO): 2 of 9 met the objective of 15 min, 2 took longer, 5 were not shown to recover at all. Median 13 min 40 s, longest 16 min 20 s, under test conditions.",
        "Recovery point (RPO): Longest gap 1 d 1 h, objective 1 d: exceeded by 1 of 2 longest gaps on record. Largest lag 4 min",
        "Exceptions: 5 exceptions opened",
        "of which 4 are not closed",
        "Cost: Estimated at USD 0.18",
        "Who vouches: No trusted signature of the operator; signed off by another person; time-stamped by an authority. 1 attestation does not hold.",
    ] {
        assert!(result.contains(line), "{line}\nin\n{result}");
    }
}

#[test]
fn nothing_that_is_not_there_is_read_as_passed() {
    let mut nothing = nothing_drawn();
    nothing.approval = None;
    let mut untold = Story::of((1..=3).map(|number| TestStory::not_performed(number, "ledger")).collect());
    untold.approval = None;
    untold.costs = None;
    untold.census = None;
    for story in [nothing, untold] {
        for dossier in [unsealed(&story), sealed(&story)] {
            let document = document(&dossier, &assessments(&dossier));
            let result = section(&document, "result");
            for good in ["All passed", "Passed.", "Nothing left", "Approved", "met the objective"] {
                assert!(!result.contains(good), "{good} in\n{result}");
            }
            assert!(!section(&document, "results").contains("passed at L"));
            let controls = section(&document, "controls");
            assert!(controls.contains("insufficient") && !controls.contains(" | supported"));
        }
    }
}

#[test]
fn what_is_not_recorded_is_said_not_to_be() {
    let document = document(&unsealed(&Story::all_passed(1)), &[]);
    let population = section(&document, "population");
    for line in ["Pages: not recorded", "Errors and throttled calls: not recorded", "Parameters: not recorded"] {
        assert!(population.contains(line), "{line}");
    }
    for line in [
        "Accounts and Regions read: 111122223333 eu-central-1",
        "Accounts and Regions not read: 444455556666 eu-central-1 (AccessDenied on sts:AssumeRole)",
        "Caller: arn:aws:sts::111122223333:assumed-role/backproof-read/demo",
        "Tie-out: 63 listed = 60 eligible + 3 excluded",
    ] {
        assert!(population.contains(line), "{line}");
    }
    assert!(section(&document, "register").contains("cannot tell whether runs were missed"));
    assert!(section(&document, "evidence").contains("Uncorroborated"));
}

#[test]
fn every_drawn_recovery_point_appears_whatever_became_of_it() {
    let story = Story::of_every_outcome();
    let results = section(&document(&sealed(&story), &[]), "results");
    for test in &story.tests {
        assert!(results.contains(test.drawn.point.recovery_point_arn.as_str()));
        assert!(results.contains(&format!("Restore test {}: ", test.drawn.test)));
    }
}

#[test]
fn a_restore_job_of_aws_can_be_looked_up_in_the_console_and_by_commands() {
    let mut story = Story::all_passed(1);
    let simulated = section(&document(&sealed(&story), &[]), "results");
    assert!(simulated.contains("the job was simulated, so AWS does not know it"));
    story.opened.simulated = false;
    let whole = document(&sealed(&story), &[]);
    let html = backproof_render::html::of_run(
        &RunEvidence::from_journal(&story.journal()).unwrap(),
        &conclude(&RunEvidence::from_journal(&story.journal()).unwrap()),
    )
    .unwrap();
    let job = "1a2b3c4d-0000-4000-8000-000000000001";
    assert!(html.contains(&format!(
        "<a href=\"https://eu-central-1.console.aws.amazon.com/backup/home?region=eu-central-1#/jobs/restore/details/{job}\">"
    )));
    let results = section(&whole, "results");
    for command in [
        format!("aws backup describe-restore-job --region eu-central-1 --restore-job-id {job}"),
        "--recovery-point-arn arn:aws:dynamodb:eu-central-1:111122223333:table/table-0001/backup/01670001".into(),
        "AttributeKey=EventName,AttributeValue=StartRestoreJob".into(),
    ] {
        assert!(results.contains(&command), "{command}");
    }
}

#[test]
fn a_recovery_time_names_what_it_was_measured_on() {
    let mut story = Story::all_passed(1);
    if let Some(ResourceReady::Ready { target, .. }) = &mut story.tests[0].attempts[0].ready {
        *target = Target::Database(DatabaseTarget {
            arn: target.arn().clone(),
            account: "999988887777".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            name: "bp-demo-7-1-1".into(),
            engine: DatabaseEngine::Postgres,
            engine_version: "16.4".into(),
            host: "db.internal".into(),
            port: 5432,
            master_user: "admin".into(),
            database: None,
            instance_class: "db.t3.micro".into(),
            storage_gib: Some(20),
            storage_loading_percent: Some(80),
        });
    }
    let document = document(&sealed(&story), &[]);
    let conditions = "PostgreSQL 16.4 on db.t3.micro, 20 GiB of storage, storage loaded to 80 %";
    assert!(section(&document, "objectives").contains(&format!("4,096,000 bytes | {conditions}")));
    assert!(section(&document, "results").contains(&format!("Test conditions: {conditions}")));
    assert!(section(&document, "objectives").contains("Under test conditions"));
}

#[test]
fn the_commands_to_redo_the_draw_hold_the_runs_own_values() {
    let story = Story::all_passed(1);
    let sampling = section(&document(&sealed(&story), &[]), "sampling");
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    assert!(sampling.contains(&format!("--plan-sha256 {} \\", story.opened.plan_sha256)));
    assert!(sampling.contains("--entropy os:f38b2ffc80a4df5a51c9bc701e7ea419\n"));
    assert!(sampling.contains(&format!("must print {}", run.entropy.unwrap().seed)));
}

#[test]
fn a_year_tells_every_occurrence_and_every_change() {
    let document = document(&year(), &[]);
    assert_eq!(document.title, "Restore tests from 2026-01-01 to 2026-12-31");
    let register = section(&document, "register");
    for line in [
        "2026-04-01 02:00:00 UTC | quarterly | missed | none | none | the service was not running",
        "2026-07-01 02:00:00 UTC | quarterly | late | 5 | passed | run 6 was aborted",
        "aborted",
        "Trend over the runs",
        "Sampling runs for an audit",
    ] {
        assert!(register.contains(line), "{line}\nin\n{register}");
    }
    assert!(section(&document, "result").contains("Schedule: 1 missed"));
    let identity = section(&document, "identity");
    assert!(identity.contains("Changed within the period") && identity.contains("| program"));
    for id in ["population", "sampling", "results", "statistics", "sign-off"] {
        let words = section(&document, id);
        assert!(words.contains("Run 4 of 2026-01-04") && words.contains("Run 5 of 2026-07-03"), "{id}");
    }
}

#[test]
fn exceptions_are_told_with_cause_response_and_retest() {
    let exceptions = section(&document(&sealed(&Story::of_every_outcome()), &[]), "exceptions");
    for line in [
        "Root cause: A key was deleted.",
        "Response of management: Keys are kept for a year from now on.",
        "Ticket: T-1",
        "accepted until 2027-01-01",
        "Decided at sign-off: Rita Reviewer: accepted until the table is retired",
        "passed: run 7, restore test 1",
    ] {
        assert!(exceptions.contains(line), "{line}\nin\n{exceptions}");
    }
}

#[test]
fn what_aws_itself_has_is_told_with_what_it_has_not() {
    let mut dossier = sealed(&Story::all_passed(1));
    let trail = TrailNamed {
        arn: "arn:aws:cloudtrail:eu-central-1:999988887777:trail/all".into(),
        is_logging: Some(true),
        log_file_validation: true,
        digest_files: Some("s3://trails/AWSLogs/999988887777/CloudTrail-Digest/".into()),
        latest_digest: Some(moment("2026-10-01T03:00:00Z")),
    };
    dossier.runs[0].evidence.corroboration = Some(Corroboration {
        looked: moment("2026-10-01T04:00:00Z"),
        regions: vec![TrailSeen { region: "eu-central-1".parse().unwrap(), trail: Some(trail), problem: None }],
        sought: 2,
        found: 1,
        events: vec![CorroboratedEvent {
            test: 1,
            subject: "1a2b3c4d-0000-4000-8000-000000000001".into(),
            event_name: "StartRestoreJob".into(),
            event_id: "e-1".into(),
            event_time: moment("2026-10-01T02:02:00Z"),
            request_id: None,
            identity_arn: None,
        }],
        uncorroborated: vec![Uncorroborated {
            test: 1,
            subject: "table/bp-demo-7-1-1".into(),
            event_name: "DeleteTable".into(),
            why: "not in the event history".into(),
        }],
        file_sha256: "00".repeat(32),
    });
    dossier.runs[0].evidence.raw = Some(RawAnswersKept { answers: 12, lost: 2, ..RawAnswersKept::default() });
    let document = document(&dossier, &[]);
    let evidence = section(&document, "evidence");
    for line in [
        "1 is in it, 1 is not",
        "CloudTrail-Digest/, the latest of 2026-10-01 03:00:00 UTC",
        "AWS's answers, redacted: 12 answers",
        "2 lost",
    ] {
        assert!(evidence.contains(line), "{line}\nin\n{evidence}");
    }
    let told = "CloudTrail: StartRestoreJob e-1, 2026-10-01 02:02:00 UTC; DeleteTable uncorroborated: not in the event history";
    assert!(section(&document, "results").contains(told));
    assert!(section(&document, "population").contains("Raw answers: 12 answers kept, 2 lost"));
}

#[test]
fn who_vouches_is_told_with_what_is_believed() {
    let sign_off = section(&document(&sealed(&Story::all_passed(1)), &[]), "sign-off");
    for line in [
        "Operator's signature | holds, signer unknown | nobody says who",
        "Sign-off | trusted | Rita Reviewer | Head of internal audit",
        "Sign-off | does not hold | Mallory",
        "Statement: I have read the report.",
    ] {
        assert!(sign_off.contains(line), "{line}\nin\n{sign_off}");
    }
    let unsealed = section(&document(&unsealed(&Story::all_passed(1)), &[]), "sign-off");
    for what in ["Operator's signature", "Sign-off by another person", "Time-stamp"] {
        assert!(unsealed.contains(&format!("{what} | not given")), "{what}");
    }
}

#[test]
fn every_criterion_appears_with_what_it_leaves_open() {
    let dossier = year();
    let assessments = assessments(&dossier);
    let controls = section(&document(&dossier, &assessments), "controls");
    for criterion in assessments.iter().flat_map(|assessment| &assessment.criteria) {
        assert!(controls.contains(&format!("What this does not prove of {}", criterion.id)), "{}", criterion.id);
        assert!(criterion.leaves_open.iter().all(|open| controls.contains(open)), "{}", criterion.id);
    }
}

#[test]
fn a_large_run_keeps_its_rows_and_drops_details_of_what_passed() {
    let mut story = Story::all_passed(501);
    story.tests[41] = TestStory::refused(42, "invoices", Outcome::failed("the KMS key is gone"));
    let document = document(&unsealed(&story), &[]);
    let results = section(&document, "results");
    assert_eq!(results.matches("\nRestore test ").count(), 1);
    assert!(results.contains("The 500 that passed stand in the table above"));
    assert_eq!(results.matches("| rank ").count(), 501);
}

#[test]
fn the_document_is_dated_by_its_evidence() {
    let mut dossier = sealed(&Story::all_passed(1));
    assert_eq!(document(&dossier, &[]).dated, "2026-10-02T09:00:00Z");
    dossier.runs[0].attestations[0].at = Some(moment("2027-01-01T00:00:00Z"));
    assert_eq!(document(&dossier, &[]).dated, "2027-01-01T00:00:00Z");
}

#[test]
fn an_undecided_restore_test_names_whose_fault_that_is() {
    let mut story = Story::all_passed(1);
    story.tests.push(TestStory::refused(2, "carts", Outcome::inconclusive(FaultOwner::Sandbox, "no leave to create")));
    let result = section(&document(&sealed(&story), &[]), "result");
    assert!(result.contains("could not be told | no leave to create | the sandbox account"), "{result}");
    assert!(
        words(&document(&sealed(&story), &[]))
            .contains("Refused by AWS: no leave to create (the fault of the sandbox account)")
    );
}

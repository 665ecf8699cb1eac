//! The register, read: how runs and occurrences stand, and what is wrong with the chain.

use std::collections::BTreeMap;

use backproof_model::canonical::sha256_hex;
use backproof_model::record::Purpose;
use backproof_model::register::RegisterEvent;
use jiff::Timestamp;

use crate::register::{Register, up_to_closing};
use crate::testing::register;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn opened(run: u64) -> RegisterEvent {
    RegisterEvent::RunOpened {
        run,
        plan_name: "quarterly".into(),
        purpose: Purpose::Plan,
        pipeline: 1,
        by: "a test".into(),
    }
}

fn closed(run: u64) -> RegisterEvent {
    RegisterEvent::RunClosed { run, head: sha256_hex(format!("the head of run {run}")) }
}

fn scheduled(due: &str) -> RegisterEvent {
    RegisterEvent::Scheduled {
        plan_name: "quarterly".into(),
        due: at(due),
        window_ends: at(due),
        schedule: "every quarter".into(),
    }
}

fn begun(due: &str, run: u64, late: Option<&str>) -> RegisterEvent {
    RegisterEvent::Begun { plan_name: "quarterly".into(), due: at(due), run, late: late.map(str::to_owned) }
}

const SPRING: &str = "2026-01-01T02:00:00Z";
const SUMMER: &str = "2026-04-01T02:00:00Z";
const AUTUMN: &str = "2026-07-01T02:00:00Z";
const WINTER: &str = "2026-10-01T02:00:00Z";

/// Two quarters performed, the second late; one missed; one under way; a run given up and one gone on with.
fn a_year() -> Vec<RegisterEvent> {
    let performed = |due: &str, run, verdict: &str| RegisterEvent::Performed {
        plan_name: "quarterly".into(),
        due: at(due),
        run,
        verdict: verdict.into(),
    };
    vec![
        scheduled(SPRING),
        opened(1),
        begun(SPRING, 1, None),
        closed(1),
        performed(SPRING, 1, "passed"),
        RegisterEvent::BundleSealed { run: 1, sha256: sha256_hex("a bundle") },
        scheduled(SUMMER),
        opened(2),
        RegisterEvent::RunAborted { run: 2, why: "the sandbox was not there".into() },
        opened(3),
        begun(SUMMER, 3, Some("the sandbox was not there")),
        RegisterEvent::RunResumed { run: 3, by: "another".into() },
        closed(3),
        scheduled(AUTUMN),
        RegisterEvent::Missed { plan_name: "quarterly".into(), due: at(AUTUMN), why: "nobody was there".into() },
        scheduled(WINTER),
        opened(4),
        begun(WINTER, 4, None),
    ]
}

#[test]
fn runs_and_occurrences_are_told_as_they_stand() {
    let reading = Register::read(&register(&a_year())).reading(&BTreeMap::new());
    assert_eq!((reading.problems.as_slice(), reading.entries), (&[][..], 18));
    let runs: Vec<_> = reading.runs.iter().map(|run| (run.run, run.state, run.resumed)).collect();
    assert_eq!(runs, [(1, "closed", 0), (2, "aborted", 0), (3, "closed", 1), (4, "open", 0)]);
    assert_eq!(reading.runs[0].bundle_sha256, Some(sha256_hex("a bundle")));
    assert_eq!(reading.runs[1].bundle_sha256, None);
    let occurrences: Vec<_> = reading.occurrences.iter().map(|it| (it.due, it.state, it.run)).collect();
    assert_eq!(
        occurrences,
        [
            (at(SPRING), "performed", Some(1)),
            (at(SUMMER), "late", Some(3)),
            (at(AUTUMN), "missed", None),
            (at(WINTER), "under way", Some(4)),
        ]
    );
    assert_eq!(reading.occurrences[2].why.as_deref(), Some("nobody was there"));
    let table = crate::tables::runs(&reading);
    assert_eq!(table.rows.len(), 5, "four runs, and the occurrence that none performs");
    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
}

#[test]
fn the_register_is_cut_behind_the_closing_of_a_run() {
    let whole = register(&a_year());
    let cut = up_to_closing(&whole, 1).unwrap();
    assert_eq!(Register::read(cut).events.last().map(|(_, event)| event.step()), Some("run-closed"));
    assert_eq!(cut.lines().count(), 4);
    assert_eq!(up_to_closing(&whole, 2), None, "a run that was given up is never closed");
}

#[test]
fn whatever_is_wrong_with_the_register_is_named_and_what_follows_is_not_used() {
    let whole = register(&a_year());
    let broken = Register::read(&whole.replacen("nobody was there", "everybody was", 1));
    assert!(broken.problems[0].contains("line 15 of chain `register` does not follow"), "{:?}", broken.problems);
    assert_eq!(broken.lines, 15, "the changed line itself still follows the one before");

    let events =
        [opened(1), closed(1), closed(1), opened(3), RegisterEvent::BundleSealed { run: 3, sha256: "x".into() }];
    let problems = Register::read(&register(&events)).reading(&BTreeMap::new()).problems;
    assert_eq!(
        problems,
        ["run 1 was ended twice", "run 3 was opened where run 2 was next", "run 3 was sealed, and was not closed"]
    );
    let unknown = whole.replace("run-aborted", "run-abandoned");
    assert!(!Register::read(&unknown).problems.is_empty());
}

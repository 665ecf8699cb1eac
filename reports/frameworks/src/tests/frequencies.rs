//! How often something was done, and what can be sampled of it.

use backproof_evidence::dossier::{Dossier, Period, RunSummary};
use backproof_model::Outcome;
use jiff::civil::{Date, date};

use super::told::{at, concluded, occurrence, of_a_year, of_one, year};
use crate::catalogue::{Frequency, FrequencyBasis, MinimumFrequency};
use crate::frequency::{FrequencyReading, FrequencyVerdict, frequency};
use crate::samples;

fn read(at_least: Frequency, dossier: &Dossier) -> FrequencyReading {
    frequency(Some(MinimumFrequency { at_least, basis: FrequencyBasis::Stated }), dossier)
}

fn verdict(minimum: Frequency, dossier: &Dossier) -> FrequencyVerdict {
    read(minimum, dossier).verdict
}

/// The year, with its third run altered.
fn third(alter: impl FnOnce(&mut Dossier)) -> Dossier {
    let mut dossier = of_a_year();
    alter(&mut dossier);
    concluded(dossier)
}

#[test]
fn each_whole_span_of_a_period_needs_a_run() {
    let dossier = of_a_year();
    for (minimum, expected) in [
        (Frequency::Monthly, FrequencyVerdict::NotMet),
        (Frequency::Quarterly, FrequencyVerdict::Met),
        (Frequency::HalfYearly, FrequencyVerdict::Met),
        (Frequency::Yearly, FrequencyVerdict::Met),
    ] {
        assert_eq!(verdict(minimum, &dossier), expected, "{minimum:?}");
    }
    let quarters = read(Frequency::Quarterly, &dossier).spans;
    let of: Vec<(Date, Date, &[u64])> =
        quarters.iter().map(|span| (span.from, span.to, span.runs.as_slice())).collect();
    assert_eq!(of[0], (date(2026, 1, 1), date(2026, 3, 31), &[1][..]));
    assert_eq!(of[3], (date(2026, 10, 1), date(2026, 12, 31), &[4][..]));
}

#[test]
fn what_is_no_performance_of_the_control_counts_for_nothing() {
    for (what, dossier) in [
        ("a check of one point", third(|dossier| dossier.register.runs[2].is_check = true)),
        ("an aborted run", third(|dossier| dossier.register.runs[2].state = "aborted")),
        ("an open run", third(|dossier| dossier.register.runs[2].state = "open")),
        ("another plan's run", third(|dossier| dossier.register.runs[2].plan_name = "yearly".into())),
        ("a run without a restore test", third(|dossier| dossier.runs[2].evidence.tests.clear())),
        (
            "a run without a verdict",
            third(|dossier| {
                for test in &mut dossier.runs[2].evidence.tests {
                    test.outcome = Outcome::inconclusive(backproof_model::FaultOwner::Sandbox, "no permission");
                }
            }),
        ),
        ("a run of which nothing is known", third(|dossier| drop(dossier.runs.remove(2)))),
    ] {
        let found = read(Frequency::Quarterly, &dossier);
        assert_eq!(found.verdict, FrequencyVerdict::NotMet, "{what}");
        assert!(found.sentence.contains("2026-07-01 to 2026-09-30"), "{what}: {}", found.sentence);
    }
}

#[test]
fn a_run_whose_bundle_is_elsewhere_counts_by_what_the_register_knows_of_it() {
    let summary = |passed, inconclusive| RunSummary {
        verdict: "failed".into(),
        drawn: 5,
        passed,
        failed: 0,
        inconclusive,
        recovery_median_seconds: None,
        recovery_longest_seconds: None,
    };
    for (summary, expected) in [(summary(5, 0), FrequencyVerdict::Met), (summary(0, 5), FrequencyVerdict::NotMet)] {
        let dossier = third(|dossier| {
            dossier.runs.remove(2);
            dossier.register.runs[2].summary = Some(summary.clone());
        });
        assert_eq!(verdict(Frequency::Quarterly, &dossier), expected);
    }
}

#[test]
fn what_cannot_be_told_is_not_judged() {
    let short = Period { from: date(2026, 2, 1), to: date(2026, 3, 30) };
    for dossier in [
        of_one(),
        Dossier { period: Some(short), ..of_a_year() },
        third(|dossier| dossier.register.problems.push("line 3 does not follow line 2".into())),
        third(|dossier| dossier.register.runs.clear()),
    ] {
        assert_eq!(verdict(Frequency::Quarterly, &dossier), FrequencyVerdict::NotJudged);
    }
    assert_eq!(frequency(None, &of_a_year()).verdict, FrequencyVerdict::NoneDemanded);
}

#[test]
fn a_period_shorter_than_a_span_is_long_enough_where_it_holds_a_run() {
    let half = Period { from: date(2026, 1, 1), to: date(2026, 6, 30) };
    let found = read(Frequency::Yearly, &Dossier { period: Some(half), ..of_a_year() });
    assert_eq!((found.verdict, found.spans.len()), (FrequencyVerdict::Met, 1), "{}", found.sentence);
    assert_eq!(found.spans[0].runs, [1, 2]);
}

#[test]
fn short_months_shorten_no_later_span() {
    let from_the_last = Period { from: date(2026, 1, 31), to: date(2026, 5, 30) };
    let spans = read(Frequency::Monthly, &Dossier { period: Some(from_the_last), ..of_a_year() }).spans;
    let days: Vec<(Date, Date)> = spans.iter().map(|span| (span.from, span.to)).collect();
    assert_eq!(days[0], (date(2026, 1, 31), date(2026, 2, 27)));
    assert_eq!(days[1], (date(2026, 2, 28), date(2026, 3, 30)));
    assert_eq!(days[3], (date(2026, 4, 30), date(2026, 5, 30)));
}

#[test]
fn the_frame_of_samples_holds_what_was_missed_and_what_was_not_scheduled() {
    let mut register = of_a_year().register;
    register.occurrences.push(occurrence(at("2026-08-15T02:00:00Z"), "missed", None));
    register.occurrences.push(occurrence(at("2026-12-31T23:00:00Z"), "scheduled", None));
    register.occurrences.push(occurrence(at("2027-01-01T00:00:00Z"), "scheduled", None));
    register.occurrences[1].state = "late";
    let mut check = register.runs[0].clone();
    (check.run, check.is_check, check.opened_at) = (5, true, at("2026-11-01T00:00:00Z"));
    register.runs.push(check);
    let frame = samples(year(), &register);
    let counts = (frame.scheduled, frame.performed, frame.late, frame.missed, frame.undecided, frame.outside_schedule);
    assert_eq!(counts, (6, 3, 1, 1, 1, 1));
    let of: Vec<(usize, &str, Option<u64>)> =
        frame.occurrences.iter().map(|it| (it.number, it.state.as_str(), it.run)).collect();
    assert_eq!(
        of,
        [
            (1, "performed", Some(1)),
            (2, "late", Some(2)),
            (3, "performed", Some(3)),
            (4, "missed", None),
            (5, "performed", Some(4)),
            (6, "closed", Some(5)),
            (7, "scheduled", None),
        ]
    );
    assert!(frame.occurrences[0].bundle_sha256.is_some() && frame.occurrences[5].is_check);
    assert!(
        frame
            .sentences
            .iter()
            .any(|sentence| sentence == "Missed: 2026-08-15 02:00:00 UTC of quarterly: the host was down.")
    );
}

#[test]
fn a_frame_of_a_broken_register_or_of_no_schedule_says_so() {
    let mut register = of_a_year().register;
    register.problems.push("run 9 was opened where run 5 was next".into());
    register.occurrences.clear();
    let frame = samples(year(), &register);
    assert_eq!((frame.scheduled, frame.outside_schedule), (0, 4));
    assert!(frame.sentences.iter().any(|sentence| sentence.contains("may be incomplete")), "{:?}", frame.sentences);
    assert!(frame.sentences.iter().any(|sentence| sentence.contains("No schedule was in force")));
}

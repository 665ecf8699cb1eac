//! Whatever numbers a journal or a register holds, a report is made of them.

use backproof_evidence::testing::{Story, TestStory, extremes};
use backproof_frameworks::{assess, find};
use backproof_render::{document, markdown};

use crate::support::{dossier_of, record, year};

/// A run with two strata, two attempts at one restore test, and one that the budget held back.
fn story() -> Story {
    let mut story = Story::of_every_outcome();
    story.tests = vec![TestStory::passed(1, "orders"), story.tests.swap_remove(5)];
    story.tests[0].drawn.stratum = "Aurora".into();
    story.population.units_by_stratum.insert("Aurora".into(), 30);
    story.tests.push(TestStory::held_back(8, "profiles", "it would cost too much"));
    story
}

#[test]
fn no_number_of_a_journal_brings_a_report_down() {
    let catalogue = find("soc2").unwrap().read().unwrap();
    for (what, journal) in extremes(&story().journal()) {
        let dossier = dossier_of(record(&journal, None));
        let report = markdown::render(&document(&dossier, &[assess(&catalogue, &dossier)]));
        assert!(report.contains("quarterly"), "{what}");
    }
}

#[test]
fn no_number_of_a_register_or_of_a_sealed_table_brings_a_report_down() {
    let catalogue = find("soc2").unwrap().read().unwrap();
    for seconds in [i64::MAX, i64::MIN] {
        let mut dossier = year();
        for run in &mut dossier.register.runs {
            run.resumed = u64::MAX;
            if let Some(summary) = &mut run.summary {
                (summary.drawn, summary.passed) = (u64::MAX, u64::MAX);
                (summary.failed, summary.inconclusive) = (u64::MAX, u64::MAX);
                (summary.recovery_median_seconds, summary.recovery_longest_seconds) = (Some(seconds), Some(seconds));
            }
        }
        dossier.runs.remove(1);
        for resource in &mut dossier.coverage {
            resource.eligible_points = u64::MAX;
            resource.last_passed = Some(if seconds > 0 { jiff::Timestamp::MAX } else { jiff::Timestamp::MIN });
        }
        dossier.register.entries = u64::MAX;
        let report = markdown::render(&document(&dossier, &[assess(&catalogue, &dossier)]));
        assert!(report.contains("quarterly"));
    }
}

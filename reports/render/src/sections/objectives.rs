//! Section 9: recovery time and the three figures of the recovery point, each against its own objective.

use std::collections::BTreeMap;

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::figures::recovery_seconds;
use backproof_evidence::words::{counted, duration, grouped, moment};
use backproof_model::record::ResourceReady;

use super::attempt::conditions;
use super::restore_test::target;
use super::{called, of_each_run};
use crate::charts;
use crate::compose::{Words, callout, cell, heading, link, mark, name, paragraph, table};
use crate::document::{Block, Tone};

/// Resources in a table of gaps, and restore tests in a table of times.
const MOST: usize = 20;

/// The section.
pub(super) fn blocks(dossier: &Dossier) -> Vec<Block> {
    of_each_run(dossier, "recovery time and recovery point", of_run)
}

fn of_run(record: &RunRecord) -> Vec<Block> {
    let figures = &record.conclusion.figures;
    let objective = match figures.rto_objective_seconds {
        Some(objective) => format!("Objective: {}.", duration(objective)),
        None => "The plan sets no objective.".to_owned(),
    };
    let not_measured = match figures.recovery_not_measured {
        0 => String::new(),
        count => format!("; in {} nothing was shown to recover, which meets no objective", grouped(count)),
    };
    let mut blocks = vec![
        heading("Recovery time"),
        paragraph(format!(
            "From asking for the restore until the data was shown to be usable. {objective} Measured in {}{not_measured}.",
            counted(figures.recovery_measured, "restore test")
        )),
        callout(
            Tone::Plain,
            "Under test conditions",
            "Recovery times were measured one resource at a time, in the sandbox, on the instance classes and sizes below. \
             A disaster restores many at once, on other capacity, and applications need more than their data.",
        ),
    ];
    blocks.extend(charts::recovery::chart(&record.evidence, figures.rto_objective_seconds));
    blocks.push(by_type(record));
    blocks.push(longest(record));
    blocks.push(heading("Gap"));
    blocks.push(paragraph(format!(
        "The longest interval between consecutive recovery points of a resource, the time since its latest one included. {}",
        figures.gap_objective_seconds.map_or_else(
            || "The plan sets no limit.".to_owned(),
            |objective| format!("At most {} is permitted; of the longest gaps on record {} longer.", duration(objective), are(figures.gaps_exceeded, figures.gaps_computed))
        )
    )));
    blocks.extend(charts::gaps::chart(&record.evidence, figures.gap_objective_seconds));
    blocks.push(gaps(record));
    blocks.push(heading("Lag"));
    blocks.push(paragraph(match figures.longest_lag_seconds {
        Some(longest) => format!(
            "The recovery point's time minus that of the newest data in it. Measured in {}; the largest was {}.",
            counted(figures.lag_measured, "restore test"),
            duration(longest)
        ),
        None => "The recovery point's time minus that of the newest data in it. Not measured: no check read a time from the data.".to_owned(),
    }));
    blocks.push(heading("Age at test"));
    blocks.push(paragraph(match figures.youngest_at_test_seconds.zip(figures.oldest_at_test_seconds) {
        Some((youngest, oldest)) => format!(
            "How old the tested recovery points were when the run listed them. This is no recovery point objective. From {} to {}.",
            duration(youngest),
            duration(oldest)
        ),
        None => "How old the tested recovery points were when the run listed them: not recorded.".to_owned(),
    }));
    blocks
}

fn are(exceeded: u64, computed: u64) -> String {
    format!("{} of {} {}", grouped(exceeded), counted(computed, "resource"), if exceeded == 1 { "is" } else { "are" })
}

/// Recovery times by resource type.
fn by_type(record: &RunRecord) -> Block {
    let objective = record.conclusion.figures.rto_objective_seconds;
    let mut types: BTreeMap<&str, (u64, Vec<i64>)> = BTreeMap::new();
    for test in &record.evidence.tests {
        let (drawn, times) = types.entry(test.drawn.point.resource_type.as_str()).or_default();
        *drawn += 1;
        times.extend(recovery_seconds(test));
    }
    let rows = types.into_iter().map(|(name, (drawn, mut times))| {
        times.sort_unstable();
        let measured = times.len() as u64;
        let met = objective.map(|objective| times.iter().filter(|seconds| **seconds <= objective).count() as u64);
        let median = times.get(times.len().saturating_sub(1) / 2).copied();
        let told = |seconds: Option<i64>| seconds.map_or_else(|| "not measured".to_owned(), duration);
        [
            cell(name),
            cell(grouped(drawn)),
            cell(grouped(measured)),
            match met {
                None => cell("no objective"),
                Some(met) if met == drawn => mark(Tone::Good, format!("{} of {}", grouped(met), grouped(drawn))),
                Some(met) => mark(Tone::Bad, format!("{} of {}", grouped(met), grouped(drawn))),
            },
            cell(told(median)),
            cell(told(times.last().copied())),
        ]
    });
    let titles = ["Resource type", "#Drawn", "#Measured", "Met the objective", "Median", "Longest"];
    table("Recovery time by resource type, under test conditions", &titles).rows(rows).block_or("Nothing was drawn.")
}

/// The longest recovery times, with what they were measured on.
fn longest(record: &RunRecord) -> Block {
    let run = &record.evidence;
    let objective = record.conclusion.figures.rto_objective_seconds;
    let mut measured: Vec<_> = run.tests.iter().filter_map(|test| Some((recovery_seconds(test)?, test))).collect();
    measured.sort_by_key(|(seconds, test)| (std::cmp::Reverse(*seconds), test.drawn.test));
    let rows = measured.iter().take(MOST).map(|(seconds, test)| {
        let point = &test.drawn.point;
        let on = test.attempts.iter().rev().find_map(|attempt| match &attempt.ready {
            Some(ResourceReady::Ready { target, .. }) => conditions(target),
            Some(ResourceReady::NotReady { .. }) | None => None,
        });
        let size = point
            .backup_size_in_bytes
            .map_or_else(|| "not recorded".to_owned(), |bytes| format!("{} bytes", grouped(bytes)));
        let time = duration(*seconds);
        [
            cell(
                [
                    link(test.drawn.test.to_string(), format!("#{}", target(run, test))),
                    crate::compose::words(format!(" {}", called(point))),
                ]
                .text(),
            ),
            match objective {
                Some(objective) if *seconds > objective => mark(Tone::Bad, format!("{time}, too long")),
                Some(_) | None => cell(time),
            },
            cell(size),
            cell(on.unwrap_or_else(|| "no instance class".to_owned())),
        ]
    });
    table(
        "The longest recovery times, and what they were measured on",
        &["Restore test", "Recovery time", "Backup size", "Restored as"],
    )
    .rows(rows)
    .note_if(crate::compose::rest(measured.len(), MOST, "stand in", "results.csv"))
    .block_or("No recovery time was measured.")
}

fn gaps(record: &RunRecord) -> Block {
    let all = record.evidence.population.iter().flat_map(|population| &population.gaps);
    let objective = record.conclusion.figures.gap_objective_seconds;
    let computed = all.clone().count();
    let rows = all.take(MOST).map(|gap| {
        let time = duration(gap.gap_seconds);
        [
            cell(name(gap.resource_arn.as_str())),
            match objective {
                Some(objective) if gap.gap_seconds > objective => mark(Tone::Bad, format!("{time}, too long")),
                Some(_) | None => cell(time),
            },
            cell(moment(gap.since)),
            cell(grouped(gap.points)),
        ]
    });
    table("Resources with the longest gaps", &["Resource", "Gap", "Since", "#Recovery points"])
        .rows(rows)
        .note_if(crate::compose::rest(computed, MOST, "of the longest stand in", "gaps.tsv"))
        .block_or("No gap was computed.")
}

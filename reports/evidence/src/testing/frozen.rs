//! A run whose lists exist: population, ranking and all, as the engine would have written them, so that a draw can be
//! done again.

use std::collections::BTreeMap;

use backproof_model::canonical::sha256_hex;
use backproof_model::chain::{Entry, Event, RUN_CHAIN};
use backproof_model::draw::{Entropy, Seed, rank_population};
use backproof_model::record::{DrawnPoint, Located, run_step};
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use jiff::Timestamp;

use super::JournalWriter;
use super::records::{at, drawn_point};
use super::story::{Story, TestStory};

/// The texts of a run's lists, by their files' names.
pub type RunLists = BTreeMap<&'static str, String>;

const STRATUM: &str = "DynamoDB";
const POINTS_HEADER: &str = "# recovery-point-arn\taccount\tregion\tvault\tvault-type\tresource-arn\ttype\tstatus\tcreation\tcompletion\tbytes\tkey\tcopied-from\n";

impl Story {
    /// Run `run`, with these restore tests, drawn from `tables` tables with two recovery points each. What was drawn
    /// takes the place of the points that the tests were told of.
    pub fn frozen(run: u64, tables: u32, tests: Vec<TestStory>) -> (Self, RunLists) {
        Self::of(tests).freeze(run, tables)
    }

    /// The same of a story whose plan and entropy are told already.
    pub fn freeze(self, run: u64, tables: u32) -> (Self, RunLists) {
        let mut story = self;
        story.opened.run = run;
        let points = points(tables);
        let mut lists = RunLists::new();
        let line = |point: &DrawnPoint| format!("{STRATUM}\t{}\t{}\n", point.unit, point.point.recovery_point_arn);
        let population: String = points.iter().map(line).collect();
        lists.insert("points.tsv", POINTS_HEADER.to_owned() + &points.iter().map(point_line).collect::<String>());
        lists.insert("excluded.tsv", excluded());
        story.population.eligible = points.len() as u64;
        story.population.excluded = 3;
        story.population.listed = story.population.eligible + 3;
        story.population.scope.points = story.population.eligible;
        story.population.scope.listed_points = story.population.listed;
        story.population.scope.resources = u64::from(tables);
        story.population.scope.protected_resources = u64::from(tables) + 1;
        story.population.units_by_stratum = [(STRATUM.to_owned(), u64::from(tables))].into();
        story.population.population_sha256 = sha256_hex(&population);
        story.population.excluded_sha256 = sha256_hex(&lists["excluded.tsv"]);
        story.draw(&population, &points, &mut lists);
        let told = |gap: &backproof_model::record::ResourceGap| {
            format!("{}\t{}\t{}\t{}\n", gap.resource_arn, gap.gap_seconds, gap.since, gap.points)
        };
        lists.insert("gaps.tsv", story.population.gaps.iter().map(told).collect());
        let told = |resource: &backproof_model::record::UncoveredResource| {
            format!("{}\t{}\tin-scope\t{}\n", resource.resource_type, resource.resource_arn, resource.why)
        };
        lists.insert("uncovered.tsv", story.population.uncovered.iter().map(told).collect());
        lists.insert("population.tsv", population);
        (story, lists)
    }

    /// Draws as the engine does, and lets the tests be of what was drawn.
    fn draw(&mut self, population: &str, points: &[DrawnPoint], lists: &mut RunLists) {
        let entropy: Entropy =
            format!("{}:{}", self.entropy.kind, self.entropy.value).parse().expect("the story's own entropy");
        let digest = &self.population.population_sha256;
        let run = self.opened.run.to_string();
        let seed = Seed::derive(&self.opened.plan_sha256, digest, &run, &entropy).expect("digests and a number");
        let ranked = rank_population(population.as_bytes(), &seed).expect("a population of our own");
        let ranking: String = ranked.iter().map(|unit| format!("{unit}\n")).collect();
        for (test, unit) in self.tests.iter_mut().zip(&ranked) {
            let drawn = points.iter().find(|point| point.point.recovery_point_arn.as_str() == unit.recovery_point_arn);
            let drawn = drawn.expect("what is ranked was listed").clone();
            for attempt in &mut test.attempts {
                if let Some(Located::AsItIs { recovery_point_arn, .. }) = &mut attempt.located {
                    *recovery_point_arn = drawn.point.recovery_point_arn.clone();
                }
            }
            test.drawn = DrawnPoint { test: test.drawn.test, rank: Some(unit.rank), ..drawn };
        }
        self.ranking_sha256 = sha256_hex(&ranking);
        lists.insert("ranking.tsv", ranking);
    }
}

/// Two points of each table, sorted as a population is.
fn points(tables: u32) -> Vec<DrawnPoint> {
    let point = |number: u32| {
        let mut point = drawn_point(number, &format!("table-{:04}", number / 2));
        point.point.resource_name = None;
        point
    };
    let mut points: Vec<DrawnPoint> = (0..2 * tables).map(point).collect();
    points.sort_by(|a, b| {
        let key = |point: &DrawnPoint| format!("{}\t{}", point.unit, point.point.recovery_point_arn);
        key(a).cmp(&key(b))
    });
    points
}

fn point_line(drawn: &DrawnPoint) -> String {
    let point = &drawn.point;
    format!(
        "{}\t{}\t{}\t{}\tBACKUP_VAULT\t{}\t{}\tCOMPLETED\t{}\t{}\t{}\t\t\n",
        point.recovery_point_arn,
        point.account,
        point.region,
        point.backup_vault_name,
        point.resource_arn,
        point.resource_type,
        point.creation_date.as_second(),
        point.completion_date.map(Timestamp::as_second).unwrap_or_default(),
        point.backup_size_in_bytes.unwrap_or_default(),
    )
}

fn excluded() -> String {
    let resource = "arn:aws:dynamodb:eu-central-1:111122223333:table/archive";
    let line =
        |reason: &str, number: u32| format!("{reason}\t{resource}/backup/{number:08}\t{resource}\tsays the test\n");
    [line("cold-storage", 1), line("cold-storage", 2), line("partial", 3)].concat()
}

/// The text of a register with these events, one every second from the day before the runs of tests begin.
pub fn register(events: &[RegisterEvent]) -> String {
    let mut journal = JournalWriter::new(REGISTER_RUN, at(-86_400));
    for event in events {
        let output = serde_json::to_value(event).expect("every event is plain JSON");
        journal.event(REGISTER_CHAIN, Event::Result { step: event.step().to_owned(), output });
    }
    journal.text()
}

/// The journal of a story without its population, as a check of one recovery point leaves it.
pub fn without_population(story: &Story) -> String {
    told_again(story, |_, step| step != run_step::POPULATION)
}

/// The journal of a story with one more record of the run, before what it says of exceptions.
pub fn with_record(story: &Story, step: &str, output: &impl serde::Serialize) -> String {
    let mut is_written = false;
    told_again(story, |journal, next| {
        if next == run_step::EXCEPTIONS && !is_written {
            is_written = true;
            journal.step(RUN_CHAIN, step, output);
        }
        true
    })
}

/// The journal, told again at the same times; `keeps` is asked before each intent and result, and may write.
fn told_again(story: &Story, mut keeps: impl FnMut(&mut JournalWriter, &str) -> bool) -> String {
    let mut journal = JournalWriter::new(story.opened.run, at(0));
    for line in story.journal().lines() {
        let entry: Entry = serde_json::from_str(line).expect("a line of our own");
        journal.now = entry.at;
        let is_kept = match &entry.event {
            Event::Intent { step, .. } | Event::Result { step, .. } => keeps(&mut journal, step),
            Event::Status { .. } | Event::Resumed { .. } => true,
        };
        if is_kept {
            journal.event(&entry.chain, entry.event);
        }
    }
    journal.text()
}

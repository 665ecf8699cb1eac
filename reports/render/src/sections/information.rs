//! Cards that tell of a list where it comes from: what an auditor asks of information produced by the entity.
//!
//! A card names what is recorded, and for everything else says that it is not.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RunRecord;
use backproof_evidence::words::{counted, grouped, moment};
use backproof_model::record::{AccountListed, RawAnswersKept};

use super::{NOT_RECORDED, when};
use crate::compose::{Words, fact, facts, name, words};
use crate::document::{Block, Text};

/// The card of one list.
pub(super) struct Card {
    rows: Vec<(&'static str, Option<Text>)>,
}

impl Card {
    fn new(list: &str, source: &str) -> Self {
        Self { rows: vec![("List", Some(list.text())), ("Source system", Some(source.text()))] }
    }

    fn add(mut self, term: &'static str, text: Option<impl Words>) -> Self {
        self.rows.push((term, text.map(Words::text)));
        self
    }

    /// The card as blocks.
    pub(super) fn blocks(self) -> Vec<Block> {
        let rows = self.rows.into_iter().map(|(term, text)| fact(term, text.unwrap_or_else(|| NOT_RECORDED.text())));
        vec![facts(rows.collect())]
    }
}

/// The population and what was left out of it.
pub(super) fn population_cards(record: &RunRecord) -> Vec<(&'static str, Card)> {
    let Some(population) = &record.evidence.population else { return Vec::new() };
    let aws = "AWS Backup, by its API";
    let listed = |card: Card| {
        card.add("API operations", Some(operations(record, &["List", "Describe", "Get"])))
            .add("Accounts and Regions read", Some(accounts(record, true)))
            .add("Accounts and Regions not read", Some(accounts(record, false)))
            .add("Caller", Some(callers(record)))
            .add("Listed at", Some(moment(population.as_of)))
            .add("Parameters", Some(scope(record)))
            .add("Pages", None::<String>)
            .add("Read to the end", Some(read_to_the_end(record)))
            .add("Errors and throttled calls", None::<String>)
            .add("Raw answers", record.evidence.raw.as_ref().map(raw))
    };
    vec![
        (
            "population.tsv",
            listed(Card::new("eligible recovery points, one a line", aws))
                .add("Items", Some(grouped(population.eligible)))
                .add(
                    "Left out",
                    Some(format!(
                        "{}, each with its reason in excluded.tsv",
                        counted(population.excluded, "listed recovery point")
                    )),
                )
                .add(
                    "Tie-out",
                    Some(format!(
                        "{} listed = {} eligible + {} excluded",
                        grouped(population.listed),
                        grouped(population.eligible),
                        grouped(population.excluded)
                    )),
                )
                .add("File and digest", Some(file(record, "population.tsv", Some(&population.population_sha256)))),
        ),
        (
            "excluded.tsv",
            listed(Card::new("listed recovery points that could not be drawn, each with its reason", aws))
                .add("Items", Some(grouped(population.excluded)))
                .add("Left out", Some("nothing"))
                .add("File and digest", Some(file(record, "excluded.tsv", Some(&population.excluded_sha256)))),
        ),
        (
            "uncovered.tsv",
            Card::new("protected resources without a recovery point that can be drawn", aws)
                .add("API operations", Some(operations(record, &["ListProtectedResources"])))
                .add("Listed at", Some(moment(population.as_of)))
                .add("Items", Some(grouped(population.uncovered_total)))
                .add("Left out", Some("resources that AWS Backup does not protect: they are not known here"))
                .add("File and digest", Some(file(record, "uncovered.tsv", None))),
        ),
        (
            "gaps.tsv",
            Card::new(
                "the longest interval between recovery points of each resource",
                "computed from the list of recovery points",
            )
            .add("Listed at", Some(moment(population.as_of)))
            .add(
                "Items",
                Some(format!("{} in the journal, the longest", grouped(record.conclusion.figures.gaps_computed))),
            )
            .add("File and digest", Some(file(record, "gaps.tsv", None))),
        ),
    ]
}

/// The ranking and the sample.
pub(super) fn sample_cards(record: &RunRecord) -> Vec<(&'static str, Card)> {
    let Some(commitment) = &record.evidence.commitment else { return Vec::new() };
    let source = "computed by backproof from population.tsv and the seed";
    vec![
        (
            "ranking.tsv",
            Card::new("every unit with its rank and its designated point", source)
                .add("Parameters", Some(format!("{}; the seed and its inputs stand above", commitment.algorithm)))
                .add(
                    "Items",
                    Some(grouped(commitment.sizes.values().map(|size| size.population).fold(0, u64::saturating_add))),
                )
                .add(
                    "Left out",
                    Some(format!("{} tested for certain", counted(commitment.certainty_units.len() as u64, "unit"))),
                )
                .add("File and digest", Some(file(record, "ranking.tsv", record.evidence.ranking_sha256.as_deref()))),
        ),
        (
            "draw.json",
            Card::new("the drawn recovery points in their order", source)
                .add("Items", Some(grouped(record.evidence.tests.len() as u64)))
                .add("Left out", Some("nothing: what was drawn and never performed is listed as well"))
                .add("File and digest", Some(file(record, "draw.json", None))),
        ),
    ]
}

/// The results, their checks, and the created resources.
pub(super) fn result_cards(record: &RunRecord) -> Vec<(&'static str, Card)> {
    let run = &record.evidence;
    let checks = run.tests.iter().map(|test| test.checks().len() as u64).sum();
    let written = format!("{} to {}", when(run.began), when(run.last_entry));
    let source = "the run's journal, written while it ran; restore jobs as AWS Backup described them";
    vec![
        (
            "results.csv",
            Card::new("every drawn recovery point with its outcome", source)
                .add("API operations", Some(operations(record, &["RestoreJob", "CopyJob"])))
                .add("Written", Some(written.clone()))
                .add("Items", Some(grouped(run.tests.len() as u64)))
                .add("Tie-out", Some(tie_out(record)))
                .add("File and digest", Some(file(record, "results.csv", None))),
        ),
        (
            "checks.csv",
            Card::new(
                "every check of the last examination of each restored resource",
                "the validators, by the run's journal",
            )
            .add("Written", Some(written))
            .add("Items", Some(grouped(checks)))
            .add("File and digest", Some(file(record, "checks.csv", None))),
        ),
        (
            "journal.jsonl",
            Card::new("everything that the run did, in the order in which it did it", "backproof itself")
                .add("Items", Some(grouped(run.chains.iter().map(|chain| chain.lines as u64).sum())))
                .add("File and digest", Some(file(record, "journal.jsonl", Some(&run.journal_sha256)))),
        ),
    ]
}

/// The register.
pub(super) fn register_card(dossier: &Dossier) -> Card {
    let register = &dossier.register;
    Card::new(
        "every run that got a number, and every occurrence of a schedule",
        "backproof's register, a chain of lines",
    )
    .add(
        "Items",
        Some(format!(
            "{}, {}",
            counted(register.runs.len() as u64, "run"),
            counted(register.occurrences.len() as u64, "occurrence")
        )),
    )
    .add(
        "Gaps in the numbers",
        Some(if register.problems.is_empty() { "none found".to_owned() } else { register.problems.join("; ") }),
    )
    .add("Head of the chain", register.head.as_ref().map(name))
    .add("File and digest", Some(file(dossier.latest(), "register.jsonl", None)))
}

/// Exceptions.
pub(super) fn exceptions_card(dossier: &Dossier) -> Card {
    Card::new("every exception that the register knows", "backproof's register")
        .add("Items", Some(grouped(dossier.exceptions.len() as u64)))
        .add("Left out", Some("nothing: closed and accepted ones are listed as well"))
        .add("File and digest", Some(file(dossier.latest(), "exceptions.csv", None)))
}

fn tie_out(record: &RunRecord) -> String {
    let counts = record.conclusion.counts;
    format!(
        "{} drawn = {} passed + {} failed + {} that could not be told",
        grouped(counts.drawn),
        grouped(counts.passed),
        grouped(counts.failed),
        grouped(counts.inconclusive)
    )
}

/// The operations that were called, with how often, as far as the closing record counts them.
fn operations(record: &RunRecord, parts: &[&str]) -> Text {
    let calls = record.evidence.closed.iter().flat_map(|closed| &closed.calls);
    let told: Vec<String> = calls
        .filter(|(operation, _)| parts.iter().any(|part| operation.contains(part)))
        .map(|(operation, count)| format!("{operation} ({})", grouped(*count)))
        .collect();
    if told.is_empty() { NOT_RECORDED.text() } else { told.join(", ").text() }
}

fn accounts(record: &RunRecord, read: bool) -> String {
    let all = record.evidence.population.iter().flat_map(|population| &population.accounts);
    let of = |it: &AccountListed| match &it.problem {
        None => format!("{} {}", it.account, it.region),
        Some(problem) => format!("{} {} ({problem})", it.account, it.region),
    };
    let told: Vec<String> = all.filter(|it| it.problem.is_none() == read).map(of).collect();
    if told.is_empty() { "none".to_owned() } else { shortened(&told) }
}

fn callers(record: &RunRecord) -> Text {
    let all = record.evidence.population.iter().flat_map(|population| &population.accounts);
    let mut callers: Vec<String> = all.filter_map(|it| it.caller_arn.as_ref().map(ToString::to_string)).collect();
    callers.dedup();
    if callers.is_empty() { NOT_RECORDED.text() } else { name(shortened(&callers)).text() }
}

fn scope(record: &RunRecord) -> Text {
    let plan = record.evidence.opened.as_ref().map(|opened| &opened.plan);
    match plan.and_then(|plan| plan.get("scope")) {
        Some(scope) => [words("the plan's scope: "), name(scope.to_string())].text(),
        None => NOT_RECORDED.text(),
    }
}

fn read_to_the_end(record: &RunRecord) -> String {
    let vaults: Vec<_> = record.evidence.population.iter().flat_map(|population| &population.vaults).collect();
    let cut = vaults.iter().filter(|vault| vault.problem.is_some()).count() as u64;
    match (vaults.len() as u64, cut) {
        (0, _) => "no vault was listed".to_owned(),
        (all, 0) => format!("yes, all of {}: the last page named no further one", counted(all, "vault")),
        (all, cut) => {
            format!("not for {} of {}; they are named in the table of vaults", grouped(cut), counted(all, "vault"))
        }
    }
}

/// AWS's answers that were kept of the run.
fn raw(kept: &RawAnswersKept) -> Text {
    let lost = if kept.lost == 0 { String::new() } else { format!(", {} lost", grouped(kept.lost)) };
    [words(format!("{} kept{lost}, SHA-256 ", counted(kept.answers, "answer"))), name(&kept.sha256)].text()
}

/// A file of the bundle with its digest: that of the seal, or else that which the journal names.
fn file(record: &RunRecord, file: &str, journalled: Option<&str>) -> Text {
    let sealed = record.seal.as_ref().and_then(|seal| seal.files.iter().find(|it| it.name == file));
    match (sealed, journalled) {
        (Some(sealed), _) => {
            [words(format!("{file}, {} bytes, SHA-256 ", grouped(sealed.bytes))), name(&sealed.sha256)].text()
        }
        (None, Some(sha256)) => [words(format!("{file}, SHA-256 by the journal ")), name(sha256)].text(),
        (None, None) => format!("{file}; no digest recorded").text(),
    }
}

fn shortened(items: &[String]) -> String {
    const MOST: usize = 20;
    let shown: Vec<&str> = items.iter().take(MOST).map(String::as_str).collect();
    let more = items.len().saturating_sub(MOST);
    let more = if more == 0 { String::new() } else { format!(" and {} more", grouped(more as u64)) };
    format!("{}{more}", shown.join(", "))
}

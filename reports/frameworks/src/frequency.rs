//! Whether something was done often enough over a period, by the register.
//!
//! The period is divided from its first day into spans of the minimum frequency. Each whole span must hold a run that
//! came to a verdict on at least one recovery point. A single run shows no frequency, nor does a broken register.

use backproof_evidence::Dossier;
use backproof_evidence::dossier::{Period, RegisterRun, RunRecord};
use backproof_evidence::words::counted;
use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::catalogue::{FrequencyBasis, MinimumFrequency};

/// Whether something was done often enough.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrequencyReading {
    /// How often at least, where anything is demanded.
    pub minimum: Option<MinimumFrequency>,
    /// Whether that is met.
    pub verdict: FrequencyVerdict,
    /// In one or two sentences.
    pub sentence: String,
    /// The spans that the period was divided into; empty where nothing was judged.
    pub spans: Vec<FrequencySpan>,
}

/// Whether a minimum frequency is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FrequencyVerdict {
    /// None is demanded.
    NoneDemanded,
    /// It cannot be told from this dossier.
    NotJudged,
    /// Every whole span holds a run.
    Met,
    /// A whole span holds none.
    NotMet,
}

/// One span of a period, and the runs that count in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrequencySpan {
    /// Its first day, in UTC.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// The runs that began in it and came to a verdict.
    pub runs: Vec<u64>,
}

impl FrequencyReading {
    /// Whether it was done more rarely than demanded.
    pub fn is_violated(&self) -> bool {
        self.verdict == FrequencyVerdict::NotMet
    }

    fn untold(minimum: MinimumFrequency, why: &str) -> Self {
        let wanted = wanted(minimum);
        Self {
            minimum: Some(minimum),
            verdict: FrequencyVerdict::NotJudged,
            sentence: format!("{wanted} {why}"),
            spans: Vec::new(),
        }
    }
}

/// Reads the frequency from the register.
pub(crate) fn frequency(minimum: Option<MinimumFrequency>, dossier: &Dossier) -> FrequencyReading {
    let Some(minimum) = minimum else {
        let sentence = "No minimum frequency is set.".to_owned();
        return FrequencyReading { minimum, verdict: FrequencyVerdict::NoneDemanded, sentence, spans: Vec::new() };
    };
    let Some(period) = dossier.period else {
        return FrequencyReading::untold(minimum, "One run cannot show how often: that takes a report of a period.");
    };
    let register = &dossier.register;
    if register.runs.is_empty() {
        return FrequencyReading::untold(minimum, "The register is not at hand, so how often cannot be told.");
    }
    if !register.problems.is_empty() {
        let why = "The register does not hold together, so it cannot tell how often.";
        return FrequencyReading::untold(minimum, why);
    }
    let counting = counting(dossier);
    let spans = spans(period, minimum, &counting);
    if spans.is_empty() {
        return of_a_short_period(period, minimum, &counting);
    }
    let empty: Vec<String> =
        spans.iter().filter(|span| span.runs.is_empty()).map(|span| format!("{} to {}", span.from, span.to)).collect();
    let (verdict, found) = if empty.is_empty() {
        let found = format!("Each of {} of the period holds a run that came to a verdict.", whole(spans.len()));
        (FrequencyVerdict::Met, found)
    } else {
        let found = format!(
            "Of {} of the period, {} without a run that came to a verdict: {}.",
            whole(spans.len()),
            if empty.len() == 1 { "one is".to_owned() } else { format!("{} are", empty.len()) },
            empty.join(", ")
        );
        (FrequencyVerdict::NotMet, found)
    };
    FrequencyReading { minimum: Some(minimum), verdict, sentence: format!("{} {found}", wanted(minimum)), spans }
}

fn wanted(minimum: MinimumFrequency) -> String {
    let says = match minimum.basis {
        FrequencyBasis::Stated => "the publication says so",
        FrequencyBasis::Customary => "the publication names no frequency; this one is customary",
    };
    format!("At least {} ({says}).", minimum.at_least.as_str())
}

fn whole(spans: usize) -> String {
    counted(spans as u64, "whole span")
}

/// A period shorter than one span: a run in it is often enough, and none says nothing.
fn of_a_short_period(period: Period, minimum: MinimumFrequency, counting: &[(u64, Date)]) -> FrequencyReading {
    let span = span(period.from, period.to, counting);
    if span.runs.is_empty() {
        return FrequencyReading::untold(minimum, "The period is shorter than that, so how often cannot be told.");
    }
    FrequencyReading {
        minimum: Some(minimum),
        verdict: FrequencyVerdict::Met,
        sentence: format!(
            "{} The period is shorter than that, and holds a run that came to a verdict.",
            wanted(minimum)
        ),
        spans: vec![span],
    }
}

/// The runs that count, and when they began.
fn counting(dossier: &Dossier) -> Vec<(u64, Date)> {
    dossier.register.runs.iter().filter(|run| counts(run, dossier)).map(begun).collect()
}

fn span(from: Date, to: Date, counting: &[(u64, Date)]) -> FrequencySpan {
    let within = counting.iter().filter(|(_, day)| (from..=to).contains(day));
    FrequencySpan { from, to, runs: within.map(|(run, _)| *run).collect() }
}

/// The whole spans of a period. What is left at its end is no whole one and judged by nobody.
fn spans(period: Period, minimum: MinimumFrequency, counting: &[(u64, Date)]) -> Vec<FrequencySpan> {
    let months = minimum.at_least.months();
    let mut spans = Vec::new();
    // Each span is counted from the period's first day, so that a short month shortens no later span.
    for number in 0.. {
        let start = |number: i32| period.from.checked_add(Span::new().months(months * number)).ok();
        let (Some(from), Some(next)) = (start(number), start(number + 1)) else { break };
        let Ok(to) = next.yesterday() else { break };
        if to > period.to {
            break;
        }
        spans.push(span(from, to, counting));
    }
    spans
}

fn begun(run: &RegisterRun) -> (u64, Date) {
    (run.run, run.opened_at.to_zoned(TimeZone::UTC).date())
}

/// Whether a run of the register counts: of a plan that the dossier is about, closed, with a verdict on something.
fn counts(run: &RegisterRun, dossier: &Dossier) -> bool {
    if run.is_check || run.state != "closed" || !is_of_these_plans(&run.plan_name, dossier) {
        return false;
    }
    match (dossier.runs.iter().find(|record| record.evidence.run == run.run), &run.summary) {
        (Some(record), _) => came_to_a_verdict(record),
        (None, Some(summary)) => summary.passed > 0 || summary.failed > 0,
        (None, None) => false,
    }
}

fn came_to_a_verdict(record: &RunRecord) -> bool {
    let counts = record.conclusion.counts;
    record.evidence.is_closed() && counts.passed + counts.failed > 0
}

/// Whether a dossier is about the plan of this name.
pub(crate) fn is_of_these_plans(plan_name: &str, dossier: &Dossier) -> bool {
    let opened = dossier.runs.iter().filter_map(|run| run.evidence.opened.as_ref());
    opened.into_iter().any(|opened| opened.plan_name == plan_name)
}

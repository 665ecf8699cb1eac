//! Metrics, worked out from the register when somebody asks, so that they survive restarts. No data, no ARNs.

use std::collections::BTreeMap;
use std::fmt::Error;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use backproof_model::exception::{Exception, Subject};
use backproof_model::record::Purpose;
use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_schedule::{PlanRecord, agenda};
use backproof_store::DatedEvent;
use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::host::RunFigures;

/// The content type of the answer.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All that metrics are worked out from.
pub(crate) struct Sources<'a> {
    pub(crate) plans: &'a [Arc<Plan>],
    pub(crate) events: &'a [DatedEvent],
    pub(crate) exceptions: &'a [Exception],
    /// By plan: the last closed run's figures.
    pub(crate) last_figures: &'a BTreeMap<String, RunFigures>,
    pub(crate) installation: &'a str,
    pub(crate) version: &'a str,
    pub(crate) now: Timestamp,
    pub(crate) looked_at: Timestamp,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfPlan {
    plan: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOutcome {
    plan: String,
    outcome: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfCurrency {
    plan: String,
    currency: String,
}

type Number<L> = Family<L, Gauge<f64, AtomicU64>>;

/// The text of all metrics.
pub(crate) fn text(sources: &Sources<'_>) -> Result<String, Error> {
    let mut registry = Registry::with_prefix("backproof");
    let build = Info::new(vec![("version", sources.version.to_owned())]);
    registry.register("build", "The program", build);
    let looked_at = Gauge::<f64, AtomicU64>::default();
    looked_at.set(seconds(sources.looked_at));
    registry.register("last_look_timestamp_seconds", "When plans and register were looked at last", looked_at);
    let of_plan = |name: &str, help: &str, registry: &mut Registry| {
        let family = Number::<OfPlan>::default();
        registry.register(name, help, family.clone());
        family
    };
    let last_run = of_plan("last_run_timestamp_seconds", "When a run of the plan was closed last", &mut registry);
    let last_success =
        of_plan("last_success_timestamp_seconds", "When a scheduled run of the plan passed last", &mut registry);
    let next_due = of_plan("next_due_timestamp_seconds", "When the plan is due next", &mut registry);
    let overdue = of_plan("overdue", "1 where nothing was performed for too long", &mut registry);
    let missed = of_plan("missed_occurrences", "Occurrences that were missed, ever", &mut registry);
    let open = of_plan("open_exceptions", "Exceptions that are open", &mut registry);
    let leftovers = of_plan("leftovers", "Resources that would not be deleted", &mut registry);
    let outcomes = Number::<OfOutcome>::default();
    registry.register("last_run_outcomes", "Restore tests of the last closed run, by outcome", outcomes.clone());
    let estimate = Number::<OfCurrency>::default();
    registry.register("last_run_cost_estimate", "What the last closed run was estimated to cost", estimate.clone());
    for plan in sources.plans {
        let label = || OfPlan { plan: plan.name.clone() };
        let set = |family: &Number<OfPlan>, value: f64| {
            family.get_or_create(&label()).set(value);
        };
        let record = PlanRecord::of(&plan.name, sources.events);
        let agenda = agenda(plan.schedule.as_ref(), &record, sources.installation, sources.now);
        if let Some(at) = last_closed(&plan.name, sources.events).map(|(_, at)| at) {
            set(&last_run, seconds(at));
        }
        if let Some(at) = record.last_passed() {
            set(&last_success, seconds(at));
        }
        if let Some(next) = agenda.next {
            set(&next_due, seconds(next.due));
        }
        set(&overdue, if agenda.overdue.is_some() { 1.0 } else { 0.0 });
        set(&missed, count(record.missed()));
        let open_ones = || {
            let of_plan = sources.exceptions.iter().filter(|exception| exception.opened.plan_name == plan.name);
            of_plan.filter(|exception| exception.is_open(sources.now))
        };
        set(&open, count(open_ones().count()));
        let is_leftover = |exception: &&Exception| matches!(exception.opened.subject, Subject::Leftover { .. });
        set(&leftovers, count(open_ones().filter(is_leftover).count()));
        let Some(figures) = sources.last_figures.get(&plan.name) else { continue };
        for word in ["passed", "failed", "inconclusive"] {
            let label = OfOutcome { plan: plan.name.clone(), outcome: word.to_owned() };
            let came_to = figures.closed.outcomes.values().filter(|outcome| outcome.word() == word);
            outcomes.get_or_create(&label).set(count(came_to.count()));
        }
        if let Some((amount, currency)) = &figures.estimate {
            let label = OfCurrency { plan: plan.name.clone(), currency: currency.clone() };
            // Metrics are for looking at; what is paid is said exactly in the report.
            #[expect(clippy::cast_precision_loss, reason = "a millionth more or less is not seen on a dashboard")]
            estimate.get_or_create(&label).set(amount.micros as f64 / 1e6);
        }
    }
    let mut text = String::new();
    encode(&mut text, &registry)?;
    Ok(text)
}

/// The last run of the plan's own that was closed, and when.
pub(crate) fn last_closed(plan_name: &str, events: &[DatedEvent]) -> Option<(u64, Timestamp)> {
    let closed = events.iter().rev().filter_map(|(at, event)| match event {
        RegisterEvent::RunClosed { run, .. } => Some((*run, *at)),
        _ => None,
    });
    let is_ours = |number: u64| {
        events.iter().any(|(_, event)| match event {
            RegisterEvent::RunOpened { run, plan_name: name, purpose, .. } => {
                *run == number && name == plan_name && *purpose == Purpose::Plan
            }
            _ => false,
        })
    };
    closed.into_iter().find(|(run, _)| is_ours(*run))
}

#[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^53")]
fn seconds(moment: Timestamp) -> f64 {
    moment.as_second() as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn count(number: usize) -> f64 {
    number as f64
}

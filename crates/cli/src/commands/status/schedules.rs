//! How schedules stand: what is due next, what was performed, missed, and overdue.

use std::collections::BTreeSet;

use backproof_model::register::RegisterEvent;
use backproof_plan::Plan;
use backproof_schedule::{OccurrenceState, RecordedOccurrence};
use backproof_service::{Standing, standing};
use backproof_store::Store;

use crate::args::Common;
use crate::wiring;

/// How the schedule of the plan at hand stands, and what the register says of others'.
pub(super) async fn standings(common: &Common, store: &Store) -> anyhow::Result<Vec<Standing>> {
    let events = store.events().await?;
    // A plan that cannot be read now hides nothing of what the register says.
    let plan = wiring::read_plan(common).ok().map(|planned| planned.plan);
    let scheduled = events.iter().filter_map(|(_, event)| match event {
        RegisterEvent::Scheduled { plan_name, .. } => Some(plan_name.clone()),
        _ => None,
    });
    let with_schedule = plan.iter().filter(|plan| plan.schedule.is_some()).map(|plan| plan.name.clone());
    let names: BTreeSet<String> = scheduled.chain(with_schedule).collect();
    let now = wiring::clock(common).now();
    let schedule = |name: &str| plan.as_ref().filter(|plan| plan.name == name).and_then(of);
    Ok(names.iter().map(|name| standing(name, schedule(name), &events, store.installation().as_str(), now)).collect())
}

fn of(plan: &Plan) -> Option<&backproof_schedule::Schedule> {
    plan.schedule.as_ref()
}

pub(super) fn print(standings: &[Standing]) {
    for standing in standings {
        println!();
        println!("Plan {}: {}.", standing.plan, standing.schedule.as_deref().unwrap_or("its schedule is not at hand"));
        if let (Some(due), Some(begins)) = (standing.next_due, standing.next_begins) {
            println!("  next due        {due}, to begin {begins}");
        }
        if let Some(due) = standing.waiting {
            println!("  waiting         {due} is due and not begun");
        }
        println!("  last performed  {}", standing.last_performed.as_ref().map_or("never".into(), in_words));
        println!(
            "  so far          {} performed in time, {} late, {} missed",
            standing.performed_in_time, standing.performed_late, standing.missed
        );
        if let Some(missed) = &standing.last_missed {
            println!("  last missed     {}", in_words(missed));
        }
        if let Some(overdue) = &standing.overdue {
            println!(
                "  OVERDUE         since {}: nothing was performed for what was due {}",
                overdue.since, overdue.due
            );
        }
    }
}

fn in_words(occurrence: &RecordedOccurrence) -> String {
    let due = occurrence.due;
    match &occurrence.state {
        OccurrenceState::Performed { run, verdict, late: None, .. } => format!("{due} by run {run}: {verdict}"),
        OccurrenceState::Performed { run, verdict, late: Some(why), .. } => {
            format!("{due} by run {run}: {verdict}; late: {why}")
        }
        OccurrenceState::Missed { why, .. } => format!("{due}: {why}"),
        OccurrenceState::Begun { run, .. } => format!("{due}, run {run} is under way"),
        OccurrenceState::Scheduled => format!("{due} is not begun"),
    }
}

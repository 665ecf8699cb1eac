//! What the register says of runs: that none is missing, and that they came when they were due.

use std::collections::BTreeSet;

use backproof_evidence::Dossier;
use backproof_evidence::dossier::RegisterOccurrence;
use backproof_evidence::words::{counted, grouped, moment};
use jiff::tz::TimeZone;

use super::DossierClaim;
use super::reading::{ClaimReading, REGISTER, Said, whole};
use crate::frequency::is_of_these_plans;

/// Occurrences that a sentence names.
const NAMED_OCCURRENCES: usize = 6;

pub(super) fn performed_on_schedule(dossier: &Dossier) -> ClaimReading {
    whole(DossierClaim::PerformedOnSchedule, REGISTER, on_schedule(dossier))
}

/// How an occurrence stands, as far as a control is concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    InTime,
    Late,
    Missed,
    ToCome,
    Untold,
}

fn on_schedule(dossier: &Dossier) -> Said {
    let wanted: Vec<(&RegisterOccurrence, Kept)> = dossier
        .register
        .occurrences
        .iter()
        .filter(|occurrence| is_wanted(occurrence, dossier))
        .map(|occurrence| (occurrence, kept(occurrence, dossier)))
        .filter(|(_, kept)| *kept != Kept::ToCome)
        .collect();
    let of = |state: Kept| wanted.iter().filter(move |(_, kept)| *kept == state).map(|(occurrence, _)| *occurrence);
    let count = |state: Kept| of(state).count() as u64;
    let (in_time, late, missed) = (count(Kept::InTime), count(Kept::Late), count(Kept::Missed));
    let figures = format!(
        "of {}, {} performed in time, {} late, {} missed",
        counted(wanted.len() as u64, "occurrence"),
        grouped(in_time),
        grouped(late),
        grouped(missed)
    );
    if missed + late > 0 {
        let named: Vec<String> = of(Kept::Missed)
            .map(|it| ("missed", it))
            .chain(of(Kept::Late).map(|it| ("late", it)))
            .take(NAMED_OCCURRENCES)
            .map(|(word, it)| {
                let why = it.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
                format!("{word} {} of {}{why}", moment(it.due), it.plan_name)
            })
            .collect();
        return Said::contradicted(format!("{figures}: {}", named.join(", ")));
    }
    if !dossier.register.problems.is_empty() {
        return Said::not_shown(format!("{figures}, by a register that does not hold together"));
    }
    match (wanted.len() as u64, dossier.period.is_some()) {
        (0, true) => Said::not_shown("the register has no occurrence of a schedule in the period"),
        (0, false) => Said::not_shown("no occurrence of a schedule asked for this run"),
        (all, _) if all == in_time => Said::shown(figures),
        (_, _) => Said::not_shown(format!("{figures}, and of the rest it cannot be told")),
    }
}

/// In a period whatever was due in it; of a single run its own occurrence.
fn is_wanted(occurrence: &RegisterOccurrence, dossier: &Dossier) -> bool {
    match dossier.period {
        Some(period) => {
            let day = occurrence.due.to_zoned(TimeZone::UTC).date();
            (period.from..=period.to).contains(&day) && is_of_these_plans(&occurrence.plan_name, dossier)
        }
        None => dossier.runs.iter().any(|run| Some(run.evidence.run) == occurrence.run),
    }
}

fn kept(occurrence: &RegisterOccurrence, dossier: &Dossier) -> Kept {
    let record = dossier.runs.iter().find(|run| Some(run.evidence.run) == occurrence.run);
    let stopped = record.is_some_and(|run| run.evidence.closed.as_ref().is_some_and(|closed| !closed.completed));
    match occurrence.state {
        "missed" => Kept::Missed,
        "late" => Kept::Late,
        "performed" if !stopped => Kept::InTime,
        "scheduled"
            if dossier.runs.last().and_then(|run| run.evidence.last_entry).is_some_and(|end| end < occurrence.due) =>
        {
            Kept::ToCome
        }
        _ => Kept::Untold,
    }
}

pub(super) fn register_gap_free(dossier: &Dossier) -> ClaimReading {
    whole(DossierClaim::RegisterGapFree, REGISTER, gap_free(dossier))
}

fn gap_free(dossier: &Dossier) -> Said {
    let register = &dossier.register;
    if let Some(first) = register.problems.first() {
        let places = counted(register.problems.len() as u64, "place");
        return Said::contradicted(format!("the register does not hold together in {places}, the first: {first}"));
    }
    let numbers: BTreeSet<u64> = register.runs.iter().map(|run| run.run).collect();
    let Some(last) = numbers.last() else { return Said::not_shown("the register is not at hand") };
    let missing: Vec<String> =
        (1..*last).filter(|run| !numbers.contains(run)).take(NAMED_OCCURRENCES).map(|run| run.to_string()).collect();
    if !missing.is_empty() {
        return Said::contradicted(format!("the register does not know run {}", missing.join(", ")));
    }
    for run in &dossier.runs {
        let number = run.evidence.run;
        let Some(entered) = register.runs.iter().find(|entered| entered.run == number) else {
            return Said::contradicted(format!("the register does not know run {number}"));
        };
        let own = run.evidence.chains.iter().find(|chain| chain.name == backproof_model::chain::RUN_CHAIN);
        if let (Some(entered), Some(own)) = (&entered.head, own)
            && *entered != own.head
        {
            return Said::contradicted(format!(
                "run {number} ends at {}, and the register says at {entered}",
                own.head
            ));
        }
    }
    Said::shown(format!(
        "runs 1 to {last} without a gap, {}, last line {}; what nobody else holds its owner can cut short",
        counted(register.entries, "line"),
        register.head.as_deref().unwrap_or("unknown")
    ))
}

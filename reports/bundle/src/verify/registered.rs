//! The register: its chain, its numbers, and that it closed this run with this run's head.

use backproof_model::register::RegisterEvent;

use super::{Checked, Known};
use crate::layout::REGISTER;

pub(super) fn check(known: &Known<'_>) -> Checked {
    let Known { register, evidence, run_file, .. } = known;
    let reading = register.reading(&std::collections::BTreeMap::new());
    let mut problems: Vec<String> = reading.problems.iter().map(|problem| format!("{REGISTER}: {problem}")).collect();
    let head = evidence.chains.first().map(|chain| chain.head.as_str()).unwrap_or_default();
    match register.events.last() {
        Some((_, RegisterEvent::RunClosed { run, head: recorded })) if *run == evidence.run => {
            if recorded != head {
                problems.push(format!(
                    "{REGISTER} closed run {run} with head {recorded}, and the journal's chain ends with {head}"
                ));
            }
        }
        Some((_, last)) => problems.push(format!(
            "{REGISTER} must end with the closing of run {}, and ends with a `{}`",
            evidence.run,
            last.step()
        )),
        None => problems.push(format!("{REGISTER} holds no event")),
    }
    if run_file.register.entries != register.lines || run_file.register.head != register.head {
        problems.push(format!(
            "run.json names {} lines of the register with head {}, and {REGISTER} has {} with head {}",
            run_file.register.entries, run_file.register.head, register.lines, register.head
        ));
    }
    opened_as(known, &mut problems);
    let sealed_late = reading.runs.iter().filter(|run| run.state == "closed" && run.bundle_sha256.is_none());
    let unsealed: Vec<String> =
        sealed_late.filter(|run| run.run != evidence.run).map(|run| run.run.to_string()).collect();
    let unsealed = match unsealed.len() {
        0 => String::new(),
        _ => format!("; no bundle had been sealed of run {} by then", unsealed.join(", ")),
    };
    let good = format!(
        "{} lines are one unbroken chain with {} runs, numbered without gaps, and end with the closing of run {}{unsealed}",
        register.lines,
        reading.runs.len(),
        evidence.run
    );
    Checked::of("register", problems, good)
}

/// The register must have opened the run as the journal says.
fn opened_as(known: &Known<'_>, problems: &mut Vec<String>) {
    let run = known.evidence.run;
    let opening = known.register.events.iter().find_map(|(_, event)| {
        let RegisterEvent::RunOpened { run: opened, plan_name, purpose, .. } = event else { return None };
        (*opened == run).then_some((plan_name, purpose))
    });
    match (opening, &known.evidence.opened) {
        (None, _) => problems.push(format!("{REGISTER} never opened run {run}")),
        (Some((name, purpose)), Some(opened)) if *name != opened.plan_name || *purpose != opened.purpose => {
            problems.push(format!(
                "{REGISTER} opened run {run} of plan `{name}` ({purpose:?}), and the journal is of plan `{}` ({:?})",
                opened.plan_name, opened.purpose
            ));
        }
        (Some(_), _) => {}
    }
}

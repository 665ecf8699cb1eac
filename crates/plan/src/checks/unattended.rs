//! Whether a plan can be left alone: its schedule, its budget, and whom it tells.

use std::time::Duration;

use backproof_schedule::{Blackout, BlackoutWindow, CatchUp, Schedule, When, zone};

use super::{elements, refuse_empty, refuse_repeated};
use crate::effective::unattended::DEFAULT_START_WINDOW;
use crate::problem::{Findings, Span};
use crate::written::{
    AlarmsTable, BlackoutTable, BudgetTable, EvidenceTable, MailTable, NonEmpty, PlanTable, ScheduleTable, Text,
    Written,
};

pub(super) fn check(plan: &PlanTable, findings: &mut Findings<'_>) {
    if let Some(table) = &plan.schedule {
        schedule(table, findings);
        if plan.authorisation.is_none() && !findings.has_unreadable(&(0..0), &["authorisation"]) {
            let hint = "add [authorisation], or remove the schedule until there is one";
            let message = "nobody has authorised this plan, so nothing will be restored when it is due";
            findings.warning(&table.span, message, hint);
        }
    }
    if let Some(table) = &plan.budget {
        budget(&table.value, findings);
    }
    if let Some(table) = &plan.alarms {
        alarms(&table.value, findings);
    }
    if let Some(table) = &plan.evidence {
        evidence(&table.value, findings);
    }
}

fn evidence(table: &EvidenceTable, findings: &mut Findings<'_>) {
    if let (Some(_), Some(kms)) = (&table.sign_with, &table.sign_with_kms_key) {
        let message = "two keys are named to sign with";
        findings.problem(&kms.span, message, "keep either sign_with or sign_with_kms_key");
    }
}

fn schedule(table: &Written<ScheduleTable>, findings: &mut Findings<'_>) {
    let ScheduleTable { at, time_zone, start_window, jitter, blackouts, .. } = &table.value;
    let when = at.get().and_then(|at| when(at, findings));
    let zone = time_zone.get().and_then(|name| {
        let problem = match zone(&name.value.0.0) {
            Ok(zone) => return Some(zone),
            Err(problem) => problem,
        };
        findings.problem(&name.span, problem.to_string(), problem.hint());
        None
    });
    let windows: Vec<(Blackout, &Span)> =
        elements(blackouts.as_ref()).filter_map(|table| Some((blackout(table, findings)?, &table.span))).collect();
    let (Some(at_span), Some(at), Some(time_zone)) = (at.get().map(|at| &at.span), when, zone) else { return };
    if at.either_day_suffices() {
        findings.warning(
            at_span,
            "day of month and day of week are both given: either of them suffices, as cron has it",
            "put a + before the day of week where both must hold: `0 9 1-7 * +MON`",
        );
    }
    let seconds = |time: u64| Duration::from_secs(time);
    let mut schedule = Schedule {
        at,
        time_zone,
        start_window: seconds(start_window.as_ref().map_or(DEFAULT_START_WINDOW, |window| window.value.0.0)),
        jitter: seconds(jitter.as_ref().map_or(0, |jitter| jitter.value.0.0)),
        catch_up: CatchUp::Once,
        overdue_after: Duration::ZERO,
        blackouts: Vec::new(),
    };
    for problem in schedule.problems() {
        let span = match &problem {
            backproof_schedule::UnfitSchedule::WindowTooLong { .. } => start_window.as_ref().map(|window| &window.span),
            backproof_schedule::UnfitSchedule::JitterTooLong { .. } => jitter.as_ref().map(|jitter| &jitter.span),
            backproof_schedule::UnfitSchedule::BlackoutForEver { .. } => None,
        };
        findings.problem(span.unwrap_or(at_span), problem.to_string(), problem.hint());
    }
    // One by one, so that each is reported where it stands.
    schedule.start_window = Duration::ZERO;
    schedule.jitter = Duration::ZERO;
    for (blackout, span) in windows {
        schedule.blackouts = vec![blackout];
        for problem in schedule.problems() {
            findings.problem(span, problem.to_string(), problem.hint());
        }
    }
}

fn when(text: &Written<Text<NonEmpty>>, findings: &mut Findings<'_>) -> Option<When> {
    match When::parse(&text.value.0.0) {
        Ok(when) => Some(when),
        Err(problem) => {
            findings.problem(&text.span, problem.to_string(), problem.hint());
            None
        }
    }
}

/// A blackout is either one time or one that recurs.
fn blackout(table: &Written<BlackoutTable>, findings: &mut Findings<'_>) -> Option<Blackout> {
    let BlackoutTable { from, until, at, lasts, why } = &table.value;
    if findings.has_anything_unreadable(&table.span) {
        return None;
    }
    let recurring = at.as_ref().and_then(|at| when(at, findings));
    let window = match (from, until, at, lasts) {
        (Some(from), Some(until), None, None) => {
            if from.value.0 >= until.value.0 {
                let message = "this blackout ends before it begins";
                findings.problem(&until.span, message, "`until` is the first moment after it");
                return None;
            }
            BlackoutWindow::Once { from: from.value.0, until: until.value.0 }
        }
        (None, None, Some(_), Some(lasts)) => {
            BlackoutWindow::Recurring { at: recurring?, lasts: Duration::from_secs(lasts.value.0.0) }
        }
        _ => {
            let hint = "write either `from` and `until`, or `at` and `lasts`";
            findings.problem(&table.span, "this blackout does not say when it is", hint);
            return None;
        }
    };
    Some(Blackout { window, why: why.get()?.value.0.0.clone() })
}

fn budget(table: &BudgetTable, findings: &mut Findings<'_>) {
    if let (Some(run), Some(test)) = (&table.per_run, &table.per_restore_test)
        && test.value.0 > run.value.0
    {
        let message = "one restore test may cost more than the whole run";
        findings.problem(&test.span, message, "write a smaller `per_restore_test`, or a larger `per_run`");
    }
}

fn alarms(table: &AlarmsTable, findings: &mut Findings<'_>) {
    for webhook in elements(table.webhooks.as_ref()) {
        let named = [webhook.value.url_file.is_some(), webhook.value.url_env.is_some()];
        one_place(&webhook.span, named, "url", findings);
    }
    if let Some(heartbeat) = &table.heartbeat {
        let named = [heartbeat.value.url_file.is_some(), heartbeat.value.url_env.is_some()];
        one_place(&heartbeat.span, named, "url", findings);
    }
    let topics = elements(table.topics.as_ref()).filter_map(|topic| topic.value.topic_arn.get());
    refuse_repeated(topics.map(|arn| (&arn.value.0.0, &arn.span)), "topic", findings);
    for mail in elements(table.mails.as_ref()) {
        self::mail(mail, findings);
    }
}

fn mail(table: &Written<MailTable>, findings: &mut Findings<'_>) {
    let MailTable { user, password_file, password_env, to, .. } = &table.value;
    refuse_empty(to.get(), "name at least one recipient", findings);
    refuse_repeated(elements(to.get()).map(|address| (&address.value.0.0, &address.span)), "recipient", findings);
    if findings.has_unreadable(&table.span, &["user", "password_file", "password_env"]) {
        return;
    }
    if user.is_some() {
        return one_place(&table.span, [password_file.is_some(), password_env.is_some()], "password", findings);
    }
    let passwords = [password_file.as_ref().map(|file| &file.span), password_env.as_ref().map(|name| &name.span)];
    for span in passwords.into_iter().flatten() {
        findings.problem(span, "this password is never used without a user", "add `user = \"…\"`");
    }
}

/// A secret is kept in a file or in a variable: in one place.
fn one_place(table: &Span, named: [bool; 2], what: &str, findings: &mut Findings<'_>) {
    if findings.has_anything_unreadable(table) {
        return;
    }
    let message = match named {
        [true, false] | [false, true] => return,
        [false, false] => format!("this does not say where the {what} is kept"),
        [true, true] => format!("this names two places for one {what}"),
    };
    findings.problem(table, message, format!("write either `{what}_file = \"…\"` or `{what}_env = \"…\"`"));
}

//! What is to be done at one moment.

use backproof_model::register::RegisterEvent;
use backproof_schedule::{Agenda, Begin, CatchUp, OccurrenceState, Overdue, PlanRecord, Schedule, agenda};
use jiff::Timestamp;

use crate::{HOUR, at, once, schedule};

/// A register that is written to as an agenda asks for.
#[derive(Default)]
pub(crate) struct Register {
    pub(crate) events: Vec<(Timestamp, RegisterEvent)>,
}

impl Register {
    pub(crate) fn record(&self) -> PlanRecord {
        PlanRecord::of("daily", &self.events)
    }

    pub(crate) fn look(&self, schedule: &Schedule, now: &str) -> Agenda {
        agenda(Some(schedule), &self.record(), "here", at(now))
    }

    pub(crate) fn enter(&mut self, now: Timestamp, event: RegisterEvent) {
        self.events.push((now, event));
    }

    /// Everything but beginning.
    pub(crate) fn follow(&mut self, agenda: &Agenda, schedule: Option<&Schedule>, now: Timestamp) {
        for event in events_of(agenda, schedule) {
            self.enter(now, event);
        }
    }

    pub(crate) fn begin(&mut self, begin: &Begin, run: u64, now: Timestamp) {
        let Begin { due, late } = begin.clone();
        let opened = RegisterEvent::RunOpened {
            run,
            plan_name: "daily".into(),
            purpose: backproof_model::record::Purpose::Plan,
            pipeline: 1,
            by: "a test".into(),
        };
        self.enter(now, opened);
        self.enter(now, RegisterEvent::Begun { plan_name: "daily".into(), due, run, late });
    }

    fn begin_at(&mut self, schedule: &Schedule, run: u64, now: &str) -> Begin {
        let agenda = self.look(schedule, now);
        self.follow(&agenda, Some(schedule), at(now));
        let begin = agenda.begin.unwrap_or_else(|| panic!("nothing begins at {now}"));
        self.begin(&begin, run, at(now));
        begin
    }

    fn perform(&mut self, due: &str, run: u64, now: &str) {
        self.enter(at(now), RegisterEvent::RunClosed { run, head: String::new() });
        let (plan_name, verdict) = ("daily".into(), "passed".into());
        self.enter(at(now), RegisterEvent::Performed { plan_name, due: at(due), run, verdict });
    }

    fn missed(&self) -> Vec<(String, String)> {
        let missed = |event: &RegisterEvent| match event {
            RegisterEvent::Missed { due, why, .. } => Some((due.to_string(), why.clone())),
            _ => None,
        };
        self.events.iter().filter_map(|(_, event)| missed(event)).collect()
    }
}

/// The events that an agenda asks for, without beginning.
pub(crate) fn events_of(agenda: &Agenda, schedule: Option<&Schedule>) -> Vec<RegisterEvent> {
    let plan_name = || "daily".to_owned();
    let scheduled = agenda.schedule.iter().map(|occurrence| RegisterEvent::Scheduled {
        plan_name: plan_name(),
        due: occurrence.due,
        window_ends: occurrence.window_ends,
        schedule: schedule.unwrap().worded(),
    });
    let missed = agenda.miss.iter().map(|missed| RegisterEvent::Missed {
        plan_name: plan_name(),
        due: missed.due,
        why: missed.why.clone(),
    });
    let settled = agenda.settle.iter().map(|(due, run)| RegisterEvent::Performed {
        plan_name: plan_name(),
        due: *due,
        run: *run,
        verdict: "passed".into(),
    });
    scheduled.chain(missed).chain(settled).collect()
}

fn daily() -> Schedule {
    schedule("every day at 02:00", "UTC")
}

fn dues(agenda: &Agenda) -> Vec<String> {
    agenda.schedule.iter().map(|occurrence| occurrence.due.to_string()).collect()
}

#[test]
fn the_next_occurrence_is_entered_before_it_is_due_and_begun_when_it_is() {
    let mut register = Register::default();
    let first = register.look(&daily(), "2026-03-01T12:00:00Z");
    assert_eq!(dues(&first), ["2026-03-02T02:00:00Z"]);
    assert_eq!((first.begin.clone(), first.miss.clone(), first.overdue), (None, vec![], None));
    assert_eq!(first.look_again, Some(at("2026-03-02T02:00:00Z")));
    register.follow(&first, Some(&daily()), at("2026-03-01T12:00:00Z"));
    assert_eq!(dues(&register.look(&daily(), "2026-03-01T23:00:00Z")), Vec::<String>::new());

    let due = register.look(&daily(), "2026-03-02T02:00:00Z");
    assert_eq!(due.begin, Some(Begin { due: at("2026-03-02T02:00:00Z"), late: None }));
    assert_eq!(dues(&due), ["2026-03-03T02:00:00Z"]);
    let in_time = register.begin_at(&daily(), 1, "2026-03-02T06:00:00Z");
    assert_eq!(in_time.late, None, "the last moment of the window");
    assert_eq!(register.look(&daily(), "2026-03-02T06:00:01Z").go_on, Some((at("2026-03-02T02:00:00Z"), 1)));
    register.perform("2026-03-02T02:00:00Z", 1, "2026-03-02T07:00:00Z");
    let after = register.look(&daily(), "2026-03-02T07:00:00Z");
    assert_eq!((after.go_on, after.begin, after.miss), (None, None, vec![]));
    assert_eq!(after.next.unwrap().due, at("2026-03-03T02:00:00Z"));
}

#[test]
fn whoever_comes_for_the_first_time_within_a_window_begins() {
    let mut register = Register::default();
    assert_eq!(register.begin_at(&daily(), 1, "2026-03-02T02:00:20Z").late, None);
    let mut too_late = Register::default();
    let agenda = too_late.look(&daily(), "2026-03-02T06:00:01Z");
    assert_eq!((agenda.begin.clone(), dues(&agenda)), (None, vec!["2026-03-03T02:00:00Z".to_owned()]));
    too_late.follow(&agenda, Some(&daily()), at("2026-03-02T06:00:01Z"));
    assert_eq!(too_late.missed(), [], "what was due before anybody looked was never promised");
}

#[test]
fn after_downtime_the_latest_is_performed_late_and_the_others_are_missed() {
    let mut register = Register::default();
    register.follow(&register.look(&daily(), "2026-03-01T12:00:00Z"), Some(&daily()), at("2026-03-01T12:00:00Z"));
    let back = "2026-03-05T20:00:00Z";
    let agenda = register.look(&daily(), back);
    assert_eq!(
        dues(&agenda),
        ["2026-03-03T02:00:00Z", "2026-03-04T02:00:00Z", "2026-03-05T02:00:00Z", "2026-03-06T02:00:00Z"]
    );
    let late = agenda.begin.as_ref().unwrap();
    assert_eq!(late.due, at("2026-03-05T02:00:00Z"));
    let why = late.late.as_deref().unwrap();
    assert!(why.contains("14h after its window") && why.contains("not begun within its window"), "{why}");
    register.follow(&agenda, Some(&daily()), at(back));
    let missed: Vec<_> = register.missed().into_iter().map(|(due, _)| due).collect();
    assert_eq!(missed, ["2026-03-02T02:00:00Z", "2026-03-03T02:00:00Z", "2026-03-04T02:00:00Z"]);

    let never = Schedule { catch_up: CatchUp::Never, ..daily() };
    let agenda = register.look(&never, back);
    assert_eq!(agenda.begin, None);
    assert_eq!(agenda.miss.len(), 1, "the others have their end already");
}

#[test]
fn an_occurrence_swallowed_by_a_blackout_is_missed_for_it_and_not_caught_up() {
    let mut schedule = daily();
    schedule.blackouts = vec![once("2026-03-02T01:00", "2026-03-02T07:00")];
    let mut register = Register::default();
    register.follow(&register.look(&schedule, "2026-03-01T12:00:00Z"), Some(&schedule), at("2026-03-01T12:00:00Z"));
    let agenda = register.look(&schedule, "2026-03-02T02:00:00Z");
    assert_eq!(agenda.begin, None);
    assert_eq!(agenda.miss[0].why, "a blackout (freeze) lasted beyond its window");

    schedule.blackouts = vec![once("2026-03-02T01:00", "2026-03-02T05:00")];
    let agenda = register.look(&schedule, "2026-03-02T02:00:00Z");
    assert_eq!((agenda.begin.clone(), agenda.miss.clone()), (None, vec![]));
    assert_eq!(agenda.look_again, Some(at("2026-03-02T05:00:00Z")), "it is pushed to the blackout's end");
    assert!(register.look(&schedule, "2026-03-02T05:00:00Z").begin.is_some());

    schedule.blackouts = vec![once("2026-03-02T05:00", "2026-03-02T12:00")];
    let agenda = register.look(&schedule, "2026-03-02T08:00:00Z");
    assert_eq!((agenda.begin.clone(), agenda.miss.clone()), (None, vec![]));
    assert_eq!(agenda.look_again, Some(at("2026-03-02T12:00:00Z")), "what is caught up waits for the blackout too");
    let late = register.look(&schedule, "2026-03-02T12:00:00Z").begin.unwrap().late.unwrap();
    assert!(late.contains("a blackout (freeze)"), "{late}");
}

#[test]
fn a_run_that_takes_beyond_the_next_window_makes_the_next_late_and_says_so() {
    let mut register = Register::default();
    register.begin_at(&daily(), 1, "2026-03-02T02:00:00Z");
    let agenda = register.look(&daily(), "2026-03-03T03:00:00Z");
    assert_eq!((agenda.go_on, agenda.begin.clone()), (Some((at("2026-03-02T02:00:00Z"), 1)), None));
    register.follow(&agenda, Some(&daily()), at("2026-03-03T03:00:00Z"));
    register.perform("2026-03-02T02:00:00Z", 1, "2026-03-03T09:00:00Z");
    let late = register.begin_at(&daily(), 2, "2026-03-03T09:00:00Z").late.unwrap();
    assert!(late.contains("run 1 was still under way"), "{late}");
    register.perform("2026-03-03T02:00:00Z", 2, "2026-03-03T10:00:00Z");
    let record = register.record();
    let kept = record.occurrence(at("2026-03-03T02:00:00Z")).unwrap();
    assert!(matches!(&kept.state, OccurrenceState::Performed { late: Some(_), run: 2, .. }), "{kept:?}");
}

#[test]
fn a_run_that_was_given_up_ends_its_occurrence_and_a_closed_one_is_settled() {
    let mut register = Register::default();
    register.begin_at(&daily(), 1, "2026-03-02T02:00:00Z");
    register.enter(at("2026-03-02T02:10:00Z"), RegisterEvent::RunAborted { run: 1, why: "no disk".into() });
    let agenda = register.look(&daily(), "2026-03-02T02:11:00Z");
    assert_eq!(agenda.miss[0].why, "run 1 was given up: no disk");
    assert_eq!((agenda.begin.clone(), agenda.go_on), (None, None), "never two runs for one occurrence");
    register.follow(&agenda, Some(&daily()), at("2026-03-02T02:11:00Z"));

    register.begin_at(&daily(), 2, "2026-03-03T02:00:00Z");
    register.enter(at("2026-03-03T04:00:00Z"), RegisterEvent::RunClosed { run: 2, head: String::new() });
    let agenda = register.look(&daily(), "2026-03-03T04:01:00Z");
    assert_eq!(agenda.settle, [(at("2026-03-03T02:00:00Z"), 2)], "the process died before it was entered");
}

#[test]
fn an_occurrence_cannot_be_dodged_by_changing_the_schedule() {
    let mut register = Register::default();
    let begin = at("2026-03-01T12:00:00Z");
    register.follow(&register.look(&daily(), "2026-03-01T12:00:00Z"), Some(&daily()), begin);
    let weekly = schedule("every Sunday at 02:00", "UTC");
    let agenda = register.look(&weekly, "2026-03-02T01:00:00Z");
    assert_eq!((dues(&agenda), agenda.miss.clone()), (vec!["2026-03-08T02:00:00Z".to_owned()], vec![]));
    register.follow(&agenda, Some(&weekly), at("2026-03-02T01:00:00Z"));
    let agenda = register.look(&weekly, "2026-03-02T02:00:00Z");
    assert!(agenda.miss[0].why.contains("changed from `every day at 02:00 (UTC)`"), "{:?}", agenda.miss);
    register.follow(&agenda, Some(&weekly), at("2026-03-02T02:00:00Z"));

    // And back again: what lies between is nobody's, what comes is.
    let back = register.look(&daily(), "2026-03-04T12:00:00Z");
    assert_eq!(dues(&back), ["2026-03-05T02:00:00Z"]);
    register.follow(&back, Some(&daily()), at("2026-03-04T12:00:00Z"));
    let removed = agenda_without_schedule(&register, "2026-03-09T00:00:00Z");
    assert_eq!(removed.miss.len(), 2, "{:?}", removed.miss);
    assert!(removed.miss[0].why.contains("removed from the plan"));
    assert_eq!(removed.overdue, None, "without a schedule nothing is overdue");
}

fn agenda_without_schedule(register: &Register, now: &str) -> Agenda {
    agenda(None, &register.record(), "here", at(now))
}

#[test]
fn a_schedule_changed_to_and_fro_leaves_no_gap() {
    let mut register = Register::default();
    let weekly = schedule("every Sunday at 02:00", "UTC");
    for (schedule, now) in
        [(&daily(), "2026-03-01T12:00:00Z"), (&weekly, "2026-03-01T13:00:00Z"), (&daily(), "2026-03-01T14:00:00Z")]
    {
        register.follow(&register.look(schedule, now), Some(schedule), at(now));
    }
    let agenda = register.look(&daily(), "2026-03-04T12:00:00Z");
    assert_eq!(dues(&agenda), ["2026-03-03T02:00:00Z", "2026-03-04T02:00:00Z", "2026-03-05T02:00:00Z"]);
    assert_eq!(agenda.miss.len(), 2);
    assert_eq!(agenda.begin.unwrap().due, at("2026-03-04T02:00:00Z"));
}

#[test]
fn a_window_that_is_changed_before_an_occurrence_holds_for_it() {
    let mut register = Register::default();
    register.follow(&register.look(&daily(), "2026-03-01T12:00:00Z"), Some(&daily()), at("2026-03-01T12:00:00Z"));
    let longer = Schedule { start_window: 8 * HOUR, ..daily() };
    let agenda = register.look(&longer, "2026-03-01T13:00:00Z");
    assert_eq!(agenda.schedule[0].window_ends, at("2026-03-02T10:00:00Z"));
    register.follow(&agenda, Some(&longer), at("2026-03-01T13:00:00Z"));
    assert_eq!(dues(&register.look(&longer, "2026-03-01T14:00:00Z")), Vec::<String>::new());
    let shorter = Schedule { start_window: HOUR, ..daily() };
    let agenda = register.look(&shorter, "2026-03-02T09:00:00Z");
    assert_eq!(agenda.begin.unwrap().late, None, "what was entered when it became due holds");
}

#[test]
fn a_plan_is_overdue_until_something_is_performed() {
    let mut register = Register::default();
    let never = Schedule { catch_up: CatchUp::Never, ..daily() };
    register.follow(&register.look(&never, "2026-03-01T12:00:00Z"), Some(&never), at("2026-03-01T12:00:00Z"));
    let agenda = register.look(&never, "2026-03-09T01:59:59Z");
    assert_eq!(agenda.overdue, None);
    assert_eq!(agenda.look_again, Some(at("2026-03-09T02:00:00Z")));
    register.follow(&agenda, Some(&never), at("2026-03-09T01:59:59Z"));
    let overdue = Overdue { due: at("2026-03-02T02:00:00Z"), since: at("2026-03-09T02:00:00Z") };
    assert_eq!(register.look(&never, "2026-03-09T02:00:00Z").overdue, Some(overdue));
    register.begin_at(&never, 1, "2026-03-09T02:00:00Z");
    assert_eq!(register.look(&never, "2026-03-09T03:00:00Z").overdue, Some(overdue), "begun is not performed");
    register.perform("2026-03-09T02:00:00Z", 1, "2026-03-09T05:00:00Z");
    assert_eq!(register.look(&never, "2026-03-09T05:00:00Z").overdue, None);
}

//! Whole histories: looks at random times, runs of random lengths, deaths in the middle of following an agenda.

use std::collections::BTreeMap;

use backproof_model::register::RegisterEvent;
use backproof_schedule::{CatchUp, OccurrenceState, PlanRecord, agenda};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::agendas::{Register, events_of};
use crate::{HOUR, at, once, recurring, schedule};

/// What happens next.
#[derive(Clone, Debug)]
enum Step {
    /// Somebody looks, after so many minutes, and dies after so many events; a run that begins takes so many minutes.
    Look { after: i64, dies_after: usize, run_takes: i64 },
    /// Two look at the same time; the second writes what the first did, as far as it is still to be written.
    TwoLook { after: i64, run_takes: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let after = prop_oneof![4 => 1_i64..400, 2 => 400_i64..3000, 1 => 3000_i64..20_000];
    let run_takes = prop_oneof![3 => 1_i64..300, 1 => 300_i64..4000];
    let dies_after = prop_oneof![3 => Just(usize::MAX), 1 => 0_usize..4];
    prop_oneof![
        4 => (after.clone(), dies_after, run_takes.clone())
            .prop_map(|(after, dies_after, run_takes)| Step::Look { after, dies_after, run_takes }),
        1 => (after, run_takes).prop_map(|(after, run_takes)| Step::TwoLook { after, run_takes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_occurrence_gets_exactly_one_end_and_at_most_one_run(
        steps in proptest::collection::vec(step(), 1..40),
        never in any::<bool>(),
        words in prop_oneof![Just("every day at 02:30"), Just("every Monday and Thursday at 22:00"), Just("0 */6 * * *")],
        with_blackouts in any::<bool>(),
        jitter in 0_u32..2,
    ) {
        let mut schedule = schedule(words, "Europe/Berlin");
        schedule.jitter = HOUR * jitter;
        schedule.catch_up = if never { CatchUp::Never } else { CatchUp::Once };
        if with_blackouts {
            schedule.blackouts = vec![
                once("2026-03-20T00:00", "2026-03-24T12:00"),
                recurring("last day of the month at 18:00", 14 * HOUR),
            ];
        }
        let mut register = Register::default();
        let mut now = at("2026-03-01T12:00:00Z");
        let mut first_due = None;
        let mut open: Option<(u64, Timestamp)> = None;
        let mut runs = 0;
        for step in steps {
            let (after, dies_after, run_takes, lookers) = match step {
                Step::Look { after, dies_after, run_takes } => (after, dies_after, run_takes, 1),
                Step::TwoLook { after, run_takes } => (after, usize::MAX, run_takes, 2),
            };
            now += SignedDuration::from_mins(after);
            if let Some((run, ends)) = open && ends <= now {
                // Whoever closed the run died before the occurrence was entered as performed.
                register.enter(ends, RegisterEvent::RunClosed { run, head: String::new() });
                open = None;
            }
            for _ in 0..lookers {
                let agenda = agenda(Some(&schedule), &register.record(), "here", now);
                prop_assert!(agenda.look_again.is_none_or(|again| again > now));
                let again = backproof_schedule::agenda(Some(&schedule), &register.record(), "here", now);
                prop_assert_eq!(&agenda, &again, "a restart changes nothing");
                let events = events_of(&agenda, Some(&schedule));
                let dies = dies_after < events.len();
                for event in events.into_iter().take(dies_after) {
                    register.enter(now, event);
                }
                if dies {
                    continue;
                }
                if let Some(begin) = &agenda.begin {
                    prop_assert!(open.is_none(), "two runs of one plan");
                    prop_assert!(begin.due <= now);
                    runs += 1;
                    register.begin(begin, runs, now);
                    open = Some((runs, now + SignedDuration::from_mins(run_takes)));
                }
                first_due = first_due.or_else(|| register.record().occurrences().next().map(|first| first.due));
            }
        }
        check(&register, &schedule, first_due, now)?;
    }
}

fn check(
    register: &Register,
    schedule: &backproof_schedule::Schedule,
    first_due: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), TestCaseError> {
    let mut begun: BTreeMap<Timestamp, usize> = BTreeMap::new();
    let mut ends: BTreeMap<Timestamp, usize> = BTreeMap::new();
    let mut scheduled: BTreeMap<Timestamp, usize> = BTreeMap::new();
    for (_, event) in &register.events {
        match event {
            RegisterEvent::Scheduled { due, .. } => *scheduled.entry(*due).or_default() += 1,
            RegisterEvent::Begun { due, .. } => *begun.entry(*due).or_default() += 1,
            RegisterEvent::Performed { due, .. } | RegisterEvent::Missed { due, .. } => {
                *ends.entry(*due).or_default() += 1;
            }
            _ => {}
        }
    }
    prop_assert!(begun.values().chain(ends.values()).chain(scheduled.values()).all(|count| *count == 1));
    let Some(first_due) = first_due else { return Ok(()) };
    let record: PlanRecord = register.record();
    let before = first_due - SignedDuration::from_secs(1);
    let last_look = register.events.iter().map(|(at, _)| *at).max().unwrap_or(now);
    let expected: Vec<Timestamp> = schedule.occurrences(before, last_look, "here").iter().map(|o| o.due).collect();
    let known: Vec<Timestamp> = record.occurrences().map(|o| o.due).filter(|due| *due <= last_look).collect();
    // A process may have died after some of its events; then the next look enters the rest.
    prop_assert_eq!(&known[..], &expected[..known.len()], "no gap");
    let unfinished: Vec<_> = record
        .occurrences()
        .filter(|o| matches!(o.state, OccurrenceState::Scheduled | OccurrenceState::Begun { .. }))
        .map(|o| o.due)
        .collect();
    for due in &unfinished {
        prop_assert!(!ends.contains_key(due));
    }
    // One more look that nobody interrupts leaves at most what is under way, what waits, and what is to come.
    let agenda = agenda(Some(schedule), &record, "here", now);
    let left = unfinished.iter().filter(|due| {
        agenda.miss.iter().all(|missed| missed.due != **due) && agenda.settle.iter().all(|(settled, _)| settled != *due)
    });
    prop_assert!(left.count() <= 3, "{unfinished:?}");
    Ok(())
}

//! What schedules give, and what is made of them.

mod agendas;
mod calendars;
mod histories;

use std::time::Duration;

use backproof_schedule::{Blackout, BlackoutWindow, CatchUp, Schedule, When, zone};
use jiff::Timestamp;

const HOUR: Duration = Duration::from_hours(1);

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

fn schedule(words: &str, time_zone: &str) -> Schedule {
    let schedule = Schedule {
        at: When::parse(words).unwrap(),
        time_zone: zone(time_zone).unwrap(),
        start_window: 4 * HOUR,
        jitter: Duration::ZERO,
        catch_up: CatchUp::Once,
        overdue_after: 7 * 24 * HOUR,
        blackouts: Vec::new(),
    };
    assert_eq!(schedule.problems(), []);
    schedule
}

fn once(from: &str, until: &str) -> Blackout {
    let window = BlackoutWindow::Once { from: from.parse().unwrap(), until: until.parse().unwrap() };
    Blackout { window, why: "freeze".into() }
}

fn recurring(words: &str, lasts: Duration) -> Blackout {
    Blackout { window: BlackoutWindow::Recurring { at: When::parse(words).unwrap(), lasts }, why: "closing".into() }
}

/// All moments at which the schedule is due in this time, by its own clock.
fn local(schedule: &Schedule, since: &str, until: &str) -> Vec<String> {
    let occurrences = schedule.occurrences(at(since), at(until), "here");
    let zone = schedule.time_zone.clone();
    occurrences.iter().map(|o| o.due.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M%:z %a").to_string()).collect()
}

//! Words, cron expressions, time zones, changes of clocks, jitter and blackouts.

use backproof_schedule::{InvalidWhen, UnfitSchedule, When, zone};
use proptest::prelude::*;

use crate::{HOUR, at, local, once, recurring, schedule};

#[test]
fn words_mean_what_the_calendar_says() {
    for (words, expected) in [
        ("first Monday of the quarter at 09:00", &["2026-01-05T09:00", "2026-04-06T09:00", "2026-07-06T09:00"][..]),
        ("last Friday of the quarter at 22:30", &["2026-03-27T22:30", "2026-06-26T22:30", "2026-09-25T22:30"]),
        ("last Friday of the month at 22:30", &["2026-01-30T22:30", "2026-02-27T22:30", "2026-03-27T22:30"]),
        ("second Tuesday of the half-year at 06:00", &["2026-01-13T06:00", "2026-07-14T06:00"]),
        ("15th of the month at 04:00", &["2026-01-15T04:00", "2026-02-15T04:00"]),
        ("1st of the quarter at 04:00", &["2026-01-01T04:00", "2026-04-01T04:00"]),
        ("31st of the month at 04:00", &["2026-01-31T04:00", "2026-03-31T04:00", "2026-05-31T04:00"]),
        ("last day of the month at 23:00", &["2026-01-31T23:00", "2026-02-28T23:00"]),
        ("last day of the year at 23:00", &["2026-12-31T23:00", "2027-12-31T23:00"]),
        ("the first day of the quarter at 1:05", &["2026-01-01T01:05", "2026-04-01T01:05"]),
        ("every day at 02:00", &["2026-01-01T02:00", "2026-01-02T02:00"]),
        ("every weekday at 02:00", &["2026-01-01T02:00", "2026-01-02T02:00", "2026-01-05T02:00"]),
        ("every Sunday at 03:00", &["2026-01-04T03:00", "2026-01-11T03:00"]),
        ("Every monday, wed and Friday at 03:00", &["2026-01-02T03:00", "2026-01-05T03:00", "2026-01-07T03:00"]),
        ("@daily", &["2026-01-01T00:00", "2026-01-02T00:00"]),
        ("@weekly", &["2026-01-04T00:00", "2026-01-11T00:00"]),
        ("@monthly", &["2026-01-01T00:00", "2026-02-01T00:00"]),
        ("@quarterly", &["2026-01-01T00:00", "2026-04-01T00:00", "2026-07-01T00:00", "2026-10-01T00:00"]),
        ("@yearly", &["2026-01-01T00:00", "2027-01-01T00:00"]),
        ("0 9 * JAN,APR,JUL,OCT MON#1", &["2026-01-05T09:00", "2026-04-06T09:00"]),
        ("0 9 * */3 MON#1", &["2026-01-05T09:00", "2026-04-06T09:00"]),
        ("0 9 LW * *", &["2026-01-30T09:00", "2026-02-27T09:00"]),
        ("0 9 L * *", &["2026-01-31T09:00", "2026-02-28T09:00"]),
        ("0 9 1-7 * +MON", &["2026-01-05T09:00", "2026-02-02T09:00"]),
    ] {
        let found = local(&schedule(words, "Europe/Berlin"), "2025-12-31T22:59:59Z", "2028-01-01T00:00:00Z");
        let found: Vec<&str> = found.iter().take(expected.len()).map(|moment| &moment[..16]).collect();
        assert_eq!(found, expected, "{words}");
    }
}

#[test]
fn what_is_not_understood_says_what_would_be() {
    for (text, problem) in [
        ("", "it says no time"),
        ("every day", "it says no time"),
        ("first Monday of the quarter at noon", "`noon` is no time"),
        ("first Monday of the quarter at 24:00", "`24:00` is no time"),
        ("first Monday of the quarter at 9", "`9` is no time"),
        ("fifth Monday of the quarter at 09:00", "`fifth` is none of"),
        ("first Funday of the quarter at 09:00", "`funday` is no day of the week"),
        ("first Monday of the decade at 09:00", "`decade` is none of"),
        ("32nd of the month at 09:00", "`32nd` is no day"),
        ("0th of the month at 09:00", "`0th` is no day"),
        ("second day of the month at 09:00", "neither `first day` nor `last day`"),
        ("every and at 09:00", "`every` needs a day"),
        ("whenever it rains at 09:00", "names no days"),
        ("@hourly", "`@hourly` is none of"),
        ("H 9 * * *", "it says no time"),
    ] {
        let problem_found = When::parse(text).unwrap_err();
        assert!(matches!(problem_found, InvalidWhen::NotUnderstood { .. }), "{text}");
        assert!(problem_found.to_string().contains(problem), "{text}: {problem_found}");
        assert!(problem_found.hint().contains("first Monday of the quarter at 09:00"));
    }
    for text in
        ["0 9 * *", "0 0 9 * * MON", "0 9 * * MON 2026", "60 9 * * *", "0 9 * JAN/3 *", "0 9 0 * *", "0 9 * * 8"]
    {
        assert!(matches!(When::parse(text), Err(InvalidWhen::NotCron { .. })), "{text}: {:?}", When::parse(text));
    }
    for text in ["0 9 30 FEB *", "31st of the month at 09:00 "] {
        let parsed = When::parse(text);
        assert_eq!(parsed.is_err(), text.contains("FEB"), "{parsed:?}");
    }
    assert!(matches!(When::parse("0 9 31 APR *"), Err(InvalidWhen::Never { .. })));
    assert!(When::parse("0 9 29 FEB *").is_ok(), "there are leap years");
}

#[test]
fn a_local_time_that_is_skipped_or_repeated_comes_once() {
    let new_york = schedule("every day at 02:30", "America/New_York");
    assert_eq!(
        local(&new_york, "2026-03-07T12:00:00Z", "2026-03-09T12:00:00Z"),
        ["2026-03-08T03:00-04:00 Sun", "2026-03-09T02:30-04:00 Mon"],
        "the clocks go forward over it"
    );
    let repeated = schedule("every day at 01:30", "America/New_York");
    assert_eq!(
        local(&repeated, "2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"),
        ["2026-11-01T01:30-04:00 Sun", "2026-11-02T01:30-05:00 Mon"],
        "the clocks go back over it"
    );
    let berlin = schedule("every day at 02:30", "Europe/Berlin");
    assert_eq!(
        local(&berlin, "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
        ["2026-03-29T03:00+02:00 Sun", "2026-03-30T02:30+02:00 Mon"]
    );
    assert_eq!(
        local(&berlin, "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
        ["2026-10-25T02:30+02:00 Sun", "2026-10-26T02:30+01:00 Mon"]
    );
    let sao_paulo = schedule("@daily", "America/Sao_Paulo");
    assert_eq!(
        local(&sao_paulo, "2018-11-03T12:00:00Z", "2018-11-05T12:00:00Z"),
        ["2018-11-04T01:00-02:00 Sun", "2018-11-05T00:00-02:00 Mon"],
        "a day without a midnight"
    );
    let quarterly = schedule("first Monday of the quarter at 09:00", "Europe/Berlin");
    assert_eq!(
        local(&quarterly, "2026-01-01T00:00:00Z", "2026-07-31T00:00:00Z"),
        ["2026-01-05T09:00+01:00 Mon", "2026-04-06T09:00+02:00 Mon", "2026-07-06T09:00+02:00 Mon"]
    );
}

#[test]
fn a_zone_that_is_unknown_is_answered_with_near_names() {
    let refused = |name: &str| zone(name).map(|zone| zone.iana_name().map(str::to_owned)).unwrap_err();
    for (written, meant) in [
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("new_york", "America/New_York"),
    ] {
        // The database of the operating system does not care about case, and nor do we.
        if let Err(problem) = zone(written) {
            assert!(problem.hint().contains(meant), "{written}: {}", problem.hint());
        } else {
            panic!("{written} was accepted");
        }
    }
    assert!(refused("Mars/Olympus_Mons").hint().contains("IANA name"));
    assert!(refused("CET").to_string().contains("`CET` is no time zone"), "an offset hides the place");
    assert_eq!(zone("UTC").unwrap().iana_name(), Some("UTC"));
}

#[test]
fn jitter_stays_within_its_bound_and_scatters_installations() {
    let mut jittered = schedule("@daily", "UTC");
    jittered.jitter = 2 * HOUR;
    let due = at("2026-02-01T00:00:00Z");
    let put_off: Vec<i64> =
        (0..200).map(|i| (jittered.occurrence(due, &format!("i{i}")).begins.as_second()) - due.as_second()).collect();
    assert!(put_off.iter().all(|seconds| (0..=7200).contains(seconds)));
    let halves = put_off.iter().filter(|seconds| **seconds < 3600).count();
    assert!((70..=130).contains(&halves), "{halves} of 200 in the first half");
    let days: std::collections::BTreeSet<i64> = jittered
        .occurrences(due, at("2026-03-01T00:00:00Z"), "here")
        .iter()
        .map(|o| o.begins.as_second() - o.due.as_second())
        .collect();
    assert!(days.len() > 20, "each occurrence has its own: {days:?}");
    assert_eq!(jittered.occurrence(due, "here"), jittered.occurrence(due, "here"));
}

#[test]
fn blackouts_push_a_start_to_their_end() {
    let mut daily = schedule("every day at 02:00", "Europe/Berlin");
    daily.blackouts = vec![once("2026-12-20T00:00", "2026-12-22T03:00"), once("2026-12-22T03:00", "2026-12-22T04:00")];
    let begins = |day: &str| {
        let occurrence = daily.next(at(&format!("{day}T00:00:00Z")), "here").unwrap();
        (occurrence.begins.to_string(), occurrence.begins <= occurrence.window_ends)
    };
    assert_eq!(begins("2026-12-19"), ("2026-12-19T01:00:00Z".into(), true), "the day before");
    assert_eq!(
        begins("2026-12-22"),
        ("2026-12-22T03:00:00Z".into(), true),
        "the end of the two that follow each other"
    );
    assert!(!begins("2026-12-21").1, "nothing of the window is left");

    let mut weekly = schedule("every Friday at 20:00", "Europe/Berlin");
    weekly.blackouts = vec![recurring("last Friday of the month at 18:00", 3 * HOUR)];
    assert_eq!(weekly.problems(), []);
    let begins: Vec<String> = weekly
        .occurrences(at("2026-01-20T00:00:00Z"), at("2026-02-07T00:00:00Z"), "here")
        .iter()
        .map(|occurrence| occurrence.begins.to_string())
        .collect();
    assert_eq!(begins, ["2026-01-23T19:00:00Z", "2026-01-30T20:00:00Z", "2026-02-06T19:00:00Z"]);
}

#[test]
fn what_does_not_fit_together_is_named() {
    let mut unfit = schedule("@daily", "Europe/Berlin");
    unfit.start_window = 23 * HOUR;
    unfit.jitter = 24 * HOUR;
    unfit.blackouts = vec![recurring("@weekly", 7 * 24 * HOUR)];
    let problems = unfit.problems();
    assert!(
        matches!(
            problems[..],
            [
                UnfitSchedule::WindowTooLong { .. },
                UnfitSchedule::JitterTooLong { .. },
                UnfitSchedule::BlackoutForEver { .. }
            ]
        ),
        "a day may have 23 hours only: {problems:?}"
    );
    assert_eq!(problems[0].hint(), "write a `start_window` shorter than 23h");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,40}|[0-9*,/#LWA-Z -]{0,30}|(every|first|last) [a-z]{0,8} (of the )?[a-z]{0,8} at [0-9:]{0,6}") {
        if let Ok(when) = When::parse(&text) {
            prop_assert!(when.after(at("2026-01-01T00:00:00Z"), &jiff::tz::TimeZone::UTC).is_some());
        }
    }

    #[test]
    fn occurrences_do_not_depend_on_where_one_begins_to_look(
        hours in proptest::collection::vec(1_i64..2000, 1..20),
        words in prop_oneof![Just("every day at 02:30"), Just("@weekly"), Just("last Friday of the month at 23:59"), Just("*/30 1 * * *")],
        place in prop_oneof![Just("Europe/Berlin"), Just("America/New_York"), Just("Australia/Lord_Howe"), Just("UTC")],
    ) {
        let mut schedule = schedule("@daily", place);
        schedule.at = When::parse(words).unwrap();
        let begin = at("2026-01-01T00:00:00Z");
        let mut looked = begin;
        let mut piecewise = Vec::new();
        for hours in hours {
            let until = looked + jiff::SignedDuration::from_hours(hours);
            piecewise.extend(schedule.occurrences(looked, until, "here"));
            looked = until;
        }
        prop_assert_eq!(piecewise, schedule.occurrences(begin, looked, "here"));
    }
}

//! Recurring moments: a cron expression of five fields, or the same in words.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use crate::wording::{self, NotUnderstood};

/// How many occurrences are looked at in order to say how close together they can be: a year of days and more.
const LOOKED_AT: usize = 500;
/// Since when they are looked at. Any day would do; a fixed one gives every reader of a plan the same answer.
const LOOKED_FROM: i64 = 1_767_225_600; // 2026-01-01T00:00:00Z

/// Moments that recur by the calendar of a time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// As it was written, its spaces made single.
    text: String,
    /// What it comes to.
    cron: Box<Cron>,
}

/// Why a text says no recurring moments.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidWhen {
    /// Neither the words nor the form of a cron expression.
    #[error("`{text}` is not understood: {problem}")]
    NotUnderstood {
        /// The text.
        text: String,
        /// What about it.
        problem: String,
    },
    /// A cron expression, but not one that means anything.
    #[error("`{text}` is no cron expression: {problem}")]
    NotCron {
        /// The text.
        text: String,
        /// What about it.
        problem: String,
    },
    /// Well-formed, but no calendar has such a day.
    #[error("`{text}` never happens")]
    Never {
        /// The text.
        text: String,
    },
}

impl InvalidWhen {
    /// How to mend it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotUnderstood { .. } => wording::UNDERSTOOD,
            Self::NotCron { .. } => {
                "five fields: minute hour day-of-month month day-of-week, as in `0 9 * JAN,APR,JUL,OCT MON#1`"
            }
            Self::Never { .. } => "name a day that the calendar has, in a month that has it",
        }
    }
}

impl When {
    /// Reads a cron expression or words.
    ///
    /// # Errors
    /// See [`InvalidWhen`]; what would never happen is refused too.
    pub fn parse(text: &str) -> Result<Self, InvalidWhen> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let pattern = if looks_like_cron(&text) {
            text.clone()
        } else {
            wording::to_cron(&text)
                .map_err(|NotUnderstood(problem)| InvalidWhen::NotUnderstood { text: text.clone(), problem })?
        };
        let cron = read_cron(&pattern)
            .map(Box::new)
            .map_err(|problem| InvalidWhen::NotCron { text: text.clone(), problem })?;
        let when = Self { text, cron };
        match when.after(looked_from(), &TimeZone::UTC) {
            Some(_) => Ok(when),
            None => Err(InvalidWhen::Never { text: when.text }),
        }
    }

    /// As it was written, its spaces made single.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The cron expression that it comes to.
    pub fn cron(&self) -> &str {
        self.cron.as_str()
    }

    /// The first moment after `moment`, or `None` where the calendar ends before it.
    ///
    /// A local time that a change of clocks skips happens when the clocks have gone forward; one that happens twice
    /// counts the first time.
    pub fn after(&self, moment: Timestamp, time_zone: &TimeZone) -> Option<Timestamp> {
        let next = self.cron.find_next_occurrence(&moment.to_zoned(time_zone.clone()), false).ok()?;
        Some(next.timestamp()).filter(|next| *next > moment)
    }

    /// The shortest time between two neighbours, looking at the next years; `None` where there are no two.
    pub fn shortest_interval(&self, time_zone: &TimeZone) -> Option<SignedDuration> {
        let mut shortest: Option<SignedDuration> = None;
        let mut earlier = self.after(looked_from(), time_zone)?;
        for _ in 0..LOOKED_AT {
            let Some(later) = self.after(earlier, time_zone) else { break };
            let interval = later.duration_since(earlier);
            shortest = Some(shortest.map_or(interval, |shortest| shortest.min(interval)));
            earlier = later;
        }
        shortest
    }

    /// Whether day of month and day of week are both restricted, so that either suffices: cron's old trap.
    pub fn either_day_suffices(&self) -> bool {
        let pattern = self.cron.as_str();
        let fields: Vec<&str> = pattern.split_whitespace().collect();
        let [.., day_of_month, _, day_of_week] = fields.as_slice() else { return false };
        let restricts = |field: &str| !field.starts_with(['*', '?']);
        restricts(day_of_month) && restricts(day_of_week) && !day_of_week.starts_with('+')
    }
}

/// As it was written.
impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

fn looked_from() -> Timestamp {
    Timestamp::from_second(LOOKED_FROM).expect("a second of the year 2026 is within the range of timestamps")
}

/// Whether the first word can only be the minutes of a cron expression.
fn looks_like_cron(text: &str) -> bool {
    text.split(' ').next().is_some_and(|first| {
        !first.is_empty() && first.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b',' | b'-' | b'/' | b'?'))
    })
}

fn read_cron(pattern: &str) -> Result<Cron, String> {
    let fields = pattern.split(' ').count();
    if fields != 5 {
        return Err(format!("it has {fields} fields, where five are needed"));
    }
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(pattern).map_err(|error| {
        let words = error.to_string();
        let words = words.trim_end_matches('.').rsplit(": ").next().unwrap_or_default();
        let mut letters = words.chars();
        letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
    })
}

//! A schedule: when a plan is due, and within which times its runs may begin.

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use crate::{Blackout, When};

/// When a plan is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    /// Its occurrences.
    pub at: When,
    /// The calendar and clock that they are meant by. It has an IANA name.
    pub time_zone: TimeZone,
    /// How long after an occurrence a run begins in time; later it is late. Shorter than the time between occurrences.
    pub start_window: Duration,
    /// By how much at most the beginning is put off, so that not all installations begin at once. At most the window.
    pub jitter: Duration,
    /// What becomes of occurrences that were missed.
    pub catch_up: CatchUp,
    /// How long after an occurrence without a performed run the plan is overdue.
    pub overdue_after: Duration,
    /// Times in which no run may begin.
    pub blackouts: Vec<Blackout>,
}

/// What becomes of occurrences whose window has passed without a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CatchUp {
    /// The latest of them is performed late; the others are missed.
    #[default]
    Once,
    /// All of them are missed.
    Never,
}

/// One occurrence of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The moment by the calendar.
    pub due: Timestamp,
    /// When its run is to begin: after jitter and blackouts. May lie outside the window, where blackouts fill it.
    pub begins: Timestamp,
    /// The last moment at which a run begins in time.
    pub window_ends: Timestamp,
}

/// How many blackouts that follow on each other are looked through. A schedule is refused before they could be more.
const MOST_BLACKOUTS: usize = 1000;

impl Schedule {
    /// The first occurrence after `moment`, for this installation.
    pub fn next(&self, moment: Timestamp, installation: &str) -> Option<Occurrence> {
        self.at.after(moment, &self.time_zone).map(|due| self.occurrence(due, installation))
    }

    /// All occurrences after `since`, up to and including `until`, the first first.
    pub fn occurrences(&self, since: Timestamp, until: Timestamp, installation: &str) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let mut moment = since;
        while let Some(next) = self.next(moment, installation).filter(|next| next.due <= until) {
            moment = next.due;
            found.push(next);
        }
        found
    }

    /// The occurrence that is due at `due`.
    pub fn occurrence(&self, due: Timestamp, installation: &str) -> Occurrence {
        let later = |by: Duration| due.checked_add(by).unwrap_or(Timestamp::MAX);
        let begins = later(self.jitter_of(due, installation));
        let window_ends = later(self.start_window);
        let begins = self.after_blackouts(begins, window_ends).map_or(begins, |(end, _)| end);
        Occurrence { due, begins, window_ends }
    }

    /// The schedule as registers and people read it: with its time zone.
    pub fn worded(&self) -> String {
        format!("{} ({})", self.at.text(), self.time_zone_name())
    }

    /// The schedule with all that holds for it, as people are shown it.
    pub fn describe(&self) -> String {
        let length = |length: Duration| words(SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX));
        let put_off = match self.jitter {
            Duration::ZERO => String::new(),
            jitter => format!(", put off by up to {}", length(jitter)),
        };
        let catch_up = match self.catch_up {
            CatchUp::Once => "of missed occurrences the latest is performed late",
            CatchUp::Never => "missed occurrences are not caught up",
        };
        let blackouts = match self.blackouts.len() {
            0 => String::new(),
            1 => "; 1 blackout".to_owned(),
            several => format!("; {several} blackouts"),
        };
        format!(
            "{}, to begin within {}{put_off}; {catch_up}; overdue after {}{blackouts}",
            self.worded(),
            length(self.start_window),
            length(self.overdue_after)
        )
    }

    /// The IANA name of the time zone.
    pub fn time_zone_name(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("UTC")
    }

    /// Where `moment` lies in a blackout: its end, or that of the last of those that follow on it, and why the first is.
    /// Looks no further than it takes to pass `enough`.
    pub(crate) fn after_blackouts(&self, moment: Timestamp, enough: Timestamp) -> Option<(Timestamp, &str)> {
        let mut found: Option<(Timestamp, &str)> = None;
        for _ in 0..MOST_BLACKOUTS {
            let at = found.map_or(moment, |(end, _)| end);
            let ends =
                self.blackouts.iter().filter_map(|blackout| Some((blackout.end_at(at, &self.time_zone)?, blackout)));
            let Some((end, blackout)) = ends.max_by_key(|(end, _)| *end).filter(|(end, _)| *end > at) else { break };
            found = Some((end, found.map_or(blackout.why.as_str(), |(_, why)| why)));
            if end > enough {
                break;
            }
        }
        found
    }

    /// Whether blackouts leave nothing of an occurrence's window, from when it would begin.
    pub(crate) fn fills(&self, occurrence: &Occurrence) -> bool {
        occurrence.begins > occurrence.window_ends
            && self.after_blackouts(occurrence.window_ends, occurrence.window_ends).is_some()
    }

    /// How much the beginning is put off: the same for the same occurrence and installation, wherever it is asked.
    fn jitter_of(&self, due: Timestamp, installation: &str) -> Duration {
        // FNV-1a, then the finaliser of splitmix64. It only has to scatter installations; nobody is kept from guessing.
        let text = format!("{installation} {due}");
        let hash = text
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Duration::from_secs((hash ^ (hash >> 31)) % (self.jitter.as_secs() + 1))
    }
}

/// Why the parts of a schedule do not fit together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitSchedule {
    /// An occurrence would be due while the one before may still begin.
    #[error("occurrences come as close as {} together, and a start window of {} reaches into the next", words(*.interval), words(*.window))]
    WindowTooLong {
        /// The shortest time between two occurrences.
        interval: SignedDuration,
        /// The window.
        window: SignedDuration,
    },
    /// The beginning could be put off beyond the window.
    #[error("a jitter of {} puts a start off beyond its window of {}", words(*.jitter), words(*.window))]
    JitterTooLong {
        /// The jitter.
        jitter: SignedDuration,
        /// The window.
        window: SignedDuration,
    },
    /// A blackout begins again before it has ended.
    #[error("the blackout `{why}` begins again before it has ended, so that nothing could ever begin")]
    BlackoutForEver {
        /// The blackout's reason.
        why: String,
    },
}

impl UnfitSchedule {
    /// How to mend it.
    pub fn hint(&self) -> String {
        match self {
            Self::WindowTooLong { interval, .. } => {
                format!("write a `start_window` shorter than {}", words(*interval))
            }
            Self::JitterTooLong { window, .. } => format!("write a `jitter` of at most {}", words(*window)),
            Self::BlackoutForEver { .. } => "let it last shorter than the time between its beginnings".to_owned(),
        }
    }
}

impl Schedule {
    /// Whether its parts fit together. What does not, one by one.
    pub fn problems(&self) -> Vec<UnfitSchedule> {
        let signed = |length: Duration| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let window = signed(self.start_window);
        let too_long = self.at.shortest_interval(&self.time_zone).filter(|interval| *interval <= window);
        let too_long = too_long.map(|interval| UnfitSchedule::WindowTooLong { interval, window });
        let jitter = signed(self.jitter);
        let put_off = (jitter > window).then_some(UnfitSchedule::JitterTooLong { jitter, window });
        let for_ever = self.blackouts.iter().filter_map(|blackout| match &blackout.window {
            crate::BlackoutWindow::Once { .. } => None,
            crate::BlackoutWindow::Recurring { at, lasts } => {
                let interval = at.shortest_interval(&self.time_zone)?;
                let reaches = interval <= signed(*lasts);
                reaches.then(|| UnfitSchedule::BlackoutForEver { why: blackout.why.clone() })
            }
        });
        too_long.into_iter().chain(put_off).chain(for_ever).collect()
    }
}

/// Durations as whole seconds, the zone by its name.
impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Schedule", 7)?;
        fields.serialize_field("at", &self.at)?;
        fields.serialize_field("time_zone", self.time_zone_name())?;
        fields.serialize_field("start_window", &self.start_window.as_secs())?;
        fields.serialize_field("jitter", &self.jitter.as_secs())?;
        fields.serialize_field("catch_up", &self.catch_up)?;
        fields.serialize_field("overdue_after", &self.overdue_after.as_secs())?;
        fields.serialize_field("blackouts", &self.blackouts)?;
        fields.end()
    }
}

/// A length of time as plans write it: `1d12h`.
pub(crate) fn words(length: SignedDuration) -> String {
    let mut rest = length.as_secs().unsigned_abs();
    let mut text = String::new();
    for (unit, seconds) in [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)] {
        if rest >= seconds {
            text.push_str(&format!("{}{unit}", rest / seconds));
            rest %= seconds;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

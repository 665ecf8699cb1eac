//! One alarm: what happened, how bad it is, and where it says what to do.

use backproof_model::canonical::sha256_hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::kind::{AlarmKind, Severity, severity_of};

/// The longest sentence that is sent; what is beyond is cut.
const LONGEST_SUMMARY: usize = 300;
/// The longest value of a detail.
const LONGEST_DETAIL: usize = 500;
/// The most details that are sent.
const MOST_DETAILS: usize = 20;
/// Where runbooks are, seen from the repository's root.
const RUNBOOKS: &str = "docs/runbooks/";

/// One alarm. It holds no data of customers: whoever makes one gives names of plans, numbers, counts, and ARNs of what
/// backproof itself created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// What it is about.
    pub kind: AlarmKind,
    /// How loud it is.
    pub severity: Severity,
    /// The plan's name.
    pub plan_name: String,
    /// The run, where there is one.
    pub run: Option<u64>,
    /// What in particular it is about (an occurrence, an exception's number); empty where kind, plan and run say it.
    /// Alarms of the same kind, plan, run and subject are the same alarm, and are not sent again soon.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// One sentence.
    pub summary: String,
    /// Names and values: counts, numbers, dates, ARNs of leftovers.
    pub details: Vec<(String, String)>,
    /// Where it says what to do: a URL, or a path in the repository.
    pub runbook: String,
}

impl Alarm {
    /// An alarm of a kind, as loud as its kind is.
    pub fn new(kind: AlarmKind, plan_name: &str, at: Timestamp, summary: impl Into<String>) -> Self {
        Self {
            kind,
            severity: severity_of(kind),
            plan_name: plan_name.to_owned(),
            run: None,
            subject: String::new(),
            at,
            summary: summary.into(),
            details: Vec::new(),
            runbook: format!("{RUNBOOKS}{}", kind.runbook()),
        }
    }

    /// Names the run.
    #[must_use]
    pub fn of_run(self, run: u64) -> Self {
        Self { run: Some(run), ..self }
    }

    /// Says what in particular it is about: see [`Alarm::subject`].
    #[must_use]
    pub fn about(self, subject: impl Into<String>) -> Self {
        Self { subject: subject.into(), ..self }
    }

    /// Adds a name and a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &(impl std::fmt::Display + ?Sized)) -> Self {
        self.details.push((name.to_owned(), value.to_string()));
        self
    }

    /// What makes two alarms the same one.
    pub(crate) fn sameness(&self) -> String {
        let run = self.run.map(|run| run.to_string()).unwrap_or_default();
        sha256_hex(format!("{}\n{}\n{run}\n{}", self.kind.as_str(), self.plan_name, self.subject))
    }

    /// The alarm's id: the same for every attempt and every channel, so that a receiver can drop repeats.
    pub(crate) fn id(&self) -> String {
        let mut id = sha256_hex(format!("{}\n{}", self.sameness(), self.at));
        id.truncate(32);
        id
    }

    /// The alarm as it is sent: bounded, without control characters, its runbook below `base`.
    pub(crate) fn fit_to_send(mut self, base: Option<&str>) -> Self {
        self.plan_name = one_line(&self.plan_name, LONGEST_SUMMARY);
        self.subject = one_line(&self.subject, LONGEST_SUMMARY);
        self.summary = one_line(&self.summary, LONGEST_SUMMARY);
        let more = self.details.len().saturating_sub(MOST_DETAILS);
        self.details.truncate(MOST_DETAILS);
        for (name, value) in &mut self.details {
            *name = one_line(name, LONGEST_DETAIL);
            *value = one_line(value, LONGEST_DETAIL);
        }
        if more > 0 {
            self.details.push(("more".into(), format!("{more} more details are in the report")));
        }
        if let Some(base) = base {
            self.runbook = format!("{}/{}", base.trim_end_matches('/'), self.kind.runbook());
        }
        self
    }
}

/// One line of at most `longest` characters.
fn one_line(text: &str, longest: usize) -> String {
    let cleaned: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if cleaned.chars().count() <= longest {
        return cleaned;
    }
    cleaned.chars().take(longest - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alarm() -> Alarm {
        let at = "2026-01-05T09:00:00Z".parse().unwrap();
        Alarm::new(AlarmKind::Overdue, "quarterly", at, "no run of plan quarterly since 2025-09-01")
    }

    #[test]
    fn the_same_thing_later_is_the_same_alarm_with_another_id() {
        let first = alarm();
        let later = Alarm { at: "2026-01-06T09:00:00Z".parse().unwrap(), ..alarm() };
        assert_eq!(first.sameness(), later.sameness());
        assert_ne!(first.id(), later.id());
        assert_eq!(first.id(), alarm().id());
    }

    #[test]
    fn another_run_or_subject_is_another_alarm() {
        assert_ne!(alarm().sameness(), alarm().of_run(7).sameness());
        assert_ne!(alarm().sameness(), alarm().about("2026-01-05").sameness());
        assert_ne!(alarm().of_run(7).sameness(), alarm().about("7").sameness());
    }

    #[test]
    fn what_is_sent_is_bounded_and_cannot_forge_lines() {
        let mut long = alarm();
        long.summary = format!("one\r\nSubject: forged{}", "x".repeat(1000));
        for number in 0..30 {
            long = long.with(&format!("leftover {number}"), &"y".repeat(1000));
        }
        let sent = long.fit_to_send(None);
        assert_eq!(sent.summary.chars().count(), LONGEST_SUMMARY);
        assert!(!sent.summary.contains(['\r', '\n']));
        assert_eq!(sent.details.len(), MOST_DETAILS + 1);
        assert_eq!(sent.details[0].1.chars().count(), LONGEST_DETAIL);
        assert_eq!(sent.details[MOST_DETAILS].1, "10 more details are in the report");
    }

    #[test]
    fn runbooks_are_below_the_base_that_was_configured() {
        assert_eq!(alarm().fit_to_send(None).runbook, "docs/runbooks/overdue.md");
        assert_eq!(alarm().fit_to_send(Some("https://wiki/bp/")).runbook, "https://wiki/bp/overdue.md");
    }
}

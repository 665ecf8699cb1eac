//! An alarm in words, for mail and topics.

use crate::channel::Letter;

/// The subject's line: `[PAGE] quarterly: 2 of 40 restore tests of run 7 of plan quarterly failed`.
pub(crate) fn subject(letter: &Letter) -> String {
    let alarm = &letter.alarm;
    format!("[{}] {}: {}", alarm.severity.as_str().to_uppercase(), alarm.plan_name, alarm.summary)
}

/// The text below it.
pub(crate) fn body(letter: &Letter) -> String {
    let alarm = &letter.alarm;
    let mut text = format!("{}\n\n", alarm.summary);
    let mut line = |name: &str, value: &str| text.push_str(&format!("{name:<20} {value}\n"));
    line("plan", &alarm.plan_name);
    if let Some(run) = alarm.run {
        line("run", &run.to_string());
    }
    if !alarm.subject.is_empty() {
        line("about", &alarm.subject);
    }
    line("kind", alarm.kind.as_str());
    line("severity", alarm.severity.as_str());
    line("at", &alarm.at.to_string());
    for (name, value) in &alarm.details {
        line(name, value);
    }
    text.push_str(&format!("\nWhat to do: {}\n", alarm.runbook));
    text.push_str(&format!("Alarm {} of backproof {}\n", letter.id, env!("CARGO_PKG_VERSION")));
    text
}

//! Counts, lengths of time and lists in words.

use jiff::SignedDuration;

/// How many names a remark lists before it counts the rest.
const NAMED: usize = 8;

/// A count with its thousands set apart: `5,000`.
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The first few of many, and how many more there are.
pub(crate) fn listed<S: AsRef<str>>(all: &[S]) -> String {
    let first: Vec<&str> = all.iter().take(NAMED).map(AsRef::as_ref).collect();
    match all.len() - first.len() {
        0 => first.join("; "),
        more => format!("{}; and {} more", first.join("; "), grouped(count(more))),
    }
}

/// Days (from two on), hours and minutes; seconds only below a minute.
pub(crate) fn in_words(length: SignedDuration) -> String {
    let minutes = length.as_mins();
    let days = if minutes < 2 * 1440 { 0 } else { minutes / 1440 };
    let parts = [(days, "d"), (minutes / 60 - days * 24, "h"), (minutes % 60, "min")];
    let said: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { format!("{} s", length.as_secs()) } else { said.join(" ") }
}

/// A length as a count.
pub(crate) fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (count, text) in [(0, "0"), (999, "999"), (5000, "5,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn long_lists_are_cut_and_say_so() {
        let names: Vec<String> = (1..=10).map(|number| format!("t{number}")).collect();
        assert_eq!(listed(&names[..2]), "t1; t2");
        assert_eq!(listed(&names), "t1; t2; t3; t4; t5; t6; t7; t8; and 2 more");
    }

    #[test]
    fn lengths_of_time_are_said_as_people_say_them() {
        for (seconds, words) in [(0, "0 s"), (59, "59 s"), (3660, "1 h 1 min"), (30 * 86_400, "30 d")] {
            assert_eq!(in_words(SignedDuration::from_secs(seconds)), words);
        }
    }
}

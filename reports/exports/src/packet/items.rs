//! The items that an auditor names: `3,17,22` or `5-8`, numbers of restore tests.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Restore tests by their numbers, ascending, each once. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items(Vec<RangeInclusive<u32>>);

/// Why a text names no items.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadItems {
    /// There is nothing in it.
    #[error("no items are named: give numbers of restore tests, as in 3,17,22 or 5-8")]
    Empty,
    /// A part is neither a number nor a range.
    #[error("`{0}` is no item: give numbers of restore tests, as in 3,17,22 or 5-8")]
    Unreadable(String),
    /// A range ends before it begins.
    #[error("`{0}` ends before it begins: give the smaller number first")]
    Backwards(String),
}

impl FromStr for Items {
    type Err = BadItems;

    fn from_str(text: &str) -> Result<Self, BadItems> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let mut ranges = parts.map(range).collect::<Result<Vec<_>, _>>()?;
        ranges.sort_unstable_by_key(|range| (*range.start(), *range.end()));
        let mut merged: Vec<RangeInclusive<u32>> = Vec::new();
        for range in ranges {
            match merged.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                Some(_) | None => merged.push(range),
            }
        }
        if merged.is_empty() { Err(BadItems::Empty) } else { Ok(Self(merged)) }
    }
}

fn range(part: &str) -> Result<RangeInclusive<u32>, BadItems> {
    let number = |text: &str| {
        let text = text.trim();
        let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if is_plain { text.parse::<u32>().ok() } else { None };
        number.filter(|number| *number > 0).ok_or_else(|| BadItems::Unreadable(part.to_owned()))
    };
    let (first, last) = match part.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => (number(part)?, number(part)?),
    };
    if first > last { Err(BadItems::Backwards(part.to_owned())) } else { Ok(first..=last) }
}

impl Items {
    /// Whether a restore test is named.
    pub(super) fn name(&self, test: u32) -> bool {
        self.0.iter().any(|range| range.contains(&test))
    }

    /// What is named and not among `present`, which ascends; as numbers and ranges.
    pub(super) fn missing_from(&self, present: &[u32]) -> Vec<String> {
        let mut missing = Vec::new();
        for range in &self.0 {
            let mut next = u64::from(*range.start());
            for number in present.iter().filter(|number| range.contains(number)) {
                push(&mut missing, next, u64::from(*number));
                next = u64::from(*number) + 1;
            }
            push(&mut missing, next, u64::from(*range.end()) + 1);
        }
        missing
    }
}

/// Adds the numbers from `from` up to before `until`.
fn push(missing: &mut Vec<String>, from: u64, until: u64) {
    match until.saturating_sub(from) {
        0 => {}
        1 => missing.push(from.to_string()),
        _ => missing.push(format!("{from}-{}", until - 1)),
    }
}

impl fmt::Display for Items {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for range in &self.0 {
            push(&mut parts, u64::from(*range.start()), u64::from(*range.end()) + 1);
        }
        f.write_str(&parts.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_sorted_and_merged() {
        let items: Items = " 22, 3,5-8,17 ,7-9,3,".parse().unwrap();
        assert_eq!(items.to_string(), "3,5-9,17,22");
        assert!(items.name(9) && !items.name(10));
    }

    #[test]
    fn what_names_no_item_is_refused() {
        for text in ["x", "0", "-3", "3-", "1-x", "3;4", "99999999999", "+3"] {
            assert_eq!(text.parse::<Items>(), Err(BadItems::Unreadable(text.to_owned())));
        }
        assert_eq!([" ", ",", ""].map(str::parse::<Items>), [const { Err(BadItems::Empty) }; 3]);
        assert_eq!("8-5".parse::<Items>(), Err(BadItems::Backwards("8-5".into())));
    }

    #[test]
    fn what_does_not_exist_is_named_however_many_it_is() {
        let items: Items = "2-4,9,100-4294967295".parse().unwrap();
        assert_eq!(items.missing_from(&[1, 3, 4, 200]), ["2", "9", "100-199", "201-4294967295"]);
    }
}

//! Lengths of time as world files write them: `90d`, `12h`, `5m`, `30s`.

use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// A length of time, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Span(u32);

/// Why a text is not a length of time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length of time: expected a number and one of s, m, h, d, such as 90d")]
pub struct InvalidSpan(String);

impl Span {
    /// That many seconds.
    pub const fn seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    /// The length in seconds.
    pub fn as_seconds(self) -> u32 {
        self.0
    }

    /// The moment this long before `moment`; the earliest there is, where that lies before time.
    pub fn before(self, moment: Timestamp) -> Timestamp {
        moment.checked_sub(SignedDuration::from_secs(self.0.into())).unwrap_or(Timestamp::MIN)
    }

    /// The moment this long after `moment`; the latest there is, where that lies after time.
    pub fn after(self, moment: Timestamp) -> Timestamp {
        moment.checked_add(SignedDuration::from_secs(self.0.into())).unwrap_or(Timestamp::MAX)
    }
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let refuse = || InvalidSpan(text.to_owned());
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            _ => return Err(refuse()),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| refuse())?;
        number.checked_mul(unit).map(Self).ok_or_else(refuse)
    }
}

impl TryFrom<String> for Span {
    type Error = InvalidSpan;

    fn try_from(text: String) -> Result<Self, InvalidSpan> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_anything_else_is_refused() {
        assert_eq!("90d".parse(), Ok(Span(90 * 86_400)));
        assert_eq!("5m".parse(), Ok(Span(300)));
        for text in ["", "d", "5", "-5m", "5 m", "99999999d", "5é"] {
            assert_eq!(text.parse::<Span>(), Err(InvalidSpan(text.into())), "{text:?}");
        }
    }
}

//! An exact share between 0 and 1, written as a decimal: a confidence, or a rate of bad points.
//!
//! Bounds are evidence, so `0.95` is 95/100 and never the nearest binary fraction. It does no arithmetic beyond what
//! the bounds need.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The most decimal places that a ratio keeps; ten to this power fits its denominator.
const MOST_DECIMALS: usize = 18;

/// A share from 0 to 1, exact. Parsed from a decimal text, with a power of ten as its denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Ratio {
    /// The part; at most the denominator.
    pub numerator: u64,
    /// The whole; a power of ten, and no larger than the decimal needs.
    pub denominator: u64,
}

/// Why a text is no ratio.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRatio {
    /// It is no plain decimal.
    #[error("`{0}` is not a decimal between 0 and 1: expected a text such as 0.95")]
    NotADecimal(String),
    /// It is a decimal, but above 1; percentages are a common slip.
    #[error("`{0}` is above 1: write 95 % as 0.95")]
    AboveOne(String),
    /// It has more decimal places than can be kept exactly.
    #[error("`{0}` has more than {MOST_DECIMALS} decimal places")]
    TooFine(String),
}

impl Ratio {
    /// `numerator / 10^decimals` in lowest decimal terms, so that equal ratios are equal values.
    fn of_decimal(mut numerator: u64, mut denominator: u64) -> Self {
        while denominator > 1 && numerator.is_multiple_of(10) {
            numerator /= 10;
            denominator /= 10;
        }
        Self { numerator, denominator }
    }

    /// `hundredths` of a whole: `percent(95)` is 0.95. More than 100 counts as 100.
    pub fn percent(hundredths: u8) -> Self {
        Self::of_decimal(u64::from(hundredths.min(100)), 100)
    }

    /// `part` ten-thousandths of a whole. More than 10,000 counts as 10,000.
    pub fn ten_thousandths(part: u64) -> Self {
        Self::of_decimal(part.min(10_000), 10_000)
    }

    /// One minus this: the risk that a confidence leaves.
    #[must_use]
    pub fn complement(self) -> Self {
        Self::of_decimal(self.denominator.saturating_sub(self.numerator), self.denominator)
    }

    /// `floor(self * whole)`.
    pub fn floor_of(self, whole: u64) -> u64 {
        let product = u128::from(self.numerator) * u128::from(whole) / u128::from(self.denominator.max(1));
        u64::try_from(product).unwrap_or(u64::MAX)
    }

    /// Whether this lies strictly between 0 and 1, as every confidence must.
    pub fn is_proper(self) -> bool {
        0 < self.numerator && self.numerator < self.denominator
    }

    /// As a percentage for people: `95 %`, `99.9 %`.
    pub fn as_percent(self) -> String {
        let hundredfold = u128::from(self.numerator) * 100;
        let denominator = u128::from(self.denominator.max(1));
        let (whole, mut rest) = (hundredfold / denominator, hundredfold % denominator);
        let mut text = whole.to_string();
        if rest > 0 {
            text.push('.');
        }
        // A decimal ends by itself; the limit is for a ratio that somebody made of other parts.
        for _ in 0..MOST_DECIMALS {
            if rest == 0 {
                break;
            }
            rest *= 10;
            text.push_str(&(rest / denominator).to_string());
            rest %= denominator;
        }
        text + " %"
    }
}

impl FromStr for Ratio {
    type Err = InvalidRatio;

    fn from_str(text: &str) -> Result<Self, InvalidRatio> {
        let refuse = || InvalidRatio::NotADecimal(text.to_owned());
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only(whole) || !digits_only(decimals) {
            return Err(refuse());
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > MOST_DECIMALS {
            return Err(InvalidRatio::TooFine(text.to_owned()));
        }
        let above = || InvalidRatio::AboveOne(text.to_owned());
        let whole: u64 = whole.parse().map_err(|_| above())?;
        let denominator = decimals.bytes().fold(1_u64, |power, _| power * 10);
        let fraction: u64 = if decimals.is_empty() { 0 } else { decimals.parse().map_err(|_| refuse())? };
        match (whole, fraction) {
            (0, fraction) => Ok(Self { numerator: fraction, denominator }),
            (1, 0) => Ok(Self { numerator: 1, denominator: 1 }),
            _ => Err(above()),
        }
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let denominator = self.denominator.max(1);
        let width = denominator.ilog10() as usize;
        let (whole, fraction) = (self.numerator / denominator, self.numerator % denominator);
        if width == 0 { write!(f, "{whole}") } else { write!(f, "{whole}.{fraction:0width$}") }
    }
}

impl TryFrom<String> for Ratio {
    type Error = InvalidRatio;

    fn try_from(text: String) -> Result<Self, InvalidRatio> {
        text.parse()
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        ratio.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio(text: &str) -> Ratio {
        text.parse().unwrap()
    }

    #[test]
    fn a_decimal_is_kept_exactly() {
        assert_eq!(ratio("0.95"), Ratio { numerator: 95, denominator: 100 });
        assert_eq!(ratio("0.950"), ratio("0.95"));
        assert_eq!(ratio("0.95").complement(), ratio("0.05"));
        assert_eq!(ratio("1"), ratio("1.00"));
        assert_eq!((ratio("0").to_string(), ratio("1.0").to_string()), ("0".into(), "1".into()));
        assert_eq!(ratio("0.1").complement().to_string(), "0.9");
        assert_eq!(serde_json::to_string(&ratio("0.05")).unwrap(), "\"0.05\"");
        assert_eq!(serde_json::from_str::<Ratio>("\"0.05\"").unwrap(), ratio("0.05"));
    }

    #[test]
    fn what_is_no_share_is_refused_with_its_text() {
        for text in ["", ".", "0.", ".5", "-0.5", "+0.5", "1e-1", "0.5 ", "NaN", "0,95", "٠.٥"] {
            assert_eq!(text.parse::<Ratio>(), Err(InvalidRatio::NotADecimal(text.into())), "{text}");
        }
        for text in ["95", "1.01", "99999999999999999999"] {
            assert_eq!(text.parse::<Ratio>(), Err(InvalidRatio::AboveOne(text.into())), "{text}");
        }
        assert!(matches!("0.1234567890123456789".parse::<Ratio>(), Err(InvalidRatio::TooFine(_))));
    }

    #[test]
    fn people_read_percentages() {
        let texts = ["0.95", "0.999", "1", "0", "0.0001"].map(|text| ratio(text).as_percent());
        assert_eq!(texts, ["95 %", "99.9 %", "100 %", "0 %", "0.01 %"]);
    }

    #[test]
    fn the_floor_of_a_share_is_exact() {
        assert_eq!(ratio("0.05").floor_of(500), 25);
        assert_eq!(ratio("0.05").floor_of(499), 24);
        assert_eq!(ratio("1").floor_of(u64::MAX), u64::MAX);
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_ratio(decimals in "[0-9]{1,18}") {
            let read = ratio(&format!("0.{decimals}"));
            prop_assert_eq!(ratio(&read.to_string()), read);
            prop_assert_eq!(read.complement().complement(), read);
        }
    }
}

//! Sums of money, exact: whole millionths of the unit of a currency.
//!
//! A sum does not know its currency; a budget and a price table say it once for all of theirs. It is no float, because
//! a limit that money is held to must mean the same digit by digit wherever it is read.

use std::fmt;
use std::ops::Add;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Millionths of a unit.
const UNIT: i64 = 1_000_000;
/// Decimal places of a millionth.
const DECIMALS: usize = 6;

/// A sum of money. Written as a decimal text, with two decimal places or as many as it takes: `50.00`, `0.000025`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Money {
    /// Millionths of the currency's unit. Negative only where a difference is.
    pub micros: i64,
}

/// Why a text is no sum of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMoney {
    /// It is no plain decimal.
    #[error("`{0}` is not a sum of money: expected a text such as 50 or 12.34, without currency and separators")]
    NotADecimal(String),
    /// It has more decimal places than are kept.
    #[error("`{0}` has more than {DECIMALS} decimal places")]
    TooFine(String),
    /// It is larger than can be kept.
    #[error("`{0}` is larger than 9000000000000")]
    TooLarge(String),
}

/// The most units that a sum is read as: far from where sums would overflow.
const MOST_UNITS: i64 = 9_000_000_000_000;

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self { micros: 0 };

    /// So many whole units; `None` where that cannot be kept.
    pub fn units(units: i64) -> Option<Self> {
        units.checked_mul(UNIT).map(|micros| Self { micros })
    }

    /// This much `times` over, or as much as can be kept: for limits a sum that is too large stays too large.
    #[must_use]
    pub fn saturating_mul(self, times: u64) -> Self {
        Self { micros: self.micros.saturating_mul(i64::try_from(times).unwrap_or(i64::MAX)) }
    }
}

/// Both together, or as much as can be kept.
impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { micros: self.micros.saturating_add(other.micros) }
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(sums: I) -> Self {
        sums.fold(Self::ZERO, Add::add)
    }
}

impl FromStr for Money {
    type Err = InvalidMoney;

    fn from_str(text: &str) -> Result<Self, InvalidMoney> {
        let refuse = || InvalidMoney::NotADecimal(text.to_owned());
        let too_large = || InvalidMoney::TooLarge(text.to_owned());
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only(whole) || !digits_only(decimals) {
            return Err(refuse());
        }
        let decimals = decimals.trim_end_matches('0');
        if decimals.len() > DECIMALS {
            return Err(InvalidMoney::TooFine(text.to_owned()));
        }
        let whole: i64 = whole.parse().map_err(|_| too_large())?;
        let fraction: i64 = format!("{decimals:0<DECIMALS$}").parse().map_err(|_| refuse())?;
        if whole > MOST_UNITS || (whole == MOST_UNITS && fraction > 0) {
            return Err(too_large());
        }
        Ok(Self { micros: sign * (whole * UNIT + fraction) })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.micros < 0 { "-" } else { "" };
        let (micros, unit) = (self.micros.unsigned_abs(), UNIT.unsigned_abs());
        let decimals = format!("{:0DECIMALS$}", micros % unit);
        let (cents, rest) = decimals.split_at(2);
        write!(f, "{sign}{}.{cents}{}", micros / unit, rest.trim_end_matches('0'))
    }
}

impl TryFrom<String> for Money {
    type Error = InvalidMoney;

    fn try_from(text: String) -> Result<Self, InvalidMoney> {
        text.parse()
    }
}

impl From<Money> for String {
    fn from(money: Money) -> Self {
        money.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn a_decimal_is_kept_to_the_millionth() {
        assert_eq!(money("12.34"), Money { micros: 12_340_000 });
        assert_eq!(money("50"), Money::units(50).unwrap());
        assert_eq!(money("0.000025").micros, 25);
        assert_eq!(money("-1.5").micros, -1_500_000);
        let texts = ["50", "12.34", "0.000025", "-0.5", "0.1230000"].map(|text| money(text).to_string());
        assert_eq!(texts, ["50.00", "12.34", "0.000025", "-0.50", "0.123"]);
        assert_eq!(serde_json::to_string(&money("50")).unwrap(), "\"50.00\"");
        assert_eq!(serde_json::from_str::<Money>("\"12.34\"").unwrap(), money("12.34"));
    }

    #[test]
    fn what_is_no_sum_is_refused_with_its_text() {
        for text in ["", ".", "1.", ".5", "+1", "1e3", "1 000", "1,50", "$5", "NaN", "--1", "٥"] {
            assert_eq!(text.parse::<Money>(), Err(InvalidMoney::NotADecimal(text.into())), "{text}");
        }
        assert!(matches!("0.0000001".parse::<Money>(), Err(InvalidMoney::TooFine(_))));
        for text in ["9000000000000.01", "9000000000001", "99999999999999999999"] {
            assert!(matches!(text.parse::<Money>(), Err(InvalidMoney::TooLarge(_))), "{text}");
        }
    }

    #[test]
    fn sums_stay_as_large_as_can_be_kept() {
        let most = Money { micros: i64::MAX };
        assert_eq!(most + money("1"), most);
        assert_eq!(money("9000000000000").saturating_mul(3), most);
        assert_eq!([money("1.5"), money("0.25")].into_iter().sum::<Money>(), money("1.75"));
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_sum(micros in -9_000_000_000_000_000_000_i64..=9_000_000_000_000_000_000) {
            prop_assert_eq!(money(&Money { micros }.to_string()).micros, micros);
        }
    }
}

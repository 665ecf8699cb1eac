//! What a restore test costs: parts, sums, and how sure one can be of them.
//!
//! Sums are computed from list prices, before or after; none of them is a bill. What is not known is named and never
//! counts as nothing: a sum with something unknown in it is only the least that it can be.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::money::Money;

/// Millionths of a unit.
const UNIT: u64 = 1_000_000;

/// How much of something, in millionths of its unit. Written as a decimal text: `1.5`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Quantity {
    /// Millionths of the unit.
    pub micros: u64,
}

impl Quantity {
    /// So many whole units, or as many as can be kept.
    pub fn whole(units: u64) -> Self {
        Self { micros: units.saturating_mul(UNIT) }
    }

    /// `numerator / denominator` units, rounded up to the next millionth, or as many as can be kept. A denominator of
    /// nothing counts as one.
    pub fn ratio(numerator: u128, denominator: u128) -> Self {
        let micros = numerator.saturating_mul(u128::from(UNIT)).div_ceil(denominator.max(1));
        Self { micros: u64::try_from(micros).unwrap_or(u64::MAX) }
    }

    /// What it costs at so much a unit, rounded up to the next millionth, or as much as can be kept.
    pub fn at(self, price: Money) -> Money {
        let price = u128::try_from(price.micros).unwrap_or(0);
        let micros = u128::from(self.micros).saturating_mul(price).div_ceil(u128::from(UNIT));
        Money { micros: i64::try_from(micros).unwrap_or(i64::MAX) }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:06}", self.micros % UNIT);
        let decimals = decimals.trim_end_matches('0');
        let point = if decimals.is_empty() { "" } else { "." };
        write!(f, "{}{point}{decimals}", self.micros / UNIT)
    }
}

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity: expected a text such as 2 or 0.25, with at most six decimal places")]
pub struct InvalidQuantity(String);

impl FromStr for Quantity {
    type Err = InvalidQuantity;

    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        let refuse = || InvalidQuantity(text.to_owned());
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only(whole) || !digits_only(decimals) || decimals.len() > 6 {
            return Err(refuse());
        }
        let whole: u64 = whole.parse().map_err(|_| refuse())?;
        let fraction: u64 = format!("{decimals:0<6}").parse().map_err(|_| refuse())?;
        let micros = whole.checked_mul(UNIT).and_then(|micros| micros.checked_add(fraction)).ok_or_else(refuse)?;
        Ok(Self { micros })
    }
}

impl TryFrom<String> for Quantity {
    type Error = InvalidQuantity;

    fn try_from(text: String) -> Result<Self, InvalidQuantity> {
        text.parse()
    }
}

impl From<Quantity> for String {
    fn from(quantity: Quantity) -> Self {
        quantity.to_string()
    }
}

/// One thing that costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CostPart {
    /// What: `DB instance db.m6g.large (postgres)`.
    pub what: String,
    /// How much of it.
    pub quantity: Quantity,
    /// Of what: `GB`, `hour`.
    pub unit: String,
    /// The price of one unit.
    pub price: Money,
    /// What that comes to.
    pub amount: Money,
    /// Where the price is from.
    pub source: String,
    /// What was assumed.
    #[serde(default)]
    pub assumed: Vec<String>,
}

/// How sure one can be of a sum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Every price is listed for its Region, and every size is known.
    #[default]
    Listed,
    /// A price or a size was assumed, on the dear side.
    Assumed,
    /// Something has no known price or size and is not in the sum: it is the least that it can be.
    AtLeast,
}

impl Certainty {
    /// The sum that this is said of, in words: `USD 1.25`, `about USD 1.25`, `at least USD 1.25`.
    pub fn of(self, currency: &str, sum: Money) -> String {
        let cents = in_cents(sum);
        match self {
            Self::Listed => format!("{currency} {cents}"),
            Self::Assumed => format!("about {currency} {cents}"),
            Self::AtLeast => format!("at least {currency} {cents}"),
        }
    }
}

/// A sum with two decimal places, rounded up: what costs anything never reads as nothing.
pub fn in_cents(sum: Money) -> String {
    const CENT: i64 = 10_000;
    let (cents, rest) = (sum.micros.div_euclid(CENT), sum.micros.rem_euclid(CENT));
    let cents = cents + i64::from(rest > 0);
    let sign = if cents < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", cents.unsigned_abs() / 100, cents.unsigned_abs() % 100)
}

/// What something costs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cost {
    /// The parts.
    pub parts: Vec<CostPart>,
    /// Their sum.
    pub total: Money,
    /// What is not in the sum, because its price or size is not known.
    #[serde(default)]
    pub unknowns: Vec<String>,
    /// How sure one can be of the sum.
    pub certainty: Certainty,
}

impl Cost {
    /// The most that it can be, as far as that is known.
    pub fn bound(&self) -> Option<Money> {
        match self.certainty {
            Certainty::Listed | Certainty::Assumed => Some(self.total),
            Certainty::AtLeast => None,
        }
    }

    /// The sum in words.
    pub fn in_words(&self, currency: &str) -> String {
        self.certainty.of(currency, self.total)
    }
}

/// What decides the price of a restored resource besides the size of its data, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostFacts {
    /// The database engine, as RDS spells it.
    #[serde(default)]
    pub engine: Option<String>,
    /// The class of the DB instance: `db.m6g.large`.
    #[serde(default)]
    pub instance_class: Option<String>,
    /// The type of its storage: `gp3`.
    #[serde(default)]
    pub storage_type: Option<String>,
    /// How much storage is allocated, in GiB.
    #[serde(default)]
    pub storage_gib: Option<u64>,
    /// How many operations per second are provisioned.
    #[serde(default)]
    pub iops: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }

    #[test]
    fn what_costs_anything_never_reads_as_nothing() {
        let shown = ["0", "0.000001", "0.01", "0.010001", "12.34", "-0.015"].map(|text| in_cents(money(text)));
        assert_eq!(shown, ["0.00", "0.01", "0.01", "0.02", "12.34", "-0.01"]);
    }

    #[test]
    fn a_sum_with_something_unknown_in_it_says_so_and_bounds_nothing() {
        let cost = Cost { total: money("1.25"), certainty: Certainty::AtLeast, ..Cost::default() };
        assert_eq!(cost.in_words("USD"), "at least USD 1.25");
        assert_eq!(cost.bound(), None);
        let known = Cost { certainty: Certainty::Assumed, ..cost };
        assert_eq!((known.in_words("USD").as_str(), known.bound()), ("about USD 1.25", Some(money("1.25"))));
    }

    #[test]
    fn amounts_are_rounded_up_to_the_millionth() {
        assert_eq!(Quantity::ratio(1, 3).to_string(), "0.333334");
        assert_eq!(Quantity::ratio(1, 3).at(money("0.10")), money("0.033334"));
        assert_eq!(Quantity::whole(3).at(money("1.5")), money("4.5"));
        assert_eq!(Quantity::whole(u64::MAX).at(money("9000000000000")).micros, i64::MAX);
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in ["", ".", "1.", "-1", "1e3", "0.0000001", "99999999999999999999"] {
            assert_eq!(text.parse::<Quantity>(), Err(InvalidQuantity(text.into())), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_quantity_and_its_text_are_the_same(micros: u64) {
            prop_assert_eq!(Quantity { micros }.to_string().parse::<Quantity>(), Ok(Quantity { micros }));
        }

        #[test]
        fn more_of_it_is_never_cheaper(a: u64, b: u64, price in 0..1_000_000_000_i64) {
            let price = Money { micros: price };
            let (less, more) = (Quantity { micros: a.min(b) }, Quantity { micros: a.max(b) });
            prop_assert!(less.at(price) <= more.at(price));
        }
    }
}

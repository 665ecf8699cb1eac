//! DynamoDB's numbers: decimals of up to 38 digits, normalised when they are written.
//!
//! `2.50`, `25e-1` and `+02.5` are the same number and come back as `2.5`. No arithmetic happens in binary.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;

use super::fault::Fault;

/// Digits that DynamoDB keeps.
const PRECISION: usize = 38;
/// The largest power of ten in front of the decimal point: 9.99…E+125 is the largest number.
const LARGEST: i32 = 126;
/// The smallest: 1E-130 is the smallest positive number.
const SMALLEST: i32 = -129;

/// A normalised number: `0.d₁d₂… × 10^exponent`, with no zero at either end of the digits; no digits at all is zero.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number {
    negative: bool,
    digits: Vec<u8>,
    exponent: i32,
}

impl FromStr for Number {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let Some((negative, digits, exponent)) = split(text) else {
            return Err(Fault::invalid(format!("The parameter cannot be converted to a numeric value: {text}")));
        };
        let leading = digits.iter().take_while(|digit| **digit == 0).count();
        let kept = digits.len() - digits.iter().rev().take_while(|digit| **digit == 0).count();
        if leading == digits.len() {
            return Ok(Self { negative: false, digits: Vec::new(), exponent: 0 });
        }
        let exponent = exponent - i64::try_from(leading).unwrap_or(i64::MAX);
        if exponent > i64::from(LARGEST) {
            let message = "Number overflow. Attempting to store a number with magnitude larger than supported range";
            return Err(Fault::invalid(message));
        }
        if exponent < i64::from(SMALLEST) {
            let message = "Number underflow. Attempting to store a number with magnitude smaller than supported range";
            return Err(Fault::invalid(message));
        }
        let digits = digits[leading..kept].to_vec();
        if digits.len() > PRECISION {
            return Err(Fault::invalid("Attempting to store more than 38 significant digits in a Number"));
        }
        // The two comparisons above bound the exponent far inside of an i32.
        Ok(Self { negative, digits, exponent: i32::try_from(exponent).unwrap_or(LARGEST) })
    }
}

/// Sign, all digits, and the place of the decimal point counted from the first digit.
fn split(text: &str) -> Option<(bool, Vec<u8>, i64)> {
    let (negative, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let (mantissa, power) = match rest.split_once(['e', 'E']) {
        Some((mantissa, power)) => (mantissa, power.parse::<i32>().ok()?),
        None => (rest, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits {
        return None;
    }
    let digits = whole.bytes().chain(fraction.bytes()).map(|byte| byte - b'0').collect();
    Some((negative, digits, i64::try_from(whole.len()).ok()? + i64::from(power)))
}

impl Number {
    /// Bytes whose order is the order of the numbers.
    pub(crate) fn ordered_bytes(&self) -> Vec<u8> {
        if self.digits.is_empty() {
            return vec![1];
        }
        let biased = u16::try_from(self.exponent + 0x4000).unwrap_or(u16::MAX);
        let mut bytes = biased.to_be_bytes().to_vec();
        bytes.extend(self.digits.iter().map(|digit| digit + 1));
        bytes.push(0);
        if self.negative {
            for byte in &mut bytes {
                *byte = !*byte;
            }
        }
        bytes.insert(0, if self.negative { 0 } else { 2 });
        bytes
    }

    /// The size that AWS's rules for item sizes give it: about a byte for two digits, and one more.
    pub(crate) fn size(&self) -> usize {
        self.digits.len().div_ceil(2) + 1 + usize::from(self.negative)
    }

    /// The sum, refused where it leaves the range or the precision.
    pub(crate) fn plus(&self, other: &Self) -> Result<Self, Fault> {
        (self.to_decimal() + other.to_decimal()).to_plain_string().parse()
    }

    /// The difference, refused where it leaves the range or the precision.
    pub(crate) fn minus(&self, other: &Self) -> Result<Self, Fault> {
        (self.to_decimal() - other.to_decimal()).to_plain_string().parse()
    }

    fn to_decimal(&self) -> BigDecimal {
        BigDecimal::from_str(&self.to_string()).expect("a normalised number is a plain decimal")
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.ordered_bytes().cmp(&other.ordered_bytes())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.digits.is_empty() {
            return f.write_str("0");
        }
        let mut text = String::with_capacity(self.digits.len() + 4);
        if self.negative {
            text.push('-');
        }
        let digit_at = |place: i32| usize::try_from(place).ok().and_then(|place| self.digits.get(place)).copied();
        if self.exponent <= 0 {
            text.push('0');
        }
        for place in 0..self.exponent.max(0) {
            text.push(char::from(b'0' + digit_at(place).unwrap_or(0)));
        }
        let length = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        if length > self.exponent {
            text.push('.');
            for place in self.exponent..length {
                text.push(char::from(b'0' + digit_at(place).unwrap_or(0)));
            }
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn normalised(text: &str) -> String {
        text.parse::<Number>().unwrap().to_string()
    }

    #[test]
    fn writes_the_shortest_plain_decimal() {
        let cases = [
            ("2.50", "2.5"),
            ("25e-1", "2.5"),
            ("+02.5", "2.5"),
            ("-0", "0"),
            ("0.000", "0"),
            ("1E3", "1000"),
            ("-12.3400e-4", "-0.001234"),
            (".5", "0.5"),
            ("5.", "5"),
            ("100", "100"),
        ];
        for (written, read) in cases {
            assert_eq!(normalised(written), read, "{written}");
        }
    }

    #[test]
    fn keeps_38_digits_and_refuses_39() {
        let widest = "9".repeat(38);
        assert_eq!(normalised(&widest), widest);
        assert!("9".repeat(39).parse::<Number>().is_err());
        assert_eq!(normalised(&format!("{widest}000")), format!("{widest}000"));
    }

    #[test]
    fn refuses_what_lies_outside_of_the_range() {
        assert!("9.9e125".parse::<Number>().is_ok());
        assert!("1e126".parse::<Number>().unwrap_err().to_string().contains("overflow"));
        assert!("1e-130".parse::<Number>().is_ok());
        assert!("9e-131".parse::<Number>().unwrap_err().to_string().contains("underflow"));
        for text in ["", "abc", "1e", "0x10", "1 ", "NaN", "--1", "1e99999999999"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in "-?[0-9]{1,20}(\\.[0-9]{1,18})?") {
            let once = normalised(&text);
            prop_assert_eq!(normalised(&once), once);
        }

        #[test]
        fn orders_as_the_numbers_do(left in -1_000_000_i64..1_000_000, right in -1_000_000_i64..1_000_000, shift in 0_u32..6) {
            let scale = 10_i64.pow(shift);
            let number = |value: i64| format!("{value}e-{shift}").parse::<Number>().unwrap();
            prop_assert_eq!(number(left).cmp(&number(right)), left.cmp(&right));
            let scaled = left.checked_mul(scale).unwrap().to_string().parse::<Number>().unwrap();
            prop_assert_eq!(scaled.cmp(&number(right)), (left * scale * scale).cmp(&right));
        }

        #[test]
        fn adds_and_subtracts_exactly(left in any::<i32>(), right in any::<i32>()) {
            let number = |value: i64| value.to_string().parse::<Number>().unwrap();
            let (left, right) = (i64::from(left), i64::from(right));
            prop_assert_eq!(number(left).plus(&number(right)).unwrap(), number(left + right));
            prop_assert_eq!(number(left).minus(&number(right)).unwrap(), number(left - right));
        }
    }
}

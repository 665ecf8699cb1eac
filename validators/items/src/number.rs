//! The canonical form of a number: equal bytes exactly where the numbers are equal.
//!
//! DynamoDB's numbers are decimals of up to 38 digits, written in many ways: `2.5`, `2.50`, `25E-1`. Here they are taken
//! apart as texts, without any arithmetic in binary and without a limit on their length.

/// In front of a number.
const NUMBER: u8 = b'N';
/// In front of a text that DynamoDB calls a number and that is none; it equals nothing but itself.
const NO_NUMBER: u8 = b'n';

/// Appends the number: sign, exponent, digits. The value is `0.digits × 10^exponent`, with no zero at either end of the
/// digits; zero has none, and no sign.
pub(crate) fn append_number(text: &str, bytes: &mut Vec<u8>) {
    let start = bytes.len();
    let Some(Header { sign, exponent }) = append_parts(text, bytes) else {
        bytes.truncate(start);
        bytes.push(NO_NUMBER);
        bytes.extend_from_slice(text.as_bytes());
        bytes.push(0);
        return;
    };
    bytes[start + 1] = sign;
    bytes[start + 2..start + HEADER].copy_from_slice(&exponent.to_le_bytes());
    // Digits are never 0, so this ends them without their length in front.
    bytes.push(0);
}

/// Tag, sign and exponent.
const HEADER: usize = 2 + size_of::<i64>();

struct Header {
    sign: u8,
    exponent: i64,
}

/// Appends room for the header and the digits, and gives what the header must say; `None` where it is no number.
fn append_parts(text: &str, bytes: &mut Vec<u8>) -> Option<Header> {
    bytes.push(NUMBER);
    bytes.extend_from_slice(&[0; HEADER - 1]);
    let first_digit = bytes.len();
    let (sign, unsigned) = match text.as_bytes() {
        [b'-', rest @ ..] => (b'-', rest),
        [b'+', rest @ ..] | rest => (b'+', rest),
    };
    let mut exponent: i64 = 0;
    let mut behind_point = false;
    let mut any_digit = false;
    for (at, byte) in unsigned.iter().enumerate() {
        match byte {
            b'0' if bytes.len() == first_digit => {
                any_digit = true;
                exponent -= i64::from(behind_point);
            }
            b'0'..=b'9' => {
                any_digit = true;
                bytes.push(*byte);
                exponent += i64::from(!behind_point);
            }
            b'.' if !behind_point => behind_point = true,
            b'e' | b'E' => {
                let power = std::str::from_utf8(&unsigned[at + 1..]).ok()?.parse::<i64>().ok()?;
                exponent = exponent.checked_add(power)?;
                break;
            }
            _ => return None,
        }
    }
    while bytes.len() > first_digit && bytes.last() == Some(&b'0') {
        bytes.pop();
    }
    match (any_digit, bytes.len() == first_digit) {
        (false, _) => None,
        (true, true) => Some(Header { sign: 0, exponent: 0 }),
        (true, false) => Some(Header { sign, exponent }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        append_number(text, &mut bytes);
        bytes
    }

    #[test]
    fn one_number_written_in_many_ways_has_one_form() {
        for same in [
            &["2.5", "2.50", "25E-1", "0.25e1", "+2.5", "02.5", "2.5E0", "25e-01", "250e-2", "0.0025E+3"][..],
            &["0", "-0", "0.000", "0E5", "+0", ".0", "00"],
            &["-100", "-1E2", "-100.0", "-0.1e3"],
            &["1", "1.", "1e0", "01"],
            &["0.001", ".001", "1E-3", "0.1e-2"],
            &["12345678901234567890123456789012345678", "1.2345678901234567890123456789012345678E37"],
        ] {
            for text in same {
                assert_eq!(canonical(text), canonical(same[0]), "{text} is {}", same[0]);
            }
        }
    }

    #[test]
    fn different_numbers_have_different_forms() {
        let numbers = [
            "0",
            "1",
            "-1",
            "10",
            "100",
            "0.1",
            "0.01",
            "11",
            "1.1",
            "101",
            "12",
            "21",
            "1E125",
            "1E-130",
            "12345678901234567890123456789012345678",
            "12345678901234567890123456789012345679",
            "1E100",
            "1E10",
        ];
        for (at, number) in numbers.iter().enumerate() {
            for other in &numbers[at + 1..] {
                assert_ne!(canonical(number), canonical(other), "{number} and {other}");
            }
        }
    }

    #[test]
    fn what_is_no_number_equals_only_itself() {
        let texts = [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1 ",
            " 1",
            "NaN",
            "Infinity",
            "--1",
            "1e99999999999999999999",
            "٣",
        ];
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(canonical(text)[0], NO_NUMBER, "{text}");
            for other in &texts[at + 1..] {
                assert_ne!(canonical(text), canonical(other), "{text} and {other}");
            }
        }
    }
}

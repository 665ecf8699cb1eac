//! Lengths of time as plans write them: `30s`, `90m`, `4h`, `1d12h`.

/// The units, largest first, with their seconds.
const UNITS: [(char, u64); 4] = [('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// The longest time a plan may name: ten years. Nothing in a restore test takes longer.
const LONGEST: u64 = 3650 * 86_400;

/// The seconds that `text` stands for, or `None` where it is no length of time.
///
/// Whole numbers with the units d, h, m, s; larger units first, each at most once, nothing in between.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let mut total: u64 = 0;
    let mut units = UNITS.iter();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let (number, after) = rest.split_at(digits);
        let letter = after.chars().next()?;
        let (_, factor) = units.find(|(unit, _)| *unit == letter)?;
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        rest = &after[letter.len_utf8()..];
    }
    (!text.is_empty() && total <= LONGEST).then_some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_with_units_are_added_up() {
        for (text, expected) in [
            ("30s", 30),
            ("90m", 5400),
            ("4h", 14_400),
            ("1d", 86_400),
            ("1d12h", 129_600),
            ("1d2h3m4s", 93_784),
            ("0s", 0),
            ("3650d", LONGEST),
        ] {
            assert_eq!(seconds(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_not_plainly_a_length_of_time_is_refused() {
        for text in [
            "",
            "4",
            "h",
            "4 h",
            "4H",
            "-4h",
            "1.5h",
            "12h1d",
            "1h1h",
            "4w",
            "3651d",
            "99999999999999999999s",
            "1d ",
            "٤h",
            "4hö",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,20}|[0-9dhms]{0,30}") {
            prop_assert!(seconds(&text).is_none_or(|seconds| seconds <= LONGEST));
        }
    }
}

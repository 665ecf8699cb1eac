//! The one wildcard of plan files: `*`, as in AWS Backup's vault selectors. No regular expressions.

/// Whether `text` is `pattern`, where each `*` stands for any run of characters, none included.
///
/// Takes time in proportion to the product of both lengths at worst, so no pattern can stall a listing.
pub fn wildcard_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    // Where to resume when the latest `*` must take one more byte.
    let mut latest_star = None;
    while at_text < text.len() {
        if pattern.get(at_pattern) == Some(&b'*') {
            latest_star = Some((at_pattern, at_text));
            at_pattern += 1;
        } else if pattern.get(at_pattern) == Some(&text[at_text]) {
            at_pattern += 1;
            at_text += 1;
        } else if let Some((star, taken_to)) = latest_star {
            latest_star = Some((star, taken_to + 1));
            at_pattern = star + 1;
            at_text = taken_to + 1;
        } else {
            return false;
        }
    }
    pattern[at_pattern..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_star_stands_for_any_run_and_everything_else_for_itself() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("*", "prod", true),
            ("", "", true),
            ("", "x", false),
            ("prod", "prod", true),
            ("prod", "Prod", false),
            ("prod", "prod-1", false),
            ("prod-*", "prod-", true),
            ("prod-*", "prod", false),
            ("*-prod", "eu-prod", true),
            ("*-prod", "eu-prod-old", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("a*a", "a", false),
            ("a**b", "ab", true),
            ("vault.1", "vaultx1", false),
            ("[a-z]+", "abc", false),
            ("ö*", "ölig", true),
            (
                "arn:aws:backup:*:111122223333:backup-vault:*",
                "arn:aws:backup:eu-central-1:111122223333:backup-vault:v",
                true,
            ),
            (
                "arn:aws:backup:*:111122223333:backup-vault:*",
                "arn:aws:backup:eu-central-1:444455556666:backup-vault:v",
                false,
            ),
            ("arn:aws:dynamodb:*:*:table/orders", "arn:aws:dynamodb:eu-central-1:111122223333:table/orders-2", false),
        ] {
            assert_eq!(wildcard_matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_does_not_stall() {
        let pattern = "a*".repeat(200) + "b";
        assert!(!wildcard_matches(&pattern, &"a".repeat(5_000)));
    }

    proptest! {
        #[test]
        fn a_text_with_any_parts_replaced_by_stars_matches(
            parts in proptest::collection::vec(("[a-c]{0,4}", any::<bool>()), 0..8)
        ) {
            let text: String = parts.iter().map(|(part, _)| part.as_str()).collect();
            let pattern: String = parts.iter().map(|(part, star)| if *star { "*" } else { part.as_str() }).collect();
            prop_assert!(wildcard_matches(&pattern, &text), "{} on {}", pattern, text);
        }

        #[test]
        fn a_pattern_without_a_star_matches_only_itself(pattern in "[a-c]{0,4}", text in "[a-c]{0,4}") {
            prop_assert_eq!(wildcard_matches(&pattern, &text), pattern == text);
        }
    }
}

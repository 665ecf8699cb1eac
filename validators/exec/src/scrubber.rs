//! Takes secrets out of what a program says.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What stands in a secret's place.
pub(crate) const IN_ITS_PLACE: &str = "[secret]";

/// Shorter ones occur by chance in every text, and no server hands them out.
const SHORTEST: usize = 4;

/// Knows the secrets that a program was handed.
#[derive(Clone, Default)]
pub(crate) struct Scrubber {
    /// The longest first, so that none is left over as a part of another.
    secrets: Vec<String>,
}

/// A text without secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scrubbed {
    /// The text.
    pub(crate) text: String,
    /// Whether there was one in it.
    pub(crate) leaked: bool,
}

impl Scrubber {
    /// Looks for these secrets, as they are and as they stand in a URL.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let long = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST);
        let mut secrets: Vec<String> = long
            .flat_map(|secret| [secret.to_owned(), utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string()])
            .collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// Looks for every text below the secrets of a program, but for names of users, endpoints and times.
    pub(crate) fn of_handed_over(secrets: &Value) -> Self {
        let of = |pointer: &str| secrets.pointer(pointer).and_then(Value::as_str);
        Self::new(["/database/password", "/aws/secret_access_key", "/aws/session_token"].into_iter().filter_map(of))
    }

    /// The text with every secret replaced.
    pub(crate) fn scrub(&self, text: &str) -> Scrubbed {
        let clean = self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, IN_ITS_PLACE));
        Scrubbed { leaked: clean != text, text: clean }
    }

    /// Whether these bytes hold a secret.
    pub(crate) fn is_in(&self, bytes: &[u8]) -> bool {
        self.secrets.iter().any(|secret| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_as_they_are_and_as_urls_spell_them() {
        let scrubber = Scrubber::new(["p@ss word"]);
        let clean = scrubber.scrub("tried p@ss word and postgres://u:p%40ss%20word@h");
        assert_eq!(clean, Scrubbed { text: "tried [secret] and postgres://u:[secret]@h".into(), leaked: true });
        assert!(scrubber.is_in(b"\xffp@ss word") && !scrubber.is_in(b"p@ss"));
    }

    #[test]
    fn a_secret_within_another_leaves_no_rest() {
        let scrubbed = Scrubber::new(["hunter", "hunter2"]).scrub("hunter2");
        assert_eq!(scrubbed.text, "[secret]");
    }

    #[test]
    fn texts_without_secrets_stay_as_they_are() {
        let scrubber = Scrubber::new(["a", ""]);
        assert_eq!(scrubber.scrub("a cat"), Scrubbed { text: "a cat".into(), leaked: false });
        assert!(!Scrubber::default().is_in(b"anything"));
    }
}

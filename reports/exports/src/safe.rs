//! Texts of others made safe for a format: names of resources, remarks and reasons are whatever somebody wrote.
//!
//! Nothing is interpreted. What a format cannot hold is replaced by U+FFFD, so that a reader sees that something was there.

/// The sign for what could not be kept.
const REPLACEMENT: char = '\u{fffd}';

/// `text` in one line without blanks at its ends; what is no visible character is a blank. Never empty: a dash stands for
/// a text that has nothing to show.
pub(crate) fn one_line(text: &str) -> String {
    let blank = |character: char| {
        let joins = matches!(character, '\u{feff}' | '\u{200b}' | '\u{2060}' | '\u{2028}' | '\u{2029}');
        if character.is_control() || character.is_whitespace() || joins { ' ' } else { character }
    };
    let line: String = text.chars().map(blank).collect();
    match line.trim() {
        "" => "-".to_owned(),
        shown => shown.to_owned(),
    }
}

/// [`one_line`] for places that are read as Markdown: its signs stand for themselves.
pub(crate) fn markup(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in one_line(text).chars() {
        if matches!(character, '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '{' | '}' | '&' | '~' | '$' | '"') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    match escaped.chars().next() {
        // At the beginning of a paragraph these would make a heading or a list.
        Some('#' | '-' | '+' | '=') => format!("\\{escaped}"),
        Some(_) | None => escaped,
    }
}

/// `text` without what XML 1.0 cannot hold.
pub(crate) fn xml_characters(text: &str) -> String {
    let kept = |character: char| match character {
        '\t' | '\n' | '\r' => character,
        '\u{fffe}' | '\u{ffff}' => REPLACEMENT,
        control if control < ' ' => REPLACEMENT,
        other => other,
    };
    text.chars().map(kept).collect()
}

/// `text` as the content of an XML element or attribute.
pub(crate) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in xml_characters(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// `text` as a token of OSCAL: it begins with a letter and goes on with letters, digits, `.`, `-` and `_`.
pub(crate) fn token(text: &str) -> String {
    let sign = |character: char| {
        if character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_') { character } else { '-' }
    };
    let token: String = text.chars().map(sign).collect();
    if token.starts_with(|first: char| first.is_ascii_alphabetic()) { token } else { format!("x{token}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_no_break_and_is_never_empty() {
        assert_eq!(one_line("  a\r\n\u{2028}b\u{85}\u{0}c\u{feff} "), "a   b  c");
        assert_eq!([one_line(""), one_line("\n\u{feff}"), one_line("\u{200b}")], ["-", "-", "-"]);
    }

    #[test]
    fn signs_of_markdown_stand_for_themselves() {
        assert_eq!(markup("# <img src=x> [a](b) *c* `d`"), "\\# \\<img src=x\\> \\[a\\](b) \\*c\\* \\`d\\`");
        assert_eq!(markup("\\*"), "\\\\\\*");
        assert_eq!(markup("arn:aws:dynamodb:eu-central-1:1:table/a_b"), "arn:aws:dynamodb:eu-central-1:1:table/a_b");
    }

    #[test]
    fn xml_holds_any_text() {
        assert_eq!(xml("<a b='c'>&\"\n]]>"), "&lt;a b=&apos;c&apos;&gt;&amp;&quot;&#10;]]&gt;");
        assert_eq!(xml("\u{0}\u{1b}[31m\u{ffff}"), "\u{fffd}\u{fffd}[31m\u{fffd}");
    }

    #[test]
    fn tokens_begin_with_a_letter() {
        assert_eq!([token("8.13"), token("A1.2"), token("CP-9(1)"), token("")], ["x8.13", "A1.2", "CP-9-1-", "x"]);
    }
}

//! What templates can do with values beyond the engine's own filters, and the bound on what they write.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use backproof_evidence::words::{self, duration, grouped};
use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, Value, escape_formatter};

use super::error::{RenderError, TOO_LONG};

/// Adds the filters, and a formatter that counts what is written anywhere, in captures as well.
pub(super) fn add(environment: &mut Environment<'_>, longest: usize) {
    environment.add_filter("duration", duration);
    environment.add_filter("grouped", grouped);
    environment.add_filter("moment", moment);
    environment.add_filter("spans", spans);
    environment.add_filter("css_string", css_string);
    let written = Arc::new(AtomicUsize::new(0));
    environment.set_formatter(move |out, state, value| {
        let length = value.as_str().map_or(8, str::len);
        let all = written.fetch_add(length, Ordering::Relaxed).saturating_add(length);
        if all > longest {
            return Err(Error::new(ErrorKind::WriteFailure, format!("{TOO_LONG}{longest}")));
        }
        format(out, state, value)
    });
}

/// A moment as people read it. Every moment here was a timestamp before it was a text.
fn moment(rfc_3339: String) -> String {
    rfc_3339.parse().map_or(rfc_3339, words::moment)
}

/// A text of spans as HTML: stronger words, code and links; everything escaped.
fn spans(text: &Value) -> Result<Value, Error> {
    let mut html = String::new();
    for span in text.try_iter()? {
        let words = span.get_attr("text")?;
        let words = words.as_str().ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "a span has a text"))?;
        let style = span.get_attr("style")?;
        match (style.kind(), style.as_str()) {
            (ValueKind::String, Some("strong")) => wrapped(&mut html, "strong", words),
            (ValueKind::String, Some("code")) => wrapped(&mut html, "code", words),
            (ValueKind::Map, _) => link(&mut html, words, style.get_attr("link")?.as_str().unwrap_or_default()),
            _ => escape(&mut html, words),
        }
    }
    Ok(Value::from_safe_string(html))
}

fn wrapped(html: &mut String, element: &str, words: &str) {
    html.push_str(&format!("<{element}>"));
    escape(html, words);
    html.push_str(&format!("</{element}>"));
}

/// A link, where it leads into the document or to a safe address; else its words.
fn link(html: &mut String, words: &str, target: &str) {
    let safe = target.starts_with('#') || target.starts_with("https://");
    if !safe || target.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return escape(html, words);
    }
    html.push_str("<a href=\"");
    escape(html, target);
    html.push_str("\">");
    escape(html, words);
    html.push_str("</a>");
}

/// A text between the quotes of a CSS string: everything but letters, digits and spaces as an escape.
fn css_string(text: &str) -> Value {
    let mut css = String::new();
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || character == ' ' {
            css.push(character);
        } else {
            css.push_str(&format!("\\{:x} ", u32::from(character)));
        }
    }
    Value::from_safe_string(css)
}

/// Escapes like the engine, but leaves the slash alone, so that ARNs can be found in the file as they are.
fn format(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let (AutoEscape::Html, Some(text), false) = (state.auto_escape(), value.as_str(), value.is_safe()) else {
        return escape_formatter(out, state, value);
    };
    let mut html = String::with_capacity(text.len());
    escape(&mut html, text);
    Ok(out.write_str(&html)?)
}

fn escape(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Characters that HTML forbids or that steer the direction of what follows.
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => html.push('\u{fffd}'),
            other => html.push(other),
        }
    }
}

/// A writer that takes so many bytes and no more.
pub(super) struct Bounded {
    bytes: Vec<u8>,
    longest: usize,
}

impl Bounded {
    /// An empty one.
    pub(super) fn new(longest: usize) -> Self {
        Self { bytes: Vec::new(), longest }
    }

    /// What was written.
    pub(super) fn text(self) -> Result<String, RenderError> {
        String::from_utf8(self.bytes).map_err(|_| RenderError::NotText)
    }
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.longest {
            return Err(io::Error::other(format!("{TOO_LONG}{}", self.longest)));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(template: &'static str, value: Value) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        add(&mut environment, 1_000);
        environment.add_template("t.html", template)?;
        environment.get_template("t.html")?.render(value)
    }

    #[test]
    fn every_special_character_is_escaped_and_slashes_stay() {
        let value = Value::from_pairs([("text", "a/b<c>&\"'é\u{202e}\u{1b}")]);
        assert_eq!(rendered("{{ text }}", value).unwrap(), "a/b&lt;c&gt;&amp;&quot;&#39;é\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_css_string_cannot_be_left() {
        let value = Value::from_pairs([("text", "a\"; } </style>\\")]);
        assert_eq!(rendered("{{ text|css_string }}", value).unwrap(), "a\\22 \\3b  \\7d  \\3c \\2f style\\3e \\5c ");
    }

    #[test]
    fn a_link_leads_nowhere_but_into_the_document_or_to_a_safe_address() {
        let mut html = String::new();
        for target in ["javascript:alert(1)", "http://plain.example", "https://a b", "//x"] {
            link(&mut html, "words", target);
        }
        assert_eq!(html, "words".repeat(4));
        link(&mut html, "x", "https://a.example/\"><script>");
        assert!(html.ends_with("<a href=\"https://a.example/&quot;&gt;&lt;script&gt;\">x</a>"));
    }
}

//! XML, written in order. Nothing is read.

use std::fmt::Display;

/// Members of an answer as XML: elements are appended, texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Xml {
    text: String,
}

impl Xml {
    /// No members yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With `<name>value</name>` appended.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Display) -> Self {
        self.push(name, value);
        self
    }

    /// With `<name>…</name>` appended, holding other members.
    #[must_use]
    pub fn with_inner(mut self, name: &str, inner: &Self) -> Self {
        self.push_inner(name, inner);
        self
    }

    /// Appends `<name>value</name>`.
    pub fn push(&mut self, name: &str, value: impl Display) {
        let value = escaped(&value.to_string());
        self.text.extend(["<", name, ">", &value, "</", name, ">"]);
    }

    /// Appends `<name>…</name>`, holding other members.
    pub fn push_inner(&mut self, name: &str, inner: &Self) {
        self.text.extend(["<", name, ">", &inner.text, "</", name, ">"]);
    }

    /// Appends the members of `other`.
    pub fn append(&mut self, other: &Self) {
        self.text.push_str(&other.text);
    }

    /// The XML written so far.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// The text with XML's own characters, and those that XML cannot hold, made harmless.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\t' | '\n' => escaped.push(character),
            '\r' => escaped.push_str("&#13;"),
            _ if character.is_control() => escaped.push('\u{fffd}'),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_and_elements_nest() {
        let inner = Xml::new().with("name", "a<b> & \"c\"");
        let xml = Xml::new().with_inner("item", &inner).with("count", 2);
        let expected = "<item><name>a&lt;b&gt; &amp; &quot;c&quot;</name></item><count>2</count>";
        assert_eq!(xml.as_str(), expected);
    }
}

//! A table of a file, whose keys are read one by one: what is missing, unknown or of the wrong type is collected.

use std::ops::Range;

use backproof_model::suggest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Findings;

/// A text and its place, in bytes.
pub(super) type Placed = (String, Range<usize>);

/// A table that is being read.
pub(super) struct Table<'t, 'i, 'f> {
    keys: &'t DeTable<'i>,
    place: Range<usize>,
    name: &'static str,
    /// Where problems go.
    pub(super) findings: &'f mut Findings,
}

impl<'t, 'i, 'f> Table<'t, 'i, 'f> {
    /// Opens a table and reports every key that is not among `known`.
    pub(super) fn open(
        table: &'t DeTable<'i>,
        place: &Range<usize>,
        name: &'static str,
        known: &[&str],
        findings: &'f mut Findings,
    ) -> Self {
        for key in table.keys() {
            let written: &str = key.get_ref().as_ref();
            if known.contains(&written) {
                continue;
            }
            let hint = match suggest::closest(written, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("the keys of {name} are {}", suggest::list(known.iter().copied())),
            };
            findings.add(&key.span(), format!("unknown key `{written}` in {name}"), hint);
        }
        Self { keys: table, place: place.clone(), name, findings }
    }

    /// The value under a key that must be there.
    pub(super) fn value(&mut self, key: &str, hint: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        let value = self.keys.get(key);
        if value.is_none() {
            self.findings.add(&self.place, format!("{} has no `{key}`", self.name), hint);
        }
        value
    }

    /// The value under a key that may be left out.
    pub(super) fn optional(&self, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
        self.keys.get(key)
    }

    /// The text under a key that must be there. An empty one says nothing.
    pub(super) fn text(&mut self, key: &str, hint: &str) -> Option<Placed> {
        let value = self.value(key, hint)?;
        self.as_text(value, &format!("`{key}`"), hint)
    }

    /// The texts under a key that must be there.
    pub(super) fn texts(&mut self, key: &str, hint: &str) -> Option<Vec<Placed>> {
        let value = self.value(key, hint)?;
        let DeValue::Array(elements) = value.get_ref() else {
            self.findings.add(&value.span(), format!("`{key}` is no list"), hint);
            return None;
        };
        let what = format!("an element of `{key}`");
        Some(elements.iter().filter_map(|element| self.as_text(element, &what, hint)).collect())
    }

    /// One of a few names.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<(T, Range<usize>)> {
        let all = format!("it can be {}", suggest::list(choices.iter().map(|(name, _)| *name)));
        let (written, place) = self.text(key, &all)?;
        let chosen = choices.iter().find(|(name, _)| *name == written);
        if chosen.is_none() {
            let near = suggest::closest(&written, choices.iter().map(|(name, _)| *name));
            let hint = near.map_or(all, |name| format!("did you mean `{name}`?"));
            self.findings.add(&place, format!("`{key}` cannot be `{written}`"), hint);
        }
        chosen.map(|(_, meaning)| (*meaning, place))
    }

    fn as_text(&mut self, value: &Spanned<DeValue<'i>>, what: &str, hint: &str) -> Option<Placed> {
        let DeValue::String(text) = value.get_ref() else {
            self.findings.add(&value.span(), format!("{what} is no text"), hint);
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            self.findings.add(&value.span(), format!("{what} is empty"), hint);
            return None;
        }
        Some((text.to_owned(), value.span()))
    }
}

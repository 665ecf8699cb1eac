//! Short ways to write the parts of a document.
//!
//! Only form. What is said, and of what, is the sections' to decide.

use crate::document::{Block, Cell, Column, Fact, Span, Style, Text, Tile, Tone};

/// Rows of a list before it is cut short, with a sentence that says so.
pub(crate) const LONGEST_LIST: usize = 100;

/// Whatever can stand as a text.
pub(crate) trait Words {
    /// The text.
    fn text(self) -> Text;
}

impl Words for Text {
    fn text(self) -> Text {
        self
    }
}

impl Words for Span {
    fn text(self) -> Text {
        vec![self]
    }
}

impl Words for String {
    fn text(self) -> Text {
        vec![words(self)]
    }
}

impl Words for &str {
    fn text(self) -> Text {
        vec![words(self)]
    }
}

impl<const N: usize> Words for [Span; N] {
    fn text(self) -> Text {
        self.into()
    }
}

/// Plain words.
pub(crate) fn words(text: impl Into<String>) -> Span {
    Span { text: text.into(), style: Style::Plain }
}

/// Words that stand out.
pub(crate) fn strong(text: impl Into<String>) -> Span {
    Span { text: text.into(), style: Style::Strong }
}

/// A name, a digest or a command.
pub(crate) fn name(text: impl Into<String>) -> Span {
    Span { text: text.into(), style: Style::Code }
}

/// A link.
pub(crate) fn link(text: impl Into<String>, target: impl Into<String>) -> Span {
    Span { text: text.into(), style: Style::Link(target.into()) }
}

/// A heading below the section's.
pub(crate) fn heading(text: impl Into<String>) -> Block {
    Block::Heading { text: text.into(), id: None }
}

/// A paragraph.
pub(crate) fn paragraph(text: impl Words) -> Block {
    Block::Paragraph { text: text.text() }
}

/// A list without numbers.
pub(crate) fn list(items: impl IntoIterator<Item = impl Words>) -> Block {
    Block::List { ordered: false, items: items.into_iter().map(Words::text).collect() }
}

/// A numbered list.
pub(crate) fn steps(items: impl IntoIterator<Item = impl Words>) -> Block {
    Block::List { ordered: true, items: items.into_iter().map(Words::text).collect() }
}

/// Something that must not be overlooked.
pub(crate) fn callout(tone: Tone, title: impl Into<String>, text: impl Words) -> Block {
    Block::Callout { tone, title: title.into(), text: text.text() }
}

/// A text as it stands.
pub(crate) fn listing(caption: impl Into<String>, text: impl Into<String>) -> Block {
    Block::Code { caption: caption.into(), text: text.into() }
}

/// What most readers skip.
pub(crate) fn details(summary: impl Into<String>, blocks: Vec<Block>) -> Block {
    Block::Details { summary: summary.into(), id: None, blocks }
}

/// A term and what is said of it.
pub(crate) fn fact(term: impl Into<String>, text: impl Words) -> Fact {
    Fact { term: term.into(), text: text.text() }
}

/// Terms, each with what is said of it.
pub(crate) fn facts(rows: Vec<Fact>) -> Block {
    Block::Facts { rows }
}

/// A verdict or figure that stands out.
pub(crate) fn tile(label: &str, value: impl Into<String>, tone: Tone, text: impl Into<String>) -> Tile {
    Tile { label: label.to_owned(), value: value.into(), tone, text: text.into() }
}

/// A cell without a tone.
pub(crate) fn cell(text: impl Words) -> Cell {
    Cell { text: text.text(), tone: Tone::Plain }
}

/// A cell whose words are meant as good, bad or doubtful.
pub(crate) fn mark(tone: Tone, text: impl Words) -> Cell {
    Cell { text: text.text(), tone }
}

/// A table under construction.
pub(crate) struct Table {
    caption: String,
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    notes: Vec<String>,
}

/// A table with these columns; those whose title begins with `#` hold numbers.
pub(crate) fn table(caption: impl Into<String>, titles: &[&str]) -> Table {
    let column = |title: &&str| match title.strip_prefix('#') {
        Some(title) => Column { title: title.to_owned(), numeric: true },
        None => Column { title: (*title).to_owned(), numeric: false },
    };
    let columns = titles.iter().map(column).collect();
    Table { caption: caption.into(), columns, rows: Vec::new(), notes: Vec::new() }
}

impl Table {
    /// Adds rows.
    pub(crate) fn rows<const N: usize>(mut self, rows: impl IntoIterator<Item = [Cell; N]>) -> Self {
        self.rows.extend(rows.into_iter().map(Vec::from));
        self
    }

    /// Adds a sentence below.
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds a sentence below, where there is one.
    pub(crate) fn note_if(self, note: Option<String>) -> Self {
        match note {
            Some(note) => self.note(note),
            None => self,
        }
    }

    /// The block.
    pub(crate) fn block(self) -> Block {
        let note = (!self.notes.is_empty()).then(|| self.notes.join(" "));
        Block::Table { caption: self.caption, columns: self.columns, rows: self.rows, note }
    }

    /// The block, or where it has no row a paragraph that says so.
    pub(crate) fn block_or(self, nothing: &str) -> Block {
        if self.rows.is_empty() { paragraph(nothing) } else { self.block() }
    }
}

/// How many of a list are not shown, and where they stand; `None` where all are.
pub(crate) fn rest(whole: usize, shown: usize, what: &str, place: &str) -> Option<String> {
    let left = whole.checked_sub(shown).filter(|left| *left > 0)?;
    Some(format!("{} more {what} {place}.", backproof_evidence::words::grouped(left as u64)))
}

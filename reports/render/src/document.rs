//! A report as a document: sections of blocks, written once and laid out as HTML, PDF and Markdown.
//!
//! Whoever writes sections decides what is said and in what order; a layout decides only how it looks.

use serde::Serialize;

/// The whole document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Document {
    /// The title.
    pub title: String,
    /// For how much the document speaks: it stands before everything else.
    pub lead: String,
    /// What the running head of every page says when this was no real AWS.
    pub banner: Option<String>,
    /// The running foot of every page: what this is a report of, and the seal that it names.
    pub footer: String,
    /// The entity that is audited.
    pub entity: Option<String>,
    /// The document's classification.
    pub classification: Option<String>,
    /// A picture as a `data:` URI.
    pub logo: Option<String>,
    /// The date on the document: the last moment that its evidence speaks of, RFC 3339 in UTC.
    pub dated: String,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Section {
    /// Its number, from 1.
    pub number: usize,
    /// Its anchor: lower-case letters and hyphens.
    pub id: &'static str,
    /// Its title.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "block", rename_all = "kebab-case")]
pub enum Block {
    /// A heading below the section's.
    Heading {
        /// The heading.
        text: String,
        /// An anchor, where something points to it.
        id: Option<String>,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        text: Text,
    },
    /// A list.
    List {
        /// Whether the items are numbered.
        ordered: bool,
        /// The items.
        items: Vec<Text>,
    },
    /// Terms, each with what is said of it.
    Facts {
        /// Term and text.
        rows: Vec<Fact>,
    },
    /// A table.
    Table {
        /// What it lists.
        caption: String,
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each with one cell for every column.
        rows: Vec<Vec<Cell>>,
        /// What is left out of it, or how to read it.
        note: Option<String>,
    },
    /// Commands or a text as it stands.
    Code {
        /// What it is.
        caption: String,
        /// The text.
        text: String,
    },
    /// Something that must not be overlooked.
    Callout {
        /// How it is meant.
        tone: Tone,
        /// Its title.
        title: String,
        /// Its text.
        text: Text,
    },
    /// Verdicts or figures side by side.
    Tiles {
        /// The tiles.
        tiles: Vec<Tile>,
    },
    /// A chart.
    Chart {
        /// What it shows.
        title: String,
        /// The same in words, for whoever cannot see it.
        alternative: String,
        /// A complete `<svg>` element that names no file, font or script of others.
        svg: String,
    },
    /// What most readers skip: folded on a screen, printed on paper.
    Details {
        /// What is inside.
        summary: String,
        /// An anchor, where something points to it.
        id: Option<String>,
        /// The parts.
        blocks: Vec<Block>,
    },
}

/// A term and what is said of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// The term.
    pub term: String,
    /// What is said.
    pub text: Text,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Whether it holds numbers, which stand to the right.
    pub numeric: bool,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// Its text.
    pub text: Text,
    /// How it is meant.
    pub tone: Tone,
}

/// A verdict or figure that stands out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tile {
    /// What it is about.
    pub label: String,
    /// The verdict or figure.
    pub value: String,
    /// How it is meant.
    pub tone: Tone,
    /// A sentence to it.
    pub text: String,
}

/// How something is meant. Never the only carrier of a meaning: the words say it as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// As it should not be.
    Bad,
    /// It could not be told.
    Doubt,
}

/// A text of spans.
pub type Text = Vec<Span>;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The words.
    pub text: String,
    /// How they look.
    pub style: Style,
}

/// How words look.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// As the text around them.
    #[default]
    Plain,
    /// Stronger.
    Strong,
    /// Names, digests and commands, which may be broken anywhere.
    Code,
    /// A link: an `https:` address, or `#` and an anchor of this document.
    Link(String),
}

/// Plain words as a text.
pub fn plain(words: impl Into<String>) -> Text {
    vec![Span { text: words.into(), style: Style::Plain }]
}

/// A name, digest or command as a text.
pub fn code(words: impl Into<String>) -> Text {
    vec![Span { text: words.into(), style: Style::Code }]
}

/// A link as a text.
pub fn link(words: impl Into<String>, target: impl Into<String>) -> Text {
    vec![Span { text: words.into(), style: Style::Link(target.into()) }]
}

impl Document {
    /// How many parts it has: blocks, rows, cells and items. What it may cost to lay it out grows with it.
    pub fn parts(&self) -> usize {
        self.sections.iter().map(|section| 1 + parts(&section.blocks)).sum()
    }
}

fn parts(blocks: &[Block]) -> usize {
    let of = |block: &Block| match block {
        Block::Heading { .. }
        | Block::Paragraph { .. }
        | Block::Code { .. }
        | Block::Callout { .. }
        | Block::Chart { .. } => 1,
        Block::List { items, .. } => 1 + items.len(),
        Block::Facts { rows } => 1 + rows.len(),
        Block::Table { columns, rows, .. } => 1 + columns.len() + rows.iter().map(|row| 1 + row.len()).sum::<usize>(),
        Block::Tiles { tiles } => 1 + tiles.len(),
        Block::Details { blocks, .. } => 1 + parts(blocks),
    };
    blocks.iter().map(of).sum()
}

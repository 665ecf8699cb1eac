//! Long documents are shortened to what can be laid out in bounded memory, and say so.
//!
//! Typst keeps every cell that it has laid out until the file is written: 20 to 50 kB for each part of a document. Ten
//! thousand rows of eight cells would take gigabytes, for a table of three hundred pages that nobody reads on paper. So a PDF of a very large run prints the first rows of its long lists, but those marked as failed or doubtful
//! before all others, and names at each list how much is left out. The report as HTML has all of it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use backproof_render::document::{Block, Document, Section, Style, Text, Tone, plain};

use crate::walk::{anchors, change_texts};

/// How many parts ([`Document::parts`]) are laid out without shortening: those of a run of some sixty restore tests with
/// all their details, a hundred pages.
const MOST_PARTS: usize = 8_500;
/// How many a shortened document has at most: it stands beside a large document in memory.
const PARTS_WHEN_SHORTENED: usize = 4_000;
/// How many rows of a table or items of a list are printed: the first of these with which the document is small enough,
/// or else the last.
const MOST_ROWS: [usize; 6] = [1_000, 500, 200, 100, 50, 20];
/// A folded part holds tables of its own, so it counts as so many rows.
const ROWS_FOR_EACH_DETAIL: usize = 10;

/// How much is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Rows of tables and items of lists.
    pub(crate) rows: usize,
    /// Folded parts.
    pub(crate) details: usize,
}

impl LeftOut {
    /// `9,000 rows and 12 parts`, if anything is left out.
    pub(crate) fn in_words(self) -> Option<String> {
        let is_something = self != Self::default();
        is_something.then(|| format!("{} rows and {} parts", grouped(self.rows), grouped(self.details)))
    }
}

/// The document as it is, or shortened.
pub(crate) fn shortened(document: &Document) -> (Cow<'_, Document>, LeftOut) {
    if document.parts() <= MOST_PARTS {
        return (Cow::Borrowed(document), LeftOut::default());
    }
    let (mut short, mut left_out) = with_most_rows(document, MOST_ROWS[0]);
    for rows in &MOST_ROWS[1..] {
        if short.parts() > PARTS_WHEN_SHORTENED {
            (short, left_out) = with_most_rows(document, *rows);
        }
    }
    unlink_what_is_left_out(&mut short);
    (Cow::Owned(short), left_out)
}

fn with_most_rows(document: &Document, rows: usize) -> (Document, LeftOut) {
    let mut shortener = Shortener { rows, left_out: LeftOut::default() };
    let sections = document.sections.iter().map(|section| shortener.section(section)).collect();
    (with_sections(document, sections), shortener.left_out)
}

/// The document with other sections; its own may be large, and are not copied.
fn with_sections(document: &Document, sections: Vec<Section>) -> Document {
    Document {
        title: document.title.clone(),
        lead: document.lead.clone(),
        banner: document.banner.clone(),
        footer: document.footer.clone(),
        entity: document.entity.clone(),
        classification: document.classification.clone(),
        logo: document.logo.clone(),
        dated: document.dated.clone(),
        sections,
    }
}

struct Shortener {
    rows: usize,
    left_out: LeftOut,
}

impl Shortener {
    fn section(&mut self, section: &Section) -> Section {
        Section {
            number: section.number,
            id: section.id,
            title: section.title.clone(),
            blocks: self.blocks(&section.blocks),
        }
    }

    fn blocks(&mut self, blocks: &[Block]) -> Vec<Block> {
        let details: Vec<usize> = (0..blocks.len()).filter(|at| matches!(blocks[*at], Block::Details { .. })).collect();
        let kept = kept(details.len(), self.rows / ROWS_FOR_EACH_DETAIL, |at| is_marked(&blocks[details[at]]));
        let kept: BTreeSet<usize> = kept.into_iter().map(|at| details[at]).collect();
        let left_out = details.len() - kept.len();
        self.left_out.details += left_out;
        let mut short = Vec::new();
        for (at, block) in blocks.iter().enumerate() {
            if left_out > 0 && details.first() == Some(&at) {
                let told = told(kept.len(), details.len(), "parts");
                short.push(Block::Paragraph { text: plain(told) });
            }
            if !matches!(block, Block::Details { .. }) || kept.contains(&at) {
                short.push(self.block(block));
            }
        }
        short
    }

    fn block(&mut self, block: &Block) -> Block {
        match block {
            Block::Table { caption, columns, rows, note } => {
                let kept = kept(rows.len(), self.rows, |row| rows[row].iter().any(|cell| is_bad(cell.tone)));
                let told = (kept.len() < rows.len()).then(|| told(kept.len(), rows.len(), "rows"));
                self.left_out.rows += rows.len() - kept.len();
                let notes: Vec<String> = note.iter().cloned().chain(told).collect();
                Block::Table {
                    caption: caption.clone(),
                    columns: columns.clone(),
                    rows: kept.into_iter().map(|row| rows[row].clone()).collect(),
                    note: (!notes.is_empty()).then(|| notes.join(" ")),
                }
            }
            Block::List { ordered, items } => {
                let shown = items.len().min(self.rows);
                let mut short = items[..shown].to_vec();
                if shown < items.len() {
                    short.push(plain(told(shown, items.len(), "items")));
                }
                self.left_out.rows += items.len() - shown;
                Block::List { ordered: *ordered, items: short }
            }
            Block::Details { summary, id, blocks } => {
                Block::Details { summary: summary.clone(), id: id.clone(), blocks: self.blocks(blocks) }
            }
            Block::Heading { .. }
            | Block::Paragraph { .. }
            | Block::Facts { .. }
            | Block::Code { .. }
            | Block::Callout { .. }
            | Block::Tiles { .. }
            | Block::Chart { .. } => block.clone(),
        }
    }
}

/// Which of so many to keep, in their order: those that are marked, and as many others as there is room for.
fn kept(all: usize, most: usize, marked: impl Fn(usize) -> bool) -> Vec<usize> {
    if all <= most {
        return (0..all).collect();
    }
    let (marked, others): (Vec<usize>, Vec<usize>) = (0..all).partition(|at| marked(*at));
    let mut kept: Vec<usize> = marked.into_iter().chain(others).take(most).collect();
    kept.sort_unstable();
    kept
}

fn told(shown: usize, all: usize, what: &str) -> String {
    format!(
        "Printed here: {} of {} {what}, those marked as failed or doubtful before all others. The report as HTML has \
         every one.",
        grouped(shown),
        grouped(all)
    )
}

/// `10,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn is_bad(tone: Tone) -> bool {
    match tone {
        Tone::Bad | Tone::Doubt => true,
        Tone::Plain | Tone::Good => false,
    }
}

fn is_marked(block: &Block) -> bool {
    match block {
        Block::Callout { tone, .. } => is_bad(*tone),
        Block::Tiles { tiles } => tiles.iter().any(|tile| is_bad(tile.tone)),
        Block::Table { rows, .. } => rows.iter().flatten().any(|cell| is_bad(cell.tone)),
        Block::Details { blocks, .. } => blocks.iter().any(is_marked),
        Block::Heading { .. }
        | Block::Paragraph { .. }
        | Block::List { .. }
        | Block::Facts { .. }
        | Block::Code { .. }
        | Block::Chart { .. } => false,
    }
}

/// Links to parts that are left out become plain words.
fn unlink_what_is_left_out(document: &mut Document) {
    let known: BTreeSet<String> = anchors(document).into_iter().map(|(_, anchor)| anchor.to_owned()).collect();
    let is_dead = |style: &Style| match style {
        Style::Link(target) => target.strip_prefix('#').is_some_and(|anchor| !known.contains(anchor)),
        Style::Plain | Style::Strong | Style::Code => false,
    };
    for section in &mut document.sections {
        change_texts(&mut section.blocks, &mut |text: &mut Text| {
            for span in text.iter_mut().filter(|span| is_dead(&span.style)) {
                span.style = Style::Plain;
            }
        });
    }
}

#[cfg(test)]
mod tests;

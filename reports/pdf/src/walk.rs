//! Ways through a document: to its anchors and to its texts, however deep they are.

use backproof_render::document::{Block, Document, Section, Text};

/// Every anchor with its section, in order.
pub(crate) fn anchors(document: &Document) -> Vec<(&Section, &str)> {
    let mut found = Vec::new();
    for section in &document.sections {
        found.push((section, section.id));
        anchors_below(section, &section.blocks, &mut found);
    }
    found
}

fn anchors_below<'a>(section: &'a Section, blocks: &'a [Block], found: &mut Vec<(&'a Section, &'a str)>) {
    for block in blocks {
        match block {
            Block::Heading { id, .. } => found.extend(id.as_deref().map(|id| (section, id))),
            Block::Details { id, blocks, .. } => {
                found.extend(id.as_deref().map(|id| (section, id)));
                anchors_below(section, blocks, found);
            }
            Block::Paragraph { .. }
            | Block::List { .. }
            | Block::Facts { .. }
            | Block::Table { .. }
            | Block::Code { .. }
            | Block::Callout { .. }
            | Block::Tiles { .. }
            | Block::Chart { .. } => {}
        }
    }
}

/// Does something to every text of spans.
pub(crate) fn change_texts(blocks: &mut [Block], change: &mut impl FnMut(&mut Text)) {
    for block in blocks {
        match block {
            Block::Paragraph { text } | Block::Callout { text, .. } => change(text),
            Block::List { items, .. } => items.iter_mut().for_each(&mut *change),
            Block::Facts { rows } => rows.iter_mut().for_each(|row| change(&mut row.text)),
            Block::Table { rows, .. } => rows.iter_mut().flatten().for_each(|cell| change(&mut cell.text)),
            Block::Details { blocks, .. } => change_texts(blocks, change),
            Block::Heading { .. } | Block::Code { .. } | Block::Tiles { .. } | Block::Chart { .. } => {}
        }
    }
}

//! What must hold of a document before it is laid out, so that an error names the place in the document rather than a line
//! of the template.

use std::collections::BTreeSet;

use backproof_render::document::{Block, Document, Section, Style, Text};
use typst::foundations::Bytes;
use typst::visualize::SvgImage;

use crate::walk::anchors;
use crate::{Attachment, PdfError};

/// PDF/A lets no string be longer than 32,767 bytes, and UTF-16 takes two for most characters.
const LONGEST_STRING: usize = 16_000;

/// Checks all that is checked.
pub(crate) fn check(document: &Document, attachments: &[Attachment]) -> Result<(), PdfError> {
    let mut known = BTreeSet::new();
    for (section, anchor) in anchors(document) {
        let fail = |reason| {
            let (section, anchor) = (section.title.clone(), anchor.to_owned());
            Err(PdfError::Anchor { section, anchor, reason })
        };
        if anchor.is_empty() {
            return fail("empty");
        }
        if !known.insert(anchor) {
            return fail("there twice");
        }
    }
    for section in &document.sections {
        Checker { section, anchors: &known }.blocks(&section.blocks)?;
    }
    check_attachments(attachments)
}

struct Checker<'a> {
    section: &'a Section,
    anchors: &'a BTreeSet<&'a str>,
}

impl Checker<'_> {
    fn blocks(&self, blocks: &[Block]) -> Result<(), PdfError> {
        blocks.iter().try_for_each(|block| self.block(block))
    }

    fn block(&self, block: &Block) -> Result<(), PdfError> {
        match block {
            Block::Heading { .. } | Block::Code { .. } | Block::Tiles { .. } => Ok(()),
            Block::Paragraph { text } | Block::Callout { text, .. } => self.text(text),
            Block::List { items, .. } => items.iter().try_for_each(|item| self.text(item)),
            Block::Facts { rows } => rows.iter().try_for_each(|row| self.text(&row.text)),
            Block::Table { caption, columns, rows, .. } => {
                if columns.is_empty() {
                    return Err(PdfError::NoColumn { section: self.title(), caption: caption.clone() });
                }
                for (index, row) in rows.iter().enumerate() {
                    if row.len() != columns.len() {
                        return Err(PdfError::Row {
                            section: self.title(),
                            caption: caption.clone(),
                            row: index + 1,
                            cells: row.len(),
                            columns: columns.len(),
                        });
                    }
                    row.iter().try_for_each(|cell| self.text(&cell.text))?;
                }
                Ok(())
            }
            Block::Chart { title, alternative, svg } => self.chart(title, alternative, svg),
            Block::Details { blocks, .. } => self.blocks(blocks),
        }
    }

    fn text(&self, text: &Text) -> Result<(), PdfError> {
        for span in text {
            match &span.style {
                Style::Plain | Style::Strong | Style::Code => {}
                Style::Link(target) => {
                    let known = match target.strip_prefix('#') {
                        Some(anchor) => self.anchors.contains(anchor),
                        None => target.starts_with("https://"),
                    };
                    if !known {
                        return Err(PdfError::Link { section: self.title(), target: target.clone() });
                    }
                }
            }
        }
        Ok(())
    }

    fn chart(&self, title: &str, alternative: &str, svg: &str) -> Result<(), PdfError> {
        let fail = |reason: String| Err(PdfError::Chart { section: self.title(), title: title.to_owned(), reason });
        if alternative.trim().is_empty() {
            return fail("has no alternative in words".to_owned());
        }
        if alternative.len() > LONGEST_STRING {
            return fail(format!("has an alternative of more than {LONGEST_STRING} bytes"));
        }
        if SvgImage::new(Bytes::from_string(svg.to_owned())).is_err() {
            return fail("cannot be read as SVG".to_owned());
        }
        Ok(())
    }

    fn title(&self) -> String {
        self.section.title.clone()
    }
}

fn check_attachments(attachments: &[Attachment]) -> Result<(), PdfError> {
    let mut names = BTreeSet::new();
    for attachment in attachments {
        let fail = |reason| Err(PdfError::Attachment { name: attachment.name.clone(), reason });
        let parts = attachment.name.split('/');
        if parts.clone().any(|part| part.is_empty() || part == "." || part == "..")
            || !attachment.name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        {
            return fail("must have a name of visible ASCII characters without empty, `.` or `..` parts");
        }
        if !names.insert(&attachment.name) {
            return fail("is there twice");
        }
        if attachment.description.trim().is_empty() || attachment.description.len() > LONGEST_STRING {
            return fail("needs a description of at most 16,000 bytes");
        }
        let is_media_type = attachment.media_type.split_once('/').is_some_and(|(kind, subtype)| {
            let is_token = |token: &str| {
                !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
            };
            is_token(kind) && is_token(subtype)
        });
        if !is_media_type {
            return fail("needs a media type such as application/json");
        }
    }
    Ok(())
}

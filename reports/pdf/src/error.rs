//! Why there is no PDF.

use typst::World;
use typst::WorldExt;
use typst::diag::SourceDiagnostic;

use crate::world::ReportWorld;

/// Why a document could not be laid out as PDF. Each names the place in the document.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// The document's date is not one.
    #[error("the document's date {dated:?} is not a date and time as RFC 3339 has them")]
    Dated {
        /// What stands there.
        dated: String,
    },
    /// Its logo is no picture that a PDF can hold.
    #[error("the logo {reason}; it must be a `data:` URI of image/png, image/jpeg or image/svg+xml in base64")]
    Logo {
        /// What is wrong with it.
        reason: String,
    },
    /// An anchor is empty or there twice.
    #[error("the anchor {anchor:?} in section {section:?} is {reason}")]
    Anchor {
        /// The section's title.
        section: String,
        /// The anchor.
        anchor: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A link leads nowhere.
    #[error("the link to {target:?} in section {section:?} is neither an https address nor an anchor of this document")]
    Link {
        /// The section's title.
        section: String,
        /// Where it should lead.
        target: String,
    },
    /// A table is not rectangular.
    #[error("row {row} of the table {caption:?} in section {section:?} has {cells} cells for {columns} columns")]
    Row {
        /// The section's title.
        section: String,
        /// The table's caption.
        caption: String,
        /// The row, from 1.
        row: usize,
        /// How many cells it has.
        cells: usize,
        /// How many columns the table has.
        columns: usize,
    },
    /// A table has no column.
    #[error("the table {caption:?} in section {section:?} has no column")]
    NoColumn {
        /// The section's title.
        section: String,
        /// The table's caption.
        caption: String,
    },
    /// A chart cannot be drawn, or has no words for whoever cannot see it.
    #[error("the chart {title:?} in section {section:?} {reason}")]
    Chart {
        /// The section's title.
        section: String,
        /// The chart's title.
        title: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file cannot be attached.
    #[error("the attachment {name:?} {reason}")]
    Attachment {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The document could not be written as JSON.
    #[error("the document cannot be handed to the template")]
    Json(#[from] serde_json::Error),
    /// Typst could not lay it out, or what came out is not PDF/A-3a and PDF/UA-1.
    #[error("the document cannot be laid out as PDF/A-3a and PDF/UA-1: {0}")]
    Layout(String),
}

impl PdfError {
    /// What Typst says, each with the template's line.
    pub(crate) fn layout(world: &ReportWorld, diagnostics: &[SourceDiagnostic]) -> Self {
        Self::Layout(diagnostics.iter().map(|one| described(world, one)).collect::<Vec<_>>().join("; "))
    }
}

fn described(world: &ReportWorld, diagnostic: &SourceDiagnostic) -> String {
    let mut text = diagnostic.message.to_string();
    for hint in &diagnostic.hints {
        text.push_str(&format!(" ({})", hint.v));
    }
    if let Some(place) = place(world, diagnostic) {
        text.push_str(&format!(" at {place}"));
    }
    text
}

/// File and line of the template.
fn place(world: &ReportWorld, diagnostic: &SourceDiagnostic) -> Option<String> {
    let source = world.source(diagnostic.span.id()?).ok()?;
    let line = source.lines().byte_to_line(world.range(diagnostic.span)?.start)?;
    Some(format!("{}:{}", source.id().vpath().get_without_slash(), line + 1))
}

//! A report as PDF: a [`Document`] laid out by Typst as PDF/A-3a and PDF/UA-1 in one file, with the evidence attached.
//!
//! It depends on nothing but what it is given: no network, no fonts of the system, no files, no clock. The same document
//! and attachments give the same bytes. What a report says is decided by whoever writes the document; this crate decides
//! how it looks on A4, in `templates/report.typ`, which gets the document as JSON and never evaluates a text of it.

mod check;
mod error;
mod fonts;
mod logo;
mod printable;
mod shorten;
mod walk;
mod world;

use backproof_render::document::Document;
use serde::Serialize;
use typst::comemo;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

pub use error::PdfError;
use logo::Logo;
use printable::printable_json;
use shorten::{LeftOut, shortened};
use world::ReportWorld;

/// A file inside the PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, with `/` between folders: visible ASCII characters.
    pub name: String,
    /// Its media type, such as `application/json`.
    pub media_type: String,
    /// Its content.
    pub bytes: Vec<u8>,
    /// What it is, in one sentence.
    pub description: String,
}

/// Lays a document out and attaches files. The same document and files give the same bytes.
///
/// A character for which there is no letter is printed as its number, `[U+4E2D]`, and the PDF says so at its end. Of a
/// very long document, long lists are shortened, and the PDF says so on its first page and at each list.
pub fn render(document: &Document, attachments: &[Attachment]) -> Result<Vec<u8>, PdfError> {
    check::check(document, attachments)?;
    let dated = dated(&document.dated)?;
    let logo = document.logo.as_deref().map(logo::read).transpose()?;
    let (document, left_out) = shortened(document);
    let world = ReportWorld::of(files(&document, left_out, attachments, logo)?);
    let pdf = lay_out(&world, &options(&document, dated));
    // Typst remembers what it laid out for the next time, which does not come.
    comemo::evict(0);
    pdf.map_err(|diagnostics| PdfError::layout(&world, &diagnostics))
}

/// PDF/A-3a and PDF/UA-1: the archive's standard that allows attachments of any kind, and the one for readers who cannot
/// see. Typst refuses to write a document that breaks either.
fn options(document: &Document, dated: Datetime) -> PdfOptions {
    PdfOptions {
        // Nothing that changes from one rendering to the next: it becomes the file's identifier.
        ident: Smart::Custom(format!("{}\n{}\n{}", document.title, document.footer, document.dated)),
        creator: Smart::Custom(Some(concat!("backproof ", env!("CARGO_PKG_VERSION")).to_owned())),
        timestamp: Some(Timestamp::new_utc(dated)),
        page_ranges: None,
        standards: PdfStandards::new(&[PdfStandard::A_3a, PdfStandard::Ua_1])
            .expect("PDF/A-3a and PDF/UA-1 share PDF 1.7"),
        tagged: true,
        pretty: false,
    }
}

/// Warnings are errors: one of them says that a chart or a page number may be wrong.
fn lay_out(world: &ReportWorld, options: &PdfOptions) -> Result<Vec<u8>, Vec<SourceDiagnostic>> {
    let laid_out = typst::compile::<PagedDocument>(world);
    let pages = laid_out.output.map_err(|errors| errors.to_vec())?;
    if !laid_out.warnings.is_empty() {
        return Err(laid_out.warnings.to_vec());
    }
    typst_pdf::pdf(&pages, options).map_err(|errors| errors.to_vec())
}

/// What the template is told of the PDF itself.
#[derive(Serialize)]
struct About<'a> {
    /// The logo's format.
    logo: Option<&'static str>,
    /// How many characters were replaced by their numbers.
    replaced: usize,
    /// How much is left out, in words.
    left_out: Option<String>,
    attachments: Vec<AttachedFile<'a>>,
}

#[derive(Serialize)]
struct AttachedFile<'a> {
    name: &'a str,
    media_type: &'a str,
    description: &'a str,
    /// Bytes.
    size: usize,
}

/// The files that the template reads.
fn files(
    document: &Document,
    left_out: LeftOut,
    attachments: &[Attachment],
    logo: Option<Logo>,
) -> Result<Vec<(String, Bytes)>, PdfError> {
    let (json, replaced) = printable_json(document)?;
    let about = About {
        logo: logo.as_ref().map(|logo| logo.format),
        replaced,
        left_out: left_out.in_words(),
        attachments: attachments
            .iter()
            .map(|file| AttachedFile {
                name: &file.name,
                media_type: &file.media_type,
                description: &file.description,
                size: file.bytes.len(),
            })
            .collect(),
    };
    let mut files = vec![
        ("/document.json".to_owned(), Bytes::new(json)),
        ("/about.json".to_owned(), Bytes::new(printable_json(&about)?.0)),
    ];
    files.extend(logo.map(|logo| ("/logo".to_owned(), logo.bytes)));
    for (number, attachment) in attachments.iter().enumerate() {
        files.push((format!("/attachments/{number}"), Bytes::new(attachment.bytes.clone())));
    }
    Ok(files)
}

/// The document's date, in UTC.
fn dated(text: &str) -> Result<Datetime, PdfError> {
    let no_date = || PdfError::Dated { dated: text.to_owned() };
    let moment: jiff::Timestamp = text.parse().map_err(|_| no_date())?;
    let civil = jiff::tz::Offset::UTC.to_datetime(moment);
    let small = |number: i8| u8::try_from(number).map_err(|_| no_date());
    Datetime::from_ymd_hms(
        i32::from(civil.year()),
        small(civil.month())?,
        small(civil.day())?,
        small(civil.hour())?,
        small(civil.minute())?,
        small(civil.second())?,
    )
    .ok_or_else(no_date)
}

#[cfg(test)]
mod tests {
    use backproof_render::document::Document;

    use super::*;

    fn outcome(template: &str) -> Result<Vec<u8>, String> {
        let document = Document {
            title: "T".into(),
            lead: String::new(),
            banner: None,
            footer: "F".into(),
            entity: None,
            classification: None,
            logo: None,
            dated: "2026-11-20T08:15:30Z".into(),
            sections: Vec::new(),
        };
        let date = dated(&document.dated).expect("it is a date");
        let world = ReportWorld::of_template(template);
        lay_out(&world, &options(&document, date)).map_err(|errors| PdfError::layout(&world, &errors).to_string())
    }

    #[test]
    fn what_keeps_the_standards_is_written() {
        let pdf = outcome("#set document(title: [T])\n= One\nwords").expect("it keeps the standards");
        assert!(pdf.starts_with(b"%PDF-1.7"));
    }

    #[test]
    fn a_picture_without_words_is_refused() {
        let error = outcome(
            "#set document(title: [T])\n#image(bytes(\"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>\"))",
        );
        let error = error.expect_err("PDF/UA-1 wants an alternative");
        assert!(error.contains("missing alt text") && error.contains("report.typ:2"), "{error}");
    }

    #[test]
    fn a_document_without_title_is_refused() {
        let error = outcome("= One").expect_err("PDF/UA-1 wants a title");
        assert!(error.contains("missing document title"), "{error}");
    }

    #[test]
    fn a_letter_that_no_typeface_has_is_refused() {
        let error = outcome("#set document(title: [T])\n= One\n中").expect_err("PDF/A wants a glyph");
        assert!(error.contains("could not be displayed"), "{error}");
    }

    #[test]
    fn nothing_outside_can_be_read() {
        for template in ["#read(\"/etc/passwd\")", "#import \"@preview/example:0.1.0\": *", "#image(\"/logo\")"] {
            let error = outcome(template).expect_err("there is no such file");
            assert!(error.contains("not found"), "{template}: {error}");
        }
        let error = outcome("#datetime.today()").expect_err("there is no clock");
        assert!(error.contains("unable to get the current date"), "{error}");
    }
}

//! The evidence inside the file.

use std::fs;

use backproof_pdf::{PdfError, render};

use crate::sample::{attachments, of_every_block};
use crate::tools::OnDisk;

#[test]
fn attachments_come_out_as_they_went_in() {
    let pdf = OnDisk::new(&render(&of_every_block(), &attachments()).expect("it can be laid out"));
    let list = pdf.ask("pdfdetach", &["-list", "{}"]);
    assert!(list.contains("2 embedded files"), "{list}");
    for (number, attachment) in attachments().iter().enumerate() {
        assert!(list.contains(&attachment.name), "{} is missing in {list}", attachment.name);
        let number = (number + 1).to_string();
        // poppler sorts by name; either file must be one of ours.
        pdf.ask("pdfdetach", &["-save", &number, "-o", &number, "{}"]);
    }
    let mut saved = ["1", "2"].map(|name| fs::read(pdf.directory().join(name)).expect("pdfdetach saved it"));
    let mut ours = [attachments()[0].bytes.clone(), attachments()[1].bytes.clone()];
    saved.sort();
    ours.sort();
    assert!(saved == ours, "an attachment was changed");
}

#[test]
fn attachments_are_associated_with_the_document() {
    let pdf = OnDisk::new(&render(&of_every_block(), &attachments()).expect("it can be laid out"));
    let json = pdf.ask("qpdf", &["--json", "--json-key=qpdf", "{}"]);
    assert!(json.contains("\"/AFRelationship\": \"/Data\""));
    assert!(json.contains("Every result of the run, for programs"));
    assert!(json.contains("\"/AF\":"), "the catalog names no associated file");
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["", "../up", "/top", "a//b", "a\\b", "a b", "ä", "a/./b"] {
        let mut files = attachments();
        files[0].name = name.into();
        let error = render(&of_every_block(), &files).expect_err("the name is refused");
        assert!(matches!(error, PdfError::Attachment { .. }), "{name:?}: {error}");
    }
}

#[test]
fn the_same_name_twice_is_refused() {
    let mut files = attachments();
    files[1].name = "results.json".into();
    let error = render(&of_every_block(), &files).expect_err("the name is refused");
    assert_eq!(error.to_string(), "the attachment \"results.json\" is there twice");
}

#[test]
fn what_has_no_media_type_or_description_is_refused() {
    let mut files = attachments();
    files[0].media_type = "json".into();
    assert!(matches!(render(&of_every_block(), &files), Err(PdfError::Attachment { .. })));
    let mut files = attachments();
    files[0].description = " ".into();
    assert!(matches!(render(&of_every_block(), &files), Err(PdfError::Attachment { .. })));
}

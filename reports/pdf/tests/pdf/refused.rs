//! Documents that are wrong: the error names the place.

use backproof_pdf::{PdfError, render};
use backproof_render::document::{Block, Document, Tone, link, plain};

use crate::sample::{document, section, table};

fn refusal(document: &Document) -> PdfError {
    render(document, &[]).expect_err("it cannot be laid out")
}

fn of(block: Block) -> Document {
    document(vec![section(1, "scope", "Scope", vec![block])])
}

#[test]
fn a_row_with_too_few_cells_is_named() {
    let mut block = table("Restore tests", 5);
    if let Block::Table { rows, .. } = &mut block {
        rows[3].pop();
    }
    assert_eq!(
        refusal(&of(block)).to_string(),
        "row 4 of the table \"Restore tests\" in section \"Scope\" has 5 cells for 6 columns"
    );
}

#[test]
fn a_table_without_columns_is_named() {
    let block = Block::Table { caption: "Empty".into(), columns: vec![], rows: vec![], note: None };
    assert_eq!(refusal(&of(block)).to_string(), "the table \"Empty\" in section \"Scope\" has no column");
}

#[test]
fn a_link_to_nowhere_is_named() {
    for target in ["#nowhere", "#", "javascript:alert(1)", "file:///etc/passwd", "http://example.org"] {
        let inside = Block::Details {
            summary: "Inside".into(),
            id: None,
            blocks: vec![Block::Callout { tone: Tone::Plain, title: "t".into(), text: link("here", target) }],
        };
        let error = refusal(&of(inside));
        assert!(matches!(&error, PdfError::Link { target: named, .. } if named == target), "{error}");
    }
}

#[test]
fn an_anchor_that_is_there_twice_is_named() {
    let block = Block::Heading { text: "Again".into(), id: Some("scope".into()) };
    assert_eq!(refusal(&of(block)).to_string(), "the anchor \"scope\" in section \"Scope\" is there twice");
}

#[test]
fn a_chart_that_is_no_svg_is_named() {
    let chart = |svg: &str, alternative: &str| {
        of(Block::Chart { title: "Coverage".into(), alternative: alternative.into(), svg: svg.into() })
    };
    let error = refusal(&chart("<svg><rect></svg>", "words"));
    assert_eq!(error.to_string(), "the chart \"Coverage\" in section \"Scope\" cannot be read as SVG");
    let error = refusal(&chart(crate::sample::CHART, " "));
    assert_eq!(error.to_string(), "the chart \"Coverage\" in section \"Scope\" has no alternative in words");
}

#[test]
fn a_chart_that_names_a_file_is_refused() {
    let svg = r#"<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="/etc/hostname.png" width="9" height="9"/></svg>"#;
    let error = refusal(&of(Block::Chart { title: "C".into(), alternative: "w".into(), svg: svg.into() }));
    assert!(error.to_string().contains("absolute paths are not allowed"), "{error}");
}

#[test]
fn a_logo_that_is_no_picture_is_named() {
    for logo in [
        "https://example.org/logo.png",
        "data:image/png;base64,AAAA",
        "data:text/html;base64,AAAA",
        "data:image/png;base64,*",
    ] {
        let mut document = of(Block::Paragraph { text: plain("x") });
        document.logo = Some(logo.into());
        let error = refusal(&document);
        assert!(matches!(error, PdfError::Logo { .. }), "{logo}: {error}");
    }
}

#[test]
fn a_date_that_is_none_is_named() {
    let mut document = of(Block::Paragraph { text: plain("x") });
    document.dated = "yesterday".into();
    assert_eq!(
        refusal(&document).to_string(),
        "the document's date \"yesterday\" is not a date and time as RFC 3339 has them"
    );
}

//! What stands on the pages.

use backproof_pdf::render;
use backproof_render::document::{Block, plain};

use crate::sample::{ARN, BANNER, CLASSIFICATION, DIGEST, document, of_every_block, of_rows, section};
use crate::tools::OnDisk;

#[test]
fn every_page_has_banner_classification_and_number() {
    let pages = OnDisk::new(&render(&of_rows(200), &[]).expect("it can be laid out")).pages();
    assert!(pages.len() > 3, "{} pages", pages.len());
    for (index, page) in pages.iter().enumerate() {
        for wanted in [BANNER, CLASSIFICATION, &format!("page {} of {}", index + 1, pages.len())] {
            assert!(page.contains(wanted), "{wanted:?} is missing on page {}:\n{page}", index + 1);
        }
        assert!(page.split_whitespace().collect::<String>().contains(DIGEST), "no seal on page {}", index + 1);
    }
}

#[test]
fn nothing_is_said_of_simulation_where_there_was_none() {
    let mut document = of_every_block();
    document.banner = None;
    document.classification = None;
    document.logo = None;
    document.entity = None;
    let pages = OnDisk::new(&render(&document, &[]).expect("it can be laid out")).pages();
    assert!(pages.iter().all(|page| !page.contains("SIMULATION")));
}

#[test]
fn every_text_can_be_copied_out() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let letters = pdf.letters();
    for wanted in [
        "1. Scope and verdicts",
        "2. Population and draw",
        "3. Exceptions",
        "4. How to verify",
        "57 of 59 passed",
        "Recovery time under test conditions",
        "What was listed",
        "Outcomes by type",
        "Two exceptions are open",
        "Item 17: a restored database lacks rows",
        "Requests to AWS",
        "In the order of the draw.",
        "sha256sum -c SHA256SUMS",
        "# \"$HOME\"",
    ] {
        assert!(letters.contains(&wanted.replace(' ', "")), "{wanted:?} cannot be found");
    }
}

#[test]
fn digests_and_arns_are_copied_out_without_anything_between_their_letters() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let letters = pdf.letters();
    assert!(letters.contains(DIGEST), "the digest has something between its letters");
    assert!(letters.contains(&format!("{ARN}-000002")), "the ARN has something between its letters");
}

#[test]
fn heads_of_tables_are_repeated() {
    let pages = OnDisk::new(&render(&of_rows(200), &[]).expect("it can be laid out")).pages();
    for (index, page) in pages[..pages.len() - 1].iter().enumerate() {
        assert!(page.contains("Recovery point"), "no head on page {}", index + 1);
    }
}

#[test]
fn outline_leads_to_every_section() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let json = pdf.ask("qpdf", &["--json", "--json-key=outlines", "{}"]);
    for wanted in ["1. Scope and verdicts", "2. Population and draw", "What was listed", "4. How to verify"] {
        assert!(json.contains(wanted), "{wanted:?} is no bookmark");
    }
}

#[test]
fn links_lead_inside_and_outside() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let json = pdf.ask("qpdf", &["--json", "--json-key=qpdf", "{}"]);
    assert!(json.contains("https://docs.aws.amazon.com/aws-backup/"));
    assert!(json.contains("u:exceptions"), "no destination of the name");
}

#[test]
fn an_alternative_stands_behind_every_chart() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let json = pdf.ask("qpdf", &["--json", "--json-key=qpdf", "{}"]);
    assert!(json.contains("57 of 59 restores passed: 30 of 30 EBS, 27 of 29 RDS."));
}

#[test]
fn a_document_of_nothing_is_one_page() {
    let pages = OnDisk::new(&render(&document(vec![]), &[]).expect("it can be laid out")).pages();
    assert_eq!(pages.len(), 1);
}

#[test]
fn an_empty_table_shows_its_head() {
    let blocks = vec![crate::sample::table("Nothing", 0), Block::Paragraph { text: plain("after") }];
    let pdf = OnDisk::new(&render(&document(vec![section(1, "a", "A", blocks)]), &[]).expect("it can be laid out"));
    assert!(pdf.letters().contains("Sizeinbytes"));
}

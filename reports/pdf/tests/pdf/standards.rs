//! The file keeps the standards that it names, and is the same every time.

use backproof_pdf::render;

use crate::sample::{attachments, of_every_block, of_rows};
use crate::tools::OnDisk;

#[test]
fn qpdf_finds_nothing_wrong() {
    let pdf = OnDisk::new(&render(&of_every_block(), &attachments()).expect("it can be laid out"));
    let said = pdf.ask("qpdf", &["--check", "{}"]);
    assert!(said.contains("No syntax or stream encoding errors found"), "{said}");
}

#[test]
fn names_both_standards_and_its_language() {
    let pdf = OnDisk::new(&render(&of_every_block(), &attachments()).expect("it can be laid out"));
    let metadata = pdf.ask("pdfinfo", &["-meta", "{}"]);
    for wanted in
        ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"]
    {
        assert!(metadata.contains(wanted), "{wanted} is missing in {metadata}");
    }
    let catalog = pdf.ask(
        "qpdf",
        &[
            "--qdf",
            "--object-streams=disable",
            "--decode-level=none",
            "--stream-data=preserve",
            "--json",
            "--json-key=qpdf",
            "{}",
        ],
    );
    assert!(catalog.contains("\"/Lang\": \"u:en-GB\""), "the catalog has no language");
}

#[test]
fn pdfinfo_sees_title_author_date_and_tags() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let facts = pdf.ask("pdfinfo", &["-isodates", "{}"]);
    let fact = |name: &str| {
        let line = facts.lines().find_map(|line| line.strip_prefix(&format!("{name}:")));
        line.unwrap_or_else(|| panic!("{name} is missing in {facts}")).trim().to_owned()
    };
    assert_eq!(fact("Title"), "Restore test of backups, run 7");
    assert_eq!(fact("Author"), "Example GmbH");
    assert_eq!(fact("CreationDate"), "2026-11-20T08:15:30Z");
    assert_eq!(fact("Tagged"), "yes");
    assert_eq!(fact("PDF version"), "1.7");
    assert_eq!(fact("JavaScript"), "no");
    assert_eq!(fact("Encrypted"), "no");
    assert!(fact("Page size").contains("A4"), "{facts}");
}

#[test]
fn structure_names_headings_tables_figures_and_lists() {
    let pdf = OnDisk::new(&render(&of_every_block(), &[]).expect("it can be laid out"));
    let structure = pdf.ask("pdfinfo", &["-struct", "{}"]);
    for wanted in ["H1", "H2", "H3", "Table", "Caption", "THead", "TH", "TBody", "Figure", "L", "LI", "Code", "Link"] {
        assert!(
            structure
                .lines()
                .any(|line| line.split_whitespace().next().map(|word| word.trim_end_matches(':')) == Some(wanted)),
            "{wanted} is missing in\n{structure}"
        );
    }
}

#[test]
fn two_renderings_are_equal_byte_by_byte() {
    let first = render(&of_every_block(), &attachments()).expect("it can be laid out");
    // Another document in between leaves nothing behind.
    render(&of_rows(3), &[]).expect("it can be laid out");
    let second = render(&of_every_block(), &attachments()).expect("it can be laid out");
    assert!(first == second, "the same document gave other bytes");
}

#[test]
fn another_run_has_another_identifier() {
    let mut other = of_every_block();
    other.footer.push('0');
    let identifier = |document| {
        let pdf = OnDisk::new(&render(document, &[]).expect("it can be laid out"));
        let json = pdf.ask("qpdf", &["--json", "--json-key=qpdf", "--json-object=trailer", "{}"]);
        json.lines().skip_while(|line| !line.contains("\"/ID\"")).nth(1).expect("an identifier").to_owned()
    };
    assert_ne!(identifier(&of_every_block()), identifier(&other));
}

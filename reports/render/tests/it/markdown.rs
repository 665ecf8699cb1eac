//! The Markdown of a document.

use backproof_evidence::testing::Story;
use backproof_render::{document, markdown};

use crate::support::{sealed, year};

#[test]
fn every_section_and_every_row_is_there_and_tables_are_square() {
    let document = document(&year(), &[]);
    let text = markdown::render(&document);
    for section in &document.sections {
        assert!(text.contains(&format!("\n## {}. ", section.number)), "{}", section.title);
    }
    let (mut columns, mut rows) = (0, 0);
    for line in text.lines() {
        let bars = line.replace("\\|", "").matches('|').count();
        match (line.starts_with('|'), columns) {
            (true, 0) => columns = bars,
            (true, before) => {
                rows += 1;
                assert_eq!(bars, before, "{line}");
            }
            (false, _) => columns = 0,
        }
    }
    assert!(rows > 200);
}

#[test]
fn a_simulation_says_so_in_every_section() {
    let text = markdown::render(&document(&sealed(&Story::all_passed(1)), &[]));
    assert_eq!(text.matches("> **SIMULATION. This ran against a simulator").count(), 17);
}

#[test]
fn a_verdict_never_speaks_by_a_sign_alone() {
    let text = markdown::render(&document(&sealed(&Story::of_every_outcome()), &[]));
    for cell in ["| ✓ passed |", "| ✗ failed |", "| ? could not be told |"] {
        assert!(text.contains(cell), "{cell}");
    }
}

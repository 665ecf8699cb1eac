//! What is left out of long documents, and what is said of it.

use backproof_render::document::{Cell, Column, code, link};

use super::*;

fn cell(text: Text, tone: Tone) -> Cell {
    Cell { text, tone }
}

/// So many rows of two cells, of which the last is marked; and so many folded parts, of which the last is marked.
fn document(rows: usize, details: usize) -> Document {
    let tone = |at, all| if at == all { Tone::Bad } else { Tone::Good };
    let table = Block::Table {
        caption: "Restore tests".into(),
        columns: ["No.", "Verdict"].map(|title| Column { title: title.into(), numeric: false }).into(),
        rows: (1..=rows)
            .map(|at| {
                vec![
                    cell(link(at.to_string(), format!("#test-{}", at.min(details))), Tone::Plain),
                    cell(code("x"), tone(at, rows)),
                ]
            })
            .collect(),
        note: Some("In the order of the draw.".into()),
    };
    let folded = (1..=details).map(|at| Block::Details {
        summary: format!("Restore test {at}"),
        id: Some(format!("test-{at}")),
        blocks: vec![Block::Callout { tone: tone(at, details), title: "Verdict".into(), text: plain("words") }],
    });
    let blocks = std::iter::once(table).chain(folded).collect();
    Document {
        title: "Report".into(),
        lead: "Lead".into(),
        banner: None,
        footer: "Footer".into(),
        entity: None,
        classification: None,
        logo: None,
        dated: "2026-11-20T08:15:30Z".into(),
        sections: vec![Section { number: 1, id: "results", title: "Results".into(), blocks }],
    }
}

fn parts_of(document: &Document) -> (&Vec<Vec<Cell>>, &str, Vec<&str>) {
    let Block::Table { rows, note: Some(note), .. } = &document.sections[0].blocks[0] else {
        panic!("the table is the first block");
    };
    let summaries = document.sections[0].blocks.iter().filter_map(|block| match block {
        Block::Details { summary, .. } => Some(summary.as_str()),
        _ => None,
    });
    (rows, note, summaries.collect())
}

#[test]
fn a_short_document_stays_as_it_is() {
    let document = document(1_000, 100);
    let (same, left_out) = shortened(&document);
    assert!(matches!(same, Cow::Borrowed(_)));
    assert_eq!(left_out.in_words(), None);
}

#[test]
fn a_long_document_is_shortened_and_says_so() {
    let document = document(10_000, 5_000);
    let (short, left_out) = shortened(&document);
    assert!(short.parts() <= PARTS_WHEN_SHORTENED, "{} parts", short.parts());
    assert_eq!(left_out, LeftOut { rows: 9_000, details: 4_900 });
    assert_eq!(left_out.in_words().as_deref(), Some("9,000 rows and 4,900 parts"));
    let (rows, note, summaries) = parts_of(&short);
    assert_eq!((rows.len(), summaries.len()), (1_000, 100));
    assert!(note.starts_with("In the order of the draw. Printed here: 1,000 of 10,000 rows, "), "{note}");
    let said = Block::Paragraph { text: plain(told(100, 5_000, "parts")) };
    assert!(short.sections[0].blocks.contains(&said), "nothing is said of the parts that are left out");
}

#[test]
fn what_failed_is_printed_before_what_passed() {
    let document = document(10_000, 5_000);
    let (short, _) = shortened(&document);
    let (rows, _, summaries) = parts_of(&short);
    assert_eq!(rows.last().expect("rows")[1].tone, Tone::Bad);
    assert_eq!(summaries.last(), Some(&"Restore test 5000"));
    assert_eq!(summaries[98], "Restore test 99");
}

#[test]
fn no_link_leads_to_what_is_left_out() {
    let document = document(10_000, 5_000);
    let (short, _) = shortened(&document);
    let known: BTreeSet<&str> = anchors(&short).into_iter().map(|(_, anchor)| anchor).collect();
    let (rows, _, _) = parts_of(&short);
    let mut links = 0;
    for row in rows {
        if let Style::Link(target) = &row[0].text[0].style {
            assert!(known.contains(&target[1..]), "{target} leads nowhere");
            links += 1;
        }
    }
    // The 99 first parts, and the last, to which only the last row leads.
    assert_eq!(links, 100);
    assert_eq!(rows[500][0].text[0].style, Style::Plain);
}

#[test]
fn however_long_it_is_it_comes_down_to_a_bounded_size() {
    let mut long = document(10_000, 2_000);
    let section = long.sections[0].clone();
    long.sections.extend((2..=40).map(|number| Section { number, ..section.clone() }));
    assert!(shortened(&long).0.parts() <= PARTS_WHEN_SHORTENED);
}

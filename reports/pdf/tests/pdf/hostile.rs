//! Texts in hostile hands: they are shown as they are, or their characters as numbers; never more.

use backproof_pdf::render;
use backproof_render::document::{Block, Cell, Column, Document, Fact, Style, Tile, Tone, code, plain};

use crate::sample::{document, section, words};
use crate::tools::OnDisk;

/// The text at every place where a text can stand; in the head of a table, which no page may consist of, its beginning.
fn everywhere(text: &str) -> Document {
    let cell = |text| Cell { text, tone: Tone::Doubt };
    let mut document = document(vec![section(
        1,
        "scope",
        text,
        vec![
            Block::Heading { text: text.into(), id: Some("heading".into()) },
            Block::Paragraph {
                text: vec![
                    words(text, Style::Plain),
                    words(text, Style::Strong),
                    words(text, Style::Code),
                    words(text, Style::Link("#heading".into())),
                ],
            },
            Block::List { ordered: true, items: vec![plain(text), code(text)] },
            Block::Facts { rows: vec![Fact { term: text.into(), text: plain(text) }] },
            Block::Table {
                caption: text.into(),
                columns: (0..10).map(|_| Column { title: text.chars().take(40).collect(), numeric: false }).collect(),
                rows: vec![
                    (0..10).map(|column| cell(if column % 2 == 0 { plain(text) } else { code(text) })).collect(),
                ],
                note: Some(text.into()),
            },
            Block::Code { caption: text.into(), text: text.into() },
            Block::Callout { tone: Tone::Bad, title: text.into(), text: plain(text) },
            Block::Tiles {
                tiles: vec![Tile { label: text.into(), value: text.into(), tone: Tone::Good, text: text.into() }],
            },
            Block::Chart { title: text.into(), alternative: format!("chart {text}"), svg: crate::sample::CHART.into() },
            Block::Details { summary: text.into(), id: None, blocks: vec![] },
        ],
    )]);
    document.title = format!("Title {text}");
    document.footer = text.into();
    document.banner = Some(text.into());
    document.entity = Some(text.into());
    document.classification = Some(text.into());
    document
}

fn letters_of(text: &str) -> String {
    OnDisk::new(&render(&everywhere(text), &[]).expect("it can be laid out")).letters()
}

#[test]
fn markup_of_typst_is_shown_as_it_is() {
    for text in [
        "#panic(\"out\")",
        "#read(\"/etc/passwd\")",
        "$ x = 1 $ *bold* _it_ `raw` <label> @ref = Heading",
        "\\ \\u{41} ~ -- --- ... \"quoted\" 'single'",
        "// comment /* comment */ #let x = 1",
        "]#eval(\"1\")[",
        "+ one\n- two\n/ three: four",
        "</svg><script>alert(1)</script>&amp;",
    ] {
        let letters = letters_of(text);
        let wanted: String = text.split_whitespace().collect();
        assert!(letters.contains(&wanted), "{text:?} is not shown as it is:\n{letters}");
    }
}

#[test]
fn characters_without_a_letter_are_shown_as_numbers_and_counted() {
    let letters = letters_of("vault-中文 😀 \u{202e}kcab\u{0}");
    assert!(letters.contains("vault-[U+4E2D][U+6587][U+1F600][U+202E]kcab[U+0000]"), "{letters}");
    assert!(letters.contains("characters,forwhichthisdocumenthasnoletters,are"), "{letters}");
}

#[test]
fn scripts_that_run_from_right_to_left_are_shown() {
    let letters = letters_of("גיבוי");
    assert!(!letters.contains("[U+"), "{letters}");
}

#[test]
fn very_long_words_stay_on_the_page() {
    let word = "x".repeat(700);
    let pdf = OnDisk::new(&render(&everywhere(&word), &[]).expect("it can be laid out"));
    // Poppler gives each word's box; A4 is 595 points wide and the margins are 51.
    let boxes = pdf.ask("pdftotext", &["-bbox", "{}", "-"]);
    let mut seen = 0;
    for line in boxes.lines().filter(|line| line.contains("<word")) {
        let number = |name: &str| -> f64 {
            let rest = line.split(&format!("{name}=\"")).nth(1).expect("poppler gives each box's edges");
            rest.split('"').next().and_then(|digits| digits.parse().ok()).expect("an edge is a number")
        };
        assert!(number("xMin") > 50.0 && number("xMax") < 546.0, "runs out of the page: {line}");
        seen += 1;
    }
    assert!(seen > 100, "poppler saw {seen} words");
}

#[test]
fn every_block_of_unicode_can_be_laid_out() {
    // One character of each 211, by itself and behind a letter, so that it may combine with it.
    let characters: Vec<char> = (0..0x11_0000u32).step_by(211).filter_map(char::from_u32).collect();
    let blocks = characters
        .chunks(300)
        .flat_map(|some| {
            let text: String = some.iter().flat_map(|character| [*character, ' ', 'a', *character, ' ']).collect();
            [
                Block::Paragraph { text: plain(&text) },
                Block::Paragraph { text: vec![words(&text, Style::Strong)] },
                Block::Code { caption: "Some".into(), text },
            ]
        })
        .collect();
    let pdf = render(&document(vec![section(1, "scope", "Scope", blocks)]), &[]).expect("it can be laid out");
    OnDisk::new(&pdf).ask("qpdf", &["--check", "{}"]);
}

//! Documents to lay out.

use backproof_pdf::Attachment;
use backproof_render::document::{
    Block, Cell, Column, Document, Fact, Section, Span, Style, Text, Tile, Tone, code, link, plain,
};

pub(crate) const BANNER: &str = "SIMULATION: nothing here ran in AWS";
pub(crate) const CLASSIFICATION: &str = "Confidential";
pub(crate) const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
pub(crate) const ARN: &str =
    "arn:aws:backup:eu-central-1:123456789012:recovery-point:1EB3B5E7-9EB0-435A-A80B-108B488B0D45";

pub(crate) fn document(sections: Vec<Section>) -> Document {
    Document {
        title: "Restore test of backups, run 7".into(),
        lead: "This report speaks of the sample that was drawn on 20 November 2026, under test conditions.".into(),
        banner: Some(BANNER.into()),
        footer: format!("Run 7 of installation main, sealed as {DIGEST}"),
        entity: Some("Example GmbH".into()),
        classification: Some(CLASSIFICATION.into()),
        logo: Some(LOGO.into()),
        dated: "2026-11-20T08:15:30Z".into(),
        sections,
    }
}

pub(crate) fn section(number: usize, id: &'static str, title: &str, blocks: Vec<Block>) -> Section {
    Section { number, id, title: title.into(), blocks }
}

/// Every kind of block in four sections.
pub(crate) fn of_every_block() -> Document {
    document(vec![
        section(1, "scope", "Scope and verdicts", vec![
            Block::Paragraph {
                text: vec![
                    words("A random sample of ", Style::Plain),
                    words("59 of 1,204", Style::Strong),
                    words(" recovery points was restored. The seal is ", Style::Plain),
                    words(DIGEST, Style::Code),
                    words("; see the ", Style::Plain),
                    words("exceptions", Style::Link("#exceptions".into())),
                    words(" and ", Style::Plain),
                    words("AWS", Style::Link("https://docs.aws.amazon.com/aws-backup/".into())),
                    words(".", Style::Plain),
                ],
            },
            Block::Tiles {
                tiles: vec![
                    tile("Restores", "57 of 59 passed", Tone::Bad, "Two restored databases lacked rows."),
                    tile("The control", "operated", Tone::Good, "Each of the four planned runs took place."),
                    tile("Assurance", "95 % / 93.1 %", Tone::Plain, "With 95 % confidence at least 93.1 % can be restored."),
                    tile("Unknown", "0", Tone::Doubt, "Every restore test came to a verdict."),
                ],
            },
            Block::Facts {
                rows: vec![
                    Fact { term: "Account".into(), text: code("123456789012") },
                    Fact { term: "Recovery point".into(), text: code(ARN) },
                    Fact { term: "Recovery time under test conditions".into(), text: plain("41 min on db.t4g.medium") },
                ],
            },
        ]),
        section(2, "population", "Population and draw", vec![
            Block::Heading { text: "What was listed".into(), id: Some("listed".into()) },
            Block::List { ordered: false, items: vec![plain("First"), plain("Second")] },
            Block::List { ordered: true, items: vec![plain("One"), link("Two", "#listed")] },
            table("Recovery points by type", 3),
            Block::Chart {
                title: "Outcomes by type".into(),
                alternative: "57 of 59 restores passed: 30 of 30 EBS, 27 of 29 RDS.".into(),
                svg: CHART.into(),
            },
        ]),
        section(3, "exceptions", "Exceptions", vec![
            Block::Callout {
                tone: Tone::Bad,
                title: "Two exceptions are open".into(),
                text: plain("Nobody has decided on them yet."),
            },
            Block::Details {
                summary: "Item 17: a restored database lacks rows".into(),
                id: Some("item-17".into()),
                blocks: vec![
                    Block::Heading { text: "Checks".into(), id: None },
                    Block::Paragraph { text: plain("The row count differs.") },
                    Block::Details {
                        summary: "Requests".into(),
                        id: None,
                        blocks: vec![table("Requests to AWS", 2)],
                    },
                ],
            },
        ]),
        section(4, "verify", "How to verify", vec![Block::Code {
            caption: "With coreutils alone".into(),
            text: "cd bundle\n  sha256sum -c SHA256SUMS\nopenssl dgst -sha256 -verify operator.pub -signature seal.sig SHA256SUMS && echo sealed by the operator # \"$HOME\"".into(),
        }]),
    ])
}

/// A document of one table.
pub(crate) fn of_rows(rows: usize) -> Document {
    document(vec![section(1, "tests", "Restore tests", vec![table("Restore tests", rows)])])
}

/// A table as reports have them: names, types, figures and a verdict.
pub(crate) fn table(caption: &str, rows: usize) -> Block {
    let column = |title: &str, numeric| Column { title: title.into(), numeric };
    let cell = |text: Text| Cell { text, tone: Tone::Plain };
    Block::Table {
        caption: caption.into(),
        columns: vec![
            column("No.", true),
            column("Recovery point", false),
            column("Type", false),
            column("Size in bytes", true),
            column("Recovery time", true),
            column("Verdict", false),
        ],
        rows: (1..=rows)
            .map(|number| {
                let (verdict, tone) = if number % 10 == 0 { ("failed", Tone::Bad) } else { ("passed", Tone::Good) };
                vec![
                    cell(plain(number.to_string())),
                    cell(code(format!("{ARN}-{number:06}"))),
                    cell(plain("Amazon EBS volume")),
                    cell(plain((number * 1_048_576).to_string())),
                    cell(plain(format!("{} min", number % 50 + 3))),
                    Cell { text: plain(verdict), tone },
                ]
            })
            .collect(),
        note: Some("In the order of the draw.".into()),
    }
}

pub(crate) fn words(text: &str, style: Style) -> Span {
    Span { text: text.into(), style }
}

pub(crate) fn tile(label: &str, value: &str, tone: Tone, text: &str) -> Tile {
    Tile { label: label.into(), value: value.into(), tone, text: text.into() }
}

pub(crate) fn attachments() -> Vec<Attachment> {
    vec![
        Attachment {
            name: "results.json".into(),
            media_type: "application/json".into(),
            bytes: b"{\"format\":\"backproof-results/v1\"}\n".to_vec(),
            description: "Every result of the run, for programs".into(),
        },
        Attachment {
            name: "raw/every-byte.bin".into(),
            media_type: "application/octet-stream".into(),
            bytes: (0..=255).cycle().take(10_000).collect(),
            description: "Bytes of every value".into(),
        },
    ]
}

pub(crate) const CHART: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 120" role="img"><rect x="80" y="20" width="300" height="24" fill="#17663a"/><rect x="80" y="60" width="270" height="24" fill="#17663a"/><rect x="350" y="60" width="20" height="24" fill="#a1190f"/><text x="10" y="36" font-size="12" font-family="sans-serif">EBS</text><text x="10" y="76" font-size="12" font-family="sans-serif">RDS</text></svg>"##;

/// A red square, 8 by 8.
const LOGO: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHdpZHRoPSI4IiBoZWlnaHQ9IjgiPjxyZWN0IHdpZHRoPSI4IiBoZWlnaHQ9IjgiIGZpbGw9IiNhMTE5MGYiLz48L3N2Zz4=";

//! Properties of the HTML, whatever a run came to.

use std::collections::BTreeMap;

use backproof_evidence::testing::Story;
use backproof_evidence::{Dossier, RunEvidence, conclude};
use backproof_frameworks::{assess, find};
use backproof_render::templates::TemplateSet;
use backproof_render::{document, html};

use crate::support::{sealed, stories, unsealed, year};

/// The report by the built-in templates, with a catalogue.
pub(crate) fn page(dossier: &Dossier) -> String {
    let assessment = assess(&find("soc2").unwrap().read().unwrap(), dossier);
    html::render(&document(dossier, &[assessment]), &TemplateSet::builtin(), dossier).unwrap()
}

fn pages() -> Vec<String> {
    let mut pages: Vec<String> = stories().iter().map(|(_, story)| page(&sealed(story))).collect();
    pages.extend([page(&unsealed(&Story::of_every_outcome())), page(&year())]);
    pages
}

#[test]
fn the_same_dossier_gives_the_same_bytes() {
    for dossier in [sealed(&Story::of_every_outcome()), year()] {
        assert_eq!(page(&dossier), page(&dossier));
    }
}

#[test]
fn a_simulation_says_so_on_every_section_and_every_printed_page_and_nothing_else_does() {
    let mut story = Story::all_passed(1);
    let simulated = page(&sealed(&story));
    for mark in ["class=\"banner\"", "@top-center { content: \"SIMULATION", "class=\"watermark\""] {
        assert!(simulated.contains(mark), "{mark}");
    }
    assert_eq!(simulated.matches("class=\"stamp\">Simulation: not AWS").count(), 17);
    story.opened.simulated = false;
    let real = page(&sealed(&story));
    assert!(!real.contains("SIMULATION") && !real.contains("class=\"banner\"") && !real.contains("class=\"stamp\""));
}

#[test]
fn a_journal_that_does_not_say_what_it_ran_on_is_shown_as_a_simulation() {
    let journal = Story::all_passed(1).journal();
    let of_tests: Vec<&str> = journal.lines().filter(|line| !line.contains("\"chain\":\"run\"")).collect();
    let run = RunEvidence::from_journal(&of_tests.join("\n")).unwrap();
    assert!(html::of_run(&run, &conclude(&run)).unwrap().contains("so it is treated as a simulation"));
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    for page in pages() {
        for loader in ["<script", "<link", "<iframe", "<object", "@import", "http://", "javascript:"] {
            assert!(!page.replace("http://www.w3.org/2000/svg", "").contains(loader), "{loader}");
        }
        assert!(page.match_indices("src=").all(|(at, _)| page[at..].starts_with("src=\"data:image/")));
        // Patterns within the file are all that styles refer to.
        assert!(page.match_indices("url(").all(|(at, _)| page[at..].starts_with("url(#")));
        assert!(
            page.match_indices("https://").all(|(at, _)| page[..at].ends_with("href=\"") || !page[..at].ends_with('"'))
        );
    }
}

#[test]
fn headings_are_in_order_and_links_lead_somewhere() {
    for page in pages() {
        let levels: Vec<u8> = page
            .match_indices("<h")
            .filter_map(|(at, _)| page.as_bytes().get(at + 2).filter(|digit| digit.is_ascii_digit()).copied())
            .collect();
        assert!(levels[0] == b'1' && !levels[1..].contains(&b'1'));
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "h{} after h{}", pair[1] as char, pair[0] as char);
        }
        for (at, _) in page.match_indices("href=\"#") {
            let target = page[at + 7..].split('"').next().unwrap();
            assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
        }
        let mut ids: Vec<&str> =
            page.match_indices(" id=\"").map(|(at, _)| page[at + 5..].split('"').next().unwrap()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "every id is given once");
    }
}

#[test]
fn every_element_that_is_opened_is_closed() {
    const VOID: [&str; 4] = ["meta", "br", "img", "!doctype"];
    for page in pages() {
        let body = &page[page.find("<body>").unwrap()..];
        let mut open: Vec<String> = Vec::new();
        for (at, _) in body.match_indices('<') {
            let tag = &body[at + 1..at + body[at..].find('>').unwrap()];
            let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap().to_owned();
            if tag.starts_with('/') {
                if name != "html" {
                    assert_eq!(open.pop().as_deref(), Some(name.as_str()), "at {tag}");
                }
            } else if !tag.ends_with('/') && !VOID.contains(&name.as_str()) {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<String>::new());
    }
}

#[test]
fn every_table_has_a_caption_and_every_header_cell_a_scope() {
    for page in pages() {
        assert_eq!(page.matches("<table").count(), page.matches("<caption>").count());
        assert_eq!(page.matches("<th ").count(), page.matches("<th scope=").count());
        assert_eq!(page.matches("<th>").count(), 0);
        assert_eq!(page.matches("<svg").count(), page.matches("</title><desc").count());
    }
}

#[test]
fn a_picture_that_is_none_is_left_out() {
    let mut dossier = sealed(&Story::all_passed(1));
    assert!(page(&dossier).contains("<img class=\"logo\" src=\"data:image/png;base64,"));
    for logo in ["https://example.com/logo.png", "data:text/html,<script>", "javascript:alert(1)"] {
        dossier.subject.logo = Some(logo.into());
        assert!(!page(&dossier).contains("<img"), "{logo}");
    }
}

#[test]
fn a_large_run_is_laid_out_within_its_bounds() {
    let dossier = unsealed(&Story::all_passed(510));
    let page = html::render(&document(&dossier, &[]), &TemplateSet::builtin(), &dossier).unwrap();
    assert_eq!(page.matches("class=\"mark good\">passed<").count(), 510);
}

#[test]
fn colours_have_the_contrast_that_wcag_demands() {
    let style = include_str!("../../templates/style.css");
    let palettes: Vec<BTreeMap<&str, f64>> = style.split(":root {").skip(1).map(palette).collect();
    assert_eq!(palettes.len(), 3, "light, dark, print");
    for palette in palettes {
        let contrast = |a: &str, b: &str| ratio(palette[a], palette[b]);
        for ground in ["page", "panel"] {
            for ink in ["ink", "quiet", "link", "good", "bad", "doubt"] {
                assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}: {}", contrast(ink, ground));
            }
        }
        for (ink, ground) in [("good", "good-soft"), ("bad", "bad-soft"), ("doubt", "doubt-soft")] {
            assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}: {}", contrast(ink, ground));
        }
    }
}

pub(crate) fn ratio(a: f64, b: f64) -> f64 {
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The relative luminance of each named colour of one block, by WCAG 2's formula.
fn palette(block: &str) -> BTreeMap<&str, f64> {
    let block = &block[..block.find('}').unwrap()];
    let colours = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    colours.map(|(name, hex)| (name, luminance(hex))).collect()
}

pub(crate) fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let share = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

//! Properties of the report and the summary, whatever a run came to.

use std::collections::BTreeMap;

use backproof_evidence::testing::{Story, TestStory, check};
use backproof_evidence::{RunEvidence, conclude};
use backproof_model::{Claim, FaultOwner, Outcome, Verdict};
use backproof_render::{html, text};

fn report(story: &Story) -> String {
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    html::render(&run, &conclude(&run)).unwrap()
}

fn summary(story: &Story) -> String {
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    text::summary(&run, &conclude(&run), Some("./backproof-demo/report.html"))
}

/// Stories that differ in what is there at all.
fn stories() -> Vec<Story> {
    let mut nothing = Story::all_passed(0);
    nothing.population.eligible = 0;
    nothing.controls.validators.clear();
    nothing.census = None;
    let mut real = Story::of_every_outcome();
    real.opened.simulated = false;
    real.opened.authorisation = None;
    real.opened.same_account = Some("one account only".into());
    let mut open = Story::of_every_outcome();
    open.closed = None;
    vec![Story::all_passed(3), Story::of_every_outcome(), nothing, real, open]
}

#[test]
fn every_prefix_of_a_journal_can_be_reported_on() {
    let journal = Story::of_every_outcome().journal();
    let lines: Vec<&str> = journal.lines().collect();
    for length in (1..=lines.len()).step_by(3) {
        let run = RunEvidence::from_journal(&lines[..length].join("\n")).unwrap();
        let conclusion = conclude(&run);
        html::render(&run, &conclusion).unwrap_or_else(|error| panic!("after {length} lines: {error}"));
        assert!(!text::summary(&run, &conclusion, None).is_empty());
    }
}

#[test]
fn the_same_journal_gives_the_same_bytes() {
    for story in stories() {
        assert_eq!(report(&story), report(&story));
    }
}

#[test]
fn the_banner_stands_on_every_page_of_a_simulation_and_on_no_other() {
    let mut story = Story::all_passed(1);
    let simulated = report(&story);
    for mark in ["class=\"banner\"", "@top-center { content: \"SIMULATION", "class=\"watermark\""] {
        assert!(simulated.contains(mark), "{mark}");
    }
    story.opened.simulated = false;
    let real = report(&story);
    assert!(!real.contains("SIMULATION") && !real.contains("class=\"banner\""));
    assert!(summary(&Story::all_passed(1)).starts_with("SIMULATION"));
    assert!(!summary(&story).contains("SIMULATION"));
}

#[test]
fn a_journal_that_does_not_say_what_it_ran_on_is_shown_as_a_simulation() {
    let journal = Story::all_passed(1).journal();
    let of_tests: Vec<&str> = journal.lines().filter(|line| !line.contains("\"chain\":\"run\"")).collect();
    let run = RunEvidence::from_journal(&of_tests.join("\n")).unwrap();
    assert!(html::render(&run, &conclude(&run)).unwrap().contains("so it is treated as a simulation"));
}

#[test]
fn every_drawn_recovery_point_appears_whatever_became_of_it() {
    let story = Story::of_every_outcome();
    let report = report(&story);
    for test in &story.tests {
        assert!(report.contains(test.drawn.point.recovery_point_arn.as_str()));
        assert!(report.contains(&format!("<details id=\"test-{}\"", test.drawn.test)));
    }
}

#[test]
fn hostile_text_stays_text() {
    const HOSTILE: &str = "</style><script>alert(1)</script><img src=x onerror=alert(1)>\"'";
    let mut story = Story::of_every_outcome();
    story.opened.plan_name = HOSTILE.into();
    story.opened.operator = HOSTILE.into();
    story.opened.same_account = Some(HOSTILE.into());
    story.entropy.value = HOSTILE.into();
    story.population.vaults[0].name = HOSTILE.into();
    story.population.uncovered[0].why = HOSTILE.into();
    story.tests[1].drawn.point.resource_name = Some(HOSTILE.into());
    story.tests[2].outcome = Some(Outcome::inconclusive(FaultOwner::Sandbox, HOSTILE));
    let mut hostile_check = check(HOSTILE, Claim::DataPresent, Verdict::Failed);
    hostile_check.remark = Some(HOSTILE.into());
    story.tests[1] = TestStory::examined(2, "customers", vec![hostile_check]);
    story.controls.validators[0].controls[0].planted = HOSTILE.into();
    let report = report(&story);
    assert!(!report.contains("<script") && !report.contains("<img"));
    assert_eq!(report.matches("</style>").count(), 1);
    assert!(report.contains("&lt;img src=x"));
}

#[test]
fn a_terminal_is_not_steered_by_names() {
    let mut story = Story::of_every_outcome();
    story.tests[3].outcome = Some(Outcome::failed("\u{1b}[2Jcleared\rover"));
    let told = summary(&story);
    assert!(told.chars().all(|character| character == '\n' || !character.is_control()));
    assert!(told.contains("\\u{1b}[2Jcleared\\rover"));
}

#[test]
fn nothing_is_loaded_from_anywhere() {
    for story in stories() {
        let report = report(&story);
        for loader in
            ["<script", "<link", "<iframe", "<object", "src=", "@import", "http://", "https://", "javascript:"]
        {
            assert!(!report.contains(loader), "{loader}");
        }
        // The only reference in the style sheet is to a pattern within the file.
        assert!(report.match_indices("url(").all(|(at, _)| report[at..].starts_with("url(#hatch)")));
    }
}

#[test]
fn headings_are_in_order_and_links_lead_somewhere() {
    for story in stories() {
        let report = report(&story);
        let levels: Vec<u8> = report
            .match_indices("<h")
            .filter_map(|(at, _)| report.as_bytes().get(at + 2).filter(|digit| digit.is_ascii_digit()).copied())
            .collect();
        assert!(levels[0] == b'1' && !levels[1..].contains(&b'1'));
        for pair in levels.windows(2) {
            assert!(pair[1] <= pair[0] + 1, "h{} after h{}", pair[1] as char, pair[0] as char);
        }
        for (at, _) in report.match_indices("href=\"#") {
            let target = report[at + 7..].split('"').next().unwrap();
            assert_eq!(report.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
        }
    }
}

#[test]
fn every_element_that_is_opened_is_closed() {
    const VOID: [&str; 3] = ["meta", "br", "!doctype"];
    for story in stories() {
        let report = report(&story);
        let body = &report[report.find("<body>").unwrap()..];
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
    for story in stories() {
        let report = report(&story);
        assert_eq!(report.matches("<table").count(), report.matches("<caption>").count());
        assert_eq!(report.matches("<th ").count(), report.matches("<th scope=").count());
        assert_eq!(report.matches("<th>").count(), 0);
        assert_eq!(report.matches("<svg class=\"bar\"").count(), report.matches("role=\"img\" aria-label=").count());
    }
}

#[test]
fn a_large_run_keeps_its_rows_and_drops_details_of_what_passed() {
    let mut story = Story::all_passed(501);
    story.tests[41] = TestStory::refused(42, "invoices", Outcome::failed("the KMS key is gone"));
    let report = report(&story);
    assert_eq!(report.matches("<details id=\"test-").count(), 1);
    assert_eq!(report.matches("/backup/0167").count(), 501 + 2);
    assert!(report.contains("The 500 that passed stand in the table above"));
}

#[test]
fn the_commands_to_redo_the_draw_hold_the_runs_own_values() {
    let story = Story::all_passed(1);
    let report = report(&story);
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    assert!(report.contains(&format!("--plan-sha256 {} \\", story.opened.plan_sha256)));
    assert!(report.contains("--entropy os:f38b2ffc80a4df5a51c9bc701e7ea419</code>"));
    assert!(report.contains(&format!("must print {}", run.entropy.unwrap().seed)));
    assert!(report.contains(&format!("{}  journal.jsonl", run.journal_sha256)));
}

#[test]
fn the_summary_of_a_mixed_run_reads_well() {
    let told = summary(&Story::of_every_outcome());
    assert!(told.lines().all(|line| line.chars().count() <= 100), "{told}");
    insta::assert_snapshot!("summary", told);
}

#[test]
fn the_summary_of_a_passed_run_is_short() {
    insta::assert_snapshot!("summary_of_a_pass", summary(&Story::all_passed(3)));
}

#[test]
fn colours_have_the_contrast_that_wcag_demands() {
    let style = include_str!("../templates/style.css");
    let palettes: Vec<BTreeMap<&str, f64>> = style.split(":root {").skip(1).map(palette).collect();
    assert_eq!(palettes.len(), 3, "light, dark, print");
    for palette in palettes {
        let contrast = |a: &str, b: &str| {
            let (lighter, darker) = (palette[a].max(palette[b]), palette[a].min(palette[b]));
            (lighter + 0.05) / (darker + 0.05)
        };
        for ground in ["page", "panel"] {
            for ink in ["ink", "quiet", "link", "passed", "failed", "inconclusive"] {
                assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}: {}", contrast(ink, ground));
            }
            for shape in ["stage", "queue", "job", "ready", "validate"] {
                assert!(contrast(shape, ground) >= 3.0, "{shape} on {ground}: {}", contrast(shape, ground));
            }
        }
        for (ink, ground) in
            [("passed", "passed-soft"), ("failed", "failed-soft"), ("inconclusive", "inconclusive-soft")]
        {
            assert!(contrast(ink, ground) >= 4.5, "{ink} on {ground}: {}", contrast(ink, ground));
        }
    }
}

/// The relative luminance of each named colour of one block, by WCAG 2's formula.
fn palette(block: &str) -> BTreeMap<&str, f64> {
    let block = &block[..block.find('}').unwrap()];
    let colours = block.split(';').filter_map(|line| line.trim().strip_prefix("--")?.split_once(": #"));
    colours.map(|(name, hex)| (name, luminance(hex))).collect()
}

fn luminance(hex: &str) -> f64 {
    let channel = |at: usize| {
        let share = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

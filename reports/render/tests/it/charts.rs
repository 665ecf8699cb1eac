//! Charts: the same everywhere, in words as well, and with contrast.

use backproof_evidence::Dossier;
use backproof_evidence::testing::Story;
use backproof_render::document;
use backproof_render::document::Block;

use crate::pages::{luminance, ratio};
use crate::support::{sealed, unsealed, year};

/// Title, alternative and picture of each chart, folded ones as well.
fn charts(dossier: &Dossier) -> Vec<(String, String, String)> {
    fn of(blocks: &[Block], into: &mut Vec<(String, String, String)>) {
        for block in blocks {
            match block {
                Block::Chart { title, alternative, svg } => {
                    into.push((title.clone(), alternative.clone(), svg.clone()));
                }
                Block::Details { blocks, .. } => of(blocks, into),
                _ => {}
            }
        }
    }
    let mut charts = Vec::new();
    document(dossier, &[]).sections.iter().for_each(|section| of(&section.blocks, &mut charts));
    charts
}

#[test]
fn a_year_has_every_chart_and_each_is_told_in_words() {
    let charts = charts(&year());
    for (title, told) in [
        ("Outcomes of the restore tests by resource type", "DynamoDB: 4 passed, 2 failed, 3 could not be told."),
        (
            "Recovery times by phase, the longest first",
            "The objective is 15 min. restore test 7 audit-log: 16 min 20 s, too long (waited 30 s, restore job 14 min 40 s",
        ),
        ("Gap and lag, the longest of each", "at most 1 d is permitted: orders 1 d 1 h, too long; carts 1 d."),
        ("When each protected resource was last proved", "DynamoDB customers: never proved;"),
        (
            "Trend over the runs",
            "run 6 of 2026-07-03: no result (aborted); run 7 of 2026-10-01: 4 of 9 passed, 2 failed, 3 could not be told, longest recovery 16 min 20 s.",
        ),
        ("The population by month of creation, with the drawn points marked", "RDS: 2026-06 7 points (1 drawn)"),
    ] {
        let (_, alternative, svg) =
            charts.iter().find(|(name, _, _)| name == title).unwrap_or_else(|| panic!("no {title}"));
        assert!(alternative.contains(told), "{told}\nin\n{alternative}");
        assert!(svg.contains("<desc id=") && svg.contains("role=\"img\" aria-labelledby="));
    }
}

#[test]
fn colours_stand_out_from_the_white_that_they_are_drawn_on() {
    let mut seen = 0;
    for (title, _, svg) in charts(&year()) {
        for (at, _) in svg.match_indices("\"#") {
            let colour = svg[at + 2..].split('"').next().unwrap();
            if colour.len() == 6 && colour != "ffffff" {
                seen += 1;
                assert!(ratio(luminance(colour), 1.0) >= 4.5, "{colour} in {title}");
            }
        }
    }
    assert!(seen > 50);
}

#[test]
fn a_chart_names_no_file_no_font_of_others_and_no_script() {
    for (title, _, svg) in charts(&year()) {
        let svg = svg.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1);
        for loader in ["http", "href", "<style", "<script", "@font", "<image", "<use"] {
            assert!(!svg.contains(loader), "{loader} in {title}");
        }
    }
}

#[test]
fn hostile_names_stay_words_in_a_chart() {
    let mut story = Story::all_passed(1);
    story.tests[0].drawn.point.resource_arn =
        "arn:aws:dynamodb:eu-central-1:111122223333:table/<script>alert(1)</script>&amp".parse().unwrap();
    for (_, _, svg) in charts(&sealed(&story)) {
        assert!(!svg.contains("<script"), "{svg}");
    }
}

#[test]
fn what_was_not_measured_has_no_chart() {
    let mut nothing = Story::all_passed(0);
    nothing.population.gaps.clear();
    assert_eq!(charts(&unsealed(&nothing)), []);
}

//! What a run would cost and what it cost, as people read it.

use backproof_evidence::testing::{Story, TestStory};
use backproof_evidence::{RunEvidence, conclude};
use backproof_model::cost::Certainty;
use backproof_model::record::Admission;
use backproof_render::{estimate, html, text};

fn report(story: &Story) -> String {
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    html::of_run(&run, &conclude(&run)).unwrap()
}

#[test]
fn estimate_and_computed_cost_stand_beside_each_other_with_the_prices_they_are_from() {
    let report = report(&Story::all_passed(2));
    let section = report.split("<h3>Costs</h3>").nth(1).unwrap().split("</section>").next().unwrap();
    for part in [
        "<td class=\"n\">0.02</td><td class=\"n\">0.02</td><td>restoring 0.02</td>",
        "<td class=\"n\">0.04</td><td class=\"n\">0.03</td>",
        "noted 2026-06-13",
        "aws.amazon.com/backup/pricing",
        "not billed",
        "keys: Fractions of a cent.",
        "The plan sets none.",
    ] {
        assert!(section.contains(part), "{part} in {section}");
    }
}

#[test]
fn what_was_held_back_says_why() {
    let mut story = Story::all_passed(1);
    story.tests.push(TestStory::held_back(2, "ledger", "budget.per_run is USD 0.01"));
    let report = report(&story);
    assert!(report.contains("held back: budget.per_run is USD 0.01"));
    let run = RunEvidence::from_journal(&story.journal()).unwrap();
    assert!(text::summary(&run, &conclude(&run), None).contains("The budget did not let 1 restore test begin."));
}

#[test]
fn a_report_without_an_estimate_says_so() {
    let mut story = Story::all_passed(1);
    story.costs = None;
    assert!(report(&story).contains("The journal holds no estimate of what this run would cost"));
}

#[test]
fn an_estimate_names_every_part_every_gap_and_every_refusal() {
    let story = Story::all_passed(2);
    let mut costs = story.costs.clone().unwrap();
    assert_eq!(
        estimate::line(&costs),
        "2 restore tests, estimated at USD 0.04 (list prices noted 2026-06-13, not a bill)"
    );
    costs.tests[1].cost.unknowns.push("the size is not known".into());
    costs.tests[1].cost.certainty = Certainty::AtLeast;
    costs.certainty = Certainty::AtLeast;
    costs.tests[1].admission = Admission::Beyond { reason: "it cannot be bounded".into() };
    assert!(estimate::line(&costs).contains("at least USD 0.04; the budget holds 1 of them back"));
    let drawn: Vec<_> = story.tests.iter().map(|test| test.drawn.clone()).collect();
    let whole = estimate::whole(&costs, &drawn);
    for part in [
        "1 table/table-0001: USD 0.02; expected to exist for 50 minutes",
        "USD 0.02 of restoring: 1 GB at USD 0.02",
        "not in the sum: the size is not known",
        "will not begin: it cannot be bounded",
        "Cost            at least USD 0.04",
        "Budget          none is set in the plan ([budget])",
        "Prices          noted 2026-06-13: list prices",
    ] {
        assert!(whole.contains(part), "{part} in\n{whole}");
    }
}

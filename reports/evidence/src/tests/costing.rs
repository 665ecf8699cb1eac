//! What a run cost, by its journal.

use backproof_model::cost::{Certainty, Cost};
use backproof_model::money::Money;
use backproof_model::record::{CostComputed, OwnPrices};

use super::{conclusion, evidence};
use crate::testing::{Story, TestStory, cost};
use crate::{Costs, results};

fn costs(story: &Story) -> Costs {
    conclusion(story).costs.unwrap()
}

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

#[test]
fn what_was_estimated_and_what_was_computed_are_told_apart_and_with_their_prices() {
    let story = Story::all_passed(3);
    let costs = costs(&story);
    assert_eq!((costs.estimated, costs.computed), (money("0.06"), money("0.037035")));
    assert_eq!(costs.computed_certainty, Certainty::Listed);
    assert_eq!(
        costs.sentence,
        "Estimated at USD 0.06, computed afterwards as USD 0.04, not billed: by list prices noted 2026-06-13."
    );
    let json = results(&evidence(&story), &conclusion(&story)).to_json().unwrap();
    for part in [
        "\"estimated\": \"0.06\"",
        "\"computed\": \"0.037035\"",
        "\"as_of\": \"2026-06-13\"",
        "\"not_priced\"",
        "\"what\": \"restoring\"",
    ] {
        assert!(json.contains(part), "{part}");
    }
}

#[test]
fn every_attempt_counts_and_one_that_was_not_computed_is_not_nothing() {
    let mut story = Story::of_every_outcome();
    let twice = |costs: &Costs| costs.tests[5].computed.clone();
    assert_eq!(twice(&costs(&story)).total, money("0.02469"));
    story.tests[5].attempts[0].cost = None;
    let cost = twice(&costs(&story));
    assert_eq!((cost.total, cost.certainty), (money("0.012345"), Certainty::AtLeast));
    assert!(cost.unknowns[0].contains("attempt 1"));
    assert!(costs(&story).sentence.contains("computed afterwards as at least USD"));
}

#[test]
fn other_prices_than_those_of_the_estimate_are_noticed() {
    let mut story = Story::all_passed(1);
    story.tests[0].attempts[0].cost = Some(CostComputed { cost: cost("0.01"), prices_sha256: "other".into() });
    let costs = costs(&story);
    assert_eq!(costs.computed_certainty, Certainty::AtLeast);
    assert!(costs.tests[0].computed.unknowns[0].contains("another price table"));
}

#[test]
fn what_the_budget_held_back_is_counted_named_and_a_limit_of_the_report() {
    let mut story = Story::all_passed(2);
    story.tests.push(TestStory::held_back(3, "ledger", "budget.per_run is USD 0.04"));
    let estimate = story.costs.as_mut().unwrap();
    estimate.budget.per_run = Some(money("0.04"));
    let told = conclusion(&story);
    let costs = told.costs.unwrap();
    assert_eq!((costs.held_back, told.counts.inconclusive, told.counts.not_performed), (1, 1, 0));
    assert_eq!(costs.tests[2].held_back.as_deref(), Some("budget.per_run is USD 0.04"));
    assert_eq!(costs.tests[2].computed, Cost::default());
    assert!(costs.sentence.ends_with("The budget was USD 0.04. The budget did not let 1 restore test begin."));
    assert!(told.limits.iter().any(|limit| limit.starts_with("The budget did not let 1 restore test begin")));
    let run = evidence(&story);
    assert!(run.tests[2].was_held_back() && run.tests[2].attempts.is_empty());
}

#[test]
fn an_attempt_that_was_held_back_is_none() {
    let mut story = Story::all_passed(1);
    story.tests[0].held_back = Some("a second one is too dear".into());
    let run = evidence(&story);
    assert_eq!(run.tests[0].attempts.len(), 1);
    assert!(run.tests[0].held_back.is_some() && !run.tests[0].was_held_back());
    assert_eq!(costs(&story).held_back, 0);
}

#[test]
fn a_journal_from_before_there_were_estimates_has_no_costs() {
    let mut story = Story::all_passed(1);
    story.costs = None;
    let told = conclusion(&story);
    assert_eq!(told.costs, None);
    assert!(!told.limits.iter().any(|limit| limit.contains("list prices")));
}

#[test]
fn prices_of_the_users_own_are_named() {
    let mut story = Story::all_passed(1);
    let own = OwnPrices { file: "prices.toml".into(), as_of: "2026-09-30".into() };
    story.costs.as_mut().unwrap().prices.own = Some(own);
    assert!(costs(&story).sentence.contains("and prices of prices.toml noted 2026-09-30"));
}

#[test]
fn each_restore_test_finds_its_own_costs_whatever_the_order_of_the_draw() {
    let mut story = Story::all_passed(4);
    story.tests.reverse();
    let costs = costs(&story);
    let numbers: Vec<u32> = costs.tests.iter().map(|test| test.test).collect();
    assert_eq!(numbers, [4, 3, 2, 1]);
    let found: Vec<u32> = (1..=4).filter_map(|test| Some(costs.of_test(test)?.test)).collect();
    assert_eq!(found, [1, 2, 3, 4]);
    assert!(costs.of_test(5).is_none());
}

//! What a budget lets begin, in the order of the draw.

use backproof_model::chain::Entry;
use backproof_model::cost::{Certainty, Cost, CostFacts};
use backproof_model::money::Money;
use backproof_model::record::{
    Admission, BudgetSet, CostComputed, CostEstimated, Objectives, PhaseTimes, TestClosed, TestEstimated,
};
use backproof_model::{FaultOwner, Outcome, ProofLevel};
use proptest::prelude::*;
use serde_json::json;

use super::{
    admit_in_order, alone, counted_in, nothing_may_begin, stopped, together, withheld, without_another_attempt,
};

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn cost(total: &str, certainty: Certainty) -> Cost {
    let unknowns = if certainty == Certainty::AtLeast { vec!["the size is not known".into()] } else { Vec::new() };
    Cost { total: money(total), certainty, unknowns, ..Cost::default() }
}

fn tests_of(costs: &[(&str, Certainty)]) -> Vec<TestEstimated> {
    let numbered = costs.iter().zip(1..);
    let test = |((total, certainty), test): (&(&str, Certainty), u32)| TestEstimated {
        test,
        cost: cost(total, *certainty),
        facts: CostFacts::default(),
        times: String::new(),
        admission: Admission::Within,
    };
    numbered.map(test).collect()
}

fn budget(per_run: Option<&str>, per_restore_test: Option<&str>) -> BudgetSet {
    BudgetSet { per_run: per_run.map(money), per_restore_test: per_restore_test.map(money), unknown_allowed: false }
}

/// Which tests may begin.
fn admitted(costs: &[(&str, Certainty)], budget: &BudgetSet) -> Vec<u32> {
    let mut tests = tests_of(costs);
    admit_in_order(&mut tests, budget, "USD");
    tests.iter().filter(|test| test.admission == Admission::Within).map(|test| test.test).collect()
}

const LISTED: Certainty = Certainty::Listed;

#[test]
fn tests_begin_in_order_until_the_next_would_exceed_the_budget_and_none_after_it() {
    let costs = [("2", LISTED), ("2", LISTED), ("2", LISTED), ("0.01", LISTED)];
    assert_eq!(admitted(&costs, &budget(None, None)), [1, 2, 3, 4]);
    assert_eq!(admitted(&costs, &budget(Some("6.01"), None)), [1, 2, 3, 4]);
    assert_eq!(admitted(&costs, &budget(Some("4"), None)), [1, 2]);
    assert_eq!(admitted(&costs, &budget(Some("5"), None)), [1, 2], "a small one does not slip in after a large one");
    assert_eq!(admitted(&costs, &budget(Some("1.99"), None)), [] as [u32; 0]);
}

#[test]
fn a_test_that_is_too_dear_by_itself_does_not_begin_and_stops_no_other() {
    let costs = [("2", LISTED), ("11", Certainty::Assumed), ("2", LISTED)];
    assert_eq!(admitted(&costs, &budget(None, Some("10"))), [1, 3]);
    assert_eq!(admitted(&costs, &budget(Some("4"), Some("10"))), [1, 3]);
}

#[test]
fn what_nobody_can_bound_is_beyond_every_budget_unless_the_plan_allows_it() {
    let costs = [("0.5", Certainty::AtLeast), ("0.5", LISTED)];
    assert_eq!(admitted(&costs, &budget(Some("100"), None)), [2]);
    assert_eq!(admitted(&costs, &budget(None, Some("100"))), [2]);
    assert_eq!(admitted(&costs, &BudgetSet { unknown_allowed: true, ..budget(Some("0.5"), None) }), [1]);
    assert_eq!(admitted(&costs, &BudgetSet::default()), [1, 2], "without a budget nothing is bounded");
}

#[test]
fn each_refusal_names_its_sums_and_the_key_that_was_set() {
    let mut tests = tests_of(&[("2", LISTED), ("3.333333", Certainty::Assumed), ("1", LISTED)]);
    admit_in_order(&mut tests, &budget(Some("5"), None), "USD");
    assert_eq!(
        tests[1].admission.refusal().unwrap(),
        "it is estimated at about USD 3.34, the attempts before it count USD 2.00, and budget.per_run is USD 5.00"
    );
    assert!(tests[2].admission.refusal().unwrap().ends_with("at restore test 2, and none begins after it"));
    let dear = alone(&cost("3", LISTED), money("2"), &budget(None, Some("4")), "EUR").unwrap();
    assert_eq!(
        dear,
        "it is estimated at EUR 3.00 after EUR 2.00 for earlier attempts, and budget.per_restore_test is EUR 4.00"
    );
    let unknown = alone(&cost("0", Certainty::AtLeast), Money::ZERO, &budget(Some("4"), None), "USD").unwrap();
    for part in ["the size is not known", "budget.prices", "limits.max_backup_size_gib", "budget.unknown = \"allow\""] {
        assert!(unknown.contains(part), "{part}");
    }
}

#[test]
fn a_run_is_refused_only_where_not_one_test_may_begin() {
    let of = |per_run| {
        let mut tests = tests_of(&[("2", LISTED), ("2", LISTED)]);
        let budget = budget(Some(per_run), None);
        admit_in_order(&mut tests, &budget, "USD");
        nothing_may_begin(&CostEstimated { tests, budget, total: money("4"), ..CostEstimated::default() })
    };
    assert_eq!(of("2"), None);
    let refusal = of("1").unwrap();
    assert!(refusal.contains("none of 2 restore tests") && refusal.contains("[budget]"), "{refusal}");
    assert_eq!(nothing_may_begin(&CostEstimated::default()), None, "nothing drawn is no matter of cost");
}

fn line(event: &serde_json::Value) -> String {
    let entry = json!({
        "v": 1, "run": 1, "chain": "test-1", "seq": 0, "at": "2026-03-01T00:00:00Z", "prev": "", "event": event,
    });
    let entry: Entry = serde_json::from_value(entry).unwrap();
    serde_json::to_string(&entry).unwrap()
}

fn intent(step: &str) -> String {
    line(&json!({ "intent": { "step": step, "input": {} } }))
}

fn result(step: &str, output: &impl serde::Serialize) -> String {
    line(&json!({ "result": { "step": step, "output": output } }))
}

fn computed(total: &str) -> CostComputed {
    CostComputed { cost: cost(total, LISTED), prices_sha256: String::new() }
}

#[test]
fn an_attempt_counts_from_its_wish_to_begin_and_as_the_larger_of_estimate_and_outcome() {
    let refused = Admission::Beyond { reason: "no".into() };
    let count = |lines: &[String]| counted_in(lines, money("2")).unwrap();
    assert_eq!(count(&[]), Money::ZERO);
    assert_eq!(count(&[intent("budget/1")]), money("2"));
    let begun = [intent("budget/1"), result("budget/1", &Admission::Within)];
    assert_eq!(count(&begun), money("2"));
    assert_eq!(count(&[intent("budget/1"), result("budget/1", &refused)]), Money::ZERO);
    assert_eq!(count(&[begun.to_vec(), vec![result("cost/1", &computed("0.5"))]].concat()), money("2"));
    let dear = [begun.to_vec(), vec![result("cost/1", &computed("3"))]].concat();
    assert_eq!(count(&dear), money("3"));
    let again = [dear, vec![intent("budget/2"), result("budget/2", &Admission::Within)]].concat();
    assert_eq!(count(&again), money("5"));
}

#[test]
fn a_run_of_which_the_budget_held_something_back_is_not_completed() {
    let closed = |attempts, outcome| TestClosed {
        outcome,
        attempts,
        times: PhaseTimes::default(),
        objectives: Objectives::default(),
        age_at_test_seconds: 0,
        stranded: Vec::new(),
    };
    let passed = closed(1, Outcome::Passed { level: ProofLevel::L3 });
    let held = closed(0, withheld("because"));
    let throttled = closed(1, Outcome::inconclusive(FaultOwner::Quota, "throttled"));
    assert_eq!(stopped([&passed, &throttled].into_iter()), None);
    let told = stopped([&passed, &held, &held].into_iter());
    assert_eq!(told.as_deref(), Some("the budget did not let 2 restore tests begin"));
}

#[test]
fn what_the_budget_held_back_is_undecided_and_says_so() {
    let held = withheld("because");
    assert_eq!(held.owner(), Some(FaultOwner::Quota));
    assert!(held.reason().unwrap().starts_with("the budget did not let this restore test begin"));
    let once = Outcome::inconclusive(FaultOwner::Sandbox, "throttled");
    let told = without_another_attempt(once, "because");
    assert_eq!(told.owner(), Some(FaultOwner::Sandbox));
    assert_eq!(told.reason(), Some("throttled; the budget did not let another attempt begin: because"));
    let passed = Outcome::Passed { level: ProofLevel::L3 };
    assert_eq!(without_another_attempt(passed.clone(), "because"), passed);
}

proptest! {
    #[test]
    fn what_is_admitted_never_exceeds_the_budget_and_is_whatever_comes_before_the_first_that_does(
        totals in prop::collection::vec(0..5_000_000_i64, 0..20), limit in 1..20_000_000_i64,
    ) {
        let mut tests = tests_of(&vec![("0", LISTED); totals.len()]);
        for (test, micros) in tests.iter_mut().zip(&totals) {
            test.cost.total = Money { micros: *micros };
        }
        let budget = BudgetSet { per_run: Some(Money { micros: limit }), ..BudgetSet::default() };
        admit_in_order(&mut tests, &budget, "USD");
        let admitted: Vec<bool> = tests.iter().map(|test| test.admission == Admission::Within).collect();
        let number = admitted.iter().take_while(|admitted| **admitted).count();
        prop_assert!(admitted[number..].iter().all(|admitted| !admitted));
        let spent: Money = tests[..number].iter().map(|test| test.cost.total).sum();
        prop_assert!(spent.micros <= limit);
        if let Some(next) = tests.get(number) {
            prop_assert!(together(&next.cost, spent, &budget, "USD").is_some());
        }
    }
}

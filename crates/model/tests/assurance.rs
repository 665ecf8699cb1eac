//! The bounds against their published vectors, against brute force, and the sentences that print them.

use backproof_model::Ratio;
use backproof_model::assurance::{
    CertaintyTally, InvalidQuestion, JointMethod, StratumCounts, StratumTally, assure, discovery, joint_bound,
    joint_discovery, required_sample, upper_bound,
};
use proptest::prelude::*;

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

fn bound(population: u64, sample: u64, failures: u64) -> u64 {
    upper_bound(population, sample, failures, ratio("0.95")).unwrap()
}

#[test]
fn every_row_of_the_bounds_vectors_holds() {
    let rows = include_str!("vectors/bounds.csv").lines().skip(1);
    let mut checked = 0;
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        let number = |at: usize| fields[at].parse::<u64>().unwrap();
        let found = upper_bound(number(0), number(1), number(2), ratio(fields[3]));
        assert_eq!(found, Ok(number(4)), "{row}");
        checked += 1;
    }
    assert_eq!(checked, 200);
}

#[test]
fn ties_and_edges_are_exact() {
    assert_eq!([20, 40, 80, 100].map(|population| bound(population, 1, 0)), [18, 37, 75, 94]);
    assert_eq!(bound(10, 0, 0), 10);
    assert_eq!((bound(1, 1, 0), bound(2, 1, 0), bound(60, 59, 0), bound(0, 0, 0)), (0, 1, 0, 0));
    assert_eq!((bound(25, 25, 1), bound(7, 7, 7), bound(8, 3, 3)), (1, 7, 8));
    assert_eq!(upper_bound(500, 59, 0, ratio("0.9")), Ok(18));
    assert_eq!(upper_bound(500, 59, 0, ratio("0.99")), Ok(35));
}

#[test]
fn a_large_population_is_bounded_at_once() {
    // Of a million, ten thousand drawn: confirmed with exact fractions of the definition elsewhere.
    assert_eq!(bound(1_000_000, 10_000, 0), 298);
    assert_eq!(bound(1_000_000, 10_000, 100), 11_788);
    assert_eq!(bound(1_000_000, 59, 0), 49_506);
}

#[test]
fn impossible_questions_are_refused() {
    let confidence = ratio("0.95");
    let refused = |population, sample, failures| upper_bound(population, sample, failures, confidence).unwrap_err();
    assert_eq!(refused(10, 11, 0), InvalidQuestion::SampleTooLarge { sample: 11, population: 10 });
    assert_eq!(refused(10, 5, 6), InvalidQuestion::TooManyFailures { failures: 6, sample: 5 });
    assert_eq!(refused(u64::MAX, 5, 0), InvalidQuestion::PopulationTooLarge(u64::MAX));
    for confidence in ["0", "1"] {
        let refused = InvalidQuestion::Confidence(ratio(confidence));
        assert_eq!(upper_bound(10, 5, 0, ratio(confidence)), Err(refused.clone()));
        assert_eq!(required_sample(10, ratio(confidence), 1), Err(refused.clone()));
        assert_eq!(joint_bound(&[], ratio(confidence)), Err(refused));
    }
    assert_eq!(discovery(10, 11, 5), Err(InvalidQuestion::TooManyBad { bad: 11, population: 10 }));
    assert!(joint_discovery(&[StratumCounts { population: 10, sample: 5, failures: 0 }], 11).is_err());
}

#[test]
fn required_samples_are_those_of_the_tables() {
    let required = |population, confidence: &str, rate: &str| {
        required_sample(population, ratio(confidence), ratio(rate).floor_of(population)).unwrap()
    };
    let row = |population, confidence| {
        ["0.01", "0.02", "0.05", "0.1", "0.2"].map(|rate| required(population, confidence, rate))
    };
    assert_eq!(row(20, "0.95"), [19, 19, 16, 12, 9]);
    assert_eq!(row(50, "0.95"), [48, 39, 31, 19, 11]);
    assert_eq!(row(100, "0.95"), [78, 63, 39, 23, 12]);
    assert_eq!(row(500, "0.95"), [196, 119, 54, 28, 14]);
    assert_eq!(row(5000, "0.95"), [284, 145, 58, 29, 14]);
    assert_eq!(row(500, "0.9"), [159, 94, 42, 21, 11]);
    assert_eq!(row(500, "0.99"), [267, 170, 80, 41, 20]);
    assert_eq!(required_sample(10, ratio("0.95"), 10), Ok(0));
    assert_eq!(required_sample(0, ratio("0.95"), 0), Ok(0));
    assert_eq!(required_sample(1_000_000, ratio("0.95"), 50_000), Ok(59));
}

#[test]
fn discovery_is_rounded_down() {
    assert_eq!(discovery(500, 5, 59), Ok(ratio("0.4676")));
    assert_eq!(discovery(500, 25, 25), Ok(ratio("0.7315")));
    assert_eq!(discovery(250, 10, 60), Ok(ratio("0.9393")));
    assert_eq!(discovery(10, 0, 5), Ok(ratio("0")));
    assert_eq!(discovery(10, 6, 5), Ok(ratio("1")));
    // All but one in a million: never shown as certain.
    assert_eq!(discovery(1_000_000, 1, 999_999), Ok(ratio("0.9999")));
}

/// Strata without failures: (population, sample).
fn strata(of: &[(u64, u64)]) -> Vec<StratumCounts> {
    of.iter()
        .map(|(population, sample)| StratumCounts { population: *population, sample: *sample, failures: 0 })
        .collect()
}

#[test]
fn the_worst_placement_over_strata_is_exact() {
    let joint = |of: &[(u64, u64)]| {
        let found = joint_bound(&strata(of), ratio("0.95")).unwrap();
        assert_eq!(found.method, JointMethod::WorstPlacement);
        found.bound
    };
    assert_eq!(joint(&[(40, 10), (300, 30), (60, 10), (10, 5), (90, 10)]), 27);
    assert_eq!(joint(&[(40, 5), (300, 39), (60, 8), (10, 1), (90, 12)]), 21);
    assert_eq!(joint(&[(10, 0), (5, 5)]), 10);
    assert_eq!(joint(&[]), 0);
    assert_eq!(joint(&[(500_000, 5_000), (500_000, 5_000)]), 298);
}

#[test]
fn strata_with_failures_are_added_at_a_higher_confidence() {
    let failing = |population, sample, failures| StratumCounts { population, sample, failures };
    let confidence = ratio("0.95");
    let found = joint_bound(&[failing(100, 25, 1), failing(40, 10, 0), failing(6, 6, 2), failing(3, 0, 0)], confidence);
    let found = found.unwrap();
    let JointMethod::SumOfBounds { each } = found.method else { panic!("{found:?}") };
    // Two strata are uncertain: 0.95 ^ (1/2) is 0.974679434480…, rounded up.
    assert_eq!(each, ratio("0.974679434481"));
    let each_bound = |stratum: StratumCounts| upper_bound(stratum.population, stratum.sample, stratum.failures, each);
    let sum = each_bound(failing(100, 25, 1)).unwrap() + each_bound(failing(40, 10, 0)).unwrap() + 2 + 3;
    assert_eq!(found.bound, sum);
    let one_uncertain = joint_bound(&[failing(100, 25, 1), failing(6, 6, 2)], confidence).unwrap();
    assert_eq!(one_uncertain.bound, 15 + 2);
}

/// C(n, k) of small numbers.
fn choose(n: u64, k: u64) -> u128 {
    if k > n { 0 } else { (0..k).fold(1, |product, i| product * u128::from(n - i) / u128::from(i + 1)) }
}

/// P(X ≤ failures) as the definition has it, over C(population, sample).
fn ways(population: u64, bad: u64, sample: u64, failures: u64) -> u128 {
    (0..=failures.min(sample)).map(|x| choose(bad, x) * choose(population - bad, sample - x)).sum()
}

/// The largest total of a placement that escapes with probability above 5 %, over all placements.
fn brute_force_joint(strata: &[StratumCounts]) -> u64 {
    fn walk(strata: &[StratumCounts], total: u64, escapes: u128, all: u128) -> u64 {
        let Some((first, rest)) = strata.split_first() else {
            return if escapes * 20 > all { total } else { 0 };
        };
        (0..=first.population)
            .map(|bad| {
                let escapes = escapes * ways(first.population, bad, first.sample, 0);
                walk(rest, total + bad, escapes, all * choose(first.population, first.sample))
            })
            .max()
            .unwrap()
    }
    walk(strata, 0, 1, 1)
}

fn small_stratum() -> impl Strategy<Value = (u64, u64)> {
    (0_u64..12).prop_flat_map(|population| (Just(population), 0..=population))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_bound_is_the_largest_number_that_the_definition_permits(
        (population, sample) in (0_u64..40).prop_flat_map(|population| (Just(population), 0..=population)),
        failures in 0_u64..40,
    ) {
        let failures = failures.min(sample);
        let permits = |bad: u64| ways(population, bad, sample, failures) * 20 > choose(population, sample);
        let largest = (0..=population).rev().find(|bad| permits(*bad)).unwrap();
        prop_assert_eq!(bound(population, sample, failures), largest);
    }

    #[test]
    fn a_required_sample_is_the_smallest_that_suffices(population in 1_u64..60, max_bad in 0_u64..60) {
        let required = required_sample(population, ratio("0.95"), max_bad).unwrap();
        prop_assert!(bound(population, required, 0) <= max_bad);
        prop_assert!(required == 0 || bound(population, required - 1, 0) > max_bad);
    }

    #[test]
    fn the_worst_placement_is_that_of_brute_force(of in proptest::collection::vec(small_stratum(), 2..4)) {
        let strata = strata(&of);
        prop_assert_eq!(joint_bound(&strata, ratio("0.95")).unwrap().bound, brute_force_joint(&strata));
    }

    #[test]
    fn a_joint_discovery_is_the_least_over_all_placements(a in small_stratum(), b in small_stratum(), bad in 0_u64..22) {
        let strata = strata(&[a, b]);
        let bad = bad.min(a.0 + b.0);
        let all = choose(a.0, a.1) * choose(b.0, b.1);
        let placements = (0..=bad).filter(|in_a| *in_a <= a.0 && bad - in_a <= b.0);
        let missed = placements.map(|in_a| ways(a.0, in_a, a.1, 0) * ways(b.0, bad - in_a, b.1, 0)).max().unwrap();
        let expected = u64::try_from((all - missed) * 10_000 / all).unwrap();
        prop_assert_eq!(joint_discovery(&strata, bad), Ok(Ratio::ten_thousandths(expected)));
    }

    #[test]
    fn a_joint_bound_is_wrong_no_more_often_than_it_says(
        a in small_stratum(), b in small_stratum(), bad_a in 0_u64..12, bad_b in 0_u64..12
    ) {
        let (bad_a, bad_b) = (bad_a.min(a.0), bad_b.min(b.0));
        let exactly = |of: (u64, u64), bad: u64, hits: u64| choose(bad, hits) * choose(of.0 - bad, of.1 - hits);
        let mut wrong = 0;
        for hits in (0..=bad_a.min(a.1)).flat_map(|in_a| (0..=bad_b.min(b.1)).map(move |in_b| (in_a, in_b))) {
            let mut seen = strata(&[a, b]);
            (seen[0].failures, seen[1].failures) = hits;
            if joint_bound(&seen, ratio("0.95")).unwrap().bound < bad_a + bad_b {
                wrong += exactly(a, bad_a, hits.0) * exactly(b, bad_b, hits.1);
            }
        }
        prop_assert!(wrong * 20 <= choose(a.0, a.1) * choose(b.0, b.1));
    }
}

fn tally(population: u64, sample: u64, failed: u64, undecided: u64) -> StratumTally {
    StratumTally { stratum: "RDS".into(), population, sample, failed, undecided }
}

#[test]
fn the_statement_reads_as_people_need_it() {
    let said = assure(&[tally(500, 59, 0, 0)], CertaintyTally::default(), ratio("0.95"), ratio("0.05")).unwrap();
    assert_eq!(
        said.reading.sentence,
        "With 95 % confidence (one-sided), at most 23 of the 500 designated points would fail these checks at this \
         level; nothing is said of points outside the 500, nor of faults that the checks do not look for."
    );
    assert_eq!(
        said.discovery.sentence,
        "If 5 % were bad (25 of the 500), this draw would have met one with probability 96 %."
    );
    assert_eq!(
        said.needed.sentence,
        "To say with 95 % confidence that at most 5 % are bad (25 of 500), 54 units would have to be drawn from the \
         whole as one stratum, and none fail."
    );
    assert_eq!(said.without_undecided, None);
}

#[test]
fn undecided_units_count_as_failures_and_are_left_out_of_the_second_reading() {
    let said = assure(&[tally(500, 59, 1, 1)], CertaintyTally::default(), ratio("0.95"), ratio("0.05")).unwrap();
    assert_eq!((said.reading.sample, said.reading.failures, said.reading.bound), (59, 2, 49));
    let second = said.without_undecided.unwrap();
    assert_eq!((second.sample, second.failures), (58, 1));
    assert_eq!(second.bound, bound(500, 58, 1));
}

#[test]
fn failures_of_certainty_units_are_added_to_the_bound() {
    let certainty = CertaintyTally { units: 4, failed: 1, undecided: 1 };
    let said = assure(&[tally(500, 59, 0, 0)], certainty, ratio("0.95"), ratio("0.05")).unwrap();
    assert_eq!((said.reading.bound, said.reading.population, said.reading.certainty_failures), (25, 504, 2));
    let second = said.without_undecided.unwrap();
    assert_eq!((second.bound, second.certainty_failures), (24, 1));
}

#[test]
fn nothing_tested_bounds_nothing() {
    let said = assure(&[tally(7, 0, 0, 0)], CertaintyTally::default(), ratio("0.95"), ratio("0.05")).unwrap();
    assert_eq!((said.reading.bound, said.discovery.probability), (7, ratio("0")));
    let empty = assure(&[], CertaintyTally::default(), ratio("0.95"), ratio("0.05")).unwrap();
    assert_eq!((empty.reading.bound, empty.reading.population, empty.discovery.bad), (0, 0, 0));
}

//! The draw against its published vectors, and its properties.

use std::collections::BTreeMap;

use backproof_model::canonical::sha256_hex;
use backproof_model::draw::{
    CommitmentStanding, DrawMismatch, Entropy, EntropyKind, GradeWord, InvalidSize, Ranker, SampleRule, Seed,
    drawable_units, grade, pick, rank_population, redraw, stratum_sizes,
};
use backproof_model::population::{BadPopulation, PopulationLine, parse_population};
use backproof_model::record::{CertaintyUnit, StratumSize};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    name: String,
    population: String,
    population_sha256: String,
    plan_sha256: String,
    run: String,
    entropy: String,
    seed_text: String,
    seed: String,
    ranking: BTreeMap<String, Vec<(String, String)>>,
    first_key: BTreeMap<String, String>,
}

impl Vector {
    fn entropy(&self) -> Entropy {
        self.entropy.parse().unwrap()
    }

    fn seed(&self) -> Seed {
        Seed::derive(&self.plan_sha256, &self.population_sha256, &self.run, &self.entropy()).unwrap()
    }
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("vectors/draw.json")).unwrap()
}

#[test]
fn every_vector_has_its_seed_its_ranking_and_its_first_key() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 4);
    for vector in vectors {
        let name = &vector.name;
        assert_eq!(sha256_hex(&vector.population), vector.population_sha256, "{name}");
        let text = Seed::text(&vector.plan_sha256, &vector.population_sha256, &vector.run, &vector.entropy());
        assert_eq!(text.unwrap(), vector.seed_text, "{name}");
        assert_eq!(vector.seed().to_hex(), vector.seed, "{name}");
        let ranked = redraw(vector.population.as_bytes(), &vector.plan_sha256, &vector.run, &vector.entropy()).unwrap();
        let expected = vector.ranking.iter().flat_map(|(stratum, units)| {
            (1..).zip(units).map(move |(rank, (unit, point))| format!("{stratum}\t{rank}\t{unit}\t{point}"))
        });
        assert!(ranked.iter().map(ToString::to_string).eq(expected), "{name}");
        for (stratum, key) in &vector.first_key {
            let first = ranked.iter().find(|line| line.stratum == stratum).unwrap();
            assert_eq!(hex::encode(vector.seed().unit_key(stratum, first.unit)), *key, "{name}");
        }
    }
}

#[test]
fn a_digest_in_upper_case_gives_the_same_seed_and_a_wrong_one_none() {
    let vector = vectors().remove(0);
    let upper = vector.plan_sha256.to_uppercase();
    let seed = Seed::derive(&upper, &vector.population_sha256, &vector.run, &vector.entropy()).unwrap();
    assert_eq!(seed.to_hex(), vector.seed);
    for (plan, run) in [("", "7"), (&vector.plan_sha256[1..], "7"), (&upper, ""), (&upper, "7\nentropy=os:0")] {
        assert!(Seed::derive(plan, &vector.population_sha256, run, &vector.entropy()).is_err(), "{plan:?} {run:?}");
    }
}

#[test]
fn entropy_is_read_back_and_nothing_else_is() {
    let round = "fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc";
    for text in ["auditor:tea:at four", "previous:0a", "os:ff", &format!("drand-quicknet:123:{round}")] {
        assert_eq!(text.parse::<Entropy>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "auditor",
        "auditor:",
        "auditor:a\nb",
        "dice:6",
        "drand-quicknet:123",
        "drand-quicknet:123:abc",
        &format!("drand-quicknet:0123:{round}"),
        &format!("drand-quicknet:+1:{round}"),
        &format!("drand-quicknet:1:{}", round.to_uppercase()),
    ] {
        assert!(text.parse::<Entropy>().is_err(), "{text:?}");
    }
}

#[test]
fn only_an_outsider_before_the_entropy_makes_a_draw_verifiable() {
    use CommitmentStanding::{After, AnchoredBefore, RecordedBefore};
    let kinds = [EntropyKind::Auditor, EntropyKind::DrandQuicknet { round: 7 }, EntropyKind::Previous, EntropyKind::Os];
    for standing in [AnchoredBefore, RecordedBefore, After] {
        for kind in &kinds {
            let from_outside = matches!(kind, EntropyKind::Auditor | EntropyKind::DrandQuicknet { .. });
            let verifiable = from_outside && standing == AnchoredBefore;
            let expected = if verifiable { GradeWord::Verifiable } else { GradeWord::SelfAttested };
            assert_eq!(grade(kind, standing).word, expected, "{kind} {standing:?}");
        }
    }
    assert!(grade(&EntropyKind::Auditor, After).reason.contains("counts as the operating system's"));
}

#[test]
fn a_population_file_that_is_not_as_it_was_frozen_is_refused_with_its_line() {
    let refused = |file: &[u8]| parse_population(file).unwrap_err();
    assert_eq!(refused(b"a\tb\tc\na\tb\tc\n"), BadPopulation::Duplicate { line: 2 });
    assert_eq!(refused(b"b\tb\tc\na\tb\tc\n"), BadPopulation::Order { line: 2 });
    assert_eq!(refused(b"a\tb\tc\na\tb\td"), BadPopulation::NoLineEnd { line: 2 });
    assert_eq!(refused(b"a\tb\tc\n\n"), BadPopulation::Fields { line: 2, fields: 1 });
    assert_eq!(refused(b"a\tb\n"), BadPopulation::Fields { line: 1, fields: 2 });
    assert_eq!(refused(b"a\tb\tc\td\n"), BadPopulation::Fields { line: 1, fields: 4 });
    assert_eq!(refused(b"a\t\tc\n"), BadPopulation::Empty { line: 1, field: "unit" });
    assert_eq!(refused(b"a\tb\tc\r\n"), BadPopulation::Character { line: 1, character: '\r' });
    assert_eq!(refused("\u{feff}a\tb\tc\n".as_bytes()), BadPopulation::Character { line: 1, character: '\u{feff}' });
    assert_eq!(refused(b"a\tb\tc\nb\t\xff\tc\n"), BadPopulation::NotUtf8 { line: 2 });
    assert_eq!(parse_population(b"").unwrap(), []);
}

fn certain(stratum: &str, unit: &str) -> CertaintyUnit {
    CertaintyUnit { stratum: stratum.into(), unit: unit.into(), why: "open exception".into(), exception: None }
}

#[test]
fn certainty_units_are_tested_and_leave_their_stratum_before_the_draw() {
    let vector = vectors().remove(1);
    let full = rank_population(vector.population.as_bytes(), &vector.seed()).unwrap();
    let in_rds = |rank: usize| full.iter().filter(|line| line.stratum == "RDS").nth(rank - 1).unwrap();
    let certainty = [certain("RDS", in_rds(1).unit), certain("RDS", in_rds(5).unit), certain("RDS", in_rds(5).unit)];
    let mut ranker = Ranker::new(&vector.seed(), &certainty);
    vector.population.lines().for_each(|line| ranker.push(line).unwrap());
    let ranking = ranker.finish();
    let units = drawable_units(&ranking.units_by_stratum(), &certainty);
    assert_eq!(units["RDS"], 7);
    let sizes = stratum_sizes(SampleRule::FixedPerStratum(2), &units).unwrap();
    let picks = pick(&ranking, &sizes).unwrap();
    let rds: Vec<_> = picks.iter().filter(|pick| pick.stratum == "RDS").map(|pick| pick.rank).collect();
    assert_eq!(rds, [None, None, Some(2), Some(3)]);
    let line_at = |offset: u64| vector.population[usize::try_from(offset).unwrap()..].lines().next().unwrap();
    let designated: Vec<_> =
        picks.iter().filter(|pick| pick.stratum == "RDS").map(|pick| line_at(pick.offset)).collect();
    let expected = [1, 5, 2, 3].map(|rank| format!("RDS\t{}\t{}", in_rds(rank).unit, in_rds(rank).recovery_point_arn));
    assert_eq!(designated, expected);
}

#[test]
fn sizes_of_another_population_draw_nothing() {
    let vector = vectors().remove(3);
    let mut ranker = Ranker::new(&vector.seed(), &[]);
    vector.population.lines().for_each(|line| ranker.push(line).unwrap());
    let ranking = ranker.finish();
    let sizes = |name: &str, population| BTreeMap::from([(name.to_owned(), StratumSize { population, sample: 1 })]);
    assert_eq!(pick(&ranking, &sizes("EFS", 1)).unwrap().len(), 1);
    let mismatch = |committed, found| DrawMismatch { stratum: "EFS".into(), committed, found };
    assert_eq!(pick(&ranking, &sizes("EFS", 2)).unwrap_err(), mismatch(2, 1));
    assert_eq!(pick(&ranking, &BTreeMap::new()).unwrap_err(), mismatch(0, 1));
    let mut more = sizes("EFS", 1);
    more.extend(sizes("RDS", 3));
    let missing = DrawMismatch { stratum: "RDS".into(), committed: 3, found: 0 };
    assert_eq!(pick(&ranking, &more).unwrap_err(), missing);
}

fn strata(units: &[u64]) -> BTreeMap<String, u64> {
    units.iter().enumerate().map(|(at, units)| (format!("s{at:02}"), *units)).collect()
}

fn samples(rule: SampleRule, units: &[u64]) -> Vec<u64> {
    stratum_sizes(rule, &strata(units)).unwrap().values().map(|size| size.sample).collect()
}

#[test]
fn sizes_follow_their_rule() {
    assert_eq!(samples(SampleRule::FixedPerStratum(3), &[10, 2, 0]), [3, 2, 0]);
    assert_eq!(samples(SampleRule::Total(65), &[40, 300, 60, 10, 90]), [5, 39, 8, 1, 12]);
    assert_eq!(samples(SampleRule::Total(2), &[5, 5, 0, 5]), [1, 1, 0, 1]);
    assert_eq!(samples(SampleRule::Total(4), &[3, 3, 3]), [2, 1, 1]);
    assert_eq!(samples(SampleRule::Total(100), &[3, 4]), [3, 4]);
    let rule = SampleRule::Confidence { confidence: "0.95".parse().unwrap(), max_bad_rate: "0.05".parse().unwrap() };
    assert_eq!(samples(rule, &[20, 50, 500, 0]), [16, 31, 54, 0]);
    assert_eq!(stratum_sizes(SampleRule::Total(0), &strata(&[1])), Err(InvalidSize::Nothing));
    let certain = SampleRule::Confidence { confidence: "1".parse().unwrap(), max_bad_rate: "0.05".parse().unwrap() };
    assert!(stratum_sizes(certain, &strata(&[1])).is_err());
}

/// A frozen population of few names, so that units share points and strata share units.
fn population() -> impl Strategy<Value = String> {
    let line = (0..3, 0..6, 0..9).prop_map(|(stratum, unit, point)| format!("s{stratum}\tunit{unit}\tpoint{point}\n"));
    proptest::collection::btree_set(line, 0..60).prop_map(|lines| lines.into_iter().collect())
}

proptest! {
    #[test]
    fn a_total_is_met_and_every_stratum_is_drawn_from(units in proptest::collection::vec(0_u64..50, 1..8), total in 1_u64..120) {
        let samples = samples(SampleRule::Total(total), &units);
        let filled = units.iter().filter(|units| **units > 0).count() as u64;
        prop_assert_eq!(samples.iter().sum::<u64>(), total.min(units.iter().sum()).max(filled));
        for (sample, units) in samples.iter().zip(&units) {
            prop_assert!(sample <= units && (*units == 0 || *sample >= 1));
        }
    }

    #[test]
    fn streaming_ranks_as_the_definition_does(population in population(), nonce in "[a-f0-9]{8}") {
        let entropy: Entropy = format!("auditor:{nonce}").parse().unwrap();
        let zero = "0".repeat(64);
        let seed = Seed::derive(&zero, &zero, "1", &entropy).unwrap();
        let mut units: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for line in population.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            units.entry((fields[0], fields[1])).or_default().push(fields[2]);
        }
        let mut defined: Vec<_> = units
            .into_iter()
            .map(|((stratum, unit), points)| {
                let designated = points.into_iter().min_by_key(|point| (seed.point_key(stratum, unit, point), *point));
                (stratum, seed.unit_key(stratum, unit), unit, designated.unwrap())
            })
            .collect();
        defined.sort_unstable();
        let ranked = rank_population(population.as_bytes(), &seed).unwrap();
        let ranked: Vec<_> = ranked.iter().map(|line| (line.stratum, line.unit, line.recovery_point_arn)).collect();
        let defined: Vec<_> = defined.into_iter().map(|(stratum, _, unit, point)| (stratum, unit, point)).collect();
        prop_assert_eq!(ranked, defined);
    }

    #[test]
    fn a_unit_that_goes_reshuffles_nobody_else(population in population(), gone in 0_usize..18) {
        let zero = "0".repeat(64);
        let seed = Seed::derive(&zero, &zero, "1", &"os:1".parse().unwrap()).unwrap();
        let prefix = format!("s{}\tunit{}\t", gone % 3, gone / 3);
        let without: String = population.split_inclusive('\n').filter(|line| !line.starts_with(&prefix)).collect();
        let units = |text: &str| -> Vec<String> {
            let ranked = rank_population(text.as_bytes(), &seed).unwrap();
            ranked.iter().map(|line| format!("{}\t{}\t{}\n", line.stratum, line.unit, line.recovery_point_arn)).collect()
        };
        let expected: Vec<String> = units(&population).into_iter().filter(|line| !line.starts_with(&prefix)).collect();
        prop_assert_eq!(units(&without), expected);
    }

    #[test]
    fn reading_a_population_never_panics(bytes in proptest::collection::vec(prop_oneof![Just(b'\t'), Just(b'\n'), any::<u8>()], 0..80)) {
        if let Ok(lines) = parse_population(&bytes) {
            let written = |line: &PopulationLine<'_>| [line.stratum, line.unit, line.recovery_point_arn].join("\t") + "\n";
            let text: String = lines.iter().map(written).collect();
            prop_assert_eq!(text.as_bytes(), &bytes);
        }
    }
}

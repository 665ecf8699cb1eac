//! The two pure commands that an auditor gives at any desk, held to the vectors that others can compute.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::Stdio;

use serde::Deserialize;

use crate::support::Desk;

const DRAWS: &str = include_str!("../../../model/tests/vectors/draw.json");
const BOUNDS: &str = include_str!("../../../model/tests/vectors/bounds.csv");

#[derive(Deserialize)]
struct DrawVector {
    name: String,
    population: String,
    plan_sha256: String,
    run: String,
    entropy: String,
    /// By stratum: units with their points, in the order of their ranks.
    ranking: BTreeMap<String, Vec<(String, String)>>,
}

impl DrawVector {
    fn arguments(&self) -> [&str; 9] {
        [
            "redraw",
            "--population",
            "p.tsv",
            "--plan-sha256",
            &self.plan_sha256,
            "--run",
            &self.run,
            "--entropy",
            &self.entropy,
        ]
    }
}

fn vectors() -> Vec<DrawVector> {
    serde_json::from_str(DRAWS).unwrap()
}

#[test]
fn redraw_prints_stratum_rank_unit_and_point_as_the_vectors_have_them() {
    let desk = Desk::bare();
    for vector in vectors() {
        desk.write("p.tsv", &vector.population);
        let mut wanted = String::new();
        for (stratum, units) in &vector.ranking {
            for (rank, (unit, point)) in (1..).zip(units) {
                wanted.push_str(&format!("{stratum}\t{rank}\t{unit}\t{point}\n"));
            }
        }
        let came = desk.give(&vector.arguments()).ends(0);
        assert_eq!(came.out, wanted, "{}", vector.name);
        assert_eq!(came.err, "");
        let json = desk.give(&[&vector.arguments()[..], &["--output", "json"]].concat()).ends(0).json();
        assert_eq!(json.as_array().unwrap().len(), wanted.lines().count());
        assert_eq!(json[0]["rank"], 1);
    }
}

#[test]
fn redraw_ends_well_when_the_reader_has_seen_enough() {
    let desk = Desk::bare();
    let many: String = (0..20_000).map(|unit| format!("DynamoDB\tarn:unit-{unit:05}\tarn:point-{unit:05}\n")).collect();
    desk.write("p.tsv", &many);
    let plan = "0".repeat(64);
    let arguments = ["redraw", "--population", "p.tsv", "--plan-sha256", &plan, "--run", "1", "--entropy", "os:1"];
    let whole = desk.give(&arguments).ends(0);
    assert_eq!(whole.out.lines().count(), 20_000);
    let mut child = desk.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 9];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    assert_eq!(&first, b"DynamoDB\t");
    let end = child.wait_with_output().unwrap();
    assert_eq!(end.status.code(), Some(0));
    assert_eq!(String::from_utf8(end.stderr).unwrap(), "");
}

#[test]
fn a_population_that_is_none_is_refused_with_its_line() {
    let desk = Desk::bare();
    let vector = vectors().remove(0);
    let lines: Vec<&str> = vector.population.lines().collect();
    let swapped = format!("{}\n{}\n", lines[1], lines[0]);
    let doubled = format!("{}\n{}\n", lines[0], lines[0]);
    let short = format!("{}\nDynamoDB\tonly-a-unit\n", lines[0]);
    for (broken, line) in [(swapped, "line 2"), (doubled, "line 2"), (short, "line 2")] {
        desk.write("p.tsv", &broken);
        desk.give(&vector.arguments()).ends(2).says_nothing().tells("p.tsv").tells(line);
    }
    desk.write("p.tsv", lines[0]);
    desk.give(&vector.arguments()).ends(2).says_nothing().tells("p.tsv");
    std::fs::write(desk.path("p.tsv"), [b'a', 0xff, b'\n']).unwrap();
    desk.give(&vector.arguments()).ends(2).says_nothing().tells("p.tsv");
    desk.give(&["redraw", "--population", "no.tsv", "--plan-sha256", "x", "--run", "1", "--entropy", "os:1"])
        .ends(2)
        .tells("cannot read `no.tsv`");
    desk.write("p.tsv", &vector.population);
    desk.give(&["redraw", "--population", "p.tsv", "--plan-sha256", "x", "--run", "1", "--entropy", "os:1"])
        .ends(2)
        .tells("`x` is not a SHA-256");
}

#[test]
fn assurance_gives_the_bound_of_every_row_of_the_vectors() {
    let desk = Desk::bare();
    for row in BOUNDS.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let [population, sample, failures, confidence, bound] = fields[..] else { panic!("{row}") };
        let came = desk
            .give(&[
                "assurance",
                "--population",
                population,
                "--sample",
                sample,
                "--failures",
                failures,
                "--confidence",
                confidence,
                "--output",
                "json",
            ])
            .ends(0);
        assert_eq!(came.json()["bound"].as_u64(), bound.parse().ok(), "{row}");
    }
}

#[test]
fn assurance_says_it_in_words_too() {
    let desk = Desk::bare();
    desk.give(&["assurance", "--population", "500", "--sample", "59", "--failures", "0"])
        .ends(0)
        .says("With 95 % confidence (one-sided), at most 23 of the 500 units would fail");
}

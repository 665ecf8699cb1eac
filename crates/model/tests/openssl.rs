//! A stranger redoes a draw with `openssl`, `sort` and nothing of ours.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use serde::Deserialize;

#[derive(Deserialize)]
struct Vector {
    population: String,
    population_sha256: String,
    seed_text: String,
    seed: String,
    ranking: BTreeMap<String, Vec<(String, String)>>,
}

/// What `program` prints when it is given `input`.
fn output_of(program: &str, arguments: &[&str], input: &[u8]) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("this test needs `{program}`, as Debian packages it: {error}"));
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{program} {arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn last_word(text: &str) -> String {
    text.split_whitespace().last().unwrap().to_owned()
}

fn sha256(input: &str) -> String {
    last_word(&output_of("openssl", &["dgst", "-sha256"], input.as_bytes()))
}

fn hmac(seed: &str, parts: &[&str]) -> String {
    let key = format!("hexkey:{seed}");
    let arguments = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", &key];
    last_word(&output_of("openssl", &arguments, parts.join("\0").as_bytes()))
}

#[test]
fn a_draw_is_redone_with_openssl_and_sort() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("vectors/draw.json")).unwrap();
    // Four strata, resources with several points each: the vector that uses every rule.
    let vector = &vectors[1];
    assert_eq!(sha256(&vector.population), vector.population_sha256);
    let seed = sha256(&vector.seed_text);
    assert_eq!(seed, vector.seed);
    assert_eq!(output_of("sort", &["-u"], vector.population.as_bytes()), vector.population);

    let mut points = String::new();
    for line in vector.population.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let unit_key = hmac(&seed, &fields[..2]);
        let point_key = hmac(&seed, &fields);
        points.push_str(&[fields[0], &unit_key, fields[1], &point_key, fields[2]].join("\t"));
        points.push('\n');
    }
    // By stratum, unit key and unit; within a unit the lowest point key comes first and is the designated point.
    let mut redone: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in output_of("sort", &["-t\t", "-k1,5"], points.as_bytes()).lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let units = redone.entry(fields[0].to_owned()).or_default();
        if units.last().is_none_or(|(unit, _)| unit != fields[2]) {
            units.push((fields[2].to_owned(), fields[4].to_owned()));
        }
    }
    assert_eq!(redone, vector.ranking);
}

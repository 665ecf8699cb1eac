//! `backproof demo` and `backproof simulate`.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::support::Desk;

#[test]
fn the_demonstration_tells_its_world_apart_and_leaves_its_files() {
    let desk = Desk::bare();
    // Where an earlier one was; what somebody put beside it stays.
    std::fs::create_dir(desk.path("backproof-demo")).unwrap();
    desk.write("backproof-demo/plan.toml", include_str!("../../src/commands/demo.toml"));
    desk.write("backproof-demo/notes.txt", "look at carts");
    desk.give(&["demo"]).ends(0).says("were told apart as planned").tells("Simulation: an AWS in this process");
    for file in ["report.html", "results.json", "journal.jsonl", "plan.toml", "population.tsv", "excluded.tsv"] {
        assert!(!desk.read(&format!("backproof-demo/{file}")).is_empty(), "{file}");
    }
    serde_json::from_str::<serde_json::Value>(&desk.read("backproof-demo/results.json")).unwrap();
    assert_eq!(desk.read("backproof-demo/notes.txt"), "look at carts");
}

#[test]
fn the_demonstration_touches_no_directory_that_is_another_s() {
    let desk = Desk::bare();
    std::fs::create_dir(desk.path("backproof-demo")).unwrap();
    desk.write("backproof-demo/thesis.txt", "ten years of work");
    let before = desk.files();
    desk.give(&["demo"]).ends(2).says_nothing().tells("`backproof-demo` is there already");
    assert_eq!(desk.files(), before);
    assert_eq!(desk.read("backproof-demo/thesis.txt"), "ten years of work");
    desk.write("file", "mine");
    desk.give(&["demo", "--directory", "file"]).ends(2).says_nothing();
    assert_eq!(desk.read("file"), "mine");
}

#[test]
fn a_served_world_says_how_to_reach_it_and_answers() {
    let mut desk = Desk::bare();
    let mut server =
        desk.command(&["simulate", "--listen", "127.0.0.1:0", "--speed", "30"]).stdout(Stdio::piped()).spawn().unwrap();
    // What it says after the line of AWS's own client finds no reader any more, which is no reason to stop serving.
    let lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    for line in lines.take_while(|line| !line.contains("aws backup")) {
        if let Some((name, value)) = line.trim().strip_prefix("export ").and_then(|export| export.split_once('=')) {
            desk.set(name, value);
        }
    }
    let came = desk.give(&["population", "--output", "json", "--region", "eu-central-1"]);
    let refused = desk.give(&["simulate", "--world", "no.toml"]);
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(came.ends(0).json()["accounts"][0]["account"], "111122223333");
    refused.ends(2).tells("cannot read `no.toml`");
}

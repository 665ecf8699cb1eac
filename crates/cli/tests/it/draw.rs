//! The draw from the command line: rehearsed, committed, revealed, redone from the files alone.

use crate::support::{Aws, Desk, plan, sound};

#[test]
fn a_committed_draw_waits_for_the_auditor_and_takes_one_nonce_only() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan().replace("[selection]\n", "[selection]\nentropy = \"auditor\"\n"));
    let committed = desk.give(&["draw", "--commit", "--output", "json"]).ends(0).json();
    assert_eq!(committed["commitment"]["entropy_kind"], "auditor");
    desk.give(&["draw", "--commit"])
        .ends(0)
        .says(committed["commitment_sha256"].as_str().unwrap())
        .says("--reveal auditor:NONCE");
    desk.give(&["status"]).ends(0).says("waiting for its entropy");
    desk.give(&["run", "--unapproved"]).ends(6).says_nothing().tells("waits for its entropy");
    desk.give(&["run", "--unapproved", "--reveal", "nonsense"]).ends(2).tells("`nonsense` is no entropy");
    let drawn = desk.give(&["draw", "--reveal", "auditor:4711", "--output", "json"]).ends(0).json();
    assert_eq!(drawn["entropy"]["value"], "4711");
    desk.give(&["draw", "--reveal", "auditor:4712"]).ends(2).tells("is revealed already, auditor:4711");
    desk.give(&["draw", "--commit"]).ends(0).says("its entropy is revealed already (auditor:4711)");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
    desk.give(&["run", "--unapproved"]).ends(0);
}

/// Round 123 of quicknet, as relays answer it: signed by the network, and long gone.
const ROUND_123: &str = r#"{"round":123,"randomness":"fb8f7bc29bf24db51871ec8c79f3a1e4bd0557bc0dfcee9ed1d924e69d1c60dc",
"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;

#[test]
fn a_committed_draw_names_the_round_of_the_beacon_that_it_will_take_and_takes_no_other() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan().replace("[selection]\n", "[selection]\nentropy = \"drand-quicknet\"\n"));
    desk.write("beacon.json", ROUND_123);
    let committed = desk.give(&["draw", "--commit", "--output", "json"]).ends(0).json();
    let round = format!("drand-quicknet:{}", committed["commitment"]["beacon_round"].as_u64().unwrap());
    desk.give(&["draw", "--commit"])
        .ends(0)
        .says(&format!("openssl ts -query -sha256 -digest {}", committed["commitment_sha256"].as_str().unwrap()))
        .says(&format!("--reveal {round} --beacon FILE"));
    desk.give(&["run", "--unapproved"]).ends(6).tells("waits for its entropy").tells(&format!("--reveal {round}"));
    desk.give(&["draw", "--reveal", &round]).ends(2).tells("needs its signature");
    desk.give(&["draw", "--reveal", &round, "--beacon", "beacon.json"])
        .ends(2)
        .tells("the beacon's file has round 123");
    desk.give(&["draw", "--reveal", "drand-quicknet:123", "--beacon", "beacon.json"])
        .ends(2)
        .tells("is committed to round")
        .tells("not to 123");
    desk.give(&["draw", "--reveal", "auditor:1", "--beacon", "beacon.json"]).ends(2).tells("goes with drand-quicknet");
}

#[test]
fn the_draw_of_a_run_is_redone_from_its_files_byte_by_byte() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan().replace("per_stratum = 10", "per_stratum = 1"));
    let results = desk.give(&["run", "--unapproved", "--output", "json"]).ends(0);
    results.json();
    let journal = desk.read(".backproof/runs/1/journal.jsonl");
    let result_of = |step: &str| -> serde_json::Value {
        let lines = journal.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let found = lines.filter(|line| line["chain"] == "run").find(|line| {
            line.to_string().contains(&format!("\"step\":\"{step}\"")) && line.to_string().contains("\"output\"")
        });
        let line = found.unwrap_or_else(|| panic!("no result of {step} in\n{journal}"));
        output_in(&line).unwrap()
    };
    let (committed, revealed) = (result_of("commit-draw"), result_of("reveal-entropy"));
    let entropy = format!("{}:{}", revealed["kind"].as_str().unwrap(), revealed["value"].as_str().unwrap());
    // The auditor has the file, four values, and neither plan nor state nor AWS.
    let auditor = Desk::bare();
    auditor.write("population.tsv", &desk.read(".backproof/runs/1/population.tsv"));
    let plan_sha256 = committed["plan_sha256"].as_str().unwrap();
    let arguments =
        ["redraw", "--population", "population.tsv", "--plan-sha256", plan_sha256, "--run", "1", "--entropy", &entropy];
    let redrawn = auditor.give(&arguments).ends(0);
    assert_eq!(redrawn.out, desk.read(".backproof/runs/1/ranking.tsv"));
    assert_eq!(redrawn.err, "");
}

/// The object under the key `output`, wherever the journal's line has it.
fn output_in(value: &serde_json::Value) -> Option<serde_json::Value> {
    let object = value.as_object()?;
    object.get("output").cloned().or_else(|| object.values().find_map(output_in))
}

#[test]
fn a_rehearsal_restores_nothing_and_opens_no_run() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["draw"]).ends(0).says("rehearsal-1; nothing is restored").says("backproof redraw --population");
    let json = desk.give(&["draw", "--output", "json"]).ends(0).json();
    assert_eq!(json["rehearsal"], "rehearsal-2");
    desk.give(&["status"]).ends(0).says("No run yet.");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

//! What an engineer does with a plan: write it, look, run, look again, hand over.

use crate::support::{Aws, Desk, SOURCE, plan, sound, table_arn};

#[test]
fn init_writes_a_plan_that_can_be_read_and_overwrites_none() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, "mine");
    desk.give(&["init"]).ends(2).says_nothing().tells("`backproof.toml` is there already");
    assert_eq!(desk.read("backproof.toml"), "mine");
    let json = desk.give(&["init", "--plan", "new.toml", "--output", "json"]).ends(0).json();
    assert_eq!(json["plan"], "new.toml");
    // The template's account is the simulator's; nothing can leave it, since no route is configured.
    desk.give(&["population", "--plan", "new.toml"]).ends(0).says("no-route");
    desk.give(&["run", "--unapproved", "--plan", "new.toml"]).ends(6).tells("nobody has authorised this plan");
    desk.give(&["init", "--force"]).ends(0).says("backproof doctor");
    assert_eq!(desk.read("backproof.toml"), desk.read("new.toml"));
}

#[test]
fn doctor_finds_nothing_wrong_where_nothing_is() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let came = desk.give(&["doctor", "--output", "json"]);
    for row in came.json().as_array().unwrap() {
        assert_ne!(row["state"], "BAD", "{row}");
    }
    came.ends(0);
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

#[test]
fn a_population_needs_no_plan() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, "");
    std::fs::remove_file(desk.path("backproof.toml")).unwrap();
    desk.give(&["population", "--region", "eu-central-1"])
        .ends(0)
        .says("eligible  6")
        .says("Completeness: established");
    desk.write(
        "config",
        &format!("[profile audit]\naws_access_key_id = {SOURCE}\naws_secret_access_key = any\nregion = eu-central-1\n"),
    );
    let mut desk = desk;
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        desk.unset(name);
    }
    desk.set("AWS_CONFIG_FILE", desk.path("config").to_str().unwrap());
    let json = desk.give(&["population", "--profile", "audit", "--output", "json"]).ends(0).json();
    assert_eq!(json["eligible"], 6);
}

#[test]
fn every_result_as_json_is_one_document_on_stdout() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let orders = table_arn("orders");
    for command in [
        &["doctor"][..],
        &["population"],
        &["draw"],
        &["draw", "--commit"],
        &["draw", "--reveal", "auditor:1"],
        &["run", "--unapproved"],
        &["check", &orders, "--dry-run"],
        &["check", &orders, "--yes"],
        &["status"],
        &["report"],
        &["sweep"],
    ] {
        desk.give(&[command, &["--output", "json"]].concat()).ends(0).json();
    }
}

#[test]
fn a_report_rendered_again_has_the_same_bytes_and_says_that_it_was_a_simulation() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["run", "--unapproved"]).ends(0).says(".backproof/runs/1/report.html");
    let report = desk.read(".backproof/runs/1/report.html");
    assert!(report.contains("Simulation") || report.contains("SIMULATION"), "the endpoint is not AWS's");
    let results = desk.read(".backproof/runs/1/results.json");
    serde_json::from_str::<serde_json::Value>(&results).unwrap();
    desk.give(&["report"]).ends(0).says(".backproof/bundles/1/reports/report.html");
    desk.give(&["report", "1", "--out", "again.html"]).ends(0).says("again.html");
    assert_eq!(desk.read(".backproof/runs/1/report.html"), report);
    assert_eq!(desk.read("again.html"), report);
    assert_eq!(desk.read(".backproof/runs/1/results.json"), results);
}

#[test]
fn a_second_run_gets_the_next_number() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["run", "--unapproved"]).ends(0);
    desk.give(&["run", "--unapproved"]).ends(0).says(".backproof/runs/2/report.html");
    let register = desk.give(&["status", "--output", "json"]).ends(0).json();
    assert_eq!([&register[0]["run"], &register[1]["run"]], [1, 2]);
    assert_eq!(register[1]["outcomes"]["passed"], 3);
    desk.give(&["sweep"]).ends(0).says("Nothing of this installation is in the sandbox.");
}

#[test]
fn completions_are_a_script() {
    let desk = Desk::bare();
    for shell in ["bash", "zsh", "fish"] {
        let came = desk.give(&["completions", shell]).ends(0).says("assurance");
        assert_eq!(came.err, "");
    }
}

#[test]
fn every_command_explains_itself() {
    let desk = Desk::bare();
    for command in [
        "init",
        "doctor",
        "population",
        "draw",
        "redraw",
        "assurance",
        "run",
        "check",
        "status",
        "report",
        "sweep",
        "simulate",
        "demo",
        "completions",
    ] {
        let came = desk.give(&[command, "--help"]).ends(0).says("Usage: backproof ").says("Options of every command:");
        assert_eq!(came.err, "");
    }
}

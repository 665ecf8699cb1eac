//! No customer data and no secret in anything that is written.
//!
//! Every value of every restored store holds a marker, some stores are sound and some are not, and all that a run leaves
//! behind is searched for it in every form that bytes may take: the state directory with its database and raw answers, the
//! journal, the sealed bundle, logs of everything at the level of debugging, the results, the reports and all exports. The passwords that were made for
//! the restored servers, the credentials of sessions and the key that content is hashed under are searched for alike.

mod forms;
mod logs;

use std::path::Path;

use backproof_bundle::ReadOptions;
use backproof_evidence::Dossier;
use backproof_evidence::dossier::Subject;
use backproof_exports::oscal::OscalOptions;
use backproof_model::{FaultOwner, Verdict};
use backproof_simulator::World;
use base64::Engine as _;

use crate::support::{MARKED, ONE_TABLE, Play, SANDBOX, Scenario, Seen, fingerprint_key_bytes};
use forms::forms_of;

/// What stands in every store. Letters and digits alone, so that no way of escaping hides it.
const MARKER: &str = "Wm4TqZ81LkXv09Rb";

/// Something that was written, with its name.
struct Output {
    name: String,
    bytes: Vec<u8>,
}

/// The validator of tables, as the scenario's plan has it.
const ITEMS: &str = r#"
[[validators]]
use = "items"
protected_resource_types = ["DynamoDB"]

[validators.settings]
time_attribute = "created_at"
"#;

/// The last setting of the validator of databases.
const LAST: &str = "[validators.settings.tables.\"shop.empty_notes\"]\nmay_be_empty = true\n";

/// All stores are restored, and tables are held to their baselines, which stand at the plan's end.
fn marked() -> Scenario {
    let encoded = base64::engine::general_purpose::STANDARD.encode(MARKER);
    let world = World::parse(&MARKED.replace("MARKER", MARKER).replace("ENCODED", &encoded)).unwrap();
    Scenario::of_databases(world).replacing(ITEMS, "").replacing(LAST, &format!("{LAST}{ITEMS}"))
}

/// Every file below a directory.
fn files(directory: &Path) -> Vec<Output> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(Output { name: path.display().to_string(), bytes: std::fs::read(&path).unwrap() });
        }
    }
    found
}

/// Everything that a run wrote, and everything that is made of it.
fn outputs(play: &Play, seen: &Seen) -> Vec<Output> {
    let bundle = play.sealed(seen.evidence.run);
    let dossier = backproof_bundle::dossier(&[bundle], &ReadOptions::default(), Subject::default(), None).unwrap();
    let mut all = files(play.directory());
    all.extend(exports(&dossier));
    let mut add = |name: &str, bytes: Vec<u8>| all.push(Output { name: name.into(), bytes });
    let results = backproof_evidence::results(&seen.evidence, &seen.conclusion);
    add("results.json", serde_json::to_vec_pretty(&results).unwrap());
    add("report.html", backproof_render::html::of_run(&seen.evidence, &seen.conclusion).unwrap().into_bytes());
    let document = backproof_render::document(&dossier, &[]);
    add("report.md", backproof_render::markdown::render(&document).into_bytes());
    add("summary", backproof_render::text::summary(&seen.evidence, &seen.conclusion, None).into_bytes());
    add("evidence", format!("{:#?}", seen.evidence).into_bytes());
    add("logs", logs::so_far());
    all
}

/// What others read of a sealed bundle. A workbook's tables are those of the CSV files, and packed.
fn exports(dossier: &Dossier) -> Vec<Output> {
    let catalogues = backproof_frameworks::catalogues().iter().map(|shipped| shipped.read().unwrap());
    let assessments: Vec<_> = catalogues.map(|catalogue| backproof_frameworks::assess(&catalogue, dossier)).collect();
    let document = backproof_render::document(dossier, &assessments);
    let oscal = backproof_exports::oscal::oscal(dossier, &assessments, &OscalOptions::default());
    let tables = backproof_exports::csv::tables(dossier).into_iter();
    let mut all: Vec<(String, String)> = tables.map(|table| (format!("{}.csv", table.name), table.to_csv())).collect();
    let mut add = |name: &str, text: String| all.push((name.into(), text));
    add("assessed.md", backproof_render::markdown::render(&document));
    add("assessment-plan.json", oscal.assessment_plan);
    add("assessment-results.json", oscal.assessment_results);
    add("poam.json", oscal.plan_of_action.unwrap_or_default());
    add("findings.ocsf.jsonl", backproof_exports::ocsf::ocsf(dossier, &assessments));
    add("junit.xml", backproof_exports::junit::junit(dossier));
    all.into_iter().map(|(name, text)| Output { name, bytes: text.into_bytes() }).collect()
}

/// Where something of these bytes was written, and in what form.
fn found(outputs: &[Output], what: &str, bytes: &[u8]) -> Vec<String> {
    let forms = forms_of(bytes);
    let mut places = Vec::new();
    for output in outputs {
        for (form, needle) in &forms {
            if forms::contains(&output.bytes, needle) {
                places.push(format!("{what} stands in {} in the form {form}", output.name));
            }
        }
    }
    places
}

/// Everything that must not be anywhere, with its name.
fn secrets(play: &Play) -> Vec<(&'static str, Vec<u8>)> {
    let passwords = play.simulator.passwords_asked_for();
    assert!(passwords.len() >= 2, "each database got a password of its own: {}", passwords.len());
    let passwords = passwords.into_iter().map(|password| ("a password", password.into_bytes()));
    let all = passwords.chain([
        ("what a store holds", MARKER.as_bytes().to_vec()),
        ("a session's token", b"simulated-session-".to_vec()),
        ("the key of fingerprints", fingerprint_key_bytes().to_vec()),
    ]);
    all.collect()
}

#[test]
fn nothing_that_a_store_holds_and_no_secret_is_written_anywhere() {
    logs::keep();
    let play = Play::of(&marked());
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    // All four were restored and examined, and what is wrong with two was noticed: the markers have been read.
    for (store, outcome) in [
        ("sound", ("passed", None)),
        ("faulty", ("failed", Some(FaultOwner::Backup))),
        ("postgres-db", ("failed", Some(FaultOwner::Backup))),
        ("maria-db", ("failed", Some(FaultOwner::Backup))),
    ] {
        let test = seen.test(store);
        assert_eq!(seen.outcomes()[store], outcome, "{store}: {:?}", test.outcome);
        let examined = |check: &&backproof_model::Check| {
            check.examined.count > 0 && check.verdict != Verdict::Inconclusive(FaultOwner::Harness)
        };
        assert!(test.checks().iter().any(|check| examined(&check)), "{store} was not examined");
    }
    assert_eq!(play.simulator.existing_resources(SANDBOX), Vec::<String>::new());
    let outputs = outputs(&play, &seen);
    for name in [
        "journal",
        "raw.jsonl",
        "cloudtrail.tsv",
        "report.html",
        "logs",
        "bundles/1/VERIFY.md",
        "bundles/1/results.csv",
        "checks.csv",
        "assessment-results.json",
        "poam.json",
        "findings.ocsf.jsonl",
        "junit.xml",
    ] {
        assert!(outputs.iter().any(|output| output.name.contains(name) && !output.bytes.is_empty()), "no {name}");
    }
    let secrets = secrets(&play);
    let places: Vec<String> = secrets.iter().flat_map(|(what, bytes)| found(&outputs, what, bytes)).collect();
    assert!(places.is_empty(), "{}", places.join("\n"));
}

/// The search finds what is there: the plan's name goes into everything that is written of a run, and the name of what
/// was restored into what AWS said of it.
#[test]
fn what_is_written_is_found_by_the_same_search() {
    logs::keep();
    let name = MARKER.to_lowercase();
    let scenario = Scenario::by_copy(World::parse(ONE_TABLE).unwrap());
    let play = Play::of(&scenario.replacing("name = \"scenario\"", &format!("name = \"{name}\"")));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let outputs = outputs(&play, &seen);
    let places = found(&outputs, "the plan's name", MARKER.as_bytes()).join("\n");
    for expected in [
        "journal.sqlite",
        "plan.toml",
        "results.json",
        "report.html",
        "report.md",
        "evidence",
        "logs",
        "bundles/1/plan.json",
        "bundles/1/runs.csv",
        "assessed.md",
        "assessment-plan.json",
        "junit.xml",
    ] {
        assert!(places.contains(expected), "the plan's name was not found in {expected}:\n{places}");
    }
    let restored = seen.test("orders").last_attempt().unwrap().ended.as_ref().unwrap();
    let restored = restored.created_resource_arn.as_ref().unwrap().arn().resource_name().to_owned();
    let places = found(&outputs, "the table's name", restored.as_bytes()).join("\n");
    for expected in ["raw.jsonl", "cloudtrail.tsv", "journal.sqlite"] {
        assert!(places.contains(expected), "the table's name was not found in {expected}:\n{places}");
    }
}

/// Every form is found wherever it begins, also in the middle of other bytes.
#[test]
fn a_marker_is_found_in_every_form() {
    let directory = tempfile::tempdir().unwrap();
    for (number, form) in forms::samples(MARKER.as_bytes()).into_iter().enumerate() {
        let name = format!("{number}.bin");
        let mut bytes = b"before \x00\xff".to_vec();
        bytes.extend(&form.1);
        bytes.extend(b" after");
        std::fs::write(directory.path().join(&name), bytes).unwrap();
        let places = found(&files(directory.path()), "it", MARKER.as_bytes());
        assert!(places.iter().any(|place| place.contains(&name)), "{} is not found", form.0);
        std::fs::remove_file(directory.path().join(&name)).unwrap();
    }
    std::fs::write(directory.path().join("none"), MARKER.replace('4', "5")).unwrap();
    assert_eq!(found(&files(directory.path()), "it", MARKER.as_bytes()), Vec::<String>::new());
}

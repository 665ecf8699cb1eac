//! The packet of what an auditor sampled, followed by the commands that it prints.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use backproof_evidence::dossier::RunRecord;
use backproof_evidence::tables;
use backproof_evidence::testing::Story;
use backproof_exports::packet::{Items, PacketPlan, SealedDirectory, plan, write};
use backproof_model::canonical::sha256_hex;

use crate::support::record;

/// A bundle in a directory, and the record of its run.
struct Bundle {
    folder: tempfile::TempDir,
    run: RunRecord,
}

fn bundle() -> Bundle {
    let journal = Story::of_every_outcome().journal();
    let mut run = record(&journal);
    let folder = tempfile::tempdir().unwrap();
    let head = &run.evidence.chains[0].head;
    let mut population: Vec<String> = run
        .evidence
        .tests
        .iter()
        .map(|test| format!("DynamoDB\t{}\t{}\n", test.drawn.unit, test.drawn.point.recovery_point_arn))
        .collect();
    population.sort_unstable();
    let answers =
        "{\"run\":7,\"test\":3,\"call\":\"backup:StartRestoreJob\"}\n{\"run\":7,\"test\":4}\n{\"began\":{}}\n";
    let files: BTreeMap<&str, String> = [
        ("journal.jsonl", journal),
        ("run.json", format!("{{\n  \"format\": \"backproof-bundle/v1\",\n  \"head\": \"{head}\"\n}}\n")),
        ("population.tsv", population.concat()),
        ("results.csv", tables::results(&run.evidence, &run.conclusion).to_csv()),
        ("checks.csv", tables::checks(&run.evidence).to_csv()),
        ("resources.csv", tables::resources(&run.evidence).to_csv()),
        ("raw/answers.jsonl", answers.to_owned()),
    ]
    .into();
    fs::create_dir_all(folder.path().join("raw")).unwrap();
    fs::create_dir_all(folder.path().join("attestations")).unwrap();
    fs::write(folder.path().join("attestations/operator.dsse.json"), "{}").unwrap();
    let mut sums = String::new();
    for (name, text) in &files {
        fs::write(folder.path().join(name), text).unwrap();
        sums.push_str(&format!("{}  {name}\n", sha256_hex(text)));
    }
    fs::write(folder.path().join("SHA256SUMS"), &sums).unwrap();
    run.seal.as_mut().unwrap().sha256 = sha256_hex(&sums);
    Bundle { folder, run }
}

impl Bundle {
    fn plan(&self, items: &str) -> PacketPlan {
        plan(&self.run, &items.parse::<Items>().unwrap()).unwrap()
    }

    fn packet(&self, items: &str, destination: &Path) {
        write(&self.plan(items), &SealedDirectory(self.folder.path().into()), destination).unwrap();
    }
}

/// The blocks of shell commands of a packet's README, run one by one; gives what they said and whether all went well.
fn follow(packet: &Path, bundle: &Path) -> (bool, String) {
    let text = fs::read_to_string(packet.join("README.md")).unwrap();
    let blocks: Vec<&str> = text.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect();
    assert_eq!(blocks.len(), 2);
    let (mut all_well, mut said) = (true, String::new());
    for block in blocks {
        let output = Command::new("sh").args(["-c", block]).current_dir(packet).env("BUNDLE", bundle).output().unwrap();
        all_well &= output.status.success();
        said.push_str(&String::from_utf8_lossy(&output.stdout));
        said.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    (all_well, said)
}

#[test]
fn a_packet_holds_just_the_items_and_its_own_commands_tie_them_to_the_seal() {
    let bundle = bundle();
    let folder = tempfile::tempdir().unwrap();
    let packet = folder.path().join("packet-7");
    bundle.packet("3,6-7,9", &packet);
    let mut names: Vec<String> =
        fs::read_dir(&packet).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    let items = ["item-3", "item-6", "item-7", "item-9"];
    let wanted =
        [&["PACKET.sha256", "README.md", "SHA256SUMS", "attestations"][..], &items, &["run", "run.json"]].concat();
    assert_eq!(names, wanted);
    let text = |name: &str| fs::read_to_string(packet.join(name)).unwrap();
    assert_eq!(text("item-3/results.csv").lines().count(), 2);
    assert!(text("item-3/journal.jsonl").lines().all(|line| line.contains("\"chain\":\"test-3\"")));
    assert!(text("run/journal.jsonl").lines().all(|line| line.contains("\"chain\":\"run\"")));
    assert!(text("item-3/raw/answers.jsonl").contains("StartRestoreJob"));
    assert_eq!(text("item-3/population.tsv").lines().count(), 1);
    let (well, said) = follow(&packet, bundle.folder.path());
    assert!(well, "{said}");
    for item in [3, 6, 7] {
        assert!(said.contains(&format!("item {item}: tied to the seal")), "{said}");
    }
    assert!(said.contains("item 9: never begun"), "{said}");
    assert!(said.contains("every row and line stands in the bundle"), "{said}");
}

#[test]
fn the_commands_notice_what_was_changed_in_a_packet() {
    let bundle = bundle();
    for (file, from, to) in [
        ("item-3/journal.jsonl", "COMPLETED", "RUNNING"),
        ("item-3/journal.jsonl", "\"attempts\":1", "\"attempts\":2"),
        ("run/journal.jsonl", "rosa@ops-1", "anna@ops-1"),
        ("item-3/results.csv", "passed", "failed"),
        ("item-3/population.tsv", "events", "orders"),
        ("run.json", "backproof-bundle/v1", "backproof-bundle/v2"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let packet = folder.path().join("packet-7");
        bundle.packet("3", &packet);
        let text = fs::read_to_string(packet.join(file)).unwrap();
        assert!(text.contains(from), "{file} holds {from}");
        fs::write(packet.join(file), text.replacen(from, to, 1)).unwrap();
        // Whoever changes a file changes the packet's own list too.
        let list = fs::read_to_string(packet.join("PACKET.sha256")).unwrap();
        let changed = list.lines().map(|line| match line.split_once("  ") {
            Some((_, name)) if name == file => {
                format!("{}  {name}\n", sha256_hex(fs::read(packet.join(name)).unwrap()))
            }
            _ => format!("{line}\n"),
        });
        fs::write(packet.join("PACKET.sha256"), changed.collect::<String>()).unwrap();
        let (well, said) = follow(&packet, bundle.folder.path());
        assert!(!well, "{file}: {said}");
    }
}

#[test]
fn a_chain_that_was_left_out_is_noticed() {
    let bundle = bundle();
    let folder = tempfile::tempdir().unwrap();
    let packet = folder.path().join("packet-7");
    bundle.packet("3,9", &packet);
    // Told as if restore test 3 had never begun, as 9 was.
    let readme = fs::read_to_string(packet.join("README.md")).unwrap();
    let genesis = |test: u32| backproof_model::chain::genesis(7, &format!("test-{test}"));
    let never = readme.lines().find(|line| line.starts_with("if grep -o '\"test-9")).unwrap();
    let never = never.replace("test-9", "test-3").replace(&genesis(9), &genesis(3));
    let output = Command::new("sh").args(["-c", &never]).current_dir(&packet).output().unwrap();
    assert!(!output.status.success());
}

#[test]
fn items_that_do_not_exist_are_named() {
    let bundle = bundle();
    assert_eq!(bundle.plan("3,22,40-50").missing, ["22", "40-50"]);
    let folder = tempfile::tempdir().unwrap();
    bundle.packet("3,22", &folder.path().join("p"));
    let readme = fs::read_to_string(folder.path().join("p/README.md")).unwrap();
    assert!(readme.contains("no restore test of this run: 22."), "{readme}");
    let none = plan(&bundle.run, &"22".parse().unwrap()).unwrap_err().to_string();
    assert_eq!(none, "run 7 has none of the items 22: its restore tests are numbered 1 to 9");
}

#[test]
fn a_run_without_a_bundle_gives_no_packet() {
    let mut run = bundle().run;
    run.seal = None;
    let error = plan(&run, &"3".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("read without its bundle"), "{error}");
}

#[test]
fn a_packet_stands_in_its_place_whole_or_not_at_all() {
    let bundle = bundle();
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("p");
    let source = SealedDirectory(bundle.folder.path().into());
    fs::write(bundle.folder.path().join("SHA256SUMS"), "other").unwrap();
    let changed = write(&bundle.plan("3"), &source, &place).unwrap_err().to_string();
    assert!(changed.contains("it was changed since it was read"), "{changed}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    let bundle = self::bundle();
    let source = SealedDirectory(bundle.folder.path().into());
    fs::create_dir(folder.path().join(".p.unfinished")).unwrap();
    write(&bundle.plan("3"), &source, &place).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "what a killed writer left is gone");
    let again = write(&bundle.plan("3"), &source, &place).unwrap_err().to_string();
    assert!(again.contains("it is there already"), "{again}");

    fs::remove_file(bundle.folder.path().join("checks.csv")).unwrap();
    let missing = write(&bundle.plan("3"), &source, &folder.path().join("q")).unwrap_err().to_string();
    assert!(missing.starts_with("checks.csv of the bundle cannot be read"), "{missing}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_same_bundle_gives_the_same_packet() {
    let bundle = bundle();
    let folder = tempfile::tempdir().unwrap();
    let digests = ["a", "b"].map(|name| {
        bundle.packet("1-9", &folder.path().join(name));
        fs::read_to_string(folder.path().join(name).join("PACKET.sha256")).unwrap()
    });
    assert_eq!(digests[0], digests[1]);
}

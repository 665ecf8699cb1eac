//! Sealed bundles as their users meet them: verified, signed off, reported on, packed, archived.

use crate::support::{Aws, Came, Desk, plan, table};

/// A desk with the plan of a small world and what `more` adds to it.
fn in_small_world(more: &str, then: impl FnOnce(&Desk)) {
    let aws = Aws::with(&table("orders", &["1d"], ""));
    let desk = Desk::at(&aws, &format!("{}{more}", plan()));
    then(&desk);
}

/// The same with one closed run.
fn with_a_run(then: impl FnOnce(&Desk)) {
    in_small_world("", |desk| {
        desk.give(&["run", "--unapproved"]).ends(0);
        then(desk);
    });
}

/// What a shell says to a command on this desk.
fn shell(desk: &Desk, script: &str) -> Came {
    Came::of(&[script], desk.program("sh").args(["-c", script]).output().unwrap())
}

fn verified(desk: &Desk, further: &[&str]) -> Came {
    desk.give(&[&["verify", ".backproof/bundles/1"], further].concat())
}

#[test]
fn a_run_leaves_a_sealed_bundle_that_verifies_by_our_command_and_by_sha256sum() {
    with_a_run(|desk| {
        verified(desk, &[]).ends(3).says("nothing is wrong");
        shell(desk, "cd .backproof/bundles/1 && sha256sum --quiet -c SHA256SUMS && (cd reports && sha256sum --quiet -c SHA256SUMS)").ends(0);
        desk.give(&["verify", ".backproof/bundles/bundle-1.tar.zst"]).ends(3);
        desk.give(&["run", "--unapproved"]).ends(0);
        desk.give(&["verify", ".backproof/bundles/2", "--previous", ".backproof/bundles/bundle-1.tar.zst"]).ends(3);
    });
}

#[test]
fn what_was_changed_is_named_and_nothing_is_added_to_it() {
    with_a_run(|desk| {
        let path = desk.path(".backproof/bundles/1/population.tsv");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("111122223333", "111122223334", 1)).unwrap();
        verified(desk, &[]).ends(1).says("population.tsv");
        desk.give(&["keygen", "--out", "rita.pem"]).ends(0);
        sign_off(desk, "Rita Review", &[]).ends(2).tells("does not hold");
    });
}

fn sign_off(desk: &Desk, name: &str, further: &[&str]) -> Came {
    let first =
        ["sign-off", ".backproof/bundles/1", "--key", "rita.pem", "--name", name, "--statement", "I followed it."];
    desk.give(&[&first, further].concat())
}

#[test]
fn the_operator_signs_and_another_person_signs_off() {
    let desk_key = "\n[evidence]\nsign_with = \"operator.pem\"\n";
    in_small_world(desk_key, |desk| {
        desk.give(&["keygen", "--out", "operator.pem"]).ends(0);
        desk.give(&["keygen", "--out", "rita.pem"]).ends(0);
        desk.give(&["--operator", "Otto Ops", "run", "--unapproved"]).ends(0);
        verified(desk, &[]).ends(3).says("operator.dsse.json");
        sign_off(desk, "Otto Ops", &[]).ends(2).tells("another person");
        sign_off(desk, "Rita Review", &["--decide", "9=fine"]).ends(2).tells("exception 9");
        sign_off(desk, "Rita Review", &[]).ends(0).says("signed off");
        let key = |file: &str| {
            let pem = shell(desk, &format!("openssl pkey -in {file} -pubout -outform DER | base64 -w0")).ends(0).out;
            pem.trim().to_owned()
        };
        let trust = format!(
            "[[person]]\nname = \"Otto Ops\"\nkey = \"{}\"\nroles = [\"operator\"]\n[[person]]\nname = \"Rita Review\"\nkey = \"{}\"\nroles = [\"reviewer\"]\n",
            key("operator.pem"),
            key("rita.pem")
        );
        desk.write("trust.toml", &trust);
        verified(desk, &["--trust", "trust.toml"]).ends(0).says("holds");
        let without_reviewer = trust.replace("\"reviewer\"", "\"approver\"");
        desk.write("trust.toml", &without_reviewer);
        verified(desk, &["--trust", "trust.toml"]).ends(1).says("sign-off");
        desk.give(&["report", "1"]).ends(0);
        assert!(desk.read(".backproof/bundles/1/reports/report.html").contains("Rita Review"));
    });
}

#[test]
fn a_key_that_cannot_be_read_is_told_and_made_good_by_the_next_command() {
    in_small_world("\n[evidence]\nsign_with = \"operator.pem\"\n", |desk| {
        desk.give(&["run", "--unapproved"]).ends(70).tells("run 1 is not signed");
        desk.give(&["keygen", "--out", "operator.pem"]).ends(0);
        desk.give(&["report", "1"]).ends(0);
        assert!(desk.path(".backproof/bundles/1/attestations/operator.dsse.json").exists());
    });
}

#[test]
fn every_format_is_written_of_a_bundle_without_state_and_plan() {
    with_a_run(|desk| {
        let bundle = desk.path("bundle.tar.zst");
        std::fs::copy(desk.path(".backproof/bundles/bundle-1.tar.zst"), &bundle).unwrap();
        std::fs::remove_dir_all(desk.path(".backproof")).unwrap();
        std::fs::remove_file(desk.path("backproof.toml")).unwrap();
        for (format, out) in [
            ("html", "r.html"),
            ("md", "r.md"),
            ("json", "r.json"),
            ("xlsx", "r.xlsx"),
            ("ocsf", "r.jsonl"),
            ("junit", "r.xml"),
        ] {
            let given = ["report", "bundle.tar.zst", "--framework", "soc2", "--format", format, "--out", out];
            desk.give(&given).ends(0).says(out);
            assert!(std::fs::metadata(desk.path(out)).unwrap().len() > 100, "{format}");
        }
        for (format, file) in [("csv", "population.csv"), ("oscal", "assessment-results.json")] {
            desk.give(&["report", "bundle.tar.zst", "--format", format, "--out", format]).ends(0);
            assert!(!desk.read(&format!("{format}/{file}")).is_empty(), "{format}");
        }
        desk.give(&["report", "bundle.tar.zst", "--framework", "sox2"]).ends(2).tells("soc2");
        desk.give(&["report", "nowhere.tar.zst"]).ends(2).tells("nowhere.tar.zst");
        #[cfg(not(feature = "pdf"))]
        desk.give(&["report", "bundle.tar.zst", "--format", "pdf"]).ends(2).tells("--features pdf");
    });
}

#[test]
fn templates_are_written_out_changed_and_used_and_a_slip_names_its_line() {
    with_a_run(|desk| {
        desk.give(&["report", "--write-templates", "mine"]).ends(0).says("report.html");
        desk.give(&["report", "--write-templates", "mine"]).ends(2).tells("not overwritten");
        let text = desk.read("mine/report.html");
        desk.write("mine/report.html", &text.replacen("</body>", "<p>made by us</p></body>", 1));
        desk.give(&["report", "1", "--template", "mine", "--out", "ours.html"]).ends(0);
        assert!(desk.read("ours.html").contains("made by us"));
        desk.write("mine/report.html", "one\n{{ document.titel }}\n");
        desk.give(&["report", "1", "--template", "mine", "--out", "ours.html"]).ends(2).tells("report.html").tells("2");
    });
}

#[test]
fn a_packet_holds_what_was_asked_for_and_names_what_is_not_there() {
    with_a_run(|desk| {
        desk.give(&["packet", ".backproof/bundles/1", "--items", "1", "--out", "packet"]).ends(0).says("packet");
        assert!(desk.read("packet/README.md").contains("SHA256SUMS"));
        desk.give(&["packet", ".backproof/bundles/1", "--items", "1,77", "--out", "other"]).ends(2).tells("77");
        desk.give(&["packet", ".backproof/bundles/1", "--items", "x", "--out", "other"]).ends(2).tells("--items");
    });
}

#[test]
fn an_archive_in_a_directory_gives_a_receipt_and_tells_what_was_touched() {
    in_small_world("\n[archive]\nto = \"archive\"\n", |desk| {
        desk.give(&["run", "--unapproved"]).ends(0);
        desk.give(&["archive", "verify"]).ends(0).says("holds");
        shell(desk, "chmod -R u+w archive && for f in $(find archive -name 'SHA256SUMS'); do echo x >> $f; done")
            .ends(0);
        desk.give(&["archive", "verify"]).ends(1).says("its content is not what the receipt says");
        desk.give(&["verify", ".backproof/bundles/1"]).ends(3).says("receipt");
    });
}

#[test]
fn a_period_is_reported_with_all_of_its_runs() {
    with_a_run(|desk| {
        desk.give(&["run", "--unapproved"]).ends(0);
        let given = ["report", "--period", "2020-01-01..2099-12-31", "--framework", "iso27001", "--out", "year.html"];
        desk.give(&given).ends(0);
        let page = desk.read("year.html");
        assert!(page.contains("2020-01-01") && page.contains("2099-12-31"));
        desk.give(&["report", "--period", "2020-01-01..2020-12-31"]).ends(2).tells("no run that is closed");
        desk.give(&["report", "--period", "2020"]).ends(2).tells("2026-01-01..2026-12-31");
    });
}

#[test]
fn no_report_is_made_of_a_bundle_that_does_not_hold_whoever_signed_its_seal() {
    in_small_world("\n[evidence]\nsign_with = \"operator.pem\"\n", |desk| {
        desk.give(&["keygen", "--out", "operator.pem"]).ends(0);
        desk.give(&["run", "--unapproved"]).ends(0);
        let seal = desk.read(".backproof/bundles/1/SHA256SUMS");
        let path = ".backproof/bundles/1/journal.jsonl";
        let changed = desk.read(path).replacen("\"passed\"", "\"failed\"", 1);
        assert_ne!(changed, desk.read(path));
        desk.write(path, &changed);
        assert_eq!(seal, desk.read(".backproof/bundles/1/SHA256SUMS"), "what is signed is unchanged");
        let given = ["report", ".backproof/bundles/1", "--out", "r.html"];
        desk.give(&given).ends(2).tells("does not hold, so no report is made of it").tells("journal.jsonl");
        assert!(!desk.path("r.html").exists());
        desk.give(&["report", "1"]).ends(70).tells("run 1 has no bundle to go on with");
    });
}

#[test]
fn a_signing_that_was_cut_off_is_gone_on_with() {
    in_small_world("\n[evidence]\nsign_with = \"operator.pem\"\n", |desk| {
        desk.give(&["keygen", "--out", "operator.pem"]).ends(0);
        desk.give(&["run", "--unapproved"]).ends(0);
        let second = desk.path(".backproof/bundles/1/attestations/operator.test-result.dsse.json");
        std::fs::remove_file(&second).unwrap();
        desk.write(".backproof/bundles/1/attestations/.unfinished-1", "{\"payl");
        verified(desk, &[]).ends(3);
        desk.give(&["report", "1"]).ends(0);
        assert!(second.exists() && !desk.path(".backproof/bundles/1/attestations/.unfinished-1").exists());
        verified(desk, &[]).ends(3).says("operator.test-result.dsse.json");
    });
}

#[test]
fn a_report_that_was_cut_off_before_its_list_is_made_again_and_others_are_not_vouched_for() {
    with_a_run(|desk| {
        desk.give(&["report", "1", "--format", "md"]).ends(0);
        desk.write(".backproof/bundles/1/reports/report.html", "cut");
        verified(desk, &[]).ends(1).says("report.html");
        desk.give(&["report", "1"]).ends(0);
        verified(desk, &[]).ends(3);
        desk.write(".backproof/bundles/1/reports/report.md", "All is well.");
        desk.give(&["report", "1", "--out", "elsewhere.html"]).ends(0);
        verified(desk, &[]).ends(1).says("reports/report.md` was changed");
    });
}

#[test]
fn a_receipt_of_another_run_or_of_too_little_is_no_archive() {
    in_small_world("\n[archive]\nto = \"archive\"\n", |desk| {
        desk.give(&["run", "--unapproved"]).ends(0);
        desk.give(&["run", "--unapproved"]).ends(0);
        let receipt = |run: u32| format!(".backproof/bundles/{run}/attestations/archive-1.receipt.json");
        let (first, second) = (desk.read(&receipt(1)), desk.read(&receipt(2)));
        desk.write(&receipt(2), &first);
        desk.give(&["archive", "verify", "2"]).ends(2).tells("run 2 has no receipt");
        let mut short: serde_json::Value = serde_json::from_str(&second).unwrap();
        short["objects"].as_array_mut().unwrap().remove(0);
        desk.write(&receipt(2), &short.to_string());
        desk.give(&["archive", "verify", "2"]).ends(1).says("the receipt does not name it");
        desk.write(&receipt(2), &second);
        desk.give(&["archive", "verify", "2", "--content"]).ends(0);
    });
}

//! A stranger follows `VERIFY.md` with a shell, coreutils and openssl, and nothing of ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use backproof_signing::{Attested, PublicKey};

use crate::authority::Authority;
use crate::support::{Installation, key, operator_signs, replace, run_attested, seal_again, seal_of, signs_off};

/// The blocks of commands of the bundle's own `VERIFY.md`, as one script.
fn script(directory: &Path) -> String {
    let text = fs::read_to_string(directory.join("VERIFY.md")).unwrap();
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.collect::<Vec<_>>().join("\n")
}

/// What the script prints, run in the bundle's directory with nothing but the system's own programs.
fn followed(directory: &Path, authorities: &Path) -> String {
    let output = Command::new("sh")
        .args(["-c", &script(directory)])
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("authorities", authorities)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(errors, "", "the commands work as printed");
    String::from_utf8(output.stdout).unwrap()
}

/// The operator signs with a key as KMS keeps them, which openssl plays; gives the key's id.
fn signs_with_p256(bundle: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let openssl = |arguments: &str| {
        let status = Command::new("openssl").args(arguments.split(' ')).current_dir(folder.path()).status().unwrap();
        assert!(status.success(), "openssl {arguments}");
    };
    openssl("ecparam -name prime256v1 -genkey -noout -out key.pem");
    openssl("pkey -in key.pem -pubout -out public.pem");
    let public = PublicKey::read(&folder.path().join("public.pem")).unwrap();
    let unsigned = Attested::Run(run_attested(bundle)).statement(&seal_of(bundle), &public);
    fs::write(folder.path().join("to-sign"), unsigned.to_sign()).unwrap();
    openssl("dgst -sha256 -sign key.pem -out signature to-sign");
    let envelope = unsigned.signed(&public, fs::read(folder.path().join("signature")).unwrap()).unwrap();
    fs::write(bundle.join("attestations/kms.dsse.json"), envelope.to_json()).unwrap();
    public.id().to_owned()
}

const HOLDS: [&str; 14] = [
    "every listed file is as it was sealed",
    "no file was added or taken away",
    "the plan is the one that was run",
    "the journal names this plan",
    "no chain is broken",
    "the run ends with the head that run.json names",
    "the register closed the run with this head",
    "the register is whole up to here",
    "43 listed = 40 eligible + 3 excluded",
    "the population is sorted, without duplicates",
    "the seed is the one that was used",
    "the ranking is the one that the seed gives",
    "every unit stands for the point that the seed designates",
    "the seal is ",
];

fn is_wrong(told: &str) -> bool {
    ["WRONG", "BROKEN", "differ"].iter().any(|word| told.contains(word))
}

#[test]
fn a_stranger_verifies_a_bundle_by_its_own_guide() {
    let (_installation, [_, sealed]) = Installation::of_two_runs();
    operator_signs(&sealed.directory, &key("rosa"));
    signs_off(&sealed.directory, "Mara Example", &key("mara"));
    let authority = Authority::new();
    authority.stamps_file(&sealed.directory, "SHA256SUMS", "SHA256SUMS-1.tsr");
    let kms = signs_with_p256(&sealed.directory);
    let told = followed(&sealed.directory, &authority.root());
    assert!(told.contains(&format!("attestations/kms.dsse.json: signed by key {kms}")), "{told}");
    for line in HOLDS {
        assert!(told.contains(line), "`{line}` is not among:\n{told}");
    }
    assert!(told.contains("the register keeps the seal of run 1"), "{told}");
    for (file, name) in [("operator.dsse.json", "rosa"), ("sign-off-1.dsse.json", "mara")] {
        let line = format!("attestations/{file}: signed by key {}", key(name).public().id());
        assert!(told.contains(&line), "`{line}` is not among:\n{told}");
    }
    assert!(told.contains("attestations/SHA256SUMS-1.tsr: of SHA256SUMS\nTime stamp: "), "{told}");
    assert!(told.contains(&format!("the seal is {}", sealed.sha256)));
    assert!(!is_wrong(&told), "{told}");
}

#[test]
fn a_stranger_notices_what_was_changed_whatever_the_digests_say() {
    let (_installation, sealed) = Installation::of_every_outcome();
    operator_signs(&sealed.directory, &key("rosa"));
    let authority = Authority::new();
    authority.stamps_file(&sealed.directory, "SHA256SUMS", "SHA256SUMS-1.tsr");
    let cases = [
        ("journal.jsonl", "\"count\":1200", "\"count\":1300", "BROKEN in test-"),
        ("register.jsonl", "a test", "a tset", "BROKEN in register"),
        ("ranking.tsv", "table-0001", "table-0002", "differ"),
        ("plan.json", "900", "901", "WRONG: plan.json"),
        ("excluded.tsv", "partial\t", "partial\n", "44 listed = 40 eligible + 4 excluded\nWRONG"),
    ];
    for (file, from, to, _) in cases {
        replace(&sealed.directory, file, from, to);
    }
    seal_again(&sealed.directory);
    fs::write(sealed.directory.join("added"), "x").unwrap();
    let told = followed(&sealed.directory, &authority.root());
    let always = ["WRONG: it is about another seal", "WRONG: of none of the files", "WRONG: not in both: "];
    for expected in cases.map(|(.., expected)| expected).into_iter().chain(always) {
        assert!(told.contains(expected), "`{expected}` is not among:\n{told}");
    }
    let unbelieved = followed(&sealed.directory, Path::new("/nowhere"));
    assert!(unbelieved.contains("WRONG: of none of the files, or by nobody in /nowhere"), "{unbelieved}");
}

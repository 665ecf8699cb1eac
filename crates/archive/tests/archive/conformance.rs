//! What archiving promises wherever it keeps things: every test is run against a bucket and against a directory.

use backproof_archive::{Depth, Destination, Finding, KeptIn, Receipt};

use crate::fake::Fault;
use crate::support::{Bundle, INSTALLATION, bucket, verify};

/// Runs a test against every kind of place.
fn everywhere(test: fn(&Destination)) {
    let (_, in_bucket) = bucket(Fault::None);
    test(&in_bucket);
    let folder = tempfile::tempdir().unwrap();
    test(&Destination::Directory(folder.path().into()));
}

fn names(receipt: &Receipt) -> Vec<&str> {
    receipt.objects.iter().map(|object| object.name.as_str()).collect()
}

/// Where one thing is kept.
fn place(receipt: &Receipt, name: &str) -> String {
    let kept = &receipt.objects.iter().find(|object| object.name == name).unwrap().kept;
    match kept {
        KeptIn::Object(object) => format!("{} {:?}", object.key, object.version_id),
        KeptIn::File { path, .. } => path.display().to_string(),
    }
}

#[test]
fn a_bundle_is_archived_with_its_attestations_and_the_registers_head() {
    everywhere(|destination| {
        let receipt = Bundle::new().archive(destination).unwrap();
        let register = format!("register/31-{}.json", "a1".repeat(32));
        assert_eq!(
            names(&receipt),
            ["run-12/SHA256SUMS", "run-12/bundle-12.tar.zst", "run-12/attestations/operator.dsse.json", &register],
            "receipts of archives are not archived"
        );
        assert_eq!(receipt.written(), 4);
        assert!(place(&receipt, "run-12/SHA256SUMS").contains(&format!("{INSTALLATION}/run-12/SHA256SUMS")));
    });
}

#[test]
fn what_is_there_is_not_written_again() {
    everywhere(|destination| {
        for bundle in [Bundle::new(), Bundle::large()] {
            let first = bundle.archive(destination).unwrap();
            let second = bundle.archive(destination).unwrap();
            assert_eq!(second.written(), 0);
            for name in names(&first) {
                assert_eq!(place(&first, name), place(&second, name));
            }
        }
    });
}

#[test]
fn an_attestation_that_came_later_is_added_alone() {
    everywhere(|destination| {
        let bundle = Bundle::new();
        bundle.archive(destination).unwrap();
        std::fs::write(bundle.path("bundle/attestations/sign-off.dsse.json"), "{}").unwrap();
        let second = bundle.archive(destination).unwrap();
        let written = second.objects.iter().filter(|object| object.written).map(|object| object.name.as_str());
        assert_eq!(written.collect::<Vec<_>>(), ["run-12/attestations/sign-off.dsse.json"]);
    });
}

#[test]
fn another_content_never_replaces_what_is_there() {
    everywhere(|destination| {
        let bundle = Bundle::new();
        let first = bundle.archive(destination).unwrap();
        bundle.packs(b"another content");
        let second = bundle.archive(destination).unwrap();
        let packed = "run-12/bundle-12.tar.zst";
        assert_ne!(place(&first, packed), place(&second, packed));
        assert!(verify(&first, destination, Depth::Content).is_sound());
        assert!(verify(&second, destination, Depth::Content).is_sound());
    });
}

#[test]
fn a_receipt_holds_as_long_as_nothing_changes() {
    everywhere(|destination| {
        for bundle in [Bundle::new(), Bundle::large()] {
            let receipt = bundle.archive(destination).unwrap();
            let read_again = Receipt::parse(&receipt.to_json()).unwrap();
            assert_eq!(read_again, receipt);
            for depth in [Depth::Checksums, Depth::Content] {
                let found = verify(&read_again, destination, depth);
                assert!(found.is_sound(), "{found:?}");
                assert_eq!(found.objects.len(), receipt.objects.len());
            }
        }
    });
}

#[test]
fn a_place_that_holds_nothing_of_it_is_told() {
    everywhere(|destination| {
        let receipt = Bundle::new().archive(destination).unwrap();
        let elsewhere = match destination {
            Destination::Bucket(_) => bucket(Fault::None).1,
            Destination::Directory(_) => Destination::Directory("/nowhere/at/all".into()),
        };
        let found = verify(&receipt, &elsewhere, Depth::Checksums);
        assert!(!found.is_sound());
        assert!(found.objects.iter().all(|object| object.findings == [Finding::Missing]), "{found:?}");
    });
}

#[test]
fn a_receipt_of_another_format_is_refused() {
    let error = Receipt::parse(r#"{"format":"backproof-receipt/v9"}"#).unwrap_err();
    assert!(error.to_string().contains("backproof-receipt/v9"), "{error}");
    assert!(Receipt::parse("{}").is_err());
}

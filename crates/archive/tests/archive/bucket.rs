//! What is read back from a bucket counts, and not what was asked of it.

use backproof_archive::{ArchiveError, Depth, Finding, KeptIn, Receipt, ReceiptPlace, Unlocked, retain_until};
use backproof_cloud::Retention;
use backproof_model::LockMode;

use crate::fake::{Fault, State};
use crate::support::{Bundle, CLOSED_AT, UNTIL, bucket, verify};

fn retentions(receipt: &Receipt) -> Vec<Option<(String, String)>> {
    let of = |kept: &KeptIn| match kept {
        KeptIn::Object(object) => object.retention.as_ref().map(|one| (one.mode.clone(), one.until.to_string())),
        KeptIn::File { .. } => None,
    };
    receipt.objects.iter().map(|object| of(&object.kept)).collect()
}

fn all_kept(mode: &str, until: &str) -> Vec<Option<(String, String)>> {
    vec![Some((mode.to_owned(), until.to_owned())); 4]
}

/// The parts that were sent, in their order.
fn parts(state: &State) -> Vec<&str> {
    state.writes.iter().filter_map(|write| write.strip_prefix("part ")).collect()
}

#[test]
fn a_receipt_says_until_when_every_version_is_kept() {
    let (_, destination) = bucket(Fault::None);
    let receipt = Bundle::large().archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), all_kept("COMPLIANCE", UNTIL));
    assert!(receipt.immutable);
    assert!(receipt.statement.contains("New versions and delete markers can still be put on top"));
    let ReceiptPlace::Bucket(place) = &receipt.place else { panic!("{receipt:?}") };
    assert_eq!((place.lock_enabled, place.versioning.as_deref()), (true, Some("Enabled")));
    assert_eq!(place.owner.as_ref().unwrap().to_string(), "555566667777");
    let sums: Vec<_> = receipt
        .objects
        .iter()
        .filter_map(|object| match &object.kept {
            KeptIn::Object(kept) => Some((object.sha256 == kept.checksum.sha256, kept.checksum.parts)),
            KeptIn::File { .. } => None,
        })
        .collect();
    assert_eq!(sums, [(true, None), (false, Some(3)), (true, None), (true, None)]);
}

#[test]
fn governance_is_never_called_immutable() {
    let (_, destination) = bucket(Fault::None);
    let mut bundle = Bundle::new();
    bundle.terms.mode = LockMode::Governance;
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), all_kept("GOVERNANCE", UNTIL));
    assert!(!receipt.immutable && receipt.statement.contains("s3:BypassGovernanceRetention"), "{}", receipt.statement);
}

#[test]
fn a_bucket_without_object_lock_is_refused_before_anything_is_written() {
    let (fake, destination) = bucket(Fault::NoLock);
    let mut bundle = Bundle::new();
    for mode in [LockMode::Compliance, LockMode::Governance] {
        bundle.terms.mode = mode;
        let error = bundle.archive(&destination).unwrap_err();
        assert!(matches!(error, ArchiveError::LockOff { .. }), "{error}");
        assert!(error.to_string().contains("none-accepted"), "{error}");
    }
    assert!(fake.within(|state| state.writes.is_empty()));
}

#[test]
fn a_bucket_without_object_lock_that_is_accepted_is_said_so_in_the_receipt() {
    let (_, destination) = bucket(Fault::NoLock);
    let mut bundle = Bundle::new();
    bundle.terms.unlocked = Unlocked::Accepted { reason: "the lab has none".into() };
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), vec![None; 4]);
    assert!(!receipt.immutable && receipt.statement.contains("the lab has none"), "{}", receipt.statement);
    assert!(verify(&receipt, &destination, Depth::Checksums).is_sound());
}

#[test]
fn a_retention_that_the_bucket_forgot_is_asked_for_again() {
    let (fake, destination) = bucket(Fault::ForgetsInParts);
    let receipt = Bundle::large().archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), all_kept("COMPLIANCE", UNTIL));
    assert_eq!(fake.within(|state| state.writes.iter().filter(|write| write.starts_with("extend")).count()), 1);
}

#[test]
fn a_retention_that_cannot_be_read_back_is_no_retention() {
    let (_, destination) = bucket(Fault::ForgetsAlways);
    let error = Bundle::new().archive(&destination).unwrap_err();
    assert!(error.to_string().contains("S3 says that it has no retention"), "{error}");
}

#[test]
fn other_bytes_than_were_sent_are_noticed() {
    let (_, destination) = bucket(Fault::Garbles);
    let error = Bundle::new().archive(&destination).unwrap_err();
    assert!(matches!(error, ArchiveError::NotKept { .. }), "{error}");
}

#[test]
fn an_upload_that_was_cut_off_is_gone_on_with() {
    for remembered in [true, false] {
        let (fake, destination) = bucket(Fault::CutsAtPart(3));
        let bundle = Bundle::large();
        bundle.archive(&destination).unwrap_err();
        assert_eq!(fake.within(|state| parts(state).join(" ")), "1 2");
        if !remembered {
            std::fs::remove_dir_all(bundle.path("progress")).unwrap();
        }
        fake.within(|state| state.fault = Fault::None);
        let receipt = bundle.archive(&destination).unwrap();
        assert!(receipt.immutable);
        assert_eq!(fake.within(|state| parts(state).join(" ")), "1 2 3", "no part is sent twice");
        assert!(fake.within(|state| state.uploads.is_empty()));
        assert!(verify(&receipt, &destination, Depth::Content).is_sound());
    }
}

#[test]
fn an_upload_of_another_content_is_not_gone_on_with() {
    let (fake, destination) = bucket(Fault::CutsAtPart(3));
    let bundle = Bundle::large();
    bundle.archive(&destination).unwrap_err();
    bundle.packs(&vec![7; crate::support::LARGE]);
    fake.within(|state| state.fault = Fault::None);
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(fake.within(|state| parts(state).join(" ")), "1 2 1 2 3");
    assert!(verify(&receipt, &destination, Depth::Content).is_sound());
}

#[test]
fn a_version_whose_answer_was_lost_is_found() {
    let (fake, destination) = bucket(Fault::CutsAfterCompletion);
    let bundle = Bundle::large();
    bundle.archive(&destination).unwrap_err();
    fake.within(|state| state.fault = Fault::None);
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(fake.within(|state| state.writes.iter().filter(|write| *write == "complete").count()), 1);
    assert!(receipt.immutable);
}

#[test]
fn more_years_make_the_same_version_last_longer() {
    let (fake, destination) = bucket(Fault::None);
    let mut bundle = Bundle::new();
    bundle.archive(&destination).unwrap();
    bundle.terms.retention_years = 10;
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), all_kept("COMPLIANCE", "2036-11-22T11:00:00Z"));
    assert_eq!(receipt.written(), 0);
    bundle.terms.retention_years = 1;
    let receipt = bundle.archive(&destination).unwrap();
    assert_eq!(retentions(&receipt), all_kept("COMPLIANCE", "2036-11-22T11:00:00Z"), "fewer years shorten nothing");
    assert_eq!(fake.within(|state| state.versions.len()), 4);
}

#[test]
fn what_is_kept_in_a_weaker_mode_is_written_once_more() {
    let (fake, destination) = bucket(Fault::None);
    let mut bundle = Bundle::new();
    bundle.terms.mode = LockMode::Governance;
    bundle.archive(&destination).unwrap();
    bundle.terms.mode = LockMode::Compliance;
    let receipt = bundle.archive(&destination).unwrap();
    assert!(receipt.immutable);
    assert_eq!(fake.within(|state| state.versions.len()), 8);
}

#[test]
fn a_run_whose_retention_is_over_is_not_archived() {
    let (fake, destination) = bucket(Fault::None);
    let mut bundle = Bundle::new();
    bundle.terms.retention_years = 0;
    let error = bundle.archive(&destination).unwrap_err();
    assert!(matches!(error, ArchiveError::Over { run: 12, .. }), "{error}");
    assert!(fake.within(|state| state.writes.is_empty()));
}

#[test]
fn everything_that_is_worse_than_the_receipt_says_is_found() {
    fn missing(state: &mut State) {
        state.versions.remove(0);
    }
    fn other(state: &mut State) {
        state.versions[0].body = b"11  run.json\n".to_vec();
        state.versions[0].checksum = backproof_cloud::StoredChecksum::Whole([1; 32]);
    }
    fn shortened(state: &mut State) {
        state.versions[0].retention.as_mut().unwrap().until = retain_until(CLOSED_AT.parse().unwrap(), 1).unwrap();
    }
    fn weakened(state: &mut State) {
        let until = UNTIL.parse().unwrap();
        state.versions[0].retention = Some(Retention { mode: "GOVERNANCE".into(), until });
    }
    fn none(state: &mut State) {
        state.versions[0].retention = None;
    }
    type Change = fn(&mut State);
    let cases: [(Change, &str); 5] = [
        (missing, "not there"),
        (other, "not what the receipt says"),
        (shortened, "kept until 2027-11-22T11:00:00Z"),
        (weakened, "mode GOVERNANCE"),
        (none, "no retention any more"),
    ];
    for (change, words) in cases {
        let (fake, destination) = bucket(Fault::None);
        let receipt = Bundle::new().archive(&destination).unwrap();
        fake.within(change);
        let found = verify(&receipt, &destination, Depth::Checksums);
        assert!(!found.is_sound(), "{words}");
        let said: Vec<String> = found.objects[0].findings.iter().map(ToString::to_string).collect();
        assert!(said.iter().any(|said| said.contains(words)), "{words}: {said:?}");
        assert!(found.objects[1..].iter().all(|object| object.findings.is_empty()), "{found:?}");
    }
}

#[test]
fn bytes_that_no_longer_fit_their_checksum_are_found_by_fetching_them() {
    let (fake, destination) = bucket(Fault::None);
    let receipt = Bundle::new().archive(&destination).unwrap();
    fake.within(|state| state.versions[0].body[0] = b'1');
    assert!(verify(&receipt, &destination, Depth::Checksums).is_sound());
    assert!(!verify(&receipt, &destination, Depth::Content).is_sound());
}

#[test]
fn what_lies_on_a_version_is_told_and_is_no_harm() {
    let (fake, destination) = bucket(Fault::None);
    let receipt = Bundle::new().archive(&destination).unwrap();
    fake.within(|state| state.put_delete_marker("dr/k3v9x2aa/run-12/SHA256SUMS"));
    let found = verify(&receipt, &destination, Depth::Content);
    assert_eq!(found.objects[0].findings, [Finding::Hidden]);
    assert!(found.is_sound());
    // What a delete marker hides is there all the same, and is not written again.
    assert_eq!(Bundle::new().archive(&destination).unwrap().written(), 0);
}

#[test]
fn a_lock_that_was_taken_off_the_bucket_is_found() {
    let (fake, destination) = bucket(Fault::None);
    let receipt = Bundle::new().archive(&destination).unwrap();
    fake.within(|state| state.fault = Fault::NoLock);
    let found = verify(&receipt, &destination, Depth::Checksums);
    assert!(matches!(&found.bucket[..], [Finding::BucketChanged { .. }]), "{found:?}");
    assert!(!found.is_sound());
}

#[test]
fn a_receipt_that_names_no_retention_does_not_hold_where_a_lock_was_wanted() {
    let (_, destination) = bucket(Fault::None);
    let mut receipt = Bundle::new().archive(&destination).unwrap();
    let KeptIn::Object(object) = &mut receipt.objects[0].kept else { panic!("{receipt:?}") };
    object.retention = None;
    let found = verify(&receipt, &destination, Depth::Checksums);
    assert_eq!(found.objects[0].findings, [Finding::NeverRetained]);
    assert!(!found.is_sound());
}

//! A bundle to archive, and places to keep it.

use std::path::PathBuf;
use std::sync::Arc;

use backproof_archive::{
    ArchiveError, Bucket, Depth, Destination, Order, Receipt, Terms, Verification, archive, register_anchor,
    verify_archive,
};
use backproof_clock::{SharedClock, VirtualRuntime};
use tempfile::TempDir;

use crate::fake::{Fake, Fault};

pub(crate) const INSTALLATION: &str = "k3v9x2aa";
pub(crate) const CLOSED_AT: &str = "2026-11-22T11:00:00Z";
/// Seven years later.
pub(crate) const UNTIL: &str = "2033-11-22T11:00:00Z";
/// How large parts are here; S3 would not take them.
pub(crate) const PART: u64 = 40_000;
/// Two and a half parts.
pub(crate) const LARGE: usize = 100_000;

/// A bundle on disk, and where its uploads are remembered.
pub(crate) struct Bundle {
    folder: TempDir,
    pub(crate) terms: Terms,
}

impl Bundle {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let bundle = Self { folder, terms: Terms::default() };
        std::fs::create_dir_all(bundle.path("bundle/attestations")).unwrap();
        std::fs::write(bundle.path("bundle/SHA256SUMS"), "00  run.json\n").unwrap();
        std::fs::write(bundle.path("bundle/attestations/operator.dsse.json"), "{}").unwrap();
        std::fs::write(bundle.path("bundle/attestations/archive-1.receipt.json"), "{}").unwrap();
        bundle.packs(b"a small bundle");
        bundle
    }

    /// One that is sent in parts.
    pub(crate) fn large() -> Self {
        let bundle = Self::new();
        let bytes: Vec<u8> = (0..=250_u8).flat_map(|byte| [byte; LARGE / 251 + 1]).collect();
        bundle.packs(&bytes[..LARGE]);
        bundle
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn packs(&self, content: &[u8]) {
        std::fs::write(self.path("bundle-12.tar.zst"), content).unwrap();
    }

    pub(crate) fn order(&self) -> Order {
        let (directory, packed) = (self.path("bundle"), self.path("bundle-12.tar.zst"));
        let closed_at = CLOSED_AT.parse().unwrap();
        let order = Order::of_bundle(INSTALLATION, 12, closed_at, &"5e".repeat(32), &directory, &packed).unwrap();
        order.with(register_anchor(31, &"a1".repeat(32), r#"{"entry":"run-closed"}"#))
    }

    /// Archives it, half an hour after the run was closed.
    pub(crate) fn archive(&self, destination: &Destination) -> Result<Receipt, ArchiveError> {
        let progress = self.path("progress");
        at("2026-11-22T11:30:00Z", async |clock| {
            archive(&self.order(), destination, &self.terms, &progress, clock).await
        })
    }
}

/// Looks whether a receipt holds, a year later.
pub(crate) fn verify(receipt: &Receipt, destination: &Destination, depth: Depth) -> Verification {
    at("2027-11-22T11:30:00Z", async |clock| verify_archive(receipt, destination, depth, clock).await).unwrap()
}

fn at<T>(now: &str, work: impl AsyncFnOnce(&SharedClock) -> T) -> T {
    let runtime = VirtualRuntime::starting_at(now.parse().unwrap()).unwrap();
    let clock: SharedClock = Arc::new(runtime.clock());
    runtime.block_on(work(&clock))
}

/// A bucket that behaves so.
pub(crate) fn bucket(fault: Fault) -> (Arc<Fake>, Destination) {
    let fake = Arc::new(Fake::new(fault));
    (fake.clone(), Destination::Bucket(Bucket { objects: fake, prefix: "dr".into(), part_bytes: PART }))
}

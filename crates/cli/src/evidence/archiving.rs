//! Puts a sealed bundle into the archive that its plan names, and looks whether it is still there.

use std::path::PathBuf;

use anyhow::Context;
use backproof_archive::{
    Bucket, Depth, Destination, Finding, Order, Receipt, ReceiptPlace, Terms, Unlocked, Verification, not_in_receipt,
    register_anchor, verify_archive,
};
use backproof_bundle::BundleFiles;
use backproof_cloud::{BucketAddress, Cloud as _};
use backproof_evidence::RunEvidence;
use backproof_plan::ArchivePlan;
use backproof_store::Store;

use super::attesting::{self, Names};
use super::bundles;
use crate::args::Common;
use crate::exit::UsageError;
use crate::wiring;

/// What the archive is told of uploads that were cut, below the state directory.
const PROGRESS: &str = "archiving";

/// What a run's plan says of its archive; of one without, nothing.
///
/// # Errors
/// What it says cannot be read, so that nobody knows where the bundle was to be kept.
fn archive_plan(evidence: &RunEvidence) -> anyhow::Result<Option<ArchivePlan>> {
    match evidence.opened.as_ref().and_then(|opened| opened.plan.get("archive")) {
        None => Ok(None),
        Some(plan) => serde_json::from_value(plan.clone()).context("what the run's plan says of its archive"),
    }
}

/// Archives the bundle of a run where its plan names an archive and no receipt is there yet.
pub(crate) async fn archive(common: &Common, store: &Store, evidence: &RunEvidence) -> anyhow::Result<Option<Receipt>> {
    let bundle = bundles::open(store, evidence.run)?;
    let is_archived = has_receipt(&bundle, evidence.run);
    let Some(plan) = archive_plan(evidence)?.filter(|_| !is_archived) else { return Ok(None) };
    put(common, store, evidence, &plan).await.map(Some)
}

/// Archives the bundle of a run as `plan` says. What is there already is not written again.
pub(crate) async fn put(
    common: &Common,
    store: &Store,
    evidence: &RunEvidence,
    plan: &ArchivePlan,
) -> anyhow::Result<Receipt> {
    let bundle = bundles::open(store, evidence.run)?;
    let order = order(store, evidence, &bundle)?;
    let terms = Terms {
        mode: plan.mode,
        retention_years: plan.retention_years,
        unlocked: match &plan.unlocked_because {
            Some(reason) => Unlocked::Accepted { reason: reason.clone() },
            None => Unlocked::Refused,
        },
    };
    let destination = destination(common, store, plan).await?;
    let progress = store.directory().join(PROGRESS);
    let receipt = backproof_archive::archive(&order, &destination, &terms, &progress, store.clock()).await?;
    attesting::add(&bundle, &Names::receipt(&bundle), receipt.to_json().as_bytes())?;
    Ok(receipt)
}

/// What is archived of a run.
fn order(store: &Store, evidence: &RunEvidence, bundle: &BundleFiles) -> anyhow::Result<Order> {
    let run = evidence.run;
    let closed_at = evidence.last_entry.context("a closed run has a last entry")?;
    let register = bundle.text("register.jsonl")?;
    let last = register.lines().last().context("a sealed register has a line")?;
    let head = backproof_model::canonical::sha256_hex(last);
    let (seal, packed) = (attesting::seal_of(bundle)?, bundles::packed(store, run));
    let order = Order::of_bundle(store.installation().as_str(), run, closed_at, &seal, bundle.directory(), &packed)?;
    Ok(order.with(register_anchor(register.lines().count() as u64, &head, last)))
}

async fn destination(common: &Common, store: &Store, plan: &ArchivePlan) -> anyhow::Result<Destination> {
    let Some((bucket, prefix)) = plan.bucket() else { return Ok(Destination::Directory(PathBuf::from(&plan.to))) };
    let region =
        plan.region.clone().ok_or_else(|| UsageError("archive.region is missing: where is the bucket?".into()))?;
    let address = BucketAddress {
        bucket: bucket.to_owned(),
        region,
        owner: plan.account.clone(),
        role_arn: plan.role_arn.clone(),
        external_id: plan.external_id.clone(),
        kms_key_arn: plan.kms_key.clone(),
    };
    let objects = wiring::without_plan(common, store.clock().clone()).object_archive(address).await;
    Ok(Destination::Bucket(Bucket::new(objects, prefix.to_owned())))
}

/// Looks whether everything that the newest receipt of a run names is still there.
pub(crate) async fn verify(
    common: &Common,
    store: &Store,
    evidence: &RunEvidence,
    depth: Depth,
) -> anyhow::Result<(Receipt, Verification)> {
    let run = evidence.run;
    let bundle = bundles::open(store, run)?;
    let Some(receipt) = newest_receipt(&bundle, run) else {
        let problem = format!("run {run} has no receipt of an archive: `backproof archive put {run}` makes one");
        return Err(UsageError(problem).into());
    };
    let plan = archive_plan(evidence)?.ok_or_else(|| UsageError(format!("the plan of run {run} names no archive")))?;
    let destination = destination(common, store, &plan).await?;
    let mut found = verify_archive(&receipt, &destination, depth, store.clock()).await?;
    if let ReceiptPlace::Bucket(bucket) = &receipt.place
        && bucket.lock_not_needed_because.is_some()
        && plan.unlocked_because.is_none()
    {
        let what = "the receipt is of one without Object Lock, which the plan does not accept".to_owned();
        found.bucket.push(Finding::BucketChanged { what });
    }
    let order = order(store, evidence, &bundle)?;
    // What was attested later need not be there: `archive put` adds it.
    let sealed = order.items.iter().filter(|item| !item.name.contains("/attestations/"));
    found.objects.extend(not_in_receipt(&receipt, sealed));
    Ok((receipt, found))
}

/// Whether a bundle was archived.
pub(crate) fn has_receipt(bundle: &BundleFiles, run: u64) -> bool {
    newest_receipt(bundle, run).is_some()
}

/// The newest receipt that is this bundle's own. What cannot be read is none, and neither is that of another run.
fn newest_receipt(bundle: &BundleFiles, run: u64) -> Option<Receipt> {
    let seal = attesting::seal_of(bundle).ok()?;
    let paths = bundle.files().map(|(path, _)| path).filter(|path| path.ends_with(".receipt.json"));
    let receipts = paths.filter_map(|path| Receipt::parse(&bundle.text(path).ok()?).ok());
    receipts
        .filter(|receipt| receipt.run == run && receipt.sealed_sha256 == seal)
        .max_by_key(|receipt| receipt.archived_at)
}

//! The steps after a run is closed, each done once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context;
use backproof_bundle::{BundleFiles, REPORTS, ReadOptions, SUMS};
use backproof_evidence::dossier::Subject;
use backproof_evidence::{Conclusion, Dossier, Results, RunEvidence};
use backproof_exports::oscal::OscalVersion;
use backproof_model::canonical::sha256_hex;
use backproof_plan::EvidencePlan;
use backproof_render::templates::TemplateSet;
use backproof_store::{RunState, Store};
use serde_json::Value;

use super::attesting::{self, SigningKey};
use super::reporting::{self, Made, Wanted};
use super::{archiving, bundles};
use crate::args::Common;
use crate::args::evidence::ReportFormat;
use crate::exit::UsageError;
use crate::{approval, files, wiring};

/// The report that every run has.
const HTML: &str = "report.html";

/// The evidence of a run, and what became of it.
pub(crate) struct Finished {
    pub(crate) evidence: RunEvidence,
    pub(crate) conclusion: Conclusion,
    /// The HTML report.
    pub(crate) report: PathBuf,
    /// The bundle, once there is one.
    pub(crate) bundle: Option<PathBuf>,
    /// What could not be done and is tried again by the next command, each with its reason.
    pub(crate) trouble: Vec<String>,
    /// The same of other runs, for which this one cannot be blamed.
    pub(crate) earlier: Vec<String>,
}

/// Writes the files of a run for people. Seals whatever is closed, and adds to this run's bundle what its plan asks for.
pub(crate) async fn finish(common: &Common, store: &Store, run: u64) -> anyhow::Result<Finished> {
    let run_files = store.files(run)?;
    let journal: String = store.journal(run).await?.iter().map(|line| format!("{line}\n")).collect();
    run_files.write("journal.jsonl", &journal)?;
    let evidence = RunEvidence::from_journal(&journal).with_context(|| format!("the journal of run {run}"))?;
    let conclusion = backproof_evidence::conclude(&evidence);
    let results = backproof_evidence::results(&evidence, &conclusion);
    run_files.write("results.json", results.to_json()?)?;
    let (mut trouble, mut earlier) = (Vec::new(), Vec::new());
    for unsealed in bundles::seal_closed(store).await?.into_iter().filter_map(Result::err) {
        let told = if unsealed.run == run { &mut trouble } else { &mut earlier };
        told.push(format!("run {} is not sealed: {:#}", unsealed.run, unsealed.why));
    }
    let plan = evidence_plan(&evidence)?;
    let mut bundle = Some(bundles::of_run(store, run)).filter(|bundle| bundle.exists());
    if bundle.is_some()
        && let Err(error) = bundles::refuse_another(store, run).await
    {
        trouble.push(format!("run {run} has no bundle to go on with: {error:#}"));
        bundle = None;
    }
    if bundle.is_some() {
        attest(common, store, &evidence, &results, &plan, &mut trouble).await?;
    }
    let sealed = bundle.as_ref().map(|_| bundles::open(store, run)).transpose()?;
    let html = report(common, sealed.as_ref(), &evidence, &conclusion, &plan, &mut trouble)?;
    run_files.write(HTML, &html)?;
    if bundle.is_some() {
        add_report(&bundles::open(store, run)?, HTML, &html)?;
        bundles::pack(store, run)?;
        if let Err(error) = archiving::archive(common, store, &evidence).await {
            trouble.push(format!("run {run} is not archived: {error:#}"));
        }
    }
    Ok(Finished { evidence, conclusion, report: run_files.path(HTML), bundle, trouble, earlier })
}

/// Makes good what was cut off or failed after earlier runs were closed; gives what still cannot be done.
pub(crate) async fn make_good(common: &Common, store: &Store) -> anyhow::Result<Vec<String>> {
    let mut trouble = Vec::new();
    for registered in store.register().await? {
        if registered.state == RunState::Closed && !is_complete(store, registered.run) {
            match finish(common, store, registered.run).await {
                Ok(finished) => trouble.extend(finished.trouble.into_iter().chain(finished.earlier)),
                Err(error) => trouble.push(format!("the evidence of run {}: {error:#}", registered.run)),
            }
        }
    }
    trouble.sort();
    trouble.dedup();
    Ok(trouble)
}

/// Whether a run is sealed, and has what its plan asks for. What cannot be read is not complete.
fn is_complete(store: &Store, run: u64) -> bool {
    let Ok(bundle) = bundles::open(store, run) else { return false };
    let plan: Option<Value> = bundle.text("plan.json").ok().and_then(|text| serde_json::from_str(&text).ok());
    let Some(plan) = plan else { return false };
    let evidence = plan.get("evidence").cloned().map_or_else(|| Ok(EvidencePlan::default()), serde_json::from_value);
    let Ok(evidence) = evidence else { return false };
    let is_archived = plan.get("archive").is_none_or(Value::is_null) || archiving::has_receipt(&bundle, run);
    has_report(&bundle)
        && is_archived
        && !attesting::lacks_signature(&bundle, &evidence)
        && !attesting::lacks_time_stamp(&bundle, &evidence)
}

/// What the plan of a run says of its evidence; of an old plan, nothing.
///
/// # Errors
/// What it says cannot be read, so that nobody knows who was to sign.
pub(crate) fn evidence_plan(evidence: &RunEvidence) -> anyhow::Result<EvidencePlan> {
    let plan = evidence.opened.as_ref().and_then(|opened| opened.plan.get("evidence"));
    match plan {
        None => Ok(EvidencePlan::default()),
        Some(plan) => Ok(serde_json::from_value(plan.clone()).context("what the run's plan says of its evidence")?),
    }
}

/// Signs the bundle and has it time-stamped, where the plan asks for it and it was not done.
async fn attest(
    common: &Common,
    store: &Store,
    evidence: &RunEvidence,
    results: &Results,
    plan: &EvidencePlan,
    trouble: &mut Vec<String>,
) -> anyhow::Result<()> {
    let run = evidence.run;
    let bundle = bundles::open(store, run)?;
    if let Some(key) = plan.signed_with.as_ref().filter(|_| attesting::lacks_signature(&bundle, plan)) {
        let signed = async {
            let key = SigningKey::of_plan(key, || wiring::signing_keys(common, store.clock().clone())).await?;
            attesting::sign_as_operator(&bundle, evidence, results, &key, store.clock().now()).await
        };
        if let Err(error) = signed.await {
            trouble.push(format!("run {run} is not signed: {error:#}"));
        }
    }
    if let Some(authority) = plan.time_stamps.as_ref().filter(|_| attesting::lacks_time_stamp(&bundle, plan))
        && let Err(error) = attesting::time_stamp(&bundle, authority).await
    {
        trouble.push(format!("run {run} has no time-stamp: {error:#}"));
    }
    Ok(())
}

/// The HTML report: of the bundle where there is one, of the journal alone where not.
fn report(
    common: &Common,
    sealed: Option<&BundleFiles>,
    evidence: &RunEvidence,
    conclusion: &Conclusion,
    plan: &EvidencePlan,
    trouble: &mut Vec<String>,
) -> anyhow::Result<String> {
    let run = evidence.run;
    let mut told = |what: &str, error: anyhow::Error| {
        trouble.push(format!("the report of run {run} is without {what}: {error:#}"));
    };
    let catalogues = reporting::catalogues(&plan.frameworks).unwrap_or_else(|error| {
        told("catalogues of controls", error);
        Vec::new()
    });
    let subject = reporting::subject(plan).unwrap_or_else(|error| {
        told("its entity and logo", error);
        Subject::default()
    });
    let templates = reporting::templates(plan.templates.as_ref().map(AsRef::as_ref)).unwrap_or_else(|error| {
        told("templates of your own", error);
        TemplateSet::builtin()
    });
    let dossier = match sealed {
        Some(bundle) => dossier_of(common, std::slice::from_ref(bundle), subject, plan)?,
        None => Dossier { subject, ..backproof_render::html::unsealed(evidence, conclusion) },
    };
    let mut wanted =
        Wanted { format: ReportFormat::Html, catalogues, templates, oscal_version: OscalVersion::default() };
    let made = reporting::make(&dossier, sealed, &wanted).or_else(|error| {
        told("templates of your own", error);
        wanted.templates = TemplateSet::builtin();
        reporting::make(&dossier, sealed, &wanted)
    });
    match made? {
        Made::File(_, html) => Ok(String::from_utf8(html)?),
        Made::Folder(..) => anyhow::bail!("an HTML report is one file"),
    }
}

/// The dossier of bundles, read with the trust file that is named and the plan's authorities of time-stamps.
fn dossier_of(
    common: &Common,
    bundles: &[BundleFiles],
    subject: Subject,
    plan: &EvidencePlan,
) -> anyhow::Result<Dossier> {
    let trust = approval::trust(common).map_err(UsageError)?;
    let certificates = plan.time_stamps.as_ref().and_then(|authority| authority.certificates.clone());
    let authorities = certificates.map(|path| attesting::certificates(&[path.into()])).transpose()?;
    let options =
        ReadOptions { trust: trust.as_ref().map(|file| &file.trust), time_stamp_authorities: authorities.as_deref() };
    Ok(backproof_bundle::dossier(bundles, &options, subject, None)?)
}

/// Whether the HTML report is there, as the list of reports has it.
fn has_report(bundle: &BundleFiles) -> bool {
    let (Ok(list), Ok(html)) = (bundle.text(&format!("{REPORTS}/{SUMS}")), bundle.bytes(&format!("{REPORTS}/{HTML}")))
    else {
        return false;
    };
    let listed = line_of(&sha256_hex(html), HTML);
    list.lines().any(|line| line == listed)
}

/// Puts a report into a bundle, and its digest into the list of reports, behind the seal that they are of.
///
/// What the list says of other reports stays: whether they still are what was made is for `verify` to say.
pub(crate) fn add_report(bundle: &BundleFiles, name: &str, content: impl AsRef<[u8]>) -> anyhow::Result<PathBuf> {
    let folder = bundle.directory().join(REPORTS);
    let path = folder.join(name);
    let head = format!("{}  ../{SUMS}", attesting::seal_of(bundle)?);
    let listed = match bundle.text(&format!("{REPORTS}/{SUMS}")) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", folder.join(SUMS).display())),
    };
    let others = listed.strip_prefix(&format!("{head}\n")).unwrap_or_default().lines();
    let mut lines: BTreeMap<&str, String> =
        others.filter_map(|line| Some((line.split_once("  ")?.1, line.to_owned()))).collect();
    lines.insert(name, line_of(&sha256_hex(content.as_ref()), name));
    let list: String = std::iter::once(head).chain(lines.into_values()).map(|line| format!("{line}\n")).collect();
    files::write_whole(&path, content.as_ref())?;
    files::write_whole(&folder.join(SUMS), list.as_bytes())?;
    Ok(path)
}

fn line_of(sha256: &str, name: &str) -> String {
    format!("{sha256}  {name}")
}

//! The steps after a run is closed, each done once.

use std::path::{Path, PathBuf};

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
    let bundle = Some(bundles::of_run(store, run)).filter(|bundle| bundle.exists());
    if bundle.is_some() {
        attest(common, store, &evidence, &results, &plan, &mut trouble).await?;
    }
    let html = report(common, store, &evidence, &conclusion, &plan, &mut trouble)?;
    run_files.write("report.html", &html)?;
    if bundle.is_some() {
        add_report(&bundles::open(store, run)?, "report.html", &html)?;
        bundles::pack(store, run)?;
        if let Err(error) = archiving::archive(common, store, &evidence).await {
            trouble.push(format!("run {run} is not archived: {error:#}"));
        }
    }
    Ok(Finished { evidence, conclusion, report: run_files.path("report.html"), bundle, trouble, earlier })
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
    let is_archived = plan.get("archive").is_none_or(Value::is_null) || archiving::has_receipt(&bundle);
    let has_report = bundle.has(&format!("{REPORTS}/report.html"));
    has_report
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
            bundles::refuse_another(store, &bundle, run).await?;
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
    store: &Store,
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
    let sealed = bundles::of_run(store, run).exists().then(|| bundles::open(store, run)).transpose()?;
    let dossier = match &sealed {
        Some(bundle) => dossier_of(common, std::slice::from_ref(bundle), subject, plan)?,
        None => Dossier { subject, ..backproof_render::html::unsealed(evidence, conclusion) },
    };
    let mut wanted =
        Wanted { format: ReportFormat::Html, catalogues, templates, oscal_version: OscalVersion::default() };
    let made = reporting::make(&dossier, sealed.as_ref(), &wanted).or_else(|error| {
        told("templates of your own", error);
        wanted.templates = TemplateSet::builtin();
        reporting::make(&dossier, sealed.as_ref(), &wanted)
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

/// Puts a report into a bundle, with the digests of all reports there and the seal that they are of.
pub(crate) fn add_report(bundle: &BundleFiles, name: &str, content: impl AsRef<[u8]>) -> anyhow::Result<PathBuf> {
    let folder = bundle.directory().join(REPORTS);
    let path = folder.join(name);
    files::write_whole(&path, content.as_ref())?;
    let mut sums = format!("{}  ../{SUMS}\n", attesting::seal_of(bundle)?);
    let mut names = Vec::new();
    let unreadable = || format!("cannot read `{}`", folder.display());
    list(&folder, "", &mut names).with_context(unreadable)?;
    names.sort();
    for name in names.iter().filter(|name| *name != SUMS) {
        let bytes = std::fs::read(folder.join(name)).with_context(unreadable)?;
        sums.push_str(&format!("{}  {name}\n", sha256_hex(bytes)));
    }
    files::write_whole(&folder.join(SUMS), sums.as_bytes())?;
    Ok(path)
}

/// The files below a folder; what a process that died had not finished is removed.
fn list(folder: &Path, below: &str, names: &mut Vec<String>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{below}{name}/"), names)?;
        } else if name.starts_with(files::UNFINISHED) {
            std::fs::remove_file(entry.path())?;
        } else {
            names.push(format!("{below}{name}"));
        }
    }
    Ok(())
}

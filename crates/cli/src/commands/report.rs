//! `backproof report`: renders a report of a run, of sealed bundles, or of a period.

use std::path::{Path, PathBuf};

use anyhow::Context;
use backproof_bundle::{BundleFiles, ReadOptions};
use backproof_evidence::Dossier;
use backproof_evidence::dossier::{Period, Subject};
use backproof_exports::oscal::OscalVersion;
use backproof_plan::EvidencePlan;
use backproof_store::{RunState, Store};
use jiff::tz::TimeZone;

use crate::args::evidence::Report;
use crate::args::{Common, Format};
use crate::commands::verify::refuse;
use crate::evidence::finishing::{self, add_report, evidence_plan};
use crate::evidence::reporting::{self, Made, Wanted};
use crate::evidence::{attesting, bundles};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{approval, wiring};

pub(crate) async fn perform(common: &Common, report: &Report) -> anyhow::Result<Exit> {
    if report.list_frameworks {
        return list_frameworks(common);
    }
    if let Some(directory) = &report.write_templates {
        for path in reporting::write_templates(directory)? {
            println!("{}", path.display());
        }
        return Ok(Exit::Passed);
    }
    let sources = sources(common, report).await?;
    if let Sources::Bundles(bundles) = &sources {
        bundles
            .iter()
            .try_for_each(|bundle| refuse(bundle, &bundles::broken_evidence(bundle), "no report is made of it"))?;
    }
    let (dossier, newest) = dossier(common, report, &sources)?;
    let plan = evidence_plan(&dossier.latest().evidence)?;
    let named = if report.framework.is_empty() { &plan.frameworks } else { &report.framework };
    let wanted = Wanted {
        format: report.format,
        catalogues: reporting::catalogues(named)?,
        templates: reporting::templates(report.template.as_deref().or(plan.templates.as_deref().map(Path::new)))?,
        oscal_version: match &report.oscal_version {
            Some(version) => version.parse().map_err(|unknown| UsageError(format!("--oscal-version: {unknown}")))?,
            None => OscalVersion::default(),
        },
    };
    let made = reporting::make(&dossier, newest, &wanted)?;
    let written = write(report, &sources, made)?;
    match common.output {
        Format::Json => {
            let latest = dossier.latest();
            print_json(&backproof_evidence::results(&latest.evidence, &latest.conclusion))?;
        }
        Format::Text => println!("{}", written.display()),
    }
    Ok(Exit::Passed)
}

/// What is reported on.
enum Sources {
    /// Sealed bundles, oldest first.
    Bundles(Vec<BundleFiles>),
    /// A run that is not sealed, because it is not closed.
    Open { store: Store, run: u64 },
}

async fn sources(common: &Common, report: &Report) -> anyhow::Result<Sources> {
    let (runs, paths): (Vec<&String>, Vec<&String>) = report.what.iter().partition(|what| what.parse::<u64>().is_ok());
    if runs.is_empty() && !paths.is_empty() {
        return Ok(Sources::Bundles(opened(&paths)?));
    }
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        let problem =
            format!("there is no state in `{}`: name it with --state, or a bundle by its path", directory.display());
        return Err(UsageError(problem).into());
    }
    let store = wiring::open_store(&directory, common.mirror.as_deref(), wiring::clock(common)).await?;
    let register = store.register().await?;
    let wanted: Vec<u64> = match (&runs[..], report.period) {
        ([], Some(period)) => {
            let within = |run: &&backproof_store::RegisteredRun| {
                let day = run.opened_at.to_zoned(TimeZone::UTC).date();
                run.state == RunState::Closed && period.from <= day && day <= period.to
            };
            let runs: Vec<u64> = register.iter().filter(within).map(|run| run.run).collect();
            if runs.is_empty() {
                let problem = format!("no run that is closed was begun from {} to {}", period.from, period.to);
                return Err(UsageError(problem).into());
            }
            runs
        }
        ([], None) => match register.last() {
            Some(last) => vec![last.run],
            None => return Err(UsageError("no run was ever begun there, so there is nothing to report".into()).into()),
        },
        (runs, _) => runs.iter().filter_map(|run| run.parse().ok()).collect(),
    };
    for run in &wanted {
        if !register.iter().any(|registered| registered.run == *run) {
            return Err(UsageError(format!("there is no run {run}; `backproof status` lists them")).into());
        }
    }
    let is_closed = |run: u64| register.iter().any(|known| known.run == run && known.state == RunState::Closed);
    if let [run] = wanted[..]
        && !is_closed(run)
    {
        return Ok(Sources::Open { store, run });
    }
    let mut sealed = opened(&paths)?;
    for run in wanted {
        if !is_closed(run) {
            return Err(UsageError(format!("run {run} is not closed, so it can only be reported on alone")).into());
        }
        let finished = finishing::finish(common, &store, run).await?;
        for trouble in finished.trouble.iter().chain(&finished.earlier) {
            eprintln!("warning: {trouble}");
        }
        if finished.bundle.is_none() {
            let problem = format!("run {run} is not sealed, so there is nothing that a report could name");
            return Err(anyhow::anyhow!(problem));
        }
        sealed.push(bundles::open(&store, run)?);
    }
    Ok(Sources::Bundles(sealed))
}

fn opened(paths: &[&String]) -> anyhow::Result<Vec<BundleFiles>> {
    let open = |path: &&String| backproof_bundle::open(Path::new(path.as_str()));
    Ok(paths.iter().map(open).collect::<Result<_, _>>().map_err(|problem| UsageError(problem.to_string()))?)
}

/// The dossier, and the bundle of its newest run.
fn dossier<'a>(
    common: &Common,
    report: &Report,
    sources: &'a Sources,
) -> anyhow::Result<(Dossier, Option<&'a BundleFiles>)> {
    let bundles = match sources {
        Sources::Bundles(bundles) => bundles,
        Sources::Open { store, run } => {
            let text = std::fs::read_to_string(store.files(*run)?.path("journal.jsonl"));
            let journal = text.with_context(|| format!("the journal of run {run}"))?;
            let evidence = backproof_evidence::RunEvidence::from_journal(&journal)?;
            let conclusion = backproof_evidence::conclude(&evidence);
            let subject = subject(report, &evidence_plan(&evidence)?)?;
            let dossier = backproof_render::html::unsealed(&evidence, &conclusion);
            return Ok((Dossier { subject, period: report.period, ..dossier }, None));
        }
    };
    let trust = approval::trust(common).map_err(UsageError)?;
    let read = |certificates: Option<&str>, subject: Subject, period: Option<Period>| {
        let options =
            ReadOptions { trust: trust.as_ref().map(|file| &file.trust), time_stamp_authorities: certificates };
        backproof_bundle::dossier(bundles, &options, subject, period).map_err(|problem| UsageError(problem.to_string()))
    };
    let named = match &report.time_stamp_authority[..] {
        [] => None,
        files => Some(attesting::certificates(files)?),
    };
    let mut dossier = read(named.as_deref(), Subject::default(), report.period)?;
    let plan = evidence_plan(&dossier.latest().evidence)?;
    dossier.subject = subject(report, &plan)?;
    let newest = dossier.latest().evidence.run;
    let of_newest = |bundle: &&BundleFiles| {
        let run_file =
            bundle.text("run.json").ok().and_then(|text| serde_json::from_str::<backproof_bundle::RunFile>(&text).ok());
        run_file.is_some_and(|run_file| run_file.run == newest)
    };
    Ok((dossier, bundles.iter().find(of_newest)))
}

/// Whose report it is: as typed, else as the plan says. A logo that the plan names and nobody has here is left out.
fn subject(report: &Report, plan: &EvidencePlan) -> anyhow::Result<Subject> {
    let here = EvidencePlan { logo: plan.logo.clone().filter(|path| Path::new(path).exists()), ..plan.clone() };
    let planned = reporting::subject(&here)?;
    Ok(Subject {
        entity: report.entity.clone().or(planned.entity),
        system: report.system.clone().or(planned.system),
        classification: report.classification.clone().or(planned.classification),
        logo: report.logo.as_deref().map(reporting::picture).transpose()?.or(planned.logo),
    })
}

/// Writes what was made to where it was asked for, or to where it belongs.
fn write(report: &Report, sources: &Sources, made: Made) -> anyhow::Result<PathBuf> {
    let (name, files): (&str, Vec<(String, Vec<u8>)>) = match made {
        Made::File(name, content) => (name, vec![(String::new(), content)]),
        Made::Folder(name, files) => (name, files),
    };
    if let Some(out) = &report.out {
        return write_below(out, &files);
    }
    match sources {
        Sources::Bundles(bundles) => match &bundles[..] {
            [bundle] if bundle.origin() == bundle.directory() => {
                for (below, content) in &files {
                    let whole = if below.is_empty() { name.to_owned() } else { format!("{name}/{below}") };
                    add_report(bundle, &whole, content)?;
                }
                Ok(bundle.directory().join(backproof_bundle::REPORTS).join(name))
            }
            _ => write_below(Path::new(name), &files),
        },
        Sources::Open { store, run } => write_below(&store.files(*run)?.path(name), &files),
    }
}

/// One file at `path`, or several below it.
fn write_below(path: &Path, files: &[(String, Vec<u8>)]) -> anyhow::Result<PathBuf> {
    for (below, content) in files {
        let path = if below.is_empty() { path.to_owned() } else { path.join(below) };
        let cannot = || format!("cannot write `{}`", path.display());
        if !below.is_empty() {
            std::fs::create_dir_all(path.parent().unwrap_or(&path)).with_context(cannot)?;
        }
        std::fs::write(&path, content).with_context(cannot)?;
    }
    Ok(path.to_owned())
}

fn list_frameworks(common: &Common) -> anyhow::Result<Exit> {
    let mut rows = vec![["id", "title", "version", "criteria"].map(str::to_owned).to_vec()];
    let mut as_json = Vec::new();
    for shipped in backproof_frameworks::catalogues() {
        let catalogue = shipped.read()?;
        as_json.push(serde_json::json!({
            "id": shipped.id, "title": catalogue.title, "version": catalogue.version, "criteria": catalogue.criteria.len(),
        }));
        rows.push(vec![
            shipped.id.to_owned(),
            catalogue.title.clone(),
            catalogue.version.clone(),
            catalogue.criteria.len().to_string(),
        ]);
    }
    match common.output {
        Format::Json => print_json(&as_json)?,
        Format::Text => crate::output::print_table(&rows),
    }
    Ok(Exit::Passed)
}

//! The sealed bundles of a state directory: `bundles/<run>/`, and `bundles/bundle-<run>.tar.zst` beside it.

use std::path::PathBuf;

use anyhow::Context;
use backproof_bundle::{ATTESTATIONS, BundleFiles, CheckStanding, Checked, REPORTS, SealInputs, Sealed, VerifyOptions};
use backproof_evidence::{History, RunEvidence, conclude};
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN, RegisterEvent};
use backproof_store::{RegisterLog, RunState, Store};

use crate::files;

/// The directory of the bundles.
pub(crate) fn folder(store: &Store) -> PathBuf {
    store.directory().join("bundles")
}

/// The bundle of a run.
pub(crate) fn of_run(store: &Store, run: u64) -> PathBuf {
    folder(store).join(run.to_string())
}

/// The same in one file.
pub(crate) fn packed(store: &Store, run: u64) -> PathBuf {
    folder(store).join(format!("bundle-{run}.tar.zst"))
}

/// A run that should have a bundle and has none, and why.
pub(crate) struct Unsealed {
    pub(crate) run: u64,
    pub(crate) why: anyhow::Error,
}

/// Seals every closed run that has no bundle yet, the oldest first, and enters each seal in the register.
pub(crate) async fn seal_closed(store: &Store) -> anyhow::Result<Vec<Result<Sealed, Unsealed>>> {
    let mut log = RegisterLog::default();
    store.read_on(&mut log).await?;
    let mut sealed = Vec::new();
    for registered in store.register().await? {
        let run = registered.run;
        let is_done = is_entered(log.events(), run) && of_run(store, run).exists();
        if registered.state == RunState::Closed && !is_done {
            sealed.push(seal(store, run, &mut log).await.map_err(|why| Unsealed { run, why }));
        }
    }
    Ok(sealed)
}

/// What does not hold of a bundle, whoever is believed.
pub(crate) fn broken(bundle: &BundleFiles) -> Vec<Checked> {
    let verification = backproof_bundle::verify(bundle, &VerifyOptions::default());
    verification.checks.into_iter().filter(|check| check.standing == CheckStanding::DoesNotHold).collect()
}

/// The same without the reports beside it, which are made of it and can be made again.
pub(crate) fn broken_evidence(bundle: &BundleFiles) -> Vec<Checked> {
    broken(bundle).into_iter().filter(|check| check.name != REPORTS).collect()
}

fn is_entered(events: &[backproof_store::DatedEvent], run: u64) -> bool {
    events.iter().any(|(_, event)| matches!(event, RegisterEvent::BundleSealed { run: sealed, .. } if *sealed == run))
}

/// Refuses to go on with a bundle whose evidence does not hold, or whose seal is not the one that the register has.
pub(crate) async fn refuse_another(store: &Store, run: u64) -> anyhow::Result<()> {
    files::clear_unfinished(&of_run(store, run).join(ATTESTATIONS))?;
    let bundle = open(store, run)?;
    if let Some(check) = broken_evidence(&bundle).first() {
        anyhow::bail!("its bundle does not hold: {}: {}", check.name, check.sentence);
    }
    let seal = super::attesting::seal_of(&bundle)?;
    let events = store.events().await?;
    let entered = events.into_iter().rev().find_map(|(_, event)| {
        if let RegisterEvent::BundleSealed { run: sealed, sha256 } = event
            && sealed == run
        {
            return Some(sha256);
        }
        None
    });
    match entered {
        Some(entered) if entered == seal => Ok(()),
        Some(entered) => anyhow::bail!("the register has the seal {entered} of run {run}, and the bundle's is {seal}"),
        None => anyhow::bail!("the register has no seal of run {run}"),
    }
}

async fn seal(store: &Store, run: u64, log: &mut RegisterLog) -> anyhow::Result<Sealed> {
    let journal = text_of(&store.journal(run).await?);
    let register = text_of(&store.lines(REGISTER_RUN, REGISTER_CHAIN).await?);
    let history = history_before(store, run).await?;
    let files = store.files(run)?;
    std::fs::create_dir_all(folder(store)).with_context(|| format!("cannot make `{}`", folder(store).display()))?;
    let destination = of_run(store, run);
    let run_files = files.path("");
    let sealed = {
        let _busy = store.clock().busy();
        tokio::task::spawn_blocking(move || {
            let inputs =
                SealInputs { journal: &journal, register: &register, run_files: &run_files, history: &history };
            backproof_bundle::seal(&inputs, &destination)
        })
        .await??
    };
    let sha256 = sealed.sha256.clone();
    store
        .record_decided(log, |events| {
            if is_entered(events, run) { Vec::new() } else { vec![RegisterEvent::BundleSealed { run, sha256 }] }
        })
        .await?;
    pack(store, run)?;
    Ok(sealed)
}

/// Packs a bundle with all that was attested to it so far. With a mirror, the mirror gets it too.
pub(crate) fn pack(store: &Store, run: u64) -> anyhow::Result<()> {
    let bundle = backproof_bundle::open(&of_run(store, run))?;
    backproof_bundle::pack(&bundle, &packed(store, run))?;
    store.mirror_file(&packed(store, run), &format!("bundles/bundle-{run}.tar.zst"))?;
    Ok(())
}

/// What the journals of earlier runs say of them.
async fn history_before(store: &Store, run: u64) -> anyhow::Result<History> {
    let mut history = History::default();
    for earlier in store.register().await? {
        if earlier.run < run && earlier.state == RunState::Closed {
            let journal = text_of(&store.journal(earlier.run).await?);
            let evidence =
                RunEvidence::from_journal(&journal).with_context(|| format!("the journal of run {}", earlier.run))?;
            history.add(&evidence, &conclude(&evidence));
        }
    }
    Ok(history)
}

/// Opens the bundle of a run that was sealed.
pub(crate) fn open(store: &Store, run: u64) -> anyhow::Result<BundleFiles> {
    Ok(backproof_bundle::open(&of_run(store, run))?)
}

fn text_of(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

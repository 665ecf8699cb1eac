//! From bundles to the dossier that reports are made of.

use backproof_evidence::dossier::{Dossier, Period, RunRecord, Seal, SealedFile, Subject};
use backproof_evidence::{History, conclude};
use backproof_model::canonical::sha256_hex;
use backproof_signing::Trust;

use crate::attested::judge;
use crate::layout::SUMS;
use crate::open::BundleFiles;
use crate::reading::{self, Unread};
use crate::sums::parse_sums;

/// Whom a reader believes.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadOptions<'a> {
    /// Who has which key; without it every signer is unknown.
    pub trust: Option<&'a Trust>,
    /// Certificates of time-stamping authorities, in PEM.
    pub time_stamp_authorities: Option<&'a str>,
}

/// Why no dossier can be made.
#[derive(Debug, thiserror::Error)]
pub enum DossierError {
    /// There is no bundle at all.
    #[error("a report needs at least one bundle")]
    NoBundle,
    /// A bundle cannot be read.
    #[error("the bundle `{bundle}` cannot be read: {problem}; `backproof verify` says what else is wrong with it")]
    Unreadable {
        /// Where it was opened from.
        bundle: String,
        /// What is wrong.
        problem: String,
    },
    /// Two bundles are of the same run.
    #[error("two of the bundles are of run {0}: give each run once")]
    Twice(u64),
    /// Bundles of different installations do not share a register.
    #[error("the bundles are of different installations, `{0}` and `{1}`, whose runs are numbered apart")]
    Installations(String, String),
}

/// One run with everything that was sealed and said of it.
///
/// Nothing is refused for being false: whoever reports on a bundle has it verified first, and says what came of that.
///
/// # Errors
/// Where the journal cannot be read at all.
pub fn read(bundle: &BundleFiles, options: &ReadOptions<'_>) -> Result<RunRecord, DossierError> {
    let unreadable =
        |problem: String| DossierError::Unreadable { bundle: bundle.origin().display().to_string(), problem };
    let unread = |problem: Unread| unreadable(problem.to_string());
    let evidence = reading::evidence(bundle).map_err(unread)?;
    let sums = bundle.text(SUMS).map_err(|error| unreadable(format!("{SUMS}: {error}")))?;
    let seal = sha256_hex(&sums);
    let file = |(name, sha256): (String, String)| SealedFile { bytes: bundle.length(&name).unwrap_or(0), name, sha256 };
    let files = parse_sums(&sums).0.into_iter().map(file).collect();
    let previous = reading::run_file(bundle).ok().and_then(|run| run.previous).map(Into::into);
    let judged = judge(bundle, &seal, Some(&evidence), options.trust, options.time_stamp_authorities);
    let population = reading::shape(bundle, &evidence).map_err(unread)?;
    Ok(RunRecord {
        conclusion: conclude(&evidence),
        seal: Some(Seal { sha256: seal, previous, files }),
        attestations: judged.into_iter().map(|judged| judged.attestation).collect(),
        population,
        evidence,
    })
}

/// What a bundle keeps of its run and of the runs before, for the sealing of the next.
///
/// It speaks of the resources of its own plan's population only: where an installation has several plans, those of all
/// bundles are merged.
///
/// # Errors
/// Where one of its tables cannot be read.
pub fn history(bundle: &BundleFiles) -> Result<History, DossierError> {
    let unread = |problem: Unread| DossierError::Unreadable {
        bundle: bundle.origin().display().to_string(),
        problem: problem.to_string(),
    };
    let mut history = History::of_summaries(reading::summaries(bundle).map_err(unread)?);
    history.add_coverage(&reading::coverage(bundle).map_err(unread)?);
    let evidence = reading::evidence(bundle).map_err(unread)?;
    // Of its own run, its journal tells, whatever its tables say.
    let mut history = history.before(evidence.run);
    history.add(&evidence, &conclude(&evidence));
    Ok(history)
}

/// The dossier of these bundles: of one run, or of a period's. The newest run's register, coverage and exceptions speak
/// for all.
///
/// # Errors
/// [`DossierError`] where a bundle cannot be read, or they do not belong together.
pub fn dossier(
    bundles: &[BundleFiles],
    options: &ReadOptions<'_>,
    subject: Subject,
    period: Option<Period>,
) -> Result<Dossier, DossierError> {
    let mut runs = bundles.iter().map(|bundle| Ok((read(bundle, options)?, bundle))).collect::<Result<Vec<_>, _>>()?;
    runs.sort_by_key(|(record, _)| record.evidence.run);
    belong_together(&runs)?;
    let (_, newest) = runs.last().ok_or(DossierError::NoBundle)?;
    let unread = |problem: Unread| DossierError::Unreadable {
        bundle: newest.origin().display().to_string(),
        problem: problem.to_string(),
    };
    let register = reading::register(newest).map_err(unread)?;
    let mut history = History::of_summaries(reading::summaries(newest).map_err(unread)?);
    for (record, _) in &runs {
        history.add(&record.evidence, &record.conclusion);
    }
    let mut reading = register.reading(&history.summaries);
    // The newest bundle's own seal is entered behind its closing, so its register cannot hold it.
    for (record, _) in &runs {
        let known = reading.runs.iter_mut().find(|run| run.run == record.evidence.run);
        if let (Some(known), Some(seal)) = (known, &record.seal)
            && known.bundle_sha256.is_none()
        {
            known.bundle_sha256 = Some(seal.sha256.clone());
        }
    }
    let exceptions = register.exceptions();
    let coverage = reading::coverage(newest).map_err(unread)?;
    let runs = runs.into_iter().map(|(record, _)| record).collect();
    Ok(Dossier { subject, period, runs, register: reading, coverage, exceptions })
}

fn belong_together(runs: &[(RunRecord, &BundleFiles)]) -> Result<(), DossierError> {
    for pair in runs.windows(2) {
        let [(one, _), (other, _)] = pair else { continue };
        if one.evidence.run == other.evidence.run {
            return Err(DossierError::Twice(one.evidence.run));
        }
        let installation =
            |record: &RunRecord| record.evidence.opened.as_ref().map(|opened| opened.installation.clone());
        if let (Some(one), Some(other)) = (installation(one), installation(other))
            && one != other
        {
            return Err(DossierError::Installations(one, other));
        }
    }
    Ok(())
}

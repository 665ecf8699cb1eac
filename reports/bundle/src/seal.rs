//! Seals the evidence of a closed run.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use backproof_evidence::dossier::PreviousBundle;
use backproof_evidence::{History, NoJournal, Register, RunEvidence, conclude, register::up_to_closing};
use backproof_model::canonical::sha256_hex;

use crate::derived::{Material, NoCoverage, coverage_of, history_before};
use crate::layout::{
    ANSWERS, EXCLUDED, GAPS, JOURNAL, POINTS, POPULATION, RANKING, REGISTER, RUN_ANSWERS, RUN_TRAIL, SUMS, TRAIL,
    UNCOVERED,
};
use crate::staging::Staging;
use crate::verify::files::against_sums;
use crate::{open, parse_sums};

/// All that a bundle is a function of.
#[derive(Clone, Copy, Debug)]
pub struct SealInputs<'a> {
    /// The run's journal: all its chains, one entry a line.
    pub journal: &'a str,
    /// The register's lines. What was entered after the run's closing is not sealed with it.
    pub register: &'a str,
    /// The directory with the run's files: `population.tsv`, `excluded.tsv`, `raw.jsonl` and so on. What the journal does
    /// not speak of is not sealed.
    pub run_files: &'a Path,
    /// What is known of the runs before. What it holds of this run, of later ones, and of runs that the register had not
    /// closed by then is left out.
    pub history: &'a History,
}

/// A bundle that stands in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The run.
    pub run: u64,
    /// The seal: SHA-256 of `SHA256SUMS`, in hexadecimal.
    pub sha256: String,
    /// Where it stands.
    pub directory: PathBuf,
    /// The bundle before, by the register.
    pub previous: Option<PreviousBundle>,
    /// How many files are sealed.
    pub files: u64,
    /// How many bytes they have together.
    pub bytes: u64,
    /// Whether the very same bundle stood there already.
    pub was_there: bool,
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The journal cannot be read at all.
    #[error("there is nothing to seal: {0}")]
    Journal(#[from] NoJournal),
    /// The run is not closed, so its evidence may still grow.
    #[error("run {run} is not closed, so its evidence may still grow: seal it once it is")]
    NotClosed {
        /// The run.
        run: u64,
    },
    /// A list is not the one that the journal names.
    #[error("`{}` is not the file of this run: the journal names SHA-256 {expected}, it has {found}", path.display())]
    OtherFile {
        /// The file.
        path: PathBuf,
        /// The digest that the journal names.
        expected: String,
        /// The file's.
        found: String,
    },
    /// A list that the run must have left is not there, or a file cannot be read or written.
    #[error("`{}`: {source}", path.display())]
    Files {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A list is damaged.
    #[error("a list of the run is damaged: {0}")]
    Damaged(String),
    /// Another bundle stands where this one should.
    #[error(
        "another bundle stands in `{}`: its seal is {found}, this run's would be {expected}; move it away, nothing \
         sealed is overwritten", path.display()
    )]
    Differs {
        /// The place.
        path: PathBuf,
        /// The seal that this run's evidence has.
        expected: String,
        /// The seal of what stands there.
        found: String,
    },
}

/// Seals a run into `destination`, whole or not at all.
///
/// Where the same bundle stands there already, nothing is changed, whatever was attested to it since.
///
/// # Errors
/// [`SealError`] where something is missing, or another bundle stands there.
pub fn seal(inputs: &SealInputs<'_>, destination: &Path) -> Result<Sealed, SealError> {
    let evidence = RunEvidence::from_journal(inputs.journal)?;
    let run = evidence.run;
    let register_text = up_to_closing(inputs.register, run).filter(|_| evidence.is_closed());
    let register_text = register_text.ok_or(SealError::NotClosed { run })?;
    let register = Register::read(register_text);
    let conclusion = conclude(&evidence);
    let mut history = history_before(inputs.history.clone(), run, &register);
    history.add(&evidence, &conclusion);
    let coverage = coverage_of(|list| File::open(inputs.run_files.join(list)), &history)
        .map_err(|error: NoCoverage| SealError::Damaged(error.to_string()))?;
    let material = Material {
        evidence: &evidence,
        conclusion: &conclusion,
        register: &register,
        history: &history,
        coverage: coverage.as_deref(),
    };
    let derived = material.files().map_err(|_| SealError::NotClosed { run })?;

    let mut staging = Staging::beside(destination).map_err(files(destination))?;
    let mut put =
        |name: &str, text: &str| staging.put(name, text.as_bytes()).map(|_| ()).map_err(files(&destination.join(name)));
    put(JOURNAL, inputs.journal)?;
    put(REGISTER, register_text)?;
    for (name, text) in &derived {
        put(name, text)?;
    }
    copy_lists(&mut staging, inputs.run_files, &evidence)?;
    copy_answers(&mut staging, inputs.run_files, &evidence)?;
    place(staging, run, destination, register.last_sealed())
}

fn files(path: &Path) -> impl FnOnce(io::Error) -> SealError {
    let path = path.to_owned();
    move |source| SealError::Files { path, source }
}

/// Copies the lists that the journal speaks of, and holds them to the digests that it names.
fn copy_lists(staging: &mut Staging, from: &Path, evidence: &RunEvidence) -> Result<(), SealError> {
    let population = evidence.population.as_ref();
    let ranking = evidence.ranking_sha256.as_deref().filter(|digest| !digest.is_empty());
    let lists = [
        (POPULATION, population.map(|population| Some(population.population_sha256.as_str()))),
        (EXCLUDED, population.map(|population| Some(population.excluded_sha256.as_str()))),
        (POINTS, population.map(|_| None)),
        (UNCOVERED, population.map(|_| None)),
        (GAPS, population.map(|_| None)),
        (RANKING, ranking.map(Some)),
    ];
    for (name, digest) in lists {
        let Some(expected) = digest else { continue };
        let path = from.join(name);
        let found = staging.copy(name, &path).map_err(files(&path))?;
        if let Some(expected) = expected.filter(|expected| *expected != found) {
            return Err(SealError::OtherFile { path, expected: expected.to_owned(), found });
        }
    }
    Ok(())
}

/// Copies AWS's answers as they stood when the run was closed, and AWS's own record of what was done.
fn copy_answers(staging: &mut Staging, from: &Path, evidence: &RunEvidence) -> Result<(), SealError> {
    let must_be = |path: PathBuf, expected: &str, found: String| {
        let expected = expected.to_owned();
        if found == expected { Ok(()) } else { Err(SealError::OtherFile { path, expected, found }) }
    };
    if let Some(raw) = &evidence.raw {
        let path = from.join(RUN_ANSWERS);
        let found = staging.copy_beginning(ANSWERS, &path, raw.bytes).map_err(files(&path))?;
        must_be(path, &raw.sha256, found)?;
    }
    if let Some(corroboration) = &evidence.corroboration {
        let path = from.join(RUN_TRAIL);
        let found = staging.copy(TRAIL, &path).map_err(files(&path))?;
        must_be(path, &corroboration.file_sha256, found)?;
    }
    Ok(())
}

fn place(
    staging: Staging,
    run: u64,
    destination: &Path,
    previous: Option<PreviousBundle>,
) -> Result<Sealed, SealError> {
    let sums = staging.sums();
    let sha256 = sha256_hex(&sums);
    let (files_sealed, bytes) = staging.size();
    // Whoever finishes the same run beside us may be faster.
    let was_there = destination.exists() || !staging.place().map_err(files(destination))?;
    if was_there {
        let path = destination.join(SUMS);
        let standing = fs::read_to_string(&path).map_err(files(&path))?;
        if standing != sums {
            let found = sha256_hex(&standing);
            return Err(SealError::Differs { path: destination.to_owned(), expected: sha256, found });
        }
        still_whole(destination, &standing)?;
    }
    let directory = destination.to_owned();
    Ok(Sealed { run, sha256, directory, previous, files: files_sealed, bytes, was_there })
}

/// A bundle that is taken for sealed must still be what its list of digests says.
fn still_whole(directory: &Path, sums: &str) -> Result<(), SealError> {
    let bundle = open(directory).map_err(|error| SealError::Damaged(error.to_string()))?;
    let problems = against_sums(&bundle, &parse_sums(sums).0);
    match problems.first() {
        None => Ok(()),
        Some(problem) => {
            Err(SealError::Damaged(format!("the bundle that stands in `{}`: {problem}", directory.display())))
        }
    }
}

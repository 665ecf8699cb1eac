//! Reads what a bundle holds into the types that everything else works with. Nothing is verified here beyond what the
//! readers of journal and register verify themselves.

use std::collections::BTreeMap;
use std::io;

use backproof_evidence::dossier::{Coverage, PopulationShape, RunSummary};
use backproof_evidence::points::{PointLine, ShapeReader};
use backproof_evidence::{NoJournal, Register, RunEvidence, tables};

use crate::layout::{COVERAGE_TABLE, JOURNAL, POINTS, REGISTER, RUN, RUNS_TABLE};
use crate::lines::Lines;
use crate::open::BundleFiles;
use crate::run_file::RunFile;

/// Why a file of a bundle cannot be made sense of.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    /// It is not there, or cannot be read.
    #[error("{file} cannot be read: {source}")]
    File {
        /// The file.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// It says nothing.
    #[error("{file}: {problem}")]
    Content {
        /// The file.
        file: &'static str,
        /// What is wrong.
        problem: String,
    },
}

fn text(bundle: &BundleFiles, file: &'static str) -> Result<String, Unread> {
    bundle.text(file).map_err(|source| Unread::File { file, source })
}

pub(crate) fn run_file(bundle: &BundleFiles) -> Result<RunFile, Unread> {
    serde_json::from_str(&text(bundle, RUN)?).map_err(|error| Unread::Content { file: RUN, problem: error.to_string() })
}

pub(crate) fn evidence(bundle: &BundleFiles) -> Result<RunEvidence, Unread> {
    RunEvidence::from_journal(&text(bundle, JOURNAL)?)
        .map_err(|error: NoJournal| Unread::Content { file: JOURNAL, problem: error.to_string() })
}

pub(crate) fn register(bundle: &BundleFiles) -> Result<Register, Unread> {
    Ok(Register::read(&text(bundle, REGISTER)?))
}

pub(crate) fn summaries(bundle: &BundleFiles) -> Result<BTreeMap<u64, RunSummary>, Unread> {
    tables::read_summaries(&text(bundle, RUNS_TABLE)?).map_err(|problem| Unread::Content { file: RUNS_TABLE, problem })
}

pub(crate) fn coverage(bundle: &BundleFiles) -> Result<Vec<Coverage>, Unread> {
    if !bundle.has(COVERAGE_TABLE) {
        return Ok(Vec::new());
    }
    tables::read_coverage(&text(bundle, COVERAGE_TABLE)?)
        .map_err(|problem| Unread::Content { file: COVERAGE_TABLE, problem })
}

/// How the population is spread; `None` where none was frozen.
pub(crate) fn shape(bundle: &BundleFiles, evidence: &RunEvidence) -> Result<Option<PopulationShape>, Unread> {
    if !bundle.has(POINTS) {
        return Ok(None);
    }
    let mut reader = ShapeReader::of(evidence);
    let mut lines = Lines::of(bundle.file(POINTS).map_err(|source| Unread::File { file: POINTS, source })?);
    let damaged = |problem: crate::lines::BadLine| Unread::Content { file: POINTS, problem: problem.to_string() };
    while let Some((_, line)) = lines.next_line().map_err(damaged)? {
        if let Some(point) = PointLine::parse(line) {
            reader.push(point);
        }
    }
    Ok(Some(reader.finish()))
}

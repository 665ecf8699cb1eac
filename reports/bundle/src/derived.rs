//! The files of a bundle that follow from its journal, its register and its lists: made when it is sealed, and made
//! again when it is verified.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;

use backproof_evidence::dossier::Coverage;
use backproof_evidence::points::PointLine;
use backproof_evidence::{Conclusion, CoverageReader, History, Register, RunEvidence, results, tables};
use backproof_model::canonical::canonical_json;
use backproof_model::register::RegisterEvent;

use crate::draw_file::DrawFile;
use crate::guide::guide;
use crate::layout::{COVERAGE_TABLE, DRAW, GUIDE, PLAN, POINTS, RESULTS, RUN, RUNS_TABLE, UNCOVERED};
use crate::lines::{BadLine, Lines};
use crate::run_file::RunFile;

/// What derived files are made of.
pub(crate) struct Material<'a> {
    pub(crate) evidence: &'a RunEvidence,
    pub(crate) conclusion: &'a Conclusion,
    pub(crate) register: &'a Register,
    /// What is known of the runs up to and with this one.
    pub(crate) history: &'a History,
    /// The coverage of the population; none where no population was frozen.
    pub(crate) coverage: Option<&'a [Coverage]>,
}

/// Why a bundle has no `run.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run was never opened, or the register did not close it")]
pub(crate) struct NotClosed;

impl Material<'_> {
    /// The text of every derived file, by its path.
    pub(crate) fn files(&self) -> Result<BTreeMap<&'static str, String>, NotClosed> {
        let run_file = RunFile::of(self.evidence, self.conclusion, self.register).ok_or(NotClosed)?;
        let plan = self.evidence.opened.as_ref().and_then(|opened| canonical_json(&opened.plan).ok());
        let results_text = results(self.evidence, self.conclusion).to_json();
        let mut files = BTreeMap::from([
            (RUN, run_file.to_json()),
            (DRAW, DrawFile::of(self.evidence).to_json()),
            // Every figure is an integer or was read from JSON, so there is always a text.
            (RESULTS, results_text.unwrap_or_default()),
            ("results.csv", tables::results(self.evidence, self.conclusion).to_csv()),
            ("checks.csv", tables::checks(self.evidence).to_csv()),
            ("resources.csv", tables::resources(self.evidence).to_csv()),
            ("exceptions.csv", tables::exceptions(&self.register.exceptions(), run_file.ended).to_csv()),
            (RUNS_TABLE, tables::runs(&self.register.reading(&self.history.summaries)).to_csv()),
            (GUIDE, guide(self.evidence, &run_file)),
        ]);
        files.extend(plan.map(|plan| (PLAN, plan)));
        files.extend(self.coverage.map(|rows| (COVERAGE_TABLE, tables::coverage_lines(rows).collect())));
        Ok(files)
    }
}

/// What a bundle of this run, with this register, knows of the runs before it: of those that the register had closed.
pub(crate) fn history_before(history: History, run: u64, register: &Register) -> History {
    let closed = closed_runs(register);
    history.before(run).of_runs(|number| closed.contains(&number))
}

/// The runs that a register has closed.
pub(crate) fn closed_runs(register: &Register) -> BTreeSet<u64> {
    let closed = |event: &RegisterEvent| match event {
        RegisterEvent::RunClosed { run, .. } => Some(*run),
        _ => None,
    };
    register.events.iter().filter_map(|(_, event)| closed(event)).collect()
}

/// Why the coverage cannot be added up.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub(crate) struct NoCoverage {
    pub(crate) file: &'static str,
    pub(crate) problem: BadLine,
}

/// Adds up the coverage from the lists that `list` opens. `None` where there is no list of points.
pub(crate) fn coverage_of(
    list: impl Fn(&str) -> io::Result<File>,
    history: &History,
) -> Result<Option<Vec<Coverage>>, NoCoverage> {
    let mut reader = CoverageReader::default();
    let has_points = each_line(&list, POINTS, |line| {
        if let Some(point) = PointLine::parse(line) {
            reader.push(point);
        }
    })?;
    if !has_points {
        return Ok(None);
    }
    each_line(&list, UNCOVERED, |line| reader.push_uncovered(line))?;
    Ok(Some(reader.finish(history)))
}

/// Whether there is such a list, each of whose lines was taken.
fn each_line(
    list: impl Fn(&str) -> io::Result<File>,
    file: &'static str,
    mut take: impl FnMut(&str),
) -> Result<bool, NoCoverage> {
    let failed = |problem: BadLine| NoCoverage { file, problem };
    let mut lines = match list(file) {
        Ok(list) => Lines::of(list),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed(error.into())),
    };
    while let Some((_, line)) = lines.next_line().map_err(failed)? {
        take(line);
    }
    Ok(true)
}

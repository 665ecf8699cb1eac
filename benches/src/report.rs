//! Reports of 100, 1,000 and 10,000 restore tests: time, memory, and whether both grow as the run does.
//!
//! The floor is reading the same journal and drawing the conclusion, which every report needs. Each is a process of its
//! own, given nothing but the journal's file.

use std::path::Path;

use anyhow::Context;
use backproof_evidence::testing::Story;
use backproof_evidence::{Conclusion, RunEvidence, conclude};
use backproof_frameworks::{assess, find};
use backproof_render::templates::TemplateSet;
use backproof_render::{document, html, markdown};

use crate::measured::{Began, Measured};
use crate::{bench, child};

/// The part that only reads.
pub(crate) const FLOOR: &str = "report-read";
/// The part that reads and lays out.
pub(crate) const OURS: &str = "report";

/// Sizes, each ten times the one before.
const SIZES: [u32; 3] = [100, 1_000, 10_000];

/// Measures reports of each size.
pub(crate) fn bench() -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    bench::heading("report as HTML and Markdown, with one catalogue of controls, from a journal");
    let mut before: Option<f64> = None;
    for tests in SIZES {
        let path = folder.path().join(format!("{tests}.jsonl"));
        std::fs::write(&path, Story::all_passed(tests).journal())?;
        let path = path.to_str().context("a path of a temporary folder is UTF-8")?;
        let measure = |part: &str| bench::quickest(3, || child::measure(part, path, u64::from(tests)));
        let (floor, ours) = (measure(FLOOR)?, measure(OURS)?);
        bench::line(&format!("{tests} restore tests: read and conclude"), &floor);
        bench::line(&format!("{tests} restore tests: read, conclude, assess, lay out"), &ours);
        bench::ratio("whole report / reading", ours.seconds / floor.seconds.max(f64::EPSILON), "none");
        if let Some(before) = before {
            bench::ratio("time / time of a tenth of it", ours.seconds / before, "<= 10 or so: linear");
        }
        before = Some(ours.seconds);
    }
    Ok(())
}

/// The child's side of the floor.
pub(crate) fn read(path: &str, tests: u64) -> anyhow::Result<Measured> {
    let began = Began::now()?;
    let (run, _) = read_and_concluded(Path::new(path))?;
    began.ended(tests.min(run.tests.len() as u64))
}

/// The child's side of the whole report.
pub(crate) fn lay_out(path: &str, tests: u64) -> anyhow::Result<Measured> {
    let began = Began::now()?;
    let (run, conclusion) = read_and_concluded(Path::new(path))?;
    let dossier = html::unsealed(&run, &conclusion);
    let assessment = assess(&find("soc2")?.read()?, &dossier);
    let document = document(&dossier, &[assessment]);
    let page = html::render(&document, &TemplateSet::builtin(), &dossier)?;
    let text = markdown::render(&document);
    anyhow::ensure!(page.len() > text.len(), "the page holds what the text holds, and more");
    began.ended(tests.min(dossier.latest().evidence.tests.len() as u64))
}

fn read_and_concluded(path: &Path) -> anyhow::Result<(RunEvidence, Conclusion)> {
    let run = RunEvidence::from_journal(&std::fs::read_to_string(path)?)?;
    let conclusion = conclude(&run);
    Ok((run, conclusion))
}

//! The files that a run leaves for people: journal, results and report.

use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::Context;
use backproof_evidence::{Conclusion, RunEvidence};
use backproof_store::Store;

use crate::exit::UsageError;

/// The evidence of a run with what it comes to, and where its files are.
pub(crate) struct Rendered {
    pub(crate) evidence: RunEvidence,
    pub(crate) conclusion: Conclusion,
    pub(crate) report: PathBuf,
}

/// Writes journal, results and report of a run; they are a pure function of the journal.
pub(crate) async fn render(store: &Store, run: u64, report: Option<&Path>) -> anyhow::Result<Rendered> {
    let files = store.files(run)?;
    let lines = store.journal(run).await?;
    let journal = lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    files.write("journal.jsonl", &journal)?;
    let evidence = RunEvidence::from_journal(&journal).with_context(|| format!("the journal of run {run}"))?;
    let conclusion = backproof_evidence::conclude(&evidence);
    let results = serde_json::to_string_pretty(&backproof_evidence::results(&evidence, &conclusion))? + "\n";
    files.write("results.json", results)?;
    let html = backproof_render::html::render(&evidence, &conclusion)?;
    let report = match report {
        None => {
            files.write("report.html", html)?;
            files.path("report.html")
        }
        Some(path) => {
            std::fs::write(path, html).with_context(|| format!("cannot write `{}`", path.display()))?;
            path.to_owned()
        }
    };
    Ok(Rendered { evidence, conclusion, report })
}

/// Writes a file that only its owner can read.
pub(crate) fn write_secret(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    writeln!(file, "{text}").with_context(|| format!("cannot write `{}`", path.display()))
}

/// Reads a file that nobody but its owner may read: `what` it is, for the error.
pub(crate) fn read_secret(what: &str, path: &Path) -> Result<String, UsageError> {
    let name = path.display();
    let unreadable = |error: std::io::Error| UsageError(format!("cannot read {what} `{name}`: {error}"));
    let mut file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    if mode & 0o077 != 0 {
        let mode = mode & 0o7777;
        return Err(UsageError(format!(
            "{what} `{name}` can be read or written by others than its owner (mode {mode:04o}); `chmod 600 {name}`"
        )));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

//! AWS's own words: its answers as they came, and what its event history has.

use std::io::{self, Read};

use super::files::digest_of;
use super::{Checked, Known};
use crate::layout::{ANSWERS, TRAIL};
use crate::open::BundleFiles;

/// `None` where the run kept neither.
pub(super) fn check(known: &Known<'_>) -> Option<Checked> {
    let (raw, corroboration) = (known.evidence.raw.as_ref(), known.evidence.corroboration.as_ref());
    let mut problems = Vec::new();
    let named = [
        (ANSWERS, raw.map(|raw| raw.sha256.as_str())),
        (TRAIL, corroboration.map(|corroboration| corroboration.file_sha256.as_str())),
    ];
    for (file, digest) in named {
        match digest.map(|expected| (expected, digest_of(known.bundle, file))) {
            None if known.bundle.has(file) => problems.push(format!("{file} is there, and the journal names none")),
            None => {}
            Some((expected, Ok(found))) if expected == found => {}
            Some((expected, Ok(found))) => {
                problems.push(format!("{file} has SHA-256 {found}, and the journal names {expected}"));
            }
            Some((_, Err(error))) => problems.push(format!("{file} cannot be read: {error}")),
        }
    }
    if let (Some(raw), Ok(lines)) = (raw, lines_of(known.bundle, ANSWERS))
        && lines != raw.lines
    {
        problems.push(format!("{ANSWERS} has {lines} lines, and the journal counts {}", raw.lines));
    }
    if raw.is_none() && corroboration.is_none() && problems.is_empty() {
        return None;
    }
    let answers = raw.map(|raw| {
        format!(
            "{} answers of AWS are as the journal names them ({} repetitions, {} beyond what is kept, {} lost)",
            raw.answers, raw.repeated, raw.beyond, raw.lost
        )
    });
    let trail = corroboration
        .map(|seen| format!("of {} restores and deletions, {} stand in AWS's event history", seen.sought, seen.found));
    let good = answers.into_iter().chain(trail).collect::<Vec<_>>().join("; ");
    Some(Checked::of("AWS's answers", problems, good))
}

fn lines_of(bundle: &BundleFiles, path: &str) -> io::Result<u64> {
    let mut file = bundle.file(path)?;
    let mut piece = vec![0; 1 << 16];
    let mut lines = 0;
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(lines);
        }
        lines += piece[..read].iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
    }
}

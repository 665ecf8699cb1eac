//! Whether the files that a receipt names are still there, still the same, and still read-only.

use std::path::Path;

use crate::directory::{digest_at, mode_of};
use crate::{ArchiveError, Finding, Kept, KeptIn, Receipt, Verified};

/// Looks below `root`.
pub(crate) fn verify(receipt: &Receipt, root: &Path) -> Result<Vec<Verified>, ArchiveError> {
    let of = |kept: &Kept| Ok(Verified { name: kept.name.clone(), findings: findings(kept, root)? });
    receipt.objects.iter().map(of).collect()
}

fn findings(kept: &Kept, root: &Path) -> Result<Vec<Finding>, ArchiveError> {
    let KeptIn::File { path, mode: was, .. } = &kept.kept else { return Ok(vec![Finding::Missing]) };
    let path = root.join(path);
    let Some(digest) = digest_at(&path)? else { return Ok(vec![Finding::Missing]) };
    let mut findings = Vec::new();
    let sha256 = hex::encode(digest);
    if sha256 != kept.sha256 {
        findings.push(Finding::OtherContent { found: format!("its SHA-256 is {sha256}") });
    }
    let mode = mode_of(&path)?;
    if mode != *was {
        findings.push(Finding::Writable { mode });
    }
    Ok(findings)
}

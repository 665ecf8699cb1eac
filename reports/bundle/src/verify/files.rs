//! Every file against `SHA256SUMS`.

use std::collections::BTreeMap;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use super::Checked;
use crate::layout::is_sealed;
use crate::open::BundleFiles;
use crate::sums::SumsProblem;

pub(super) fn check(bundle: &BundleFiles, sums: &BTreeMap<String, String>, wrong: &[SumsProblem]) -> Checked {
    let good = format!("all {} sealed files are as SHA256SUMS lists them, and no other is there", sums.len());
    Checked::of("files", problems(bundle, sums, wrong), good)
}

/// What is wrong with the list itself, what no bundle may hold, and what is not as it is listed.
pub(super) fn problems(bundle: &BundleFiles, sums: &BTreeMap<String, String>, wrong: &[SumsProblem]) -> Vec<String> {
    let mut problems: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    problems.extend(bundle.oddities().iter().cloned());
    problems.extend(against_sums(bundle, sums));
    problems
}

/// What of the sealed files is not as it is listed: changed, missing, added.
pub(crate) fn against_sums(bundle: &BundleFiles, sums: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for (path, expected) in sums {
        if !is_sealed(path) {
            problems.push(format!("`{path}` is listed as sealed, and no file there can be"));
        } else if !bundle.has(path) {
            problems.push(format!("`{path}` is missing: SHA256SUMS lists it with SHA-256 {expected}"));
        } else {
            match digest_of(bundle, path) {
                Ok(found) if found == *expected => {}
                Ok(found) => problems
                    .push(format!("`{path}` is not as it was sealed: expected SHA-256 {expected}, found {found}")),
                Err(error) => problems.push(format!("`{path}` cannot be read: {error}")),
            }
        }
    }
    let added = bundle.files().map(|(path, _)| path).filter(|path| is_sealed(path) && !sums.contains_key(*path));
    problems.extend(added.map(|path| format!("`{path}` was added: SHA256SUMS does not list it")));
    problems
}

/// SHA-256 of a file of the bundle, whatever its size, in hexadecimal.
pub(crate) fn digest_of(bundle: &BundleFiles, path: &str) -> io::Result<String> {
    let mut file = bundle.file(path)?;
    let mut digest = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(hex::encode(digest.finalize()));
        }
        digest.update(&piece[..read]);
    }
}

//! Reads the receipt of an archive: the operator's word on what the archive answered.
//!
//! Nothing offline can say more than whether it speaks of this bundle, of all that is archived of one, and of its files
//! as they are.

use std::collections::BTreeMap;

use backproof_evidence::dossier::{Attestation, AttestationKind, AttestationStanding};
use backproof_model::canonical::sha256_hex;
use jiff::Timestamp;
use serde::Deserialize;

use super::Judged;
use crate::layout::{ATTESTATIONS, REGISTER, RUN, SUMS};
use crate::open::BundleFiles;
use crate::run_file::RunFile;
use crate::verify::files::digest_of;

/// The format of receipts that this version reads.
const FORMAT: &str = "backproof-receipt/v1";

/// What a receipt of this bundle shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What is archived of every bundle and the receipt does not name, and what it names and the bundle has not.
    pub missing: Vec<String>,
    /// Whether the archive keeps it so that nobody can end that before its time.
    pub immutable: bool,
}

impl Kept {
    /// Whether the register's end is kept where whoever holds the register cannot take it away.
    pub fn anchors_register(&self) -> bool {
        self.missing.is_empty() && self.immutable
    }
}

#[derive(Deserialize)]
struct Receipt {
    format: String,
    installation: String,
    run: u64,
    sealed_sha256: String,
    archived_at: Timestamp,
    place: Place,
    immutable: bool,
    statement: String,
    objects: Vec<Object>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Place {
    Bucket { bucket: String },
    Directory { path: String },
}

#[derive(Deserialize)]
struct Object {
    name: String,
    sha256: String,
}

/// Judges the receipt in `file` by the bundle and its seal.
pub(super) fn receipt(file: String, text: &[u8], seal: &str, bundle: &BundleFiles) -> Judged {
    let read = serde_json::from_slice::<Receipt>(text).map_err(|error| format!("it is no receipt: {error}"));
    let judged = match &read {
        Ok(receipt) => speaks_of(receipt, seal, bundle),
        Err(why) => Err(why.clone()),
    };
    let read = read.ok();
    let attestation = Attestation {
        file,
        kind: AttestationKind::ArchiveReceipt,
        standing: if judged.is_ok() { AttestationStanding::SignerUnknown } else { AttestationStanding::Invalid },
        by: read.as_ref().map(|receipt| match &receipt.place {
            Place::Bucket { bucket } => bucket.clone(),
            Place::Directory { path } => path.clone(),
        }),
        role: None,
        key_id: None,
        at: read.as_ref().map(|receipt| receipt.archived_at),
        statement: read.map(|receipt| receipt.statement),
        decisions: Vec::new(),
        remark: match &judged {
            Ok(kept) if kept.missing.is_empty() => {
                "it is of this seal and of these files; that the archive answered so is the operator's word, which the \
                 archive can be asked about"
                    .to_owned()
            }
            Ok(kept) => format!("it is of this seal, and not of all that is archived: {}", kept.missing.join("; ")),
            Err(why) => why.clone(),
        },
    };
    Judged { attestation, attested: None, key: None, of: Some(SUMS.to_owned()), kept: judged.ok() }
}

fn speaks_of(receipt: &Receipt, seal: &str, bundle: &BundleFiles) -> Result<Kept, String> {
    let Receipt { format, installation, run, sealed_sha256, immutable, .. } = receipt;
    if format != FORMAT {
        return Err(format!("it is of the format `{format}`, and this version reads `{FORMAT}`"));
    }
    if sealed_sha256 != seal {
        return Err(format!("it is of another bundle: it names the seal {sealed_sha256}, and this one has {seal}"));
    }
    let unread = |file: &str, why: &dyn std::fmt::Display| format!("{file} cannot be read, which it is of: {why}");
    let text = bundle.text(RUN).map_err(|error| unread(RUN, &error))?;
    let own: RunFile = serde_json::from_str(&text).map_err(|error| unread(RUN, &error))?;
    if (*run, installation) != (own.run, &own.installation) {
        let (own_run, own) = (own.run, own.installation);
        return Err(format!("it is of run {run} of `{installation}`, and the bundle of run {own_run} of `{own}`"));
    }
    let mut kept = BTreeMap::new();
    for Object { name, sha256 } in &receipt.objects {
        if kept.insert(name.as_str(), sha256.as_str()).is_some() {
            return Err(format!("it names {name} twice"));
        }
    }
    let register = bundle.text(REGISTER).map_err(|error| unread(REGISTER, &error))?;
    let missing = missing(*run, seal, &register, &mut kept, bundle)?;
    Ok(Kept { missing, immutable: *immutable })
}

/// What the receipt lacks of all that the program archives of a bundle. What it names has the digest of what is here.
fn missing(
    run: u64,
    seal: &str,
    register: &str,
    kept: &mut BTreeMap<&str, &str>,
    bundle: &BundleFiles,
) -> Result<Vec<String>, String> {
    let last = register.lines().last().unwrap_or_default();
    let anchor = format!("register/{}-{}.json", register.lines().count(), sha256_hex(last));
    let expected = [
        (format!("run-{run}/{SUMS}"), Some(seal.to_owned())),
        // The packed bundle is not among a bundle's own files, so its digest stands for itself.
        (format!("run-{run}/bundle-{run}.tar.zst"), None),
        (anchor, Some(sha256_hex(format!("{last}\n")))),
    ];
    let mut missing = Vec::new();
    for (name, digest) in expected {
        match (kept.remove(name.as_str()), digest) {
            (None, _) => missing.push(format!("{name} is not in it")),
            (Some(found), Some(digest)) => same(&name, found, &digest)?,
            (Some(_), None) => {}
        }
    }
    for (name, found) in kept {
        let below = format!("run-{run}/{ATTESTATIONS}/");
        let Some(file) = name.strip_prefix(&below).filter(|file| !file.is_empty()) else {
            return Err(format!("it names {name}, which is nothing that is archived of this bundle"));
        };
        let path = format!("{ATTESTATIONS}/{file}");
        if bundle.has(&path) {
            let digest = digest_of(bundle, &path).map_err(|error| format!("{path} cannot be read: {error}"))?;
            same(name, found, &digest)?;
        } else {
            missing.push(format!("{path} is in it, and not here"));
        }
    }
    Ok(missing)
}

fn same(name: &str, kept: &str, here: &str) -> Result<(), String> {
    if kept == here {
        return Ok(());
    }
    Err(format!("it names {name} with SHA-256 {kept}, and what is here has {here}"))
}

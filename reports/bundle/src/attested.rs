//! Judges what was said of a sealed bundle: signatures, time-stamps, receipts.

mod receipt;

use std::collections::BTreeMap;
use std::io;

use backproof_evidence::RunEvidence;
use backproof_evidence::dossier::{Attestation, AttestationKind, AttestationStanding, Decision};
use backproof_model::canonical::sha256_hex;
use backproof_signing::{
    Attested, Context, Examined, PublicKey, SIGN_OFF_PREDICATE, Standing, Trust, examine, examine_time_stamp,
};
use jiff::Timestamp;

use crate::layout::{ATTESTATIONS, SUMS};
use crate::open::BundleFiles;

pub use receipt::Kept;

/// The ends of the names of files in `attestations/`.
const ENVELOPE: &str = ".dsse.json";
const TIME_STAMP: &str = ".tsr";
const RECEIPT: &str = ".receipt.json";

/// One attestation with all that was read of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What reports say of it.
    pub attestation: Attestation,
    /// What was stated, where it is a statement of ours whose signature holds.
    pub attested: Option<Attested>,
    /// The key that signed, where the signature holds.
    pub key: Option<PublicKey>,
    /// For a time-stamp: the file of the bundle that it is of.
    pub of: Option<String>,
    /// For a receipt that is of this bundle: what it shows.
    pub kept: Option<Kept>,
}

/// Judges every file in `attestations/`, in the order of their names. `seal` is the SHA-256 of the bundle's
/// `SHA256SUMS`; `authorities` are certificates in PEM.
pub fn judge(
    bundle: &BundleFiles,
    seal: &str,
    evidence: Option<&RunEvidence>,
    trust: Option<&Trust>,
    authorities: Option<&str>,
) -> Vec<Judged> {
    let mut judged = Vec::new();
    let mut of_kind = |end: &str, kind: AttestationKind| -> Vec<(String, Vec<u8>)> {
        let below = format!("{ATTESTATIONS}/");
        let files = bundle.files().map(|(path, _)| path).filter(|path| path.starts_with(&below) && path.ends_with(end));
        let named = files.map(|path| (path[below.len()..].to_owned(), bundle.bytes(path)));
        let read = |(file, content): (String, io::Result<Vec<u8>>)| match content {
            Ok(content) => Some((file, content)),
            Err(error) => {
                judged.push(unreadable(file, kind, &error));
                None
            }
        };
        named.filter_map(read).collect()
    };
    let envelopes = of_kind(ENVELOPE, AttestationKind::Operator);
    let time_stamps = of_kind(TIME_STAMP, AttestationKind::TimeStamp);
    let receipts = of_kind(RECEIPT, AttestationKind::ArchiveReceipt);
    let of_time = |(file, response): (String, Vec<u8>)| time_stamp(file, &response, seal, &envelopes, authorities);
    judged.extend(time_stamps.into_iter().map(of_time));
    let stamped = stamped(&judged);
    let operator = evidence.and_then(|evidence| evidence.opened.as_ref()).map(|opened| opened.operator.as_str());
    let mut context = Context {
        operator,
        operator_keys: &[],
        trust,
        closed_at: evidence.and_then(|evidence| evidence.last_entry),
        stamped_at: None,
    };
    // The operator's keys must be known before anybody else's sign-off is judged.
    let keys: Vec<PublicKey> = envelopes
        .iter()
        .map(|(_, envelope)| examine(envelope, seal, &context))
        .filter(|examined| {
            matches!(examined.attested, Some(Attested::Run(_))) && examined.standing != Standing::Invalid
        })
        .filter_map(|examined| examined.key)
        .collect();
    context.operator_keys = &keys;
    for (file, envelope) in &envelopes {
        context.stamped_at = stamped.get(file).copied();
        judged.push(signature(file.clone(), examine(envelope, seal, &context), envelope));
    }
    judged.extend(receipts.into_iter().map(|(file, receipt)| receipt::receipt(file, &receipt, seal, bundle)));
    judged.sort_by(|a, b| a.attestation.file.cmp(&b.attestation.file));
    judged
}

fn unreadable(file: String, kind: AttestationKind, error: &io::Error) -> Judged {
    let attestation = Attestation {
        file,
        kind,
        standing: AttestationStanding::Invalid,
        by: None,
        role: None,
        key_id: None,
        at: None,
        statement: None,
        decisions: Vec::new(),
        remark: format!("it cannot be read: {error}"),
    };
    Judged { attestation, attested: None, key: None, of: None, kept: None }
}

/// The earliest believed moment at which each envelope existed, by its name.
fn stamped(judged: &[Judged]) -> BTreeMap<String, Timestamp> {
    let mut stamped = BTreeMap::<String, Timestamp>::new();
    for it in judged.iter().filter(|it| it.attestation.standing == AttestationStanding::Trusted) {
        if let (Some(of), Some(at)) = (&it.of, it.attestation.at) {
            let known = stamped.entry(of.clone()).or_insert(at);
            *known = at.min(*known);
        }
    }
    stamped
}

fn standing(of: Standing) -> AttestationStanding {
    match of {
        Standing::Trusted => AttestationStanding::Trusted,
        Standing::SignerUnknown => AttestationStanding::SignerUnknown,
        Standing::Invalid => AttestationStanding::Invalid,
    }
}

fn signature(file: String, examined: Examined, envelope: &[u8]) -> Judged {
    let kind = match &examined.attested {
        Some(Attested::TestResult(_)) => AttestationKind::TestResult,
        Some(Attested::SignOff(_)) => AttestationKind::SignOff,
        // Of one that is not believed at all, what it calls itself still says what it wanted to be.
        None if claims_sign_off(envelope) => AttestationKind::SignOff,
        Some(Attested::Run(_)) | None => AttestationKind::Operator,
    };
    let by = examined.person.or_else(|| examined.attested.as_ref().and_then(named_in));
    let decided = examined.decisions.into_iter();
    let decisions = decided.map(|it| Decision { exception: it.exception, decision: it.decision }).collect();
    let attestation = Attestation {
        file,
        kind,
        standing: standing(examined.standing),
        by,
        role: examined.role,
        key_id: examined.key_id,
        at: examined.at,
        statement: examined.statement,
        decisions,
        remark: examined.remark,
    };
    Judged { attestation, attested: examined.attested, key: examined.key, of: Some(SUMS.to_owned()), kept: None }
}

/// The name that the statement itself gives, which nobody vouches for unless the trust file does.
fn named_in(attested: &Attested) -> Option<String> {
    match attested {
        Attested::Run(run) => Some(run.operator.clone()),
        Attested::SignOff(sign_off) => Some(sign_off.reviewer.clone()),
        Attested::TestResult(_) => None,
    }
}

fn claims_sign_off(envelope: &[u8]) -> bool {
    let payload = backproof_signing::Envelope::read(envelope).map(|envelope| envelope.payload).unwrap_or_default();
    String::from_utf8_lossy(&payload).contains(SIGN_OFF_PREDICATE)
}

/// A time-stamp is of the seal or of one of the envelopes; which one, its digest says.
fn time_stamp(
    file: String,
    response: &[u8],
    seal: &str,
    envelopes: &[(String, Vec<u8>)],
    authorities: Option<&str>,
) -> Judged {
    let digests = envelopes.iter().map(|(name, envelope)| (name.as_str(), sha256_hex(envelope)));
    let candidates: Vec<(&str, String)> = std::iter::once((SUMS, seal.to_owned())).chain(digests).collect();
    let mut examined = candidates
        .iter()
        .map(|(of, digest)| (*of, examine_time_stamp(response, digest, authorities)))
        .collect::<Vec<_>>();
    let place = examined.iter().position(|(_, examined)| examined.standing != Standing::Invalid);
    let (of, examined) = examined.swap_remove(place.unwrap_or(0));
    let attestation = Attestation {
        file,
        kind: AttestationKind::TimeStamp,
        standing: standing(examined.standing),
        by: examined.authority,
        role: None,
        key_id: None,
        at: examined.at,
        statement: None,
        decisions: Vec::new(),
        remark: match place {
            Some(_) => format!("of {of}: {}", examined.remark),
            None => examined.remark,
        },
    };
    Judged { attestation, attested: None, key: None, of: place.map(|_| of.to_owned()), kept: None }
}

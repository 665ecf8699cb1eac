//! The answer of an authority, taken apart: `TimeStampResp`, the CMS around it, `TSTInfo` within.

use jiff::Timestamp;
use x509_cert::der::Tag;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};

use super::TimeStampProblem;
use super::elements::{Elements, context, context_primitive, element_tag, encoded, unreadable};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
pub(super) const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
pub(super) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");

/// A granted time-stamp. Nothing of it is believed yet.
pub(super) struct Token<'a> {
    /// Its time.
    pub(super) at: Timestamp,
    /// Its serial number, in hexadecimal.
    pub(super) serial: String,
    /// The nonce of the request that it answers, without leading zeros.
    pub(super) nonce: Option<&'a [u8]>,
    /// The digest's algorithm and the digest.
    imprint: (ObjectIdentifier, &'a [u8]),
    /// `TSTInfo` in its own bytes, over which the message digest is made.
    pub(super) content: &'a [u8],
    /// The certificates that came with it, in DER.
    pub(super) certificates: Vec<Vec<u8>>,
    /// Who signed, and what.
    pub(super) signer: SignerInfo<'a>,
}

/// The signature of a token.
pub(super) struct SignerInfo<'a> {
    /// Which certificate.
    pub(super) identifier: SignerIdentifier<'a>,
    /// The digest's algorithm.
    pub(super) digest: ObjectIdentifier,
    /// The signed attributes: the elements of a set, in their own bytes.
    pub(super) attributes: AnyRef<'a>,
    /// The signature's algorithm.
    pub(super) algorithm: ObjectIdentifier,
    /// The signature.
    pub(super) signature: &'a [u8],
}

/// How a signature names its certificate.
pub(super) enum SignerIdentifier<'a> {
    /// By issuer, a Name in DER, and serial number.
    IssuerAndSerial { issuer: Vec<u8>, serial: &'a [u8] },
    /// By the subject key identifier.
    KeyIdentifier(&'a [u8]),
}

impl<'a> Token<'a> {
    /// Takes an answer apart.
    pub(super) fn read(response: &'a [u8]) -> Result<Self, TimeStampProblem> {
        let mut answer = Elements::of_sequence(response, "TimeStampResp")?;
        granted(&mut answer)?;
        let mut token = answer.sequence("ContentInfo")?;
        if token.oid()? != SIGNED_DATA {
            return Err(unreadable("ContentInfo", "it is no signed data"));
        }
        let mut wrapped = Elements::within(token.next(context(0))?, context(0), "ContentInfo")?;
        let mut data = wrapped.sequence("SignedData")?;
        data.next(Tag::Integer)?;
        data.next(Tag::Set)?;
        let content = content(&mut data)?;
        let certificates = match data.optional(context(0))? {
            Some(set) => certificates(set)?,
            None => Vec::new(),
        };
        data.optional(context(1))?;
        let mut signers = Elements::within(data.next(Tag::Set)?, Tag::Set, "SignerInfos")?;
        let signer = signer_info(signers.sequence("SignerInfo")?)?;
        if !signers.is_empty() {
            return Err(unreadable("SignerInfos", "a time-stamp has one signer"));
        }
        let info = TstInfo::read(content)?;
        let TstInfo { at, serial, nonce, imprint } = info;
        Ok(Self { at, serial, nonce, imprint, content, certificates, signer })
    }

    /// Whether it is of bytes with this SHA-256, in hexadecimal.
    pub(super) fn is_of(&self, sha256: &str) -> Result<(), TimeStampProblem> {
        let (algorithm, digest) = self.imprint;
        let found = if algorithm == SHA256 { hex::encode(digest) } else { format!("none but one of {algorithm}") };
        if found == sha256 {
            return Ok(());
        }
        Err(TimeStampProblem::OtherImprint { expected: sha256.to_owned(), found })
    }
}

/// `PKIStatusInfo`: 0 is granted, 1 granted with changes.
fn granted(answer: &mut Elements<'_>) -> Result<(), TimeStampProblem> {
    let mut info = answer.sequence("PKIStatusInfo")?;
    let status = info.next(Tag::Integer)?;
    let words = match info.optional(Tag::Sequence)? {
        Some(texts) => words(texts)?,
        None => None,
    };
    match status.value() {
        [0 | 1] => Ok(()),
        [status] => Err(TimeStampProblem::NotGranted { status: *status, words }),
        _ => Err(unreadable("PKIStatusInfo", "its status is no number that is known")),
    }
}

fn words(texts: AnyRef<'_>) -> Result<Option<String>, TimeStampProblem> {
    let mut texts = Elements::within(texts, Tag::Sequence, "PKIFreeText")?;
    let mut words = Vec::new();
    while !texts.is_empty() {
        let text = texts.next(Tag::Utf8String)?;
        words.push(String::from_utf8_lossy(text.value()).replace(char::is_control, "\u{fffd}"));
    }
    Ok(Some(words.join(" ")).filter(|words| !words.is_empty()))
}

/// `EncapsulatedContentInfo`: `TSTInfo` in an octet string.
fn content<'a>(signed: &mut Elements<'a>) -> Result<&'a [u8], TimeStampProblem> {
    let mut content = signed.sequence("EncapsulatedContentInfo")?;
    if content.oid()? != TST_INFO {
        return Err(unreadable("EncapsulatedContentInfo", "it holds no time-stamp"));
    }
    let mut wrapped = Elements::within(content.next(context(0))?, context(0), "EncapsulatedContentInfo")?;
    Ok(wrapped.next(Tag::OctetString)?.value())
}

/// The certificates of the set that are X.509; attribute certificates and others are passed over.
fn certificates(set: AnyRef<'_>) -> Result<Vec<Vec<u8>>, TimeStampProblem> {
    let mut set = Elements::within(set, context(0), "CertificateSet")?;
    let mut found = Vec::new();
    while !set.is_empty() {
        let one = set.any()?;
        if element_tag(&one) == Tag::Sequence {
            found.push(encoded(&one)?);
        }
    }
    Ok(found)
}

fn signer_info(mut info: Elements<'_>) -> Result<SignerInfo<'_>, TimeStampProblem> {
    info.next(Tag::Integer)?;
    let identifier = if let Some(key) = info.optional(context_primitive(0))? {
        SignerIdentifier::KeyIdentifier(key.value())
    } else {
        let mut named = info.sequence("IssuerAndSerialNumber")?;
        let issuer = encoded(&named.next(Tag::Sequence)?)?;
        SignerIdentifier::IssuerAndSerial { issuer, serial: named.next(Tag::Integer)?.value() }
    };
    let digest = info.sequence("DigestAlgorithmIdentifier")?.oid()?;
    let Some(attributes) = info.optional(context(0))? else {
        return Err(TimeStampProblem::Attributes("there are none".into()));
    };
    let algorithm = info.sequence("SignatureAlgorithmIdentifier")?.oid()?;
    let signature = info.next(Tag::OctetString)?.value();
    Ok(SignerInfo { identifier, digest, attributes, algorithm, signature })
}

struct TstInfo<'a> {
    at: Timestamp,
    serial: String,
    nonce: Option<&'a [u8]>,
    imprint: (ObjectIdentifier, &'a [u8]),
}

impl<'a> TstInfo<'a> {
    fn read(der: &'a [u8]) -> Result<Self, TimeStampProblem> {
        let mut info = Elements::of_sequence(der, "TSTInfo")?;
        info.next(Tag::Integer)?;
        info.oid()?;
        let mut imprint = info.sequence("MessageImprint")?;
        let algorithm = imprint.sequence("MessageImprint")?.oid()?;
        let digest = imprint.next(Tag::OctetString)?.value();
        let serial = hex::encode(info.next(Tag::Integer)?.value());
        let at = moment(info.next(Tag::GeneralizedTime)?.value())?;
        info.optional(Tag::Sequence)?; // accuracy
        info.optional(Tag::Boolean)?; // ordering
        let nonce = info.optional(Tag::Integer)?.map(|nonce| without_zeros(nonce.value()));
        Ok(Self { at, serial, nonce, imprint: (algorithm, digest) })
    }
}

fn without_zeros(mut bytes: &[u8]) -> &[u8] {
    while let [0, rest @ ..] = bytes {
        bytes = rest;
    }
    bytes
}

/// `YYYYMMDDhhmmss[.fraction]Z`. Strict libraries refuse the fraction, which RFC 3161 allows.
fn moment(text: &[u8]) -> Result<Timestamp, TimeStampProblem> {
    let wrong = || unreadable("TSTInfo", "its time is not YYYYMMDDhhmmss[.fraction]Z");
    let text = std::str::from_utf8(text).map_err(|_| wrong())?;
    let (digits, rest) = text.split_at_checked(14).ok_or_else(wrong)?;
    let fraction = rest.strip_suffix('Z').ok_or_else(wrong)?;
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|f| (1..=9).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit()));
    if !is_fraction || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let [year, month, day, hour, minute, second] =
        [&digits[..4], &digits[4..6], &digits[6..8], &digits[8..10], &digits[10..12], &digits[12..]];
    format!("{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}Z").parse().map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_with_and_without_a_fraction() {
        assert_eq!(moment(b"20260420103000Z").unwrap(), "2026-04-20T10:30:00Z".parse().unwrap());
        assert_eq!(moment(b"20260420103000.25Z").unwrap(), "2026-04-20T10:30:00.25Z".parse().unwrap());
    }

    #[test]
    fn what_is_no_time_of_utc_is_refused() {
        for text in
            ["", "20260420103000", "20260420103000+0100", "20260420103000.Z", "20261320103000Z", "2026042010300xZ"]
        {
            assert!(moment(text.as_bytes()).is_err(), "{text}");
        }
    }
}

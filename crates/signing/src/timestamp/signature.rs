//! The signature of a time-stamp, and the attributes that it is over.

use ring::digest::{self, digest};
use rustls_pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use webpki::{EndEntityCert, ring as algorithms};
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier};
use x509_cert::der::{Encode, Tag};

use super::TimeStampProblem;
use super::chain::{Certificate, name};
use super::elements::{Elements, context, unreadable};
use super::token::{SHA256, TST_INFO, Token};

const SHA1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.14.3.2.26");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// Whether the certificate's key signed this time-stamp, and signed that it would.
pub(super) fn verify(token: &Token<'_>, certificate: &Certificate) -> Result<(), TimeStampProblem> {
    let attributes = Attributes::read(token)?;
    attributes.are_of(token, certificate)?;
    // What is signed is a SET OF, whatever the tag in its place says (RFC 5652, 5.4).
    let set = AnyRef::new(Tag::Set, token.signer.attributes.value()).and_then(|set| set.to_der());
    let signed = set.map_err(|error| unreadable("SignedAttributes", &error.to_string()))?;
    let der = CertificateDer::from(certificate.der.as_slice());
    let key = EndEntityCert::try_from(&der).map_err(|error| unreadable("the certificate", &error.to_string()))?;
    let signature = token.signer.signature;
    let holds = candidates(token)?.iter().any(|each| key.verify_signature(*each, &signed, signature).is_ok());
    if holds { Ok(()) } else { Err(TimeStampProblem::Changed { authority: name(certificate) }) }
}

/// The algorithms that the token's own words allow; the certificate's key decides between curves.
fn candidates(token: &Token<'_>) -> Result<Vec<&'static dyn SignatureVerificationAlgorithm>, TimeStampProblem> {
    let (algorithm, digest) = (token.signer.algorithm, token.signer.digest);
    let found = match (algorithm, digest) {
        (RSA | RSA_SHA256, SHA256) => vec![algorithms::RSA_PKCS1_2048_8192_SHA256],
        (RSA | RSA_SHA384, SHA384) => vec![algorithms::RSA_PKCS1_2048_8192_SHA384],
        (RSA | RSA_SHA512, SHA512) => vec![algorithms::RSA_PKCS1_2048_8192_SHA512],
        (RSA_PSS, SHA256) => vec![algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY],
        (RSA_PSS, SHA384) => vec![algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY],
        (RSA_PSS, SHA512) => vec![algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY],
        (ECDSA_SHA256, SHA256) => vec![algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA256],
        (ECDSA_SHA384, SHA384) => vec![algorithms::ECDSA_P256_SHA384, algorithms::ECDSA_P384_SHA384],
        (algorithm, digest) => return Err(TimeStampProblem::OtherAlgorithm(format!("{algorithm} over {digest}"))),
    };
    Ok(found)
}

/// The three attributes that a time-stamp must have, each once.
struct Attributes<'a> {
    content_type: AnyRef<'a>,
    message_digest: AnyRef<'a>,
    /// The digest of the signer's certificate, with its algorithm.
    certificate: (ObjectIdentifier, &'a [u8]),
}

impl<'a> Attributes<'a> {
    fn read(token: &Token<'a>) -> Result<Self, TimeStampProblem> {
        let wrong = |problem: &str| TimeStampProblem::Attributes(problem.to_owned());
        let mut attributes = Elements::within(token.signer.attributes, context(0), "SignedAttributes")?;
        let (mut content_type, mut message_digest, mut v1, mut v2) = (None, None, None, None);
        while !attributes.is_empty() {
            let mut attribute = attributes.sequence("Attribute")?;
            let kind = attribute.oid()?;
            let mut values = Elements::within(attribute.next(Tag::Set)?, Tag::Set, "AttributeValues")?;
            let place = match kind {
                CONTENT_TYPE => &mut content_type,
                MESSAGE_DIGEST => &mut message_digest,
                SIGNING_CERTIFICATE => &mut v1,
                SIGNING_CERTIFICATE_V2 => &mut v2,
                _ => continue,
            };
            if place.replace(values.any()?).is_some() || !values.is_empty() {
                return Err(wrong("one of them is there twice"));
            }
        }
        let certificate = match (v2, v1) {
            (Some(v2), _) => certificate_v2(v2)?,
            (None, Some(v1)) => certificate_v1(v1)?,
            (None, None) => return Err(wrong("the signer's certificate is not among them")),
        };
        Ok(Self {
            content_type: content_type.ok_or_else(|| wrong("the content's type is not among them"))?,
            message_digest: message_digest.ok_or_else(|| wrong("the content's digest is not among them"))?,
            certificate,
        })
    }

    fn are_of(&self, token: &Token<'_>, certificate: &Certificate) -> Result<(), TimeStampProblem> {
        let wrong = |problem: &str| Err(TimeStampProblem::Attributes(problem.to_owned()));
        if self.content_type.value() != TST_INFO.as_bytes() {
            return wrong("they are of another type of content");
        }
        let Some(of_content) = digest_of(token.signer.digest, token.content) else {
            return Err(TimeStampProblem::OtherAlgorithm(format!("a digest of {}", token.signer.digest)));
        };
        if self.message_digest.value() != of_content {
            return wrong("the digest is of another time-stamp: it was changed after it was signed");
        }
        let (algorithm, named) = self.certificate;
        if digest_of(algorithm, &certificate.der).as_deref() == Some(named) {
            return Ok(());
        }
        // The attribute exists to keep certificates from being exchanged. Its first version knew SHA-1 only, which
        // still names a certificate that its maker did not want to collide.
        let of_sha1 = (algorithm == SHA1).then(|| digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate.der));
        if of_sha1.is_some_and(|of_sha1| of_sha1.as_ref() == named) {
            return Ok(());
        }
        wrong("they name another certificate than the one that came along")
    }
}

/// `SigningCertificateV2`: the first `ESSCertIDv2` is the signer's; its algorithm is SHA-256 unless it says another.
fn certificate_v2(value: AnyRef<'_>) -> Result<(ObjectIdentifier, &[u8]), TimeStampProblem> {
    let mut first = first_certificate(value)?;
    let algorithm = match first.optional(Tag::Sequence)? {
        Some(algorithm) => Elements::within(algorithm, Tag::Sequence, "ESSCertIDv2")?.oid()?,
        None => SHA256,
    };
    Ok((algorithm, first.next(Tag::OctetString)?.value()))
}

/// `SigningCertificate`: the first `ESSCertID` is the signer's, always by SHA-1.
fn certificate_v1(value: AnyRef<'_>) -> Result<(ObjectIdentifier, &[u8]), TimeStampProblem> {
    Ok((SHA1, first_certificate(value)?.next(Tag::OctetString)?.value()))
}

fn first_certificate(value: AnyRef<'_>) -> Result<Elements<'_>, TimeStampProblem> {
    let mut outer = Elements::within(value, Tag::Sequence, "SigningCertificate")?;
    outer.sequence("SigningCertificate")?.sequence("ESSCertID")
}

/// The digest, by an algorithm that is still good for contents.
fn digest_of(algorithm: ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    let algorithm = match algorithm {
        SHA256 => &digest::SHA256,
        SHA384 => &digest::SHA384,
        SHA512 => &digest::SHA512,
        _ => return None,
    };
    Some(digest(algorithm, bytes).as_ref().to_vec())
}

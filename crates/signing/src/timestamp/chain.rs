//! The certificate that a time-stamp was signed with: which it is, what it is for, and who stands behind it.

use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, ring as algorithms};
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::{ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::time::Time;

use super::TimeStampProblem;
use super::token::{SignerIdentifier, Token};

const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// The same without tag and length, as `webpki` wants it.
const TIME_STAMPING_BYTES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// What certificates may be signed with. SHA-1 is not among it.
const ALGORITHMS: &[&dyn rustls_pki_types::SignatureVerificationAlgorithm] = &[
    algorithms::ECDSA_P256_SHA256,
    algorithms::ECDSA_P256_SHA384,
    algorithms::ECDSA_P384_SHA256,
    algorithms::ECDSA_P384_SHA384,
    algorithms::ED25519,
    algorithms::RSA_PKCS1_2048_8192_SHA256,
    algorithms::RSA_PKCS1_2048_8192_SHA384,
    algorithms::RSA_PKCS1_2048_8192_SHA512,
    algorithms::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    algorithms::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

/// A certificate, read, with the bytes that it was read from.
#[derive(Clone)]
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    parsed: x509_cert::Certificate,
}

impl Certificate {
    fn read(der: Vec<u8>) -> Result<Self, String> {
        let parsed = x509_cert::Certificate::from_der(&der).map_err(|error| error.to_string())?;
        Ok(Self { der, parsed })
    }

    fn is_named_by(&self, identifier: &SignerIdentifier<'_>) -> bool {
        let certificate = self.parsed.tbs_certificate();
        match identifier {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                certificate.serial_number().as_bytes() == *serial
                    && certificate.issuer().to_der().is_ok_and(|own| own == *issuer)
            }
            SignerIdentifier::KeyIdentifier(wanted) => certificate
                .get_extension::<SubjectKeyIdentifier>()
                .is_ok_and(|found| found.is_some_and(|(_, own)| own.0.as_bytes() == *wanted)),
        }
    }
}

/// The authorities that the verifier trusts.
pub(super) struct Authorities(Vec<Certificate>);

impl Authorities {
    /// Reads certificates from PEM, one after the other.
    pub(super) fn read(pem: &str) -> Result<Self, TimeStampProblem> {
        let wrong = |problem: String| TimeStampProblem::Authorities(problem);
        let mut found = Vec::new();
        for der in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let der = der.map_err(|error| wrong(error.to_string()))?;
            found.push(Certificate::read(der.to_vec()).map_err(wrong)?);
        }
        if found.is_empty() { Err(wrong("it holds no certificate in PEM".into())) } else { Ok(Self(found)) }
    }
}

/// The certificate that the token's signature names, from the token or from the authorities' file.
pub(super) fn signer(token: &Token<'_>, authorities: Option<&Authorities>) -> Result<Certificate, TimeStampProblem> {
    // One that cannot be read is not the one, or else nothing of it can be checked.
    let enclosed = token.certificates.iter().filter_map(|der| Certificate::read(der.clone()).ok());
    if let Some(found) = enclosed.into_iter().find(|each| each.is_named_by(&token.signer.identifier)) {
        return Ok(found);
    }
    let mut given = authorities.iter().flat_map(|authorities| &authorities.0);
    let found = given.find(|certificate| certificate.is_named_by(&token.signer.identifier));
    found.cloned().ok_or(TimeStampProblem::NoCertificate)
}

/// The subject of a certificate, as it says of itself.
pub(super) fn name(certificate: &Certificate) -> String {
    let name = certificate.parsed.tbs_certificate().subject().to_string();
    name.replace(char::is_control, "\u{fffd}")
}

/// The extended key usage must be critical and time-stamping alone (RFC 3161, 2.3).
pub(super) fn is_for_time_stamps(certificate: &Certificate) -> Result<(), TimeStampProblem> {
    let wrong = |problem| Err(TimeStampProblem::NotForTimeStamps { authority: name(certificate), problem });
    match certificate.parsed.tbs_certificate().get_extension::<ExtendedKeyUsage>() {
        Err(_) => wrong("its extended key usage cannot be read"),
        Ok(None) => wrong("it has no extended key usage"),
        Ok(Some((_, usage))) if usage.0 != [TIME_STAMPING] => {
            wrong("its extended key usage is another, or further ones")
        }
        Ok(Some((false, _))) => wrong("its extended key usage is not critical"),
        Ok(Some((true, _))) => Ok(()),
    }
}

/// Whether the certificate held at a moment.
pub(super) fn is_valid_at(certificate: &Certificate, at: Timestamp) -> Result<(), TimeStampProblem> {
    let validity = certificate.parsed.tbs_certificate().validity();
    let out_of_time = |problem| {
        let whose = format!("the certificate of {}", name(certificate));
        Err(TimeStampProblem::OutOfTime { whose, at, problem })
    };
    let second = |time: Time| i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX);
    if at.as_second() < second(validity.not_before) {
        return out_of_time("it was not valid yet");
    }
    if second(validity.not_after) < at.as_second() {
        return out_of_time("it had expired");
    }
    Ok(())
}

/// Whether a chain of certificates that held at the token's time leads to one of the authorities.
pub(super) fn leads_to(
    signer: &Certificate,
    token: &Token<'_>,
    authorities: &Authorities,
) -> Result<(), TimeStampProblem> {
    is_valid_at(signer, token.at)?;
    let other = |problem: String| TimeStampProblem::OtherAuthority { authority: name(signer), problem };
    let given: Vec<CertificateDer<'_>> = authorities.0.iter().map(|each| CertificateDer::from(&each.der[..])).collect();
    // An authority's own window is checked here: a chain's builder takes what it is given to trust for ever.
    let in_time = authorities.0.iter().zip(&given).filter(|(each, _)| is_valid_at(each, token.at).is_ok());
    let anchors: Vec<TrustAnchor<'_>> = in_time.filter_map(|(_, der)| anchor_from_trusted_cert(der).ok()).collect();
    if anchors.is_empty() {
        let first = authorities.0.first().map_or(Ok(()), |first| is_valid_at(first, token.at));
        return first.and(Err(other("none of the authorities' certificates can be used".into())));
    }
    let between: Vec<CertificateDer<'_>> =
        token.certificates.iter().map(|der| CertificateDer::from(der.as_slice())).chain(given.clone()).collect();
    let der = CertificateDer::from(signer.der.as_slice());
    let end = EndEntityCert::try_from(&der).map_err(|error| other(error.to_string()))?;
    let at = u64::try_from(token.at.as_second()).map_err(|_| other("its time is before 1970".into()))?;
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
    let usage = KeyUsage::required_if_present(TIME_STAMPING_BYTES);
    match end.verify_for_usage(ALGORITHMS, &anchors, &between, at, usage, None, None) {
        Ok(_) => Ok(()),
        Err(webpki::Error::UnknownIssuer) => Err(other("none of them issued its certificate".into())),
        Err(error) => Err(other(error.to_string())),
    }
}

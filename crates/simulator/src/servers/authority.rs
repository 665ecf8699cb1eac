//! The authority that signs the certificates of simulated servers, as RDS's own authorities sign those of DB instances.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

use super::ServerError;

/// A certificate authority of its own, whose key stays in memory.
///
/// Its certificates are valid from 2000 to 2049, so that neither the simulated time nor the real one falls outside.
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// A certificate with its key, both PEM.
pub(super) struct ServerCertificate {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

impl Authority {
    /// Makes an authority that no other shares.
    pub fn new() -> Result<Self, ServerError> {
        let mut params = lasting(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, "Backproof simulated RDS authority");
        Ok(Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate()?)? })
    }

    /// Its certificate: what a client's CA file holds.
    pub fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// A server certificate for localhost, 127.0.0.1 and further host names.
    pub(super) fn issue(&self, names: &[String]) -> Result<ServerCertificate, ServerError> {
        let mut all = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        all.extend(names.iter().cloned());
        let mut params = lasting(all)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok(ServerCertificate { certificate: certificate.pem(), key: key.serialize_pem() })
    }
}

fn lasting(names: Vec<String>) -> Result<CertificateParams, ServerError> {
    let mut params = CertificateParams::new(names)?;
    params.not_before = date_time_ymd(2000, 1, 1);
    params.not_after = date_time_ymd(2049, 12, 31);
    params.distinguished_name = rcgen::DistinguishedName::new();
    Ok(params)
}

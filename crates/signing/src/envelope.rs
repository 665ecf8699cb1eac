//! DSSE envelopes: a payload, its type, and signatures over both (<https://github.com/secure-systems-lab/dsse>).

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::key::{PrivateKey, PublicKey};

/// An envelope as it is written. Reading one says nothing of its signatures: see [`verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// What the payload is, as a media type.
    #[serde(rename = "payloadType")]
    pub payload_type: String,
    /// The payload.
    #[serde(with = "as_base64")]
    pub payload: Vec<u8>,
    /// Whose signatures it carries.
    pub signatures: Vec<Signature>,
}

/// One signature of an envelope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The name of the key, see [`PublicKey::id`]. Nothing vouches for it: it only helps to find the key.
    #[serde(default)]
    pub keyid: String,
    /// The signature over [`pre_authentication_encoding`]: 64 bytes of Ed25519, or ECDSA P-256 in DER.
    #[serde(with = "as_base64")]
    pub sig: Vec<u8>,
}

impl Envelope {
    /// Reads an envelope from its JSON.
    ///
    /// # Errors
    /// [`VerifyError::NotAnEnvelope`] where it is something else.
    pub fn read(text: &[u8]) -> Result<Self, VerifyError> {
        serde_json::from_slice(text).map_err(|error| VerifyError::NotAnEnvelope(error.to_string()))
    }

    /// The envelope's JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and bytes are always JSON")
    }
}

/// What was signed, once the signature held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The payload.
    pub payload: Vec<u8>,
    /// The names of the trusted keys that signed it, in the order in which they were given. Never empty.
    pub signers: Vec<String>,
}

/// Why an envelope is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read as an envelope.
    #[error("it is no DSSE envelope: {0}")]
    NotAnEnvelope(String),
    /// It is an envelope of something else.
    #[error("it holds `{found}`, not `{expected}`")]
    OtherType {
        /// The type that was asked for.
        expected: String,
        /// The type that it names.
        found: String,
    },
    /// It carries no signature.
    #[error("it carries no signature")]
    Unsigned,
    /// None of its signatures is by a key that is trusted here.
    #[error("it is signed by {}, which is not among the trusted keys ({})", named(found), named(trusted))]
    UnknownSigner {
        /// The names of the keys that it says it was signed with.
        found: Vec<String>,
        /// The names of the keys that are trusted.
        trusted: Vec<String>,
    },
    /// It names a trusted key, but that key did not sign these bytes.
    #[error("its signature by {keyid} does not hold: the document was changed after it was signed, or never signed")]
    Changed {
        /// The key's name.
        keyid: String,
    },
}

/// What is signed: type and payload with their lengths in bytes, so that neither can pass for a part of the other.
pub fn pre_authentication_encoding(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut encoded = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    encoded.extend_from_slice(payload);
    encoded
}

/// A payload that waits for its signature, wherever the key is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsigned {
    payload_type: String,
    payload: Vec<u8>,
}

impl Unsigned {
    /// A payload of this media type.
    pub fn new(payload_type: &str, payload: Vec<u8>) -> Self {
        Self { payload_type: payload_type.to_owned(), payload }
    }

    /// The bytes to sign.
    pub fn to_sign(&self) -> Vec<u8> {
        pre_authentication_encoding(&self.payload_type, &self.payload)
    }

    /// SHA-256 of the bytes to sign: what KMS's `Sign` takes as a message of the type `DIGEST`.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.to_sign()).into()
    }

    /// Signed with a key at hand.
    pub fn signed_with(self, key: &PrivateKey) -> Envelope {
        let sig = key.sign(&self.to_sign()).to_vec();
        self.enclosed(key.public(), sig)
    }

    /// With a signature that was made elsewhere, once it holds.
    ///
    /// # Errors
    /// [`VerifyError::Changed`] where this key did not make the signature over these bytes.
    pub fn signed(self, key: &PublicKey, signature: Vec<u8>) -> Result<Envelope, VerifyError> {
        if key.verifies(&self.to_sign(), &signature) {
            Ok(self.enclosed(key, signature))
        } else {
            Err(VerifyError::Changed { keyid: key.id().to_owned() })
        }
    }

    fn enclosed(self, key: &PublicKey, sig: Vec<u8>) -> Envelope {
        let signatures = vec![Signature { keyid: key.id().to_owned(), sig }];
        Envelope { payload_type: self.payload_type, payload: self.payload, signatures }
    }
}

/// Puts `payload` into an envelope, signed with `key`.
pub fn sign(key: &PrivateKey, payload_type: &str, payload: Vec<u8>) -> Envelope {
    Unsigned::new(payload_type, payload).signed_with(key)
}

/// The payload of an envelope of this type that at least one of the `trusted` keys signed.
///
/// # Errors
/// Says why the envelope is not believed.
pub fn verify(envelope: &Envelope, payload_type: &str, trusted: &[PublicKey]) -> Result<Verified, VerifyError> {
    if envelope.payload_type != payload_type {
        let found = envelope.payload_type.clone();
        return Err(VerifyError::OtherType { expected: payload_type.to_owned(), found });
    }
    if envelope.signatures.is_empty() {
        return Err(VerifyError::Unsigned);
    }
    let encoded = pre_authentication_encoding(payload_type, &envelope.payload);
    // The names in the envelope are hints, so each key is tried on each signature.
    let signed_by = |key: &&PublicKey| envelope.signatures.iter().any(|each| key.verifies(&encoded, &each.sig));
    let signers: Vec<String> = trusted.iter().filter(signed_by).map(|key| key.id().to_owned()).collect();
    if signers.is_empty() {
        return Err(refusal(envelope, trusted));
    }
    Ok(Verified { payload: envelope.payload.clone(), signers })
}

fn refusal(envelope: &Envelope, trusted: &[PublicKey]) -> VerifyError {
    let trusted: Vec<String> = trusted.iter().map(|key| key.id().to_owned()).collect();
    let found: Vec<String> = envelope.signatures.iter().map(|each| each.keyid.clone()).collect();
    match found.iter().find(|keyid| trusted.contains(keyid)) {
        Some(keyid) => VerifyError::Changed { keyid: keyid.clone() },
        None => VerifyError::UnknownSigner { found, trusted },
    }
}

fn named(keyids: &[String]) -> String {
    let name = |keyid: &String| if keyid.is_empty() { "an unnamed key".to_owned() } else { keyid.clone() };
    if keyids.is_empty() { "none".into() } else { keyids.iter().map(name).collect::<Vec<_>>().join(", ") }
}

/// Bytes as base64: written in the standard alphabet; the specification lets others write the one for URLs.
mod as_base64 {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use super::{Engine, STANDARD, URL_SAFE};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(&text).or_else(|_| URL_SAFE.decode(&text)).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        let encoded = pre_authentication_encoding("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
        assert_eq!(pre_authentication_encoding("é", b""), "DSSEv1 2 é 0 ".as_bytes());
    }

    #[test]
    fn envelopes_of_others_may_use_the_alphabet_of_urls_and_further_fields() {
        let text = br#"{"payloadType":"t","payload":"-_8=","signatures":[{"sig":"AA==","by":"x"}],"more":1}"#;
        let envelope = Envelope::read(text).unwrap();
        assert_eq!(envelope.payload, [0xfb, 0xff]);
        assert_eq!(envelope.signatures, [Signature { keyid: String::new(), sig: vec![0] }]);
    }

    #[test]
    fn a_field_that_is_given_twice_is_no_envelope() {
        let text = br#"{"payloadType":"t","payload":"AA==","payload":"AQ==","signatures":[]}"#;
        assert!(
            matches!(Envelope::read(text), Err(VerifyError::NotAnEnvelope(problem)) if problem.contains("payload"))
        );
    }
}

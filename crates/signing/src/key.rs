//! Keys as OpenSSL writes them: PKCS#8 and SPKI in PEM. Private ones are Ed25519's; whoever verifies also reads ECDSA
//! P-256, whose private part stays in AWS KMS.

use std::fmt;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::pkcs8::spki::SubjectPublicKeyInfoRef;
use ed25519_dalek::pkcs8::spki::der::Document;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use p256::ecdsa::signature::Verifier;
use sha2::{Digest, Sha256};

/// Longer files are no keys.
const LONGEST_FILE: u64 = 64 * 1024;

/// Everybody but the owner.
const OTHERS: u32 = 0o077;

/// A key that signs. Printing it prints its public part's name only.
#[derive(Clone)]
pub struct PrivateKey {
    key: SigningKey,
    public: PublicKey,
}

impl PrivateKey {
    /// Reads a PKCS#8 PEM file that nobody but its owner can read.
    ///
    /// # Errors
    /// Says what is wrong with the file and how to mend it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let (text, mode) = read(path)?;
        if mode & OTHERS != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode: mode & 0o7777 });
        }
        let not_a_key = |problem: &str| KeyError::NotAKey {
            path: path.to_owned(),
            expected: "an Ed25519 private key (PKCS#8 PEM)",
            problem: problem.to_owned(),
            hint: "make one with `openssl genpkey -algorithm ed25519`",
        };
        if text.contains("BEGIN ENCRYPTED PRIVATE KEY") {
            return Err(not_a_key("it is encrypted with a passphrase, which nobody is there to type"));
        }
        if text.contains("BEGIN PUBLIC KEY") {
            return Err(not_a_key("it is a public key"));
        }
        let key = SigningKey::from_pkcs8_pem(&text).map_err(|error| not_a_key(&error.to_string()))?;
        let public = PublicKey::of(Key::Ed25519(key.verifying_key()));
        Ok(Self { key, public })
    }

    /// The key that 32 random bytes make. Whoever knows the bytes has the key.
    pub fn of_random_bytes(bytes: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(bytes);
        let public = PublicKey::of(Key::Ed25519(key.verifying_key()));
        Self { key, public }
    }

    /// The key as `openssl genpkey -algorithm ed25519` writes it: PKCS#8 in PEM, without the public part.
    pub fn to_pem(&self) -> String {
        let bytes = KeypairBytes { secret_key: self.key.to_bytes(), public_key: None };
        let pem = bytes.to_pkcs8_pem(LineEnding::LF).expect("32 bytes always have their PEM");
        pem.to_string()
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey(of {})", self.public.id)
    }
}

/// A key that verifies: Ed25519, or ECDSA on P-256 as AWS KMS keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: Key,
    der: Vec<u8>,
    id: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Ed25519(VerifyingKey),
    EcdsaP256(p256::ecdsa::VerifyingKey),
}

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519 (RFC 8032); a signature has 64 bytes.
    Ed25519,
    /// ECDSA on P-256 over SHA-256, which KMS calls `ECDSA_SHA_256`; a signature is in DER.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// Its name as people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::EcdsaP256Sha256 => "ECDSA P-256 with SHA-256",
        }
    }
}

impl PublicKey {
    /// Reads an SPKI PEM file, as `openssl pkey -in KEY.pem -pubout` writes it.
    ///
    /// # Errors
    /// Says what is wrong with the file and how to mend it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let (text, _) = read(path)?;
        Self::of_pem(&text).map_err(|problem| KeyError::NotAKey {
            path: path.to_owned(),
            expected: "a public key of Ed25519 or ECDSA P-256 (SPKI PEM)",
            problem,
            hint: "make it of the private one with `openssl pkey -in KEY.pem -pubout`",
        })
    }

    /// Reads a key from a text: SPKI PEM, or the base64 between its first line and its last.
    ///
    /// # Errors
    /// Says what the text is instead.
    pub fn parse(text: &str) -> Result<Self, NotAPublicKey> {
        let text = text.trim();
        if text.contains("-----BEGIN") {
            return Self::of_pem(text).map_err(NotAPublicKey);
        }
        let der = STANDARD.decode(text).map_err(|_| NotAPublicKey("it is neither PEM nor base64".into()))?;
        Self::from_der(&der)
    }

    /// Reads a key from its SPKI DER, as KMS's `GetPublicKey` answers it.
    ///
    /// # Errors
    /// Says what the bytes are instead.
    pub fn from_der(der: &[u8]) -> Result<Self, NotAPublicKey> {
        let spki = SubjectPublicKeyInfoRef::try_from(der).map_err(|error| NotAPublicKey(error.to_string()))?;
        let key = match spki.algorithm.oid {
            ed25519_dalek::pkcs8::ALGORITHM_OID => VerifyingKey::from_public_key_der(der).map(Key::Ed25519),
            p256::elliptic_curve::ALGORITHM_OID => {
                p256::ecdsa::VerifyingKey::from_public_key_der(der).map(Key::EcdsaP256)
            }
            other => return Err(NotAPublicKey(format!("it is a key of the algorithm {other}"))),
        };
        key.map(Self::of).map_err(|error| NotAPublicKey(error.to_string()))
    }

    /// The key as `openssl pkey -pubout` writes it: SPKI in PEM.
    pub fn to_pem(&self) -> String {
        let lines = self.to_base64().into_bytes();
        let lines = lines.chunks(64).map(|line| String::from_utf8_lossy(line).into_owned() + "\n");
        format!("-----BEGIN PUBLIC KEY-----\n{}-----END PUBLIC KEY-----\n", lines.collect::<String>())
    }

    /// The same on one line: the base64 of the SPKI DER.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// How it signs.
    pub fn algorithm(&self) -> Algorithm {
        match &self.key {
            Key::Ed25519(_) => Algorithm::Ed25519,
            Key::EcdsaP256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    fn of_pem(text: &str) -> Result<Self, String> {
        if text.contains("PRIVATE KEY-----") {
            return Err("it is a private key, which whoever verifies should not have".into());
        }
        let (label, der) = Document::from_pem(text).map_err(|error| error.to_string())?;
        if label != "PUBLIC KEY" {
            return Err(format!("it is a {label} in PEM"));
        }
        Self::from_der(der.as_bytes()).map_err(|NotAPublicKey(problem)| problem)
    }

    fn of(key: Key) -> Self {
        let document = match &key {
            Key::Ed25519(key) => key.to_public_key_der(),
            Key::EcdsaP256(key) => key.to_public_key_der(),
        };
        let der = document.expect("a key that was read always has its DER").into_vec();
        Self { id: hex::encode(Sha256::digest(&der)), der, key }
    }

    /// The key's name: SHA-256 of its SPKI DER in lower-case hexadecimal, as
    /// `openssl pkey -pubin -in PUB.pem -outform DER | sha256sum` prints it.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether this key signed the message. For Ed25519 strict: refuses the weak keys and the second encodings of a
    /// signature that the plain equation lets pass.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.key {
            Key::Ed25519(key) => ed25519_dalek::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_strict(message, &signature).is_ok()),
            Key::EcdsaP256(key) => p256::ecdsa::DerSignature::from_bytes(signature)
                .is_ok_and(|signature| key.verify(message, &signature).is_ok()),
        }
    }
}

/// Why a text is no public key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no public key of Ed25519 or ECDSA P-256 (SPKI in PEM or base64): {0}")]
pub struct NotAPublicKey(String);

/// Why a file is no key to work with.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the key `{}`: {problem}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        problem: String,
    },
    /// Others than its owner can reach a private key.
    #[error(
        "the private key `{}` can be read or written by others than its owner (mode {mode:04o}); \
         `chmod 600` it, and make a new one where somebody may have read it",
        path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("`{}` is not {expected}: {problem}; {hint}", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What should be in it.
        expected: &'static str,
        /// What is wrong.
        problem: String,
        /// How to make one.
        hint: &'static str,
    },
}

/// The text of a file, and its permission bits, of one and the same open file.
fn read(path: &Path) -> Result<(String, u32), KeyError> {
    let unreadable = |error: std::io::Error| KeyError::Unreadable { path: path.to_owned(), problem: error.to_string() };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    let mut text = String::new();
    file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
    Ok((text, mode))
}

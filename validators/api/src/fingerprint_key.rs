//! The secret under which content is hashed.

use std::fmt;

/// The secret under which content is hashed. The same key must be used for a baseline and for the tests against it.
#[derive(Clone, PartialEq, Eq)]
pub struct FingerprintKey {
    secret: [u8; 32],
    id: String,
}

impl FingerprintKey {
    /// The key made of 32 secret random bytes. They are never used themselves: see [`FingerprintKey::derive`].
    pub fn new(secret: &[u8; 32]) -> Self {
        let id = blake3::derive_key("backproof items-v1 2026 identifier of the fingerprint key", secret);
        let digits = id[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Self { secret: *secret, id: digits }
    }

    /// A public name for the key, from which it cannot be found: 16 hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// A key for one purpose alone. `context` is a fixed text that names purpose and version, as BLAKE3 asks for.
    pub fn derive(&self, context: &'static str) -> [u8; 32] {
        blake3::derive_key(context, &self.secret)
    }
}

impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKey({})", self.id)
    }
}

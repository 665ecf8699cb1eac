//! Keyed fingerprints of rows, and keyed digests of definitions.
//!
//! The server adds up a 64-bit hash per row, which knows no order. Such a sum tells something of the rows to whoever
//! guesses them, so it never leaves the validator: what is published is BLAKE3 of it under a key of the installation,
//! and the server's hashes start from a seed of that key as well.

use std::fmt;
use std::str::FromStr;

use backproof_validators_api::FingerprintKey;
use serde::{Deserialize, Serialize};

/// The version of the whole construction.
const VERSION: &str = "rows-v1";

/// The part of a table that is all of it.
pub(crate) const WHOLE: &str = "";

/// The part of a table whose rows were settled.
pub(crate) const SETTLED: &str = "settled";

/// The part of a table whose keys fall into a cell of a grid.
pub(crate) fn cell(number: i64) -> String {
    format!("cell {number}")
}

/// What rows of a table add up to. `rows-v1:<algorithm>:<32 hexadecimal digits>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    algorithm: String,
    digest: [u8; 16],
}

/// What is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fingerprint; it looks like `rows-v1:<algorithm>:<32 hexadecimal digits>`")]
pub struct InvalidFingerprint(String);

impl Fingerprint {
    /// How the server hashed the rows. Fingerprints of two algorithms cannot be compared.
    pub fn algorithm(&self) -> &str {
        &self.algorithm
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VERSION}:{}:{}", self.algorithm, hex::encode(self.digest))
    }
}

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidFingerprint(text.to_owned());
        let mut parts = text.split(':');
        let (version, algorithm, digits) = (parts.next(), parts.next(), parts.next());
        let mut digest = [0; 16];
        hex::decode_to_slice(digits.ok_or_else(invalid)?, &mut digest).map_err(|_| invalid())?;
        match (version, algorithm, parts.next()) {
            (Some(VERSION), Some(algorithm), None) if !algorithm.is_empty() => {
                Ok(Self { algorithm: algorithm.to_owned(), digest })
            }
            _ => Err(invalid()),
        }
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = InvalidFingerprint;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// Makes fingerprints and digests under one key.
#[derive(Clone, Debug)]
pub(crate) struct Hasher {
    key_id: String,
    rows: [u8; 32],
    seeds: [u8; 32],
    definitions: [u8; 32],
}

impl Hasher {
    /// A hasher with keys of its own for each purpose.
    pub(crate) fn new(key: &FingerprintKey) -> Self {
        Self {
            key_id: key.id().to_owned(),
            rows: key.derive("backproof rows-v1 2026 fingerprint of rows"),
            seeds: key.derive("backproof rows-v1 2026 seed of row hashes"),
            definitions: key.derive("backproof rows-v1 2026 digest of definitions"),
        }
    }

    /// [`FingerprintKey::id`] of the key.
    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Where the server's hashes of a table's rows start. `table` is its name within its database.
    pub(crate) fn seed(&self, table: &str) -> [u8; 16] {
        shortened(&keyed(&self.seeds, &[table.as_bytes()]))
    }

    /// The fingerprint of so many rows of a table that add up to `sum`. `part` names the part of the table, and is empty
    /// for the whole of it.
    pub(crate) fn fingerprint(&self, algorithm: &str, table: &str, part: &str, rows: u64, sum: i128) -> Fingerprint {
        let (rows, sum) = (rows.to_be_bytes(), sum.to_be_bytes());
        let parts = [algorithm.as_bytes(), table.as_bytes(), part.as_bytes(), &rows, &sum];
        Fingerprint { algorithm: algorithm.to_owned(), digest: shortened(&keyed(&self.rows, &parts)) }
    }

    /// The digest of a definition: 16 hexadecimal digits.
    pub(crate) fn definition(&self, text: &str) -> String {
        hex::encode(&keyed(&self.definitions, &[text.as_bytes()])[..8])
    }
}

/// Each part goes in behind its length, so that no two lists of parts read the same.
fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_keyed(key);
    for part in parts {
        hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

fn shortened(digest: &[u8; 32]) -> [u8; 16] {
    let mut short = [0; 16];
    short.copy_from_slice(&digest[..16]);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher(secret: u8) -> Hasher {
        Hasher::new(&FingerprintKey::new(&[secret; 32]))
    }

    #[test]
    fn a_fingerprint_reads_back_as_it_was_written() {
        let fingerprint = hasher(1).fingerprint("pg-chain", "public.orders", "", 3, -5);
        assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint.clone()));
        assert!(fingerprint.to_string().starts_with("rows-v1:pg-chain:"), "{fingerprint}");
        for text in ["", "rows-v1:pg-chain", "rows-v2:a:00", "rows-v1::00", "rows-v1:a:zz"] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn everything_that_goes_in_makes_another_fingerprint() {
        let base = hasher(1).fingerprint("a", "t", "", 1, 2);
        for other in [
            hasher(2).fingerprint("a", "t", "", 1, 2),
            hasher(1).fingerprint("b", "t", "", 1, 2),
            hasher(1).fingerprint("a", "u", "", 1, 2),
            hasher(1).fingerprint("a", "t", "4", 1, 2),
            hasher(1).fingerprint("a", "t", "", 2, 2),
            hasher(1).fingerprint("a", "t", "", 1, 3),
        ] {
            assert_ne!(other, base);
        }
    }
}

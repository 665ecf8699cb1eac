//! The seed of a draw, and the keys that rank units and points under it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::entropy::Entropy;

/// The protocol's name, as it stands in the seed and in every commitment.
pub const ALGORITHM: &str = "backproof-draw/v1";

/// A rank key: HMAC-SHA256 under the seed. The lowest comes first.
pub type Key = [u8; 32];

/// The seed of one draw: SHA-256 of the labelled lines; its 32 raw bytes are the HMAC key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seed([u8; 32]);

/// Why there is no seed of these parts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSeed {
    /// Not a SHA-256.
    #[error("the {of} digest `{text}` is not a SHA-256: expected 64 hexadecimal digits")]
    Digest {
        /// `plan` or `population`.
        of: &'static str,
        /// What was given.
        text: String,
    },
    /// The run's name would break the seed's lines.
    #[error("`{0}` does not name a run: expected one line of text such as 7 or rehearsal-1")]
    Run(String),
}

impl Seed {
    /// The seed of a run; `run` is what stands behind `run=`, its number or `rehearsal-<n>`.
    ///
    /// # Errors
    /// Names the part that is not what the protocol wants. Digests may come in either case.
    pub fn derive(
        plan_sha256: &str,
        population_sha256: &str,
        run: &str,
        entropy: &Entropy,
    ) -> Result<Self, InvalidSeed> {
        Self::text(plan_sha256, population_sha256, run, entropy).map(|text| Self(Sha256::digest(text).into()))
    }

    /// The text whose SHA-256 is the seed, for people who redo it.
    ///
    /// # Errors
    /// As [`Seed::derive`].
    pub fn text(
        plan_sha256: &str,
        population_sha256: &str,
        run: &str,
        entropy: &Entropy,
    ) -> Result<String, InvalidSeed> {
        let plan = digest("plan", plan_sha256)?;
        let population = digest("population", population_sha256)?;
        if run.is_empty() || run.chars().any(char::is_control) {
            return Err(InvalidSeed::Run(run.to_owned()));
        }
        Ok(format!("{ALGORITHM}\nplan-sha256={plan}\npopulation-sha256={population}\nrun={run}\nentropy={entropy}\n"))
    }

    /// The seed in lower-case hexadecimal, as `openssl dgst -mac HMAC -macopt hexkey:` takes it.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }

    /// What ranks a unit in its stratum: HMAC of `stratum || 0x00 || unit`.
    pub fn unit_key(&self, stratum: &str, unit: &str) -> Key {
        self.keys().unit_key(stratum, unit)
    }

    /// What ranks a point within its unit: HMAC of `stratum || 0x00 || unit || 0x00 || recovery-point-arn`.
    pub fn point_key(&self, stratum: &str, unit: &str, recovery_point_arn: &str) -> Key {
        self.keys().point_key(stratum, unit, recovery_point_arn)
    }

    /// The seed made ready for many keys.
    pub(crate) fn keys(&self) -> Keys {
        // An HMAC key may have any length, so there is no key to refuse.
        Keys(Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length"))
    }
}

/// The HMAC's state after its key, which a million keys start from.
#[derive(Clone, Debug)]
pub(crate) struct Keys(Hmac<Sha256>);

impl Keys {
    pub(crate) fn unit_key(&self, stratum: &str, unit: &str) -> Key {
        self.key([stratum, "\0", unit, "", ""])
    }

    pub(crate) fn point_key(&self, stratum: &str, unit: &str, recovery_point_arn: &str) -> Key {
        self.key([stratum, "\0", unit, "\0", recovery_point_arn])
    }

    fn key(&self, parts: [&str; 5]) -> Key {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

fn digest(of: &'static str, text: &str) -> Result<String, InvalidSeed> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(InvalidSeed::Digest { of, text: text.to_owned() })
    }
}

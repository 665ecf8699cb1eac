//! One round, and whether it holds.

use std::fmt;

use drand_verify::{G2PubkeyRfc, Pubkey, derive_randomness};
use serde::Deserialize;

use crate::PUBLIC_KEY;
use crate::rounds::time_of_round;

/// A compressed point on G1.
const SIGNATURE_BYTES: usize = 48;

/// A round as relays answer it, and as a file holds it. Nothing of it is believed before [`Beacon::verified`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Beacon {
    /// The round's number, from 1.
    pub round: u64,
    /// Its randomness in hexadecimal; newer interfaces leave it out, since it follows from the signature.
    #[serde(default)]
    pub randomness: Option<String>,
    /// Its signature in hexadecimal.
    pub signature: String,
}

/// The randomness of a round whose signature holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Randomness([u8; 32]);

impl Randomness {
    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// In 64 lower-case hexadecimal digits.
impl fmt::Display for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Why a round is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrandError {
    /// The text is no round.
    #[error("it is no round of drand ({0}): expected {{\"round\": …, \"signature\": \"…\"}} as a relay answers it")]
    Unreadable(String),
    /// No such round can be.
    #[error("{0} is no round of quicknet, whose rounds are counted from 1")]
    NoRound(u64),
    /// The signature is no signature at all.
    #[error("the signature of round {round} is not {SIGNATURE_BYTES} bytes in hexadecimal, on the curve")]
    NoSignature {
        /// The round.
        round: u64,
    },
    /// The network's key did not make it.
    #[error(
        "the signature of round {round} does not hold under quicknet's key: it is of another round or another \
         network, or was changed"
    )]
    NotSigned {
        /// The round.
        round: u64,
    },
    /// The randomness that stands beside the signature does not follow from it.
    #[error("the randomness of round {round} is {follows}, and not {given}")]
    OtherRandomness {
        /// The round.
        round: u64,
        /// What follows from the signature.
        follows: Randomness,
        /// What was given.
        given: String,
    },
}

impl Beacon {
    /// Reads a round from its JSON.
    ///
    /// # Errors
    /// [`DrandError::Unreadable`] where it is something else.
    pub fn parse(text: &[u8]) -> Result<Self, DrandError> {
        serde_json::from_slice(text).map_err(|error| DrandError::Unreadable(error.to_string()))
    }

    /// The randomness, once the signature holds and the randomness that is given follows from it.
    ///
    /// # Errors
    /// Says why the round is not believed.
    pub fn verified(&self) -> Result<Randomness, DrandError> {
        verify_round(self.round, &self.signature, self.randomness.as_deref())
    }
}

/// The randomness of a round, once its signature holds under quicknet's key and the randomness that is given, in
/// lower-case hexadecimal, follows from it.
///
/// # Errors
/// Says why the round is not believed.
pub fn verify_round(round: u64, signature: &str, randomness: Option<&str>) -> Result<Randomness, DrandError> {
    if time_of_round(round).is_none() {
        return Err(DrandError::NoRound(round));
    }
    let bytes = hex::decode(signature).map_err(|_| DrandError::NoSignature { round })?;
    if bytes.len() != SIGNATURE_BYTES {
        return Err(DrandError::NoSignature { round });
    }
    match network_key().verify(round, b"", &bytes) {
        Ok(true) => {}
        Ok(false) => return Err(DrandError::NotSigned { round }),
        Err(_) => return Err(DrandError::NoSignature { round }),
    }
    let follows = Randomness(derive_randomness(&bytes));
    match randomness {
        Some(given) if given != follows.to_string() => {
            Err(DrandError::OtherRandomness { round, follows, given: given.to_owned() })
        }
        Some(_) | None => Ok(follows),
    }
}

fn network_key() -> G2PubkeyRfc {
    let bytes = hex::decode(PUBLIC_KEY).expect("the constant is hexadecimal");
    G2PubkeyRfc::from_variable(&bytes).expect("the constant is a point of the curve, as a test shows")
}

//! The request, and whether an answer is one to it.

use super::TimeStampProblem;
use super::token::Token;

/// The media type to send a request with.
pub const TIME_STAMP_QUERY: &str = "application/timestamp-query";
/// The media type that authorities answer with.
pub const TIME_STAMP_REPLY: &str = "application/timestamp-reply";

/// A request for a time-stamp, to be sent by HTTP POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampRequest {
    /// The request in DER.
    pub der: Vec<u8>,
    /// What the answer must repeat.
    pub nonce: [u8; 8],
    sha256: [u8; 32],
}

impl TimeStampRequest {
    /// A request for bytes with this SHA-256, with a nonce of eight random bytes. It asks for the authority's
    /// certificate, so that the time-stamp can be verified when the authority is long gone.
    pub fn new(sha256: [u8; 32], random: [u8; 8]) -> Self {
        let mut nonce = random;
        // A DER integer of exactly eight bytes: positive, and without a leading zero.
        nonce[0] = (nonce[0] & 0x7f) | 0x40;
        // TimeStampReq { version 1, MessageImprint { sha256 with NULL parameters, digest }, nonce, certReq TRUE }
        let mut der = vec![0x30, 0x43, 0x02, 0x01, 0x01, 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09];
        der.extend([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20]);
        der.extend(sha256);
        der.extend([0x02, 0x08]);
        der.extend(nonce);
        der.extend([0x01, 0x01, 0xff]);
        Self { der, nonce, sha256 }
    }

    /// Whether this answer grants what was asked. Says nothing of its signature: see
    /// [`examine_time_stamp`](super::examine_time_stamp).
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn is_answered_by(&self, response: &[u8]) -> Result<(), TimeStampProblem> {
        let token = Token::read(response)?;
        token.is_of(&hex::encode(self.sha256))?;
        if token.nonce == Some(&self.nonce[..]) {
            return Ok(());
        }
        let found = token.nonce.map_or_else(|| "none".to_owned(), hex::encode);
        Err(TimeStampProblem::OtherNonce { expected: hex::encode(self.nonce), found })
    }
}

//! Time-stamps of an authority (RFC 3161): a request to send, and whether what came back is believed.
//!
//! A time-stamp shows that bytes with this SHA-256 existed at its time, whoever made them. Sending the request is left
//! to whoever has a network. Checked offline: the answer's status, the digest, the signature over the signed
//! attributes, the signer's certificate and its use, and the chain to an authority that the verifier chose, all at the
//! time-stamp's own time. Not checked: whether the certificate was revoked, which needs the network or lists that
//! nobody keeps here.
//!
//! Sources: RFC 3161, RFC 5816 (`SigningCertificateV2`), RFC 5652 (CMS).

mod chain;
mod elements;
mod request;
mod signature;
mod token;

use jiff::Timestamp;

use crate::attestation::Standing;
use chain::Authorities;
use token::Token;

pub use request::{TIME_STAMP_QUERY, TIME_STAMP_REPLY, TimeStampRequest};

/// What is known of one time-stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExaminedTimeStamp {
    /// Whether it is believed: [`Standing::SignerUnknown`] where it holds and no authority was named to check it by.
    pub standing: Standing,
    /// Its time, where its signature holds over it.
    pub at: Option<Timestamp>,
    /// Who made it: the subject of the signer's certificate, as it says of itself.
    pub authority: Option<String>,
    /// Its serial number with the authority, in hexadecimal.
    pub serial: Option<String>,
    /// Why the standing is what it is, in a sentence.
    pub remark: String,
}

/// Why a time-stamp is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeStampProblem {
    /// It is something else, or not in DER.
    #[error("it cannot be read as a time-stamp of RFC 3161 in DER: {0}")]
    Unreadable(String),
    /// The authority refused.
    #[error("the authority did not grant it (status {status}){}", words.as_ref().map_or_else(String::new, |words| format!(": {words}")))]
    NotGranted {
        /// `PKIStatus`: 2 rejection, 3 waiting, 4 and 5 revocations.
        status: u8,
        /// What the authority says.
        words: Option<String>,
    },
    /// It is of other bytes.
    #[error("it is of other bytes: it names SHA-256 {found}, and here it is {expected}")]
    OtherImprint {
        /// The digest that was asked for.
        expected: String,
        /// The digest that it names.
        found: String,
    },
    /// It answers another request.
    #[error("it answers another request: its nonce is {found}, and {expected} was asked")]
    OtherNonce {
        /// The nonce of the request, in hexadecimal.
        expected: String,
        /// The nonce of the answer; `none` where it has none.
        found: String,
    },
    /// The certificate that the signature names is not there.
    #[error("the certificate of its signer is neither in it nor among the authorities' certificates")]
    NoCertificate,
    /// The signed attributes are not those of this time-stamp.
    #[error("its signed attributes are wrong: {0}")]
    Attributes(String),
    /// The signature does not hold.
    #[error("its signature by {authority} does not hold: it was changed, or never signed")]
    Changed {
        /// Whose certificate it names.
        authority: String,
    },
    /// It is signed in a way that this version does not verify.
    #[error("it is signed with {0}, which is not verified here (RSA and ECDSA P-256 or P-384 with SHA-2 are)")]
    OtherAlgorithm(String),
    /// The signer's certificate is not for time-stamping, and that alone.
    #[error("the certificate of {authority} is not made for time-stamps alone: {problem}")]
    NotForTimeStamps {
        /// The certificate's subject.
        authority: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The certificates were not valid at the time of the time-stamp.
    #[error("{whose} was not valid at {at}: {problem}")]
    OutOfTime {
        /// Which certificate.
        whose: String,
        /// The time of the time-stamp.
        at: Timestamp,
        /// `expired` or `not valid yet`.
        problem: &'static str,
    },
    /// No authority that the verifier chose stands behind the signer.
    #[error("no given authority stands behind {authority}: {problem}")]
    OtherAuthority {
        /// The signer.
        authority: String,
        /// What is wrong with the chain.
        problem: String,
    },
    /// The verifier's own file of authorities cannot be used.
    #[error("the file of authorities cannot be used: {0}")]
    Authorities(String),
}

/// How a time-stamp stands, from the answer's bytes, the SHA-256 that it should be of, in hexadecimal, and the
/// certificates of the authorities that the verifier trusts, in PEM.
pub fn examine_time_stamp(response: &[u8], sha256: &str, authorities: Option<&str>) -> ExaminedTimeStamp {
    match examined(response, sha256, authorities) {
        Ok(examined) => examined,
        Err(problem) => ExaminedTimeStamp {
            standing: Standing::Invalid,
            at: None,
            authority: None,
            serial: None,
            remark: problem.to_string(),
        },
    }
}

fn examined(response: &[u8], sha256: &str, authorities: Option<&str>) -> Result<ExaminedTimeStamp, TimeStampProblem> {
    let token = Token::read(response)?;
    token.is_of(sha256)?;
    let authorities = authorities.map(Authorities::read).transpose()?;
    let signer = chain::signer(&token, authorities.as_ref())?;
    signature::verify(&token, &signer)?;
    chain::is_for_time_stamps(&signer)?;
    let authority = chain::name(&signer);
    let at = token.at;
    let (standing, remark) = match &authorities {
        None => {
            chain::is_valid_at(&signer, at)?;
            let words = format!(
                "the time-stamp of {authority} holds, and nothing here says whether that authority is to be believed"
            );
            (Standing::SignerUnknown, words)
        }
        Some(authorities) => {
            chain::leads_to(&signer, &token, authorities)?;
            (Standing::Trusted, format!("time-stamped by {authority} at {at}; revocation is not looked up"))
        }
    };
    let serial = Some(token.serial.clone());
    Ok(ExaminedTimeStamp { standing, at: Some(at), authority: Some(authority), serial, remark })
}

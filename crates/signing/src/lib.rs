//! Signs and verifies documents: DSSE envelopes with Ed25519, whose keys a trust file gives to people.
//!
//! Keys are files as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them, and a signature can be
//! verified with `openssl pkeyutl -verify -rawin` over [`pre_authentication_encoding`]. Who the owner of a key is, and
//! whether he may approve, is the trust file's to say ([`Trust`]); whether a plan is approved, [`examine_approval`]
//! tells from texts and a moment that are handed in. Nothing here asks a clock, and of files it reads keys only.

mod approval;
mod envelope;
mod key;
mod trust;

pub use approval::{
    APPROVAL_FORMAT, Approval, ApprovalFile, ApprovalQuestion, ApprovalState, ExaminedApproval, NoApprovalFile,
    STATEMENT_PAYLOAD, SignedApproval, Signer, examine_approval,
};
pub use envelope::{Envelope, Signature, Verified, VerifyError, pre_authentication_encoding, sign, verify};
pub use key::{KeyError, NotAPublicKey, PrivateKey, PublicKey};
pub use trust::{Person, Role, Trust, TrustProblem, TrustProblems};

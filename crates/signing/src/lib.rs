//! Signs and verifies documents: DSSE envelopes with Ed25519, whose keys a trust file gives to people.
//!
//! Keys are files as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write them, and a signature can be
//! verified with `openssl pkeyutl -verify -rawin` over [`pre_authentication_encoding`]. Who the owner of a key is, and
//! whether he may approve, is the trust file's to say ([`Trust`]); whether a plan is approved, [`examine_approval`]
//! tells from texts and a moment that are handed in. Nothing here asks a clock, and of files it reads keys only.

mod approval;
mod attestation;
mod envelope;
mod key;
mod timestamp;
mod trust;

pub use approval::{
    APPROVAL_FORMAT, Approval, ApprovalFile, ApprovalQuestion, ApprovalState, ExaminedApproval, NoApprovalFile,
    STATEMENT_PAYLOAD, SignedApproval, Signer, examine_approval,
};
pub use attestation::{
    Attested, Context, Examined, ExceptionDecision, RUN_PREDICATE, ResourceDescriptor, RunAttested, SEALED_FILE,
    SIGN_OFF_PREDICATE, STATEMENT_TYPE, SignOff, SignOffRefused, Standing, TEST_RESULT_PREDICATE, TestResult,
    TestResultWord, examine, sign_off,
};
pub use envelope::{Envelope, Signature, Unsigned, Verified, VerifyError, pre_authentication_encoding, sign, verify};
pub use key::{Algorithm, KeyError, NotAPublicKey, PrivateKey, PublicKey};
pub use timestamp::{
    ExaminedTimeStamp, TIME_STAMP_QUERY, TIME_STAMP_REPLY, TimeStampProblem, TimeStampRequest, examine_time_stamp,
};
pub use trust::{Person, Role, Trust, TrustProblem, TrustProblems};

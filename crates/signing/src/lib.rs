//! Signs and verifies documents: DSSE envelopes with Ed25519.
//!
//! What is signed is bytes with a type; this crate does not know what they mean, who the owner of a key is, or whether a
//! document is still valid. Keys are files as `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` write
//! them, and a signature can be verified with `openssl pkeyutl -verify -rawin` over [`pre_authentication_encoding`].

mod envelope;
mod key;

pub use envelope::{Envelope, Signature, Verified, VerifyError, pre_authentication_encoding, sign, verify};
pub use key::{KeyError, PrivateKey, PublicKey};

//! Rounds of the drand network quicknet: verified offline, each by itself.
//!
//! A round's signature is made by a threshold of the network's members, its randomness is SHA-256 of that signature,
//! and one public key verifies all of them. Nothing here fetches a round: it comes from a file, or from an HTTP relay
//! that whoever calls has asked ([`url_of_round`]). The randomness is public, so it is never a key or a secret.
//!
//! Sources: the chain's own description (`/52db9ba7…84e971/info` of every relay) and the scheme
//! `bls-unchained-g1-rfc9380` of <https://docs.drand.love>.

mod beacon;
mod rounds;

pub use beacon::{Beacon, DrandError, Randomness, verify_round};
pub use rounds::{first_round_after, round_at, time_of_round, url_of_round};

/// The chain's hash, by which relays and other programs know it.
pub const CHAIN_HASH: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";
/// The chain's public key on G2, compressed, in hexadecimal.
pub const PUBLIC_KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c\
                              8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb\
                              5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
/// When round 1 came, in seconds since 1970.
pub const GENESIS: i64 = 1_692_803_367;
/// Seconds between two rounds.
pub const PERIOD: i64 = 3;

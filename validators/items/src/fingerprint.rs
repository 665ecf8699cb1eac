//! The fingerprint of a set of items: independent of order, pages and segments, and saying nothing of the data.
//!
//! Each item's canonical bytes are hashed with BLAKE3 under a key, and the digests are added as numbers modulo 2^256,
//! the least significant byte of a digest first. The sum is written with the most significant digit first.
//!
//! Why a sum of keyed digests is safe: under a secret key the digests are as good as random numbers of 256 bits, so two
//! different collections of items have equal sums with a probability of about 2^-256, whoever made them: without the
//! key nobody can search for items whose digests add up (with an unkeyed hash that search is feasible for long lists).
//! The construction is the keyed `MSet-Add-Hash` of Clarke and others ("Incremental Multiset Hash Functions", 2003).
//!
//! Why not XOR: an item that is seen twice would cancel itself, so a repeated page would hide and a doubled item would
//! look like a missing one; and digests under XOR form a vector space of 256 dimensions, in which 257 known digests are
//! enough to find a collision by elimination.
//!
//! Evidence holds fingerprints only: without the key nobody can try whether a guessed item was in the table.

use std::fmt;
use std::ops::AddAssign;
use std::str::FromStr;

use backproof_cloud::Item;
use backproof_validators_api::FingerprintKey;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::encoding::Encoder;

/// The version of the encoding and the algorithm, in front of every fingerprint.
const PREFIX: &str = "items-v1:blake3-keyed:";

/// What the key is used for here.
const PURPOSE: &str = "backproof items-v1 2026 fingerprint of items";

/// A sum of keyed digests, modulo 2^256. That of no items is zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// The least significant first.
    limbs: [u64; 4],
}

impl AddAssign for Fingerprint {
    fn add_assign(&mut self, other: Self) {
        let mut carry = false;
        for (limb, added) in self.limbs.iter_mut().zip(other.limbs) {
            let (sum, over) = limb.overflowing_add(added);
            let (sum, over_again) = sum.overflowing_add(u64::from(carry));
            *limb = sum;
            carry = over || over_again;
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        self.limbs.iter().rev().try_for_each(|limb| write!(f, "{limb:016x}"))
    }
}

/// A text that is no fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no fingerprint of items; it must be `items-v1:blake3-keyed:` and 64 hexadecimal digits")]
pub struct InvalidFingerprint(String);

impl FromStr for Fingerprint {
    type Err = InvalidFingerprint;

    fn from_str(text: &str) -> Result<Self, InvalidFingerprint> {
        let refuse = || InvalidFingerprint(text.to_owned());
        let mut bytes = [0; 32];
        let digits = text.strip_prefix(PREFIX).ok_or_else(refuse)?;
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| refuse())?;
        bytes.reverse();
        Ok(Self::of_digest(bytes))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl Fingerprint {
    /// A digest taken as a number, the least significant byte first.
    fn of_digest(digest: [u8; 32]) -> Self {
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().zip(digest.as_chunks::<8>().0) {
            *limb = u64::from_le_bytes(*bytes);
        }
        Self { limbs }
    }

    /// The fingerprint of these items. Scans add up item by item instead.
    pub fn of_items<'a>(items: impl IntoIterator<Item = &'a Item>, key: &FingerprintKey) -> Self {
        let mut printer = Fingerprinter::new(key);
        let mut sum = Self::default();
        for item in items {
            sum += printer.fingerprint(item);
        }
        sum
    }
}

/// Hashes one item after another, with buffers that are used again.
#[derive(Debug)]
pub(crate) struct Fingerprinter {
    hashing: [u8; 32],
    encoder: Encoder,
}

impl Fingerprinter {
    pub(crate) fn new(key: &FingerprintKey) -> Self {
        Self { hashing: key.derive(PURPOSE), encoder: Encoder::default() }
    }

    /// The fingerprint of one item.
    pub(crate) fn fingerprint(&mut self, item: &Item) -> Fingerprint {
        Fingerprint::of_digest(*blake3::keyed_hash(&self.hashing, self.encoder.encode(item)).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_cloud::Value;

    fn item(text: &str) -> Item {
        vec![("id".into(), Value::Text(text.into()))]
    }

    fn key() -> FingerprintKey {
        FingerprintKey::new(&[7; 32])
    }

    #[test]
    fn a_fingerprint_survives_being_written_and_read() {
        let fingerprint = Fingerprint::of_items(&[item("a"), item("b")], &key());
        let text = fingerprint.to_string();
        assert!(text.starts_with("items-v1:blake3-keyed:"), "{text}");
        assert_eq!(text.parse(), Ok(fingerprint));
        let json = serde_json::to_string(&fingerprint).unwrap();
        assert_eq!(serde_json::from_str::<Fingerprint>(&json).unwrap(), fingerprint);
    }

    /// Both values were computed once more with the Python package of BLAKE3, from the description above alone.
    #[test]
    fn the_fingerprint_of_version_1_does_not_change() {
        assert_eq!(
            Fingerprint::of_items(&[item("a"), item("b")], &key()).to_string(),
            "items-v1:blake3-keyed:e1651f7089cefc421b5c0a4e3bc2c4064b7774524f010cb46b8d67a58f379340"
        );
        assert_eq!(key().id(), "3b3918ac73a09fb8");
    }

    #[test]
    fn what_is_no_fingerprint_is_refused() {
        let zeros = "0".repeat(64);
        for text in [
            String::new(),
            "items-v1:blake3-keyed:".into(),
            format!("items-v2:blake3-keyed:{zeros}"),
            format!("items-v1:blake3-keyed:{zeros}00"),
            format!("items-v1:blake3-keyed:g{}", &zeros[1..]),
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_item_seen_twice_does_not_cancel_itself() {
        let once = Fingerprint::of_items(&[item("a")], &key());
        let twice = Fingerprint::of_items(&[item("a"), item("a")], &key());
        assert_ne!(twice, Fingerprint::default());
        assert_ne!(twice, once);
    }

    #[test]
    fn sums_carry_from_limb_to_limb_and_wrap_at_the_end() {
        let mut sum = Fingerprint { limbs: [u64::MAX, u64::MAX, 0, 1] };
        sum += Fingerprint { limbs: [1, 0, 0, 0] };
        assert_eq!(sum.limbs, [0, 0, 1, 1]);
        let mut sum = Fingerprint { limbs: [u64::MAX; 4] };
        sum += Fingerprint { limbs: [u64::MAX; 4] };
        assert_eq!(sum.limbs, [u64::MAX - 1, u64::MAX, u64::MAX, u64::MAX]);
    }

    #[test]
    fn another_key_gives_another_fingerprint_and_the_key_is_never_printed() {
        let other = FingerprintKey::new(&[8; 32]);
        assert_ne!(Fingerprint::of_items(&[item("a")], &key()), Fingerprint::of_items(&[item("a")], &other));
        assert_ne!(key().id(), other.id());
        assert_eq!(format!("{:?}", key()), format!("FingerprintKey({})", key().id()));
    }
}

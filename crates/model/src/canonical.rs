//! Canonical JSON (RFC 8785) and SHA-256: the two steps under every digest that the program prints.

use serde::Serialize;
use sha2::{Digest, Sha256};

/// `value` as canonical JSON (RFC 8785), without a line end.
///
/// # Errors
/// Fails where `value` cannot be JSON at all, such as a map whose keys are no texts or a number that is not finite.
pub fn canonical_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json_canonicalizer::to_string(value)
}

/// The SHA-256 of `bytes` in lower-case hexadecimal.
pub fn sha256_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Bytes in lower-case hexadecimal.
pub fn to_hex(bytes: impl AsRef<[u8]>) -> String {
    hex::encode(bytes)
}

/// 32 bytes from 64 hexadecimal digits, or `None` where the text is anything else.
pub fn from_hex(text: &str) -> Option<[u8; 32]> {
    hex::decode(text).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_numbers_take_their_shortest_form() {
        let value = serde_json::json!({"b": 1.0, "a": [true, null, "é\u{1}"], "B": 1e21});
        assert_eq!(canonical_json(&value).unwrap(), "{\"B\":1e+21,\"a\":[true,null,\"é\\u0001\"],\"b\":1}");
    }

    #[test]
    fn the_digest_is_that_of_sha256sum() {
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}

//! Which other recovery points a finding may be about: those of the same resource, or of the same vault and key.

/// Entries of the failure catalogue about a key's or a vault's policy or state, which all points under it share.
const OF_KEY_OR_VAULT: [u32; 6] = [5, 6, 8, 16, 32, 41];

/// Words of a key or a vault, in lower case; a table's key is none of them.
const WORDS: [&str; 5] = ["kms", "vault", "encryption key", "customer managed key", "key of the recovery point"];

/// What recovery points with the same cause have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SharedCause {
    /// The protected resource.
    Resource,
    /// The vault and the key that they are encrypted with.
    VaultAndKey,
}

impl SharedCause {
    /// What they share, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Resource => "the same resource",
            Self::VaultAndKey => "the same vault and key",
        }
    }
}

/// What shares the cause of an outcome, by the entry of the failure catalogue that decided and by the reason's words.
///
/// A guess that errs towards more points: it says where to look, and decides nothing.
pub fn shared_cause(reason: &str, catalogue_entry: Option<u32>) -> SharedCause {
    let reason = reason.to_lowercase();
    let by_entry = catalogue_entry.is_some_and(|number| OF_KEY_OR_VAULT.contains(&number));
    if by_entry || WORDS.iter().any(|word| reason.contains(word)) {
        SharedCause::VaultAndKey
    } else {
        SharedCause::Resource
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::CATALOGUE;

    #[test]
    fn a_key_that_is_gone_is_shared_by_its_vault_and_a_tables_key_is_not() {
        for (reason, entry, shares) in [
            ("the KMS key is disabled", None, SharedCause::VaultAndKey),
            ("AWS said no", Some(6), SharedCause::VaultAndKey),
            ("the vault `daily` may not be read", None, SharedCause::VaultAndKey),
            ("key-schema: the sort key differs", None, SharedCause::Resource),
            ("AWS said no", Some(1), SharedCause::Resource),
            ("", None, SharedCause::Resource),
        ] {
            assert_eq!(shared_cause(reason, entry), shares, "{reason}");
        }
    }

    #[test]
    fn every_entry_of_a_key_or_a_vault_is_in_the_catalogue_and_speaks_of_one() {
        for number in OF_KEY_OR_VAULT {
            let entry = CATALOGUE.iter().find(|entry| entry.number == number).unwrap();
            assert!(["key", "vault"].iter().any(|word| entry.remedy.contains(word)), "{number}: {}", entry.remedy);
        }
    }
}

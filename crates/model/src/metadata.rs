//! Restore metadata, and the last gate before a restore job: [`metadata_is_safe`].
//!
//! A restore job cannot be cancelled, so what is sent must be shown harmless beforehand. The gate knows nothing of a
//! resource type; a driver hands in the rules of its type, key by key. A key without a rule is refused.
//! Source: AWS Backup developer guide, "Restore a backup"; keys are not case-sensitive, values are texts.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::AccountId;

/// Restore metadata as AWS Backup takes and gives it: texts by key, keys compared without case.
///
/// Prints its keys only: values can name keys, networks and user data of the source.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RestoreMetadata(BTreeMap<String, String>);

impl RestoreMetadata {
    /// The value of `key`, whatever its case.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
    }

    /// Sets `key`, replacing it in whatever case it stood.
    pub fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let key = key.into();
        self.0.retain(|name, _| !name.eq_ignore_ascii_case(&key));
        self.0.insert(key, value.into());
    }

    /// All keys and values, ordered by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for RestoreMetadata {
    /// Keeps every pair as it came, also keys that differ only in case: the gate must see them.
    fn from_iter<T: IntoIterator<Item = (String, String)>>(pairs: T) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl fmt::Debug for RestoreMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// What may stand under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyRule {
    /// The key must be there, with this value.
    Must(String),
    /// The key may be missing; if it is there, it has one of these values.
    May(Vec<String>),
    /// The key may be missing; if it is there, its value has this form, and says nothing of where the restore lands.
    MayBe(Form),
}

/// A form of values that lead nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A DB instance class: `db.r6g.large`.
    InstanceClass,
    /// A number, in decimal digits.
    Number,
    /// A moment, as in RFC 3339.
    Moment,
}

impl Form {
    /// Whether a value has this form.
    pub fn fits(self, value: &str) -> bool {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        match self {
            Self::InstanceClass => {
                let words: Vec<&str> = value.split('.').collect();
                value.len() <= 64 && words.len() >= 3 && words[0] == "db" && words.into_iter().all(is_word)
            }
            Self::Number => (1..=9).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()),
            Self::Moment => value.parse::<Timestamp>().is_ok(),
        }
    }
}

/// The rules of one resource type for one restore: every key that may be sent, and what it may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataRules {
    /// The rule of each key, by its name as AWS documents it.
    pub keys: BTreeMap<&'static str, KeyRule>,
    /// Accounts that no value may mention, not even inside a longer text: the sources, unless one is the sandbox.
    pub foreign_accounts: Vec<AccountId>,
}

/// Restore metadata that has passed the gate. There is no other way to make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafeMetadata(RestoreMetadata);

impl SafeMetadata {
    /// The keys and values to send.
    pub fn as_metadata(&self) -> &RestoreMetadata {
        &self.0
    }
}

/// Why metadata was not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsafeMetadata {
    /// The type's rules do not know this key.
    #[error("restore metadata has the key `{0}`, which is not on the allow-list of this resource type")]
    UnknownKey(String),
    /// The same key stands twice, in different case.
    #[error("restore metadata has the key `{0}` twice, in different case")]
    DoubleKey(String),
    /// A key that must be there is not.
    #[error("restore metadata lacks the key `{0}`, which must be set")]
    MissingKey(&'static str),
    /// A value is not one that the rules allow. The value itself is not repeated: it can be the source's secret.
    #[error("restore metadata has a value under `{0}` that does not lead into the sandbox")]
    ForeignValue(&'static str),
    /// A value names a source account.
    #[error("restore metadata mentions source account {account} under `{key}`")]
    ForeignAccount {
        /// The key.
        key: &'static str,
        /// The account it mentions.
        account: AccountId,
    },
}

/// Lets `metadata` through only if every key has a rule and every rule holds.
///
/// # Errors
/// Names the first key that is unknown, doubled, missing, or leads elsewhere.
pub fn metadata_is_safe(metadata: RestoreMetadata, rules: &MetadataRules) -> Result<SafeMetadata, UnsafeMetadata> {
    let mut seen = Vec::new();
    for (key, value) in metadata.iter() {
        let Some((name, rule)) = rules.keys.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) else {
            return Err(UnsafeMetadata::UnknownKey(key.to_owned()));
        };
        if seen.contains(name) {
            return Err(UnsafeMetadata::DoubleKey(key.to_owned()));
        }
        seen.push(name);
        let allowed = match rule {
            KeyRule::Must(only) => value == only,
            KeyRule::May(values) => values.iter().any(|allowed| allowed == value),
            KeyRule::MayBe(form) => form.fits(value),
        };
        if !allowed {
            return Err(UnsafeMetadata::ForeignValue(name));
        }
        if let Some(account) = rules.foreign_accounts.iter().find(|account| value.contains(account.as_str())) {
            return Err(UnsafeMetadata::ForeignAccount { key: name, account: account.clone() });
        }
    }
    let missing = rules.keys.iter().find(|(name, rule)| matches!(rule, KeyRule::Must(_)) && !seen.contains(name));
    match missing {
        Some((name, _)) => Err(UnsafeMetadata::MissingKey(name)),
        None => Ok(SafeMetadata(metadata)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules() -> MetadataRules {
        MetadataRules {
            keys: BTreeMap::from([
                ("targetTableName", KeyRule::Must("bp-1".into())),
                ("encryptionType", KeyRule::May(vec!["Default".into(), "KMS".into()])),
            ]),
            foreign_accounts: vec!["111122223333".parse().unwrap()],
        }
    }

    fn metadata(pairs: &[(&str, &str)]) -> RestoreMetadata {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn what_the_rules_name_passes_in_any_case() {
        assert!(
            metadata_is_safe(metadata(&[("TARGETTABLENAME", "bp-1"), ("encryptionType", "KMS")]), &rules()).is_ok()
        );
    }

    #[test]
    fn each_rule_refuses_what_it_must() {
        let refused = |pairs: &[(&str, &str)]| metadata_is_safe(metadata(pairs), &rules()).unwrap_err();
        assert_eq!(
            refused(&[("targetTableName", "bp-1"), ("vpcId", "vpc-1")]),
            UnsafeMetadata::UnknownKey("vpcId".into())
        );
        assert_eq!(
            refused(&[("targetTableName", "bp-1"), ("TargetTableName", "bp-1")]),
            UnsafeMetadata::DoubleKey("targetTableName".into())
        );
        assert_eq!(refused(&[("encryptionType", "KMS")]), UnsafeMetadata::MissingKey("targetTableName"));
        assert_eq!(refused(&[("targetTableName", "orders")]), UnsafeMetadata::ForeignValue("targetTableName"));
    }

    #[test]
    fn a_value_of_a_form_passes_and_any_other_does_not() {
        for (form, fits, does_not) in [
            (Form::InstanceClass, "db.r5.large.tpc2.mem4x", "db.r5"),
            (Form::InstanceClass, "db.t4g.medium", "db.m5.Large"),
            (Form::InstanceClass, "db.t3.micro", "db..micro"),
            (Form::Number, "5432", "-1"),
            (Form::Number, "0", ""),
            (Form::Moment, "2026-01-01T00:00:00Z", "yesterday"),
        ] {
            let mut rules = rules();
            rules.keys.insert("Value", KeyRule::MayBe(form));
            let passes = |value| metadata_is_safe(metadata(&[("targetTableName", "bp-1"), ("Value", value)]), &rules);
            assert!(passes(fits).is_ok(), "{fits}");
            assert_eq!(passes(does_not), Err(UnsafeMetadata::ForeignValue("Value")), "{does_not}");
        }
    }

    #[test]
    fn a_source_account_inside_a_value_is_refused() {
        let mut rules = rules();
        let key = "arn:aws:kms:eu-central-1:111122223333:key/1";
        rules.keys.insert("kmsMasterKeyArn", KeyRule::May(vec![key.into()]));
        let refused = metadata_is_safe(metadata(&[("targetTableName", "bp-1"), ("kmsMasterKeyArn", key)]), &rules);
        assert!(matches!(refused, Err(UnsafeMetadata::ForeignAccount { key: "kmsMasterKeyArn", .. })));
    }

    proptest! {
        #[test]
        fn nothing_passes_that_names_another_target(pairs in proptest::collection::btree_map("[a-zA-Z:]{1,16}|targetTableName|TARGETtablename|encryptionType", "\\PC{0,20}|bp-1|orders", 0..6)) {
            let hostile: RestoreMetadata = pairs.into_iter().collect();
            if let Ok(safe) = metadata_is_safe(hostile, &rules()) {
                prop_assert_eq!(safe.as_metadata().get("targetTableName"), Some("bp-1"));
                prop_assert!(safe.as_metadata().iter().count() <= 2);
            }
        }
    }
}

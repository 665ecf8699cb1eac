//! What a table is apart from its items: keys, indexes and settings, as world files state them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fault::Fault;
use super::value::{AttributeValue, Attributes};

/// Keys, indexes and settings of a table, as a world file states them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableDefinition {
    /// The HASH key.
    pub partition_key: KeyAttribute,
    /// The RANGE key.
    pub sort_key: Option<KeyAttribute>,
    /// Global secondary indexes.
    #[serde(default)]
    pub global_indexes: Vec<IndexDefinition>,
    /// Local secondary indexes.
    #[serde(default)]
    pub local_indexes: Vec<IndexDefinition>,
    /// The rest.
    #[serde(default)]
    pub settings: TableSettings,
}

/// A key attribute.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAttribute {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub attribute_type: AttributeType,
}

/// The types that a key attribute can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum AttributeType {
    /// Text.
    S,
    /// Number.
    N,
    /// Bytes.
    B,
}

/// A secondary index.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// The HASH key.
    pub partition_key: KeyAttribute,
    /// The RANGE key.
    pub sort_key: Option<KeyAttribute>,
    /// What it holds of an item.
    #[serde(default)]
    pub projection: Projection,
}

/// What an index holds of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Projection {
    /// Everything.
    #[default]
    All,
    /// The keys of table and index.
    KeysOnly,
    /// The keys and these attributes.
    Include(Vec<String>),
}

/// Settings of a table that are not its structure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableSettings {
    /// Provisioned read and write capacity units; on demand where absent.
    pub provisioned: Option<[u64; 2]>,
    /// `StreamViewType`, where a stream is on.
    pub stream: Option<String>,
    /// The attribute that expires items, where TTL is on.
    pub time_to_live: Option<String>,
    /// Whether point-in-time recovery is on.
    pub point_in_time_recovery: bool,
    /// Whether deletion protection is on.
    pub deletion_protection: bool,
    /// `STANDARD` or `STANDARD_INFREQUENT_ACCESS`; the former where absent.
    pub table_class: Option<String>,
    /// The customer-managed or AWS-managed KMS key; AWS-owned where absent.
    pub kms_key_arn: Option<String>,
    /// Tags of the table.
    pub tags: BTreeMap<String, String>,
}

/// A primary key or the key of an index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keys<'a> {
    /// The HASH key.
    pub(crate) partition: &'a KeyAttribute,
    /// The RANGE key.
    pub(crate) sort: Option<&'a KeyAttribute>,
}

impl TableSettings {
    /// What a restore through AWS Backup brings back of the settings: capacity and key. Tags, TTL, streams,
    /// point-in-time recovery and deletion protection are reset, and the class is always standard.
    #[must_use]
    pub fn restored(&self) -> Self {
        Self { provisioned: self.provisioned, kms_key_arn: self.kms_key_arn.clone(), ..Self::default() }
    }
}

impl AttributeType {
    /// The letter on the wire.
    pub fn letter(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }

    /// The type of that letter.
    pub fn of_letter(letter: &str) -> Option<Self> {
        [Self::S, Self::N, Self::B].into_iter().find(|known| known.letter() == letter)
    }
}

impl<'a> Keys<'a> {
    /// The key attributes, partition key first.
    pub(crate) fn attributes(self) -> impl Iterator<Item = &'a KeyAttribute> {
        std::iter::once(self.partition).chain(self.sort)
    }
}

impl IndexDefinition {
    /// The index's key.
    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys { partition: &self.partition_key, sort: self.sort_key.as_ref() }
    }
}

impl TableDefinition {
    /// The table's primary key.
    pub(crate) fn keys(&self) -> Keys<'_> {
        Keys { partition: &self.partition_key, sort: self.sort_key.as_ref() }
    }

    /// All secondary indexes.
    pub fn indexes(&self) -> impl Iterator<Item = &IndexDefinition> {
        self.local_indexes.iter().chain(&self.global_indexes)
    }

    /// The index of the given name.
    pub fn index(&self, name: &str) -> Option<&IndexDefinition> {
        self.indexes().find(|index| index.name == name)
    }

    /// Every attribute that is part of a key, once, in the order of first use.
    pub fn key_attributes(&self) -> Vec<&KeyAttribute> {
        let mut attributes: Vec<&KeyAttribute> = Vec::new();
        for attribute in self.keys().attributes().chain(self.indexes().flat_map(|index| index.keys().attributes())) {
            if attributes.iter().all(|known| known.name != attribute.name) {
                attributes.push(attribute);
            }
        }
        attributes
    }

    /// Checks that an item to be written has its primary key, and that attributes of index keys have their types.
    pub(crate) fn check_item(&self, item: &Attributes) -> Result<(), Fault> {
        for attribute in self.keys().attributes() {
            let Some(value) = item.get(&attribute.name) else {
                return Err(Fault::invalid(format!(
                    "One or more parameter values were invalid: Missing the key {} in the item",
                    attribute.name
                )));
            };
            check_key_value(attribute, value)?;
        }
        for index in self.indexes() {
            for attribute in index.keys().attributes() {
                let Some(value) = item.get(&attribute.name) else { continue };
                if value.tag() != attribute.attribute_type.letter() {
                    return Err(Fault::invalid(format!(
                        "One or more parameter values were invalid: Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                        attribute.name,
                        attribute.attribute_type.letter(),
                        value.tag(),
                        index.name
                    )));
                }
            }
        }
        Ok(())
    }

    /// Checks that a key given by a caller is exactly the primary key.
    pub(crate) fn check_key(&self, key: &Attributes) -> Result<(), Fault> {
        let expected = self.keys().attributes().count();
        if key.len() != expected || self.keys().attributes().any(|attribute| !key.contains_key(&attribute.name)) {
            return Err(Fault::invalid("The provided key element does not match the schema"));
        }
        for attribute in self.keys().attributes() {
            if key[&attribute.name].tag() != attribute.attribute_type.letter() {
                return Err(Fault::invalid("The provided key element does not match the schema"));
            }
            check_key_value(attribute, &key[&attribute.name])?;
        }
        Ok(())
    }
}

fn check_key_value(attribute: &KeyAttribute, value: &AttributeValue) -> Result<(), Fault> {
    if value.tag() != attribute.attribute_type.letter() {
        return Err(Fault::invalid(format!(
            "One or more parameter values were invalid: Type mismatch for key {} expected: {} actual: {}",
            attribute.name,
            attribute.attribute_type.letter(),
            value.tag()
        )));
    }
    let empty = match value {
        AttributeValue::S(text) => text.is_empty(),
        AttributeValue::B(bytes) => bytes.is_empty(),
        _ => false,
    };
    if empty {
        return Err(Fault::invalid(format!(
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty {} value. Key: {}",
            if attribute.attribute_type == AttributeType::S { "string" } else { "binary" },
            attribute.name
        )));
    }
    Ok(())
}

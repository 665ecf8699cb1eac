//! What a schema consists of, in a form that can be compared without holding anybody's data.
//!
//! Definitions may hold literals of customers (defaults, lists in CHECK constraints), so they leave this crate as keyed
//! digests only. Names, types and states are kept in clear, so that a difference can be told in words.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Kinds of objects, in the order in which differences are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A role or an account.
    Role,
    /// A role's membership of another.
    Membership,
    /// A schema.
    Schema,
    /// An extension or plug-in.
    Extension,
    /// A collation.
    Collation,
    /// A type, domain or enumeration.
    Type,
    /// A sequence.
    Sequence,
    /// A table.
    Table,
    /// A column of a table.
    Column,
    /// An index.
    Index,
    /// A constraint.
    Constraint,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A trigger.
    Trigger,
    /// A function or procedure.
    Routine,
    /// A policy for rows.
    Policy,
    /// A publication.
    Publication,
    /// An event of the server's scheduler.
    Event,
    /// A right that was given.
    Grant,
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role => "role",
            Self::Membership => "membership",
            Self::Schema => "schema",
            Self::Extension => "extension",
            Self::Collation => "collation",
            Self::Type => "type",
            Self::Sequence => "sequence",
            Self::Table => "table",
            Self::Column => "column",
            Self::Index => "index",
            Self::Constraint => "constraint",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Trigger => "trigger",
            Self::Routine => "routine",
            Self::Policy => "policy",
            Self::Publication => "publication",
            Self::Event => "event",
            Self::Grant => "grant",
        })
    }
}

/// One object as a dialect saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Object {
    /// What may be shown and is compared one by one: `type`, `enabled`, `collation`.
    pub(crate) plain: BTreeMap<String, String>,
    /// What is compared and not shown.
    pub(crate) definition: Option<String>,
}

impl Object {
    /// An object of which only the name matters.
    pub(crate) fn named() -> Self {
        Self::default()
    }

    /// An object with a definition that is not shown.
    pub(crate) fn defined(definition: impl Into<String>) -> Self {
        Self { plain: BTreeMap::new(), definition: Some(definition.into()) }
    }

    /// The same with something that may be shown.
    #[must_use]
    pub(crate) fn with(mut self, aspect: &str, value: impl Into<String>) -> Self {
        self.plain.insert(aspect.to_owned(), value.into());
        self
    }
}

/// Every object of a database, or of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inventory {
    objects: BTreeMap<ObjectKind, BTreeMap<String, Object>>,
}

impl Inventory {
    /// Adds an object. A second one of the same kind and name is added to the first one's definition.
    pub(crate) fn add(&mut self, kind: ObjectKind, name: impl Into<String>, object: Object) {
        let objects = self.objects.entry(kind).or_default();
        match objects.entry(name.into()) {
            std::collections::btree_map::Entry::Vacant(place) => drop(place.insert(object)),
            std::collections::btree_map::Entry::Occupied(mut place) => {
                let there = place.get_mut();
                there.plain.extend(object.plain);
                let both = [there.definition.take(), object.definition].into_iter().flatten();
                there.definition = Some(both.collect::<Vec<_>>().join("\n"));
            }
        }
    }

    /// Every object, by kind and name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ObjectKind, &String, &Object)> {
        self.objects.iter().flat_map(|(kind, all)| all.iter().map(move |(name, object)| (*kind, name, object)))
    }

    /// The objects of one kind.
    pub(crate) fn of(&self, kind: ObjectKind) -> impl Iterator<Item = (&String, &Object)> {
        self.objects.get(&kind).into_iter().flatten()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.objects.values().map(BTreeMap::len).sum()
    }
}

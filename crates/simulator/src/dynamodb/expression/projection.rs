//! Projections: which attributes of an item an answer carries.

use std::collections::BTreeSet;

use crate::dynamodb::fault::Fault;
use crate::dynamodb::schema::{IndexDefinition, Projection, TableDefinition};
use crate::dynamodb::value::Attributes;

use super::parser::{Bindings, Parser};

/// The names of the top-level attributes that are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Projected {
    names: BTreeSet<String>,
}

/// Reads a projection of top-level attributes; paths into maps and lists are refused, as the simulator has no need of
/// them.
pub(crate) fn projection(text: &str, bindings: &Bindings) -> Result<Projected, Fault> {
    let mut parser = Parser::new(text, "ProjectionExpression", bindings)?;
    let mut names = BTreeSet::new();
    loop {
        let path = parser.path()?;
        let Some(name) = path.top_level() else {
            return Err(parser.refusal("the simulator serves projections of top-level attributes only"));
        };
        if !names.insert(name.to_owned()) {
            return Err(parser.refusal("Two document paths overlap with each other"));
        }
        if !parser.symbol(",") {
            parser.expect_end()?;
            return Ok(Projected { names });
        }
    }
}

impl Projected {
    /// Attributes of these names.
    pub(crate) fn of_names(names: impl IntoIterator<Item = String>) -> Self {
        Self { names: names.into_iter().collect() }
    }

    /// What an index carries; none where that is everything.
    pub(crate) fn of_index(table: &TableDefinition, index: &IndexDefinition) -> Option<Self> {
        let further = match &index.projection {
            Projection::All => return None,
            Projection::KeysOnly => &[],
            Projection::Include(names) => names.as_slice(),
        };
        let keys = table.keys().attributes().chain(index.keys().attributes()).map(|key| &key.name);
        Some(Self { names: keys.chain(further).cloned().collect() })
    }

    /// The attributes of the table's key and, for an index, of the index's.
    pub(crate) fn of_keys(table: &TableDefinition, index: Option<&IndexDefinition>) -> Self {
        let of_index = index.into_iter().flat_map(|index| index.keys().attributes());
        Self { names: table.keys().attributes().chain(of_index).map(|key| key.name.clone()).collect() }
    }

    /// The item without the attributes that were not asked for.
    pub(crate) fn apply(&self, mut item: Attributes) -> Attributes {
        item.retain(|name, _| self.names.contains(name));
        item
    }
}

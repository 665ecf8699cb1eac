//! What a schema consists of: one query for each kind of object, each giving a name, what may be shown, and what may not.
//!
//! Not compared, because equal schemas differ in it: identifiers, order of columns and of partitions, statistics and
//! their targets, comments, settings of roles and databases, versions of extensions. Objects of extensions are the
//! extension's business. An owner's own rights are left out of the grants.

mod code;
mod rights;
mod structure;

use super::{PostgresSession, read};
use crate::inventory::{Inventory, Object, ObjectKind};
use crate::trouble::Trouble;

/// A query and what its rows are. Its columns: name `text`, aspects `text[]` (name, value, name, value, …), definition
/// `text`.
type Listing = (ObjectKind, &'static str);

const OF_DATABASE: [&[Listing]; 3] = [&structure::LISTINGS, &code::LISTINGS, &rights::OF_DATABASE];

pub(super) async fn of_server(session: &mut PostgresSession) -> Result<Inventory, Trouble> {
    let mut inventory = Inventory::default();
    for listing in &rights::OF_SERVER {
        list(session, *listing, &mut inventory).await?;
    }
    Ok(inventory)
}

pub(super) async fn of_database(session: &mut PostgresSession) -> Result<Inventory, Trouble> {
    let mut inventory = Inventory::default();
    for listing in OF_DATABASE.into_iter().flatten() {
        list(session, *listing, &mut inventory).await?;
    }
    Ok(inventory)
}

async fn list(session: &mut PostgresSession, (kind, query): Listing, to: &mut Inventory) -> Result<(), Trouble> {
    for row in &session.all(query).await? {
        let aspects: Vec<Option<String>> = read(row, 1)?;
        let mut object = Object { definition: read(row, 2)?, ..Object::default() };
        for pair in aspects.chunks_exact(2) {
            if let [Some(aspect), Some(value)] = pair {
                object = object.with(aspect, value.as_str());
            }
        }
        to.add(kind, read::<String>(row, 0)?, object);
    }
    Ok(())
}

//! Looks at a server: what it is, what its databases consist of, and everything in their tables. Judges nothing.

mod database;
mod integrity;
mod references;
mod tables;

use std::collections::BTreeMap;

use crate::dialect::{Database, Server};
use crate::held::Door;
use crate::inventory::Inventory;
use crate::question::Question;
use crate::trouble::{Obstacle, Trouble};

pub(crate) use database::{AnswerLook, DatabaseLook, SequenceLook};
pub(crate) use tables::{Seen, TableLook, together};

/// What a look at a server showed.
#[derive(Clone, Debug)]
pub(crate) struct ServerLook {
    /// What it says of itself.
    pub(crate) server: Server,
    /// Whether its certificate was checked for its name, and not for its authority alone.
    pub(crate) by_name: bool,
    /// Roles and what else belongs to the server.
    pub(crate) objects: Result<Inventory, Obstacle>,
    /// Every database that was to be looked into, by name.
    pub(crate) databases: BTreeMap<String, Result<DatabaseLook, Obstacle>>,
    /// Databases that the plan leaves out.
    pub(crate) left_out: Vec<String>,
    /// Databases that the plan or the baseline names and the server does not have.
    pub(crate) absent: Vec<String>,
    /// The server answered at first, and then was gone for good: what it was, as in "it was examined".
    pub(crate) died: Option<String>,
}

/// Looks at a server, from its certificate to its last row.
///
/// # Errors
/// Where no session can be had at all.
pub(crate) async fn look(door: &Door<'_>, question: &Question, first: Option<&str>) -> Result<ServerLook, Trouble> {
    let (mut session, first) = match door.open(first).await {
        // The database that was made with the instance may be gone; another one tells as much of the server.
        Err(Trouble::Rejected { .. }) if first.is_some() => (door.open(None).await?, None),
        opened => (opened?, first),
    };
    let server = door.ask_again(first, &mut session, |session| session.server()).await?;
    let all = door.ask_again(first, &mut session, |session| session.databases()).await?;
    let objects = door.ask_again(first, &mut session, |session| session.server_objects()).await;
    door.close(session).await;
    let mut look = ServerLook {
        server,
        by_name: door.checks_names(),
        objects: objects.map_err(|trouble| Obstacle::of("reading the server's roles", &trouble)),
        databases: BTreeMap::new(),
        left_out: Vec::new(),
        absent: absent(question, &all),
        died: None,
    };
    for database in all {
        let named = question.settings.databases.as_ref();
        if named.is_some_and(|named| !named.contains(&database.name)) {
            look.left_out.push(database.name);
            continue;
        }
        let seen = one(door, question, &database, &mut look.died).await;
        look.databases.insert(database.name, seen);
    }
    // Whatever was seen of it, a server that does not live to the end is of no use.
    if look.died.is_none() && matches!(door.open(first).await, Err(Trouble::Lost(_))) {
        look.died = Some("examined".to_owned());
    }
    Ok(look)
}

/// Looks into one database of a server that is known already, and nowhere else.
pub(crate) async fn look_into(
    door: &Door<'_>,
    question: &Question,
    server: Server,
    name: &str,
) -> Result<ServerLook, Trouble> {
    let seen = database::look(door, question, name).await?;
    Ok(ServerLook {
        server,
        by_name: door.checks_names(),
        objects: Ok(Inventory::default()),
        databases: BTreeMap::from([(name.to_owned(), Ok(seen))]),
        left_out: Vec::new(),
        absent: Vec::new(),
        died: None,
    })
}

async fn one(
    door: &Door<'_>,
    question: &Question,
    database: &Database,
    died: &mut Option<String>,
) -> Result<DatabaseLook, Obstacle> {
    let doing = format!("looking into database {}", database.name);
    if let Some(why) = &database.closed {
        let words = format!("{doing}: {why}");
        return Err(Obstacle::new(backproof_model::FaultOwner::Sandbox, words));
    }
    let looked = database::look(door, question, &database.name).await;
    looked.map_err(|trouble| {
        if door.is_gone() {
            died.get_or_insert_with(|| format!("examined in database {}", database.name));
        }
        Obstacle::of(&doing, &trouble)
    })
}

/// What the plan or the baseline names, as far as the plan lets it be looked at.
fn absent(question: &Question, there: &[Database]) -> Vec<String> {
    let of_baseline = question.baseline.iter().flat_map(|baseline| baseline.databases.keys());
    let of_plan = question.settings.databases.iter().flatten();
    let wanted = |name: &&String| question.settings.databases.as_ref().is_none_or(|named| named.contains(*name));
    let mut absent: Vec<String> = of_baseline
        .chain(of_plan)
        .filter(wanted)
        .filter(|name| !there.iter().any(|database| database.name == **name))
        .cloned()
        .collect();
    absent.sort_unstable();
    absent.dedup();
    absent
}

//! Compares what was seen with what was expected. Pure: no I/O, no clock.
//!
//! A check speaks for all databases of the server, and names each object that is not as it should be. Inconclusive is
//! what could not be seen; a check that found a fault has failed, whatever else it could not see.

mod connection;
mod content;
mod databases;
mod expectations;
mod findings;
mod freshness;
mod integrity;
mod objects;
mod orphans;
mod rows;
mod sequences;

use std::collections::BTreeMap;

use backproof_model::{Check, Claim, ProofLevel};
use backproof_validators_api::{Examined, Statement};

use crate::look::{DatabaseLook, ServerLook};
use crate::question::Question;
use crate::settings::NAME;

pub(crate) use connection::{only_reached, unreachable};

/// Every check, in the order in which people read them: from the plain to the subtle.
pub(crate) fn compare(question: &Question, look: &ServerLook) -> Examined {
    let mut checks = vec![connection::connection(look)];
    checks.push(databases::databases(question, look));
    checks.push(integrity::physical_integrity(question, look));
    checks.extend(objects::schema_objects(question, look));
    checks.push(rows::row_counts(question, look));
    checks.extend(content::content_fingerprint(question, look));
    let freshness = freshness::freshness(question, look);
    let lag_seconds = freshness.as_ref().and_then(|(_, lag)| *lag);
    checks.extend(freshness.map(|(check, _)| check));
    checks.extend(orphans::orphan_rows(look));
    checks.extend(expectations::expectations(question, look));
    Examined { checks, lag_seconds, facts: facts(question, look) }
}

fn facts(question: &Question, look: &ServerLook) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::from([
        ("server".to_owned(), format!("{} {}", look.server.product, look.server.version)),
        ("fingerprint-key".to_owned(), question.hasher.key_id().to_owned()),
        ("databases".to_owned(), look.databases.keys().cloned().collect::<Vec<_>>().join(", ")),
    ]);
    if let Some(baseline) = &question.baseline {
        let provenance = question.provenance.as_deref().unwrap_or("of unknown origin");
        let captured = format!("captured at {} from version {}", baseline.captured_at, baseline.engine_version);
        facts.insert("baseline".to_owned(), format!("{captured}, {provenance}"));
    }
    facts
}

fn statement(name: &'static str, claim: Claim, level: ProofLevel) -> Statement {
    Statement { validator: NAME, name, claim, level }
}

/// Every database that could be looked into.
fn seen(look: &ServerLook) -> impl Iterator<Item = (&String, &DatabaseLook)> {
    look.databases.iter().filter_map(|(name, database)| database.as_ref().ok().map(|database| (name, database)))
}

/// The name of an object as a reader needs it: with its database where the server has several.
fn qualified(look: &ServerLook, database: &str, name: impl std::fmt::Display) -> String {
    if look.databases.len() > 1 { format!("{database}.{name}") } else { name.to_string() }
}

/// A check of nothing but what the plan or the look itself got wrong.
pub(crate) fn told(name: &'static str, owner: backproof_model::FaultOwner, words: &str) -> Check {
    let nothing = backproof_model::check::Examined::new(0, "databases");
    statement(name, Claim::ResourceReachable, ProofLevel::L1).inconclusive(owner, nothing, words)
}

//! Objects that hold code: views, triggers, routines and events.
//!
//! Their definitions come from the catalogs, which keep them back from logins that lack a privilege. What is kept back
//! is not taken for an empty definition: such a schema cannot be compared by this login.

use std::collections::BTreeMap;

use sqlx::SqlStr;

use super::{MySqlSession, Record};
use crate::inventory::{Inventory, Object, ObjectKind};
use crate::trouble::Trouble;

const VIEWS: &str = "SELECT * FROM information_schema.views WHERE table_schema = DATABASE()";
const TRIGGERS: &str = "SELECT * FROM information_schema.triggers WHERE trigger_schema = DATABASE()";
const ROUTINES: &str = "SELECT * FROM information_schema.routines WHERE routine_schema = DATABASE()";
const PARAMETERS: &str = "SELECT * FROM information_schema.parameters WHERE specific_schema = DATABASE() \
    ORDER BY specific_name, routine_type, ordinal_position";
const EVENTS: &str = "SELECT * FROM information_schema.events WHERE event_schema = DATABASE()";

pub(super) async fn add(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for row in session.records(SqlStr::from_static(VIEWS)).await? {
        let view = object(row.get("VIEW_DEFINITION"), "1345: no SHOW VIEW")?
            .with("runs as", runs_as(&row))
            .with("check option", row.get("CHECK_OPTION").unwrap_or("NONE").to_ascii_lowercase());
        inventory.add(ObjectKind::View, row.text("TABLE_NAME")?, view);
    }
    for row in session.records(SqlStr::from_static(TRIGGERS)).await? {
        let when = format!("{} {}", row.text("ACTION_TIMING")?, row.text("EVENT_MANIPULATION")?);
        let trigger = object(row.get("ACTION_STATEMENT"), "1142: no TRIGGER")?
            .with("when", when.to_ascii_lowercase())
            .with("order", row.get("ACTION_ORDER").unwrap_or("1"))
            .with("definer", row.get("DEFINER").unwrap_or_default());
        let name = format!("{}.{}", row.text("EVENT_OBJECT_TABLE")?, row.text("TRIGGER_NAME")?);
        inventory.add(ObjectKind::Trigger, name, trigger);
    }
    routines(session, inventory).await?;
    events(session, inventory).await
}

async fn routines(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    let mut parameters: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in session.records(SqlStr::from_static(PARAMETERS)).await? {
        let of = (row.text("ROUTINE_TYPE")?.to_owned(), row.text("SPECIFIC_NAME")?.to_owned());
        let words = [row.get("PARAMETER_MODE"), row.get("PARAMETER_NAME"), row.get("DTD_IDENTIFIER")];
        parameters.entry(of).or_default().push(words.into_iter().flatten().collect::<Vec<_>>().join(" "));
    }
    for row in session.records(SqlStr::from_static(ROUTINES)).await? {
        let (kind, name) = (row.text("ROUTINE_TYPE")?, row.text("ROUTINE_NAME")?);
        let takes = parameters.remove(&(kind.to_owned(), row.text("SPECIFIC_NAME")?.to_owned())).unwrap_or_default();
        let whole = row.get("ROUTINE_DEFINITION").map(|body| format!("{}\n{body}", takes.join("\n")));
        let routine = object(whole.as_deref(), "1370: no SHOW CREATE ROUTINE, SHOW_ROUTINE or SELECT on mysql.proc")?
            .with("runs as", runs_as(&row))
            .with("data access", row.get("SQL_DATA_ACCESS").unwrap_or_default().to_ascii_lowercase())
            .with("deterministic", row.get("IS_DETERMINISTIC").unwrap_or_default().to_ascii_lowercase());
        inventory.add(ObjectKind::Routine, format!("{} {name}", kind.to_ascii_lowercase()), routine);
    }
    Ok(())
}

async fn events(session: &mut MySqlSession, inventory: &mut Inventory) -> Result<(), Trouble> {
    for row in session.records(SqlStr::from_static(EVENTS)).await? {
        let once = row.get("EVENT_TYPE") == Some("ONE TIME");
        // Such an event is dropped by the server when its time has come.
        if once && row.get("ON_COMPLETION") != Some("PRESERVE") {
            continue;
        }
        let every = match (row.get("INTERVAL_VALUE"), row.get("INTERVAL_FIELD")) {
            (Some(value), Some(field)) => format!("every {value} {field}").to_ascii_lowercase(),
            _ => "once".to_owned(),
        };
        // A copy of a primary's event is told apart by words that depend on the version; what counts is whether it runs.
        let status = match row.get("STATUS") {
            Some("ENABLED") => "yes",
            Some(_) | None => "no",
        };
        let event = object(row.get("EVENT_DEFINITION"), "1044: no EVENT")?
            .with("enabled", status)
            .with("when", every)
            .with("definer", row.get("DEFINER").unwrap_or_default());
        inventory.add(ObjectKind::Event, row.text("EVENT_NAME")?, event);
    }
    Ok(())
}

fn object(definition: Option<&str>, kept_back: &str) -> Result<Object, Trouble> {
    match definition {
        Some(text) if !text.is_empty() => Ok(Object::defined(text)),
        Some(_) | None => Err(Trouble::Denied { code: kept_back.to_owned() }),
    }
}

/// `definer app@%` or `invoker`.
fn runs_as(row: &Record) -> String {
    match row.get("SECURITY_TYPE") {
        Some("INVOKER") => "invoker".to_owned(),
        Some(_) | None => format!("definer {}", row.get("DEFINER").unwrap_or_default()),
    }
}

//! Physical structure, by `CHECK TABLE`: pages, the order of keys, and that every index holds as many rows as its table.
//!
//! Reading a damaged page makes some versions stop at once, and the connection is lost. That is told by whoever asked,
//! who knows what was being read and whether it happened again.

use sqlx::SqlStr;

use super::{MySqlSession, read};
use crate::dialect::{IntegrityScope, ObjectName, Structure, StructureKind};
use crate::settings::Integrity;
use crate::sql::{Quotes, composed, quoted_object};
use crate::trouble::Trouble;
use crate::words::listed;

const TABLES: &str = "SELECT table_name, engine FROM information_schema.tables WHERE table_schema = DATABASE() \
    AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name";

/// Engines that can check their tables. One that is not known by name is asked as well.
const WITHOUT_CHECK: [&str; 6] = ["MEMORY", "BLACKHOLE", "FEDERATED", "MRG_MyISAM", "CONNECT", "SPIDER"];

/// The word that says how deep to look. Without one every index is walked and counted. With `EXTENDED` MariaDB also
/// follows every entry of an index to its row, which takes many times as long: only where the plan demands all there is.
pub(super) fn depth(demanded: Option<Integrity>) -> &'static str {
    match demanded {
        Some(Integrity::Full) => " EXTENDED",
        Some(Integrity::Pages | Integrity::Off) | None => "",
    }
}

pub(super) async fn begin(session: &mut MySqlSession) -> Result<IntegrityScope, Trouble> {
    let mut scope = IntegrityScope::default();
    let mut without: Vec<String> = Vec::new();
    for row in &session.all(SqlStr::from_static(TABLES)).await? {
        let (name, engine): (String, Option<String>) = (read(row, 0)?, read(row, 1)?);
        match engine {
            Some(engine) if WITHOUT_CHECK.contains(&engine.as_str()) => without.push(format!("{name} ({engine})")),
            // A table without an engine cannot be opened, and being asked it says why.
            Some(_) | None => {
                scope
                    .structures
                    .push(Structure { kind: StructureKind::Table, name: ObjectName { schema: None, name } });
            }
        }
    }
    if !without.is_empty() {
        scope.limits.push(format!("their engine cannot check its tables: {}", listed(&without)));
    }
    Ok(scope)
}

pub(super) async fn check(session: &mut MySqlSession, structure: &Structure) -> Result<Vec<String>, Trouble> {
    let name = quoted_object(Quotes::Backticks, &structure.name);
    let mut lines = Vec::new();
    for row in &session.all(composed(format!("CHECK TABLE {name}{}", session.depth))).await? {
        lines.push(Line { kind: read(row, 2)?, text: read(row, 3)? });
    }
    let defects = judge(&lines)?;
    Ok(defects.into_iter().map(|words| format!("table {}: {words}", structure.name)).collect())
}

/// What `CHECK TABLE` says: `Msg_type` and `Msg_text`.
struct Line {
    kind: String,
    text: String,
}

/// A table is sound where the last line says so. Warnings before it tell of things that the server put right.
fn judge(lines: &[Line]) -> Result<Vec<String>, Trouble> {
    let Some(last) = lines.last() else {
        return Err(Trouble::Unreadable("CHECK TABLE says nothing".into()));
    };
    let says = |words: &str| lines.iter().any(|line| line.text.contains(words));
    match (last.kind.to_ascii_lowercase().as_str(), last.text.as_str()) {
        ("status", "OK" | "Table is already up to date") => Ok(Vec::new()),
        ("note", _) if says("support check") => {
            Err(Trouble::Unreadable("the table's engine cannot check its tables".into()))
        }
        _ if says("denied") => Err(Trouble::Denied { code: "1142".into() }),
        _ if says("Lock wait timeout") => Err(Trouble::Rejected { code: "1205".into() }),
        _ if says("grade required") || says("rebuild required") => Err(Trouble::Unreadable(
            "the table is of an older format, which must be converted before it can be checked".into(),
        )),
        (_, closing) => {
            let before = &lines[..lines.len() - 1];
            let told = before.iter().filter(|line| !matches!(line.kind.to_ascii_lowercase().as_str(), "note" | "info"));
            let words: Vec<String> = told.map(|line| line.text.clone()).collect();
            // The closing line says no more than that something is wrong.
            Ok(if words.is_empty() { vec![closing.to_owned()] } else { words })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(lines: &[(&str, &str)]) -> Result<Vec<String>, Trouble> {
        let lines: Vec<Line> =
            lines.iter().map(|(kind, text)| Line { kind: (*kind).into(), text: (*text).into() }).collect();
        judge(&lines)
    }

    #[test]
    fn only_a_table_that_is_said_to_be_sound_is_sound() {
        assert_eq!(judged(&[("status", "OK")]), Ok(Vec::new()));
        assert_eq!(judged(&[("status", "Table is already up to date")]), Ok(Vec::new()));
        let closed = "1 client is using or hasn't closed the table properly";
        assert_eq!(judged(&[("warning", closed), ("status", "OK")]), Ok(Vec::new()));
        assert!(judged(&[]).is_err());
        assert!(judged(&[("note", "The storage engine for the table doesn't support check")]).is_err());
        assert!(judged(&[("Error", "SELECT command denied to user"), ("status", "Operation failed")]).is_err());
    }

    #[test]
    fn damage_is_told_in_the_servers_words() {
        let damage = judged(&[
            ("Warning", "InnoDB: The B-tree of index PRIMARY is corrupted."),
            ("Warning", "InnoDB: Index 'k' contains 17910 entries, should be 20000."),
            ("error", "Corrupt"),
        ]);
        assert_eq!(damage.map(|words| words.len()), Ok(2));
        let gone = judged(&[("Error", "Table 's.t' doesn't exist in engine"), ("status", "Operation failed")]);
        assert_eq!(gone, Ok(vec!["Table 's.t' doesn't exist in engine".to_owned()]));
        assert_eq!(judged(&[("error", "Corrupt")]), Ok(vec!["Corrupt".to_owned()]));
    }
}

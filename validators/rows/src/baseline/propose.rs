//! Proposes how the rows of tables change, from what manifests of several times show. Pure.
//!
//! A proposal is as good as its history: what never changed so far may change tomorrow, and it says how long that was.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{GridBaseline, Manifest, TableBaseline};
use crate::settings::Class;
use crate::words::{count, grouped, in_words};

/// A class for a table, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// The database.
    pub database: String,
    /// The table within it.
    pub table: String,
    /// How its rows change.
    pub class: Class,
    /// The column that says when a row was written, where one is known.
    pub time_column: Option<String>,
    /// Why, and on how much history that rests.
    pub why: String,
}

/// Why there is no proposal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProposal {
    /// Fewer than two manifests.
    #[error("one manifest shows no change; give two or more of the same server, of different times")]
    TooFew,
    /// They are of different servers.
    #[error("the manifests are of different servers (or the server's name changed): {0} and {1}")]
    DifferentServers(String, String),
    /// They were made with different keys.
    #[error(
        "the manifests were made with different fingerprint keys, so their content cannot be compared: {0} and {1}"
    )]
    DifferentKeys(String, String),
}

/// A proposal for each table of the newest manifest, in the order of their names.
///
/// # Errors
/// Says why the manifests cannot be compared.
pub fn propose(manifests: &[Manifest]) -> Result<Vec<Proposal>, NoProposal> {
    let mut history: Vec<&Manifest> = manifests.iter().collect();
    history.sort_by_key(|manifest| manifest.baseline.captured_at);
    let [.., _, newest] = history.as_slice() else { return Err(NoProposal::TooFew) };
    for other in &history {
        if other.server != newest.server {
            return Err(NoProposal::DifferentServers(other.server.clone(), newest.server.clone()));
        }
        let (theirs, ours) = (&other.baseline.key_id, &newest.baseline.key_id);
        if theirs != ours {
            return Err(NoProposal::DifferentKeys(theirs.clone(), ours.clone()));
        }
    }
    let mut proposals = Vec::new();
    for (database, content) in &newest.baseline.databases {
        for table in content.tables.keys() {
            let seen: Vec<&TableBaseline> = history
                .iter()
                .filter_map(|manifest| manifest.baseline.databases.get(database)?.tables.get(table))
                .collect();
            let (class, why) = class_of(&seen);
            let time_column = seen.last().and_then(|last| last.time_column.clone());
            proposals.push(Proposal { database: database.clone(), table: table.clone(), class, time_column, why });
        }
    }
    Ok(proposals)
}

/// The proposals as the file that `--classes` reads.
pub fn as_classes(proposals: &[Proposal]) -> String {
    let several = proposals.windows(2).any(|pair| pair[0].database != pair[1].database);
    let mut text = String::new();
    for proposal in proposals {
        let table = &proposal.table;
        let name = if several { format!("{}.{table}", proposal.database) } else { table.clone() };
        let class = match proposal.class {
            Class::Frozen => "frozen",
            Class::Append => "append",
            Class::Mutable => "mutable",
        };
        let column = proposal.time_column.as_ref().map(|column| format!(", time_column = {}", toml_text(column)));
        writeln!(text, "# {}", proposal.why).expect("writing to a text cannot fail");
        writeln!(text, "{} = {{ class = \"{class}\"{} }}", toml_text(&name), column.unwrap_or_default())
            .expect("writing to a text cannot fail");
    }
    text
}

/// A basic string of TOML, whose escapes are among those of JSON.
fn toml_text(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string().replace('\u{7f}', "\\u007F")
}

fn class_of(seen: &[&TableBaseline]) -> (Class, String) {
    let [first, .., last] = seen else {
        return (Class::Mutable, "seen in one capture only, which shows no change".into());
    };
    let history = format!(
        "{} captures over {}",
        grouped(count(seen.len())),
        in_words(last.captured_at.duration_since(first.captured_at))
    );
    let pairs = || seen.windows(2).map(|pair| (pair[0], pair[1]));
    if pairs().any(|(older, newer)| older.columns != newer.columns) {
        return (Class::Mutable, format!("its columns changed within {history}, so older content cannot be compared"));
    }
    let rows: Option<Vec<u64>> = seen.iter().map(|table| table.rows).collect();
    let Some(rows) = rows else { return (Class::Mutable, format!("its rows were not read in all of {history}")) };
    if rows.iter().all(|rows| *rows == 0) {
        return (Class::Mutable, format!("empty in {history}, which shows nothing"));
    }
    if pairs().all(|(older, newer)| {
        older.rows == newer.rows && older.fingerprint.is_some() && older.fingerprint == newer.fingerprint
    }) {
        return (Class::Frozen, format!("the same {} rows in {history}", grouped(rows[0])));
    }
    if let Some((older, newer)) = rows.windows(2).map(|pair| (pair[0], pair[1])).find(|(older, newer)| newer < older) {
        let (older, newer) = (grouped(older), grouped(newer));
        return (Class::Mutable, format!("rows were deleted: {older}, later {newer}; {history}"));
    }
    let grew = format!("{} rows became {} in {history}", grouped(rows[0]), grouped(rows[rows.len() - 1]));
    let Some(column) = &last.time_column else {
        return (Class::Mutable, format!("{grew}, but no column is known that says when a row was written"));
    };
    let kept: Vec<Kept> = pairs().map(|(older, newer)| kept(older, newer)).collect();
    if let Some(changed) = kept.iter().find_map(|kept| match kept {
        Kept::No(how) => Some(how),
        Kept::Yes | Kept::Unknown => None,
    }) {
        return (Class::Mutable, format!("{changed}; {grew}"));
    }
    if kept.contains(&Kept::Unknown) {
        let mend = "give captures the same --settled-up-to to see whether older rows stay as they are";
        return (Class::Mutable, format!("{grew}; perhaps append by `{column}`: {mend}"));
    }
    (Class::Append, format!("{grew}, and those that were settled stayed the same"))
}

/// Whether rows that were there stayed as they were.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kept {
    Yes,
    No(String),
    Unknown,
}

fn kept(older: &TableBaseline, newer: &TableBaseline) -> Kept {
    if let (Some(before), Some(after)) = (&older.settled, &newer.settled)
        && before.up_to == after.up_to
        && older.time_column == newer.time_column
    {
        return if before == after {
            Kept::Yes
        } else {
            let (was, is) = (grouped(before.rows), grouped(after.rows));
            Kept::No(format!("rows dated up to {} changed ({was}, later {is})", before.up_to))
        };
    }
    match (&older.grid, &newer.grid) {
        // What is new goes into the last range; those before it must not have changed.
        (Some(before), Some(after)) if older.class == newer.class => by_ranges(before, after),
        (Some(_) | None, Some(_) | None) => Kept::Unknown,
    }
}

fn by_ranges(before: &GridBaseline, after: &GridBaseline) -> Kept {
    if (&before.column, before.kind) != (&after.column, after.kind) || before.cells.len() < 2 {
        return Kept::Unknown;
    }
    let Some(last) = before.cells.keys().next_back() else { return Kept::Unknown };
    let done: BTreeSet<&i64> = before.cells.keys().chain(after.cells.keys()).filter(|number| *number < last).collect();
    let changed = done.iter().filter(|number| before.cells.get(number) != after.cells.get(number)).count();
    match changed {
        0 => Kept::Yes,
        some => {
            let (some, all) = (grouped(count(some)), grouped(count(done.len())));
            Kept::No(format!("{some} of {all} ranges of `{}` that were complete changed", before.column))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::tests::{fingerprint, manifest, table};
    use crate::baseline::{CellBaseline, GridKind, SettledBaseline};

    /// What is proposed for a table that was seen so on the first days of March.
    fn proposed<const N: usize>(seen: [TableBaseline; N]) -> (Class, String) {
        let manifests: Vec<Manifest> = (1..)
            .zip(seen)
            .map(|(day, table)| {
                let at = format!("2026-03-{day:02}T00:00:00Z");
                manifest(&at, [("public.t", TableBaseline { captured_at: at.parse().unwrap(), ..table })])
            })
            .collect();
        let proposals = propose(&manifests).unwrap();
        let [proposal] = proposals.as_slice() else { panic!("one table, {} proposals", proposals.len()) };
        (proposal.class, proposal.why.clone())
    }

    fn seen(rows: u64, digits: &str) -> TableBaseline {
        table(Class::Mutable, rows, digits)
    }

    fn settled(rows: u64, digits: &str, of: u64, settled: &str) -> TableBaseline {
        let up_to = "2026-02-01T00:00:00Z".parse().unwrap();
        let settled = Some(SettledBaseline { up_to, rows: of, fingerprint: fingerprint(settled) });
        TableBaseline { settled, ..seen(rows, digits) }
    }

    fn ranges<const N: usize>(rows: u64, digits: &str, cells: [(i64, &str); N]) -> TableBaseline {
        let cell = |(number, digits)| (number, CellBaseline { rows: 9, fingerprint: fingerprint(digits) });
        let kind = GridKind::Integer { width: 16 };
        let grid = Some(GridBaseline { column: "id".into(), kind, cells: cells.map(cell).into() });
        TableBaseline { grid, ..seen(rows, digits) }
    }

    #[test]
    fn what_never_changed_is_frozen_and_the_history_is_told() {
        let (class, why) = proposed([seen(5000, "aa"), seen(5000, "aa"), seen(5000, "aa")]);
        assert_eq!((class, why.as_str()), (Class::Frozen, "the same 5,000 rows in 3 captures over 2 d"));
    }

    #[test]
    fn equal_counts_with_other_content_are_not_frozen() {
        assert_eq!(proposed([seen(5, "aa"), seen(5, "bb")]).0, Class::Mutable);
        assert_eq!(proposed([seen(5, "aa"), seen(5, "bb"), seen(5, "aa")]).0, Class::Mutable);
    }

    #[test]
    fn rows_that_stay_while_others_come_are_append() {
        let (class, why) = proposed([settled(5, "aa", 4, "cc"), settled(6, "bb", 4, "cc")]);
        assert_eq!(class, Class::Append, "{why}");
        assert!(why.contains("5 rows became 6"), "{why}");
        let (class, why) =
            proposed([ranges(18, "aa", [(0, "01"), (1, "02")]), ranges(27, "bb", [(0, "01"), (1, "03"), (2, "04")])]);
        assert_eq!(class, Class::Append, "{why}");
    }

    #[test]
    fn one_settled_row_that_changed_or_went_makes_a_table_mutable() {
        for (later, words) in [
            (settled(6, "bb", 4, "dd"), "rows dated up to 2026-02-01T00:00:00Z changed"),
            (settled(6, "bb", 3, "cc"), "(4, later 3)"),
            (settled(4, "bb", 4, "cc"), "rows were deleted: 5, later 4"),
        ] {
            let (class, why) = proposed([settled(5, "aa", 4, "cc"), later]);
            assert!(class == Class::Mutable && why.contains(words), "{why}");
        }
        for cells in [[(0, "09"), (1, "02"), (2, "03")], [(0, "01"), (2, "02"), (3, "03")]] {
            let before = ranges(20, "aa", [(0, "01"), (2, "02")]);
            let (class, why) = proposed([before, ranges(30, "bb", cells)]);
            let untouched = cells[0].1 == "01" && cells[1].0 == 2;
            assert_eq!(class == Class::Append, untouched, "{why}");
        }
    }

    #[test]
    fn growth_alone_proves_nothing_of_the_older_rows() {
        let (class, why) = proposed([seen(5, "aa"), seen(6, "bb")]);
        assert!(class == Class::Mutable && why.contains("--settled-up-to"), "{why}");
        let undated = |rows, digits| TableBaseline { time_column: None, ..seen(rows, digits) };
        let (class, why) = proposed([undated(5, "aa"), undated(6, "bb")]);
        assert!(class == Class::Mutable && why.contains("no column is known"), "{why}");
    }

    #[test]
    fn what_shows_nothing_is_mutable() {
        let altered = TableBaseline { columns: vec!["id".into()], ..seen(5, "aa") };
        let unread = TableBaseline { rows: None, fingerprint: None, ..seen(5, "aa") };
        for (history, words) in [
            ([seen(0, "aa"), seen(0, "aa")], "empty"),
            ([altered, seen(5, "aa")], "columns changed"),
            ([unread, seen(5, "aa")], "not read"),
        ] {
            let (class, why) = proposed(history);
            assert!(class == Class::Mutable && why.contains(words), "{why}");
        }
        let older = manifest("2026-03-01T00:00:00Z", []);
        let newer = manifest("2026-03-02T00:00:00Z", [("public.t", seen(5, "aa"))]);
        assert!(propose(&[older, newer]).unwrap()[0].why.contains("one capture only"));
    }

    #[test]
    fn manifests_that_cannot_be_compared_are_refused() {
        let one = manifest("2026-03-01T00:00:00Z", []);
        assert_eq!(propose(std::slice::from_ref(&one)), Err(NoProposal::TooFew));
        let elsewhere = Manifest { server: "0000".into(), ..one.clone() };
        assert!(matches!(propose(&[one.clone(), elsewhere]), Err(NoProposal::DifferentServers(..))));
        let mut rekeyed = one.clone();
        rekeyed.baseline.key_id = "ffff".into();
        assert!(matches!(propose(&[one, rekeyed]), Err(NoProposal::DifferentKeys(..))));
    }

    #[test]
    fn names_are_quoted_as_toml_has_it() {
        let proposal = Proposal {
            database: "shop".into(),
            table: "public.\"odd\\\u{7f}".into(),
            class: Class::Append,
            time_column: Some("created at".into()),
            why: "it grew".into(),
        };
        let text = as_classes(&[proposal]);
        assert_eq!(
            text,
            "# it grew\n\"public.\\\"odd\\\\\\u007F\" = { class = \"append\", time_column = \"created at\" }\n"
        );
    }
}

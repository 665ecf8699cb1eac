//! What is asked of a server: the plan's settings and the baseline together, for each table. Pure.

use backproof_validators_api::LengthOfTime;
use jiff::{SignedDuration, Timestamp};

use crate::baseline::{DatabaseBaseline, OneDatabaseBaseline, SettledBaseline, TableBaseline};
use crate::dialect::{Ages, TableShape};
use crate::fingerprint::Hasher;
use crate::settings::{
    Class, DEFAULT_SAMPLE_ABOVE_ROWS, DEFAULT_SAMPLE_RANGES, DEFAULT_SKEW, RowsSettings, TableEntry,
};

/// What is asked of a server.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// The plan's settings.
    pub(crate) settings: RowsSettings,
    /// What the server looked like, or none where the plan names no baseline.
    pub(crate) baseline: Option<DatabaseBaseline>,
    /// Which manifest that was, and who vouches for it.
    pub(crate) provenance: Option<String>,
    /// The recovery point's time.
    pub(crate) data_time: Timestamp,
    /// Decides which ranges of large tables are read.
    pub(crate) seed: [u8; 32],
    /// Hashes under the installation's key.
    pub(crate) hasher: Hasher,
}

/// What is expected of one table.
#[derive(Clone, Debug)]
pub(crate) struct Expectation<'a> {
    /// How its rows change.
    pub(crate) class: Class,
    /// The column that says when a row was written, where the table has it.
    pub(crate) time_column: Option<&'a str>,
    /// How much older than the recovery point its own newest row may be.
    pub(crate) max_lag: Option<LengthOfTime>,
    /// How far apart clocks may be.
    pub(crate) skew: SignedDuration,
    /// At least so many rows.
    pub(crate) minimum_rows: Option<u64>,
    /// An empty table is as good as a full one.
    pub(crate) may_be_empty: bool,
    /// What it looked like.
    pub(crate) baseline: Option<&'a TableBaseline>,
}

/// Which rows must equal the baseline's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent<'a> {
    /// There is no baseline to compare rows with.
    Nothing,
    /// They may be equal or not: the table is mutable.
    MayDiffer(&'a TableBaseline),
    /// All of them.
    Whole(&'a TableBaseline),
    /// Those up to the baseline's time.
    Settled(&'a TableBaseline, &'a SettledBaseline),
    /// The baseline is newer than the backup, so the backup cannot hold all of it.
    TooNew(&'a SettledBaseline),
    /// The plan's class needs what the baseline does not hold.
    Uncaptured(Class),
}

impl Question {
    /// The baseline of a database.
    pub(crate) fn database(&self, name: &str) -> Option<&OneDatabaseBaseline> {
        self.baseline.as_ref()?.databases.get(name)
    }

    /// Whether the baseline was taken after the backup, so that the source had gone on in between.
    pub(crate) fn baseline_is_newer(&self) -> bool {
        let skew = self.settings.skew.unwrap_or(DEFAULT_SKEW).as_duration();
        self.baseline.as_ref().is_some_and(|baseline| baseline.captured_at > self.around(skew).0)
    }

    /// Why digests cannot be compared with the baseline's, where they cannot: it was made with another key.
    pub(crate) fn other_key(&self) -> Option<String> {
        let (was, is) = (self.baseline.as_ref()?.key_id.as_str(), self.hasher.key_id());
        (was != is).then(|| {
            format!("the baseline was made with fingerprint key {was}, this run uses {is}; use the same key for both")
        })
    }

    /// What is expected of a table. `database` and `table` are the names that people know.
    pub(crate) fn table<'a>(&'a self, database: &str, shape: &'a TableShape) -> Expectation<'a> {
        let name = shape.name.to_string();
        let settings = &self.settings;
        let nothing = &EMPTY;
        let entry = settings
            .tables
            .get(&format!("{database}.{name}"))
            .or_else(|| settings.tables.get(&name))
            .unwrap_or(nothing);
        let baseline = self.database(database).and_then(|database| database.tables.get(&name));
        // What a table says of emptiness or of a minimum sets both aside that stand above it.
        let (minimum_rows, may_be_empty) = match (entry.minimum_rows, entry.may_be_empty) {
            (None, None) => (settings.minimum_rows, settings.may_be_empty),
            both => both,
        };
        let of_baseline = baseline.and_then(|baseline| baseline.time_column.as_deref());
        let everywhere = settings.time_column.as_deref().filter(|name| tells_time(shape, name));
        Expectation {
            class: entry.class.or(baseline.map(|baseline| baseline.class)).unwrap_or_default(),
            time_column: entry.time_column.as_deref().or(of_baseline).or(everywhere),
            max_lag: entry.max_lag,
            skew: entry.skew.or(settings.skew).unwrap_or(DEFAULT_SKEW).as_duration(),
            minimum_rows,
            may_be_empty: may_be_empty.unwrap_or(false),
            baseline,
        }
    }

    /// The newest moment that a row can truthfully carry, and those up to which rows are certainly in the backup.
    fn around(&self, skew: SignedDuration) -> (Timestamp, Timestamp) {
        let newest_possible = self.data_time.saturating_add(skew).unwrap_or(Timestamp::MAX);
        let settled_at = self.data_time.saturating_sub(skew).unwrap_or(Timestamp::MIN);
        (newest_possible, settled_at)
    }

    /// Which rows must equal the baseline's.
    pub(crate) fn extent<'a>(&self, expectation: &Expectation<'a>) -> Extent<'a> {
        let Some(baseline) = expectation.baseline else { return Extent::Nothing };
        let (_, settled_at) = self.around(expectation.skew);
        match (expectation.class, &baseline.settled) {
            (Class::Frozen, _) if baseline.fingerprint.is_some() && baseline.rows.is_some() => Extent::Whole(baseline),
            (Class::Append, Some(settled)) if settled.up_to > settled_at => Extent::TooNew(settled),
            (Class::Append, Some(settled)) => Extent::Settled(baseline, settled),
            (Class::Frozen, _) | (Class::Append, None) => Extent::Uncaptured(expectation.class),
            (Class::Mutable, _) => Extent::MayDiffer(baseline),
        }
    }

    /// By which moments a pass over the table must tell rows apart; none where it has no column for it.
    pub(crate) fn ages<'a>(&self, expectation: &Expectation<'a>, shape: &TableShape) -> Option<Ages<'a>> {
        let column = expectation.time_column.filter(|name| tells_time(shape, name))?;
        let settled_up_to = match self.extent(expectation) {
            Extent::Settled(_, settled) => Some(settled.up_to),
            Extent::Nothing | Extent::MayDiffer(_) | Extent::Whole(_) | Extent::TooNew(_) | Extent::Uncaptured(_) => {
                None
            }
        };
        let (newest_possible, _) = self.around(expectation.skew);
        Some(Ages { column, settled_up_to, newest_possible })
    }

    /// The columns to hash, in their order: the baseline's, as long as all of them are still there; else all by name.
    pub(crate) fn columns(expectation: &Expectation<'_>, shape: &TableShape) -> Vec<String> {
        let mut there: Vec<String> = shape.columns.iter().map(|column| column.name.clone()).collect();
        there.sort_unstable();
        match expectation.baseline {
            Some(baseline)
                if !baseline.columns.is_empty() && baseline.columns.iter().all(|name| there.contains(name)) =>
            {
                baseline.columns.clone()
            }
            Some(_) | None => there,
        }
    }

    /// Whether a table is read in part.
    pub(crate) fn is_large(&self, shape: &TableShape) -> bool {
        let limit = self.settings.sample_above_rows.unwrap_or(DEFAULT_SAMPLE_ABOVE_ROWS);
        shape.estimated_rows.is_some_and(|rows| rows > limit)
    }

    /// How many ranges of it are read.
    pub(crate) fn sample_ranges(&self) -> u32 {
        self.settings.sample_ranges.unwrap_or(DEFAULT_SAMPLE_RANGES)
    }

    /// Whether the plan says that an object is not compared. `*` stands for any run of letters.
    pub(crate) fn ignores(&self, kind: &str, name: &str) -> bool {
        let full = format!("{kind} {name}");
        self.settings.ignore_objects.iter().any(|pattern| matches(pattern, name) || matches(pattern, &full))
    }
}

static EMPTY: TableEntry =
    TableEntry { class: None, time_column: None, max_lag: None, skew: None, minimum_rows: None, may_be_empty: None };

fn tells_time(shape: &TableShape, column: &str) -> bool {
    shape.columns.iter().any(|shape| shape.name == column && shape.tells_time)
}

/// Whether a text is of a pattern in which `*` stands for any run of letters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(first) else { return false };
    (0..=text.len()).filter(|place| text.is_char_boundary(*place)).any(|place| matches(rest, &text[place..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_run_of_letters() {
        for (pattern, text, fits) in [
            ("public.orders", "public.orders", true),
            ("public.orders", "public.orders_2", false),
            ("public.*", "public.orders", true),
            ("*_tmp", "public.a_tmp", true),
            ("*_tmp", "public.a_tmp2", false),
            ("grant * to reporting", "grant SELECT on public.orders to reporting", true),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}

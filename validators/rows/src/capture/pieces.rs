//! How a table is divided, so that no statement reads much of it.

use crate::baseline::GridKind;
use crate::dialect::{Grid, Key, KeyKind};

/// More pieces would spend their time in pauses.
const MOST: u64 = 10_000;

/// Ranges of a key that together hold every row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pieces {
    pub(super) column: String,
    pub(super) kind: GridKind,
    /// The first and the last range.
    pub(super) cells: (i64, i64),
}

impl Pieces {
    /// Pieces of about so many rows, or none where the table is read at once: it is small, or its key cannot be divided.
    pub(super) fn of(key: &Key, bounds: Option<(i64, i64)>, estimated_rows: u64, rows_at_once: u64) -> Option<Self> {
        let wanted = estimated_rows.div_ceil(rows_at_once.max(1)).min(MOST);
        if wanted < 2 {
            return None;
        }
        let column = key.column.clone();
        match key.kind {
            KeyKind::Uuid => Some(Self { column, kind: GridKind::Uuid, cells: (0, 255) }),
            KeyKind::Integer => {
                let (first, last) = bounds?;
                let span = u128::try_from(i128::from(last) - i128::from(first) + 1).ok()?;
                // A power of two, so that captures of several days divide a growing table alike and can be compared.
                let width = span.div_ceil(u128::from(wanted)).next_power_of_two();
                let width = i64::try_from(width).unwrap_or(i64::MAX);
                let cells = (first.div_euclid(width), last.div_euclid(width));
                Some(Self { column, kind: GridKind::Integer { width }, cells })
            }
        }
    }

    /// The grid, as dialects take it.
    pub(super) fn grid(&self) -> Grid<'_> {
        let (kind, width) = match self.kind {
            GridKind::Integer { width } => (KeyKind::Integer, width),
            GridKind::Uuid => (KeyKind::Uuid, 1),
        };
        Grid { column: &self.column, kind, width }
    }

    /// The numbers of the ranges.
    pub(super) fn numbers(&self) -> std::ops::RangeInclusive<i64> {
        self.cells.0..=self.cells.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kind: KeyKind) -> Key {
        Key { column: "id".into(), kind }
    }

    #[test]
    fn small_tables_are_read_at_once() {
        assert_eq!(Pieces::of(&key(KeyKind::Integer), Some((1, 100_000)), 100_000, 100_000), None);
        assert_eq!(Pieces::of(&key(KeyKind::Uuid), None, 0, 100_000), None);
        assert_eq!(Pieces::of(&key(KeyKind::Integer), None, 1_000_000, 100_000), None, "statistics of an empty table");
    }

    #[test]
    fn pieces_hold_every_key_and_stay_the_same_while_a_table_grows() {
        let pieces = |last, rows| Pieces::of(&key(KeyKind::Integer), Some((1, last)), rows, 100_000).unwrap();
        let (before, after) = (pieces(1_000_000, 1_000_000), pieces(1_030_000, 1_030_000));
        assert_eq!(before.kind, GridKind::Integer { width: 131_072 });
        assert_eq!(before.kind, after.kind);
        assert_eq!((before.cells, after.cells), ((0, 7), (0, 7)));
    }

    #[test]
    fn keys_at_the_ends_of_their_type_fall_into_some_piece() {
        for bounds in [(i64::MIN, i64::MAX), (i64::MIN, i64::MIN), (-5, 5), (i64::MAX, i64::MAX)] {
            let pieces = Pieces::of(&key(KeyKind::Integer), Some(bounds), u64::MAX, 1000).unwrap();
            let GridKind::Integer { width } = pieces.kind else { panic!("an integer key") };
            for end in [bounds.0, bounds.1] {
                assert!(pieces.numbers().contains(&end.div_euclid(width)), "{bounds:?} by {width}");
            }
            let all = i128::from(pieces.cells.1) - i128::from(pieces.cells.0) + 1;
            assert!(all <= i128::from(MOST) + 2, "{bounds:?} in {all} pieces");
        }
    }
}

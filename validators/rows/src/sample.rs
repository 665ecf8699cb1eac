//! Which ranges of a large table's key are read.
//!
//! The choice follows from the examination's seed, which was committed to before the run: each range is ranked by
//! HMAC-SHA256 of its name under the seed, and the first are read. Anybody with the seed can do it again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::baseline::{GridBaseline, GridKind};
use crate::dialect::{Grid, Key, KeyKind};

/// Into how many ranges an integer key is divided where no baseline says how.
const RANGES: i64 = 1024;

/// Ranges of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    /// The key's column.
    pub(crate) column: String,
    /// What it holds.
    pub(crate) kind: KeyKind,
    /// How many keys a range spans.
    pub(crate) width: i64,
    /// The ranges to read, in their order.
    pub(crate) cells: Vec<i64>,
    /// How many there are in all.
    pub(crate) of: u64,
}

impl Sample {
    /// The grid, in the form that dialects take.
    pub(crate) fn grid(&self) -> Grid<'_> {
        Grid { column: &self.column, kind: self.kind, width: self.width }
    }

    /// From the ranges that the baseline found rows in, so that each can be compared. The last range is read as well: it
    /// holds the newest rows.
    pub(crate) fn of_baseline(grid: &GridBaseline, size: u32, seed: &[u8; 32], table: &str) -> Self {
        let (kind, width) = match grid.kind {
            GridKind::Integer { width } => (KeyKind::Integer, width.max(1)),
            GridKind::Uuid => (KeyKind::Uuid, 1),
        };
        let all: Vec<i64> = grid.cells.keys().copied().collect();
        Self { column: grid.column.clone(), kind, width, cells: drawn(&all, size, seed, table), of: count(&all) }
    }

    /// From all ranges between the smallest and the largest key.
    pub(crate) fn of_key(key: &Key, bounds: Option<(i64, i64)>, size: u32, seed: &[u8; 32], table: &str) -> Self {
        let (width, all): (i64, Vec<i64>) = match (key.kind, bounds) {
            (KeyKind::Uuid, _) => (1, (0..=255).collect()),
            (KeyKind::Integer, None) => (1, Vec::new()),
            (KeyKind::Integer, Some((first, last))) => {
                let span = i128::from(last) - i128::from(first) + 1;
                let width = i64::try_from(span / i128::from(RANGES) + 1).unwrap_or(i64::MAX);
                (width, (first.div_euclid(width)..=last.div_euclid(width)).collect())
            }
        };
        Self {
            column: key.column.clone(),
            kind: key.kind,
            width,
            cells: drawn(&all, size, seed, table),
            of: count(&all),
        }
    }
}

fn count(all: &[i64]) -> u64 {
    crate::words::count(all.len())
}

/// The first `size` by rank, and the last of all, in the order of their numbers.
fn drawn(all: &[i64], size: u32, seed: &[u8; 32], table: &str) -> Vec<i64> {
    let mut ranked: Vec<([u8; 32], i64)> = all.iter().map(|cell| (rank(seed, table, *cell), *cell)).collect();
    ranked.sort_unstable();
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut chosen: Vec<i64> = ranked.into_iter().take(size).map(|(_, cell)| cell).collect();
    chosen.extend(all.last());
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

/// HMAC-SHA256 under the seed of the table's name, a zero byte and the range's number in decimal digits.
fn rank(seed: &[u8; 32], table: &str, cell: i64) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).expect("HMAC takes keys of any length");
    mac.update(table.as_bytes());
    mac.update(&[0]);
    mac.update(cell.to_string().as_bytes());
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> Key {
        Key { column: "id".into(), kind: KeyKind::Integer }
    }

    #[test]
    fn the_same_seed_chooses_the_same_ranges_and_another_seed_others() {
        let sample = |seed| Sample::of_key(&key(), Some((-5000, 1_000_000)), 16, &[seed; 32], "shop.orders").cells;
        assert_eq!(sample(1), sample(1));
        assert_ne!(sample(1), sample(2));
        assert!((16..=17).contains(&sample(1).len()));
    }

    #[test]
    fn ranges_cover_every_key_even_at_the_ends_of_its_type() {
        for bounds in [(0, 0), (-1, 1), (i64::MIN, i64::MAX), (i64::MAX - 1, i64::MAX)] {
            let sample = Sample::of_key(&key(), Some(bounds), u32::MAX, &[1; 32], "t");
            assert_eq!(sample.of, u64::try_from(sample.cells.len()).unwrap());
            assert!(sample.of >= 1 && sample.of <= 1030, "{bounds:?}: {}", sample.of);
            assert_eq!(sample.cells.first(), Some(&bounds.0.div_euclid(sample.width)));
            assert_eq!(sample.cells.last(), Some(&bounds.1.div_euclid(sample.width)));
        }
    }

    #[test]
    fn a_rank_can_be_worked_out_with_openssl() {
        // printf 'shop.orders\0-7' | openssl dgst -sha256 -mac HMAC -macopt hexkey:0101…01
        assert_eq!(hex::encode(rank(&[1; 32], "shop.orders", -7)), OPENSSL_SAYS);
    }

    const OPENSSL_SAYS: &str = "782c2ad9d3e0c7988ba9a071c3874c718bf12db05ed12f0972ea153dc7ef0301";
}

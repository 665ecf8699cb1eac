//! Bytes on disk that are wrong, as a disk or a bad copy leaves them.
//!
//! PostgreSQL's pages (8 KiB): <https://www.postgresql.org/docs/current/storage-page-layout.html>; their checksum is
//! FNV-1a in 32 lanes, `src/include/storage/checksum_impl.h`. `InnoDB`'s pages are 16 KiB and end with a CRC-32.

use std::fs;
use std::path::{Path, PathBuf};

use super::{DataDirectory, Engine, ServerError, postgres};

/// What is made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Rows in a page in the middle of a table of PostgreSQL.
    HeapPage {
        /// Its database.
        database: String,
        /// The table, as SQL names it: `orders`, `audit.changes`.
        relation: String,
        /// Who can notice.
        notice: Notice,
    },
    /// Entries in a leaf page in the middle of a B-tree of PostgreSQL.
    IndexPage {
        /// Its database.
        database: String,
        /// The index, as SQL names it.
        relation: String,
        /// Who can notice.
        notice: Notice,
    },
    /// Rows in a leaf page in the middle of a table of `InnoDB`.
    InnodbPage {
        /// Its database.
        database: String,
        /// The table, without its database.
        table: String,
    },
}

/// Who notices that a page is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The server itself, when it reads the page: its checksum is wrong.
    Checksum,
    /// Nobody but `amcheck`: the checksum is right, what it covers is not. Reading the rows succeeds.
    AmcheckOnly,
}

const PAGE: usize = 8192;
const INNODB_PAGE: usize = 16_384;
/// `InnoDB`'s number for pages of an index, which hold a table's rows too.
const INNODB_INDEX: u16 = 17_855;

/// Makes the bytes wrong.
pub(super) fn inflict(directory: &DataDirectory, damage: &Damage) -> Result<(), ServerError> {
    match damage {
        Damage::HeapPage { database, relation, notice } => {
            let file = Relation::find(directory, database, relation)?;
            file.change_page(is_filled, |page, number| match notice {
                Notice::Checksum => flip_rows(page),
                Notice::AmcheckOnly => {
                    overstate_columns(page);
                    write_checksum(page, number);
                }
            })
        }
        Damage::IndexPage { database, relation, notice } => {
            let file = Relation::find(directory, database, relation)?;
            file.change_page(is_leaf, |page, number| match notice {
                Notice::Checksum => flip_rows(page),
                Notice::AmcheckOnly => {
                    swap_entries(page);
                    write_checksum(page, number);
                }
            })
        }
        Damage::InnodbPage { database, table } => {
            let path = directory.path().join(database).join(format!("{table}.ibd"));
            let file = Relation { database, name: table, path, page: INNODB_PAGE };
            match directory.engine() {
                Engine::MariaDb => file.change_page(is_innodb_leaf, |page, _| flip(&mut page[200..232])),
                Engine::Postgres => Err(file.refuse("PostgreSQL has no such file")),
            }
        }
    }
}

/// The file of a table or index.
struct Relation<'a> {
    database: &'a str,
    name: &'a str,
    path: PathBuf,
    page: usize,
}

impl<'a> Relation<'a> {
    fn find(directory: &DataDirectory, database: &'a str, relation: &'a str) -> Result<Self, ServerError> {
        let mut found = Self { database, name: relation, path: PathBuf::new(), page: PAGE };
        if directory.engine() != Engine::Postgres {
            return Err(found.refuse("MariaDB has no such file"));
        }
        let (programs, account) = (directory.postgres()?, directory.place.account);
        match postgres::file_of(programs, account, directory.home(), database, relation)? {
            Some(path) => {
                found.path = directory.path().join(path);
                Ok(found)
            }
            None => Err(found.refuse("it does not exist, or has no file of its own")),
        }
    }

    /// Changes that page among the suitable ones which is in the middle.
    fn change_page(&self, suits: fn(&[u8]) -> bool, change: impl FnOnce(&mut [u8], u32)) -> Result<(), ServerError> {
        let mut bytes = read(&self.path)?;
        let suitable: Vec<usize> = bytes
            .chunks_exact(self.page)
            .enumerate()
            .filter(|(_, page)| suits(page))
            .map(|(number, _)| number)
            .collect();
        let Some(&number) = suitable.get(suitable.len() / 2) else {
            return Err(self.refuse("it has no page with rows enough"));
        };
        let page = &mut bytes[number * self.page..(number + 1) * self.page];
        change(page, u32::try_from(number).unwrap_or(u32::MAX));
        // Written over, not replaced: the file keeps its owner.
        fs::write(&self.path, &bytes).map_err(ServerError::io("write", &self.path))
    }

    fn refuse(&self, why: &str) -> ServerError {
        ServerError::NoPage { database: self.database.into(), relation: self.name.into(), why: why.into() }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ServerError> {
    fs::read(path).map_err(ServerError::io("read", path))
}

fn flip(bytes: &mut [u8]) {
    for byte in bytes {
        *byte ^= 0x5a;
    }
}

// --- PostgreSQL ---------------------------------------------------------------------------------------------------

/// Bytes of a page's header before its line pointers.
const HEADER: usize = 24;

fn number_at(page: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes([page[at], page[at + 1]]))
}

/// How many line pointers the page has; nothing for a page that was never written.
fn items(page: &[u8]) -> usize {
    number_at(page, 12).saturating_sub(HEADER) / 4
}

/// Where the tuple of a line pointer begins.
fn tuple(page: &[u8], item: usize) -> usize {
    number_at(page, HEADER + 4 * item) & 0x7fff
}

fn is_filled(page: &[u8]) -> bool {
    items(page) >= 4
}

/// Whether this is a leaf of a B-tree, by the flags at the page's end, with entries enough.
fn is_leaf(page: &[u8]) -> bool {
    let special = number_at(page, 16);
    special + 16 == PAGE && number_at(page, special + 12) & 0x1 == 1 && items(page) >= 6
}

/// The values of the tuple in the middle.
fn flip_rows(page: &mut [u8]) {
    let at = tuple(page, items(page) / 2);
    let end = (at + 40).min(PAGE);
    flip(&mut page[at + 8..end]);
}

/// Has the tuple in the middle claim as many columns as fit in its header's field: readers stop at those they know.
fn overstate_columns(page: &mut [u8]) {
    let at = tuple(page, items(page) / 2);
    let infomask2 = u16::from_le_bytes([page[at + 18], page[at + 19]]) | 0x07ff;
    page[at + 18..at + 20].copy_from_slice(&infomask2.to_le_bytes());
}

/// Puts two neighbouring entries in the wrong order.
fn swap_entries(page: &mut [u8]) {
    let at = HEADER + 4 * (items(page) / 2);
    let (first, second) = page[at..at + 8].split_at_mut(4);
    first.swap_with_slice(second);
}

fn write_checksum(page: &mut [u8], number: u32) {
    page[8..10].fill(0);
    let sum = checksum(page, number);
    page[8..10].copy_from_slice(&sum.to_le_bytes());
}

/// The checksum of a page whose checksum field is zero.
fn checksum(page: &[u8], number: u32) -> u16 {
    const PRIME: u32 = 16_777_619;
    const OFFSETS: [u32; 32] = [
        0x5b1f_36e9,
        0xb852_5960,
        0x02ab_50aa,
        0x1de6_6d2a,
        0x79ff_467a,
        0x9bb9_f8a3,
        0x217e_7cd2,
        0x83e1_3d2c,
        0xf8d4_474f,
        0xe39e_b970,
        0x42c6_ae16,
        0x9932_16fa,
        0x7b09_3b5d,
        0x98da_ff3c,
        0xf718_902a,
        0x0b1c_9cdb,
        0xe58f_764b,
        0x1876_36bc,
        0x5d7b_3bb1,
        0xe73d_e7de,
        0x92be_c979,
        0xcca6_c0b2,
        0x304a_0979,
        0x85aa_43d4,
        0x7831_25bb,
        0x6ca8_eaa2,
        0xe407_eac6,
        0x4b5c_fc3e,
        0x9fbf_8c76,
        0x15ca_20be,
        0xf2ca_9fd3,
        0x959b_d756,
    ];
    let mix = |sum: u32, value: u32| {
        let mixed = sum ^ value;
        mixed.wrapping_mul(PRIME) ^ (mixed >> 17)
    };
    let mut lanes = OFFSETS;
    for row in page.chunks_exact(4 * lanes.len()) {
        for (lane, word) in lanes.iter_mut().zip(row.chunks_exact(4)) {
            *lane = mix(*lane, u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        }
    }
    let folded = lanes.iter().fold(0, |all, lane| all ^ mix(mix(*lane, 0), 0)) ^ number;
    u16::try_from(folded % 65_535 + 1).unwrap_or(u16::MAX)
}

// --- InnoDB -------------------------------------------------------------------------------------------------------

/// Whether this is a leaf page with rows: type, level and count are in its headers.
fn is_innodb_leaf(page: &[u8]) -> bool {
    let at = |at: usize| u16::from_be_bytes([page[at], page[at + 1]]);
    at(24) == INNODB_INDEX && at(38 + 26) == 0 && at(38 + 16) > 1
}

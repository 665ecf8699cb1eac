//! CSV of tables and of lists.

use std::collections::BTreeMap;
use std::io::Write;

use backproof_exports::Lists;
use backproof_exports::csv::{tables, write_lists};

use crate::support::every_outcome;

/// A population of three points, the fields of the second missing.
pub(crate) const POPULATION: &str = "\
DynamoDB\tarn:aws:x:::a\tarn:aws:backup:::rp-1\n\
DynamoDB\tarn:aws:x:::b\tarn:aws:backup:::rp-2\n\
DynamoDB\tarn:aws:x:::c\tarn:aws:backup:::rp-3\n";
pub(crate) const POINTS: &str = "\
recovery_point_arn\taccount\tregion\tvault\n\
arn:aws:backup:::rp-1\t111122223333\teu-central-1\tdaily\tBACKUP_VAULT\tarn:aws:x:::a\tDynamoDB\tCOMPLETED\t1790820000\t1790820600\t4096\t\t\n\
arn:aws:backup:::other\t111122223333\teu-central-1\tdaily\tBACKUP_VAULT\tarn:aws:x:::b\tDynamoDB\tCOMPLETED\t1790820000\t\t\t\t\n\
arn:aws:backup:::rp-3\t111122223333\teu-central-1\tdaily\tBACKUP_VAULT\tarn:aws:x:::c\tDynamoDB\tCOMPLETED\t1790820000\t\t\t\t\n";
pub(crate) const EXCLUDED: &str = "partial\tarn:aws:backup:::rp-9\tarn:aws:x:::z\t=HYPERLINK(\"http://x\")\n";

pub(crate) fn lists() -> Lists<'static> {
    Lists {
        population: Some(Box::new(POPULATION.as_bytes())),
        points: Some(Box::new(POINTS.as_bytes())),
        excluded: Some(Box::new(EXCLUDED.as_bytes())),
    }
}

fn written(lists: Lists<'_>) -> (Vec<(&'static str, u64)>, BTreeMap<&'static str, String>) {
    let folder = tempfile::tempdir().unwrap();
    let counts = write_lists(lists, |name| std::fs::File::create(folder.path().join(name))).unwrap();
    let text = |(name, _): &(&'static str, u64)| (*name, std::fs::read_to_string(folder.path().join(name)).unwrap());
    let texts = counts.iter().map(text).collect();
    (counts, texts)
}

#[test]
fn every_table_is_there_and_nothing_is_left_out() {
    let dossier = every_outcome();
    let tables = tables(&dossier);
    let names: Vec<&str> = tables.iter().map(|table| table.name).collect();
    assert_eq!(names, ["sample", "results", "checks", "resources", "exceptions", "runs", "coverage"]);
    let tests = dossier.runs[0].evidence.tests.len();
    let rows: Vec<usize> = tables.iter().map(|table| table.rows.len()).collect();
    assert_eq!([rows[0], rows[1], rows[4], rows[6]], [tests, tests, dossier.exceptions.len(), tests]);
    for table in &tables {
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        assert_eq!(table.to_csv().lines().count(), table.rows.len() + 1, "{}", table.name);
    }
}

#[test]
fn lists_are_written_row_by_row_with_the_fields_of_the_same_point() {
    let (counts, texts) = written(lists());
    assert_eq!(counts, [("population", 3), ("excluded", 1)]);
    let lines: Vec<&str> = texts["population"].lines().collect();
    assert!(lines[0].starts_with("stratum,unit,recovery_point_arn,account,"), "{}", lines[0]);
    assert!(lines[1].contains("2026-") && lines[1].contains(",4096,"), "{}", lines[1]);
    assert_eq!(lines[2], "DynamoDB,arn:aws:x:::b,arn:aws:backup:::rp-2,,,,,,,,,,,,");
    assert!(lines[3].contains("eu-central-1"), "{}", lines[3]);
    assert!(texts["excluded"].contains("\"'=HYPERLINK"), "{}", texts["excluded"]);
}

#[test]
fn lists_that_are_not_at_hand_are_not_written() {
    assert_eq!(written(Lists::default()).0, []);
}

/// A disk without room.
struct Full;
impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_list_that_cannot_be_read_is_named_with_its_line() {
    let broken = [POPULATION.as_bytes(), b"DynamoDB\t\xff\n"].concat();
    let lists = Lists { population: Some(Box::new(&broken[..])), ..Lists::default() };
    let error = write_lists(lists, |_| Ok(std::io::sink())).unwrap_err().to_string();
    assert!(error.starts_with("line 4 of population.tsv cannot be read"), "{error}");
    let error = write_lists(self::lists(), |_| Ok(Full)).unwrap_err().to_string();
    assert!(error.starts_with("the CSV cannot be written"), "{error}");
}

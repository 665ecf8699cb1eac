//! The workbook as openpyxl reads it.

use backproof_evidence::Dossier;
use backproof_exports::Lists;
use backproof_exports::csv::tables;
use backproof_exports::xlsx::write_workbook;
use serde_json::Value;

use crate::csv::lists;
use crate::support::{all_passed, every_outcome, run};

fn bytes(dossier: &Dossier, lists: Lists<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_workbook(dossier, lists, &mut bytes).unwrap();
    bytes
}

/// What openpyxl sees.
pub(crate) fn opened(dossier: &Dossier, lists: Lists<'_>) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("book.xlsx");
    std::fs::write(&file, bytes(dossier, lists)).unwrap();
    serde_json::from_str(&run("workbook.py", &[&file])).unwrap()
}

fn rows<'a>(book: &'a Value, sheet: &str) -> &'a Vec<Value> {
    book["sheets"][sheet]["rows"].as_array().unwrap()
}

#[test]
fn every_table_and_list_is_a_sheet_with_frozen_header_and_filters() {
    let dossier = every_outcome();
    let book = opened(&dossier, lists());
    let tables = tables(&dossier);
    for table in &tables {
        let sheet = &book["sheets"][table.name];
        assert_eq!(rows(&book, table.name).len(), table.rows.len() + 1, "{}", table.name);
        assert_eq!(sheet["frozen"], "A2", "{}", table.name);
        assert!(sheet["filter"].as_str().unwrap().starts_with("A1:"), "{}", table.name);
        for (cell, column) in rows(&book, table.name)[0].as_array().unwrap().iter().zip(table.columns) {
            assert_eq!(cell[1], column.name);
        }
    }
    assert_eq!([rows(&book, "population").len(), rows(&book, "excluded").len()], [4, 2]);
    assert_eq!(book["sheets"].as_object().unwrap().len(), tables.len() + 4);
    let explained: usize = tables.iter().map(|table| table.columns.len()).sum();
    assert_eq!(rows(&book, "columns").len(), 1 + explained + 15 + 4);
}

#[test]
fn cells_have_types() {
    let dossier = every_outcome();
    let book = opened(&dossier, Lists::default());
    let header = rows(&book, "results")[0].as_array().unwrap();
    let cell = |name: &str| {
        let column = header.iter().position(|cell| cell[1] == name).unwrap();
        rows(&book, "results")[1][column].clone()
    };
    assert_eq!(cell("test"), serde_json::json!(["n", 1]));
    assert_eq!(cell("job_seconds")[0], "n");
    assert_eq!(cell("recovery_point_created"), serde_json::json!(["d", "2026-09-30T02:00:00"]));
    assert_eq!(cell("computed_cost"), serde_json::json!(["n", 0.012_345]));
    assert_eq!(cell("outcome"), serde_json::json!(["s", "passed"]));
}

#[test]
fn no_cell_is_a_formula() {
    let book = opened(&every_outcome(), lists());
    let all = book["sheets"].as_object().unwrap().values().flat_map(|sheet| sheet["rows"].as_array().unwrap());
    let cells: Vec<&Value> = all.flat_map(|row| row.as_array().unwrap()).collect();
    assert!(cells.iter().any(|cell| cell[1] == "=HYPERLINK(\"http://x\")"), "the text itself is kept");
    assert!(cells.iter().all(|cell| cell[0] != "f"));
}

#[test]
fn the_first_sheet_says_that_it_was_a_simulation() {
    let simulated = opened(&every_outcome(), Lists::default());
    let first = simulated["sheets"].as_object().unwrap();
    assert!(first.contains_key("about"));
    let banner = rows(&simulated, "about")[0][0][1].as_str().unwrap();
    assert!(banner.starts_with("SIMULATION"), "{banner}");
    assert!(simulated["title"].as_str().unwrap().starts_with("SIMULATION"));
    let real = opened(&all_passed(1), Lists::default());
    assert!(!real.to_string().contains("SIMULATION"));
}

#[test]
fn the_same_evidence_gives_the_same_bytes() {
    let dossier = every_outcome();
    assert!(bytes(&dossier, lists()) == bytes(&dossier, lists()));
    let book = opened(&dossier, Lists::default());
    let last = dossier.runs[0].evidence.last_entry.unwrap().strftime("%Y-%m-%dT%H:%M:%S").to_string();
    assert_eq!(book["created"], last);
}

#[test]
fn thousands_of_restore_tests_make_a_small_file() {
    let dossier = all_passed(1_000);
    let size = bytes(&dossier, Lists::default()).len();
    assert!(size < 2_000_000, "{size} bytes");
}

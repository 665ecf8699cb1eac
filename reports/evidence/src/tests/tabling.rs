//! The tables of a run: a row for each thing, a cell for each column.

use crate::created::{CreatedKind, created};
use crate::remains::remains;
use crate::tables::{self, Table, Value};
use crate::testing::Story;
use crate::{RunEvidence, conclude};

fn evidence(story: &Story) -> RunEvidence {
    RunEvidence::from_journal(&story.journal()).unwrap()
}

fn column<'a>(table: &'a Table, name: &str) -> Vec<&'a Value> {
    let place = table.columns.iter().position(|column| column.name == name).unwrap();
    table.rows.iter().map(|row| &row[place]).collect()
}

#[test]
fn every_row_has_a_cell_for_every_column() {
    let run = evidence(&Story::of_every_outcome());
    let conclusion = conclude(&run);
    for table in [tables::results(&run, &conclusion), tables::checks(&run), tables::resources(&run)] {
        assert!(!table.rows.is_empty(), "{}", table.name);
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", table.name);
        let names: std::collections::BTreeSet<_> = table.columns.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), table.columns.len(), "{}: no two columns have one name", table.name);
    }
}

#[test]
fn each_restore_test_has_its_row_whatever_came_of_it() {
    let run = evidence(&Story::of_every_outcome());
    let table = tables::results(&run, &conclude(&run));
    let outcomes: Vec<String> = column(&table, "outcome")
        .iter()
        .map(|cell| match cell {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let told: Vec<&str> = run.tests.iter().map(|test| test.outcome.word()).collect();
    assert_eq!(outcomes, told);
    let recovery = column(&table, "recovery_seconds");
    assert_eq!(recovery[0], &Value::Seconds(740));
    assert_eq!(recovery[1], &Value::Empty, "what failed has recovered nothing");
}

#[test]
fn created_resources_are_those_that_the_sums_count() {
    for story in [Story::of_every_outcome(), Story::all_passed(5)] {
        let run = evidence(&story);
        let resources = created(&run);
        assert_eq!(resources.len() as u64, remains(&run).created);
        let gone = resources.iter().filter(|it| {
            matches!(
                it.end,
                Some(
                    backproof_model::record::DeletionEnd::SeenAbsent { .. }
                        | backproof_model::record::DeletionEnd::WasAbsent { .. }
                )
            )
        });
        assert_eq!(gone.count() as u64, remains(&run).deleted);
        let restored = resources.iter().filter(|it| it.kind == CreatedKind::Restored);
        assert!(restored.clone().count() > 0 && restored.clone().all(|it| it.job_id.is_some() && it.asked.is_some()));
    }
}

#[test]
fn a_stranded_resource_says_so_and_nothing_is_corroborated_by_itself() {
    let run = evidence(&Story::of_every_outcome());
    let table = tables::resources(&run);
    assert!(column(&table, "end").contains(&&Value::text("stranded")));
    let alone = Value::text("uncorroborated");
    assert!(column(&table, "cloudtrail_deleted").iter().all(|cell| **cell == alone));
}

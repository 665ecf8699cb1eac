//! Whether there are as many rows as there should be.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::findings::{Findings, rows_or_tables};
use super::{qualified, seen, statement};
use crate::dialect::Pile;
use crate::look::{Seen, ServerLook, TableLook, together};
use crate::question::{Expectation, Extent, Question};
use crate::words::{count, grouped, listed};

/// Every table was read to its end, and holds as many rows as the baseline and the plan say.
///
/// A table that is empty, of which nothing says whether it may be, is only remarked on as long as others hold rows: most
/// schemas have such tables. It is inconclusive where the baseline saw rows in it, and where all tables are empty.
/// L3 where any count was compared, L2 where rows were read only.
pub(super) fn row_counts(question: &Question, look: &ServerLook) -> Check {
    let mut counting =
        Counting { question, look, findings: Findings::default(), expected: 0, found: 0, compared: 0, empty: vec![] };
    let (mut rows, mut tables) = (0, 0);
    for (name, database) in seen(look) {
        for table in &database.tables {
            let expectation = question.table(name, &table.shape);
            match &table.seen {
                Seen::Whole(scanned) => {
                    let pile = together(scanned);
                    (rows, tables) = (rows + pile.rows, tables + 1);
                    counting.whole(name, table, &expectation, pile);
                }
                Seen::Part(sample, scanned) => {
                    let pile = together(scanned);
                    rows += pile.rows;
                    tables += u64::from(!sample.cells.is_empty());
                    counting.part(name, table, &expectation, pile, (count(sample.cells.len()), sample.of));
                }
                Seen::Unread(obstacle) => counting.findings.obstacle(obstacle.clone()),
                Seen::Damaged(_) => {
                    let table = qualified(look, name, &table.shape.name);
                    counting.findings.fault(format!("table {table} cannot be read to its end: it is damaged"));
                }
            }
        }
        counting.missing_tables(name, &database.tables);
    }
    counting.conclude(rows, tables)
}

struct Counting<'a> {
    question: &'a Question,
    look: &'a ServerLook,
    findings: Findings,
    /// The sum of what was expected of the tables that were compared.
    expected: u64,
    /// How many rows were found in these.
    found: u64,
    /// How many tables were compared with something.
    compared: u64,
    /// Tables that are empty, and of which nothing says whether they may be.
    empty: Vec<String>,
}

impl Counting<'_> {
    fn whole(&mut self, database: &str, table: &TableLook, expectation: &Expectation<'_>, pile: Pile) {
        let name = qualified(self.look, database, &table.shape.name);
        if let Some(why) = table.shape.emptied_by_restore {
            self.findings.remark(format!("table {name} was not compared: {why}"));
            return;
        }
        if let Some(minimum) = expectation.minimum_rows {
            self.compared += 1;
            if pile.rows < minimum {
                let rows = grouped(pile.rows);
                self.findings.fault(format!("table {name} has {rows} rows, of at least {}", grouped(minimum)));
                return;
            }
        }
        match self.question.extent(expectation) {
            Extent::Whole(baseline) => self.compare(&name, baseline.rows.unwrap_or_default(), pile.rows, true),
            Extent::Settled(_, settled) => {
                self.compare(&name, settled.rows, pile.settled_rows, false);
            }
            Extent::Nothing | Extent::MayDiffer(_) | Extent::TooNew(_) | Extent::Uncaptured(_) => {
                self.emptiness(name, expectation, pile);
            }
        }
    }

    fn emptiness(&mut self, name: String, expectation: &Expectation<'_>, pile: Pile) {
        let was_empty = expectation.baseline.and_then(|baseline| baseline.rows).map(|rows| rows == 0);
        match (pile.rows, expectation.may_be_empty, was_empty) {
            (0, true, _) => self.compared += 1,
            (0, false, Some(false)) => self.findings.unknown(
                FaultOwner::Validator,
                format!(
                    "table {name} is empty and was not when the baseline was taken; it may change in any way, so set \
                     minimum_rows or may_be_empty = true for it"
                ),
            ),
            (0, false, Some(true) | None) => self.empty.push(name),
            (_, _, _) => {}
        }
    }

    fn part(
        &mut self,
        database: &str,
        table: &TableLook,
        expectation: &Expectation<'_>,
        pile: Pile,
        (read, of): (u64, u64),
    ) {
        let name = qualified(self.look, database, &table.shape.name);
        self.findings.remark(format!(
            "of table {name} {} rows in {} of {} ranges of its key were read; the others were not examined",
            grouped(pile.rows),
            grouped(read),
            grouped(of)
        ));
        match expectation.minimum_rows {
            Some(minimum) if pile.rows < minimum => self.findings.unknown(
                FaultOwner::Validator,
                format!("table {name} was read in part, which does not show that it has {} rows", grouped(minimum)),
            ),
            Some(_) => self.compared += 1,
            None => {}
        }
        if let Some(grid) = expectation.baseline.and_then(|baseline| baseline.grid.as_ref())
            && let Seen::Part(sample, scanned) = &table.seen
        {
            let settled = matches!(self.question.extent(expectation), Extent::Settled(..));
            let frozen = matches!(self.question.extent(expectation), Extent::Whole(_));
            if settled || frozen {
                let expected = sample.cells.iter().filter_map(|cell| grid.cells.get(cell)).map(|cell| cell.rows).sum();
                let all = together(scanned);
                self.compare(&name, expected, if settled { all.settled_rows } else { all.rows }, frozen);
            }
        }
    }

    fn compare(&mut self, name: &str, expected: u64, found: u64, exactly: bool) {
        self.compared += 1;
        self.expected += expected;
        self.found += found;
        if found < expected {
            self.findings.fault(match found {
                0 => format!("table {name}: all {} rows missing", grouped(expected)),
                _ => format!("table {name}: {} of {} rows missing", grouped(expected - found), grouped(expected)),
            });
        } else if exactly && found > expected {
            let more = grouped(found - expected);
            self.findings
                .fault(format!("table {name}: {more} rows more than the {} of a frozen table", grouped(expected)));
        }
    }

    /// A table of the baseline that is not there has lost all of its rows.
    fn missing_tables(&mut self, database: &str, tables: &[TableLook]) {
        let Some(baseline) = self.question.database(database) else { return };
        for (name, table) in &baseline.tables {
            let rows = table.rows.unwrap_or_default();
            let there = tables.iter().any(|look| look.shape.name.to_string() == *name);
            if !there && rows > 0 && !self.question.ignores("table", name) {
                let name = qualified(self.look, database, name);
                self.findings.fault(format!("table {name}: all {} rows missing, and the table too", grouped(rows)));
            }
        }
    }

    fn conclude(mut self, rows: u64, tables: u64) -> Check {
        if !self.empty.is_empty() {
            let words = format!(
                "{} tables are empty, and nothing says whether they may be: {}",
                grouped(count(self.empty.len())),
                listed(&self.empty)
            );
            if rows == 0 && self.compared == 0 {
                let hint = "; set minimum_rows, may_be_empty = true or a baseline";
                self.findings.unknown(FaultOwner::Validator, format!("{words}{hint}"));
            } else {
                self.findings.remark(words);
            }
        }
        if self.compared == 0 && rows > 0 {
            self.findings.remark(
                "the plan expects nothing of the content: set minimum_rows, max_lag, expectations or a baseline so that \
                 it can be compared",
            );
        }
        let statement = match self.compared {
            0 => statement("row-counts", Claim::DataReadable, ProofLevel::L2),
            _ => statement("row-counts", Claim::DataPresent, ProofLevel::L3),
        };
        let check = self.findings.conclude(statement, rows_or_tables(rows, tables));
        match self.expected {
            0 => check.seeing(Observation::Count(rows)),
            // Of the tables that were compared; the others have no number to stand beside.
            expected => check.expecting(Observation::Count(expected)).seeing(Observation::Count(self.found)),
        }
    }
}

//! Whether the rows are the baseline's.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::findings::{Findings, rows_or_tables};
use super::{qualified, seen, statement};
use crate::baseline::{GridBaseline, TableBaseline};
use crate::dialect::Pile;
use crate::fingerprint::{Fingerprint, SETTLED, WHOLE, cell};
use crate::look::{DatabaseLook, Seen, ServerLook, TableLook, together};
use crate::question::{Expectation, Extent, Question};
use crate::sample::Sample;
use crate::words::{count, grouped, listed};

/// The rows are the baseline's, as far as each table's class demands. Where nothing is demanded of any table, a
/// fingerprint of all is noted only.
pub(super) fn content_fingerprint(question: &Question, look: &ServerLook) -> Option<Check> {
    let mut comparing = Comparing { question, look, findings: Findings::default(), compared: 0, rows: 0 };
    let (mut of_baseline, mut found) = (Vec::new(), Vec::new());
    for (name, database) in seen(look) {
        for table in &database.tables {
            let expectation = question.table(name, &table.shape);
            comparing.table(name, database, table, &expectation);
            if let Seen::Whole(scanned) = &table.seen {
                found.push(of_rows(question, database, table, together(scanned)).to_string());
            }
            of_baseline.extend(expectation.baseline.and_then(|baseline| baseline.fingerprint.as_ref()));
        }
    }
    let all = |fingerprints: &[String]| Observation::Digest(question.hasher.definition(&fingerprints.join("\n")));
    let Comparing { findings, compared, rows, .. } = comparing;
    if compared == 0 && findings.is_clean() {
        let rows = seen(look).flat_map(|(_, database)| &database.tables).map(rows_of).sum();
        let noted = statement("content-fingerprint", Claim::DataReadable, ProofLevel::L2);
        return (!found.is_empty() && rows > 0).then(|| {
            let check = findings.conclude(noted, rows_or_tables(rows, count(found.len())));
            check.seeing(all(&found))
        });
    }
    let matching = statement("content-fingerprint", Claim::DataMatchesBaseline, ProofLevel::L3);
    Some(findings.conclude(matching, rows_or_tables(rows, compared)).seeing(all(&found)))
}

struct Comparing<'a> {
    question: &'a Question,
    look: &'a ServerLook,
    findings: Findings,
    /// How many tables were compared.
    compared: u64,
    /// How many rows they have.
    rows: u64,
}

impl Comparing<'_> {
    fn table(&mut self, name: &str, database: &DatabaseLook, table: &TableLook, expectation: &Expectation<'_>) {
        let told = qualified(self.look, name, &table.shape.name);
        let extent = self.question.extent(expectation);
        let demanded = match extent {
            Extent::Nothing => return,
            Extent::MayDiffer(_) => false,
            Extent::Whole(_) | Extent::Settled(..) | Extent::TooNew(_) | Extent::Uncaptured(_) => true,
        };
        match extent {
            Extent::TooNew(settled) => return self.too_new(&told, expectation, settled.up_to),
            Extent::Uncaptured(class) => {
                let class = class.as_str();
                let words =
                    format!("table {told} is of class {class}, but the baseline holds no rows for that; take it anew");
                return self.findings.unknown(FaultOwner::Validator, words);
            }
            Extent::Nothing | Extent::MayDiffer(_) | Extent::Whole(_) | Extent::Settled(..) => {}
        }
        if table.shape.emptied_by_restore.is_some() {
            return;
        }
        if demanded && let Some(words) = self.incomparable(&told, database, table, expectation) {
            return self.findings.unknown(FaultOwner::Validator, words);
        }
        match (&table.seen, extent) {
            (Seen::Whole(scanned), Extent::Whole(baseline)) => {
                let pile = together(scanned);
                let found = of_rows(self.question, database, table, pile);
                self.compare(&told, baseline.fingerprint.as_ref(), &found, baseline.rows.unwrap_or(0), pile.rows);
            }
            (Seen::Whole(scanned), Extent::Settled(_, settled)) => {
                let pile = together(scanned);
                let found = of_settled(self.question, database, table, pile);
                self.compare(&told, Some(&settled.fingerprint), &found, settled.rows, pile.settled_rows);
                if pile.undated > 0 {
                    let undated = grouped(pile.undated);
                    self.findings
                        .remark(format!("{undated} rows of table {told} carry no usable time and were not compared"));
                }
            }
            (Seen::Part(sample, scanned), Extent::Whole(baseline) | Extent::Settled(baseline, _)) => {
                let settled = matches!(extent, Extent::Settled(..));
                self.sampled(&told, database, table, baseline.grid.as_ref(), sample, &scanned.piles, settled);
            }
            (Seen::Whole(scanned), Extent::MayDiffer(baseline)) => {
                self.if_equal(database, table, baseline, together(scanned));
            }
            (Seen::Unread(obstacle), _) if demanded => self.findings.obstacle(obstacle.clone()),
            (Seen::Damaged(words), _) if demanded => {
                self.findings.fault(format!("table {told} cannot be compared, since it is damaged: {words}"));
            }
            (Seen::Whole(_) | Seen::Part(..) | Seen::Unread(_) | Seen::Damaged(_), _) => {}
        }
    }

    fn too_new(&mut self, told: &str, expectation: &Expectation<'_>, up_to: jiff::Timestamp) {
        let settled_at = self.question.data_time.saturating_sub(expectation.skew).unwrap_or(jiff::Timestamp::MIN);
        self.findings.unknown(
            FaultOwner::Validator,
            format!(
                "the baseline of table {told} reaches to {up_to}, but only rows up to {settled_at} are certainly in this \
                 backup; capture the baseline before the backup, or test a later recovery point"
            ),
        );
    }

    /// Why fingerprints cannot be compared at all.
    fn incomparable(
        &self,
        told: &str,
        database: &DatabaseLook,
        table: &TableLook,
        expectation: &Expectation<'_>,
    ) -> Option<String> {
        let baseline = expectation.baseline?;
        if let Some(words) = self.question.other_key() {
            return Some(words);
        }
        let settled = baseline.settled.as_ref().map(|settled| &settled.fingerprint);
        let algorithm = baseline.fingerprint.as_ref().or(settled).map(Fingerprint::algorithm);
        match algorithm {
            Some(algorithm) if algorithm != database.algorithm => Some(format!(
                "table {told} was hashed by `{algorithm}` for the baseline and by `{}` now; take the baseline anew",
                database.algorithm
            )),
            Some(_) if baseline.columns != table.columns => {
                Some(format!("columns of table {told} are missing, so its rows cannot be compared"))
            }
            Some(_) | None => None,
        }
    }

    fn compare(&mut self, told: &str, was: Option<&Fingerprint>, is: &Fingerprint, rows_were: u64, rows_are: u64) {
        self.compared += 1;
        self.rows += rows_are;
        if was == Some(is) {
            return;
        }
        self.findings.fault(if rows_were == rows_are {
            format!("table {told}: {} rows as in the baseline, but at least one is different", grouped(rows_are))
        } else {
            format!(
                "table {told}: {} rows instead of {}, so the content is different",
                grouped(rows_are),
                grouped(rows_were)
            )
        });
    }

    #[expect(clippy::too_many_arguments, reason = "one table's part of a comparison, taken apart by its caller")]
    fn sampled(
        &mut self,
        told: &str,
        database: &DatabaseLook,
        table: &TableLook,
        grid: Option<&GridBaseline>,
        sample: &Sample,
        piles: &[Pile],
        settled: bool,
    ) {
        let Some(grid) = grid else {
            let words = format!("table {told} is read in part, and its baseline has no ranges to compare with");
            return self.findings.unknown(FaultOwner::Validator, words);
        };
        self.compared += 1;
        let mut different = Vec::new();
        for number in &sample.cells {
            let pile = piles.iter().find(|pile| pile.cell == Some(*number)).copied().unwrap_or_default();
            let (rows, sum) = if settled { (pile.settled_rows, pile.settled_sum) } else { (pile.rows, pile.sum) };
            self.rows += rows;
            let name = table.shape.name.to_string();
            let found = self.question.hasher.fingerprint(database.algorithm, &name, &cell(*number), rows, sum);
            if grid.cells.get(number).is_none_or(|was| was.rows != rows || was.fingerprint != found) {
                different.push(number.to_string());
            }
        }
        let (read, of) = (grouped(count(sample.cells.len())), grouped(sample.of));
        if !different.is_empty() {
            let many = grouped(count(different.len()));
            self.findings.fault(format!(
                "table {told}: {many} of {read} examined ranges of its key differ, numbers {}",
                listed(&different)
            ));
        }
        self.findings
            .remark(format!("table {told} was compared in {read} of {of} ranges of its key, drawn by the run's seed"));
    }

    /// A mutable table may be equal all the same, and then that is shown.
    fn if_equal(&mut self, database: &DatabaseLook, table: &TableLook, baseline: &TableBaseline, pile: Pile) {
        let found = of_rows(self.question, database, table, pile);
        if self.question.other_key().is_none()
            && baseline.columns == table.columns
            && baseline.fingerprint.as_ref() == Some(&found)
        {
            self.compared += 1;
            self.rows += pile.rows;
        }
    }
}

fn of_rows(question: &Question, database: &DatabaseLook, table: &TableLook, pile: Pile) -> Fingerprint {
    let name = table.shape.name.to_string();
    question.hasher.fingerprint(database.algorithm, &name, WHOLE, pile.rows, pile.sum)
}

fn of_settled(question: &Question, database: &DatabaseLook, table: &TableLook, pile: Pile) -> Fingerprint {
    let name = table.shape.name.to_string();
    question.hasher.fingerprint(database.algorithm, &name, SETTLED, pile.settled_rows, pile.settled_sum)
}

fn rows_of(table: &TableLook) -> u64 {
    match &table.seen {
        Seen::Whole(scanned) | Seen::Part(_, scanned) => together(scanned).rows,
        Seen::Unread(_) | Seen::Damaged(_) => 0,
    }
}

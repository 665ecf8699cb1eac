//! How old the newest row is, measured from the recovery point's time: the lag.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, LengthOfTime};
use jiff::{SignedDuration, Timestamp};

use super::findings::{Findings, rows_or_tables};
use super::{qualified, seen, statement};
use crate::look::{Seen, ServerLook, TableLook, together};
use crate::question::{Expectation, Question};
use crate::words::{grouped, in_words};

/// The newest row is as new as the plan demands, and how much older than the recovery point it is, in seconds.
///
/// A `max_lag` for all is about the newest row of all tables that have a time column; one of a table's own is about that
/// table. Where the plan demands nothing, the lag is noted only. Rows that claim to be newer than the recovery point are
/// left aside, since one wrong clock would hide any staleness.
pub(super) fn freshness(question: &Question, look: &ServerLook) -> Option<(Check, Option<i64>)> {
    let mut dating =
        Dating { question, look, findings: Findings::default(), newest: None, dated: 0, rows: 0, unsure: false };
    let mut own = false;
    for (name, database) in seen(look) {
        for table in &database.tables {
            let expectation = question.table(name, &table.shape);
            own |= expectation.max_lag.is_some();
            if expectation.time_column.is_some() {
                dating.table(name, table, &expectation);
            }
        }
    }
    let demanded = question.settings.max_lag;
    if dating.dated == 0 && dating.findings.is_clean() && demanded.is_none() {
        return None;
    }
    Some(dating.conclude(demanded, own))
}

struct Dating<'a> {
    question: &'a Question,
    look: &'a ServerLook,
    findings: Findings,
    /// The newest moment of all tables.
    newest: Option<Timestamp>,
    /// How many tables were looked at for it.
    dated: u64,
    /// How many rows they have.
    rows: u64,
    /// Whether newer rows may be where nobody looked.
    unsure: bool,
}

impl Dating<'_> {
    fn table(&mut self, database: &str, table: &TableLook, expectation: &Expectation<'_>) {
        let told = qualified(self.look, database, &table.shape.name);
        let (scanned, whole) = match &table.seen {
            Seen::Whole(scanned) => (scanned, true),
            Seen::Part(_, scanned) => (scanned, false),
            Seen::Unread(obstacle) => {
                self.unsure = true;
                if expectation.max_lag.is_some() {
                    self.findings.obstacle(obstacle.clone());
                }
                return;
            }
            Seen::Damaged(_) => {
                self.unsure = true;
                if expectation.max_lag.is_some() {
                    self.findings.fault(format!("table {told} is damaged, so its newest row cannot be told"));
                }
                return;
            }
        };
        if self.question.ages(expectation, &table.shape).is_none() {
            let column = expectation.time_column.unwrap_or_default();
            let words = format!("table {told} has no column {column} of dates or timestamps; mend `time_column`");
            return self.findings.unknown(FaultOwner::Validator, words);
        }
        let pile = together(scanned);
        self.dated += 1;
        self.rows += pile.rows;
        self.unsure |= !whole;
        self.newest = self.newest.max(pile.newest);
        if pile.ahead > 0 {
            let ahead = grouped(pile.ahead);
            self.findings.remark(format!(
                "{ahead} rows of table {told} carry a time after the recovery point's and were left aside"
            ));
        }
        let Some(allowed) = expectation.max_lag else { return };
        match (pile.newest.map(|newest| self.lag(newest)), whole) {
            (None, true) if pile.rows == 0 && may_be_empty(expectation) => {}
            (None, true) if pile.rows == 0 => {
                self.findings.fault(format!("table {told} is empty, so it holds nothing as new as the plan demands"));
            }
            (None, true) => {
                self.findings.unknown(FaultOwner::Validator, format!("no row of table {told} carries a usable time"));
            }
            (Some(lag), _) if lag <= allowed.as_duration() => {}
            (Some(lag), true) => self.findings.fault(stale(&format!("of table {told} "), lag, allowed)),
            (None | Some(_), false) => self.findings.unknown(
                FaultOwner::Validator,
                format!("table {told} was read in part, which does not show its newest row"),
            ),
        }
    }

    fn lag(&self, newest: Timestamp) -> SignedDuration {
        self.question.data_time.duration_since(newest)
    }

    fn conclude(mut self, demanded: Option<LengthOfTime>, own: bool) -> (Check, Option<i64>) {
        let lag = self.newest.map(|newest| self.lag(newest));
        match (demanded, lag) {
            (Some(allowed), Some(lag)) if lag > allowed.as_duration() && self.unsure => self.findings.unknown(
                FaultOwner::Validator,
                format!("{}, but not all tables were read to their end", stale("", lag, allowed)),
            ),
            (Some(allowed), Some(lag)) if lag > allowed.as_duration() => self.findings.fault(stale("", lag, allowed)),
            (Some(_), None) if self.dated == 0 => self.findings.unknown(
                FaultOwner::Validator,
                "max_lag was set, but no table has the time_column that says when a row was written",
            ),
            (Some(_), None) if self.rows == 0 => {
                self.findings
                    .fault("all tables with a time column are empty, so nothing is as new as the plan demands");
            }
            (Some(_), None) => self.findings.unknown(FaultOwner::Validator, "no row carries a usable time"),
            (Some(_) | None, _) => {}
        }
        let statement = match (demanded, own) {
            (None, false) => statement("freshness", Claim::DataReadable, ProofLevel::L2),
            (Some(_), _) | (None, true) => statement("freshness", Claim::DataFresh, ProofLevel::L3),
        };
        let check = self.findings.conclude(statement, rows_or_tables(self.rows, self.dated));
        let check = match demanded {
            Some(allowed) => check.expecting(Observation::Seconds(allowed.as_seconds())),
            None => check,
        };
        let seconds = lag.map(|lag| lag.as_secs());
        let check = match seconds {
            Some(seconds) => check.seeing(Observation::Seconds(seconds)),
            None => check,
        };
        (check, seconds.filter(|_| !self.unsure))
    }
}

fn may_be_empty(expectation: &Expectation<'_>) -> bool {
    expectation.may_be_empty || expectation.baseline.is_some_and(|baseline| baseline.rows == Some(0))
}

fn stale(of: &str, lag: SignedDuration, allowed: LengthOfTime) -> String {
    format!(
        "the newest row {of}is {} older than the recovery point, {} is allowed",
        in_words(lag),
        in_words(allowed.as_duration())
    )
}

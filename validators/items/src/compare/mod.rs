//! Compares what was seen with what was expected. Pure: no I/O, no clock.

mod content;
mod count;
mod freshness;
mod parity;
mod structure;

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, Examined, Statement};
use jiff::Timestamp;

use crate::baseline::Baseline;
use crate::look::Look;
use crate::settings::{Class, DEFAULT_SKEW, Expectation, NAME};

/// What is asked of a look at a table.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    /// What is expected.
    pub(crate) expectation: Expectation,
    /// The recovery point's time.
    pub(crate) data_time: Timestamp,
    /// The identifier of the key that items are hashed with now.
    pub(crate) key_id: String,
}

/// Which items must equal the baseline's.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Extent<'a> {
    /// There is no baseline to compare items with.
    Nothing,
    /// They may be equal or not: the table is mutable.
    MayDiffer(&'a Baseline),
    /// All of them.
    Whole(&'a Baseline),
    /// Those up to the baseline's time.
    Settled(&'a Baseline),
    /// The baseline is newer than the backup, so the backup cannot hold all of it.
    TooNew(&'a Baseline, Timestamp),
}

/// Every check, in the order in which people read them.
pub(crate) fn compare(question: &Question, look: &Look) -> Examined {
    let mut checks = vec![table_active(look)];
    if let Ok(table) = &look.table {
        checks.push(structure::key_schema(question, table));
        checks.extend(structure::indexes(question, table));
    }
    checks.push(content::items_readable(question, look));
    checks.extend(count::item_count(question, look));
    checks.extend(content::content_fingerprint(question, look));
    checks.extend(freshness::freshness(question, look));
    if let Ok(table) = &look.table {
        checks.push(parity::settings_parity(question, table, look.settings.as_ref()));
    }
    Examined { checks, lag_seconds: freshness::lag(question, look), ..Examined::default() }
}

fn table_active(look: &Look) -> Check {
    let statement = statement("table-active", Claim::ResourceReachable, ProofLevel::L1);
    let one = Count::new(1, "tables");
    let expected = Observation::Text("ACTIVE".into());
    match &look.table {
        Err(obstacle) => statement.inconclusive(obstacle.owner, Count::new(0, "tables"), &obstacle.words),
        Ok(table) => {
            use backproof_cloud::TableStatus::{Active, Changing, Deleting, Other};
            let not = |state: &str| {
                let remark = format!("the table is {state}, so it was not read");
                statement.inconclusive(FaultOwner::Sandbox, one.clone(), remark).seeing(Observation::Text(state.into()))
            };
            match &table.status {
                Active => statement.passed(one).seeing(expected.clone()),
                Changing(state) | Other(state) => not(state),
                Deleting => not("DELETING"),
            }
        }
    }
    .expecting(expected)
}

fn statement(name: &'static str, claim: Claim, level: ProofLevel) -> Statement {
    Statement { validator: NAME, name, claim, level }
}

impl Question {
    fn extent(&self) -> Extent<'_> {
        let Some(baseline) = &self.expectation.baseline else {
            return Extent::Nothing;
        };
        match (self.expectation.class, baseline.up_to) {
            (Class::Frozen, _) => Extent::Whole(baseline),
            (Class::Append, Some(up_to)) if up_to > self.settled_at() => Extent::TooNew(baseline, up_to),
            (Class::Append, Some(_)) => Extent::Settled(baseline),
            (Class::Mutable, None) => Extent::MayDiffer(baseline),
            // Of a part of the table only; a mutable table is compared as a whole or not at all.
            (Class::Mutable, Some(_)) | (Class::Append, None) => Extent::Nothing,
        }
    }

    /// Items written until then are certainly in the backup.
    fn settled_at(&self) -> Timestamp {
        self.data_time.saturating_sub(self.skew()).unwrap_or(Timestamp::MIN)
    }

    fn skew(&self) -> jiff::SignedDuration {
        self.expectation.skew.unwrap_or(DEFAULT_SKEW).as_duration()
    }

    /// Whether an empty table is as it should be.
    fn may_be_empty(&self) -> bool {
        self.expectation.may_be_empty || self.expectation.baseline.as_ref().is_some_and(|baseline| baseline.items == 0)
    }

    /// What a pass over the items must look for.
    pub(crate) fn settled_up_to(&self) -> Option<Timestamp> {
        match self.extent() {
            Extent::Settled(baseline) => baseline.up_to,
            Extent::Nothing | Extent::MayDiffer(_) | Extent::Whole(_) | Extent::TooNew(..) => None,
        }
    }

    /// The newest moment that an item can truthfully carry.
    pub(crate) fn newest_possible(&self) -> Timestamp {
        self.data_time.saturating_add(self.skew()).unwrap_or(Timestamp::MAX)
    }
}

/// What was examined: items, or the segments of a table that has none. A segment that was read to its end and held
/// nothing was examined all the same.
fn examined(look: &Look) -> Count {
    match look.scanned.tally.all.items {
        0 => Count::new(u64::from(look.scanned.segments), "segments"),
        items => Count::new(items, "items"),
    }
}

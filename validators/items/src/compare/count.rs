//! Whether there are as many items as there should be.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, Statement};

use super::{Extent, Question, examined, statement};
use crate::look::Look;
use crate::trouble::grouped;

const COUNT: &str = "item-count";

/// How many items there are, compared with the baseline and the plan's minimum.
///
/// An empty table is as good as a full one where the plan says so (`may_be_empty`) or the baseline was empty; it fails
/// where a minimum or a baseline says otherwise. Where nothing is said it is inconclusive: an empty table is what a
/// lost backup looks like, and what a new table looks like, and only the plan can tell them apart.
pub(super) fn item_count(question: &Question, look: &Look) -> Option<Check> {
    let items = look.scanned.tally.all.items;
    if let Some(obstacle) = &look.scanned.obstacle {
        let expected = question.expected_count()?;
        let check = present().inconclusive(obstacle.owner, examined(look), &obstacle.words);
        return Some(check.expecting(Observation::Count(expected)));
    }
    if let Some(minimum) = question.expectation.minimum_items
        && items < minimum
    {
        let remark = format!("{} items, of at least {}", grouped(items), grouped(minimum));
        let check = present().failed(examined(look), remark).expecting(Observation::Count(minimum));
        return Some(check.seeing(Observation::Count(items)));
    }
    Some(match question.extent() {
        Extent::Whole(baseline) => exactly(baseline.items, items, look),
        Extent::Settled(baseline) => at_least(baseline.items, look),
        Extent::Nothing | Extent::MayDiffer(_) | Extent::TooNew(..) => by_the_plan(question, look),
    })
}

fn exactly(expected: u64, found: u64, look: &Look) -> Check {
    let check = match missing(expected, found) {
        Some(remark) => present().failed(examined(look), remark),
        None if found > expected => {
            let more = grouped(found - expected);
            present()
                .failed(examined(look), format!("{more} items more than the {} of a frozen table", grouped(expected)))
        }
        None => present().passed(examined(look)),
    };
    check.expecting(Observation::Count(expected)).seeing(Observation::Count(found))
}

fn at_least(expected: u64, look: &Look) -> Check {
    let settled = look.scanned.tally.settled.items;
    let check = match missing(expected, settled) {
        Some(remark) => present().failed(examined(look), remark),
        None => present().passed(examined(look)),
    };
    let later = look.scanned.tally.all.items - settled;
    let check = check.expecting(Observation::Count(expected)).seeing(Observation::Count(settled));
    if later == 0 {
        return check;
    }
    check.remarking(format!("{} items were added after the baseline, or carry no time", grouped(later)))
}

fn by_the_plan(question: &Question, look: &Look) -> Check {
    let items = look.scanned.tally.all.items;
    let check = match question.expectation.minimum_items {
        Some(minimum) => present().passed(examined(look)).expecting(Observation::Count(minimum)),
        None if items > 0 => statement(COUNT, Claim::DataReadable, ProofLevel::L2).passed(examined(look)),
        None if question.may_be_empty() => {
            let remark = "the table is empty, as it may be; that it lost nothing was not shown";
            present().passed(examined(look)).expecting(Observation::Text("may be empty".into())).remarking(remark)
        }
        None => {
            let remark = "the table is empty, and nothing says whether it may be: set minimum_items, may_be_empty = true \
                          or a baseline";
            present().inconclusive(FaultOwner::Validator, examined(look), remark)
        }
    };
    check.seeing(Observation::Count(items))
}

fn present() -> Statement {
    statement(COUNT, Claim::DataPresent, ProofLevel::L3)
}

fn missing(expected: u64, found: u64) -> Option<String> {
    let lost = expected.checked_sub(found).filter(|lost| *lost > 0)?;
    Some(match found {
        0 => format!("all {} items missing: the table is empty", grouped(expected)),
        _ => format!("{} of {} items missing", grouped(lost), grouped(expected)),
    })
}

impl Question {
    fn expected_count(&self) -> Option<u64> {
        match self.extent() {
            Extent::Whole(baseline) | Extent::Settled(baseline) => Some(baseline.items),
            Extent::Nothing | Extent::MayDiffer(_) | Extent::TooNew(..) => self.expectation.minimum_items,
        }
    }
}

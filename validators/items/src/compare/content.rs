//! Whether every item could be read, and whether they are the baseline's.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::{Extent, Question, examined, statement};
use crate::baseline::Baseline;
use crate::look::Look;
use crate::tally::Sum;
use crate::trouble::grouped;

const FINGERPRINT: &str = "content-fingerprint";

/// Every item was read. Without any expectation of the content that is as far as the proof goes: L2, since all
/// partitions of the table answered to their end, and not L3, since nothing was compared.
pub(super) fn items_readable(question: &Question, look: &Look) -> Check {
    let statement = statement("items-readable", Claim::DataReadable, ProofLevel::L2);
    if let Some(obstacle) = &look.scanned.obstacle {
        let seen = grouped(look.scanned.tally.all.items);
        let remark = format!("stopped after {seen} items: {}", obstacle.words);
        return statement.inconclusive(obstacle.owner, examined(look), remark);
    }
    let check = statement.passed(examined(look)).seeing(Observation::Count(look.scanned.tally.all.items));
    if question.expects_content() {
        return check;
    }
    check.remarking(
        "the plan expects nothing of the content: set minimum_items, max_lag or a baseline so that it can be compared",
    )
}

/// The items are the baseline's, as far as the table's class demands. Without that, the fingerprint is noted only.
pub(super) fn content_fingerprint(question: &Question, look: &Look) -> Option<Check> {
    let tally = &look.scanned.tally;
    let complete = look.scanned.obstacle.is_none();
    match question.extent() {
        Extent::Whole(baseline) => Some(matches(question, baseline, tally.all, look)),
        Extent::Settled(baseline) => Some(matches(question, baseline, tally.settled, look)).map(|check| {
            let undated = tally.undated;
            if undated == 0 {
                return check;
            }
            check.remarking(format!("{} items carry no readable time and were not compared", grouped(undated)))
        }),
        Extent::TooNew(_, up_to) => {
            let remark = format!(
                "the baseline reaches to {up_to}, but only items up to {} are certainly in this backup; capture the \
                 baseline before the backup, or test a later recovery point",
                question.settled_at()
            );
            Some(matching().inconclusive(FaultOwner::Validator, examined(look), remark))
        }
        Extent::MayDiffer(baseline) if complete && equals(question, baseline, tally.all) => {
            Some(matches(question, baseline, tally.all, look))
        }
        Extent::MayDiffer(_) | Extent::Nothing => (complete && tally.all.items > 0).then(|| noted(look)),
    }
}

fn matches(question: &Question, baseline: &Baseline, found: Sum, look: &Look) -> Check {
    let expected = Observation::Digest(baseline.fingerprint.to_string());
    if let Some(obstacle) = &look.scanned.obstacle {
        return matching().inconclusive(obstacle.owner, examined(look), &obstacle.words).expecting(expected);
    }
    let check = if baseline.key_id != question.key_id {
        let remark = format!(
            "the baseline was made with fingerprint key {}, this run uses {}; use the same key for both",
            baseline.key_id, question.key_id
        );
        matching().inconclusive(FaultOwner::Validator, examined(look), remark)
    } else if equals(question, baseline, found) {
        matching().passed(examined(look))
    } else {
        matching().failed(examined(look), difference(baseline, found))
    };
    check.expecting(expected).seeing(Observation::Digest(found.fingerprint.to_string()))
}

fn matching() -> backproof_validators_api::Statement {
    statement(FINGERPRINT, Claim::DataMatchesBaseline, ProofLevel::L3)
}

fn equals(question: &Question, baseline: &Baseline, found: Sum) -> bool {
    baseline.key_id == question.key_id && baseline.items == found.items && baseline.fingerprint == found.fingerprint
}

fn difference(baseline: &Baseline, found: Sum) -> String {
    if baseline.items == found.items {
        format!("there are {} items as in the baseline, but at least one of them is different", grouped(found.items))
    } else {
        format!("{} items instead of {}, so the content is different", grouped(found.items), grouped(baseline.items))
    }
}

/// An observation, for later tests to compare with.
fn noted(look: &Look) -> Check {
    let observed = Observation::Digest(look.scanned.tally.all.fingerprint.to_string());
    statement(FINGERPRINT, Claim::DataReadable, ProofLevel::L2).passed(examined(look)).seeing(observed)
}

impl Question {
    fn expects_content(&self) -> bool {
        let of_items = match self.extent() {
            Extent::Nothing | Extent::MayDiffer(_) => false,
            Extent::Whole(_) | Extent::Settled(_) | Extent::TooNew(..) => true,
        };
        of_items
            || self.expectation.minimum_items.is_some()
            || self.expectation.max_lag.is_some()
            || self.expectation.may_be_empty
    }
}

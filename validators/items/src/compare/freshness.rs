//! How old the newest item is, measured from the recovery point's time: the lag.

use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, LengthOfTime, Statement};
use jiff::SignedDuration;

use super::{Question, examined, statement};
use crate::look::Look;
use crate::trouble::grouped;

const FRESHNESS: &str = "freshness";

/// The newest item is as new as the plan demands; where the plan demands nothing, the lag is noted only.
///
/// Items that claim to be newer than the recovery point are left aside, since one wrong clock would hide any staleness.
pub(super) fn freshness(question: &Question, look: &Look) -> Option<Check> {
    let demanded = question.expectation.max_lag;
    let tally = &look.scanned.tally;
    let Some(time) = &question.expectation.time else {
        let remark = "max_lag was set, but no time_attribute that says when an item was written";
        demanded?;
        return Some(fresh().inconclusive(FaultOwner::Validator, examined(look), remark));
    };
    let check = if let Some(obstacle) = &look.scanned.obstacle {
        fresh().inconclusive(obstacle.owner, examined(look), &obstacle.words)
    } else if tally.all.items == 0 {
        demanded.filter(|_| !question.may_be_empty())?;
        fresh().failed(examined(look), "the table is empty, so it holds nothing as new as the plan demands")
    } else if let Some(lag) = measured(question, look) {
        judged(lag, demanded, look)
    } else {
        let remark = format!("no item carries a time in `{}` that could be used", time.name);
        fresh().inconclusive(FaultOwner::Validator, examined(look), remark)
    };
    let check = match demanded {
        Some(demanded) => check.expecting(Observation::Seconds(demanded.as_seconds())),
        None => check,
    };
    Some(match tally.ahead {
        0 => check,
        ahead => check
            .remarking(format!("{} items carry a time after the recovery point's and were left aside", grouped(ahead))),
    })
}

/// The lag in whole seconds, where the whole table was read.
pub(super) fn lag(question: &Question, look: &Look) -> Option<i64> {
    measured(question, look).map(|lag| lag.as_secs())
}

fn measured(question: &Question, look: &Look) -> Option<SignedDuration> {
    if look.scanned.obstacle.is_some() {
        return None;
    }
    look.scanned.tally.newest.map(|newest| question.data_time.duration_since(newest))
}

fn judged(lag: SignedDuration, demanded: Option<LengthOfTime>, look: &Look) -> Check {
    let check = match demanded {
        None => statement(FRESHNESS, Claim::DataReadable, ProofLevel::L2).passed(examined(look)),
        Some(allowed) if lag <= allowed.as_duration() => fresh().passed(examined(look)),
        Some(allowed) => {
            let remark = format!(
                "the newest item is {} older than the recovery point, {} is allowed",
                in_words(lag),
                in_words(allowed.as_duration())
            );
            fresh().failed(examined(look), remark)
        }
    };
    check.seeing(Observation::Seconds(lag.as_secs()))
}

/// Days (from two on), hours and minutes; seconds only below a minute.
fn in_words(length: SignedDuration) -> String {
    let minutes = length.as_mins();
    let days = if minutes < 2 * 1440 { 0 } else { minutes / 1440 };
    let parts = [(days, "d"), (minutes / 60 - days * 24, "h"), (minutes % 60, "min")];
    let said: Vec<_> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if said.is_empty() { format!("{} s", length.as_secs()) } else { said.join(" ") }
}

fn fresh() -> Statement {
    statement(FRESHNESS, Claim::DataFresh, ProofLevel::L3)
}

//! Which round comes when, and where relays have it.

use jiff::Timestamp;

use crate::{CHAIN_HASH, GENESIS, PERIOD};

/// The newest round at `moment`; `None` before the first.
pub fn round_at(moment: Timestamp) -> Option<u64> {
    // Whole seconds suffice: rounds come at whole seconds. `floor` of a moment before 1970 matters to nobody.
    let since = moment.as_second().checked_sub(GENESIS).filter(|since| *since >= 0)?;
    u64::try_from(since / PERIOD).ok().map(|periods| periods + 1)
}

/// The first round that comes after `moment`, and that nobody can know at it.
pub fn first_round_after(moment: Timestamp) -> u64 {
    round_at(moment).map_or(1, |round| round + 1)
}

/// When a round comes; `None` for round 0, which is none, and for rounds beyond the end of time.
pub fn time_of_round(round: u64) -> Option<Timestamp> {
    let periods = i64::try_from(round.checked_sub(1)?).ok()?;
    let second = periods.checked_mul(PERIOD)?.checked_add(GENESIS)?;
    Timestamp::from_second(second).ok()
}

/// Where a relay has a round, as `https://api.drand.sh` is one.
pub fn url_of_round(relay: &str, round: u64) -> String {
    format!("{}/{CHAIN_HASH}/public/{round}", relay.trim_end_matches('/'))
}

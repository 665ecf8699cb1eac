//! Whether this computer's clock agrees with AWS's.

use backproof_cloud::Party;
use jiff::{SignedDuration, Timestamp};

use super::{Examined, Subject};
use crate::world::World;

/// AWS refuses signatures that are further off than this. Source: IAM user guide, "Signature Version 4", request dates.
const REFUSED: SignedDuration = SignedDuration::from_mins(5);
/// Further off than this and something keeps the clock from being set.
const ODD: SignedDuration = SignedDuration::from_secs(30);
/// The `Date` of an answer is told to the second.
const A_SECOND: SignedDuration = SignedDuration::from_secs(1);

pub(super) async fn examine(world: &World) -> Vec<Examined> {
    let (subject, what) = (Subject::Clock, "this computer's clock");
    let Some(region) = world.plan.sandbox.regions.first() else { return Vec::new() };
    let aws = world.cloud.inspect(&Party::AtHand, region).await;
    let before = world.clock().now();
    let told = aws.time.time_in_aws().await;
    let after = world.clock().now();
    let how = "the Date of STS's answer";
    let mend = "set the clock by NTP (chronyc tracking, timedatectl), which cloud hosts get from 169.254.169.123";
    vec![match told {
        Err(error) => subject.unasked(what, &error, "the credentials at hand"),
        Ok(told) => {
            let off = off_by(before, told, after);
            let detail = format!("{} s off AWS's", off.as_secs());
            if off > REFUSED {
                subject.bad(what, how, format!("{detail}; beyond 300 s AWS refuses every call"), mend)
            } else if off > ODD {
                subject.doubtful(what, how, detail, mend)
            } else {
                subject.good(what, how, detail)
            }
        }
    }]
}

/// How far `told` lies outside of the time in which it was told.
fn off_by(before: Timestamp, told: Timestamp, after: Timestamp) -> SignedDuration {
    let early = before.duration_since(told) - A_SECOND;
    let late = told.duration_since(after);
    early.max(late).max(SignedDuration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_answer_is_no_skew_and_a_clock_may_be_off_either_way() {
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        let off = |before: i64, told: i64, after: i64| off_by(at(before), at(told), at(after)).as_secs();
        assert_eq!(off(0, 0, 0), 0);
        assert_eq!(off(1, 0, 1), 0);
        assert_eq!(off(0, 20, 40), 0);
        assert_eq!(off(0, 340, 40), 300);
        assert_eq!(off(401, 0, 405), 400);
    }
}

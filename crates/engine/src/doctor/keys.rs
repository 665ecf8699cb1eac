//! Keys: the sandbox's own, and those that the backups are encrypted with.

use backproof_cloud::{CallError, KeyFacts, Party, Trouble};
use backproof_model::population::{Reach, reach};
use backproof_model::{RecoveryPoint, Region};
use futures_util::future::join_all;

use super::points::{Found, PointOfType};
use super::{Examined, Subject};
use crate::population::Judge;
use crate::world::World;

const HOW: &str = "kms:DescribeKey";

pub(super) async fn examine(world: &World, points: &[PointOfType]) -> Vec<Examined> {
    let sandbox = join_all(world.plan.sandbox.regions.iter().map(|region| of_sandbox(world, region)));
    let of_points = points.iter().filter_map(|of_type| match &of_type.found {
        Found::Point(point) => Some(of_point(world, point)),
        Found::None(_) | Found::Unknown(_) => None,
    });
    let (sandbox, of_points) = tokio::join!(sandbox, join_all(of_points));
    sandbox.into_iter().chain(of_points).flatten().collect()
}

/// The key that restored resources are encrypted with, where the plan names one.
async fn of_sandbox(world: &World, region: &Region) -> Option<Examined> {
    let plan = &world.plan.sandbox;
    let key = plan.kms_key_arn.as_deref()?;
    let (subject, what) = (Subject::Key, format!("sandbox in {region}: key for restored resources"));
    if key.split(':').nth(3).is_some_and(|of| of != region.as_str()) {
        let mend = format!("name an alias that exists in every Region of the sandbox, or leave {region} out");
        return Some(subject.bad(what, "the plan", format!("{key} is not a key of {region}"), mend));
    }
    let found = world.cloud.inspect(&Party::Sandbox, region).await.keys.key(key).await;
    Some(match found {
        Ok(facts) if facts.account.as_ref().is_some_and(|account| *account != plan.account) => subject.bad(
            what,
            HOW,
            format!("{} is a key of account {}", facts.arn, facts.account.map(|of| of.to_string()).unwrap_or_default()),
            format!("name a key of the sandbox account {} as sandbox.kms_key_arn", plan.account),
        ),
        Ok(facts) => judge(what, &facts, "nothing can be restored under it"),
        Err(error) => unread(what, key, &error, "the sandbox role"),
    })
}

/// The key that the backups of a type are encrypted with, by the one point of it that was looked at.
async fn of_point(world: &World, point: &RecoveryPoint) -> Option<Examined> {
    let key = point.encryption_key_arn.as_deref().filter(|arn| arn.contains(":kms:"))?;
    let what = format!("key of {} backups such as {}", point.resource_type, point.recovery_point_arn);
    // A copy is made with the source's permissions, a restore with the sandbox's.
    let (party, whose) = match reach(point, Judge::new(world).eligibility()) {
        Ok(Reach::Copy) => (Party::Source(point.account.clone()), "the source role"),
        Ok(Reach::InPlace | Reach::SharedVault) | Err(_) => (Party::Sandbox, "the sandbox role"),
    };
    Some(match world.cloud.inspect(&party, &point.region).await.keys.key(key).await {
        Ok(facts) => judge(what, &facts, "no backup under it can be copied or restored"),
        Err(error) => unread(what, key, &error, whose),
    })
}

fn judge(what: String, key: &KeyFacts, so: &str) -> Examined {
    let subject = Subject::Key;
    let id = key.arn.rsplit('/').next().unwrap_or(&key.arn);
    let region = key.arn.split(':').nth(3).unwrap_or_default();
    match key.state.as_str() {
        _ if key.enabled && !key.is_symmetric => {
            let detail = format!("{} is not a symmetric key for encryption, and services take no other", key.arn);
            subject.bad(what, HOW, detail, "use a key of spec SYMMETRIC_DEFAULT")
        }
        _ if key.enabled => subject.good(what, HOW, format!("{} is enabled", key.arn)),
        "PendingDeletion" => subject.bad(
            what,
            HOW,
            format!("{} is about to be deleted, and with it everything under it is lost: {so}", key.arn),
            format!("aws kms cancel-key-deletion --region {region} --key-id {id}, then aws kms enable-key"),
        ),
        state => subject.bad(
            what,
            HOW,
            format!("{} is {state}: {so}", key.arn),
            format!("aws kms enable-key --region {region} --key-id {id}"),
        ),
    }
}

fn unread(what: String, key: &str, error: &CallError, whose: &str) -> Examined {
    match error.trouble {
        Trouble::NotFound => Subject::Key.bad(what, HOW, format!("{key}: {error}"), "name a key that exists"),
        Trouble::Denied
        | Trouble::SignedOut
        | Trouble::Throttled
        | Trouble::Conflict
        | Trouble::Quota
        | Trouble::Invalid
        | Trouble::ServiceFault
        | Trouble::NoAnswer
        | Trouble::Unreadable => Subject::Key.unasked(what, error, &format!("{whose} (and to it in the key's policy)")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn only_an_enabled_symmetric_key_serves() {
        let of = |state: &str, is_symmetric| {
            let arn = "arn:aws:kms:eu-central-1:999988887777:key/k".to_owned();
            let enabled = state == "Enabled";
            let facts = KeyFacts { arn, account: None, state: state.into(), enabled, is_of_aws: false, is_symmetric };
            judge("x".into(), &facts, "y")
        };
        assert_eq!(of("Enabled", true).state, State::Good);
        assert_eq!(of("Enabled", false).state, State::Bad);
        assert!(of("Disabled", true).mend.unwrap().contains("enable-key --region eu-central-1 --key-id k"));
        assert!(of("PendingDeletion", true).mend.unwrap().contains("cancel-key-deletion"));
        assert_eq!(of("Unavailable", true).state, State::Bad);
    }
}

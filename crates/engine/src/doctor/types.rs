//! For each resource type that the plan can draw: whether what exists can be listed, and whether there is room for more.

use std::sync::Arc;

use backproof_cloud::{Driver, Party, Quota, QuotaOfType, SandboxAccess};
use futures_util::future::join_all;

use super::identities::Opened;
use super::{Examined, Subject};
use crate::world::World;

pub(super) async fn examine(world: &World, opened: &Opened) -> Vec<Examined> {
    let each = opened.sandboxes.iter().flat_map(|access| in_scope(world).map(move |driver| (access, driver)));
    join_all(each.map(|(access, driver)| of_type(world, access, driver))).await.concat()
}

/// The drivers of types that the plan can draw.
pub(super) fn in_scope(world: &World) -> impl Iterator<Item = &Arc<dyn Driver>> {
    world.drivers.iter().filter(|driver| world.plan.scope.takes_type(&driver.resource_type()))
}

async fn of_type(world: &World, access: &SandboxAccess, driver: &Arc<dyn Driver>) -> Vec<Examined> {
    let what = format!("sandbox in {}: {}", access.region, driver.resource_type());
    match driver.list(access).await {
        Err(error) => {
            let needs: Vec<_> = driver.permissions().iter().map(|needed| needed.action).collect();
            let mend = format!("allow to the sandbox role: {}", needs.join(", "));
            vec![Subject::Sandbox.bad(what, &error.call, error.to_string(), mend)]
        }
        Ok(resources) => {
            let listed = Subject::Sandbox.good(&what, "a listing", format!("{} there now", resources.len()));
            let quotas = driver.quotas().iter().map(|quota| room(world, access, &what, *quota, resources.len()));
            [vec![listed], join_all(quotas).await].concat()
        }
    }
}

async fn room(world: &World, access: &SandboxAccess, what: &str, quota: QuotaOfType, there: usize) -> Examined {
    let inspection = world.cloud.inspect(&Party::Sandbox, &access.region).await;
    let what = format!("{what}: quota of {}", quota.name);
    match inspection.quotas.quota(quota.service_code, quota.quota_code).await {
        Err(error) => Subject::Quota.unasked(what, &error, "the sandbox role"),
        Ok(found) => judge(what, quota, &found, there, at_once(world), access.region.as_str()),
    }
}

/// How many restores of one type the plan lets happen at the same time.
pub(super) fn at_once(world: &World) -> u32 {
    world.plan.concurrency.per_resource_type.min(world.plan.concurrency.restores)
}

fn judge(what: String, quota: QuotaOfType, found: &Quota, there: usize, at_once: u32, region: &str) -> Examined {
    let (subject, how) = (Subject::Quota, "servicequotas:GetServiceQuota");
    let there = u32::try_from(there).unwrap_or(u32::MAX);
    let room = found.value - f64::from(there);
    let kind = if found.is_own { "" } else { " (AWS's default; the account's own is not known)" };
    let detail = format!("{} allowed{kind}, {there} there, {at_once} restored at the same time", found.value);
    let ask = format!(
        "aws service-quotas request-service-quota-increase --region {region} --service-code {} --quota-code {} \
         --desired-value {}",
        quota.service_code,
        quota.quota_code,
        u64::from(there) + 2 * u64::from(at_once)
    );
    if room < 1.0 {
        subject.bad(what, how, detail, format!("delete some, or: {ask}"))
    } else if room < f64::from(at_once) {
        let mend = format!("set concurrency.per_resource_type to {}, or: {ask}", room.floor());
        subject.doubtful(what, how, detail, mend)
    } else {
        subject.good(what, how, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn room_is_held_against_what_is_there_and_what_is_restored_at_once() {
        let quota = QuotaOfType { service_code: "rds", quota_code: "L-7B6409FD", name: "DB instances" };
        let of = |value, there| judge("x".into(), quota, &Quota { value, is_own: true }, there, 4, "eu-central-1");
        assert_eq!(of(40.0, 36).state, State::Good);
        assert_eq!(of(40.0, 37).state, State::Doubtful);
        assert!(of(40.0, 37).mend.unwrap().starts_with("set concurrency.per_resource_type to 3"));
        assert_eq!(of(40.0, 40).state, State::Bad);
        assert!(of(40.0, 40).mend.unwrap().contains("--desired-value 48"));
    }
}

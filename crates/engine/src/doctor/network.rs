//! The sandbox's network: what isolates it, the way into it, and free addresses.

use backproof_cloud::{NetworkFacts, SandboxAccess};
use backproof_model::record::{IsolationState, ReachSeen, ReachState};
use backproof_plan::NetworkPlan;
use futures_util::future::join_all;

use super::identities::Opened;
use super::types::{at_once, in_scope};
use super::{Examined, Subject};
use crate::sandbox::{isolation_in, judge, reach_in};
use crate::world::World;

pub(super) async fn examine(world: &World, opened: &Opened) -> Vec<Examined> {
    join_all(opened.sandboxes.iter().map(|access| in_region(world, access))).await.concat()
}

async fn in_region(world: &World, access: &SandboxAccess) -> Vec<Examined> {
    let what = format!("sandbox in {}", access.region);
    let Some(network) = &world.plan.sandbox.network else {
        return isolation_in(&world.plan, access).await.into_iter().map(|fact| isolation(&what, fact)).collect();
    };
    let (reach, facts) = tokio::join!(
        reach(&what, access),
        access.network.network_facts(&network.vpc_id, network.db_subnet_group.as_deref())
    );
    let account = access.sandbox.account().as_str();
    let judged = judge(&facts, &network.subnet_ids, &network.security_group_ids, account);
    let mut found = vec![reach];
    found.extend(judged.into_iter().map(|fact| isolation(&what, fact)));
    if in_scope(world).any(|driver| driver.lives_in_network()) {
        found.extend(addresses(&what, network, &facts, at_once(world)));
    }
    found
}

fn isolation(what: &str, fact: backproof_model::record::IsolationFact) -> Examined {
    let (subject, what) = (Subject::Isolation, format!("{what}: {}", fact.subject));
    match fact.state {
        IsolationState::Isolated => subject.good(what, "describe calls", fact.detail),
        IsolationState::NotExamined => {
            subject.doubtful(what, "not examined", fact.detail, "look at it yourself, or let the sandbox have none")
        }
        IsolationState::Open | IsolationState::Unreadable => {
            subject.bad(what, "describe calls", fact.detail, "close it, or nothing that lives in a network is restored")
        }
    }
}

/// Whether validators can get into the sandbox's network.
async fn reach(what: &str, access: &SandboxAccess) -> Examined {
    let ReachSeen { way, state, detail, .. } = reach_in(access).await;
    let (subject, what) = (Subject::Reach, format!("{what}: reach `{way}`"));
    match state {
        ReachState::Reached => subject.good(what, "a connection", detail),
        ReachState::Untried => subject.doubtful(
            what,
            "nothing to connect to",
            detail,
            "name something that listens in there as sandbox.databases.probe",
        ),
        ReachState::Unreachable => subject.bad(
            what,
            "a connection",
            detail,
            "see sandbox.databases.reach; until it works, nothing that lives in a network is restored",
        ),
    }
}

/// Whether the plan's subnets have an address for everything that is restored into them at the same time. What cannot
/// be read is said among what isolates.
fn addresses(what: &str, network: &NetworkPlan, facts: &NetworkFacts, at_once: u32) -> Option<Examined> {
    let subnets = facts.subnets.as_ref().ok()?;
    let (subject, how) = (Subject::Addresses, "ec2:DescribeSubnets");
    let what = format!("{what}: free addresses");
    let ours = subnets.iter().filter(|subnet| network.subnet_ids.contains(&subnet.id));
    let free: Vec<(&str, Option<u32>)> = ours.map(|subnet| (subnet.id.as_str(), subnet.free_addresses)).collect();
    let told: Vec<_> =
        free.iter().map(|(id, free)| format!("{id} {}", free.map_or("?".into(), |free| free.to_string()))).collect();
    let detail = format!("{}; {at_once} restored at the same time", told.join(", "));
    let mend = "free some (unused interfaces, endpoints), use larger subnets, or lower concurrency.per_resource_type";
    let all = free.iter().try_fold(0_u32, |sum, (_, free)| free.map(|free| sum.saturating_add(free)));
    Some(match all {
        None => subject.doubtful(what, how, format!("AWS does not tell of all: {detail}"), "look in the console"),
        Some(all) if all < at_once => subject.bad(what, how, detail, mend),
        // The service chooses the zone, and with it the subnet.
        Some(_) if free.iter().any(|(_, free)| free.is_some_and(|free| free < at_once)) => {
            subject.doubtful(what, how, detail, mend)
        }
        Some(_) => subject.good(what, how, detail),
    })
}

//! Enters the sandbox and judges whether its network isolates.

use backproof_cloud::{CallError, NetworkFacts, RouteTarget, SandboxAccess};
use backproof_model::record::{IsolationFact, IsolationSeen, IsolationState, ReachSeen, SandboxEntered, run_step};
use backproof_plan::Plan;
use serde_json::Value;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::world::{SandboxRegions, World};

/// Asks STS in every Region of the sandbox, and journals who we are there and what isolates it.
pub(crate) async fn enter(world: &World, journal: &mut Journal) -> Result<(SandboxRegions, SandboxEntered)> {
    let regions = regions(world).await?;
    let first = regions.iter().next();
    let first = first.ok_or_else(|| EngineError::Internal("the plan has no sandbox Region".into()))?;
    let (account, caller_arn) = (first.sandbox.account().clone(), first.sandbox.caller_arn().to_owned());
    let entered = journal
        .observe(run_step::SANDBOX, async {
            let isolation = isolation(world, &regions).await;
            let reach = reach(world, &regions).await;
            let regions = world.plan.sandbox.regions.clone();
            Ok(SandboxEntered { account, caller_arn, regions, isolation, reach })
        })
        .await?;
    Ok((regions, entered))
}

/// Asks STS in every Region of the sandbox.
pub(crate) async fn regions(world: &World) -> Result<SandboxRegions> {
    let mut regions = Vec::new();
    for region in &world.plan.sandbox.regions {
        regions.push(world.cloud.sandbox(region).await?);
    }
    Ok(SandboxRegions::new(regions))
}

/// Tries the way into the sandbox's network in all of its Regions, where the plan names a network.
async fn reach(world: &World, regions: &SandboxRegions) -> Vec<ReachSeen> {
    let mut seen = Vec::new();
    for access in regions.iter().filter(|_| world.plan.sandbox.network.is_some()) {
        seen.push(reach_in(access).await);
    }
    seen
}

/// Tries the way into the sandbox's network in one Region.
pub(crate) async fn reach_in(access: &SandboxAccess) -> ReachSeen {
    let (state, detail) = access.reach.try_out().await;
    ReachSeen { region: access.region.clone(), way: access.reach.name().to_owned(), state, detail }
}

/// Journals what isolates the sandbox once all tests are done: it may have been opened in between.
pub(crate) async fn look_again(
    world: &World,
    regions: &SandboxRegions,
    journal: &mut Journal,
) -> Result<IsolationSeen> {
    journal.observe(run_step::ISOLATION_AT_CLOSE, async { Ok(isolation(world, regions).await) }).await
}

/// What isolates the sandbox at this moment, in all of its Regions.
async fn isolation(world: &World, regions: &SandboxRegions) -> IsolationSeen {
    let mut facts = Vec::new();
    for access in regions.iter() {
        facts.extend(isolation_in(&world.plan, access).await);
    }
    IsolationSeen { at: world.clock().now(), facts }
}

/// Whether something that lives in a network may be restored: a network was examined, and nothing in it is a way out
/// or could not be read. What no call of ours tells of is named in the report and left to the sandbox's owner.
pub(crate) fn isolates(seen: &IsolationSeen) -> bool {
    let examined = seen.facts.iter().any(|fact| fact.state == IsolationState::Isolated);
    let doubtful = |state| matches!(state, IsolationState::Open | IsolationState::Unreadable);
    examined && !seen.facts.iter().any(|fact| doubtful(fact.state))
}

/// What isolates the sandbox in one Region.
pub(crate) async fn isolation_in(plan: &Plan, access: &SandboxAccess) -> Vec<IsolationFact> {
    let Some(network) = &plan.sandbox.network else {
        return vec![IsolationFact {
            subject: format!("network of {}", access.region),
            state: IsolationState::NotExamined,
            detail: "the plan names no sandbox.network, so nothing that lives in a network is restored".into(),
        }];
    };
    let facts = access.network.network_facts(&network.vpc_id, network.db_subnet_group.as_deref()).await;
    judge(&facts, &network.subnet_ids, &network.security_group_ids, access.sandbox.account().as_str())
}

/// One statement per kind of way out. Pure; what could not be read is never taken for isolated.
pub(crate) fn judge(facts: &NetworkFacts, subnets: &[String], groups: &[String], account: &str) -> Vec<IsolationFact> {
    vec![
        statement("VPC", &facts.vpc, |vpc| match (vpc.is_default, &vpc.owner) {
            (true, _) => Some(format!("{} is the default VPC", vpc.id)),
            (false, Some(owner)) if owner != account => Some(format!("{} belongs to account {owner}", vpc.id)),
            (false, _) => None,
        }),
        statement("subnets", &facts.subnets, |found| {
            let missing = subnets.iter().find(|id| !found.iter().any(|subnet| subnet.id == **id));
            let shared = found.iter().find(|subnet| subnet.owner.as_deref().is_some_and(|owner| owner != account));
            let public = found.iter().find(|subnet| subnet.public_addresses);
            missing
                .map(|id| format!("{id} is not in the VPC"))
                .or_else(|| shared.map(|subnet| format!("{} is shared from another account", subnet.id)))
                .or_else(|| public.map(|subnet| format!("{} gives out public addresses", subnet.id)))
        }),
        statement("route tables", &facts.route_tables, |tables| {
            tables.iter().flat_map(|table| table.routes.iter().map(move |route| (table, route))).find_map(
                |(table, (to, target))| match target {
                    RouteTarget::Local | RouteTarget::Endpoint(_) => None,
                    RouteTarget::Outside(way) => Some(format!("{} leads {to} to {way}", table.id)),
                },
            )
        }),
        statement("gateways, peerings and attachments", &facts.attachments, |found| {
            (!found.is_empty()).then(|| found.join(", "))
        }),
        statement("security group egress", &facts.security_groups, |found| {
            let missing = groups.iter().find(|id| !found.iter().any(|group| group.id == **id));
            let leaky =
                found.iter().filter(|group| groups.is_empty() || groups.contains(&group.id)).find_map(|group| {
                    group.egress.iter().find(|egress| !egress.stays_inside).map(|egress| (group, egress))
                });
            missing
                .map(|id| format!("{id} is not in the VPC"))
                .or_else(|| leaky.map(|(group, egress)| format!("{} lets out to {}", group.id, egress.to.join(", "))))
        }),
        statement("VPC endpoints", &facts.endpoints, |found| {
            // An endpoint without a policy of its own lets everything through to its service.
            let open = found.iter().find(|endpoint| endpoint.policy.as_deref().is_none_or(allows_everything));
            open.map(|endpoint| format!("{} to {} allows every action of every account", endpoint.id, endpoint.service))
        }),
        statement("public sharing of EBS snapshots", &facts.snapshot_public_access, |state| {
            (!state.starts_with("block-")).then(|| format!("it is {state}"))
        }),
        match &facts.db_subnet_group {
            None => fact(
                "RDS subnet group",
                IsolationState::Isolated,
                "none is configured, so no database is restored".into(),
            ),
            Some(group) => statement("RDS subnet group", group, |found| {
                found
                    .iter()
                    .find(|id| !subnets.contains(id))
                    .map(|id| format!("it has {id}, which is not one of the sandbox's subnets"))
            }),
        },
        fact(
            "DNS Firewall, Lattice and Cloud WAN",
            IsolationState::NotExamined,
            "no call of this version tells of them".into(),
        ),
    ]
}

/// Whether a policy lets anybody do anything without a condition. One that cannot be read counts as if it did.
fn allows_everything(policy: &str) -> bool {
    let Ok(policy) = serde_json::from_str::<Value>(policy) else { return true };
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.as_slice(),
        one @ Value::Object(_) => std::slice::from_ref(one),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return true,
    };
    statements.iter().any(|statement| {
        let unconditional = statement["Effect"] == "Allow" && statement["Condition"].is_null();
        let any_action = mentions_all(&statement["Action"]) || !statement["NotAction"].is_null();
        let any_principal = mentions_all(&statement["Principal"]) || !statement["NotPrincipal"].is_null();
        unconditional && any_action && any_principal
    })
}

/// Whether `*` stands there, alone, in a list, or under a key such as `AWS`.
fn mentions_all(value: &Value) -> bool {
    match value {
        Value::String(text) => text == "*",
        Value::Array(values) => values.iter().any(mentions_all),
        Value::Object(values) => values.values().any(mentions_all),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn statement<T>(
    subject: &str,
    read: &std::result::Result<T, CallError>,
    way_out: impl FnOnce(&T) -> Option<String>,
) -> IsolationFact {
    match read {
        Err(error) => fact(subject, IsolationState::Unreadable, error.to_string()),
        Ok(seen) => match way_out(seen) {
            Some(way) => fact(subject, IsolationState::Open, way),
            None => fact(subject, IsolationState::Isolated, "no way out".into()),
        },
    }
}

fn fact(subject: &str, state: IsolationState, detail: String) -> IsolationFact {
    IsolationFact { subject: subject.to_owned(), state, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use backproof_cloud::{Egress, Endpoint, RouteTable, SecurityGroup, Subnet, Trouble, Vpc};

    const ACCOUNT: &str = "999988887777";

    fn isolated() -> NetworkFacts {
        NetworkFacts {
            vpc: Ok(Vpc { id: "vpc-1".into(), is_default: false, owner: Some(ACCOUNT.into()) }),
            subnets: Ok(vec![Subnet {
                id: "subnet-1".into(),
                owner: Some(ACCOUNT.into()),
                public_addresses: false,
                free_addresses: None,
            }]),
            route_tables: Ok(vec![RouteTable {
                id: "rtb-1".into(),
                routes: vec![("10.0.0.0/16".into(), RouteTarget::Local)],
            }]),
            security_groups: Ok(vec![SecurityGroup { id: "sg-1".into(), egress: Vec::new() }]),
            endpoints: Ok(Vec::new()),
            attachments: Ok(Vec::new()),
            snapshot_public_access: Ok("block-all-sharing".into()),
            db_subnet_group: None,
        }
    }

    fn verdict(facts: &NetworkFacts) -> bool {
        let facts = judge(facts, &["subnet-1".into()], &["sg-1".into()], ACCOUNT);
        isolates(&IsolationSeen { at: "2026-01-01T00:00:00Z".parse().unwrap(), facts })
    }

    #[test]
    fn a_vpc_without_a_way_out_isolates() {
        assert!(verdict(&isolated()));
    }

    type Opens = fn(&mut NetworkFacts);

    fn denied<T>() -> std::result::Result<T, CallError> {
        let call = "ec2:DescribeVpcs".into();
        Err(CallError { call, trouble: Trouble::Denied, code: None, message: "no".into(), request_id: None })
    }

    #[test]
    fn every_way_out_is_noticed() {
        let ways: [(&str, Opens); 15] = [
            ("default VPC", |facts| facts.vpc.as_mut().unwrap().is_default = true),
            ("foreign VPC", |facts| facts.vpc.as_mut().unwrap().owner = Some("111122223333".into())),
            ("unreadable VPC", |facts| facts.vpc = denied()),
            ("missing subnet", |facts| facts.subnets = Ok(Vec::new())),
            ("shared subnet", |facts| facts.subnets.as_mut().unwrap()[0].owner = Some("111122223333".into())),
            ("public subnet", |facts| facts.subnets.as_mut().unwrap()[0].public_addresses = true),
            ("internet route", |facts| {
                let way_out = ("0.0.0.0/0".into(), RouteTarget::Outside("igw-1".into()));
                facts.route_tables.as_mut().unwrap()[0].routes.push(way_out);
            }),
            ("peering", |facts| facts.attachments = Ok(vec!["peering pcx-1".into()])),
            ("open egress", |facts| {
                let everywhere = Egress { to: vec!["0.0.0.0/0".into()], stays_inside: false };
                facts.security_groups.as_mut().unwrap()[0].egress.push(everywhere);
            }),
            ("missing group", |facts| facts.security_groups = Ok(Vec::new())),
            ("open endpoint", |facts| {
                facts.endpoints = Ok(vec![Endpoint { id: "vpce-1".into(), service: "s3".into(), policy: None }]);
            }),
            ("endpoint open in lists", |facts| {
                let policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": ["*"]}]}"#;
                let endpoint = Endpoint { id: "vpce-1".into(), service: "s3".into(), policy: Some(policy.into()) };
                facts.endpoints = Ok(vec![endpoint]);
            }),
            ("endpoint with an unreadable policy", |facts| {
                let endpoint = Endpoint { id: "vpce-1".into(), service: "s3".into(), policy: Some("{".into()) };
                facts.endpoints = Ok(vec![endpoint]);
            }),
            ("public snapshots", |facts| facts.snapshot_public_access = Ok("unblocked".into())),
            ("foreign subnet group", |facts| facts.db_subnet_group = Some(Ok(vec!["subnet-9".into()]))),
        ];
        for (name, open) in ways {
            let mut facts = isolated();
            open(&mut facts);
            assert!(!verdict(&facts), "{name}");
        }
    }

    #[test]
    fn nothing_examined_does_not_isolate() {
        assert!(!isolates(&IsolationSeen { at: "2026-01-01T00:00:00Z".parse().unwrap(), facts: Vec::new() }));
    }
}

//! What each role must be allowed: the engine's own needs, and those that drivers and validators declare.
//!
//! Source of what an action can be limited to: service authorization reference, one page per service. Recovery points
//! carry the ARNs of their own services, some without an account, so actions on them are allowed on everything.

mod archive;
mod others;
mod sandbox;
mod sources;

use std::collections::BTreeMap;

use backproof_model::{Permission, ResourceType, Scope};
use backproof_plan::Plan;

use crate::{AskedBy, Holder, KeySetup, Need, Role, Setup};

/// What drivers and validators declare.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// By resource type.
    pub drivers: Vec<(ResourceType, &'static [Permission])>,
    /// By validator.
    pub validators: Vec<(&'static str, &'static [Permission])>,
}

/// What each role must be allowed for this plan, by role and account. A role that the plan does not name is there as
/// well: whoever plays its part needs the same.
pub fn required(plan: &Plan, declared: &Declared) -> BTreeMap<Holder, Vec<Need>> {
    everything(&Setup::of(plan), declared)
}

/// The same for a setup.
pub fn everything(setup: &Setup, declared: &Declared) -> BTreeMap<Holder, Vec<Need>> {
    let mut needs = BTreeMap::new();
    for account in &setup.sources {
        let of = |role| Holder { role, account: account.account.clone() };
        needs.insert(of(Role::Source), sources::source(setup, account));
        if let Some(copy) = &account.copy {
            needs.insert(of(Role::Copy), sources::copying(setup, account, copy));
        }
    }
    let mut insert = |role, list| needs.insert(Holder { role, account: setup.sandbox_account.clone() }, list);
    insert(Role::Sandbox, sandbox::sandbox(setup, declared));
    insert(Role::Restore, sandbox::restore(setup));
    insert(Role::Sweep, sandbox::sweep(setup, declared));
    insert(Role::Auditor, others::auditor(setup));
    let mut runner = others::runner(setup);
    if let Some(archive) = &setup.archive {
        let own = archive::archive(setup, archive);
        match &archive.role {
            Some(role) => {
                needs.insert(Holder { role: Role::Archive, account: role.account.clone() }, own);
            }
            None => runner.extend(own),
        }
    }
    needs.insert(Holder { role: Role::Runner, account: setup.sandbox_account.clone() }, runner);
    needs
}

/// The subject of what only `backproof doctor` needs: a run does without.
pub const BEFOREHAND: &str = "Looking beforehand, by `backproof doctor`";
/// What [`Need`]s are for that a run does without: its restores and deletions are then uncorroborated.
pub const CORROBORATION: &str = "Finding what a run did in CloudTrail";

/// What `backproof doctor` asks of IAM: the roles themselves, and what they may do.
fn looking_at_roles(arns: impl IntoIterator<Item = String>) -> [Need; 2] {
    let arns: Vec<String> = arns.into_iter().collect();
    [("iam:GetRole", "see who may assume them"), ("iam:SimulatePrincipalPolicy", "ask what they may do")]
        .map(|(action, why)| Need::to_call(action, why).on(arns.clone()).for_the_sake_of(BEFOREHAND))
}

fn passing(role_arn: String, why: &str) -> Need {
    Need::to_call("iam:PassRole", why)
        .on([role_arn])
        .when("StringEquals", "iam:PassedToService", ["backup.amazonaws.com".to_owned()])
        .asked_by(AskedBy::Aws)
}

fn with_key(setup: &Setup, need: Need, key: &KeySetup) -> Need {
    match key {
        KeySetup::Arn(arn) => need.on([arn.clone()]),
        // An alias is no resource of a policy; every key that bears it is meant.
        KeySetup::Alias(alias) => need.on([setup.sandbox_arn("kms", "key/*")]).when(
            "ForAnyValue:StringEquals",
            "kms:ResourceAliases",
            [alias.clone()],
        ),
    }
}

fn declared_need(setup: &Setup, permission: &Permission, subject: &str) -> Need {
    let need = Need::to_call(permission.action, permission.why).for_the_sake_of(subject);
    match permission.on {
        Scope::All => need,
        Scope::Named(pattern) => need.on([fill_in(setup, pattern)]),
    }
}

/// An ARN with the sandbox in the place of the words in braces.
fn fill_in(setup: &Setup, pattern: &str) -> String {
    let region = match setup.sandbox_regions.as_slice() {
        [one] => one,
        _ => "*",
    };
    pattern
        .replace("{partition}", &setup.partition)
        .replace("{region}", region)
        .replace("{account}", &setup.sandbox_account)
}

//! What each role must be allowed, in the words in which the engine asks IAM for it.

use std::collections::BTreeMap;

use backproof_cloud::{Circumstance, CircumstanceKind};
use backproof_engine::World;
use backproof_engine::doctor::{Needed, NeededBy, Required, RoleOf};
use backproof_permissions::{BEFOREHAND, CORROBORATION, Condition, Declared, Holder, Need, Role};

/// What the roles of the plan must be allowed.
pub(super) fn required(world: &World) -> Required {
    let declared = Declared {
        drivers: world.drivers.iter().map(|driver| (driver.resource_type(), driver.permissions())).collect(),
        validators: backproof_validators::ABOUT.iter().map(|about| (about.name, about.permissions)).collect(),
    };
    let mut all: BTreeMap<RoleOf, Vec<Needed>> = BTreeMap::new();
    for (holder, needs) in backproof_permissions::required(&world.plan, &declared) {
        match role_of(&holder) {
            Some(RoleOf::AtHand) => all.entry(RoleOf::AtHand).or_default().extend(archiving(&needs)),
            Some(role) => all.entry(role).or_default().extend(needs.iter().map(needed)),
            None => {}
        }
    }
    Required(all)
}

/// The role, where it is one that can be asked about: an auditor is a person.
fn role_of(holder: &Holder) -> Option<RoleOf> {
    match holder.role {
        Role::Source => Some(RoleOf::Source(holder.account.parse().ok()?)),
        Role::Copy => Some(RoleOf::CopyCaller(holder.account.parse().ok()?)),
        Role::Sandbox => Some(RoleOf::Sandbox),
        Role::Restore => Some(RoleOf::Restore),
        Role::Sweep => Some(RoleOf::Sweep),
        Role::Runner => Some(RoleOf::AtHand),
        // The bucket's own account answers for its role; as far as reading goes, it is tried.
        Role::Auditor | Role::Archive => None,
    }
}

/// What archiving needs of the credentials at hand. The rest of what they need is tried.
fn archiving(needs: &[Need]) -> impl Iterator<Item = Needed> + '_ {
    needs.iter().filter(|need| need.action.starts_with("s3:")).map(needed)
}

fn needed(need: &Need) -> Needed {
    let is_dispensable = [BEFOREHAND, CORROBORATION].contains(&need.subject.as_str());
    Needed {
        action: need.action.clone(),
        resources: need.resources.as_texts().into_iter().map(str::to_owned).collect(),
        circumstances: need.conditions.iter().filter_map(circumstance).collect(),
        needed_by: if is_dispensable { NeededBy::Examination } else { NeededBy::Runs },
        why: need.reason(),
    }
}

/// The condition as it holds when it is asked for; nothing where it names no value.
fn circumstance(condition: &Condition) -> Option<Circumstance> {
    let kind = match condition.operator.as_str() {
        operator if operator.starts_with("ForAnyValue:") || operator.starts_with("ForAllValues:") => {
            CircumstanceKind::Texts
        }
        operator if operator.starts_with("Bool") => CircumstanceKind::Truth,
        _ => CircumstanceKind::Text,
    };
    Some(Circumstance { key: condition.key.clone(), value: condition.values.first()?.clone(), kind })
}

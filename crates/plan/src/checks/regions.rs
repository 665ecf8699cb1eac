//! Whether what is listed can be restored anywhere: Regions of scope and sandbox, and residency between them.

use backproof_model::{AccountId, Region, suggest};

use super::{elements, has_unreadable, refuse_empty, refuse_repeated};
use crate::problem::Findings;
use crate::written::{PlanTable, ResidencyTable, Text, Written};

pub(super) fn check(plan: &PlanTable, findings: &mut Findings<'_>) {
    let listed = plan.scope.get().and_then(|scope| scope.value.regions.get());
    let sandbox = plan.sandbox.get().and_then(|sandbox| sandbox.value.regions.get());
    for (list, hint) in [(listed, "name at least one Region to list"), (sandbox, "name at least one Region")] {
        refuse_empty(list, hint, findings);
        refuse_repeated(elements(list).map(|region| (&region.value.0, &region.span)), "Region", findings);
    }
    let Some(sandbox) = sandbox.filter(|list| !list.value.is_empty() && !has_unreadable(list, findings)) else {
        return;
    };
    let sandbox: Vec<&Region> = sandbox.value.iter().map(|region| &region.value.0).collect();

    for region in elements(listed).filter(|region| !sandbox.contains(&&region.value.0)) {
        let name = &region.value.0;
        let message = format!("the sandbox is not in {name}, so nothing from there could be restored");
        let hint = format!("add \"{name}\" to `regions` of [sandbox], or take it out of the scope");
        findings.problem(&region.span, message, hint);
    }
    let key = plan.sandbox.get().and_then(|table| table.value.kms_key_arn.as_ref());
    if let Some(key) = key
        && let Some(region) = key.value.0.0.region().filter(|region| !sandbox.contains(&region))
    {
        let hint = format!("use a key in {}", names(&sandbox));
        findings.problem(&key.span, format!("this key is in {region}, where the sandbox is not"), hint);
    }
    residency(plan, &sandbox, findings);
}

/// Rules that no sandbox Region satisfies, alone or together.
fn residency(plan: &PlanTable, sandbox: &[&Region], findings: &mut Findings<'_>) {
    let hint = format!("the sandbox is in {}", names(sandbox));
    let mut sound: Vec<&ResidencyTable> = Vec::new();
    for rule in elements(plan.residency.as_ref()) {
        let Some(allowed) = rule.value.allowed_regions.get() else { continue };
        refuse_empty(Some(allowed), "name the Regions in which this data may be restored", findings);
        refuse_repeated(allowed.value.iter().map(|region| (&region.value.0, &region.span)), "Region", findings);
        if allowed.value.is_empty() || has_unreadable(allowed, findings) {
            continue;
        }
        if allowed.value.iter().any(|region| sandbox.contains(&&region.value.0)) {
            sound.push(&rule.value);
        } else if rule.value.tag.is_some() {
            let message = "no sandbox Region is allowed, so points with this tag are never tested";
            findings.warning(&allowed.span, message, hint.clone());
        } else {
            let message = "no sandbox Region is allowed, so nothing that this rule binds could be restored";
            findings.problem(&allowed.span, message, hint.clone());
        }
    }
    let accounts = plan.scope.get().and_then(|scope| scope.value.accounts.get());
    for id in elements(accounts).filter_map(|account| account.value.id.get()) {
        let rules: Vec<&ResidencyTable> =
            sound.iter().copied().filter(|rule| binds_all_of(rule, &id.value.0)).collect();
        let satisfied = |region: &&Region| rules.iter().all(|rule| allows(rule, region));
        if !sandbox.iter().any(satisfied) {
            let message = format!("the residency rules for {} allow no sandbox Region between them", id.value.0);
            findings.problem(&id.span, message, hint.clone());
        }
    }
}

/// Whether the rule binds everything in this account, whatever its tags.
fn binds_all_of(rule: &ResidencyTable, account: &AccountId) -> bool {
    let named: Vec<&Written<Text<AccountId>>> = elements(rule.accounts.as_ref()).collect();
    rule.tag.is_none() && (named.is_empty() || named.iter().any(|id| id.value.0 == *account))
}

fn allows(rule: &ResidencyTable, region: &Region) -> bool {
    elements(rule.allowed_regions.get()).any(|allowed| allowed.value.0 == *region)
}

fn names(regions: &[&Region]) -> String {
    suggest::list(regions.iter().map(|region| region.as_str()))
}

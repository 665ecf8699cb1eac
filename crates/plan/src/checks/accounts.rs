//! Whether sandbox and sources are kept apart: accounts, roles, keys, routes.

use backproof_model::{AccountId, Arn, suggest};

use super::{elements, refuse_empty, refuse_repeated};
use crate::problem::{Findings, Span};
use crate::written::{
    AccountTable, DatabasesTable, NetworkTable, NonEmpty, PlanTable, RoleArn, RouteKind, RouteTable, SandboxTable,
    Text, Written,
};
use crate::{LoginKind, ReachKind};

pub(super) fn check(plan: &PlanTable, findings: &mut Findings<'_>) {
    let accounts = plan.scope.get().and_then(|scope| scope.value.accounts.get());
    let sources: Vec<&Written<Text<AccountId>>> =
        elements(accounts).filter_map(|account| account.value.id.get()).collect();
    refuse_empty(accounts, "name at least one source account: [[scope.accounts]]", findings);
    refuse_repeated(sources.iter().map(|id| (&id.value.0, &id.span)), "account", findings);
    for account in elements(accounts) {
        source(account, findings);
    }
    if let Some(table) = plan.sandbox.get() {
        same_account(table, &sources, findings);
        sandbox(table, &sources, findings);
    }
    for rule in elements(plan.residency.as_ref()) {
        let named = || elements(rule.value.accounts.as_ref()).map(|id| (&id.value.0, &id.span));
        refuse_repeated(named(), "account", findings);
        for (id, span) in named().filter(|(id, _)| sources.iter().all(|source| source.value.0 != **id)) {
            let known = suggest::list(sources.iter().map(|source| source.value.0.as_str()));
            let message = format!("{id} is no source account of this plan, so this rule would protect nothing");
            findings.problem(span, message, format!("the source accounts are {known}"));
        }
    }
}

fn source(table: &Written<AccountTable>, findings: &mut Findings<'_>) {
    let Written { value: account, span } = table;
    let Some(id) = account.id.get().map(|id| &id.value.0) else { return };
    role_of(id, "source account", account.role_arn.as_ref(), findings);
    role_of(id, "source account", account.copy_role_arn.as_ref(), findings);
    role_of(id, "source account", account.copy_caller_role_arn.as_ref(), findings);
    lonely_external_id(span, account.external_id.as_ref(), &[("role_arn", account.role_arn.as_ref())], findings);
}

/// A sandbox in a source account must be accepted in so many words, with a reason.
fn same_account(table: &Written<SandboxTable>, sources: &[&Written<Text<AccountId>>], findings: &mut Findings<'_>) {
    if findings.has_unreadable(&table.span, &["same_account", "same_account_reason"]) {
        return;
    }
    let sandbox = &table.value;
    let Some(account) = sandbox.account.get() else { return };
    let is_a_source = sources.iter().any(|source| source.value.0 == account.value.0);
    let needs_reason = "add `same_account_reason = \"…\"`: the report prints it on its first page";
    match (&sandbox.same_account, &sandbox.same_account_reason) {
        (None, None) if is_a_source => findings.problem(
            &account.span,
            format!("the sandbox {} is a source account: restores would land beside production", account.value.0),
            "use an account of its own; or, with one account only, add `same_account = \"accepted\"` and \
             `same_account_reason = \"…\"`",
        ),
        (Some(accepted), None) => {
            findings.problem(&accepted.span, "`same_account` is accepted without a reason", needs_reason);
        }
        (None, Some(reason)) => findings.problem(
            &reason.span,
            "there is a reason, but `same_account` is not accepted",
            "add `same_account = \"accepted\"`, or remove the reason",
        ),
        (Some(accepted), Some(_)) if !is_a_source => findings.warning(
            &accepted.span,
            "`same_account` has no effect: the sandbox is no source account",
            "remove it, so that it does not take effect unnoticed when accounts change",
        ),
        (Some(_), Some(_)) | (None, None) => {}
    }
}

fn sandbox(written: &Written<SandboxTable>, sources: &[&Written<Text<AccountId>>], findings: &mut Findings<'_>) {
    let Written { value: table, span } = written;
    let protected = || elements(table.protected_accounts.as_ref()).map(|id| (&id.value.0, &id.span));
    refuse_repeated(protected(), "account", findings);
    let roles = [("role_arn", table.role_arn.as_ref()), ("sweep_role_arn", table.sweep_role_arn.as_ref())];
    lonely_external_id(span, table.external_id.as_ref(), &roles, findings);
    for route in elements(table.routes.as_ref()) {
        self::route(route, findings);
    }
    refuse_repeated(
        elements(table.routes.as_ref()).filter_map(|route| {
            let vault = route.value.backup_vault_name.as_ref().map(|name| &name.value.0.0);
            Some(((route.value.kind.get()?.value.0, vault), &route.span))
        }),
        "route",
        findings,
    );
    if let Some(table) = &table.network {
        network(&table.value, findings);
    }
    if let Some(table) = &table.databases {
        databases(table, findings);
    }
    let Some(account) = table.account.get() else { return };
    let id = &account.value.0;
    for (_, span) in protected().filter(|(protected, _)| *protected == id) {
        let hint = "choose another sandbox, or take the account off this list if it may be one";
        findings.problem(span, format!("the sandbox {id} is a protected account"), hint);
    }
    role_of(id, "sandbox", table.role_arn.as_ref(), findings);
    role_of(id, "sandbox", table.sweep_role_arn.as_ref(), findings);
    if let Some(role) = table.restore_role_arn.get() {
        refuse_foreign(id, "sandbox", &role.value.0.0, &role.span, findings);
    }
    let key = table.kms_key_arn.as_ref().map(|key| (key.value.0.0.account(), &key.span));
    if let Some((Some(owner), span)) = key
        && owner != *id
        && sources.iter().any(|source| source.value.0 == owner)
    {
        let message = format!("this key belongs to the source account {owner}");
        findings.problem(span, message, format!("use a key of the sandbox {id}"));
    }
}

fn route(route: &Written<RouteTable>, findings: &mut Findings<'_>) {
    let Some(kind) = route.value.kind.get() else { return };
    let vault = &route.value.backup_vault_name;
    let days = &route.value.delete_after_days;
    match (kind.value.0, vault) {
        (RouteKind::Copy, None) if !findings.has_unreadable(&route.span, &["backup_vault_name"]) => {
            let hint = "add `backup_vault_name = \"…\"`, a vault of the sandbox account";
            findings.problem(&kind.span, "a copy needs a vault to go to", hint);
        }
        (RouteKind::SharedVault, Some(_) | None) => {
            let spans = [vault.as_ref().map(|vault| &vault.span), days.as_ref().map(|days| &days.span)];
            for span in spans.into_iter().flatten() {
                findings.problem(span, "this key is for the kind `copy` only", "remove it");
            }
        }
        (RouteKind::Copy, Some(_) | None) => {}
    }
}

fn network(network: &NetworkTable, findings: &mut Findings<'_>) {
    refuse_empty(network.subnet_ids.get(), "name at least one subnet", findings);
    refuse_empty(network.security_group_ids.get(), "name at least one security group", findings);
    refuse_repeated(elements(network.subnet_ids.get()).map(|id| (&id.value.0.0, &id.span)), "subnet", findings);
    let groups = elements(network.security_group_ids.get()).map(|id| (&id.value.0.0, &id.span));
    refuse_repeated(groups, "security group", findings);
}

fn databases(table: &Written<DatabasesTable>, findings: &mut Findings<'_>) {
    let DatabasesTable { reach, tunnel_instance_id, login, login_user, .. } = &table.value;
    if !findings.has_unreadable(&table.span, &["reach", "tunnel_instance_id"]) {
        let tunnels = reach.as_ref().is_some_and(|reach| reach.value.0 == ReachKind::Tunnel);
        match (tunnels, reach, tunnel_instance_id) {
            (true, Some(reach), None) => {
                let hint = "add `tunnel_instance_id = \"i-…\"`, an instance of the sandbox that SSM manages";
                findings.problem(&reach.span, "a tunnel needs an instance that forwards ports", hint);
            }
            (false, _, Some(instance)) => {
                let hint = "add `reach = \"tunnel\"`, or remove it";
                findings.problem(&instance.span, "this instance is never used without a tunnel", hint);
            }
            (true | false, _, _) => {}
        }
    }
    if !findings.has_unreadable(&table.span, &["login", "login_user"]) {
        let by_iam = login.as_ref().is_some_and(|login| login.value.0 == LoginKind::Iam);
        match (by_iam, login, login_user) {
            (true, Some(login), None) => {
                let hint = "add `login_user = \"…\"`, a user of the restored data that may log in by IAM";
                findings.problem(&login.span, "a login by IAM needs a user", hint);
            }
            (false, _, Some(user)) => {
                let hint = "add `login = \"iam\"`, or remove it";
                findings.problem(&user.span, "this user is never used without a login by IAM", hint);
            }
            (true | false, _, _) => {}
        }
    }
}

fn role_of(account: &AccountId, whose: &str, role: Option<&Written<Text<RoleArn>>>, findings: &mut Findings<'_>) {
    if let Some(role) = role {
        refuse_foreign(account, whose, &role.value.0.0, &role.span, findings);
    }
}

fn refuse_foreign(account: &AccountId, whose: &str, role: &Arn, span: &Span, findings: &mut Findings<'_>) {
    if let Some(owner) = role.account().filter(|owner| owner != account) {
        let message = format!("this role belongs to account {owner}, not to the {whose} {account}");
        findings.problem(span, message, format!("name a role of account {account}"));
    }
}

fn lonely_external_id(
    table: &Span,
    external_id: Option<&Written<Text<NonEmpty>>>,
    roles: &[(&str, Option<&Written<Text<RoleArn>>>)],
    findings: &mut Findings<'_>,
) {
    let Some(external_id) = external_id else { return };
    if roles.iter().any(|(key, role)| role.is_some() || findings.has_unreadable(table, &[key])) {
        return;
    }
    let hint = "add `role_arn = \"…\"`, or remove the external id";
    findings.problem(&external_id.span, "an external id without a role is never used", hint);
}

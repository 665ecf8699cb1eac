//! Roles as they are installed: trust, policies, boundary.

use std::collections::BTreeMap;

use crate::boundary;
use crate::denials::denials;
use crate::policy::{Actions, Effect, Principal};
use crate::required::everything;
use crate::setup::{AUDITOR_ROLE, SANDBOX_ROLE, SOURCE_ROLE, SWEEP_ROLE};
use crate::{Condition, Declared, Holder, Limit, Need, Policy, Role, Setup, SourceSetup, Statement, split};

/// A role, or a policy for an identity that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleToInstall {
    /// The part that it plays, and where.
    pub holder: Holder,
    /// Its name.
    pub name: String,
    /// Its path: `/`, or `/teams/dr/`.
    pub path: String,
    /// What it is for, in a sentence.
    pub description: &'static str,
    /// Who may assume it; none for a policy that is attached to an identity.
    pub trust: Option<Policy>,
    /// AWS's managed policies that it has.
    pub managed: Vec<String>,
    /// What it may do, and must not.
    pub policy: Policy,
    /// What it can at most be allowed.
    pub boundary: Option<Policy>,
}

impl RoleToInstall {
    /// Its policies, each within IAM's limits: one inline policy, or managed policies where that is too large.
    pub fn policies(&self) -> (Limit, Vec<Policy>) {
        if self.policy.statements.is_empty() {
            return (Limit::InlineInRole, Vec::new());
        }
        match (&self.trust, self.policy.characters() <= Limit::InlineInRole.characters()) {
            (Some(_), true) => (Limit::InlineInRole, vec![self.policy.clone()]),
            (Some(_), false) | (None, _) => (Limit::Managed, split(self.policy.clone(), Limit::Managed)),
        }
    }
}

/// Every role of a setup, in the order of [`Role::ALL`] and of the accounts.
pub(crate) fn to_install(setup: &Setup, declared: &Declared) -> Vec<RoleToInstall> {
    let needs = everything(setup, declared);
    let empty = Vec::new();
    let of = |role, account: &str| needs.get(&Holder { role, account: account.to_owned() }).unwrap_or(&empty);
    let in_sandbox = |role| of(role, &setup.sandbox_account);
    let mut roles = Vec::new();
    for source in &setup.sources {
        roles.push(reading(setup, source, of(Role::Source, &source.account)));
        roles.extend(copying(setup, source, of(Role::Copy, &source.account)));
    }
    let sandbox = in_sandbox(Role::Sandbox);
    roles.push(RoleToInstall {
        boundary: Some(boundary::of_ours(setup, sandbox)),
        ..ours(
            setup,
            Role::Sandbox,
            setup.sandbox_role.as_deref().unwrap_or(SANDBOX_ROLE),
            "backproof restores, examines and deletes with it",
            sandbox,
        )
    });
    roles.push(restoring(setup, declared, in_sandbox(Role::Restore), sandbox));
    let sweep = in_sandbox(Role::Sweep);
    roles.push(RoleToInstall {
        boundary: Some(boundary::of_ours(setup, sweep)),
        ..ours(
            setup,
            Role::Sweep,
            setup.sweep_role.as_deref().unwrap_or(SWEEP_ROLE),
            "backproof sweep finds and deletes with it, and nothing else",
            sweep,
        )
    });
    roles.push(ours(
        setup,
        Role::Auditor,
        AUDITOR_ROLE,
        "An auditor looks into restore tests with it",
        in_sandbox(Role::Auditor),
    ));
    roles.extend(archiving(setup, &needs));
    roles.extend(runner(setup, in_sandbox(Role::Runner)));
    roles
}

fn reading(setup: &Setup, source: &SourceSetup, needs: &[Need]) -> RoleToInstall {
    RoleToInstall {
        holder: Holder { role: Role::Source, account: source.account.clone() },
        trust: Some(trusting(setup, source.external_id.as_ref())),
        ..ours(
            setup,
            Role::Source,
            source.role.as_deref().unwrap_or(SOURCE_ROLE),
            "backproof lists recovery points with it",
            needs,
        )
    }
}

/// The role that asks for copies, where there is one of its own, and the one that AWS Backup copies with.
fn copying(setup: &Setup, source: &SourceSetup, needs: &[Need]) -> Vec<RoleToInstall> {
    let Some(copy) = &source.copy else { return Vec::new() };
    let holder = Holder { role: Role::Copy, account: source.account.clone() };
    let caller = copy.caller_role.as_deref().map(|role| RoleToInstall {
        holder: holder.clone(),
        trust: Some(trusting(setup, source.external_id.as_ref())),
        ..ours(setup, Role::Copy, role, "backproof asks for copies into the sandbox with it", needs)
    });
    let (path, name) = path_and_name(&copy.service_role);
    let service = RoleToInstall {
        holder,
        name,
        path,
        description: "AWS Backup copies recovery points into the sandbox with it",
        trust: Some(trusting_backup(&source.account)),
        managed: vec![managed(setup, "AWSBackupServiceRolePolicyForBackup")],
        policy: Policy::default(),
        boundary: None,
    };
    caller.into_iter().chain([service]).collect()
}

fn restoring(setup: &Setup, declared: &Declared, needs: &[Need], sandbox_needs: &[Need]) -> RoleToInstall {
    let (path, name) = path_and_name(&setup.restore_role);
    RoleToInstall {
        holder: Holder { role: Role::Restore, account: setup.sandbox_account.clone() },
        name,
        path,
        description: "AWS Backup restores into the sandbox with it",
        trust: Some(trusting_backup(&setup.sandbox_account)),
        managed: vec![managed(setup, "AWSBackupServiceRolePolicyForRestores")],
        policy: Policy::allowing(needs),
        boundary: Some(boundary::of_restore(setup, declared, sandbox_needs)),
    }
}

/// The role that archives, where there is one of its own.
fn archiving(setup: &Setup, needs: &BTreeMap<Holder, Vec<Need>>) -> Option<RoleToInstall> {
    let role = setup.archive.as_ref()?.role.as_ref()?;
    let holder = Holder { role: Role::Archive, account: role.account.clone() };
    let own = needs.get(&holder)?;
    Some(RoleToInstall {
        holder,
        trust: Some(trusting(setup, role.external_id.as_ref())),
        ..ours(setup, Role::Archive, &role.path, "backproof adds sealed bundles to the archive with it", own)
    })
}

/// What backproof starts from is there already; only a policy is added to it.
fn runner(setup: &Setup, needs: &[Need]) -> Option<RoleToInstall> {
    (!needs.is_empty()).then(|| RoleToInstall {
        trust: None,
        ..ours(setup, Role::Runner, "backproof-runner", "Lets backproof assume its roles", needs)
    })
}

/// A role of the sandbox account that we assume.
fn ours(setup: &Setup, role: Role, path: &str, description: &'static str, needs: &[Need]) -> RoleToInstall {
    let (path, name) = path_and_name(path);
    RoleToInstall {
        holder: Holder { role, account: setup.sandbox_account.clone() },
        name,
        path,
        description,
        trust: Some(trusting(setup, setup.external_id.as_ref())),
        managed: Vec::new(),
        policy: Policy::allowing(needs).and(denials(role, setup, needs)),
        boundary: None,
    }
}

fn path_and_name(role: &str) -> (String, String) {
    match role.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), role.to_owned()),
    }
}

fn managed(setup: &Setup, policy: &str) -> String {
    format!("arn:{}:iam::aws:policy/service-role/{policy}", setup.partition)
}

fn trusting(setup: &Setup, external_id: Option<&String>) -> Policy {
    let condition = |id: &String| Condition {
        operator: "StringEquals".into(),
        key: "sts:ExternalId".into(),
        values: vec![id.clone()],
    };
    trust(Principal::Aws(vec![setup.trusted.clone()]), external_id.map(condition))
}

/// Only for jobs of this account: otherwise AWS Backup could be made to use the role for somebody else.
fn trusting_backup(account: &str) -> Policy {
    let own = Condition {
        operator: "StringEquals".into(),
        key: "aws:SourceAccount".into(),
        values: vec![account.to_owned()],
    };
    trust(Principal::Service("backup.amazonaws.com".into()), Some(own))
}

fn trust(principal: Principal, condition: Option<Condition>) -> Policy {
    Policy {
        statements: vec![Statement {
            sid: "Trust".into(),
            effect: Effect::Allow,
            principal: Some(principal),
            actions: Actions::Only(vec!["sts:AssumeRole".into()]),
            resources: None,
            conditions: condition.into_iter().collect(),
        }],
    }
}

//! Says what would fail on the day, without restoring anything.

use backproof_cloud::{SandboxAccess, SourceAccess};
use backproof_model::record::{IsolationState, ReachSeen, ReachState};

use crate::opening::readable_authorities;
use crate::sandbox::{isolation_in, reach_in};
use crate::world::World;

/// One statement on what a run needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What was looked at.
    pub what: String,
    /// How it was looked at: the calls.
    pub how: String,
    /// What was found.
    pub state: State,
    /// What was seen, or what is wrong.
    pub detail: String,
    /// How to mend it, where it is wrong.
    pub mend: Option<String>,
}

/// Whether a run can have what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It can.
    Good,
    /// It cannot tell, or only some restores are affected.
    Doubtful,
    /// A run would be refused or get no verdict.
    Bad,
}

/// Looks at identities, permissions, sandbox, isolation and authorisation.
pub async fn examine(world: &World) -> Vec<Examined> {
    let mut found = vec![authorisation(world)];
    found.extend(authorities(world));
    for account in &world.plan.scope.accounts {
        for region in &world.plan.scope.regions {
            let what = format!("source account {} in {region}", account.id);
            match world.cloud.source(&account.id, region).await {
                Err(error) => found.push(bad(
                    what,
                    "sts:GetCallerIdentity",
                    error.to_string(),
                    "check scope.accounts.role_arn and its trust policy, or sign in",
                )),
                Ok(source) => found.extend(source_account(what, &source).await),
            }
        }
    }
    for region in &world.plan.sandbox.regions {
        let what = format!("sandbox account {} in {region}", world.plan.sandbox.account);
        match world.cloud.sandbox(region).await {
            Err(error) => found.push(bad(
                what,
                "sts:GetCallerIdentity",
                error.to_string(),
                "check sandbox.account and sandbox.role_arn",
            )),
            Ok(access) => found.extend(sandbox_account(what, world, &access).await),
        }
    }
    found
}

fn authorisation(world: &World) -> Examined {
    match world.plan.may_restore(world.clock().now()) {
        Ok(()) => good("authorisation".into(), "the plan", "present and not expired".into()),
        Err(problem) => bad(
            "authorisation".into(),
            "the plan",
            problem.to_string(),
            "fill in [authorisation] with a person, a ticket and an expiry",
        ),
    }
}

/// Whether the authorities of database servers can be read, where the plan names some.
fn authorities(world: &World) -> Option<Examined> {
    let file = world.plan.sandbox.databases.ca_file.as_ref()?;
    let what = "authorities of database servers".to_owned();
    Some(match readable_authorities(&world.plan) {
        Ok(()) => good(what, "the file", format!("{file} holds certificates")),
        Err(problem) => bad(what, "the file", problem, "put RDS's certificate bundle there, or name another file"),
    })
}

async fn source_account(what: String, source: &SourceAccess) -> Vec<Examined> {
    let identity = match source.identity.caller().await {
        Ok(caller) => good(what.clone(), "sts:GetCallerIdentity", format!("we are {}", caller.arn)),
        Err(error) => {
            bad(what.clone(), "sts:GetCallerIdentity", error.to_string(), "sign in, or check the role's trust policy")
        }
    };
    let vaults = match source.backups.list_vaults(None).await {
        Ok(page) if page.items.is_empty() => {
            doubtful(format!("{what}: vaults"), "backup:ListBackupVaults", "there are none on the first page".into())
        }
        Ok(page) => good(
            format!("{what}: vaults"),
            "backup:ListBackupVaults",
            format!("{} on the first page", page.items.len()),
        ),
        Err(error) => bad(
            format!("{what}: vaults"),
            "backup:ListBackupVaults",
            error.to_string(),
            "allow backup:List* and backup:Describe* to the source role",
        ),
    };
    let resources = match source.backups.list_protected_resources(None).await {
        Ok(page) => good(
            format!("{what}: protected resources"),
            "backup:ListProtectedResources",
            format!("{} on the first page", page.items.len()),
        ),
        Err(error) => bad(
            format!("{what}: protected resources"),
            "backup:ListProtectedResources",
            error.to_string(),
            "allow backup:ListProtectedResources to the source role; without it nobody can say what is not covered",
        ),
    };
    vec![identity, vaults, resources]
}

async fn sandbox_account(what: String, world: &World, access: &SandboxAccess) -> Vec<Examined> {
    let mut found =
        vec![good(what.clone(), "sts:GetCallerIdentity", format!("we are {}", access.sandbox.caller_arn()))];
    found.push(match access.restores.restore_jobs_since(world.clock().now(), None).await {
        Ok(_) => good(format!("{what}: restore jobs"), "backup:ListRestoreJobs", "can be listed".into()),
        Err(error) => bad(
            format!("{what}: restore jobs"),
            "backup:ListRestoreJobs",
            error.to_string(),
            "allow backup:ListRestoreJobs to the sandbox role",
        ),
    });
    for driver in &world.drivers {
        let what = format!("{what}: {}", driver.resource_type());
        let needs = driver.permissions().join(", ");
        found.push(match driver.list(access).await {
            Ok(resources) => good(what, "a listing", format!("{} there now; it also needs {needs}", resources.len())),
            Err(error) => bad(what, "a listing", error.to_string(), &format!("allow to the sandbox role: {needs}")),
        });
    }
    if world.plan.sandbox.network.is_some() {
        found.push(reach(&what, access).await);
    }
    for fact in isolation_in(&world.plan, access).await {
        let what = format!("{what}: {}", fact.subject);
        found.push(match fact.state {
            IsolationState::Isolated => good(what, "describe calls", fact.detail),
            IsolationState::NotExamined => doubtful(what, "not examined", fact.detail),
            IsolationState::Open | IsolationState::Unreadable => {
                bad(what, "describe calls", fact.detail, "close it, or nothing that lives in a network is restored")
            }
        });
    }
    for validator in (world.validators)(access) {
        for assignment in world.plan.validators.iter().filter(|assignment| assignment.validator == validator.name()) {
            let what = format!("validator {}", validator.name());
            found.push(match validator.check_settings(&assignment.settings) {
                Ok(()) => good(what, "its settings", "can be used".into()),
                Err(problem) => bad(
                    what,
                    "its settings",
                    problem.to_string(),
                    "see `backproof init` for the settings that it takes",
                ),
            });
        }
    }
    found
}

/// Whether validators can get into the sandbox's network.
async fn reach(what: &str, access: &SandboxAccess) -> Examined {
    let ReachSeen { way, state, detail, .. } = reach_in(access).await;
    let what = format!("{what}: reach `{way}`");
    match state {
        ReachState::Reached => good(what, "a connection", detail),
        ReachState::Untried => doubtful(what, "nothing to connect to", detail),
        ReachState::Unreachable => bad(
            what,
            "a connection",
            detail,
            "see sandbox.databases.reach; until it works, nothing that lives in a network is restored",
        ),
    }
}

fn good(what: String, how: &str, detail: String) -> Examined {
    Examined { what, how: how.into(), state: State::Good, detail, mend: None }
}

fn doubtful(what: String, how: &str, detail: String) -> Examined {
    Examined { what, how: how.into(), state: State::Doubtful, detail, mend: None }
}

fn bad(what: String, how: &str, detail: String, mend: &str) -> Examined {
    Examined { what, how: how.into(), state: State::Bad, detail, mend: Some(mend.into()) }
}

//! Who we are with the credentials at hand, and in each account that the plan names.

use std::collections::BTreeSet;

use backproof_cloud::{CallError, NotTheSandbox, Party, SandboxAccess, SourceAccess, Trouble};
use backproof_model::{AccountId, Region};
use backproof_plan::{Route, SourceAccount};
use futures_util::future::join_all;

use super::{Examined, Subject};
use crate::world::World;

const HOW: &str = "sts:GetCallerIdentity";

/// The accounts and Regions that could be entered; the others are examined no further.
pub(super) struct Opened {
    pub(super) sources: Vec<SourceAccess>,
    pub(super) sandboxes: Vec<SandboxAccess>,
}

impl Opened {
    /// The source accounts, each once, with a Region in which it was entered.
    pub(super) fn source_accounts(&self) -> impl Iterator<Item = &SourceAccess> {
        let mut seen = BTreeSet::new();
        self.sources.iter().filter(move |source| seen.insert(source.account.clone()))
    }
}

/// Assumes every role of the plan, and says whether that is possible.
pub(super) async fn open(world: &World) -> (Vec<Examined>, Opened) {
    let (at_hand, sources, sandboxes, copiers, sweep) = tokio::join!(
        at_hand(world),
        join_all(places(world).map(|(account, region)| source(world, account, region))),
        join_all(world.plan.sandbox.regions.iter().map(|region| sandbox(world, region))),
        join_all(world.plan.scope.accounts.iter().map(|account| copier(world, account))),
        sweep(world),
    );
    let mut found = vec![at_hand];
    let mut opened = Opened { sources: Vec::new(), sandboxes: Vec::new() };
    for (line, access) in sources {
        found.push(line);
        opened.sources.extend(access);
    }
    found.extend(copiers.into_iter().flatten());
    for (line, access) in sandboxes {
        found.push(line);
        opened.sandboxes.extend(access);
    }
    found.extend(sweep);
    (found, opened)
}

fn places(world: &World) -> impl Iterator<Item = (&SourceAccount, &Region)> {
    let scope = &world.plan.scope;
    scope.accounts.iter().flat_map(|account| scope.regions.iter().map(move |region| (account, region)))
}

async fn at_hand(world: &World) -> Examined {
    let (subject, what) = (Subject::Identity, "credentials at hand");
    let Some(region) = world.plan.sandbox.regions.first() else {
        return subject.bad(what, "the plan", "it names no Region of the sandbox", "name one in sandbox.regions");
    };
    match world.cloud.inspect(&Party::AtHand, region).await.identity.caller().await {
        Ok(caller) => subject.good(what, HOW, format!("we are {}", caller.arn)),
        Err(error) => subject.bad(
            what,
            HOW,
            error.to_string(),
            "sign in, or give this computer a role (an instance profile, a task role)",
        ),
    }
}

async fn source(world: &World, account: &SourceAccount, region: &Region) -> (Examined, Option<SourceAccess>) {
    let what = format!("source account {} in {region}", account.id);
    let named = account.role_arn.as_deref().unwrap_or("scope.accounts.role_arn");
    match world.cloud.source(&account.id, region).await {
        Err(error) => (refused(what, &error, named, account.external_id.as_deref()), None),
        Ok(source) => match source.identity.caller().await {
            Ok(caller) => (Subject::Identity.good(what, HOW, format!("we are {}", caller.arn)), Some(source)),
            Err(error) => (refused(what, &error, named, account.external_id.as_deref()), None),
        },
    }
}

/// Whoever asks for copies, where that is a role of its own.
async fn copier(world: &World, account: &SourceAccount) -> Option<Examined> {
    let role_arn = account.copy_caller_role_arn.as_deref()?;
    let copies = world.plan.sandbox.routes.iter().any(|route| matches!(route, Route::Copy { .. }));
    let region = world.plan.scope.regions.first().filter(|_| copies)?;
    let what = format!("asking for copies in source account {}", account.id);
    let party = Party::CopyCaller(account.id.clone());
    Some(belongs(world, &party, region, what, role_arn, &account.id, account.external_id.as_deref()).await)
}

async fn sandbox(world: &World, region: &Region) -> (Examined, Option<SandboxAccess>) {
    let plan = &world.plan.sandbox;
    let what = format!("sandbox account {} in {region}", plan.account);
    match world.cloud.sandbox(region).await {
        Ok(access) => {
            let line = Subject::Identity.good(what, HOW, format!("we are {}", access.sandbox.caller_arn()));
            (line, Some(access))
        }
        Err(NotTheSandbox::Unknown(error)) => {
            let named = plan.role_arn.as_deref().unwrap_or("sandbox.role_arn");
            (refused(what, &error, named, plan.external_id.as_deref()), None)
        }
        Err(
            error @ (NotTheSandbox::OtherAccount { .. }
            | NotTheSandbox::IsASource(_)
            | NotTheSandbox::IsProtected(_)
            | NotTheSandbox::OtherRegion(_)),
        ) => (Subject::Identity.bad(what, HOW, error.to_string(), "check sandbox.account and sandbox.role_arn"), None),
    }
}

async fn sweep(world: &World) -> Option<Examined> {
    let plan = &world.plan.sandbox;
    let (role_arn, region) = (plan.sweep_role_arn.as_deref()?, plan.regions.first()?);
    let what = format!("sweeping in sandbox account {}", plan.account);
    Some(belongs(world, &Party::Sweep, region, what, role_arn, &plan.account, plan.external_id.as_deref()).await)
}

/// Whether a role can be assumed and is one of the account that it is meant for.
async fn belongs(
    world: &World,
    party: &Party,
    region: &Region,
    what: String,
    role_arn: &str,
    account: &AccountId,
    external_id: Option<&str>,
) -> Examined {
    match world.cloud.inspect(party, region).await.identity.caller().await {
        Err(error) => refused(what, &error, role_arn, external_id),
        Ok(caller) if caller.account == *account => Subject::Identity.good(what, HOW, format!("we are {}", caller.arn)),
        Ok(caller) => {
            let detail = format!("{role_arn} is a role of account {}", caller.account);
            Subject::Identity.bad(what, HOW, detail, format!("name a role of account {account}"))
        }
    }
}

/// A role that cannot be assumed, or credentials that do not serve.
fn refused(what: String, error: &CallError, role: &str, external_id: Option<&str>) -> Examined {
    let mend = match error.trouble {
        Trouble::SignedOut => "sign in again".to_owned(),
        Trouble::Denied if error.call == "sts:AssumeRole" => {
            let external = external_id.map_or(
                "; if it asks for an external id, put that into the plan",
                |_| "; check that it asks for the plan's external_id",
            );
            format!(
                "let the trust policy of {role} name the credentials at hand, and allow these sts:AssumeRole on it{external}"
            )
        }
        Trouble::Denied
        | Trouble::Throttled
        | Trouble::NotFound
        | Trouble::Conflict
        | Trouble::Quota
        | Trouble::Invalid
        | Trouble::ServiceFault
        | Trouble::Unreadable => format!("check {role} and its trust policy"),
        Trouble::NoAnswer => "check that this computer reaches STS: network, proxy, VPC endpoint".to_owned(),
    };
    Subject::Identity.bad(what, &error.call, error.to_string(), mend)
}

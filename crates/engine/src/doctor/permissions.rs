//! What each role must be allowed and is not, by IAM's simulator.

use backproof_cloud::{CallError, Decision, Inspection, Party, Ruling, Trouble, session_role};
use backproof_model::{AccountId, Region};
use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;

use super::identities::Opened;
use super::required::{filled, questions, samples};
use super::{Examined, Needed, NeededBy, Required, RoleOf, Subject};
use crate::world::World;

const HOW: &str = "iam:SimulatePrincipalPolicy";
/// Questions about one role beside each other; IAM is one service for all Regions, and slow to forgive.
const AT_ONCE: usize = 4;

/// A role in a Region, with whoever asks about it.
struct Asked<'a> {
    what: String,
    party: Party,
    /// The role, where the plan names it; else whoever `party` is.
    arn: Option<&'a str>,
    account: &'a AccountId,
    region: &'a Region,
    needed: &'a [Needed],
}

pub(super) async fn examine(world: &World, opened: &Opened, required: &Required) -> Vec<Examined> {
    let asked = required.0.iter().flat_map(|(role, needed)| asked(world, opened, role, needed));
    join_all(asked.map(|asked| of_role(world, asked))).await.concat()
}

fn asked<'a>(world: &'a World, opened: &'a Opened, role: &RoleOf, needed: &'a [Needed]) -> Vec<Asked<'a>> {
    let (scope, sandbox) = (&world.plan.scope, &world.plan.sandbox);
    let in_account =
        |account: &AccountId| -> Vec<_> { opened.sources.iter().filter(|source| source.account == *account).collect() };
    let in_sandbox = |what: &'static str, party: Party, arn: Option<&'a str>| {
        opened.sandboxes.iter().map(move |access| Asked {
            what: format!("{what} in {}", access.region),
            party: party.clone(),
            arn,
            account: &sandbox.account,
            region: &access.region,
            needed,
        })
    };
    match role {
        RoleOf::Source(account) => {
            let arn = scope.account(account).and_then(|account| account.role_arn.as_deref());
            let each = in_account(account).into_iter().map(|source| Asked {
                what: format!("source role of {account} in {}", source.region),
                party: Party::Source(account.clone()),
                arn,
                account: &source.account,
                region: &source.region,
                needed,
            });
            each.collect()
        }
        // Where the plan names no role of its own for it, the source role does it.
        RoleOf::CopyCaller(account) => {
            let Some(arn) = scope.account(account).and_then(|account| account.copy_caller_role_arn.as_deref()) else {
                return Vec::new();
            };
            let each = in_account(account).into_iter().map(|source| Asked {
                what: format!("role that asks for copies of {account} in {}", source.region),
                party: Party::CopyCaller(account.clone()),
                arn: Some(arn),
                account: &source.account,
                region: &source.region,
                needed,
            });
            each.collect()
        }
        RoleOf::Sandbox => in_sandbox("sandbox role", Party::Sandbox, sandbox.role_arn.as_deref()).collect(),
        RoleOf::Sweep => match sandbox.sweep_role_arn.as_deref() {
            Some(arn) => in_sandbox("sweep role", Party::Sandbox, Some(arn)).collect(),
            None => Vec::new(),
        },
        RoleOf::AtHand => {
            let region = sandbox.regions.first().into_iter();
            let each = region.map(|region| Asked {
                what: "credentials at hand".to_owned(),
                party: Party::AtHand,
                arn: None,
                account: &sandbox.account,
                region,
                needed,
            });
            each.collect()
        }
        RoleOf::Restore => in_sandbox("restore role", Party::Sandbox, Some(&sandbox.restore_role_arn)).collect(),
    }
}

async fn of_role(world: &World, asked: Asked<'_>) -> Vec<Examined> {
    if asked.needed.is_empty() {
        return Vec::new();
    }
    let inspection = world.cloud.inspect(&asked.party, asked.region).await;
    let principal = match principal(&inspection, asked.arn).await {
        Ok(Principal::Arn(arn)) => arn,
        Ok(Principal::Root) => {
            let mend = "use a role: whoever holds these credentials can do anything in the account";
            return vec![Subject::Permission.doubtful(asked.what, HOW, "it is the account's root user", mend)];
        }
        Err(error) => return vec![unasked(&asked, &error)],
    };
    let questions = questions(asked.needed, asked.account, asked.region);
    let mut decisions = Vec::new();
    let (permissions, principal_arn) = (&inspection.permissions, principal.as_str());
    let ask = |question| async move { permissions.rulings(principal_arn, &question).await };
    let mut answers = stream::iter(questions).map(ask).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(decided) => decisions.extend(decided),
            Err(error) => return vec![unasked(&asked, &error)],
        }
    }
    judge(&asked, &principal, &decisions)
}

fn unasked(asked: &Asked<'_>, error: &CallError) -> Examined {
    if error.trouble == Trouble::NotFound {
        let mend = "see what is said of the role itself";
        return Subject::Permission.doubtful(&asked.what, &error.call, error.to_string(), mend);
    }
    Subject::Permission.unasked(&asked.what, error, "itself, on its own ARN")
}

/// What was decided of an action. It may be needed on one thing here and on another there.
fn of<'a>(decisions: &'a [Decision], needed: &Needed, asked: &Asked<'_>) -> Vec<&'a Decision> {
    let all: Vec<_> = decisions.iter().filter(|decision| decision.action == needed.action).collect();
    let samples = samples(needed, asked.account, asked.region);
    let exact: Vec<_> = all.iter().copied().filter(|decision| samples.contains(&decision.resource)).collect();
    if exact.is_empty() { all } else { exact }
}

/// Whom to ask about.
pub(super) enum Principal {
    /// A role or a user.
    Arn(String),
    /// Nothing can be asked of root.
    Root,
}

/// The identity that stands behind a session: as the plan names it, or as STS and IAM do.
pub(super) async fn principal(inspection: &Inspection, arn: Option<&str>) -> Result<Principal, CallError> {
    if let Some(arn) = arn {
        return Ok(Principal::Arn(arn.to_owned()));
    }
    let caller = inspection.identity.caller().await?;
    Ok(match session_role(&caller.arn) {
        // A session does not tell its role's path.
        Some((_, name)) => Principal::Arn(inspection.roles.role(name).await?.arn),
        None if caller.arn.ends_with(":root") => Principal::Root,
        None => Principal::Arn(caller.arn),
    })
}

fn judge(asked: &Asked<'_>, principal: &str, decisions: &[Decision]) -> Vec<Examined> {
    let subject = Subject::Permission;
    let mut found = Vec::new();
    for needed in asked.needed {
        let of_action = of(decisions, needed, asked);
        let what = format!("{}: {}", asked.what, needed.action);
        let on: Vec<_> = needed.resources.iter().map(|one| filled(one, asked.account, asked.region)).collect();
        let on = on.join(" and ");
        if of_action.is_empty() {
            let detail = "IAM's answer does not tell of it";
            found.push(subject.doubtful(what, HOW, detail, format!("see whether {principal} is allowed it on {on}")));
            continue;
        }
        let Some(denied) = of_action.iter().find(|decision| decision.ruling != Ruling::Allowed) else { continue };
        let by = if denied.by.is_empty() { String::new() } else { format!(" ({})", denied.by.join(", ")) };
        let detail = format!("{} on {}{by}; needed to {}", denied.ruling.word(), denied.resource, needed.why);
        // Without knowing what a condition asks for, IAM counts it as not fulfilled.
        if denied.by.iter().any(|by| by.starts_with("a condition on ")) {
            let mend =
                format!("see whether the conditions in the policies of {principal} hold for what backproof does");
            found.push(subject.doubtful(what, HOW, detail, mend));
            continue;
        }
        let mend = mend(&denied.ruling, &needed.action, &on, principal);
        found.push(match needed.needed_by {
            NeededBy::Runs => subject.bad(what, HOW, detail, mend),
            NeededBy::Examination => subject.doubtful(what, HOW, format!("{detail}; a run does without"), mend),
        });
    }
    if found.is_empty() {
        let detail = format!("all {} actions that it needs are allowed to {principal}", asked.needed.len());
        found.push(subject.good(&asked.what, HOW, detail));
    }
    found.sort_by(|one, other| one.what.cmp(&other.what));
    found.dedup();
    found
}

fn mend(ruling: &Ruling, action: &str, on: &str, principal: &str) -> String {
    match ruling {
        Ruling::DeniedExplicitly => {
            format!("let no policy, boundary or service control policy of {principal} deny {action} on {on}")
        }
        Ruling::DeniedByOmission | Ruling::Unrecognised(_) | Ruling::Allowed => {
            format!("allow {action} on {on} to {principal}; `backproof iam` writes its whole policy")
        }
    }
}

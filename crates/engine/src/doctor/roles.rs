//! Roles as IAM describes them: whether they exist, and who may assume them.

use backproof_cloud::{Party, RoleFacts, Trouble, Trust, role_parts};
use backproof_model::Region;
use backproof_plan::Route;
use futures_util::future::join_all;

use super::{Examined, Subject};
use crate::world::World;

const HOW: &str = "iam:GetRole";
/// Assumes roles for copies and restores.
const AWS_BACKUP: &str = "backup.amazonaws.com";

/// A role of the plan.
struct Wanted<'a> {
    what: String,
    arn: &'a str,
    /// Who asks.
    party: Party,
    /// Who must be able to assume it.
    assumed_by: AssumedBy,
}

#[derive(Clone, Copy)]
enum AssumedBy {
    /// AWS Backup, and nobody else.
    AwsBackup,
    /// This program; that it can is seen by doing so.
    Us,
}

pub(super) async fn examine(world: &World) -> Vec<Examined> {
    let Some(region) = world.plan.sandbox.regions.first() else { return Vec::new() };
    join_all(wanted(world).into_iter().map(|role| look(world, region, role))).await
}

fn wanted(world: &World) -> Vec<Wanted<'_>> {
    let plan = &world.plan;
    let copies = plan.sandbox.routes.iter().any(|route| matches!(route, Route::Copy { .. }));
    let mut roles = Vec::new();
    for account in &plan.scope.accounts {
        roles.extend(account.role_arn.as_deref().map(|arn| Wanted {
            what: format!("role that reads in {}", account.id),
            arn,
            party: Party::Source(account.id.clone()),
            assumed_by: AssumedBy::Us,
        }));
        roles.extend(account.copy_role_arn.as_deref().filter(|_| copies).map(|arn| Wanted {
            what: format!("role that AWS Backup copies with in {}", account.id),
            arn,
            party: Party::CopyCaller(account.id.clone()),
            assumed_by: AssumedBy::AwsBackup,
        }));
    }
    let of_sandbox = |what: &str, arn, assumed_by| Wanted { what: what.into(), arn, party: Party::Sandbox, assumed_by };
    let sandbox = &plan.sandbox;
    roles.extend(sandbox.role_arn.as_deref().map(|arn| of_sandbox("role of the sandbox", arn, AssumedBy::Us)));
    roles.extend(sandbox.sweep_role_arn.as_deref().map(|arn| of_sandbox("role that sweeps", arn, AssumedBy::Us)));
    let restore = "role that AWS Backup restores with";
    roles.push(of_sandbox(restore, &sandbox.restore_role_arn, AssumedBy::AwsBackup));
    roles
}

async fn look(world: &World, region: &Region, role: Wanted<'_>) -> Examined {
    let subject = Subject::Role;
    let Some((_, name)) = role_parts(role.arn) else {
        return subject.bad(role.what, "the plan", format!("{} is no role's ARN", role.arn), "name the role's ARN");
    };
    match world.cloud.inspect(&role.party, region).await.roles.role(name).await {
        Ok(facts) => judge(&role, &facts),
        Err(error) if error.trouble == Trouble::NotFound => {
            let mend = format!("create {}; `backproof iam` writes it", role.arn);
            subject.bad(role.what, HOW, error.to_string(), mend)
        }
        Err(error) => subject.unasked(role.what, &error, &format!("the {}", asker(&role.party))),
    }
}

fn asker(party: &Party) -> &'static str {
    match party {
        Party::AtHand => "credentials at hand",
        Party::Source(_) => "source role",
        Party::CopyCaller(_) => "role that asks for copies",
        Party::Sandbox => "sandbox role",
        Party::Sweep => "sweep role",
    }
}

fn judge(role: &Wanted<'_>, facts: &RoleFacts) -> Examined {
    let (subject, what) = (Subject::Role, &role.what);
    if facts.arn != role.arn {
        let detail = format!("the plan names {}, and the role of that name is {}", role.arn, facts.arn);
        return subject.bad(what, HOW, detail, format!("write {} into the plan", facts.arn));
    }
    let Some(trust) = &facts.trust else {
        let mend = "look at its trust policy in the console";
        return subject.doubtful(what, HOW, format!("the trust policy of {} cannot be read", role.arn), mend);
    };
    let everybody = trust.others.iter().any(|other| other == "*" || other == "everybody but some");
    if everybody && trust.external_ids.is_empty() {
        let mend = format!("name who may in the trust policy of {}", role.arn);
        return subject.bad(what, HOW, format!("anybody in AWS may assume {}", role.arn), mend);
    }
    match role.assumed_by {
        AssumedBy::AwsBackup if !trust.services.contains(AWS_BACKUP) => {
            let mend = format!("let its trust policy allow sts:AssumeRole to the service {AWS_BACKUP}");
            subject.bad(what, HOW, format!("AWS Backup may not assume {}", role.arn), mend)
        }
        AssumedBy::AwsBackup if !trust.others.is_empty() || trust.services.len() > 1 => {
            let mend = format!("use a role for this alone, whose trust policy names {AWS_BACKUP} and nobody else");
            subject.doubtful(what, HOW, format!("others may assume it too: {}", assumed_by(role.arn, trust)), mend)
        }
        AssumedBy::AwsBackup | AssumedBy::Us => subject.good(what, HOW, assumed_by(role.arn, trust)),
    }
}

fn assumed_by(arn: &str, trust: &Trust) -> String {
    let who: Vec<&str> = trust.services.iter().chain(&trust.others).map(String::as_str).collect();
    let asked = if trust.external_ids.is_empty() { "" } else { ", with an external id" };
    format!("{arn} may be assumed by {}{asked}", who.join(", "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::State;
    use super::*;

    const ARN: &str = "arn:aws:iam::999988887777:role/r";

    fn state(assumed_by: AssumedBy, services: &[&str], others: &[&str], external_ids: &[&str]) -> State {
        let set = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<BTreeSet<_>>();
        let trust = Trust { services: set(services), others: set(others), external_ids: set(external_ids) };
        let facts = RoleFacts { arn: ARN.into(), trust: Some(trust), longest_session: None, last_used: None };
        judge(&Wanted { what: "a role".into(), arn: ARN, party: Party::Sandbox, assumed_by }, &facts).state
    }

    #[test]
    fn a_role_for_aws_backup_is_for_nobody_else() {
        let of = |services: &[&str], others: &[&str]| state(AssumedBy::AwsBackup, services, others, &[]);
        assert_eq!(of(&[AWS_BACKUP], &[]), State::Good);
        assert_eq!(of(&[AWS_BACKUP], &["arn:aws:iam::999988887777:root"]), State::Doubtful);
        assert_eq!(of(&[AWS_BACKUP, "ec2.amazonaws.com"], &[]), State::Doubtful);
        assert_eq!(of(&["ec2.amazonaws.com"], &[]), State::Bad);
    }

    #[test]
    fn a_role_that_anybody_may_assume_is_bad_unless_it_asks_for_an_external_id() {
        assert_eq!(state(AssumedBy::Us, &[], &["*"], &[]), State::Bad);
        assert_eq!(state(AssumedBy::Us, &[], &["*"], &["k3v9"]), State::Good);
        assert_eq!(state(AssumedBy::Us, &[], &["arn:aws:iam::111122223333:root"], &[]), State::Good);
    }

    #[test]
    fn a_path_that_the_plan_leaves_out_is_noticed() {
        let role = Wanted { what: "a role".into(), arn: ARN, party: Party::Sandbox, assumed_by: AssumedBy::Us };
        let arn = "arn:aws:iam::999988887777:role/teams/r".to_owned();
        let facts = RoleFacts { arn, trust: Some(Trust::default()), longest_session: None, last_used: None };
        let examined = judge(&role, &facts);
        assert_eq!(examined.state, State::Bad);
        assert!(examined.mend.unwrap().contains("role/teams/r"));
    }
}

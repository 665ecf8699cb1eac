//! `backproof plan`: shows the effective plan, what was changed since it was approved, and approves it.

use std::path::Path;

use anyhow::Context;
use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::record::{ApprovalStanding, PlanApproval};
use backproof_plan::Plan;
use backproof_signing::{Approval, ApprovalFile, KeyError, PrivateKey, Role};
use serde_json::{Value, json};

use crate::args::plan::{Approve, Plan as Arguments, PlanCommand};
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::plan_text::{Difference, differences, lines};
use crate::{approval, wiring};

pub(crate) fn perform(common: &Common, arguments: &Arguments) -> anyhow::Result<Exit> {
    let plan = wiring::read_plan(common)?.plan;
    match &arguments.command {
        PlanCommand::Show => show(common, &plan),
        PlanCommand::Diff { other } => diff(common, &plan, other.as_deref()),
        PlanCommand::Approve(approve) => sign(common, &plan, approve),
    }
}

/// The plan with every default filled in.
fn effective(plan: &Plan) -> anyhow::Result<Value> {
    serde_json::from_str(&plan.canonical_json()).context("the effective plan")
}

fn standing(approval: &PlanApproval) -> &'static str {
    match approval.standing {
        ApprovalStanding::Approved => "approved",
        ApprovalStanding::SignerUnknown => "signer unknown",
        ApprovalStanding::Unapproved => "not approved",
    }
}

fn show(common: &Common, plan: &Plan) -> anyhow::Result<Exit> {
    let effective = effective(plan)?;
    let approval = approval::of_plan(common, plan, wiring::clock(common).now());
    if common.output == Format::Json {
        print_json(&json!({"plan": effective, "plan_sha256": plan.digest(), "approval": approval}))?;
        return Ok(Exit::Passed);
    }
    for (key, value) in lines(&effective) {
        println!("{key} = {value}");
    }
    println!();
    println!("# digest    {}", plan.digest());
    println!("# approval  {}: {}", standing(&approval), approval.reason);
    Ok(Exit::Passed)
}

fn diff(common: &Common, plan: &Plan, other: Option<&Path>) -> anyhow::Result<Exit> {
    let approved = approval::path(common);
    let (with, before) = match other {
        Some(other) => (other.display().to_string(), read_other(other)?),
        None if approved.exists() => (approved.display().to_string(), read_json(&approved)?),
        None => {
            let problem = "no plan was approved here yet, so there is nothing to compare with; name a plan to compare \
                           with, or approve this one with `backproof plan approve`";
            return Err(UsageError(problem.into()).into());
        }
    };
    let found = differences(&before, &effective(plan)?);
    let digest = canonical_json(&before).map(sha256_hex).context("the other plan")?;
    if common.output == Format::Json {
        let (now, same) = (plan.digest(), found.is_empty());
        print_json(
            &json!({"with": with, "before_sha256": digest, "plan_sha256": now, "same": same, "differences": found}),
        )?;
        return Ok(Exit::Passed);
    }
    println!("--- {with} ({digest})");
    println!("+++ {} ({})", common.plan.display(), plan.digest());
    for Difference { key, before, now } in &found {
        if let Some(before) = before {
            println!("- {key} = {before}");
        }
        if let Some(now) = now {
            println!("+ {key} = {now}");
        }
    }
    if found.is_empty() {
        println!("The same plan.");
    }
    Ok(Exit::Passed)
}

/// An effective plan: of a plan file, of an approval, or a run's own.
fn read_other(path: &Path) -> anyhow::Result<Value> {
    if path.extension().is_some_and(|extension| extension == "json") {
        return read_json(path);
    }
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| UsageError(format!("cannot read `{name}`: {error}")))?;
    effective(&wiring::parse_plan(&name, text)?.plan)
}

fn read_json(path: &Path) -> anyhow::Result<Value> {
    let name = path.display();
    let text = std::fs::read(path).map_err(|error| UsageError(format!("cannot read `{name}`: {error}")))?;
    if let Ok(file) = ApprovalFile::read(&text) {
        return Ok(file.plan);
    }
    let value: Value = serde_json::from_slice(&text)
        .map_err(|error| UsageError(format!("`{name}` is neither an approval nor a plan: {error}")))?;
    Ok(value)
}

fn sign(common: &Common, plan: &Plan, approve: &Approve) -> anyhow::Result<Exit> {
    let key = PrivateKey::read(&approve.key).map_err(|error: KeyError| UsageError(error.to_string()))?;
    let now = wiring::clock(common).now();
    if let Some(until) = approve.until.filter(|until| *until <= now) {
        return Err(UsageError(format!("--until: an approval until {until} would hold no more already")).into());
    }
    let approval = Approval {
        plan_name: plan.name.clone(),
        plan_sha256: plan.digest(),
        ticket: approve.ticket.clone(),
        approved_at: now,
        expires: approve.until,
    };
    let path = approval::path(common);
    let file = file_for(&path, plan)?.with(approval.sign(&key));
    write(&path, &file.to_json())?;
    let trust = approval::trust(common).map_err(UsageError)?;
    let person = trust.as_ref().and_then(|trust| trust.trust.owner_of(key.public().id()));
    if common.output == Format::Json {
        print_json(&json!({
            "plan_name": plan.name, "plan_sha256": approval.plan_sha256, "key_id": key.public().id(),
            "person": person.map(|person| &person.name), "approved_at": now, "expires": approve.until,
            "ticket": approve.ticket, "approvals": file.approvals.len(), "file": path,
        }))?;
        return Ok(Exit::Passed);
    }
    println!("Plan {} is approved in `{}`.", plan.name, path.display());
    println!("digest  {}", approval.plan_sha256);
    println!("key     {}", key.public().id());
    match (trust.is_some(), person) {
        (_, Some(person)) if person.may(Role::Approver) => println!("person  {}", person.name),
        (_, Some(person)) => {
            eprintln!("warning: {} is no approver by the trust file, so this does not count", person.name);
        }
        (true, None) => eprintln!("warning: the trust file does not know this key, so this does not count"),
        (false, None) => {
            eprintln!("warning: no trust file was named, so runs say `signer unknown`: name it with --trust");
        }
    }
    Ok(Exit::Passed)
}

/// The file as it is, where it is of this very plan; else a new one, for what it holds approves another plan.
fn file_for(path: &Path, plan: &Plan) -> anyhow::Result<ApprovalFile> {
    let known = std::fs::read(path).ok().and_then(|text| ApprovalFile::read(&text).ok());
    let of_this_plan =
        |file: &ApprovalFile| canonical_json(&file.plan).is_ok_and(|json| sha256_hex(json) == plan.digest());
    match known.filter(of_this_plan) {
        Some(file) => Ok(file),
        None => Ok(ApprovalFile::of(effective(plan)?)),
    }
}

/// Writes the file whole: it is either the old or the new one.
pub(crate) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let unfinished = path.with_extension("json.unfinished");
    let put = || {
        std::fs::write(&unfinished, text)?;
        std::fs::rename(&unfinished, path)
    };
    put().map_err(|error: std::io::Error| UsageError(format!("cannot write `{}`: {error}", path.display())).into())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use clap::Parser;

    use super::*;
    use crate::args::{Arguments, Command};
    use crate::commands::keygen;

    const PLAN: &str = include_str!("demo.toml");

    /// A directory with a plan, and what is typed in it.
    struct Desk(tempfile::TempDir);

    impl Desk {
        fn new() -> Self {
            let desk = Self(tempfile::tempdir().unwrap());
            desk.plan(PLAN);
            desk
        }

        fn at(&self, name: &str) -> String {
            self.0.path().join(name).to_str().unwrap().to_owned()
        }

        fn plan(&self, text: &str) {
            std::fs::write(self.at("backproof.toml"), text).unwrap();
        }

        fn said(&self, words: &[&str]) -> anyhow::Result<Exit> {
            let arguments = self.typed(words);
            match &arguments.command {
                Command::Plan(plan) => perform(&arguments.common, plan),
                Command::Keygen(keygen) => keygen::perform(&arguments.common, keygen),
                other => panic!("{other:?}"),
            }
        }

        fn typed(&self, words: &[&str]) -> Arguments {
            let plan = self.at("backproof.toml");
            Arguments::try_parse_from([["backproof", "--plan", &plan].as_slice(), words].concat()).unwrap()
        }

        /// Makes a key, and gives its line in the trust file.
        fn key(&self, name: &str) -> String {
            let path = self.at(&format!("{name}.pem"));
            self.said(&["keygen", "--out", &path]).unwrap();
            let key = PrivateKey::read(Path::new(&path)).unwrap();
            let key = key.public().to_base64();
            format!("[[person]]\nname = \"{name}\"\nkey = \"{key}\"\nroles = [\"approver\"]\n")
        }

        fn approve(&self, name: &str) {
            self.said(&["plan", "approve", "--key", &self.at(&format!("{name}.pem"))]).unwrap();
        }

        /// How the approval stands for this operator, under this trust file.
        fn standing(&self, operator: &str, trust: &str) -> (ApprovalStanding, String) {
            std::fs::write(self.at("trust.toml"), trust).unwrap();
            let trust = self.at("trust.toml");
            let arguments = self.typed(&["plan", "show", "--operator", operator, "--trust", &trust]);
            let plan = wiring::read_plan(&arguments.common).unwrap().plan;
            let approval = approval::of_plan(&arguments.common, &plan, wiring::clock(&arguments.common).now());
            (approval.standing, approval.reason)
        }
    }

    #[test]
    fn a_key_is_for_its_owner_only_and_never_overwritten() {
        let desk = Desk::new();
        desk.key("ada");
        let mode = std::fs::metadata(desk.at("ada.pem")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let before = std::fs::read(desk.at("ada.pem")).unwrap();
        assert!(desk.said(&["keygen", "--out", &desk.at("ada.pem")]).unwrap_err().is::<UsageError>());
        assert_eq!(std::fs::read(desk.at("ada.pem")).unwrap(), before);
    }

    #[test]
    fn approvers_add_to_the_file_and_a_changed_plan_begins_a_new_one() {
        let desk = Desk::new();
        let trust = desk.key("ada") + &desk.key("bea");
        assert_eq!(desk.standing("rosa", &trust).0, ApprovalStanding::Unapproved);
        desk.approve("ada");
        assert_eq!(desk.standing("rosa", &trust).0, ApprovalStanding::Approved);
        assert_eq!(desk.standing("ada", &trust).0, ApprovalStanding::Unapproved, "who performs the run");
        desk.approve("bea");
        assert_eq!(desk.standing("ada", &trust).0, ApprovalStanding::Approved, "by the other");
        desk.plan(&PLAN.replace("per_stratum = 20", "per_stratum = 19"));
        let (standing, reason) = desk.standing("rosa", &trust);
        assert_eq!(standing, ApprovalStanding::Unapproved);
        assert!(reason.contains("another digest") && reason.contains("plan diff"), "{reason}");
        desk.said(&["plan", "diff"]).unwrap();
        desk.approve("bea");
        let file = ApprovalFile::read(&std::fs::read(desk.at("backproof.approval.json")).unwrap()).unwrap();
        assert_eq!((file.approvals.len(), desk.standing("rosa", &trust).0), (1, ApprovalStanding::Approved));
    }

    #[test]
    fn what_cannot_be_read_approves_nothing_and_says_why() {
        let desk = Desk::new();
        let trust = desk.key("ada");
        desk.approve("ada");
        let (standing, reason) = desk.standing("rosa", &trust.replace("approver", "boss"));
        assert_eq!(standing, ApprovalStanding::Unapproved);
        assert!(reason.contains("trust.toml:4") && reason.contains("boss"), "{reason}");
        std::fs::write(desk.at("backproof.approval.json"), "{").unwrap();
        assert_eq!(desk.standing("rosa", &trust).0, ApprovalStanding::Unapproved);
        std::fs::remove_file(desk.at("backproof.approval.json")).unwrap();
        std::fs::create_dir(desk.at("backproof.approval.json")).unwrap();
        assert_eq!(desk.standing("rosa", &trust).0, ApprovalStanding::Unapproved, "a directory is no approval");
    }
}

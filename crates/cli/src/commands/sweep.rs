//! `backproof sweep`: finds what runs left in the sandbox, and deletes what is proved to be ours.

use std::path::Path;

use anyhow::Context;
use backproof_engine::{
    BreakGlass, Finding, Findings, SweepAction, World, declare_neighbour, is_stranded, plan_sweep, sweep,
    sweep_without_journal,
};
use backproof_model::record::{Deletion, DeletionEnd};
use backproof_store::Store;
use serde_json::json;

use crate::args::sweep::Sweep;
use crate::args::{Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::{print_json, print_table};
use crate::wiring::Planned;
use crate::{durable, progress, wiring};

pub(crate) async fn perform(common: &Common, arguments: &Sweep) -> anyhow::Result<Exit> {
    let mut planned = wiring::read_plan(common)?;
    if arguments.as_janitor {
        as_janitor(&mut planned)?;
    }
    let world = wiring::world_of(common, planned, progress::none()).await?;
    if arguments.delete || arguments.without.without_journal {
        durable::refuse_ephemeral_state(common, world.simulated)?;
    }
    let (person, reason) = (arguments.person.as_deref(), arguments.reason.as_deref());
    if let Some(neighbour) = &arguments.neighbour {
        declare_neighbour(&world, neighbour, person.unwrap_or_default(), reason.unwrap_or_default()).await?;
        println!("Installation {neighbour} is known: what it has in the sandbox stops no first run here.");
        return Ok(Exit::Passed);
    }
    if arguments.without.without_journal {
        return without_journal(common, arguments, &world).await;
    }
    let journal = match &arguments.journal {
        Some(directory) => other_journal(&world, directory).await?,
        None => world.store.clone(),
    };
    let findings = plan_sweep(&world, &journal).await?;
    let deletions = if arguments.delete { sweep(&world, &journal, &findings).await? } else { Vec::new() };
    match common.output {
        Format::Json => print_json(&as_json(&findings, &deletions))?,
        Format::Text => print_words(&findings, &deletions, arguments.delete),
    }
    Ok(end(&findings, &deletions, arguments.delete))
}

/// The sandbox is entered under the role that may look and delete and nothing else.
fn as_janitor(planned: &mut Planned) -> anyhow::Result<()> {
    let sandbox = &mut planned.plan.sandbox;
    let role = sandbox.sweep_role_arn.clone().ok_or_else(|| {
        UsageError("--as-janitor works under sandbox.sweep_role_arn, which the plan does not name".into())
    })?;
    sandbox.role_arn = Some(role);
    Ok(())
}

async fn without_journal(common: &Common, arguments: &Sweep, world: &World) -> anyhow::Result<Exit> {
    let order = BreakGlass {
        confirmed: arguments.without.confirm.clone(),
        installation: arguments.without.installation.clone(),
        person: arguments.person.clone().unwrap_or_default(),
        second_person: arguments.without.second_person.clone().unwrap_or_default(),
        reason: arguments.reason.clone().unwrap_or_default(),
    };
    let deletions = sweep_without_journal(world, &order).await?;
    match common.output {
        Format::Json => print_json(&json!({ "deletions": deletions }))?,
        Format::Text => deletions.iter().for_each(print_deletion),
    }
    Ok(if deletions.iter().any(is_stranded) { Exit::Stranded } else { Exit::Passed })
}

/// Opens another's state directory to read it, or makes one from a copy of a mirror, which is not touched itself.
async fn other_journal(world: &World, directory: &Path) -> anyhow::Result<Store> {
    let clock = world.store.clock().clone();
    if directory.join("journal.sqlite").exists() {
        return Ok(Store::open_to_read(directory, clock).await?);
    }
    if !directory.join("installation").exists() {
        let problem = format!("--journal: `{}` is neither a state directory nor a mirror", directory.display());
        return Err(UsageError(problem).into());
    }
    let own = world.store.directory().join("journal-of-others");
    if own.exists() {
        std::fs::remove_dir_all(&own).with_context(|| format!("cannot clear `{}`", own.display()))?;
    }
    let (mirror, state) = (own.join("mirror"), own.join("state"));
    copy(directory, &mirror).with_context(|| format!("cannot copy the mirror `{}`", directory.display()))?;
    wiring::open_store(&state, Some(&mirror), clock).await
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Something that should go is still there, or nobody can tell.
fn end(findings: &Findings, deletions: &[Deletion], deletes: bool) -> Exit {
    let left = findings.found.iter().any(|finding| match &finding.action {
        SweepAction::Delete { .. } => !deletes,
        SweepAction::Leave { .. } | SweepAction::OfOpenRun { .. } => true,
        SweepAction::Keep { .. } | SweepAction::NotOurs { .. } => false,
    });
    if left || deletions.iter().any(is_stranded) {
        Exit::Stranded
    } else if findings.unreadable.is_empty() {
        Exit::Passed
    } else {
        Exit::Inconclusive
    }
}

/// What is done with a finding, in one word, and why.
fn action(finding: &Finding) -> (&'static str, String) {
    match &finding.action {
        SweepAction::Delete { proof, .. } => ("delete", proof.clone()),
        SweepAction::Keep { until } => ("keep", format!("held for inspection until {until}")),
        SweepAction::OfOpenRun { command } => {
            ("leave", format!("its run is not closed: `{command}` goes on with it and deletes it"))
        }
        SweepAction::Leave { why } => ("leave", why.clone()),
        SweepAction::NotOurs { why } => ("not ours", why.clone()),
    }
}

fn as_json(findings: &Findings, deletions: &[Deletion]) -> serde_json::Value {
    let found = findings.found.iter().map(|finding| {
        let (action, why) = action(finding);
        json!({
            "resource": finding.resource,
            "type": finding.kind.to_string(),
            "region": finding.region,
            "found_in": sources(finding),
            "made_for": finding.made_for.as_ref().map(ToString::to_string),
            "created": finding.created,
            "action": action,
            "why": why,
        })
    });
    json!({
        "found": found.collect::<Vec<_>>(),
        "seen_absent": findings.absent,
        "unreadable": findings.unreadable,
        "deletions": deletions,
    })
}

fn sources(finding: &Finding) -> Vec<&'static str> {
    finding.found_in.iter().map(|source| source.word()).collect()
}

fn print_words(findings: &Findings, deletions: &[Deletion], deletes: bool) {
    if findings.found.is_empty() && findings.unreadable.is_empty() {
        println!("Nothing of this installation is in the sandbox.");
    }
    let shown: Vec<&Finding> = findings
        .found
        .iter()
        .filter(|finding| !(deletes && matches!(finding.action, SweepAction::Delete { .. })))
        .collect();
    if !shown.is_empty() {
        let mut rows = vec![["action", "type", "created", "found in", "resource"].map(str::to_owned).to_vec()];
        rows.extend(shown.iter().map(|finding| {
            vec![
                action(finding).0.to_owned(),
                finding.kind.to_string(),
                finding.created.map_or_else(|| "unknown".into(), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string()),
                sources(finding).join(", "),
                finding.resource.clone(),
            ]
        }));
        print_table(&rows);
        println!();
        for finding in shown {
            let (word, why) = action(finding);
            println!("{word} {}: {why}", finding.resource);
        }
    }
    for problem in &findings.unreadable {
        println!("UNREADABLE {problem}");
    }
    deletions.iter().for_each(print_deletion);
    if !deletes && findings.found.iter().any(|finding| matches!(finding.action, SweepAction::Delete { .. })) {
        println!("Nothing was deleted: --delete deletes.");
    }
}

fn print_deletion(deletion: &Deletion) {
    match &deletion.end {
        DeletionEnd::SeenAbsent { absent, .. } => println!("deleted  {}, seen absent at {absent}", deletion.arn),
        DeletionEnd::WasAbsent { .. } => println!("absent   {}", deletion.arn),
        DeletionEnd::Kept { until } => println!("kept     {} until {until}", deletion.arn),
        DeletionEnd::Stranded { reason } => println!("STRANDED {}: {reason}", deletion.arn),
    }
}

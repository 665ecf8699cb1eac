//! `backproof archive`: puts sealed bundles where nobody can change them, and looks whether they are still there.

use backproof_archive::Depth;
use backproof_evidence::RunEvidence;
use backproof_store::{RunState, Store};
use serde_json::json;

use crate::args::evidence::{Archive, ArchiveWhat};
use crate::args::{Common, Format};
use crate::evidence::{archiving, bundles, finishing};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::wiring;

pub(crate) async fn perform(common: &Common, archive: &Archive) -> anyhow::Result<Exit> {
    let directory = wiring::state_directory(common);
    if !directory.exists() {
        return Err(UsageError(format!("there is no state in `{}`: name it with --state", directory.display())).into());
    }
    let store = wiring::open_store(&directory, common.mirror.as_deref(), wiring::clock(common)).await?;
    match archive.what {
        ArchiveWhat::Put { run } => put(common, &store, run).await,
        ArchiveWhat::Verify { run, content: false } => verify(common, &store, run, Depth::Checksums).await,
        ArchiveWhat::Verify { run, content: true } => verify(common, &store, run, Depth::Content).await,
    }
}

async fn put(common: &Common, store: &Store, run: Option<u64>) -> anyhow::Result<Exit> {
    let plan = wiring::read_plan(common)?.plan.archive.ok_or_else(|| {
        UsageError("the plan names no archive: add [archive] with `to = \"s3://BUCKET/PREFIX\"` and its region".into())
    })?;
    let mut written = Vec::new();
    for run in closed(store, run).await? {
        let finished = finishing::finish(common, store, run).await?;
        for trouble in finished.trouble.iter().chain(&finished.earlier) {
            eprintln!("warning: {trouble}");
        }
        let receipt = archiving::put(common, store, &finished.evidence, &plan).await?;
        written.push(json!({
            "run": run, "to": plan.to, "objects": receipt.objects.len(), "written": receipt.written(),
            "immutable": receipt.immutable, "statement": receipt.statement,
        }));
        if common.output == Format::Text {
            println!(
                "Run {run}: {} objects in {}, {} of them written now.",
                receipt.objects.len(),
                plan.to,
                receipt.written()
            );
            println!("  {}", receipt.statement);
        }
    }
    if common.output == Format::Json {
        print_json(&written)?;
    }
    Ok(Exit::Passed)
}

async fn verify(common: &Common, store: &Store, run: Option<u64>, depth: Depth) -> anyhow::Result<Exit> {
    let closed = closed(store, run).await?;
    let Some(run) = closed.last() else { return Err(UsageError("no run was ever closed there".into()).into()) };
    let evidence = evidence(store, *run)?;
    let (receipt, found) = archiving::verify(common, store, &evidence, depth).await?;
    match common.output {
        Format::Json => print_json(&found)?,
        Format::Text => {
            for finding in &found.bucket {
                println!("bucket: {finding}");
            }
            for object in &found.objects {
                match &object.findings[..] {
                    [] => println!("{}  holds", object.name),
                    findings => findings.iter().for_each(|finding| println!("{}  {finding}", object.name)),
                }
            }
            println!();
            println!("{}", receipt.statement);
        }
    }
    Ok(if found.is_sound() { Exit::Passed } else { Exit::Failed })
}

/// The runs that can be archived: the one that is named, or all that are closed.
async fn closed(store: &Store, run: Option<u64>) -> anyhow::Result<Vec<u64>> {
    let register = store.register().await?;
    let closed: Vec<u64> = register.iter().filter(|run| run.state == RunState::Closed).map(|run| run.run).collect();
    match run {
        None => Ok(closed),
        Some(run) if closed.contains(&run) => Ok(vec![run]),
        Some(run) => {
            Err(UsageError(format!("run {run} is not closed, or was never begun; `backproof status` lists them"))
                .into())
        }
    }
}

fn evidence(store: &Store, run: u64) -> anyhow::Result<RunEvidence> {
    let bundle = bundles::of_run(store, run);
    if !bundle.exists() {
        return Err(UsageError(format!("run {run} is not sealed yet; `backproof report {run}` seals it")).into());
    }
    Ok(RunEvidence::from_journal(&bundles::open(store, run)?.text("journal.jsonl")?)?)
}

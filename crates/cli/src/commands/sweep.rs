//! `backproof sweep`: finds what runs left in the sandbox, and deletes what the journal proves is ours.

use backproof_engine::{SweepAction, SweepItem, SweepKind, is_stranded, plan_sweep, sweep};
use backproof_model::record::{Deletion, DeletionEnd};
use serde_json::json;

use crate::args::{Common, Format, Sweep};
use crate::exit::Exit;
use crate::output::print_json;
use crate::{progress, wiring};

pub(crate) async fn perform(common: &Common, arguments: &Sweep) -> anyhow::Result<Exit> {
    let world = wiring::world(common, progress::none()).await?;
    let items = plan_sweep(&world).await?;
    let deletions = if arguments.delete { sweep(&world, &items).await? } else { Vec::new() };
    match common.output {
        Format::Json => {
            print_json(&json!({"found": items.iter().map(item_json).collect::<Vec<_>>(), "deletions": deletions}))?;
        }
        Format::Text => print_words(&items, &deletions, arguments.delete),
    }
    let left =
        items.iter().any(|item| matches!(item.action, SweepAction::Leave { .. })) || deletions.iter().any(is_stranded);
    let undone = !arguments.delete && !items.is_empty();
    Ok(if left || undone { Exit::Stranded } else { Exit::Passed })
}

fn item_json(item: &SweepItem) -> serde_json::Value {
    let (action, why) = match &item.action {
        SweepAction::Delete { intended } => ("delete", format!("intended at {intended}")),
        SweepAction::Leave { why } => ("leave", why.clone()),
    };
    let what = match &item.kind {
        SweepKind::Resource(resource_type) => resource_type.to_string(),
        SweepKind::Copy { backup_vault_name } => format!("copy in vault {backup_vault_name}"),
    };
    json!({"resource": item.resource, "type": what, "region": item.region, "action": action, "why": why})
}

fn print_words(items: &[SweepItem], deletions: &[Deletion], delete: bool) {
    if items.is_empty() {
        println!("Nothing of this installation is in the sandbox.");
    }
    for item in items {
        match &item.action {
            SweepAction::Leave { why } => println!("leave    {}: {why}", item.resource),
            SweepAction::Delete { intended } if !delete => {
                println!("delete   {} (intended at {intended})", item.resource);
            }
            SweepAction::Delete { .. } => {}
        }
    }
    for deletion in deletions {
        match &deletion.end {
            DeletionEnd::SeenAbsent { absent, .. } => println!("deleted  {}, seen absent at {absent}", deletion.arn),
            DeletionEnd::WasAbsent { .. } => println!("absent   {}", deletion.arn),
            DeletionEnd::Stranded { reason } => println!("STRANDED {}: {reason}", deletion.arn),
        }
    }
    if !delete && items.iter().any(|item| matches!(item.action, SweepAction::Delete { .. })) {
        println!("Nothing was deleted: --delete deletes.");
    }
}

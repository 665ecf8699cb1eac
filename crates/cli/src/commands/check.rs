//! `backproof check`: one recovery point, now.

use std::io::{BufRead, IsTerminal, Write};

use backproof_engine::{Request, Until, What, World};
use backproof_model::{Arn, RecoveryPoint};

use crate::args::{Check, Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{commands, progress, wiring};

pub(crate) async fn perform(common: &Common, check: &Check) -> anyhow::Result<Exit> {
    let arn: Arn = check.arn.parse().map_err(|problem| UsageError(format!("{problem}")))?;
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let point = backproof_engine::find_point(&world, &arn).await?;
    let target = target(&world, &point);
    if check.dry_run {
        match common.output {
            Format::Json => print_json(&target_json(&world, &point))?,
            Format::Text => println!("{target}Nothing was restored (--dry-run)."),
        }
        return Ok(Exit::Passed);
    }
    eprint!("{target}");
    if !check.yes && !confirmed()? {
        eprintln!("Nothing was restored.");
        return Ok(Exit::Refused);
    }
    let request = Request { what: What::One(Box::new(point)), until: Until::Closed, reveal: None };
    commands::run::perform_in(world, shown, &request, common.output).await
}

/// What would be restored, where, and what it takes.
fn target(world: &World, point: &RecoveryPoint) -> String {
    let size = point
        .backup_size_in_bytes
        .map_or_else(|| "unknown".into(), |bytes| format!("{} bytes", crate::output::grouped(bytes)));
    let deadline = jiff::SignedDuration::try_from(world.plan.deadlines.restore).unwrap_or_default();
    format!(
        "Recovery point  {}\n  of            {} ({})\n  begun         {}\n  size          {size}\n\
         Restored into   account {} in {}, examined, then deleted\n\
         Time            AWS gives no estimate; given up after {deadline:#}\n\
         Cost            not estimated by this version: AWS bills the restore by size, and what it creates until it is deleted\n",
        point.recovery_point_arn,
        point.resource_arn,
        point.resource_type,
        point.creation_date,
        world.plan.sandbox.account,
        point.region,
    )
}

fn target_json(world: &World, point: &RecoveryPoint) -> serde_json::Value {
    serde_json::json!({
        "recovery_point_arn": point.recovery_point_arn,
        "resource_arn": point.resource_arn,
        "resource_type": point.resource_type,
        "creation_date": point.creation_date,
        "backup_size_in_bytes": point.backup_size_in_bytes,
        "sandbox_account": world.plan.sandbox.account,
        "region": point.region,
        "given_up_after_seconds": world.plan.deadlines.restore.as_secs(),
        "restored": false,
    })
}

fn confirmed() -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(UsageError(
            "nobody is there to confirm: --yes restores without asking, --dry-run only says what would be restored"
                .into(),
        )
        .into());
    }
    eprint!("Restore it? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

//! `backproof check`: one recovery point, now.

use std::io::{BufRead, IsTerminal, Write};

use backproof_engine::{EngineError, Request, Until, What, World};
use backproof_model::record::CostEstimated;
use backproof_model::{Arn, RecoveryPoint};
use jiff::SignedDuration;

use crate::args::{Check, Common, Format};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;
use crate::{commands, durable, progress, wiring};

pub(crate) async fn perform(common: &Common, check: &Check) -> anyhow::Result<Exit> {
    let arn: Arn = check.arn.parse().map_err(|problem| UsageError(format!("{problem}")))?;
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let point = backproof_engine::find_point(&world, &arn).await?;
    let drawn = [backproof_engine::one_off(&point)];
    let costs = backproof_engine::estimate_costs(&world, &drawn, check.keep).await?;
    let target = target(&world, &point, check.keep) + &backproof_render::estimate::whole(&costs, &drawn);
    if check.dry_run {
        match common.output {
            Format::Json => print_json(&target_json(&world, &point, &costs))?,
            Format::Text => println!("{target}Nothing was restored (--dry-run)."),
        }
        return Ok(Exit::Passed);
    }
    eprint!("{target}");
    if let Some(refusal) = costs.tests.iter().find_map(|test| test.admission.refusal()) {
        // The run would be refused for it too; here nothing has been opened yet.
        return Err(EngineError::Refused(format!("the budget does not let it begin: {refusal}")).into());
    }
    durable::refuse_ephemeral_state(common, world.simulated)?;
    if !check.yes && !confirmed()? {
        eprintln!("Nothing was restored.");
        return Ok(Exit::Refused);
    }
    let request = Request { what: What::One(Box::new(point)), until: Until::Closed, reveal: None, keep: check.keep };
    commands::run::perform_in(common, world, shown, &request).await
}

/// What would be restored, where, and what it takes.
fn target(world: &World, point: &RecoveryPoint, keep: Option<SignedDuration>) -> String {
    let size = point
        .backup_size_in_bytes
        .map_or_else(|| "unknown".into(), |bytes| format!("{} bytes", crate::output::grouped(bytes)));
    let deadline = jiff::SignedDuration::try_from(world.plan.deadlines.restore).unwrap_or_default();
    format!(
        "Recovery point  {}\n  of            {} ({})\n  begun         {}\n  size          {size}\n\
         Restored into   account {} in {}, examined, then deleted{}\n\
         Time            AWS gives no estimate; given up after {deadline:#}\n",
        point.recovery_point_arn,
        point.resource_arn,
        point.resource_type,
        point.creation_date,
        world.plan.sandbox.account,
        point.region,
        keep.map(|keep| format!("; what does not pass is held for {keep:#}")).unwrap_or_default(),
    )
}

fn target_json(world: &World, point: &RecoveryPoint, costs: &CostEstimated) -> serde_json::Value {
    serde_json::json!({
        "recovery_point_arn": point.recovery_point_arn,
        "resource_arn": point.resource_arn,
        "resource_type": point.resource_type,
        "creation_date": point.creation_date,
        "backup_size_in_bytes": point.backup_size_in_bytes,
        "sandbox_account": world.plan.sandbox.account,
        "region": point.region,
        "given_up_after_seconds": world.plan.deadlines.restore.as_secs(),
        "costs": costs,
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

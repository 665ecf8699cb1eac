//! `backproof check`: one recovery point, now.

use std::io::{BufRead, IsTerminal, Write};

use backproof_engine::{Request, Until, What, World};
use backproof_model::{Arn, RecoveryPoint};

use crate::args::{Check, Common};
use crate::exit::{Exit, UsageError};
use crate::{commands, progress, wiring};

pub(crate) async fn perform(common: &Common, check: &Check) -> anyhow::Result<Exit> {
    let arn: Arn = check.arn.parse().map_err(|problem| UsageError(format!("{problem}")))?;
    let (sender, shown) = progress::begin();
    let world = wiring::world(common, sender).await?;
    let point = backproof_engine::find_point(&world, &arn).await?;
    print_target(&world, &point);
    if check.dry_run {
        println!("Nothing was restored (--dry-run).");
        return Ok(Exit::Passed);
    }
    if !check.yes && !confirmed()? {
        println!("Nothing was restored.");
        return Ok(Exit::Refused);
    }
    let request = Request { what: What::One(Box::new(point)), until: Until::Closed, reveal: None };
    commands::run::perform_in(world, shown, &request, common.output).await
}

fn print_target(world: &World, point: &RecoveryPoint) {
    let size = point
        .backup_size_in_bytes
        .map_or_else(|| "unknown".into(), |bytes| format!("{} bytes", crate::output::grouped(bytes)));
    let deadline = jiff::SignedDuration::try_from(world.plan.deadlines.restore).unwrap_or_default();
    eprintln!("Recovery point  {}", point.recovery_point_arn);
    eprintln!("  of            {} ({})", point.resource_arn, point.resource_type);
    eprintln!("  begun         {}", point.creation_date);
    eprintln!("  size          {size}");
    eprintln!("Restored into   account {} in {}, examined, then deleted", world.plan.sandbox.account, point.region);
    eprintln!("Time            AWS gives no estimate; given up after {deadline:#}");
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

//! `backproof init`: writes a commented plan file.

use std::io::Write;

use anyhow::Context;

use crate::args::{Common, Format, Init};
use crate::exit::{Exit, UsageError};
use crate::output::print_json;

pub(crate) fn perform(common: &Common, init: &Init) -> anyhow::Result<Exit> {
    let name = common.plan.display();
    let mut options = std::fs::OpenOptions::new();
    options.write(true);
    if init.force {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let mut file = match options.open(&common.plan) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            return Err(
                UsageError(format!("`{name}` is there already; --force overwrites it, --plan names another")).into()
            );
        }
        Err(error) => return Err(UsageError(format!("cannot write `{name}`: {error}")).into()),
    };
    file.write_all(backproof_plan::TEMPLATE.as_bytes()).with_context(|| format!("cannot write `{name}`"))?;
    if common.output == Format::Json {
        print_json(&serde_json::json!({ "plan": common.plan }))?;
        return Ok(Exit::Passed);
    }
    println!("Wrote `{name}`. Put your accounts, Regions and roles in it, then:");
    println!("  backproof iam          the permissions that each role needs");
    println!("  backproof doctor       what would fail on the day");
    println!("  backproof population   what there is to test");
    println!("  backproof draw         rehearse the draw; nothing is restored");
    println!("  backproof plan approve sign the plan, with a key of `backproof keygen`");
    println!("  backproof run          restore, examine, delete, report");
    Ok(Exit::Passed)
}

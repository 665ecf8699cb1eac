//! `backproof doctor`: what would fail on the day.

mod required;
mod secrets;

use backproof_engine::World;
use backproof_engine::doctor::{Examined, Summary, examine_against};
use serde_json::json;

use crate::args::{Common, Format};
use crate::exit::Exit;
use crate::output::print_json;
use crate::{progress, wiring};

pub(crate) async fn perform(common: &Common) -> anyhow::Result<Exit> {
    let world = wiring::world(common, progress::none()).await?;
    let found = examined(&world).await;
    let summary = Summary::of(&found);
    match common.output {
        Format::Json => print_json(&found.iter().map(as_json).collect::<Vec<_>>())?,
        Format::Text => {
            for examined in &found {
                println!("{:<8} {}: {} [{}]", examined.state.word(), examined.what, examined.detail, examined.how);
                if let Some(mend) = &examined.mend {
                    println!("         mend: {mend}");
                }
            }
            println!();
            println!("{}", summary.sentence());
        }
    }
    Ok(if summary.is_fit() { Exit::Passed } else { Exit::Inconclusive })
}

/// Everything that is looked at: by the engine, with the permissions that each role must have, and what only the
/// program around it knows.
pub(crate) async fn examined(world: &World) -> Vec<Examined> {
    let mut found = examine_against(world, &required::required(world)).await;
    found.extend(secrets::examine(&world.plan.alarms));
    found
}

fn as_json(examined: &Examined) -> serde_json::Value {
    json!({
        "subject": examined.subject.word(),
        "what": examined.what,
        "how": examined.how,
        "state": examined.state.word(),
        "detail": examined.detail,
        "mend": examined.mend,
    })
}

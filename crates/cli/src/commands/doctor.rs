//! `backproof doctor`: what would fail on the day.

use backproof_engine::doctor::{State, examine};
use serde_json::json;

use crate::args::{Common, Format};
use crate::exit::Exit;
use crate::output::print_json;
use crate::{progress, wiring};

pub(crate) async fn perform(common: &Common) -> anyhow::Result<Exit> {
    let world = wiring::world(common, progress::none()).await?;
    let found = examine(&world).await;
    let bad = found.iter().filter(|examined| examined.state == State::Bad).count();
    match common.output {
        Format::Json => {
            let rows: Vec<_> = found
                .iter()
                .map(|examined| json!({"what": examined.what, "how": examined.how, "state": word(examined.state), "detail": examined.detail, "mend": examined.mend}))
                .collect();
            print_json(&rows)?;
        }
        Format::Text => {
            for examined in &found {
                println!("{:<8} {}: {} [{}]", word(examined.state), examined.what, examined.detail, examined.how);
                if let Some(mend) = &examined.mend {
                    println!("         mend: {mend}");
                }
            }
            println!();
            match bad {
                0 => println!("Nothing found that would stop a run."),
                1 => println!("1 thing would stop a run, or leave it without a verdict."),
                more => println!("{more} things would stop a run, or leave it without a verdict."),
            }
        }
    }
    Ok(if bad == 0 { Exit::Passed } else { Exit::Inconclusive })
}

fn word(state: State) -> &'static str {
    match state {
        State::Good => "good",
        State::Doubtful => "doubtful",
        State::Bad => "BAD",
    }
}

//! Finds in AWS's own record what the run did: each restore that was started, each resource that was deleted.
//!
//! CloudTrail's event history is read once all is deleted. It lags behind, so what it does not show is looked for again
//! for as long as the plan allows, and then said to be uncorroborated. Nothing here decides anything about the run: an
//! account whose history may not be read has runs like any other.

mod seeking;
mod subjects;
mod trails;

use std::time::Duration;

use backproof_model::record::{CorroboratedEvent, Corroboration, Uncorroborated, run_step};
use backproof_store::RegisteredRun;

use crate::error::Result;
use crate::journal::Journal;
use crate::progress::Progress;
use crate::waiting::Patience;
use crate::world::{SandboxRegions, World};
use seeking::Seeking;

/// What was found and what was not: TSV with a line of names.
pub const CLOUDTRAIL_FILE: &str = "cloudtrail.tsv";
/// So many of each kind stand in the journal; all of them in the file.
const IN_THE_JOURNAL: usize = 64;
/// How long after a look the next one comes.
const PAUSE: Duration = Duration::from_mins(1);

/// Looks the run's restores and deletions up, and journals what AWS's event history shows of them.
pub(crate) async fn corroborate(
    world: &World,
    registered: &RegisteredRun,
    regions: &SandboxRegions,
    journal: &mut Journal,
) -> Result<Corroboration> {
    let run = registered.run;
    if let Some(recorded) = journal.recorded(run_step::CORROBORATE)? {
        return Ok(recorded);
    }
    world.tell(Progress::Stage { what: "looking the run up in CloudTrail".into() });
    let subjects = subjects::of_run(world, run, journal).await?;
    let mut seeking = Seeking::of(registered.opened_at, subjects);
    let patience = Patience::new(world.clock().clone(), world.clock().now(), world.plan.deadlines.event_history);
    loop {
        seeking.look(world, regions).await;
        if !seeking.may_come_yet() || patience.is_over() || world.stop.is_cancelled() {
            break;
        }
        world.clock().sleep(PAUSE).await;
    }
    let looked = world.clock().now();
    let trails = trails::of(regions).await;
    let (events, uncorroborated) = seeking.came_to();
    let file_sha256 = write(world, run, &events, &uncorroborated)?;
    let found = Corroboration {
        looked,
        regions: trails,
        sought: (events.len() + uncorroborated.len()) as u64,
        found: events.len() as u64,
        events: events.into_iter().take(IN_THE_JOURNAL).collect(),
        uncorroborated: uncorroborated.into_iter().take(IN_THE_JOURNAL).collect(),
        file_sha256,
    };
    journal.observe(run_step::CORROBORATE, async { Ok(found) }).await
}

/// Writes all of it, and gives the file's SHA-256.
fn write(world: &World, run: u64, events: &[CorroboratedEvent], others: &[Uncorroborated]) -> Result<String> {
    let mut file = world.store.files(run)?.create(CLOUDTRAIL_FILE)?;
    file.write_all(b"test\tsubject\tevent_name\tevent_id\tevent_time\trequest_id\tidentity_arn\twhy\n")?;
    for event in events {
        let CorroboratedEvent { test, subject, event_name, event_id, event_time, request_id, identity_arn } = event;
        let or_nothing = |text: &Option<String>| cell(text.as_deref().unwrap_or_default());
        let line = format!(
            "{test}\t{}\t{event_name}\t{}\t{event_time}\t{}\t{}\t\n",
            cell(subject),
            cell(event_id),
            or_nothing(request_id),
            or_nothing(identity_arn)
        );
        file.write_all(line.as_bytes())?;
    }
    for Uncorroborated { test, subject, event_name, why } in others {
        let line = format!("{test}\t{}\t{event_name}\t\t\t\t\t{}\n", cell(subject), cell(why));
        file.write_all(line.as_bytes())?;
    }
    Ok(file.finish()?)
}

/// A text of AWS's that cannot break a line.
fn cell(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

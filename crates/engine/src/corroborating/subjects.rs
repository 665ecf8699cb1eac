//! What a run did in the sandbox that CloudTrail should know of, as its journal tells.

use std::collections::BTreeSet;

use backproof_model::Region;
use backproof_model::record::{
    ControlsTried, Deleted, DeletionEnd, Drawn, DrawnPoint, Located, RestoreStarted, run_step, test_step,
};

use crate::error::Result;
use crate::journal::{Journal, Known};
use crate::restore_test::step;
use crate::world::World;

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    /// Where.
    pub(super) region: Region,
    /// The event that shows it; none where no call of ours is known to leave one.
    pub(super) event_name: Option<&'static str>,
    /// The restore test; 0 for the run itself.
    pub(super) test: u32,
    /// The restore job that was started, or the ARN or name of what was made or deleted.
    pub(super) what: String,
    /// Another text by which an event may mention it: a name in the place of an ARN.
    pub(super) name: Option<String>,
}

/// Everything that the run's journal says was started or deleted, each thing once.
pub(super) async fn of_run(world: &World, run: u64, journal: &Journal) -> Result<BTreeSet<Subject>> {
    let mut subjects = BTreeSet::new();
    let first = world.plan.sandbox.regions.first();
    let tried: Option<ControlsTried> = journal.recorded(run_step::CONTROLS)?;
    if let (Some(region), Some(tried)) = (first, tried) {
        subjects.extend(of_controls(world, region, &tried));
    }
    let drawn: Option<Drawn> = journal.recorded(run_step::DRAW)?;
    for point in drawn.map(|drawn| drawn.points).unwrap_or_default() {
        let known = Known::read(&world.store, run, &format!("test-{}", point.test)).await?;
        for attempt in 1..=known.last_attempt().unwrap_or(0) {
            subjects.extend(of_attempt(world, &point, attempt, &known)?);
        }
    }
    Ok(subjects)
}

/// Scratch resources of the negative controls.
fn of_controls(world: &World, region: &Region, tried: &ControlsTried) -> Vec<Subject> {
    let deletions = tried.validators.iter().filter_map(|controls| controls.deletion.as_ref());
    let of_type = |arn: &str| {
        let is_of = |driver: &&std::sync::Arc<dyn backproof_cloud::Driver>| {
            let arn = arn.parse::<backproof_model::Arn>();
            arn.is_ok_and(|arn| arn.service().eq_ignore_ascii_case(driver.resource_type().as_str()))
        };
        world.drivers.iter().find(is_of).and_then(|driver| driver.deletion_event())
    };
    deletions
        .flat_map(|deleted| &deleted.resources)
        .filter(|deletion| was_asked(&deletion.end))
        .map(|deletion| subject(region, of_type(&deletion.arn), 0, &deletion.arn))
        .collect()
}

/// The restore job of an attempt, and what it deleted.
fn of_attempt(world: &World, point: &DrawnPoint, attempt: u32, known: &Known) -> Result<Vec<Subject>> {
    let (region, test) = (&point.point.region, point.test);
    let mut subjects = Vec::new();
    if let Some(RestoreStarted::Job { restore_job_id, .. }) = known.recorded(&step(test_step::START, attempt))? {
        subjects.push(subject(region, Some("StartRestoreJob"), test, &restore_job_id));
    }
    let copy = match known.recorded(&step(test_step::STAGE, attempt))? {
        Some(Located::Copied { recovery_point_arn, .. }) => Some(recovery_point_arn.to_string()),
        Some(Located::AsItIs { .. } | Located::NotReached { .. }) | None => None,
    };
    let deleted: Option<Deleted> = known.recorded(&step(test_step::DELETE, attempt))?;
    let event = world.driver(&point.point.resource_type).and_then(|driver| driver.deletion_event());
    for deletion in deleted.iter().flat_map(|deleted| &deleted.resources).filter(|one| was_asked(&one.end)) {
        let event = if copy.as_ref() == Some(&deletion.arn) { Some("DeleteRecoveryPoint") } else { event };
        subjects.push(subject(region, event, test, &deletion.arn));
    }
    Ok(subjects)
}

fn subject(region: &Region, event_name: Option<&'static str>, test: u32, what: &str) -> Subject {
    let name = what.parse::<backproof_model::ResourceArn>().ok().map(|arn| arn.arn().resource_name().to_owned());
    Subject { region: region.clone(), event_name, test, what: what.to_owned(), name }
}

/// Whether AWS was asked to delete something, and did.
fn was_asked(end: &DeletionEnd) -> bool {
    match end {
        DeletionEnd::SeenAbsent { .. } => true,
        DeletionEnd::WasAbsent { .. } | DeletionEnd::Kept { .. } | DeletionEnd::Stranded { .. } => false,
    }
}

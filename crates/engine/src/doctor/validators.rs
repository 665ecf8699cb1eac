//! The validators that the plan assigns: their settings, and the programs and baselines that these name.

use super::identities::Opened;
use super::{Examined, Subject};
use crate::world::World;

pub(super) fn examine(world: &World, opened: &Opened) -> Vec<Examined> {
    // Settings do not depend on the Region.
    let Some(access) = opened.sandboxes.first() else { return Vec::new() };
    let validators = (world.validators)(access);
    let each = world.plan.validators.iter().zip(1..).map(|(assignment, number)| {
        let (subject, how) = (Subject::Validator, "its settings, with the programs and files that they name");
        let what = format!("validator {} ({number})", assignment.validator);
        let known = validators.iter().find(|validator| validator.name() == assignment.validator);
        match known.map(|validator| validator.check_settings(&assignment.settings)) {
            None => subject.bad(
                what,
                how,
                "this version has no such validator",
                "see docs/validators.md for those there are",
            ),
            Some(Ok(())) => subject.good(what, how, "can be used"),
            Some(Err(problem)) => {
                subject.bad(what, how, problem.to_string(), "see docs/validators.md for the settings that it takes")
            }
        }
    });
    each.collect()
}

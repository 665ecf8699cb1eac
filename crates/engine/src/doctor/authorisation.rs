//! Whether the plan may restore at all.

use super::{Examined, Subject};
use crate::world::World;

pub(super) fn examine(world: &World) -> Vec<Examined> {
    let (subject, what, how) = (Subject::Authorisation, "authorisation", "the plan");
    vec![match world.plan.may_restore(world.clock().now()) {
        Ok(()) => subject.good(what, how, "present and not expired"),
        Err(problem) => {
            subject.bad(what, how, problem.to_string(), "fill in [authorisation] with a person, a ticket and an expiry")
        }
    }]
}

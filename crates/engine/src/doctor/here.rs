//! This computer: room on the disk, where the state lies, and files that the plan names.

use backproof_store::{is_ephemeral, place_facts};

use super::{Examined, Subject};
use crate::opening::readable_authorities;
use crate::world::World;

/// With less than this a run cannot even be begun: journal, population and reports of a large run take as much.
const TOO_LITTLE: u64 = 64 << 20;
/// The files of a population of a million recovery points, twice.
const LITTLE: u64 = 1 << 30;

pub(super) fn examine(world: &World) -> Vec<Examined> {
    let mut found = vec![disk(world.store.directory(), world.store.free_bytes().map_err(|error| error.to_string()))];
    found.extend(place(world));
    found.extend(authorities(world));
    found.extend(prices(world));
    found
}

/// Whether the plan's own prices can be read, where it names some.
fn prices(world: &World) -> Option<Examined> {
    let file = world.plan.budget.prices.as_ref()?;
    let (subject, what, how) = (Subject::Surroundings, "price table", "the file");
    Some(match crate::costing::prices(&world.plan) {
        Ok(_) => subject.good(what, how, format!("{file} can be read")),
        Err(problem) => subject.bad(
            what,
            how,
            problem.to_string(),
            "mend the file, or leave budget.prices out for the prices that come with backproof",
        ),
    })
}

fn disk(directory: &std::path::Path, free: Result<u64, String>) -> Examined {
    let (subject, how) = (Subject::Host, "statvfs");
    let what = format!("disk under {}", directory.display());
    let make_room = "make room, or name another directory with --state";
    match free {
        Err(problem) => subject.doubtful(what, how, problem, make_room),
        Ok(free) => {
            let detail = format!("{} MiB free", free >> 20);
            match free {
                0..TOO_LITTLE => subject.bad(what, how, detail, make_room),
                TOO_LITTLE..LITTLE => subject.doubtful(what, how, detail, make_room),
                LITTLE.. => subject.good(what, how, detail),
            }
        }
    }
}

/// Whether the state outlives this computer's restart; said only where it may not.
fn place(world: &World) -> Option<Examined> {
    let directory = world.store.directory();
    let why = is_ephemeral(&place_facts(directory, &[]))?;
    Some(Subject::Host.doubtful(
        format!("state directory {}", directory.display()),
        "statfs",
        why,
        "name a directory that lasts with --state, or keep a mirror that does",
    ))
}

/// Whether the authorities of database servers can be read, where the plan names some.
fn authorities(world: &World) -> Option<Examined> {
    let file = world.plan.sandbox.databases.ca_file.as_ref()?;
    let (subject, what, how) = (Subject::Host, "authorities of database servers", "the file");
    Some(match readable_authorities(&world.plan) {
        Ok(()) => subject.good(what, how, format!("{file} holds certificates")),
        Err(problem) => subject.bad(what, how, problem, "put RDS's certificate bundle there, or name another file"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn room_on_the_disk_is_judged_by_what_a_run_writes() {
        let of = |free| disk("/state".as_ref(), free).state;
        assert_eq!(of(Ok(0)), State::Bad);
        assert_eq!(of(Ok(TOO_LITTLE - 1)), State::Bad);
        assert_eq!(of(Ok(TOO_LITTLE)), State::Doubtful);
        assert_eq!(of(Ok(LITTLE)), State::Good);
        assert_eq!(of(Err("no".into())), State::Doubtful);
    }
}

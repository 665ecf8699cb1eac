//! Two and four programs work on one state directory, are killed, hang, and come back.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backproof_engine::World;

use crate::faults::{four_in_place, one_copied};
use crate::support::{Reference, all_cases, what_does_not_hold};

/// A small generator: the same seed, the same play. `SplitMix64`, by Sebastiano Vigna.
fn dice(seed: u64, throw: u64, sides: u64) -> u64 {
    let mut z = seed.wrapping_mul(0x2545_f491_4f6c_dd1d).wrapping_add(throw.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) % sides
}

/// What happens to the programs of a play.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// Killed after some writes, and started again, so many times.
    Killed { times: u32 },
    /// Taken for dead at some moment, though it goes on.
    TakenForDead,
}

/// One play of several programs; gives what does not hold.
fn played(reference: &Reference, seed: u64, processes: u32, harm: Harm, starts: &AtomicU32) -> Vec<String> {
    let play = reference.play();
    // So many writes that most are killed in the middle of their share.
    let most = (u64::from(reference.writes()) / u64::from(processes) / 2).max(2);
    let ends = play.perform_beside_each_other(processes, |process, start, world| {
        starts.fetch_add(1, Ordering::Relaxed);
        let throw = u64::from(process) * 1_000 + u64::from(start);
        match harm {
            Harm::Killed { times } if start < times => {
                world.store.stop_after(u32::try_from(dice(seed, throw, most)).unwrap());
            }
            Harm::TakenForDead if process + 1 < processes => be_taken_for_dead(world, dice(seed, throw, 1_500)),
            Harm::Killed { .. } | Harm::TakenForDead => {}
        }
    });
    let mut wrong = Vec::new();
    // Whoever starts when the run is closed begins the next, as a schedule that came twice would.
    let mut runs: Vec<u64> = Vec::new();
    for end in ends {
        match end {
            Ok(end) if end.closed.is_some() => runs.push(end.run),
            other => wrong.push(format!("a program came to {other:?}")),
        }
    }
    runs.sort_unstable();
    runs.dedup();
    for run in &runs {
        wrong.extend(what_does_not_hold(reference, &play, *run).into_iter().map(|wrong| format!("run {run}: {wrong}")));
    }
    let first = play.seen(1);
    if matches!(harm, Harm::Killed { .. }) && first.outcomes() != reference.seen.outcomes() {
        wrong.push(format!("the outcomes changed to {:?}", first.outcomes()));
    }
    if first.drawn() != reference.seen.drawn() {
        wrong.push("another sample was drawn".into());
    }
    wrong.extend(play.problems_of_the_register());
    wrong
}

/// Others find the lock of this program free; it does not notice, and goes on.
fn be_taken_for_dead(world: &World, after: u64) {
    let store = world.store.clone();
    tokio::spawn(async move {
        store.clock().sleep(Duration::from_secs(after)).await;
        store.seem_dead();
    });
}

fn plays(reference: &Reference, seeds: std::ops::Range<u64>, processes: u32, harm: Harm, least: u32) {
    let starts = AtomicU32::new(0);
    let seeds: Vec<u64> = seeds.collect();
    all_cases(
        &seeds,
        |seed| format!("{processes} programs, seed {seed}"),
        |seed| played(reference, *seed, processes, harm, &starts),
    );
    let starts = starts.load(Ordering::Relaxed);
    eprintln!("{starts} starts");
    assert!(starts >= least, "only {starts} programs were started");
}

#[test]
fn two_programs_killed_at_random_restore_each_point_once_and_leave_nothing() {
    plays(&four_in_place(), 0..50, 2, Harm::Killed { times: 6 }, 250);
}

#[test]
fn four_programs_killed_at_random_restore_each_point_once_and_leave_nothing() {
    plays(&four_in_place(), 100..130, 4, Harm::Killed { times: 5 }, 210);
}

#[test]
fn two_programs_killed_at_random_copy_once_and_delete_the_copy() {
    plays(&one_copied(), 200..230, 2, Harm::Killed { times: 6 }, 170);
}

#[test]
fn a_program_that_is_taken_for_dead_helps_whoever_went_on_with_its_tests() {
    plays(&four_in_place(), 300..330, 2, Harm::TakenForDead, 60);
    plays(&four_in_place(), 400..420, 4, Harm::TakenForDead, 80);
}

#[test]
fn a_program_that_finds_a_run_under_way_helps_and_comes_to_the_same_end() {
    let reference = four_in_place();
    let play = reference.play();
    let ends: Vec<_> = play.perform_beside_each_other(2, |_, _, _| {}).into_iter().map(Result::unwrap).collect();
    assert_eq!(ends[0], ends[1]);
    assert!(ends[0].closed.as_ref().unwrap().completed);
    assert_eq!(what_does_not_hold(&reference, &play, 1), Vec::<String>::new());
    assert_eq!(play.seen(1).outcomes(), reference.seen.outcomes());
}

//! Every call of a run meets every kind of fault once, and what must hold holds all the same.

use backproof_simulator::{FaultAt, FaultKind, World};

use crate::support::{
    FOUR_TABLES, ONE_DATABASE, ONE_TABLE, Reference, SANDBOX, SOURCE, Scenario, all_cases, what_does_not_hold,
};

/// One table, copied into the sandbox account.
pub(crate) fn one_copied() -> Reference {
    Reference::of(Scenario::by_copy(World::parse(ONE_TABLE).unwrap()), SANDBOX)
}

/// Three tables and one whose point vanishes, restored beside their sources.
pub(crate) fn four_in_place() -> Reference {
    Reference::of(Scenario::in_place(World::parse(FOUR_TABLES).unwrap()), SOURCE)
}

/// One database with a real server behind it, copied into the sandbox account.
pub(crate) fn one_database() -> Reference {
    let reference = Reference::of(Scenario::of_databases(World::parse(ONE_DATABASE).unwrap()), SANDBOX);
    assert_eq!(reference.seen.outcomes()["shop-db"], ("passed", None));
    reference
}

/// Whether one fault of this kind may change what a restore test comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcomes {
    /// It may not: whoever met it asks again.
    Stay,
    /// It may become inconclusive.
    MayBecomeInconclusive,
}

fn at_every_call(reference: &Reference, kind: FaultKind, outcomes: Outcomes) {
    at_calls(reference, |_| (kind, outcomes));
}

/// Every call of a run meets one fault, of the kind that is chosen for its number.
fn at_calls(reference: &Reference, choose: impl Fn(u64) -> (FaultKind, Outcomes) + Sync) {
    let calls: Vec<u64> = (1..=reference.calls + 3).collect();
    all_cases(
        &calls,
        |call| format!("{:?} at call {call}", choose(*call).0),
        |call| {
            let (kind, outcomes) = choose(*call);
            let play = reference.play();
            play.simulator.inject(FaultAt { call: *call, kind });
            // A run that cannot go on says so, and the next one finishes it.
            let end = match play.run() {
                Ok(end) => end,
                Err(_) => play.run().unwrap(),
            };
            let mut wrong = what_does_not_hold(reference, &play, end.run);
            let (is, was) = (play.seen(end.run).outcomes(), reference.seen.outcomes());
            if outcomes == Outcomes::Stay && is != was {
                wrong.push(format!("the outcomes changed to {is:?}"));
            }
            let met = play.simulator.calls().into_iter().find(|record| record.index == *call);
            let met = met.map_or("no call".into(), |met| format!("{}:{}", met.service.name(), met.operation));
            wrong.into_iter().map(|wrong| format!("({met}) {wrong}")).collect()
        },
    );
}

#[test]
fn one_table_survives_throttling_at_every_call() {
    at_every_call(&one_copied(), FaultKind::Throttle, Outcomes::Stay);
}

#[test]
fn one_table_survives_a_server_error_at_every_call() {
    at_every_call(&one_copied(), FaultKind::ServerError, Outcomes::Stay);
}

#[test]
fn one_table_survives_a_lost_answer_at_every_call() {
    at_every_call(&one_copied(), FaultKind::LostAnswer, Outcomes::Stay);
}

#[test]
fn one_table_survives_a_timeout_at_every_call() {
    at_every_call(&one_copied(), FaultKind::Timeout, Outcomes::Stay);
}

#[test]
fn one_table_survives_a_denial_at_every_call() {
    at_every_call(&one_copied(), FaultKind::AccessDenied, Outcomes::MayBecomeInconclusive);
}

#[test]
fn one_table_survives_an_expired_session_at_every_call() {
    at_every_call(&one_copied(), FaultKind::ExpiredToken, Outcomes::MayBecomeInconclusive);
}

#[test]
fn one_table_survives_half_an_answer_at_every_call() {
    at_every_call(&one_copied(), FaultKind::TruncatedBody, Outcomes::MayBecomeInconclusive);
}

#[test]
fn one_table_survives_a_repeated_page_token_at_every_call() {
    at_every_call(&one_copied(), FaultKind::RepeatPageToken, Outcomes::MayBecomeInconclusive);
}

#[test]
fn four_tables_survive_throttling_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::Throttle, Outcomes::Stay);
}

#[test]
fn four_tables_survive_a_server_error_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::ServerError, Outcomes::Stay);
}

#[test]
fn four_tables_survive_a_lost_answer_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::LostAnswer, Outcomes::Stay);
}

#[test]
fn four_tables_survive_a_timeout_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::Timeout, Outcomes::Stay);
}

#[test]
fn four_tables_survive_a_denial_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::AccessDenied, Outcomes::MayBecomeInconclusive);
}

#[test]
fn four_tables_survive_an_expired_session_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::ExpiredToken, Outcomes::MayBecomeInconclusive);
}

#[test]
fn four_tables_survive_half_an_answer_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::TruncatedBody, Outcomes::MayBecomeInconclusive);
}

#[test]
fn four_tables_survive_a_repeated_page_token_at_every_call() {
    at_every_call(&four_in_place(), FaultKind::RepeatPageToken, Outcomes::MayBecomeInconclusive);
}

#[test]
fn one_database_survives_a_server_error_at_every_call() {
    at_every_call(&one_database(), FaultKind::ServerError, Outcomes::Stay);
}

#[test]
fn one_database_survives_a_lost_answer_at_every_call() {
    at_every_call(&one_database(), FaultKind::LostAnswer, Outcomes::Stay);
}

#[test]
fn one_database_survives_a_denial_at_every_call() {
    at_every_call(&one_database(), FaultKind::AccessDenied, Outcomes::MayBecomeInconclusive);
}

#[test]
fn one_database_survives_every_other_kind_of_fault_in_turn() {
    const KINDS: [(FaultKind, Outcomes); 5] = [
        (FaultKind::Throttle, Outcomes::Stay),
        (FaultKind::Timeout, Outcomes::Stay),
        (FaultKind::ExpiredToken, Outcomes::MayBecomeInconclusive),
        (FaultKind::TruncatedBody, Outcomes::MayBecomeInconclusive),
        (FaultKind::RepeatPageToken, Outcomes::MayBecomeInconclusive),
    ];
    at_calls(&one_database(), |call| KINDS[usize::try_from(call).unwrap() % KINDS.len()]);
}

//! An AWS that tells things otherwise: pages that change while they are listed, and a clock that differs by hours.

use backproof_evidence::RunVerdict;
use backproof_model::record::Completeness;

use super::{in_sandbox, one_table};
use crate::support::{Play, Scenario};

/// More recovery points than one page holds, none of which can be drawn, and a listing whose second page moves.
fn moving(kind: &str) -> Play {
    let bulk = "[[bulk]]\nvault = \"daily\"\ntype = \"EBS\"\ncount = 1500\nresources = 10\nspan = \"20d\"\n";
    let fault = format!(
        "[[faults]]\naccount = \"111122223333\"\noperation = \"ListRecoveryPointsByBackupVault\"\nnth = [2]\nkind = \"{kind}\"\n"
    );
    Play::of(&Scenario::by_copy(one_table(&format!("{bulk}{fault}"))))
}

#[test]
fn a_point_that_is_listed_twice_counts_once_and_doubles_nothing() {
    let play = moving("page-begins-earlier");
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let population = seen.evidence.population.as_ref().unwrap();
    assert_eq!(population.listed, population.eligible + population.excluded);
    assert_eq!((population.listed, population.eligible), (1501, 1), "each once");
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
    assert_eq!(play.simulator.restore_jobs().len(), 1);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn a_point_that_a_moving_page_left_out_is_missed_and_the_report_says_that_the_count_is_off() {
    let play = moving("page-begins-later");
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let population = seen.evidence.population.as_ref().unwrap();
    assert_eq!(population.listed, 1500);
    assert!(!matches!(population.completeness, Completeness::Established), "{:?}", population.completeness);
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn an_aws_hours_ahead_of_our_clock_changes_nothing() {
    let mut world = one_table("");
    world.clock_ahead = "3h".parse().unwrap();
    let play = Play::of(&Scenario::by_copy(world));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
    assert_eq!(seen.conclusion.verdict, RunVerdict::Passed);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn of_an_aws_hours_behind_our_clock_what_a_restore_job_made_is_deleted_and_the_rest_is_named() {
    let mut world = one_table("");
    world.clock_behind = "3h".parse().unwrap();
    let play = Play::of(&Scenario::by_copy(world));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let left: Vec<_> = seen.evidence.closed.as_ref().unwrap().stranded.iter().map(|left| left.arn.clone()).collect();
    // A scratch table has no restore job that would tell AWS's time: by our clock it is older than our intent.
    assert_eq!(in_sandbox(&play), left);
    assert!(left.iter().all(|arn| arn.contains("-1-0-1")), "{left:?}");
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
}

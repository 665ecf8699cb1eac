//! What will not go, or not yet: it is named when the run ends, and goes with a later sweep.

use backproof_engine::{FindingKind, Source};
use backproof_evidence::RunVerdict;
use backproof_model::{FaultOwner, Outcome};

use super::{RESTORED, finding, impatient, in_sandbox, is_deleted, left_because, one_table};
use crate::support::{Play, Scenario};

#[test]
fn a_robot_that_strips_tags_keeps_nothing_from_being_deleted() {
    let mut world = one_table("");
    for account in &mut world.accounts {
        account.strips_tags = true;
    }
    let play = Play::of(&Scenario::by_copy(world));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
    assert_eq!(seen.conclusion.verdict, RunVerdict::Passed);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn what_a_robot_stripped_and_nobody_could_delete_is_found_by_journal_jobs_and_name() {
    let mut world = one_table("restore = { refuses_deletion_for = \"1h\" }");
    for account in &mut world.accounts {
        account.strips_tags = true;
    }
    let play = impatient(world);
    let end = play.run().unwrap();
    assert_eq!(play.seen(end.run).conclusion.verdict, RunVerdict::LeftBehind);
    let findings = play.look();
    let found_in: Vec<_> = finding(&findings, RESTORED).found_in.iter().copied().collect();
    assert_eq!(found_in, [Source::Journal, Source::RestoreJobs, Source::Names]);
    play.wait_for_minutes(60);
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn a_table_that_refuses_deletion_for_an_hour_is_named_and_goes_with_a_later_sweep() {
    let play = impatient(one_table("restore = { refuses_deletion_for = \"1h\" }"));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"], ("passed", None), "that it would not go is no fault of the backup");
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    assert!(seen.evidence.closed.as_ref().unwrap().stranded.iter().any(|left| left.arn == RESTORED));
    assert_eq!(open_exceptions(&play), [RESTORED]);

    assert!(play.sweep().iter().any(|(what, _)| what == RESTORED), "it still refuses");
    play.wait_for_minutes(60);
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
    assert_eq!(open_exceptions(&play), Vec::<String>::new(), "the deletion closed it");
    assert!(play.look().found.is_empty() && play.look().absent.is_empty());
}

#[test]
fn a_table_that_refuses_deletion_for_ever_is_named_by_every_sweep_and_every_run() {
    let play = impatient(one_table("restore = { refuses_deletion_for = \"9999d\" }"));
    play.run().unwrap();
    for _ in 0..2 {
        play.wait_for_days(1);
        let left = play.sweep();
        assert!(left.iter().any(|(what, why)| what == RESTORED && why.contains("still there")), "{left:?}");
    }
    let second = play.run().unwrap();
    let seen = play.seen(second.run);
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    assert!(seen.evidence.closed.as_ref().unwrap().stranded.iter().any(|left| left.arn == RESTORED));
    assert!(open_exceptions(&play).contains(&RESTORED.to_owned()));
}

#[test]
fn the_next_run_deletes_what_the_one_before_could_not() {
    let play = impatient(one_table("restore = { refuses_deletion_for = \"1h\" }"));
    play.run().unwrap();
    play.wait_for_minutes(60);
    let second = play.run().unwrap();
    let left = &play.seen(second.run).evidence.closed.unwrap().stranded;
    assert!(!left.iter().any(|left| left.arn == RESTORED), "{left:?}");
    assert!(!in_sandbox(&play).contains(&RESTORED.to_owned()));
}

#[test]
fn a_job_stuck_in_running_is_named_until_it_ends_and_its_half_of_a_table_goes() {
    let play = impatient(one_table("restore = { stuck = true, leaves_behind = true }"));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"], ("inconclusive", Some(FaultOwner::Sandbox)));
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    let job = play.simulator.restore_jobs()[0].id.clone();
    let findings = play.look();
    assert_eq!(finding(&findings, &job).kind, FindingKind::RestoreJob);
    assert!(left_because(&findings, &job).contains("cannot be cancelled"));
    assert_eq!(in_sandbox(&play), Vec::<String>::new(), "what it had made was deleted by its name");
    assert!(play.sweep().iter().any(|(what, _)| *what == job), "and the job stays named");
    assert_eq!(open_exceptions(&play), [RESTORED]);
}

#[test]
fn a_job_that_completes_after_the_deadline_is_cleaned_up_after_by_a_sweep() {
    let play = impatient(one_table("restore = { running = \"10h\" }"));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    let Outcome::Inconclusive { reason, .. } = &seen.test("orders").outcome else { panic!("it came to its end") };
    assert!(reason.contains("did not end within"), "{reason}");
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    play.wait_for_days(1);
    assert_eq!(play.simulator.restore_jobs()[0].status, "COMPLETED");
    assert!(is_deleted(&play.look(), RESTORED));
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
    assert_eq!(open_exceptions(&play), Vec::<String>::new());
}

#[test]
fn a_credential_that_expires_in_the_middle_of_teardown_leaves_nothing_unnamed() {
    const SLOW: &str = "restore = { refuses_deletion_for = \"4m\" }";
    let undisturbed = impatient(one_table(SLOW));
    undisturbed.run().unwrap();
    let deletion = undisturbed.simulator.calls().into_iter().rfind(|call| call.operation == "DeleteTable").unwrap();
    let after = deletion.at.duration_since(one_table("").start).as_secs() - 60;
    let expired = format!(
        "[[faults]]\naccount = \"999988887777\"\nafter = \"{after}s\"\nuntil = \"6h\"\nkind = \"expired-token\"\n"
    );
    let play = impatient(one_table(&format!("{SLOW}\n{expired}")));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"], ("passed", None));
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind);
    let left: Vec<_> = seen.evidence.closed.unwrap().stranded.into_iter().map(|left| left.arn).collect();
    assert!(in_sandbox(&play).iter().all(|there| left.contains(there)), "{left:?}");
    play.wait_for_minutes(6 * 60);
    assert_eq!(play.sweep(), []);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

#[test]
fn a_disk_that_fills_stops_the_run_and_the_next_start_finishes_it() {
    let play = impatient(one_table(""));
    let stopped = play.ask(async |world| {
        let (store, simulator) = (world.store.clone(), play.simulator.clone());
        let fills = tokio::spawn(async move {
            while !simulator.calls().iter().any(|call| call.operation == "StartRestoreJob") {
                store.clock().sleep(std::time::Duration::from_secs(1)).await;
            }
            store.forbid_growth().await.unwrap();
        });
        let end = backproof_engine::run(world, &crate::support::whole_run()).await;
        fills.abort();
        end
    });
    assert!(stopped.is_err(), "{stopped:?}");
    let end = play.run().unwrap();
    assert_eq!(end.run, 1);
    assert_eq!(play.seen(1).conclusion.verdict, RunVerdict::Passed);
    assert_eq!(play.simulator.restore_jobs().len(), 1);
    assert_eq!(in_sandbox(&play), Vec::<String>::new());
}

/// What exceptions are open about, as far as it is something left behind.
fn open_exceptions(play: &Play) -> Vec<String> {
    let all = play.ask(async |world| backproof_engine::exceptions::all(&world.store).await.unwrap());
    let now = jiff::Timestamp::MAX;
    let left = all.into_iter().filter(|exception| exception.is_open(now));
    left.filter_map(|exception| match exception.opened.subject {
        backproof_model::exception::Subject::Leftover { arn } => Some(arn),
        backproof_model::exception::Subject::RestoreTest { .. } => None,
    })
    .collect()
}

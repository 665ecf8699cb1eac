//! Others in the same sandbox, names that are taken, and state directories that are lost.

use backproof_engine::{BreakGlass, EngineError, SweepAction, sweep_without_journal};
use backproof_evidence::RunVerdict;
use backproof_model::record::DeletionEnd;
use backproof_simulator::Simulator;

use super::{RESTORED, finding, impatient, in_sandbox, left_because, one_table};
use crate::support::{Play, SANDBOX, whole_run};

const NEIGHBOUR: &str = "neighbr2";

/// Somebody else's table in the sandbox, with the very name that run 1 will give.
fn taken() -> String {
    format!(
        "[[resources]]\naccount = \"{SANDBOX}\"\nname = \"bp-k3v9x2aa-1-1-1\"\ntype = \"DynamoDB\"\n\
         generated = {{ count = 3, span = \"9d\" }}\ntable.partition_key = {{ name = \"id\", type = \"S\" }}\n"
    )
}

#[test]
fn somebody_elses_table_under_our_name_is_never_deleted() {
    let play = impatient(one_table(&taken()));
    let end = play.run().unwrap();
    let seen = play.seen(end.run);
    assert_eq!(seen.outcomes()["orders"].0, "inconclusive");
    assert_eq!(seen.conclusion.verdict, RunVerdict::LeftBehind, "it has a name of ours, so it is named");
    play.wait_for_days(1);
    let findings = play.look();
    assert!(left_because(&findings, RESTORED).contains("somebody else's"), "{findings:?}");
    assert!(play.sweep().iter().any(|(what, _)| what == RESTORED));
    assert_eq!(in_sandbox(&play), [RESTORED]);
}

#[test]
fn two_installations_in_one_sandbox_leave_each_others_things_alone() {
    let one = impatient(one_table("restore = { refuses_deletion_for = \"1h\" }"));
    one.run().unwrap();
    let other = one.another(NEIGHBOUR);
    let refused = other.run().unwrap_err();
    assert!(matches!(&refused, EngineError::Refused(why) if why.contains("--neighbour")), "{refused}");
    other.ask(async |world| {
        let ours = "k3v9x2aa".parse().unwrap();
        let nobody = backproof_engine::declare_neighbour(world, &ours, "", "shared sandbox").await;
        assert!(matches!(nobody, Err(EngineError::Refused(_))), "{nobody:?}");
        backproof_engine::declare_neighbour(world, &ours, "Dana Demo", "shared sandbox").await.unwrap();
    });
    other.run().unwrap();
    let mine = RESTORED.replace("k3v9x2aa", NEIGHBOUR);
    assert!(in_sandbox(&one).contains(&mine) && in_sandbox(&one).contains(&RESTORED.to_owned()));
    one.wait_for_minutes(120);

    assert!(matches!(finding(&other.look(), RESTORED).action, SweepAction::NotOurs { .. }));
    assert_eq!(other.sweep(), [], "what is another's is no leftover of ours");
    assert_eq!(in_sandbox(&one), [RESTORED], "each sweeps its own");
    assert_eq!(one.sweep(), []);
    assert_eq!(in_sandbox(&one), Vec::<String>::new());
}

/// A run that dies when its restore was asked for, together with its state directory.
fn lost_in_the_middle() -> (Play, Play) {
    let before = impatient(one_table(""));
    let simulator = before.simulator.clone();
    let died = before.perform(&whole_run(), |world| die_at_the_first_restore(world, simulator));
    assert!(died.is_err(), "{died:?}");
    let after = before.another(NEIGHBOUR);
    (before, after)
}

fn die_at_the_first_restore(world: &backproof_engine::World, simulator: Simulator) {
    let store = world.store.clone();
    tokio::spawn(async move {
        while !simulator.calls().iter().any(|call| call.operation == "StartRestoreJob") {
            store.clock().sleep(std::time::Duration::from_secs(1)).await;
        }
        store.stop_after(0);
    });
}

#[test]
fn a_new_state_in_the_place_of_a_lost_one_neither_restores_again_nor_deletes_and_says_what_to_do() {
    let (_lost, after) = lost_in_the_middle();
    let refused = after.run().unwrap_err();
    assert!(matches!(&refused, EngineError::Refused(why) if why.contains("--without-journal")), "{refused}");
    assert_eq!(after.simulator.restore_jobs().len(), 1, "nothing is restored again");
    after.wait_for_days(1);
    assert!(matches!(after.run(), Err(EngineError::Refused(_))), "not even once the job has ended");
    assert!(left_because(&after.look(), RESTORED).contains("this state directory is new"));
    after.sweep();
    assert!(in_sandbox(&after).contains(&RESTORED.to_owned()), "what nothing proves is not deleted");
}

fn order(confirmed: &[&str], persons: [&str; 2]) -> BreakGlass {
    BreakGlass {
        confirmed: confirmed.iter().map(|arn| arn.parse().unwrap()).collect(),
        installation: Some("k3v9x2aa".parse().unwrap()),
        person: persons[0].into(),
        second_person: persons[1].into(),
        reason: "the host and its disk are gone".into(),
    }
}

/// Why two persons may not delete this, and that nothing was deleted.
fn refused(play: &Play, order: &BreakGlass) -> String {
    let before = in_sandbox(play);
    let refused = play.ask(async |world| sweep_without_journal(world, order).await).unwrap_err();
    assert_eq!(in_sandbox(play), before);
    match refused {
        EngineError::Refused(why) => why,
        other => panic!("{other:?}"),
    }
}

const TWO: [&str; 2] = ["Dana Demo", "Rosa Ops"];

#[test]
fn without_a_journal_two_persons_delete_what_a_job_of_the_restore_role_made() {
    let (_lost, after) = lost_in_the_middle();
    after.wait_for_days(1);
    let deletions = after.ask(async |world| sweep_without_journal(world, &order(&[RESTORED], TWO)).await).unwrap();
    assert!(matches!(deletions[0].end, DeletionEnd::SeenAbsent { .. }), "{deletions:?}");
    assert!(deletions[0].ownership.contains("Dana Demo and Rosa Ops"));
    assert_eq!(after.simulator.existing_resources(SANDBOX), Vec::<String>::new());
    let journalled = after.ask(async |world| world.store.lines(0, "sweep").await.unwrap()).concat();
    assert!(["Dana Demo", "Rosa Ops", "the host and its disk are gone"].iter().all(|said| journalled.contains(said)));
    after.run().expect("nothing of the lost installation stands in the way any more");
}

#[test]
fn without_a_journal_everything_else_is_refused() {
    let (_lost, after) = lost_in_the_middle();
    after.wait_for_days(1);
    assert!(refused(&after, &order(&[RESTORED], ["Dana Demo", "dana demo "])).contains("two different persons"));
    assert!(refused(&after, &order(&[], TWO)).contains("--confirm"));
    let source = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders";
    assert!(refused(&after, &order(&[RESTORED, source], TWO)).contains("not in the sandbox account"));
    let elsewhere = RESTORED.replace("eu-central-1", "us-east-1");
    assert!(refused(&after, &order(&[&elsewhere], TWO)).contains("not in a Region of the sandbox"));
    assert!(refused(&after, &order(&[&RESTORED.replace("-1-1-1", "-9-1-1")], TWO)).contains("does not exist"));
    let unnamed = BreakGlass { installation: None, ..order(&[RESTORED], TWO) };
    assert!(refused(&after, &unnamed).contains("--installation"), "whose journal was lost must be said");
}

#[test]
fn without_a_journal_nothing_goes_that_no_restore_job_made() {
    let play = impatient(one_table(&taken()));
    let why = refused(&play.another(NEIGHBOUR), &order(&[RESTORED], TWO));
    assert!(why.contains("no restore job"), "{why}");
}

#[test]
fn a_journal_that_knows_a_resource_is_not_overruled_by_two_persons() {
    let play = impatient(one_table("restore = { refuses_deletion_for = \"1h\" }"));
    play.run().unwrap();
    assert!(refused(&play, &order(&[RESTORED], TWO)).contains("the journal knows it"));
}

#[test]
fn what_an_open_run_made_is_left_to_the_command_that_goes_on_with_it() {
    let (before, _) = lost_in_the_middle();
    before.wait_for_days(1);
    let findings = before.look();
    let SweepAction::OfOpenRun { command } = &finding(&findings, RESTORED).action else { panic!("{findings:?}") };
    assert_eq!(command, "backproof run");
    before.sweep();
    assert!(in_sandbox(&before).contains(&RESTORED.to_owned()));
    before.run().unwrap();
    assert_eq!(in_sandbox(&before), Vec::<String>::new());
}

#[test]
fn a_janitor_on_a_host_of_its_own_only_reads_the_journal_and_keeps_records_of_its_own() {
    let runs = impatient(one_table("restore = { refuses_deletion_for = \"1h\" }"));
    runs.run().unwrap();
    runs.wait_for_minutes(60);
    let janitor = runs.another(NEIGHBOUR);
    let before = runs.ask(async |world| world.store.lines(0, "sweep").await.unwrap());
    let deletions = janitor.ask(async |world| {
        let clock = world.store.clock().clone();
        let journal = backproof_store::Store::open_to_read(runs.directory(), clock).await.unwrap();
        let findings = backproof_engine::plan_sweep(world, &journal).await.unwrap();
        let deletions = backproof_engine::sweep(world, &journal, &findings).await.unwrap();
        journal.close().await;
        deletions
    });
    assert!(deletions.iter().any(|deletion| deletion.arn == RESTORED), "{deletions:?}");
    assert_eq!(in_sandbox(&runs), Vec::<String>::new());
    assert_eq!(runs.ask(async |world| world.store.lines(0, "sweep").await.unwrap()), before);
    assert!(!janitor.ask(async |world| world.store.lines(0, "sweep").await.unwrap()).is_empty());
    assert_eq!(runs.sweep(), [], "the runs' own sweep sees it absent");
}

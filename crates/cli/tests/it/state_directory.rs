//! A state directory that cannot be used, or that fills up in the middle of a run.

use crate::support::{Aws, Came, Desk, plan, sound};

#[test]
fn a_file_in_the_way_of_the_state_is_named_and_nothing_begins() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.write("taken", "mine");
    desk.give(&["run", "--unapproved", "--state", "taken"])
        .ends(2)
        .says_nothing()
        .tells("`taken`")
        .tells("a file is in the way");
    desk.give(&["run", "--unapproved", "--state", "taken/deeper"]).ends(2).says_nothing().tells("a file is in the way");
    assert_eq!(desk.read("taken"), "mine");
    assert_eq!(aws.simulator.restore_jobs().len(), 0);
}

#[test]
fn a_state_that_cannot_be_written_is_refused_before_anything_begins() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    // The kernel lets nobody, not even root, make directories there.
    desk.give(&["run", "--unapproved", "--state", "/sys/backproof"])
        .ends(2)
        .says_nothing()
        .tells("cannot write `/sys/backproof`")
        .tells("--state");
    assert_eq!(aws.simulator.calls().len(), 0);
}

/// Runs with a state that cannot grow beyond a few pages, then, with space again, once more.
///
/// A small file system of its own where the kernel lets us mount one; else a limit on the size of files, which SQLite
/// takes for a disk that fails. Both stop the journal in the middle of the run.
fn run_on_a_full_disk(desk: &Desk) -> (Came, Came) {
    std::fs::create_dir(desk.path("small")).unwrap();
    let binary = env!("CARGO_BIN_EXE_backproof");
    let may_mount = desk
        .program("unshare")
        .args(["-rm", "mount", "-t", "tmpfs", "tmpfs", "small"])
        .status()
        .is_ok_and(|status| status.success());
    let (program, arguments) = if may_mount {
        let script = format!(
            "mount -t tmpfs -o size=240k tmpfs small\n{binary} run --unapproved --state small/state >first.out 2>first.err; echo $? >first.code\n\
             mount -o remount,size=64m small\n{binary} run --unapproved --state small/state"
        );
        ("unshare", vec!["-rm".to_owned(), "sh".into(), "-c".into(), script])
    } else {
        let script = format!(
            "(trap '' XFSZ; ulimit -f 160; {binary} run --unapproved --state small/state >first.out 2>first.err; echo $? >first.code)\n\
             {binary} run --unapproved --state small/state"
        );
        ("sh", vec!["-c".into(), script])
    };
    let second = desk.program(program).args(&arguments).output().unwrap();
    let first = Came {
        code: desk.read("first.code").trim().parse().ok(),
        out: desk.read("first.out"),
        err: desk.read("first.err"),
        what: "run on a full disk".into(),
    };
    (first, Came::of(&["run with space again"], second))
}

#[test]
fn a_full_disk_stops_the_run_with_a_clear_word_and_with_space_again_it_is_finished() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let (first, second) = run_on_a_full_disk(&desk);
    first
        .ends(3)
        .says_nothing()
        .tells("journal")
        .tells("refused")
        .tells("run 1 is not closed; `backproof run` goes on");
    second.ends(0).tells("run 1: going on where it was stopped");
    assert_eq!(aws.simulator.restore_jobs().len(), 3);
    assert_eq!(aws.in_sandbox(), Vec::<String>::new());
}

#[test]
fn a_state_that_does_not_last_is_refused_before_aws_is_asked_anything() {
    let memory = tempfile::tempdir_in("/dev/shm").unwrap();
    let mut desk = Desk::bare();
    desk.write("backproof.toml", &plan());
    desk.set("BACKPROOF_STATE", memory.path().join("state").to_str().unwrap());
    for command in [&["run", "--unapproved"][..], &["sweep", "--delete"]] {
        desk.give(command).ends(6).says_nothing().tells("does not last").tells("--mirror");
    }
    let mirror = memory.path().join("mirror");
    desk.give(&["run", "--unapproved", "--mirror", mirror.to_str().unwrap()])
        .ends(6)
        .tells("the mirror")
        .tells("does not last");
}

#[test]
fn a_lost_state_is_made_again_from_its_mirror() {
    let aws = Aws::with(&sound());
    let mut desk = Desk::at(&aws, &plan());
    desk.set("BACKPROOF_MIRROR", desk.path("mirror").to_str().unwrap());
    desk.give(&["run", "--unapproved"]).ends(0);
    let key = desk.read(".backproof/fingerprint.key");
    std::fs::remove_dir_all(desk.path(".backproof")).unwrap();
    desk.give(&["run", "--unapproved"]).ends(0).says(".backproof/runs/2/report.html");
    assert_eq!(desk.read(".backproof/fingerprint.key"), key);
    desk.give(&["state", "audit"]).ends(0).says("The register is whole.");
    desk.give(&["report", "1"]).ends(0).says(".backproof/bundles/1/reports/report.html");
}

//! boto3 and the AWS CLI drive the simulator; nobody here wrote them.
//!
//! `boto3` and `awscli` of the Python Package Index must be there: where they are not, these tests fail and say how to get them.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use backproof_clock::ScaledClock;
use backproof_simulator::{Simulator, World};
use tokio::net::TcpListener;

/// A second of the tests is ten minutes of the simulator.
const FACTOR: u32 = 600;

/// Runs a script against the demonstration's world on a socket.
fn passes(script: &str) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let world = World::demo().unwrap();
    let clock = Arc::new(ScaledClock::starting_at(world.start, FACTOR));
    runtime.spawn(Simulator::new(world, clock).serve(listener));
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fidelity").join(script);
    let output = Command::new("python3")
        .arg(path)
        .arg(&endpoint)
        .env_remove("AWS_PROFILE")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .expect("python3 is needed for the fidelity tests");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script} failed:\n{said}");
    assert!(said.trim_end().ends_with("as AWS would"), "{script} did not come to its end:\n{said}");
}

#[test]
fn boto3_drives_a_restore_and_every_answer_holds_to_the_service_model() {
    passes("boto3_restore.py");
}

#[test]
fn the_aws_cli_drives_a_restore() {
    passes("cli_restore.py");
}

#[test]
fn boto3_fills_reads_and_deletes_tables_and_describes_the_network() {
    passes("boto3_tables.py");
}

#[test]
fn boto3_asks_for_permissions_roles_keys_and_quotas_and_publishes() {
    passes("boto3_inspection.py");
}

#[test]
fn boto3_finds_what_was_done_in_the_event_history() {
    passes("boto3_cloudtrail.py");
}

#[test]
fn boto3_restores_a_database_logs_in_and_leaves_nothing() {
    passes("boto3_databases.py");
}

//! `table-boto3/check_table.py`, on a table that boto3 had AWS Backup restore.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use backproof_clock::ScaledClock;
use backproof_model::Target;
use backproof_simulator::{Simulator, World};
use backproof_validators_api::Examined;
use backproof_validators_exec::Exec;
use backproof_validators_exec::conformance::{Given, TargetKind};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{Lender, conforms, examine, example, runtime, verdicts};

/// A second of the tests is ten minutes of the simulator.
const FACTOR: u32 = 600;

/// The demonstration's world on a socket, with `orders` restored into its sandbox.
struct Restored {
    runtime: tokio::runtime::Runtime,
    endpoint: String,
}

impl Restored {
    fn new() -> Self {
        let runtime = runtime();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let world = World::demo().unwrap();
        let clock = Arc::new(ScaledClock::starting_at(world.start, FACTOR));
        runtime.spawn(Simulator::new(world, clock).serve(listener));
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/examples/restore_orders.py");
        let output = Command::new("python3").arg(script).arg(&endpoint).output().expect("python3 is needed here");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self { runtime, endpoint }
    }

    fn lender(&self) -> Lender {
        Lender { endpoint: self.endpoint.clone() }
    }

    fn examine(&self, table: &str, own: &Value) -> Examined {
        let target = Target::Table {
            arn: format!("arn:aws:dynamodb:eu-central-1:999988887777:table/{table}").parse().unwrap(),
            account: "999988887777".parse().unwrap(),
            region: "eu-central-1".parse().unwrap(),
            name: table.into(),
        };
        let exec = Exec::new(Some(Arc::new(self.lender())));
        self.runtime.block_on(examine(&exec, target, settings(own), None))
    }
}

fn settings(own: &Value) -> Value {
    let program = [example("table-boto3/check_table.py")];
    json!({ "program": program, "aws_credentials": true, "settings": own })
}

#[test]
fn a_restored_table_is_read_to_its_end() {
    let restored = Restored::new();
    let own = json!({ "key": "order_id", "minimum_items": 4000, "required": ["order_id"] });
    let examined = restored.examine("bp-example", &own);
    let all = ["partition-key", "items-readable", "items-present", "attributes-present"];
    assert_eq!(verdicts(&examined), all.map(|name| format!("{name}: passed")), "{examined:#?}");
    assert!(examined.checks[1].examined.count > 4000);
    let more = json!({ "key": "id", "minimum_items": 5000, "required": ["colour"] });
    let examined = restored.examine("bp-example", &more);
    assert_eq!(
        verdicts(&examined),
        ["partition-key: failed", "items-readable: passed", "items-present: failed", "attributes-present: failed"],
        "{examined:#?}"
    );
    let examined = restored.examine("bp-elsewhere", &own);
    assert_eq!(verdicts(&examined), ["items-readable: inconclusive"]);
}

#[test]
fn it_conforms() {
    let restored = Restored::new();
    let request = json!({
        "protocol": "backproof-validator/1",
        "target": {
            "kind": "table",
            "arn": "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-example",
            "account": "999988887777",
            "region": "eu-central-1",
            "name": "bp-example",
        },
        "data_time": "2026-03-01T01:00:00Z",
        "source_name": "orders",
        "settings": { "minimum_items": 4000 },
        "files": {},
        "max_level": "L3",
        "deadline": "2026-03-01T12:10:00Z",
        "seconds_left": 60,
        "seed": "07".repeat(32),
        "secrets_fd": 3,
    });
    let real = Given { request, secrets: json!({ "aws": restored.lender().secrets() }) };
    restored.runtime.block_on(conforms(&settings(&json!({})), TargetKind::Table, real, None));
}

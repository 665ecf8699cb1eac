//! Small worlds for the tests.

use backproof_simulator::World;

/// The RDS subnet group and the security group of a sandbox of which the world says nothing.
pub(crate) const SANDBOX_NETWORK: (&str, &str) = ("backproof-sandbox", "sg-0b0c0ffee0000001");

/// One source account with a vault of tables, and a sandbox with a vault; `more` is appended.
pub(crate) fn small(more: &str) -> World {
    World::parse(&format!("{SMALL}\n{more}")).unwrap()
}

const SMALL: &str = r#"
start = "2026-03-01T00:00:00Z"
throttling = false
restores = { pending = "1m", running = "10m" }

[[accounts]]
id = "111122223333"
regions = ["eu-central-1"]

[[accounts]]
id = "999988887777"
kind = "sandbox"
regions = ["eu-central-1"]

[[roles]]
account = "999988887777"
name = "backproof-restore"
trusts = ["backup.amazonaws.com"]
longest_session = "1h"

[[roles]]
account = "999988887777"
name = "backproof-sandbox"
trusts = ["111122223333", "999988887777"]
longest_session = "12h"

[[vaults]]
name = "daily"

[[vaults]]
account = "999988887777"
name = "backproof-sandbox"

[[resources]]
name = "orders"
type = "DynamoDB"
generated = { count = 40, span = "40d" }
table.partition_key = { name = "id", type = "S" }
"#;

/// A recovery point of `orders` that lies in the sandbox already, with further keys.
pub(crate) fn point_in_sandbox(keys: &str) -> World {
    small(&format!(
        "[[points]]\nresource = \"orders\"\nvault = \"999988887777/eu-central-1/backproof-sandbox\"\nage = \"1d\"\n{keys}\n"
    ))
}

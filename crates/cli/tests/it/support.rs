//! A simulated AWS on a socket, a desk to work at, and what came of a command.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use backproof_clock::{Clock, RealClock, ScaledClock};
use backproof_simulator::{CallRecord, Simulator, World};
use jiff::Timestamp;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The account whose backups are tested.
pub(crate) const SOURCE: &str = "111122223333";
/// The account that restores go into.
pub(crate) const SANDBOX: &str = "999988887777";
/// How many times faster than the wall simulator and binary go.
const SPEED: u32 = 30;
/// How often one looks whether something came about, 10 ms apart: half a minute, which nothing here takes.
const LOOKS: u32 = 3000;

const ACCOUNTS: &str = r#"
throttling = false
[[accounts]]
id = "111122223333"
regions = ["eu-central-1"]
[[accounts]]
id = "999988887777"
kind = "sandbox"
regions = ["eu-central-1"]
[[roles]]
account = "999988887777"
name = "sandbox"
trusts = ["111122223333"]
[[roles]]
account = "999988887777"
name = "restore"
trusts = ["backup.amazonaws.com"]
[[vaults]]
name = "daily"
[[vaults]]
account = "999988887777"
name = "backproof-sandbox"
"#;

/// The plan that fits [`ACCOUNTS`], without authorisation.
const PLAN: &str = r#"
version = 1
name = "small"
required_level = "L2"
max_attempts = 1
[scope]
regions = ["eu-central-1"]
[[scope.accounts]]
id = "111122223333"
copy_role_arn = "arn:aws:iam::111122223333:role/copy"
[selection]
selection_window_days = 30
size = { per_stratum = 10 }
[sandbox]
account = "999988887777"
regions = ["eu-central-1"]
role_arn = "arn:aws:iam::999988887777:role/sandbox"
restore_role_arn = "arn:aws:iam::999988887777:role/restore"
[[sandbox.routes]]
kind = "copy"
backup_vault_name = "backproof-sandbox"
[deadlines]
delete = "1m"
[[validators]]
use = "items"
protected_resource_types = ["DynamoDB"]
[validators.settings]
time_attribute = "created_at"
"#;

const AUTHORISATION: &str = r#"
[authorisation]
authorised_by = "Ada Example, head of platform"
ticket = "CHG-1234"
data_classes = ["simulated"]
expires = 2099-12-31T00:00:00Z
"#;

/// The plan of these tests.
pub(crate) fn plan() -> String {
    format!("{PLAN}{AUTHORISATION}")
}

/// The same plan, authorised by nobody.
pub(crate) fn plan_without_authorisation() -> String {
    PLAN.to_owned()
}

/// A table with one recovery point per age; `more` are further keys of the points.
pub(crate) fn table(name: &str, ages: &[&str], more: &str) -> String {
    let ages = ages.iter().map(|age| format!("\"{age}\"")).collect::<Vec<_>>().join(", ");
    format!(
        r#"
[[resources]]
name = "{name}"
type = "DynamoDB"
generated = {{ count = 40, span = "30d" }}
table.partition_key = {{ name = "id", type = "S" }}
[[points]]
resource = "{name}"
vault = "daily"
age = [{ages}]
{more}
"#
    )
}

/// Three tables of which every recovery point restores well.
pub(crate) fn sound() -> String {
    ["orders", "customers", "invoices"].map(|name| table(name, &["1d", "2d"], "")).concat()
}

/// The ARN of a table in the source account.
pub(crate) fn table_arn(name: &str) -> String {
    format!("arn:aws:dynamodb:eu-central-1:{SOURCE}:table/{name}")
}

/// A simulated AWS on a socket.
pub(crate) struct Aws {
    pub(crate) simulator: Simulator,
    pub(crate) endpoint: String,
    /// When the world began: the age of its recovery points counts from here.
    pub(crate) since: Timestamp,
    time: String,
    serving: Runtime,
}

impl Aws {
    /// Serves accounts, roles and vaults with `tables` and whatever else a world may hold. Jobs take a few seconds.
    pub(crate) fn with(tables: &str) -> Self {
        Self::with_jobs_of("2s", tables)
    }

    /// The same with restore jobs that run for so long.
    pub(crate) fn with_jobs_of(running: &str, tables: &str) -> Self {
        let since = RealClock.now();
        let clock = Arc::new(ScaledClock::starting_at(since, SPEED));
        let head = format!(
            "start = \"{since}\"\nrestores = {{ pending = \"1s\", running = \"{running}\" }}\ncopies = {{ pending = \"1s\", running = \"2s\" }}\n"
        );
        let world = World::parse(&format!("{head}{ACCOUNTS}{tables}")).unwrap();
        let simulator = Simulator::new(world, clock);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        runtime.spawn(simulator.clone().serve(listener));
        Self { simulator, endpoint, since, time: format!("{SPEED}@{since}"), serving: runtime }
    }

    /// Waits until the calls so far fulfil `condition`.
    pub(crate) fn wait_for(&self, what: &str, condition: impl Fn(&[CallRecord]) -> bool) {
        for _ in 0..LOOKS {
            if condition(&self.simulator.calls()) {
                return;
            }
            // The program under test is another process, so only looking again tells.
            self.serving.block_on(RealClock.sleep(Duration::from_millis(10)));
        }
        let seen: Vec<_> = self.simulator.calls().into_iter().map(|call| call.operation).collect();
        panic!("{what} never came about; the calls so far: {}", seen.join(" "));
    }

    /// What is in the sandbox: tables and copies of recovery points.
    pub(crate) fn in_sandbox(&self) -> Vec<String> {
        let mut found = self.simulator.existing_resources(SANDBOX);
        found.extend(self.simulator.recovery_points(SANDBOX));
        found
    }
}

/// Whether `operation` was called at least `times`.
pub(crate) fn called(calls: &[CallRecord], operation: &str, times: usize) -> bool {
    calls.iter().filter(|call| call.operation == operation).count() >= times
}

/// A directory with a plan, from which commands are given.
pub(crate) struct Desk {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

impl Desk {
    /// A desk without plan, from which AWS cannot be reached.
    pub(crate) fn bare() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut desk = Self { directory, environment: Vec::new() };
        desk.set("PATH", &std::env::var("PATH").unwrap());
        desk.set("HOME", desk.directory.path().to_str().unwrap().to_owned().as_str());
        desk.set("USER", "ada");
        desk.set("AWS_EC2_METADATA_DISABLED", "true");
        desk
    }

    /// A desk with a plan, signed in to `aws`.
    pub(crate) fn at(aws: &Aws, plan: &str) -> Self {
        let mut desk = Self::bare();
        desk.write("backproof.toml", plan);
        desk.set("AWS_ENDPOINT_URL", &aws.endpoint);
        desk.set("AWS_ACCESS_KEY_ID", SOURCE);
        desk.set("AWS_SECRET_ACCESS_KEY", "any");
        desk.set("AWS_REGION", "eu-central-1");
        desk.set("BACKPROOF_SIMULATED_TIME", &aws.time);
        desk
    }

    /// Sets a variable of the environment; it is empty otherwise.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.environment.push((name.into(), value.into()));
    }

    /// Removes a variable.
    pub(crate) fn unset(&mut self, name: &str) {
        self.environment.retain(|(known, _)| known != name);
    }

    /// A path on this desk.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Everything under this desk, as sorted paths.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut directories = vec![self.directory.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    directories.push(path.clone());
                }
                found.push(path);
            }
        }
        found.sort();
        found
    }

    /// A program with this desk's environment and nobody at the keyboard.
    pub(crate) fn program(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment.iter().cloned());
        command.current_dir(self.directory.path()).stdin(Stdio::null());
        command
    }

    /// `backproof` with arguments, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_backproof"));
        command.args(arguments);
        command
    }

    /// Gives a command and waits for its end.
    pub(crate) fn give(&self, arguments: &[&str]) -> Came {
        Came::of(arguments, self.command(arguments).output().unwrap())
    }

    /// Starts a command whose output is kept.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }
}

/// What came of a command.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) what: String,
}

impl Came {
    /// From what a process left.
    pub(crate) fn of(arguments: &[&str], output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
            what: arguments.join(" "),
        }
    }

    /// All of it, for a failed assertion.
    fn whole(&self) -> String {
        let mut text = String::new();
        let _infallible = write!(text, "backproof {}\n--- stdout\n{}\n--- stderr\n{}", self.what, self.out, self.err);
        text
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.whole());
        self
    }

    /// Asserts words on stdout, where results are.
    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.out.contains(words), "no `{words}` on stdout\n{}", self.whole());
        self
    }

    /// Asserts words on stderr, where progress, warnings and errors are.
    #[track_caller]
    pub(crate) fn tells(self, words: &str) -> Self {
        assert!(self.err.contains(words), "no `{words}` on stderr\n{}", self.whole());
        self
    }

    /// Asserts that there is no result.
    #[track_caller]
    pub(crate) fn says_nothing(self) -> Self {
        assert_eq!(self.out, "", "{}", self.whole());
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}", self.whole()))
    }
}

//! A scenario: a simulated AWS, and a plan for it with a baseline of every table.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use backproof_aws::AwsCloud;
use backproof_clock::VirtualRuntime;
use backproof_plan::Plan;
use backproof_simulator::{Simulator, World};
use backproof_validators_api::{Deadline, FingerprintKey};
use backproof_validators_items::{CaptureOrder, Class, TimeAttribute};
use jiff::SignedDuration;

use super::memory::fixed_aws;

/// The account that backups come from.
pub(crate) const SOURCE: &str = "111122223333";
/// The account that restores go into, unless a plan says otherwise.
pub(crate) const SANDBOX: &str = "999988887777";

/// A world of one table with one recovery point, and a sandbox account.
pub(crate) const ONE_TABLE: &str = include_str!("../worlds/one.toml");
/// A world of one account with three sound tables and one whose recovery point vanishes.
pub(crate) const FOUR_TABLES: &str = include_str!("../worlds/four.toml");

/// A world whose stores hold what nobody must ever see outside them: `MARKER` stands for it.
pub(crate) const MARKED: &str = include_str!("../worlds/marked.toml");

/// A world of one PostgreSQL instance with one recovery point, and a sandbox account.
pub(crate) const ONE_DATABASE: &str = include_str!("../worlds/database.toml");

/// Baselines hold what was settled so long before the world's start: older than any recovery point that is drawn.
const SETTLED: SignedDuration = SignedDuration::from_hours(48);

/// Every eligible table is drawn, and copied into a sandbox account of its own.
const BY_COPY: &str = r#"
version = 1
name = "scenario"
required_level = "L3"

[scope]
regions = ["eu-central-1"]

[[scope.accounts]]
id = "111122223333"
copy_role_arn = "arn:aws:iam::111122223333:role/backproof-copy"

[selection]
selection_window_days = 60
size = { per_stratum = 50 }

[sandbox]
account = "999988887777"
regions = ["eu-central-1"]
role_arn = "arn:aws:iam::999988887777:role/backproof-sandbox"
restore_role_arn = "arn:aws:iam::999988887777:role/backproof-restore"

[[sandbox.routes]]
kind = "copy"
backup_vault_name = "backproof-sandbox"

[authorisation]
authorised_by = "Dana Demo, head of platform"
ticket = "SIM-1"
data_classes = ["simulated"]
expires = 2027-12-31T00:00:00Z

[concurrency]
restores = 20
per_resource_type = 20

[[validators]]
use = "items"
protected_resource_types = ["DynamoDB"]

[validators.settings]
time_attribute = "created_at"
"#;

/// What a plan needs for databases, in the place of tables.
const DATABASES: &str = r#"
[sandbox.network]
vpc_id = "vpc-0b0c0ffee0000001"
subnet_ids = ["subnet-0b0c0ffee0000001", "subnet-0b0c0ffee0000002"]
security_group_ids = ["sg-0b0c0ffee0000001"]
db_subnet_group = "backproof-sandbox"

[sandbox.databases]
ca_file = "CA_FILE"

[[validators]]
use = "rows"
protected_resource_types = ["RDS"]

[validators.settings]
time_column = "created_at"
max_lag = "2d"
minimum_rows = 1

[validators.settings.tables."public.empty_notes"]
may_be_empty = true
[validators.settings.tables."shop.empty_notes"]
may_be_empty = true
"#;

/// A simulated AWS and a plan for it.
#[derive(Clone)]
pub(crate) struct Scenario {
    /// The simulated AWS at its start.
    pub(crate) world: World,
    plan_text: String,
    /// Further settings of the validator, by table.
    settings: BTreeMap<String, String>,
}

impl Scenario {
    /// Every eligible table of the world is copied into the sandbox account and held to its baseline.
    pub(crate) fn by_copy(world: World) -> Self {
        Self { world, plan_text: BY_COPY.to_owned(), settings: BTreeMap::new() }
    }

    /// The same where there is one account only: tables are restored beside their sources.
    pub(crate) fn in_place(world: World) -> Self {
        Self::by_copy(world)
            .replacing("account = \"999988887777\"", ONE_ACCOUNT)
            .replacing("role_arn = \"arn:aws:iam::999988887777:role/backproof-sandbox\"\n", "")
            .replacing("iam::999988887777", "iam::111122223333")
            .replacing("[[sandbox.routes]]\nkind = \"copy\"\nbackup_vault_name = \"backproof-sandbox\"\n", "")
    }

    /// Every eligible database of the world is copied into the sandbox account and examined without a baseline.
    pub(crate) fn of_databases(world: World) -> Self {
        let ca_file = super::authority::ca_file(&world);
        Self {
            world,
            plan_text: format!("{BY_COPY}{}", DATABASES.replace("CA_FILE", &ca_file)),
            settings: BTreeMap::new(),
        }
    }

    /// With another plan: what stands in it as `old` is `new`.
    pub(crate) fn replacing(mut self, old: &str, new: &str) -> Self {
        assert!(self.plan_text.contains(old), "the plan has no `{old}`:\n{}", self.plan_text);
        self.plan_text = self.plan_text.replace(old, new);
        self
    }

    /// With further settings of the validator for one table.
    pub(crate) fn examining(mut self, table: &str, settings: &str) -> Self {
        self.settings.insert(table.to_owned(), settings.to_owned());
        self
    }

    /// The plan with the baselines of all tables, and its text.
    pub(crate) fn plan(&self) -> (Plan, String) {
        let mut text = self.plan_text.clone();
        for (table, baseline) in self.baselines() {
            writeln!(text, "\n[validators.settings.tables.{table}]").unwrap();
            writeln!(text, "{}", self.settings.get(&table).map_or("", String::as_str)).unwrap();
            writeln!(text, "class = \"append\"\nbaseline = {baseline}").unwrap();
        }
        (parse(&text), text)
    }

    /// The baseline of every table, read from the tables of a simulator of its own.
    fn baselines(&self) -> BTreeMap<String, toml::Value> {
        let runtime = VirtualRuntime::starting_at(self.world.start).unwrap();
        let clock: backproof_clock::SharedClock = Arc::new(runtime.clock());
        let simulator = Simulator::new(self.world.clone(), clock.clone());
        let cloud = AwsCloud::new(fixed_aws(&simulator, clock.clone(), &parse(&self.plan_text)));
        let settled = self.world.start.checked_sub(SETTLED).unwrap();
        let is_source = |account: &Option<String>| account.as_deref().is_none_or(|account| account == SOURCE);
        let resources = self.world.resources.iter().filter(|resource| is_source(&resource.account));
        let tables = resources.filter(|resource| resource.table.is_some() && !resource.gone);
        runtime.block_on(async {
            let reader = cloud.read_tables(&SOURCE.parse().unwrap(), &"eu-central-1".parse().unwrap()).await;
            let mut baselines = BTreeMap::new();
            for table in tables {
                let order = CaptureOrder::new(&table.name, Class::Append, fingerprint_key(), settled)
                    .with_time(TimeAttribute::named("created_at"));
                let deadline = Deadline::after(clock.clone(), Duration::from_hours(1));
                let baseline = backproof_validators_items::capture(&reader, &order, &deadline).await.unwrap();
                baselines.insert(table.name.clone(), toml::Value::try_from(baseline).unwrap());
            }
            baselines
        })
    }
}

const ONE_ACCOUNT: &str = "account = \"111122223333\"\nsame_account = \"accepted\"\nsame_account_reason = \"one only\"";

/// The key under which content is hashed in all scenarios.
pub(crate) fn fingerprint_key() -> FingerprintKey {
    FingerprintKey::new(&fingerprint_key_bytes())
}

/// Its bytes, which nothing may hold.
pub(crate) fn fingerprint_key_bytes() -> [u8; 32] {
    *b"the key of tests, 32 bytes long."
}

fn parse(text: &str) -> Plan {
    let driven = backproof_drivers::driven_types();
    let driven: Vec<&str> = driven.iter().map(backproof_model::ResourceType::as_str).collect();
    match backproof_plan::parse(text, backproof_validators::NAMES, &driven) {
        Ok(parsed) => parsed.plan,
        Err(problems) => panic!("{}", problems.render("the scenario's plan")),
    }
}

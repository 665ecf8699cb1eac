//! What `doctor` says of worlds in which one thing each is wrong, and that it changes nothing.

use backproof_engine::doctor::{
    Examined, Needed, NeededBy, Required, RoleOf, State, Subject, examine, examine_against,
};
use backproof_plan::Plan;
use backproof_simulator::World;

use crate::support::{ONE_DATABASE, ONE_TABLE, Play, SANDBOX, SOURCE, Scenario};

/// A world and a plan, and what doctor says of them.
struct Case {
    scenario: Scenario,
    change: fn(&mut Plan),
}

fn tables(world: &str) -> Case {
    let world = format!("{ONE_TABLE}\n{}\n{world}", roles(""));
    Case { scenario: Scenario::by_copy(World::parse(&world).unwrap()), change: |_| {} }
}

fn databases(world: &str) -> Case {
    let world = format!("{ONE_DATABASE}\n{}\n{world}", roles(""));
    Case { scenario: Scenario::of_databases(World::parse(&world).unwrap()), change: |_| {} }
}

/// Roles of both accounts as they should be; `more` is said of the source role.
fn roles(more: &str) -> String {
    let all = ["backup:List*", "backup:Describe*", "backup:Get*", "kms:DescribeKey", "iam:Get*", "iam:Simulate*"];
    format!(
        "[[roles]]\naccount = \"{SOURCE}\"\nname = \"backproof-source\"\ntrusts = [\"{SOURCE}\"]\n\
         allows = [\"backup:StartCopyJob\", \"{}\"{more}]\n\
         [[roles]]\naccount = \"{SOURCE}\"\nname = \"backproof-copy\"\ntrusts = [\"backup.amazonaws.com\"]\n\
         [[roles]]\naccount = \"{SANDBOX}\"\nname = \"backproof-sandbox\"\ntrusts = [\"{SOURCE}\"]\n\
         [[roles]]\naccount = \"{SANDBOX}\"\nname = \"backproof-restore\"\ntrusts = [\"backup.amazonaws.com\"]\n",
        all.join("\", \""),
    )
}

const SOURCE_ROLE: &str = "arn:aws:iam::111122223333:role/backproof-source";

impl Case {
    fn planning(mut self, change: fn(&mut Plan)) -> Self {
        self.change = change;
        self
    }

    fn examined(&self) -> Vec<Examined> {
        self.examined_against(&Required::default())
    }

    fn examined_against(&self, required: &Required) -> Vec<Examined> {
        let (mut plan, written) = self.scenario.plan();
        plan.scope.accounts[0].role_arn = Some(SOURCE_ROLE.into());
        (self.change)(&mut plan);
        let scene = Play::with_plan(&self.scenario, plan, written);
        let found = scene.ask(async |world| examine_against(world, required).await);
        changes_nothing(&scene);
        found
    }
}

fn changes_nothing(scene: &Play) {
    let reads = ["Get", "List", "Describe", "Simulate", "AssumeRole"];
    let calls = scene.simulator.calls();
    let other = calls.iter().find(|call| !reads.iter().any(|read| call.operation.starts_with(read)));
    assert_eq!(other, None);
}

/// The first statement of a subject that is as bad as that.
fn one(found: &[Examined], subject: Subject, state: State) -> &Examined {
    let is_it = |one: &&Examined| one.subject == subject && one.state == state;
    found.iter().find(is_it).unwrap_or_else(|| panic!("no {subject:?} is {state:?} in {found:#?}"))
}

/// One thing is wrong: that it is said of the right subject, names what is wrong, and tells how to mend it.
fn says(case: &Case, subject: Subject, state: State, detail: &str, mend: &str) {
    let found = case.examined();
    let one = one(&found, subject, state);
    let words = format!("{} | {} | {}", one.what, one.how, one.detail);
    assert!(words.contains(detail), "no `{detail}` in {words}");
    let told = one.mend.as_deref().unwrap_or_default();
    assert!(told.contains(mend), "no `{mend}` in {told}");
}

/// What is doubtful wherever the simulator stands in for AWS, or in a test's own surroundings.
fn is_bad_or_odd(one: &Examined) -> bool {
    let usual = [Subject::Host, Subject::Isolation, Subject::Reach];
    one.state == State::Bad || (one.state == State::Doubtful && !usual.contains(&one.subject))
}

#[test]
fn a_sound_world_of_tables_has_nothing_bad_or_doubtful_and_speaks_of_every_subject() {
    let found = tables("").examined();
    let odd: Vec<_> = found.iter().filter(|one| is_bad_or_odd(one) && one.subject != Subject::Metadata).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    for subject in [
        Subject::Authorisation,
        Subject::Host,
        Subject::Clock,
        Subject::Identity,
        Subject::Role,
        Subject::Permission,
        Subject::Excess,
        Subject::Source,
        Subject::Sandbox,
        Subject::Quota,
        Subject::Metadata,
        Subject::Key,
        Subject::Validator,
    ] {
        assert!(found.iter().any(|one| one.subject == subject), "nothing on {subject:?}");
    }
    let of_tables = found.iter().find(|one| one.what == "restore metadata of DynamoDB").unwrap();
    assert_eq!(of_tables.state, State::Good, "{of_tables:#?}");
}

#[test]
fn a_sound_world_of_databases_has_nothing_bad() {
    let found = databases("").examined();
    let odd: Vec<_> = found.iter().filter(|one| is_bad_or_odd(one) && one.subject != Subject::Metadata).collect();
    assert!(odd.is_empty(), "{odd:#?}");
    one(&found, Subject::Addresses, State::Good);
    let of_databases = found.iter().find(|one| one.what == "restore metadata of RDS").unwrap();
    assert_eq!(of_databases.state, State::Good, "{of_databases:#?}");
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn each_thing_that_is_wrong_is_said_with_how_to_mend_it() {
    use State::{Bad, Doubtful};
    let deny = |account: &str, role: &str, action: &str| {
        format!("[[denied]]\naccount = \"{account}\"\nrole = \"{role}\"\nactions = [\"{action}\"]\n")
    };
    let cases = [
        (
            tables("").planning(|plan| plan.authorisation = None),
            Subject::Authorisation,
            Bad,
            "nobody",
            "[authorisation]",
        ),
        (
            tables("").planning(|plan| plan.sandbox.databases.ca_file = Some("no-such.pem".into())),
            Subject::Host,
            Bad,
            "no-such.pem",
            "certificate bundle",
        ),
        (
            tables("").planning(|plan| plan.scope.accounts[0].role_arn = Some(SOURCE_ROLE.replace("source", "copy"))),
            Subject::Identity,
            Bad,
            "sts:AssumeRole",
            "trust policy of arn:aws:iam::111122223333:role/backproof-copy",
        ),
        (
            tables("").planning(|plan| plan.sandbox.role_arn = Some("arn:aws:iam::999988887777:role/none".into())),
            Subject::Identity,
            Bad,
            "sts:AssumeRole",
            "role/none",
        ),
        (
            tables("").planning(|plan| plan.sandbox.sweep_role_arn = Some(SOURCE_ROLE.into())),
            Subject::Identity,
            Bad,
            "is a role of account 111122223333",
            "name a role of account 999988887777",
        ),
        (
            tables("").planning(|plan| plan.sandbox.restore_role_arn = "arn:aws:iam::999988887777:role/gone".into()),
            Subject::Role,
            Bad,
            "restores with",
            "create arn:aws:iam::999988887777:role/gone",
        ),
        (
            tables("").planning(|plan| {
                plan.sandbox.restore_role_arn = "arn:aws:iam::999988887777:role/backproof-sandbox".into();
            }),
            Subject::Role,
            Bad,
            "AWS Backup may not assume",
            "backup.amazonaws.com",
        ),
        (
            tables(&deny(SANDBOX, "backproof-sandbox", "dynamodb:DeleteTable")),
            Subject::Permission,
            Bad,
            "dynamodb:DeleteTable",
            "allow dynamodb:DeleteTable on arn:aws:dynamodb:eu-central-1:999988887777:table/bp-* to arn:aws:iam::999988887777:role/backproof-sandbox",
        ),
        (
            tables(&deny(SANDBOX, "backproof-sandbox", "iam:SimulatePrincipalPolicy")),
            Subject::Permission,
            Doubtful,
            "not authorized",
            "allow iam:SimulatePrincipalPolicy",
        ),
        (
            tables(&deny(SOURCE, "backproof-source", "backup:ListBackupVaults")),
            Subject::Source,
            Bad,
            "backup:ListBackupVaults",
            "allow backup:List*",
        ),
        (
            tables(&deny(SANDBOX, "backproof-sandbox", "dynamodb:ListTables")),
            Subject::Sandbox,
            Bad,
            "dynamodb:ListTables",
            "dynamodb:DescribeTable",
        ),
        (
            tables("").planning(|plan| {
                plan.sandbox.routes =
                    vec![backproof_plan::Route::Copy { backup_vault_name: "elsewhere".into(), delete_after_days: 7 }];
            }),
            Subject::Sandbox,
            Bad,
            "vault elsewhere",
            "create-backup-vault --region eu-central-1 --backup-vault-name elsewhere",
        ),
        (
            databases(&format!(
                "[[quotas]]\naccount = \"{SANDBOX}\"\nservice = \"rds\"\ncode = \"L-7B6409FD\"\nvalue = 3\n"
            )),
            Subject::Quota,
            Doubtful,
            "3 allowed, 0 there, 20 restored",
            "set concurrency.per_resource_type to 3, or: aws service-quotas request-service-quota-increase",
        ),
        (
            databases(&format!(
                "[[quotas]]\naccount = \"{SANDBOX}\"\nservice = \"rds\"\ncode = \"L-7B6409FD\"\nvalue = 0\n"
            )),
            Subject::Quota,
            Bad,
            "0 allowed",
            "--quota-code L-7B6409FD",
        ),
        (
            tables(&deny(SANDBOX, "backproof-sandbox", "servicequotas:GetServiceQuota")),
            Subject::Quota,
            Doubtful,
            "servicequotas:GetServiceQuota",
            "a run does not need it",
        ),
        (databases(&network("")), Subject::Isolation, Bad, "0.0.0.0/0", "close it"),
        (databases(&network("free_addresses = 1")), Subject::Addresses, Bad, "subnet-0b0c0ffee0000001 1", "free some"),
        (
            databases("").planning(|plan| {
                plan.sandbox.databases.probe = Some("127.0.0.1:1".into());
                plan.sandbox.network.as_mut().unwrap().security_group_ids = vec!["sg-0".into()];
            }),
            Subject::Isolation,
            Bad,
            "sg-0 is not in the VPC",
            "close it",
        ),
        (
            tables(&key("Disabled")).planning(with_key),
            Subject::Key,
            Bad,
            "is Disabled",
            "aws kms enable-key --region eu-central-1 --key-id k",
        ),
        (
            tables(&key("PendingDeletion")).planning(with_key),
            Subject::Key,
            Bad,
            "about to be deleted",
            "cancel-key-deletion",
        ),
        (
            tables("").planning(|plan| {
                plan.sandbox.kms_key_arn = Some("arn:aws:kms:us-east-1:999988887777:key/k".into());
            }),
            Subject::Key,
            Bad,
            "is not a key of eu-central-1",
            "every Region",
        ),
        (
            tables("").planning(|plan| {
                plan.sandbox.kms_key_arn = Some("arn:aws:kms:eu-central-1:111122223333:key/k".into());
            }),
            Subject::Key,
            Bad,
            "is a key of account 111122223333",
            "a key of the sandbox account 999988887777",
        ),
        (
            databases("").planning(|plan| plan.sandbox.network = None),
            Subject::Metadata,
            Bad,
            "restore metadata of RDS",
            "[sandbox.network]",
        ),
        (
            tables(&deny(SOURCE, "backproof-source", "backup:GetRestoreTestingInferredMetadata")),
            Subject::Metadata,
            Doubtful,
            "of a copy the run reads it in the sandbox",
            "allow backup:GetRestoreTestingInferredMetadata to the source role",
        ),
        (
            tables("").planning(|plan| {
                plan.validators[0].validator = "exec".into();
                plan.validators[0].settings = serde_json::json!({ "program": ["./no-such-program"] });
            }),
            Subject::Validator,
            Bad,
            "there is no `./no-such-program`",
            "docs/validators.md",
        ),
        (
            tables("").planning(|plan| {
                plan.validators[0].validator = "exec".into();
                plan.validators[0].settings = serde_json::json!({ "program": ["/bin/sh"], "sha256": "0".repeat(64) });
            }),
            Subject::Validator,
            Bad,
            "`sha256`",
            "docs/validators.md",
        ),
        (
            tables("").planning(|plan| plan.budget.prices = Some("no-such-prices.toml".into())),
            Subject::Surroundings,
            Bad,
            "no-such-prices.toml",
            "leave budget.prices out",
        ),
    ];
    for (case, subject, state, detail, mend) in &cases {
        says(case, *subject, *state, detail, mend);
    }
}

/// The sandbox's network with a way out, and with more to say of its one subnet.
fn network(of_subnet: &str) -> String {
    let of_subnet = if of_subnet.is_empty() { String::new() } else { format!(", {of_subnet}") };
    format!(
        "[[networks]]\naccount = \"{SANDBOX}\"\nregion = \"eu-central-1\"\n\
         db_subnet_groups = [{{ name = \"backproof-sandbox\", vpc = \"vpc-0b0c0ffee0000001\", \
         subnets = [\"subnet-0b0c0ffee0000001\", \"subnet-0b0c0ffee0000002\"] }}]\n\
         [[networks.vpcs]]\nid = \"vpc-0b0c0ffee0000001\"\ncidr = \"10.99.0.0/16\"\n\
         subnets = [{{ id = \"subnet-0b0c0ffee0000001\", cidr = \"10.99.1.0/24\", zone = \"a\"{of_subnet} }}, \
         {{ id = \"subnet-0b0c0ffee0000002\", cidr = \"10.99.2.0/24\", zone = \"b\"{of_subnet} }}]\n\
         security_groups = [{{ id = \"sg-0b0c0ffee0000001\", name = \"s\" }}]\n\
         route_tables = [{{ id = \"rtb-1\", main = true, routes = [{{ to = \"0.0.0.0/0\", via = \"igw-1\" }}] }}]\n"
    )
}

fn key(state: &str) -> String {
    format!("[[keys]]\narn = \"arn:aws:kms:eu-central-1:{SANDBOX}:key/k\"\nstate = \"{state}\"\n")
}

fn with_key(plan: &mut Plan) {
    plan.sandbox.kms_key_arn = Some(format!("arn:aws:kms:eu-central-1:{SANDBOX}:key/k"));
}

#[test]
fn a_source_role_that_may_destroy_is_bad_and_credentials_at_hand_that_may_are_doubtful() {
    let world = format!("{ONE_TABLE}\n{}", roles(", \"backup:DeleteRecoveryPoint\", \"rds:*\""));
    let case = Case { scenario: Scenario::by_copy(World::parse(&world).unwrap()), change: |_| {} };
    let found = case.examined();
    let excess = one(&found, Subject::Excess, State::Bad);
    assert!(excess.detail.contains("may backup:DeleteRecoveryPoint, rds:DeleteDBInstance, rds:ModifyDBInstance"));
    assert!(excess.mend.as_ref().unwrap().contains("backproof iam --role source"));
    let at_hand = tables("").planning(|plan| plan.scope.accounts[0].role_arn = None).examined();
    assert!(one(&at_hand, Subject::Excess, State::Doubtful).detail.contains("whoever is signed in"));
}

#[test]
fn a_clock_that_is_off_is_doubtful_and_one_that_aws_refuses_is_bad() {
    let clock = |ahead: &str| {
        let world = format!("clock_ahead = \"{ahead}\"\n{ONE_TABLE}\n{}", roles(""));
        let case = Case { scenario: Scenario::by_copy(World::parse(&world).unwrap()), change: |_| {} };
        let found = case.examined();
        let of_clock = found.into_iter().find(|one| one.subject == Subject::Clock).unwrap();
        (of_clock.state, of_clock.mend.unwrap_or_default().contains("NTP"))
    };
    assert_eq!(clock("20s"), (State::Good, false));
    assert_eq!(clock("2m"), (State::Doubtful, true));
    assert_eq!(clock("6m"), (State::Bad, true));
}

#[test]
fn a_permission_that_the_caller_says_is_needed_is_asked_for_in_each_role() {
    let needed = |action: &str| Needed {
        action: action.into(),
        resources: vec!["*".into()],
        circumstances: Vec::new(),
        needed_by: NeededBy::Runs,
        why: "try".into(),
    };
    let source = RoleOf::Source(SOURCE.parse().unwrap());
    let required = Required(
        [
            (source, vec![needed("backup:ListTags"), needed("backup:StopBackupJob")]),
            (RoleOf::Restore, vec![needed("dynamodb:RestoreTableFromAwsBackup")]),
        ]
        .into(),
    );
    let found = tables("").examined_against(&required);
    let bad: Vec<&str> = found.iter().filter(|one| one.state == State::Bad).map(|one| one.what.as_str()).collect();
    assert_eq!(bad, [format!("source role of {SOURCE} in eu-central-1: backup:StopBackupJob")]);
    assert!(found.iter().any(|one| one.what.starts_with("restore role") && one.state == State::Good));
}

#[test]
fn a_world_that_answers_nothing_is_bad_and_not_silent() {
    let world = format!("{ONE_DATABASE}\n[[faults]]\nkind = \"server-error\"\n");
    let scenario = Scenario::of_databases(World::parse(&world).unwrap());
    let (mut plan, written) = scenario.plan();
    plan.scope.accounts[0].role_arn = Some(SOURCE_ROLE.into());
    let scene = Play::with_plan(&scenario, plan, written);
    let found = scene.ask(async |world| examine(world).await);
    // Refusals, too, tell what time it is in AWS; everything else that has to be asked there is not known.
    for subject in [Subject::Identity, Subject::Role] {
        let mut of_subject = found.iter().filter(|one| one.subject == subject).peekable();
        assert!(of_subject.peek().is_some(), "nothing on {subject:?}");
        assert!(of_subject.all(|one| one.state != State::Good), "{subject:?}: {found:#?}");
    }
}

//! Plans, what drivers and validators declare, and the third parties that judge what is written.

use std::path::{Path, PathBuf};
use std::process::Command;

use backproof_permissions::{Declared, Document, Format, Role, Setup, Template, roles, template};
use backproof_plan::Plan;

/// A plan that uses everything.
pub(crate) const WHOLE: &str = r#"
version = 1
name = "quarterly"
[scope]
regions = ["eu-central-1"]
protected_resource_types = ["DynamoDB", "RDS"]
[scope.protected_resource_conditions]
string_equals = [{ key = "environment", value = "production" }]
[[scope.accounts]]
id = "111122223333"
role_arn = "arn:aws:iam::111122223333:role/teams/dr/backproof-read"
external_id = "k3v9"
copy_role_arn = "arn:aws:iam::111122223333:role/backproof-copy"
copy_caller_role_arn = "arn:aws:iam::111122223333:role/backproof-copy-caller"
[[scope.accounts]]
id = "444455556666"
role_arn = "arn:aws:iam::444455556666:role/backproof-read"
copy_role_arn = "arn:aws:iam::444455556666:role/backproof-copy"
[sandbox]
account = "999988887777"
regions = ["eu-central-1", "eu-west-1"]
role_arn = "arn:aws:iam::999988887777:role/backproof-sandbox"
sweep_role_arn = "arn:aws:iam::999988887777:role/backproof-sweep"
external_id = "k3v9"
restore_role_arn = "arn:aws:iam::999988887777:role/backproof-restore"
kms_key_arn = "arn:aws:kms:eu-central-1:999988887777:key/1234abcd-12ab-34cd-56ef-1234567890ab"
[[sandbox.routes]]
kind = "copy"
backup_vault_name = "backproof-staging"
[sandbox.network]
vpc_id = "vpc-0a1b2c3d4e5f67890"
subnet_ids = ["subnet-0a1b2c3d4e5f67890"]
security_group_ids = ["sg-0a1b2c3d4e5f67890"]
db_subnet_group = "backproof"
[sandbox.databases]
reach = "tunnel"
tunnel_instance_id = "i-0a1b2c3d4e5f67890"
login = "iam"
login_user = "backproof"
[[validators]]
use = "items"
[archive]
to = "s3://log-archive/backproof"
role_arn = "arn:aws:iam::555566667777:role/backproof-archive"
external_id = "k3v9"
kms_key = "arn:aws:kms:eu-central-1:555566667777:key/1234abcd-12ab-34cd-56ef-1234567890ab"
"#;

/// A plan that says as little as a plan can.
pub(crate) const LEAST: &str = r#"
version = 1
name = "tables"
[scope]
regions = ["eu-central-1"]
protected_resource_types = ["DynamoDB"]
[[scope.accounts]]
id = "111122223333"
[sandbox]
account = "999988887777"
regions = ["eu-central-1"]
restore_role_arn = "arn:aws:iam::999988887777:role/backproof-restore"
"#;

/// What the drivers, and the validators that ask AWS for something, declare.
pub(crate) fn declared() -> Declared {
    let drivers = backproof_drivers::all();
    Declared {
        drivers: drivers.iter().map(|driver| (driver.resource_type(), driver.permissions())).collect(),
        validators: vec![("items", backproof_validators_items::PERMISSIONS)],
    }
}

pub(crate) fn plan(text: &str) -> Plan {
    match backproof_plan::parse(text, &["exec", "items", "rows"], &["DynamoDB", "RDS"]) {
        Ok(parsed) => parsed.plan,
        Err(problems) => panic!("{}", problems.render("plan.toml")),
    }
}

pub(crate) fn setup(text: &str) -> Setup {
    Setup::of(&plan(text))
}

/// The setups that everything is tried with, by name.
pub(crate) fn setups() -> Vec<(&'static str, Setup)> {
    vec![("whole", setup(WHOLE)), ("least", setup(LEAST)), ("placeholders", Setup::placeholders())]
}

/// Everything that can be written for a setup in a format.
pub(crate) fn documents(setup: &Setup, format: Format) -> Vec<Document> {
    let declared = declared();
    let templates = [Template::Sandbox, Template::Scp, Template::StackSet];
    let templates = templates.into_iter().filter_map(|one| template(one, setup, &declared, format).ok());
    roles(setup, &declared, &Role::ALL, format).into_iter().chain(templates).collect()
}

/// Writes documents into a folder, and gives their paths.
pub(crate) fn write(folder: &Path, documents: &[Document]) -> Vec<PathBuf> {
    std::fs::create_dir_all(folder).unwrap();
    let write = |document: &Document| {
        let path = folder.join(&document.file_name);
        std::fs::write(&path, &document.text).unwrap();
        path
    };
    documents.iter().map(write).collect()
}

/// A program of the third parties' environment, which `./test --install` makes. `ministack` tells where that is: moto and
/// Python may be there in other places and versions as well.
pub(crate) fn third_party(program: &str) -> Command {
    let mut command = Command::new("sh");
    let beside = r#"beside=$(command -v ministack) || { echo 'no ministack: run ./test --install'; exit 1; }
        exec "$(dirname "$beside")/$0" "$@""#;
    command.args(["-c", beside, program]);
    for name in ["AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"] {
        command.env_remove(name);
    }
    command
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_DEFAULT_REGION", "eu-central-1");
    command
}

/// Runs one of the programs beside the tests, and gives what it said; it must come to its end.
pub(crate) fn run(program: &str, arguments: &[&Path]) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/programs").join(program);
    let output = third_party("python3").arg(path).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed:\n{said}");
    said
}

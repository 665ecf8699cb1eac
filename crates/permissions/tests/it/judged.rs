//! Third parties judge. They are pinned in tests/emulators.txt; `./test --install` gets them.

use backproof_permissions::{Format, Setup};

use crate::support::{LEAST, WHOLE, documents, run, setup, setups, third_party, write};

const EVERY_FORM: [Format; 3] = [Format::Json, Format::CloudFormation, Format::Terraform];

/// Everything that can be written for a plan, in a folder.
fn folder(setup: &Setup) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for format in EVERY_FORM {
        write(folder.path(), &documents(setup, format));
    }
    folder
}

#[test]
fn cfn_lint_finds_nothing_in_any_template() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = third_party("cfn-lint");
    command.args(["--regions", "eu-central-1", "--"]);
    for (name, text) in [("whole", WHOLE), ("least", LEAST)] {
        command.args(write(&folder.path().join(name), &documents(&setup(text), Format::CloudFormation)));
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}

#[test]
fn cfn_lint_notices_an_action_that_iam_does_not_know() {
    let folder = tempfile::tempdir().unwrap();
    let mut documents = documents(&setup(WHOLE), Format::CloudFormation);
    documents.truncate(1);
    documents[0].text = documents[0].text.replace("backup:ListBackupVaults", "backup:ListBackupVault");
    let output = third_party("cfn-lint").args(write(folder.path(), &documents)).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(!output.status.success() && said.contains("listbackupvault"), "{said}");
}

#[test]
fn moto_deploys_the_roles_with_their_policies_and_the_sandbox_without_a_way_out() {
    let said = run("deployed.py", &[folder(&setup(WHOLE)).path()]);
    assert!(said.contains("moto did not make: "), "{said}");
}

#[test]
fn moto_lets_roles_do_their_work_and_refuses_everything_else() {
    let said = run("enforced.py", &[folder(&setup(WHOLE)).path()]);
    assert!(said.contains(" judged, 0 wrong"), "{said}");
}

#[test]
fn terraform_modules_hold_the_same_policies_as_the_json() {
    for (name, setup) in setups() {
        let said = run("terraform.py", &[folder(&setup).path()]);
        assert!(said.contains(" policies are the same"), "{name}: {said}");
    }
}

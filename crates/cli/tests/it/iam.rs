//! `backproof iam`: permissions as files, without AWS and without a state directory.

use crate::support::Desk;

#[test]
fn permissions_are_written_for_a_plan_without_aws_and_without_state() {
    let desk = Desk::bare();
    desk.give(&["init"]).ends(0);
    let role = desk.give(&["iam", "--role", "sandbox"]).ends(0).json();
    assert_eq!((role["account"].as_str(), role["name"].as_str()), (Some("999988887777"), Some("backproof-sandbox")));
    let files =
        desk.give(&["iam", "--role", "all", "--format", "terraform", "--out", "roles", "--output", "json"]).ends(0);
    assert_eq!(files.json()["files"].as_array().unwrap().len(), 2);
    assert!(desk.read("roles/backproof-roles-111122223333.tf").contains("aws_iam_role"));
    desk.give(&["iam", "--template", "sandbox", "--format", "cloudformation", "--out", "sandbox"])
        .ends(0)
        .says("Wrote `sandbox/backproof-sandbox.template.json`.");
    let trusting = ["iam", "--role", "sandbox", "--principal", "arn:aws:iam::222233334444:role/runner"];
    desk.give(&trusting).ends(0).says("arn:aws:iam::222233334444:role/runner");
    assert!(!desk.path(".backproof").exists());
}

#[test]
fn what_cannot_be_written_is_said_and_how_to_mend_it() {
    let desk = Desk::bare();
    desk.give(&["iam", "--role", "source"]).ends(2).says_nothing().tells("--placeholders");
    desk.give(&["iam", "--role", "source", "--placeholders"]).ends(0).says("SOURCE_ACCOUNT");
    desk.give(&["init"]).ends(0);
    desk.give(&["iam"]).ends(2).says_nothing();
    desk.give(&["iam", "--role", "all"]).ends(2).says_nothing().tells("name a directory with --out");
    desk.give(&["iam", "--role", "copy"]).ends(2).says_nothing().tells("no route that copies");
    desk.give(&["iam", "--template", "sandbox"]).ends(2).says_nothing().tells("ask for cloudformation or terraform");
}

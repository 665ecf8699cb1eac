//! Plans, answers and words that are wrong: each has an error that says what, where and how to mend it.

use crate::support::{Aws, Desk, SOURCE, plan, sound, table, table_arn};

#[test]
fn every_problem_of_a_plan_is_told_at_once_with_its_line_and_a_hint() {
    let desk = Desk::bare();
    let wrong = plan()
        .replace("selection_window_days = 30", "selection_windw_days = 30")
        .replace("account = \"999988887777\"", "account = \"99998888777\"")
        .replace("use = \"items\"", "use = \"itemz\"");
    desk.write("backproof.toml", &wrong);
    let line = |part: &str| wrong.lines().position(|line| line.contains(part)).unwrap() + 1;
    desk.give(&["run", "--unapproved"])
        .ends(2)
        .says_nothing()
        .tells(&format!("backproof.toml:{}", line("selection_windw_days")))
        .tells(&format!("backproof.toml:{}", line("99998888777")))
        .tells(&format!("backproof.toml:{}", line("itemz")))
        .tells("selection_windw_days = 30")
        .tells("selection_window_days");
}

#[test]
fn a_warning_of_a_plan_goes_to_stderr_and_fails_nothing() {
    let aws = Aws::with(&sound());
    let types = "[scope]\nprotected_resource_types = [\"DynamoDB\", \"RDS\"]\n";
    let desk = Desk::at(&aws, &plan().replace("[scope]\n", types));
    let came = desk.give(&["population", "--output", "json"]).ends(0).tells("warning: ").tells("RDS");
    assert_eq!(came.json()["eligible"], 6);
}

#[test]
fn an_endpoint_that_nobody_listens_on_is_named_and_exits_with_3() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    let nobody = "http://127.0.0.1:1";
    for command in [&["run", "--unapproved"][..], &["check", &table_arn("orders"), "--yes"], &["sweep"]] {
        let arguments = [command, &["--endpoint-url", nobody]].concat();
        desk.give(&arguments).ends(3).says_nothing().tells(&format!("no answer from {nobody}"));
    }
    for command in ["population", "draw", "doctor"] {
        desk.give(&[command, "--endpoint-url", nobody]).ends(3).says(&format!("no answer from {nobody}"));
    }
    assert_eq!(aws.simulator.calls().len(), 0);
}

#[test]
fn an_expired_session_says_how_to_sign_in() {
    let aws = Aws::with(&(sound() + "[[faults]]\nservice = \"sts\"\nkind = \"expired-token\"\n"));
    let mut desk = Desk::at(&aws, &plan());
    desk.unset("AWS_ACCESS_KEY_ID");
    desk.unset("AWS_SECRET_ACCESS_KEY");
    desk.write("config", "[profile work]\naws_access_key_id = 111122223333\naws_secret_access_key = any\n");
    desk.set("AWS_CONFIG_FILE", desk.path("config").to_str().unwrap());
    desk.give(&["run", "--unapproved", "--profile", "work"])
        .ends(3)
        .says_nothing()
        .tells("aws sso login --profile work");
    desk.give(&["population", "--profile", "work"]).ends(3).says("aws sso login --profile work");
}

#[test]
fn a_profile_of_which_nobody_is_signed_in_says_how_to_sign_in() {
    let aws = Aws::with(&sound());
    let mut desk = Desk::at(&aws, &plan());
    desk.unset("AWS_ACCESS_KEY_ID");
    desk.unset("AWS_SECRET_ACCESS_KEY");
    desk.give(&["run", "--unapproved"]).ends(3).tells("set AWS_PROFILE (then: aws sso login --profile NAME)");
    desk.write(
        "config",
        "[profile work]\nsso_session = x\nsso_account_id = 111122223333\nsso_role_name = r\n\
         [sso-session x]\nsso_start_url = https://example.org/start\nsso_region = eu-central-1\n",
    );
    desk.set("AWS_CONFIG_FILE", desk.path("config").to_str().unwrap());
    desk.set("AWS_PROFILE", "work");
    desk.give(&["run", "--unapproved"]).ends(3).says_nothing().tells("aws sso login --profile work");
}

#[test]
fn a_denied_call_is_named_and_the_listing_is_not_called_whole() {
    let denied = format!("[[denied]]\naccount = \"{SOURCE}\"\nactions = [\"backup:ListBackupVaults\"]\n");
    let aws = Aws::with(&(sound() + &denied));
    let desk = Desk::at(&aws, &plan());
    desk.give(&["population"]).ends(3).says("NOT established").says("backup:ListBackupVaults").says("AccessDenied");
    desk.give(&["doctor"]).ends(3).says("BAD").says("backup:ListBackupVaults").says("mend:");
}

#[test]
fn a_page_token_that_repeats_ends_the_listing_and_says_so() {
    let many = "[[bulk]]\nvault = \"daily\"\ntype = \"DynamoDB\"\ncount = 2500\nresources = 50\nspan = \"20d\"\n\
                [[faults]]\noperation = \"ListRecoveryPointsByBackupVault\"\nkind = \"repeat-page-token\"\n";
    let aws = Aws::with(many);
    let desk = Desk::at(&aws, &plan());
    desk.give(&["population"])
        .ends(3)
        .says("NOT established")
        .says("backup:ListRecoveryPointsByBackupVault")
        .says("the same page token twice");
}

#[test]
fn a_status_that_nobody_knows_is_excluded_by_that_name() {
    let aws = Aws::with(&(sound() + &table("odd", &["1d"], "status = \"HIBERNATING\"")));
    let desk = Desk::at(&aws, &plan());
    desk.give(&["population"]).ends(0).says("unrecognised-status");
    assert!(desk.read(".backproof/population/excluded.tsv").contains("HIBERNATING"));
}

#[test]
fn an_arn_that_is_none_and_one_of_nothing_are_told_apart() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["check", "orders"]).ends(2).tells("`orders` is not an ARN: expected arn:PARTITION");
    desk.give(&["check", &table_arn("nope")]).ends(2).tells("neither a recovery point nor a protected resource");
}

#[test]
fn a_run_that_never_was_is_no_report() {
    let aws = Aws::with(&sound());
    let desk = Desk::at(&aws, &plan());
    desk.give(&["report"]).ends(2).tells("there is no state in `./.backproof`");
    desk.give(&["status"]).ends(2).tells("no run was ever begun there");
    desk.give(&["population"]).ends(0);
    desk.give(&["status"]).ends(0).says("No run yet.");
    desk.give(&["report"]).ends(2).tells("no run was ever begun there");
    desk.give(&["draw", "--commit"]).ends(0);
    desk.give(&["report", "7"]).ends(2).tells("there is no run 7; `backproof status` lists them");
}

#[test]
fn a_fast_clock_is_refused_where_aws_itself_is_asked() {
    let aws = Aws::with("");
    let mut desk = Desk::at(&aws, &plan());
    desk.unset("AWS_ENDPOINT_URL");
    desk.give(&["run", "--unapproved"]).ends(2).says_nothing().tells("BACKPROOF_SIMULATED_TIME is for simulators");
    desk.set("BACKPROOF_SIMULATED_TIME", "soon");
    desk.give(&["run", "--unapproved"]).ends(2).tells("`soon` is no simulated time");
}

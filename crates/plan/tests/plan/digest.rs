//! The plan digest: what it ignores, and that it ignores nothing else.

use std::collections::BTreeSet;

use backproof_plan::{Plan, TEMPLATE};
use serde_json::Value;

use crate::{accepted, read};

fn template() -> Plan {
    read(TEMPLATE).unwrap().plan
}

#[test]
fn comments_formatting_and_the_order_of_keys_do_not_count() {
    let same = r#"
name='quarterly'
version = 0x1
max_attempts = 2          # the default, written out
validators = [ { use = "items", settings = {} } ]
sandbox.restore_role_arn = "arn:aws:iam::999988887777:role/backproof-restore"
sandbox.regions = [ "eu-central-1", ]
sandbox.account = "999988887777"
selection = { size.per_stratum = 3, strata = ["type"] }
[scope]
accounts = [{ id = "\u0031\u0031\u0031122223333" }]
protected_resource_types = ["DynamoDB"]
regions = ["eu-central-1"]
include_vaults = ["*"]
"#;
    let same = read(same).unwrap_or_else(|problems| panic!("{problems}")).plan;
    assert_eq!(same.canonical_json(), template().canonical_json());
    assert_eq!(same.digest(), template().digest());
}

#[test]
#[expect(clippy::too_many_lines, reason = "it is a table")]
fn every_changed_value_changes_it() {
    let edits: &[&[(&str, &str)]] = &[
        &[("\"quarterly\"", "\"monthly\"")],
        &[("#required_level = \"L3\"", "required_level = \"L2\"")],
        &[("#max_attempts = 2", "max_attempts = 3")],
        &[
            ("[scope]\nregions = [\"eu-central-1\"]", "[scope]\nregions = [\"eu-west-1\"]"),
            ("them.\nregions = [\"eu-central-1\"]", "them.\nregions = [\"eu-west-1\", \"eu-central-1\"]"),
        ],
        &[("them.\nregions = [\"eu-central-1\"]", "them.\nregions = [\"eu-west-1\", \"eu-central-1\"]")],
        &[("#include_vaults = [\"*\"]", "include_vaults = [\"prod\"]")],
        &[("#exclude_vaults", "exclude_vaults")],
        &[("\nprotected_resource_types = [\"DynamoDB\"]", "")],
        &[("every resource.\n#protected_resource_arns", "every resource.\nprotected_resource_arns")],
        &[("#[scope.prot", "[scope.prot"), ("#string_equals", "string_equals")],
        &[("#[scope.prot", "[scope.prot"), ("#string_not_equals", "string_not_equals")],
        &[("id = \"111122223333\"", "id = \"444455556666\"")],
        &[(
            "#role_arn = \"arn:aws:iam::111122223333:role/backproof-read\"",
            "role_arn = \"arn:aws:iam::111122223333:role/r\"",
        )],
        &[("#copy_role_arn", "copy_role_arn")],
        &[("#copy_caller_role_arn", "copy_caller_role_arn")],
        &[("#selection_window_days = 30", "selection_window_days = 31")],
        &[("#recovery_point_types = [\"snapshot\", \"continuous\"]", "recovery_point_types = [\"snapshot\"]")],
        &[("#strata = [\"type\"]", "strata = [\"type\", \"age\"]")],
        &[("#strata = [\"type\"]", "strata = []")],
        &[("#unit = \"protected-resource\"", "unit = \"recovery-point\"")],
        &[("size = { per_stratum = 3 }", "size = { per_stratum = 4 }")],
        &[("size = { per_stratum = 3 }", "size = { total = 3 }")],
        &[("size = { per_stratum = 3 }", "size = { confidence = 0.95, max_bad_rate = 0.05 }")],
        &[("size = { per_stratum = 3 }", "size = { confidence = 0.9500001, max_bad_rate = 0.05 }")],
        &[("#entropy = \"os\"", "entropy = \"auditor\"")],
        &[("#include_cold_storage = false", "include_cold_storage = true")],
        &[("role/backproof-restore", "role/other")],
        &[(
            "#role_arn = \"arn:aws:iam::999988887777:role/backproof-sandbox\"",
            "role_arn = \"arn:aws:iam::999988887777:role/s\"",
        )],
        &[("#protected_accounts", "protected_accounts")],
        &[("#kms_key_arn", "kms_key_arn")],
        &[("#[[residency]]\n", "[[residency]]\n"), ("#allowed_regions", "allowed_regions")],
        &[("use = \"items\"", "use = \"rows\"")],
        &[("#tag = { key = \"tier\"", "tag = { key = \"tier\"")],
        &[("#[validators.settings]\n", "[validators.settings]\n"), ("#minimum_items = 1", "minimum_items = 1")],
        &[("#[validators.settings]\n", "[validators.settings]\n"), ("#minimum_items = 1", "minimum_items = 1.5")],
        &[("#[validators.settings]\n", "[validators.settings]\n"), ("#minimum_items = 1", "minimum_items = \"1\"")],
        &[
            ("#[validators.settings]\n", "[validators.settings]\n"),
            ("#minimum_items = 1", "minimum_items = 9007199254740991"),
        ],
        &[
            ("#[validators.settings]\n", "[validators.settings]\n"),
            ("#minimum_items = 1", "minimum_items = 9007199254740990"),
        ],
        &[("#[objectives]", "[objectives]"), ("#rto = \"4h\"", "rto = \"4h\"")],
        &[("#[objectives]", "[objectives]"), ("#rpo_gap = \"1d\"", "rpo_gap = \"1d\"")],
        &[("#[concurrency]", "[concurrency]"), ("#restores = 8", "restores = 9")],
        &[("#[concurrency]", "[concurrency]"), ("#per_resource_type = 4", "per_resource_type = 5")],
        &[("#[deadlines]", "[deadlines]"), ("#copy = \"6h\"", "copy = \"7h\"")],
        &[("#[deadlines]", "[deadlines]"), ("#restore = \"6h\"", "restore = \"7h\"")],
        &[("#[deadlines]", "[deadlines]"), ("#ready = \"1h\"", "ready = \"7h\"")],
        &[("#[deadlines]", "[deadlines]"), ("#validate = \"2h\"", "validate = \"7h\"")],
        &[("#[deadlines]", "[deadlines]"), ("#delete = \"1h\"", "delete = \"7h\"")],
        &[("#[deadlines]", "[deadlines]"), ("#event_history = \"5m\"", "event_history = \"0s\"")],
        &[("#[limits]", "[limits]"), ("#max_backup_size_gib = 500", "max_backup_size_gib = 500")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@weekly\"\ntime_zone = \"UTC\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"Europe/Berlin\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\nstart_window = \"1h\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\njitter = \"1h\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\ncatch_up = \"never\"\n")],
        &[("#[schedule]\n", "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\noverdue_after = \"1d\"\n")],
        &[(
            "#[schedule]\n",
            "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nfrom = 2026-12-20\nuntil = 2027-01-01\nwhy = \"w\"\n",
        )],
        &[(
            "#[schedule]\n",
            "[schedule]\nat = \"@daily\"\ntime_zone = \"UTC\"\n[[schedule.blackouts]]\nat = \"@weekly\"\nlasts = \"1h\"\nwhy = \"w\"\n",
        )],
        &[("#[budget]", "[budget]"), ("#per_run = 50", "per_run = 50")],
        &[("#[budget]", "[budget]"), ("#per_run = 50", "per_run = 50.000001")],
        &[("#[budget]", "[budget]"), ("#per_restore_test", "per_restore_test")],
        &[("#[budget]", "[budget]"), ("#currency = \"USD\"", "currency = \"EUR\"")],
        &[("#[budget]", "[budget]"), ("#prices", "prices")],
        &[("#[budget]", "[budget]"), ("#unknown = \"refuse\"", "unknown = \"allow\"")],
        &[("#[[alarms.topics]]", "[[alarms.topics]]"), ("#topic_arn", "topic_arn")],
        &[("#[alarms.heartbeat]", "[alarms.heartbeat]"), ("#url_env = \"BACKPROOF_HEARTBEAT_URL\"", "url_env = \"H\"")],
        &[("#[evidence]", "[evidence]"), ("#entity", "entity")],
        &[("#[evidence]", "[evidence]"), ("#system =", "system =")],
        &[("#[evidence]", "[evidence]"), ("#classification", "classification")],
        &[("#[evidence]", "[evidence]"), ("#logo", "logo")],
        &[("#[evidence]", "[evidence]"), ("#frameworks", "frameworks")],
        &[("#[evidence]", "[evidence]"), ("#templates =", "templates =")],
        &[("#[evidence]", "[evidence]"), ("#sign_with =", "sign_with =")],
        &[("#[evidence]", "[evidence]"), ("#sign_with_kms_key", "sign_with_kms_key")],
        &[
            ("#[evidence.time_stamps]", "[evidence.time_stamps]"),
            ("#url = \"https://timestamp", "url = \"https://timestamp"),
        ],
        &[("#[archive]", "[archive]\nto = \"/mnt/evidence\"")],
        &[("#[archive]", "[archive]"), ("#to = \"s3", "to = \"s3")],
        &[("#[archive]", "[archive]"), ("#to = \"s3", "to = \"s3"), ("#retention_years = 7", "retention_years = 8")],
        &[
            ("#[archive]", "[archive]"),
            ("#to = \"s3", "to = \"s3"),
            ("#mode = \"compliance\"", "mode = \"governance\""),
        ],
        &[
            ("#[archive]", "[archive]"),
            ("#to = \"s3", "to = \"s3"),
            ("#region = \"eu-central-1\"", "region = \"eu-west-1\""),
        ],
        &[("#[archive]", "[archive]"), ("#to = \"s3", "to = \"s3"), ("#account = \"5555", "account = \"5555")],
        &[("#[archive]", "[archive]"), ("#to = \"s3", "to = \"s3"), ("#kms_key =", "kms_key =")],
        &[
            ("#[archive]", "[archive]"),
            ("#to = \"s3", "to = \"s3"),
            ("#lock =", "lock ="),
            ("#lock_reason", "lock_reason"),
        ],
        &[("#sweep_role_arn", "sweep_role_arn")],
        &[("#[limits]", "[limits]"), ("#expires_within = \"24h\"", "expires_within = \"0s\"")],
    ];
    let mut digests = BTreeSet::from([template().digest()]);
    for edits in edits {
        assert!(digests.insert(accepted(edits).plan.digest()), "{edits:?}");
    }
}

#[test]
fn a_budget_is_the_same_however_its_amount_is_written() {
    let of = |amount: &str| {
        let line = format!("per_run = {amount}");
        accepted(&[("#[budget]", "[budget]"), ("#per_run = 50", &line)]).plan.digest()
    };
    assert_eq!(of("50"), of("50.00"));
    assert_eq!(of("50"), of("\"50.0\""));
}

#[test]
fn the_canonical_plan_carries_whole_seconds_decimal_shares_and_the_keys_of_the_file() {
    let plan = accepted(&[
        ("size = { per_stratum = 3 }", "size = { confidence = 0.950, max_bad_rate = \"0.05\" }"),
        ("#[objectives]", "[objectives]"),
        ("#rto = \"4h\"", "rto = \"1d12h\""),
    ])
    .plan;
    let json: Value = serde_json::from_str(&plan.canonical_json()).unwrap();
    assert_eq!(json["selection"]["size"]["confidence"]["confidence"], "0.95");
    assert_eq!(json["objectives"]["rto"], 129_600);
    assert_eq!(json["deadlines"]["restore"], 21_600);
    assert_eq!(json["limits"]["expires_within"], 86_400);
    assert_eq!(json["scope"]["protected_resource_types"], serde_json::json!(["DynamoDB"]));
    assert_eq!(json["validators"][0]["use"], "items");
    assert_eq!(json["validators"][0]["settings"], serde_json::json!({}));
    assert_eq!(json["required_level"], "L3");
}

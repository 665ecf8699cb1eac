//! Each value that is refused: where it is said, what is said, how to mend it.

use crate::cases::{
    ACCOUNT, Case, KEY, RESTORE_ROLE, RULES, SANDBOX_REGIONS, SCOPE_REGIONS, SIZE, TYPES, WINDOW, assert_found, case,
};
use crate::refused;

pub(crate) fn assert_refused(cases: &[Case]) {
    for case in cases {
        assert_found(refused(case.edits).as_slice(), case);
    }
}

#[test]
fn keys_that_are_unknown_or_missing() {
    assert_refused(&[
        case(
            &[(WINDOW, "window = 30")],
            "window = 30",
            "unknown key `window`",
            "did you mean `selection_window_days`?",
        ),
        case(&[(WINDOW, "SelectionWindowDays = 3")], "Sel", "unknown key", "did you mean `selection_window_days`?"),
        case(&[(WINDOW, "schedule_expression = \"x\"")], "sched", "unknown key", "the keys known here are"),
        case(&[("[selection]", "[selektion]")], "[selektion]", "unknown key `selektion`", "did you mean `selection`?"),
        case(&[(SIZE, "size = { per_stratum = 3, each = 2 }")], "size", "unknown key `each`", "`total`"),
        case(&[(SIZE, "size = { per_strata = 3 }")], "size", "unknown key `per_strata`", "did you mean `per_stratum`?"),
        case(&[("version = 1\n", "")], "# A restore testing plan", "`version` is missing", "add `version = 1`"),
        case(&[("version = 1\n", "version = 2\n")], "version = 2", "version of the plan format", "write `version = 1`"),
        case(&[(RESTORE_ROLE, "")], "[sandbox]", "`restore_role_arn` is missing", "add `restore_role_arn = \"arn:"),
    ]);
}

#[test]
fn values_of_the_wrong_type_or_form() {
    assert_refused(&[
        case(&[("name = \"quarterly\"", "name = \"Quarterly Test\"")], "name", "is not a plan's name", "quarterly"),
        case(&[("name = \"quarterly\"", "name = \"\"")], "name", "is not a plan's name", "quarterly"),
        case(&[("name = \"quarterly\"", "name = [\"q\"]")], "name", "found a list", "for example \"quarterly\""),
        case(&[("id = \"111122223333\"", "id = 111122223333")], "id", "found a whole number", "\"111122223333\""),
        case(&[("id = \"111122223333\"", "id = \"1111\"")], "id", "is not an AWS account id", "111122223333"),
        case(&[(ACCOUNT, "account = \"99998888777\"")], "account", "is not an AWS account id", "111122223333"),
        case(
            &[(SCOPE_REGIONS, "[scope]\nregions = [\"Frankfurt\"]")],
            "regions",
            "is not an AWS Region",
            "eu-central-1",
        ),
        case(&[(SCOPE_REGIONS, "[scope]\nregions = \"eu-central-1\"")], "regions", "expected a list", "in brackets"),
        case(&[("[[scope.accounts]]", "[scope.accounts]")], "[scope.accounts]", "expected a list", "[[…]]"),
        case(
            &[("#required_level = \"L3\"", "required_level = \"l3\"")],
            "req",
            "`l3` is not known",
            "did you mean `L3`?",
        ),
        case(&[("#required_level = \"L3\"", "required_level = 3")], "req", "expected a text", "`L0`, `L1`"),
        case(&[("#entropy = \"os\"", "entropy = \"drand\"")], "entropy", "not known", "did you mean `drand-quicknet`?"),
        case(&[("#strata = [\"type\"]", "strata = [\"colour\"]")], "strata", "not known", "`age`, `copy`"),
        case(
            &[("#include_cold_storage = false", "include_cold_storage = \"no\"")],
            "include",
            "true or false",
            "quotes",
        ),
        case(&[("#include_vaults = [\"*\"]", "include_vaults = [\"pro[d]\"]")], "include", "is not a vault", "prod-*"),
        case(
            &[("#include_vaults = [\"*\"]", "include_vaults = [\"arn:aws:backup:?\"]")],
            "include",
            "not a vault",
            "prod-*",
        ),
        case(
            &[(
                "resource.\n#protected_resource_arns = [\"arn:",
                "resource.\nprotected_resource_arns = [\"orders\", \"arn:",
            )],
            "protected_resource_arns",
            "`orders` is not an ARN",
            "table/orders-*",
        ),
    ]);
}

#[test]
fn numbers_sizes_and_lengths_of_time() {
    assert_refused(&[
        case(&[(WINDOW, "selection_window_days = 0")], "selection_window", "0 is out of range", "from 1 to 365"),
        case(&[(WINDOW, "selection_window_days = 366")], "selection_window", "366 is out of range", "from 1 to 365"),
        case(&[(WINDOW, "selection_window_days = -1")], "selection_window", "-1 is out of range", "from 1 to 365"),
        case(&[(WINDOW, "selection_window_days = \"30\"")], "selection_window", "found a text", "without quotes"),
        case(&[(WINDOW, "selection_window_days = 99999999999999999999")], "sel", "out of range", "from 1 to 365"),
        case(&[("#max_attempts = 2", "max_attempts = 0")], "max_attempts", "0 is out of range", "from 1 to 10"),
        case(&[(SIZE, "size = { per_stratum = 0 }")], "size", "0 is out of range", "from 1"),
        case(&[(SIZE, "size = { total = 0 }")], "size", "0 is out of range", "from 1"),
        case(&[(SIZE, "size = {}")], "size", "says no number", "either `per_stratum`, or `total`"),
        case(&[(SIZE, "size = { per_stratum = 1, total = 2 }")], "size", "more than one thing", "either `per_stratum`"),
        case(&[(SIZE, "size = { confidence = 0.95 }")], "size", "needs a `max_bad_rate`", "0.05"),
        case(&[(SIZE, "size = { max_bad_rate = 0.05 }")], "size", "needs a `confidence`", "0.95"),
        case(&[(SIZE, "size = 3")], "size", "expected a table, found a whole number", "`per_stratum`"),
        case(&[(SIZE, "size = { per_stratum = 3, confidence = 0.95 }")], "size", "more than one thing", "either"),
        case(&[("#[concurrency]\n", "[concurrency]\nrestores = 0\n")], "restores", "0 is out of range", "from 1"),
        case(&[("#[limits]\n", "[limits]\nmax_backup_size_gib = 0\n")], "max_backup", "0 is out of range", "from 1"),
        case(
            &[("#[deadlines]\n", "[deadlines]\nrestore = \"0s\"\n")],
            "restore",
            "is not a length of time above zero",
            "1d12h",
        ),
        case(
            &[("#[deadlines]\n", "[deadlines]\nrestore = \"6 hours\"\n")],
            "restore",
            "is not a length of time",
            "1d12h",
        ),
        case(
            &[("#[objectives]\n", "[objectives]\nrto = 4\n")],
            "rto",
            "found a whole number",
            "put it in quotes: \"4\"",
        ),
    ]);
}

#[test]
fn lists_that_are_empty_or_repeat_themselves() {
    assert_refused(&[
        case(&[("#include_vaults = [\"*\"]", "include_vaults = []")], "include", "list is empty", "[\"*\"]"),
        case(
            &[("#recovery_point_types = [\"snapshot\", \"continuous\"]", "recovery_point_types = []")],
            "rec",
            "empty",
            "snapshot",
        ),
        case(
            &[("#strata = [\"type\"]", "strata = [\"type\", \"type\"]")],
            "strata",
            "dimension is named twice",
            "remove",
        ),
        case(&[(SCOPE_REGIONS, "[scope]\nregions = []")], "regions", "list is empty", "at least one Region"),
        case(&[(SANDBOX_REGIONS, "them.\nregions = []")], "regions", "list is empty", "at least one Region"),
        case(
            &[("[[scope.accounts]]\n", "[[scope.accounts]]\nid = \"111122223333\"\n[[scope.accounts]]\n")],
            "id = \"111122223333\"",
            "account is named twice",
            "remove it",
        ),
        case(
            &[(
                "#protected_accounts = [\"111122223333\"]",
                "protected_accounts = [\"111122223333\", \"111122223333\"]",
            )],
            "prot",
            "named twice",
            "remove",
        ),
    ]);
}

#[test]
fn a_sandbox_that_is_not_kept_apart() {
    assert_refused(&[
        case(
            &[
                (ACCOUNT, "account = \"111122223333\""),
                (RESTORE_ROLE, "restore_role_arn = \"arn:aws:iam::111122223333:role/r\""),
            ],
            "account",
            "is a source account",
            "same_account_reason",
        ),
        case(
            &[
                (ACCOUNT, "account = \"111122223333\"\nsame_account = \"accepted\""),
                (RESTORE_ROLE, "restore_role_arn = \"arn:aws:iam::111122223333:role/r\""),
            ],
            "same_account",
            "without a reason",
            "same_account_reason",
        ),
        case(&[("#same_account_reason", "same_account_reason")], "same_account_reason", "is not accepted", "accepted"),
        case(
            &[("#same_account = \"accepted\"", "same_account = true\nsame_account_reason = \"x\"")],
            "same_account",
            "expected a text",
            "`accepted`",
        ),
        case(
            &[("#same_account = \"accepted\"", "same_account = \"accepted\"\nsame_account_reason = \" \"")],
            "same_account_reason",
            "says something",
            "",
        ),
        case(
            &[("#protected_accounts = [\"111122223333\"]", "protected_accounts = [\"999988887777\"]")],
            "protected",
            "is a protected account",
            "another sandbox",
        ),
        case(
            &[(RESTORE_ROLE, "restore_role_arn = \"arn:aws:iam::111122223333:role/r\"")],
            "restore_role",
            "belongs to account 111122223333",
            "999988887777",
        ),
        case(
            &[(RESTORE_ROLE, "restore_role_arn = \"arn:aws:iam::999988887777:user/r\"")],
            "restore_role",
            "is not the ARN of an IAM role",
            "role/",
        ),
        case(
            &[(RESTORE_ROLE, "restore_role_arn = \"backproof-restore\"")],
            "restore_role",
            "is not the ARN of an IAM role",
            "role/",
        ),
        case(
            &[("#role_arn = \"arn:aws:iam::111122223333", "role_arn = \"arn:aws:iam::999988887777")],
            "role_arn",
            "not to the source account 111122223333",
            "a role of account 111122223333",
        ),
        case(
            &[("#copy_role_arn = \"arn:aws:iam::111122223333", "copy_role_arn = \"arn:aws:iam::999988887777")],
            "copy_role_arn",
            "not to the source account",
            "111122223333",
        ),
        case(
            &[("#role_arn = \"arn:aws:iam::999988887777", "role_arn = \"arn:aws:iam::111122223333")],
            "role_arn",
            "not to the sandbox",
            "999988887777",
        ),
        case(
            &[("id = \"111122223333\"", "id = \"111122223333\"\nexternal_id = \"x\"")],
            "external_id",
            "without a role",
            "role_arn",
        ),
    ]);
}

#[test]
fn keys_routes_and_networks_that_do_not_fit_the_sandbox() {
    assert_refused(&[
        case(
            &[(KEY, "kms_key_arn = \"arn:aws:kms:eu-central-1:111122223333:key/1\"")],
            "kms",
            "belongs to the source account 111122223333",
            "sandbox 999988887777",
        ),
        case(
            &[(KEY, "kms_key_arn = \"arn:aws:kms:us-east-1:999988887777:key/1\"")],
            "kms",
            "is in us-east-1",
            "`eu-central-1`",
        ),
        case(&[(KEY, "kms_key_arn = \"alias/sandbox\"")], "kms", "is not the ARN of a KMS key", "key/"),
        case(
            &[("#[[sandbox.routes]]\n#kind = \"copy\"", "[[sandbox.routes]]\nkind = \"copy\"")],
            "kind",
            "a copy needs a vault",
            "backup_vault_name",
        ),
        case(
            &[("#[[sandbox.routes]]\n#kind = \"copy\"", "[[sandbox.routes]]\nkind = \"kopy\"")],
            "kind",
            "`kopy` is not known",
            "did you mean `copy`?",
        ),
        case(
            &[("#kind = \"shared-vault\"", "[[sandbox.routes]]\nkind = \"shared-vault\"\ndelete_after_days = 3")],
            "delete_after",
            "for the kind `copy` only",
            "remove",
        ),
        case(
            &[(
                "#[sandbox.network]\n",
                "[sandbox.network]\nvpc_id = \"vpc-0a1b2c3d\"\nsubnet_ids = []\nsecurity_group_ids = [\"sg-0a1b2c3d\"]\n",
            )],
            "subnet_ids",
            "empty",
            "at least one subnet",
        ),
        case(
            &[(
                "#[sandbox.network]\n",
                "[sandbox.network]\nvpc_id = \"my-vpc\"\nsubnet_ids = [\"subnet-0a1b2c3d\"]\nsecurity_group_ids = [\"sg-0a1b2c3d\"]\n",
            )],
            "vpc_id",
            "is not a VPC's id",
            "vpc-",
        ),
    ]);
}

#[test]
fn regions_and_residency_that_lead_nowhere() {
    assert_refused(&[
        case(
            &[(SCOPE_REGIONS, "[scope]\nregions = [\"eu-central-1\", \"us-east-1\"]")],
            "regions",
            "the sandbox is not in us-east-1",
            "add \"us-east-1\"",
        ),
        case(
            &[(RULES, "[[residency]]\nallowed_regions = [\"us-east-1\"]\n")],
            "allowed_regions",
            "no sandbox Region is allowed",
            "`eu-central-1`",
        ),
        case(&[(RULES, "[[residency]]\nallowed_regions = []\n")], "allowed_regions", "empty", "name the Regions"),
        case(
            &[(RULES, "[[residency]]\naccounts = [\"111122223334\"]\nallowed_regions = [\"eu-central-1\"]\n")],
            "accounts",
            "is no source account",
            "`111122223333`",
        ),
        case(
            &[
                (SANDBOX_REGIONS, "them.\nregions = [\"eu-central-1\", \"us-east-1\"]"),
                (
                    RULES,
                    "[[residency]]\nallowed_regions = [\"us-east-1\"]\n[[residency]]\naccounts = [\"111122223333\"]\nallowed_regions = [\"eu-central-1\"]\n",
                ),
            ],
            "id = \"111122223333\"",
            "allow no sandbox Region between them",
            "the sandbox is in `eu-central-1` and `us-east-1`",
        ),
    ]);
}

#[test]
fn an_authorisation_that_is_none() {
    assert_refused(&[
        case(
            &[(
                "#[authorisation]\n",
                "[authorisation]\nauthorised_by = \"A\"\nticket = \"T\"\ndata_classes = [\"x\"]\nexpires = 2027-12-31\n",
            )],
            "expires",
            "is not a moment",
            "2026-12-31T23:59:59Z",
        ),
        case(
            &[(
                "#[authorisation]\n",
                "[authorisation]\nauthorised_by = \"A\"\nticket = \"\"\ndata_classes = [\"x\"]\nexpires = 2027-12-31T00:00:00Z\n",
            )],
            "ticket",
            "says something",
            "",
        ),
        case(
            &[(
                "#[authorisation]\n",
                "[authorisation]\nauthorised_by = \"A\"\nticket = \"T\"\ndata_classes = []\nexpires = 2027-12-31T00:00:00Z\n",
            )],
            "data_classes",
            "empty",
            "internal",
        ),
        case(
            &[(
                "#[authorisation]\n",
                "[authorisation]\nauthorised_by = \"A\"\nticket = \"T\"\ndata_classes = [\"x\"]\n",
            )],
            "[authorisation]",
            "`expires` is missing",
            "expires = ",
        ),
    ]);
}

#[test]
fn types_and_validators_that_do_not_exist() {
    assert_refused(&[
        case(
            &[(TYPES, "\nprotected_resource_types = [\"dynamodb\"]")],
            "protected",
            "`dynamodb` is no resource type",
            "did you mean `DynamoDB`?",
        ),
        case(&[("use = \"items\"", "use = \"item\"")], "use", "there is no validator `item`", "did you mean `items`?"),
        case(&[("use = \"items\"", "use = \"checksum\"")], "use", "there is no validator", "`items` and `rows`"),
        case(
            &[("use = \"items\"", "use = \"items\"\nprotected_resource_types = [\"dynamoDb\"]")],
            "protected_resource_types",
            "`dynamoDb` is no resource type",
            "did you mean `DynamoDB`?",
        ),
        case(&[("use = \"items\"", "")], "[[validators]]", "`use` is missing", "add `use = "),
        case(
            &[(
                "use = \"items\"",
                "use = \"items\"\n[[validators]]\nuse = \"rows\"\nprotected_resource_types = [\"EBS\"]",
            )],
            "protected_resource_types = [\"EBS\"]",
            "none of these types is driven",
            "`DynamoDB` and `S3`",
        ),
        case(
            &[("#[validators.settings]\n", "[validators.settings]\nratio = nan\n")],
            "ratio",
            "not a finite number",
            "quotes",
        ),
        case(
            &[("#[validators.settings]\n", "[validators.settings]\nid = 9007199254740993\n")],
            "id",
            "too large to be kept exactly",
            "quotes",
        ),
        case(
            &[("use = \"items\"", "use = \"items\"\nsettings = 5")],
            "settings",
            "expected a table",
            "[validators.settings]",
        ),
    ]);
}

#[test]
fn databases_that_cannot_be_reached_or_logged_in_to() {
    const TABLE: &str = "#[sandbox.databases]\n";
    assert_refused(&[
        case(
            &[(TABLE, "[sandbox.databases]\nreach = \"tunnel\"\n")],
            "reach",
            "a tunnel needs an instance",
            "tunnel_instance_id",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\ntunnel_instance_id = \"i-0a1b2c3d4e5f67890\"\n")],
            "tunnel_instance_id",
            "never used without a tunnel",
            "reach = \"tunnel\"",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\nreach = \"tunel\"\n")],
            "reach",
            "`tunel` is not known",
            "did you mean `tunnel`?",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\nlogin = \"iam\"\n")],
            "login",
            "a login by IAM needs a user",
            "login_user",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\nlogin_user = \"checker\"\n")],
            "login_user",
            "never used without a login by IAM",
            "login = \"iam\"",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\nprobe = \"10.0.0.1\"\n")],
            "probe",
            "is not a host and a port",
            "10.0.1.10:443",
        ),
        case(
            &[(TABLE, "[sandbox.databases]\ninstance_class = \"t4g.medium\"\n")],
            "instance_class",
            "is not a DB instance class",
            "db.t4g.medium",
        ),
    ]);
}

//! What a valid file means, and what its types answer.

use std::collections::BTreeMap;

use backproof_model::{PointKind, ProofLevel};
use backproof_plan::{
    AlarmLevel, AlarmsPlan, BlackoutWindow, CatchUp, EntropyKind, NotAuthorised, Plan, Route, SampleSize, SecretSource,
    StratumDimension, TEMPLATE, UnitKind, WebhookFormat,
};

use crate::{accepted, read, whole_template};

const AUTHORISED: [(&str, &str); 5] = [
    ("#[authorisation]", "[authorisation]"),
    ("#authorised_by", "authorised_by"),
    ("#ticket", "ticket"),
    ("#data_classes", "data_classes"),
    ("#expires = 2027-12-31T23:59:59Z", "expires = 2027-12-31T23:59:59Z"),
];

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// The template with every optional key but the alternatives.
fn whole() -> Plan {
    read(&whole_template(&["#same_account"])).unwrap_or_else(|problems| panic!("{problems}")).plan
}

#[test]
fn the_smallest_plan_has_safe_defaults() {
    let plan = read(TEMPLATE).unwrap().plan;
    assert_eq!(plan.required_level, ProofLevel::L3);
    assert_eq!(plan.max_attempts, 2);
    assert_eq!(plan.selection.selection_window_days, 30);
    assert_eq!(plan.selection.recovery_point_types, [PointKind::Snapshot, PointKind::Continuous]);
    assert_eq!(plan.selection.strata, [StratumDimension::ResourceType]);
    assert_eq!(plan.selection.unit, UnitKind::ProtectedResource);
    assert_eq!(plan.selection.size, SampleSize::FixedPerStratum(3));
    assert_eq!(plan.selection.entropy, EntropyKind::Os);
    assert!(!plan.selection.include_cold_storage);
    assert_eq!((plan.concurrency.restores, plan.concurrency.per_resource_type), (8, 4));
    assert_eq!(plan.deadlines.restore.as_secs(), 6 * 3600);
    assert_eq!(plan.limits.expires_within.as_secs(), 24 * 3600);
    assert_eq!(plan.limits.max_backup_size_gib, None);
    assert_eq!(plan.authorisation, None);
    assert_eq!(plan.sandbox.same_account, None);
    assert_eq!(plan.schedule, None);
    assert_eq!((plan.budget.currency.as_str(), plan.budget.per_run, plan.budget.per_restore_test), ("USD", None, None));
    assert_eq!(plan.alarms, AlarmsPlan::default());
    assert!(plan.sandbox.routes.is_empty() && plan.residency.is_empty());
    assert!(plan.scope.protected_resource_conditions.is_empty());
}

#[test]
fn every_optional_key_arrives_where_it_belongs() {
    let plan = whole();
    let source = &plan.scope.accounts[0];
    assert_eq!(source.role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/backproof-read"));
    assert_eq!(source.copy_role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/backproof-copy"));
    assert_eq!(source.copy_caller_role_arn.as_deref(), Some("arn:aws:iam::111122223333:role/backproof-copy-caller"));
    assert_eq!(source.external_id.as_deref(), Some("an external id that the role asks for"));
    assert_eq!(plan.scope.exclude_vaults[0].as_str(), "scratch-*");
    assert_eq!(plan.scope.protected_resource_conditions.string_not_equals[0].key, "restore-test");
    let copy = Route::Copy { backup_vault_name: "backproof-staging".into(), delete_after_days: 7 };
    assert_eq!(plan.sandbox.routes, [copy, Route::SharedVault]);
    assert_eq!(plan.sandbox.role_arn.as_deref(), Some("arn:aws:iam::999988887777:role/backproof-sandbox"));
    assert_eq!(plan.sandbox.restore_role_arn, "arn:aws:iam::999988887777:role/backproof-restore");
    assert_eq!(plan.sandbox.protected_accounts[0].as_str(), "111122223333");
    let network = plan.sandbox.network.unwrap();
    assert_eq!(
        (network.vpc_id.as_str(), network.db_subnet_group.as_deref()),
        ("vpc-0a1b2c3d4e5f67890", Some("backproof"))
    );
    assert_eq!(plan.residency[0].tag.as_ref().unwrap().value, "eu");
    assert_eq!(plan.authorisation.unwrap().data_classes, ["internal", "confidential"]);
    assert_eq!(plan.validators[0].settings, serde_json::json!({ "minimum_items": 1 }));
    assert_eq!((plan.objectives.rto, plan.objectives.rpo_gap), (Some(14_400), Some(86_400)));
    assert_eq!(plan.limits.max_backup_size_gib, Some(500));
    assert_eq!(plan.sandbox.sweep_role_arn.as_deref(), Some("arn:aws:iam::999988887777:role/backproof-sweep"));
}

#[test]
fn a_schedule_a_budget_and_alarms_arrive_whole() {
    let plan = whole();
    let schedule = plan.schedule.unwrap();
    assert_eq!(schedule.worded(), "first Monday of the quarter at 09:00 (Europe/Berlin)");
    assert_eq!((schedule.start_window.as_secs(), schedule.jitter.as_secs()), (4 * 3600, 0));
    assert_eq!((schedule.catch_up, schedule.overdue_after.as_secs()), (CatchUp::Once, 7 * 86_400));
    let whys: Vec<&str> = schedule.blackouts.iter().map(|blackout| blackout.why.as_str()).collect();
    assert_eq!(whys, ["year-end freeze", "month-end closing"]);
    assert!(matches!(schedule.blackouts[0].window, BlackoutWindow::Once { .. }));
    assert_eq!(plan.budget.per_run.unwrap().to_string(), "50.00");
    assert_eq!(plan.budget.per_restore_test.unwrap().to_string(), "10.00");
    assert_eq!(plan.budget.prices.as_deref(), Some("prices.toml"));
    let alarms = plan.alarms;
    assert_eq!(alarms.webhooks[0].url, SecretSource::File("/etc/backproof/slack-url".into()));
    assert_eq!((alarms.webhooks[0].format, alarms.webhooks[0].least), (WebhookFormat::Slack, AlarmLevel::Ticket));
    assert_eq!(alarms.webhooks[1].url, SecretSource::Variable("BACKPROOF_WEBHOOK_URL".into()));
    assert_eq!(alarms.topics[0].topic_arn, "arn:aws:sns:eu-central-1:999988887777:backproof");
    assert_eq!(alarms.mails[0].password, Some(SecretSource::File("/etc/backproof/mail-password".into())));
    assert_eq!(alarms.mails[1].to, ["on-call@example.com"]);
    let heartbeat = alarms.heartbeat.unwrap();
    assert_eq!(
        (heartbeat.url, heartbeat.every.as_secs()),
        (SecretSource::File("/etc/backproof/heartbeat-url".into()), 300)
    );
}

#[test]
fn a_schedule_that_may_surprise_is_warned_of() {
    let warned = |schedule: &str, also: &[(&str, &str)]| {
        let text = format!("[schedule]\n{schedule}\ntime_zone = \"UTC\"\n");
        let edits: Vec<(&str, &str)> =
            [("#[schedule]\n", text.as_str())].into_iter().chain(also.iter().copied()).collect();
        accepted(&edits).warnings.into_iter().map(|warning| warning.message).collect::<Vec<_>>()
    };
    assert_eq!(warned("at = \"0 9 1 * MON\"", &AUTHORISED).len(), 1, "either day suffices");
    assert_eq!(warned("at = \"0 9 1-7 * +MON\"", &AUTHORISED), Vec::<String>::new());
    let unauthorised = warned("at = \"@daily\"", &[]);
    assert!(unauthorised[0].contains("nobody has authorised"), "{unauthorised:?}");
}

#[test]
fn restoring_needs_an_authorisation_that_has_not_expired() {
    let at = |moment: &str| moment.parse().unwrap();
    let without = read(TEMPLATE).unwrap().plan;
    assert_eq!(without.may_restore(at("2026-01-01T00:00:00Z")), Err(NotAuthorised::Missing));

    let with = accepted(&AUTHORISED).plan;
    assert_eq!(with.may_restore(at("2027-12-31T23:59:58Z")), Ok(()));
    let expired = with.may_restore(at("2027-12-31T23:59:59Z")).unwrap_err();
    assert!(matches!(expired, NotAuthorised::Expired { .. }));
    assert!(expired.to_string().contains("Ada Example") && expired.to_string().contains("CHG-1234"), "{expired}");
}

#[test]
fn an_expiry_may_be_a_date_of_toml_or_a_text_with_any_offset() {
    let expires = |text: &str| {
        let mut edits = AUTHORISED;
        edits[4].1 = text;
        accepted(&edits).plan.authorisation.unwrap().expires
    };
    assert_eq!(expires("expires = 2028-01-01T00:59:59+01:00"), expires("expires = \"2027-12-31T23:59:59Z\""));
}

#[test]
fn vaults_are_taken_by_name_or_arn_and_exclusion_wins() {
    let plan = accepted(&[
        ("#include_vaults = [\"*\"]", "include_vaults = [\"prod-*\", \"arn:aws:backup:eu-*:*:backup-vault:Default\"]"),
        (
            "#exclude_vaults = [\"scratch-*\", \"arn:aws:backup:*:111122223333:backup-vault:old\"]",
            "exclude_vaults = [\"*-old\"]",
        ),
    ])
    .plan;
    let takes = |name: &str, region: &str| {
        plan.scope.takes_vault(name, &format!("arn:aws:backup:{region}:111122223333:backup-vault:{name}"))
    };
    assert!(takes("prod-1", "us-east-1"));
    assert!(takes("Default", "eu-central-1"));
    assert!(!takes("Default", "us-east-1"));
    assert!(!takes("prod-old", "eu-central-1"));
    assert!(!takes("arn:aws:backup:eu-", "eu-central-1"), "an ARN's pattern is not compared with names");
}

#[test]
fn tag_conditions_must_all_hold_and_a_missing_tag_differs() {
    let conditions = whole().scope.protected_resource_conditions;
    for (tags, expected) in [
        (tags(&[("environment", "production")]), true),
        (tags(&[("environment", "production"), ("restore-test", "always")]), true),
        (tags(&[("environment", "production"), ("restore-test", "never")]), false),
        (tags(&[("environment", "Production")]), false),
        (tags(&[]), false),
    ] {
        assert_eq!(conditions.hold(&tags), expected, "{tags:?}");
    }
}

#[test]
fn a_validator_applies_where_type_arn_and_tag_agree() {
    let plan = whole();
    let applies = |kind: &str, arn: &str, tagged: &[(&str, &str)]| {
        plan.validators_for(&backproof_model::ResourceType::new(kind), arn, &tags(tagged)).count() == 1
    };
    let arn = "arn:aws:dynamodb:eu-central-1:111122223333:table/orders-1";
    assert!(applies("DynamoDB", arn, &[("tier", "1")]));
    assert!(!applies("S3", arn, &[("tier", "1")]));
    assert!(!applies("DynamoDB", "arn:aws:dynamodb:eu-central-1:111122223333:table/users", &[("tier", "1")]));
    assert!(!applies("DynamoDB", arn, &[("tier", "2")]));
    let everywhere = read(TEMPLATE).unwrap().plan;
    assert!(everywhere.validators[0].applies_to(&backproof_model::ResourceType::new("S3"), "any", &tags(&[])));
}

#[test]
fn residency_binds_by_account_and_tag() {
    let rule = &whole().residency[0];
    let (bound, other) = ("111122223333".parse().unwrap(), "444455556666".parse().unwrap());
    assert!(rule.binds(&bound, &tags(&[("data-residency", "eu")])));
    assert!(!rule.binds(&bound, &tags(&[])));
    assert!(!rule.binds(&other, &tags(&[("data-residency", "eu")])));
}

#[test]
fn a_sandbox_in_the_source_account_is_possible_with_a_reason() {
    let plan = accepted(&[
        ("id = \"111122223333\"", "id = \"999988887777\""),
        ("#same_account = ", "same_account = "),
        ("#same_account_reason = ", "same_account_reason = "),
    ])
    .plan;
    assert_eq!(plan.sandbox.same_account.as_deref(), Some("we have one account only"));
}

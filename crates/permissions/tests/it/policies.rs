//! Rules that no policy may break, whatever the plan says.

use std::collections::BTreeSet;

use backproof_permissions::{
    AskedBy, Format, Holder, Limit, Need, Policy, Resources, Role, Setup, everything, roles, split,
};
use serde_json::Value;

use crate::support::{LEAST, WHOLE, declared, setup, setups};

/// Actions that are allowed on everything, each for a reason.
const ON_EVERYTHING: &[(&str, &str)] = &[
    ("backup:DescribeCopyJob", "copy jobs are no resources"),
    ("backup:DescribeRecoveryPoint", "recovery points have ARNs of their own services, some without an account"),
    ("backup:DescribeRestoreJob", "restore jobs are no resources"),
    ("backup:GetRecoveryPointRestoreMetadata", "as for DescribeRecoveryPoint"),
    ("backup:GetRestoreJobMetadata", "restore jobs are no resources"),
    ("backup:GetRestoreTestingInferredMetadata", "knows no resources"),
    ("backup:ListBackupVaults", "knows no resources"),
    ("backup:ListCopyJobs", "knows no resources"),
    ("backup:ListProtectedResources", "knows no resources"),
    ("backup:ListRecoveryPointsByResource", "knows no resources"),
    ("backup:ListRestoreJobs", "knows no resources"),
    ("backup:ListTags", "as for DescribeRecoveryPoint"),
    ("backup:StartCopyJob", "as for DescribeRecoveryPoint; a condition names the one vault that may be copied into"),
    ("backup:StartRestoreJob", "as for DescribeRecoveryPoint; only one role can be passed to it"),
    ("cloudtrail:DescribeTrails", "knows no resources"),
    ("cloudtrail:GetTrailStatus", "a trail may be the organization's, under any name"),
    ("cloudtrail:LookupEvents", "knows no resources"),
    ("dynamodb:ListTables", "knows no resources"),
    ("logs:DescribeLogGroups", "knows no resources"),
    ("rds:DescribeDBInstanceAutomatedBackups", "a listing, before any name is known"),
    ("rds:DescribeDBSnapshots", "a listing, before any name is known"),
    ("rds:DescribeDBSubnetGroups", "a listing, before any name is known"),
    ("secretsmanager:ListSecrets", "knows no resources"),
    ("servicequotas:GetAWSDefaultServiceQuota", "knows no resources"),
    ("servicequotas:GetServiceQuota", "quotas are of the whole account"),
];

/// Verbs of actions that change nothing.
const LOOKING: &[&str] = &["Describe", "Get", "List", "Lookup", "Simulate"];

fn operation(action: &str) -> &str {
    action.split(':').nth(1).unwrap()
}

/// The needs of everybody who plays a part, for every setup.
fn needs_of(role: Role) -> Vec<(&'static str, Holder, Vec<Need>)> {
    let of = |(name, setup): (&'static str, Setup)| {
        let all = everything(&setup, &declared()).into_iter().filter(move |(holder, _)| holder.role == role);
        all.map(move |(holder, needs)| (name, holder, needs)).collect::<Vec<_>>()
    };
    setups().into_iter().flat_map(of).collect()
}

#[test]
fn the_source_role_only_looks() {
    for (name, holder, needs) in needs_of(Role::Source) {
        // The second account of the whole plan has no role of its own for copies.
        let copies = name == "whole" && holder.account == "444455556666";
        let may = |action: &str| copies && ["backup:StartCopyJob", "iam:PassRole"].contains(&action);
        for need in needs {
            let looks = LOOKING.iter().any(|verb| operation(&need.action).starts_with(verb));
            assert!(looks || may(&need.action), "{name}: {holder} may {}", need.action);
        }
    }
}

#[test]
fn the_janitor_starts_creates_and_passes_nothing() {
    for (name, holder, needs) in needs_of(Role::Sweep) {
        for need in needs {
            let verb = operation(&need.action);
            let forbidden = ["Start", "Create", "Put", "Restore", "Pass", "Batch", "Scan", "Copy", "Run"];
            assert!(!forbidden.iter().any(|word| verb.starts_with(word)), "{name}: {holder} may {}", need.action);
        }
    }
}

#[test]
fn only_reviewed_actions_are_allowed_on_everything() {
    let reviewed: BTreeSet<&str> = ON_EVERYTHING.iter().map(|(action, _)| *action).collect();
    let mut seen = BTreeSet::new();
    for role in [Role::Source, Role::Copy, Role::Sandbox, Role::Restore, Role::Sweep, Role::Archive, Role::Runner] {
        for (name, holder, needs) in needs_of(role) {
            for need in needs.into_iter().filter(|need| need.resources == Resources::All) {
                let looks_at_network = need.action.starts_with("ec2:Describe") || need.action.starts_with("ec2:Get");
                let known = reviewed.contains(need.action.as_str()) || looks_at_network;
                assert!(known, "{name}: {holder} may {} on everything", need.action);
                seen.insert(need.action);
            }
        }
    }
    let unused: Vec<_> = reviewed.iter().filter(|action| !seen.contains(**action)).collect();
    assert!(unused.is_empty(), "reviewed, and allowed to nobody: {unused:?}");
}

#[test]
fn what_changes_something_in_the_sandbox_is_limited_to_our_names_or_says_why_not() {
    // RDS makes these ids up, and a policy cannot name a recovery point's vault.
    let without_names = ["backup:DeleteRecoveryPoint", "rds:DeleteDBInstanceAutomatedBackup"];
    for (name, holder, needs) in needs_of(Role::Sandbox).into_iter().chain(needs_of(Role::Sweep)) {
        for need in needs.iter().filter(|need| need.asked_by == AskedBy::Backproof) {
            let verb = operation(&need.action);
            let changes =
                !LOOKING.iter().any(|looking| verb.starts_with(looking)) && need.action != "backup:StartRestoreJob";
            if !changes || without_names.contains(&need.action.as_str()) {
                continue;
            }
            let arns = need.resources.as_texts();
            assert!(arns.iter().all(|arn| arn.contains("bp-*")), "{name}: {holder}: {} on {arns:?}", need.action);
        }
    }
}

/// All statements of a role's policies, as IAM gets them: those of its first holder.
fn statements(setup: &Setup, role: Role) -> Vec<Value> {
    statements_of_all(setup, role).into_iter().next().unwrap()
}

/// The same for each holder.
fn statements_of_all(setup: &Setup, role: Role) -> Vec<Vec<Value>> {
    let documents = roles(setup, &declared(), &[role], Format::Json);
    let policies = |text: &str| serde_json::from_str::<Value>(text).unwrap()["policies"].clone();
    let statements = |policy: &Value| policy["Statement"].as_array().unwrap().clone();
    documents
        .iter()
        .map(|document| policies(&document.text).as_array().unwrap().iter().flat_map(statements).collect())
        .collect()
}

fn denied<'a>(statements: &'a [Value], sid: &str) -> &'a Value {
    let found = statements.iter().find(|statement| statement["Sid"] == sid);
    let found = found.unwrap_or_else(|| panic!("there is no {sid}"));
    assert_eq!(found["Effect"], "Deny");
    found
}

#[test]
fn who_only_looks_or_only_deletes_is_denied_everything_else() {
    for role in [Role::Source, Role::Copy, Role::Sweep] {
        let statements = statements(&setup(WHOLE), role);
        let else_ = denied(&statements, "DenyAllElse");
        assert_eq!(else_["Resource"], "*");
        let spared: BTreeSet<&str> = else_["NotAction"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
        assert!(!spared.contains("backup:StartRestoreJob") && !spared.iter().any(|action| action.contains('*')));
    }
}

#[test]
fn the_sandbox_role_keeps_to_its_regions_its_role_and_our_names() {
    let statements = statements(&setup(WHOLE), Role::Sandbox);
    let regions = denied(&statements, "DenyOtherRegions");
    let wanted = serde_json::json!({"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}});
    assert_eq!(regions["Condition"], wanted);
    assert_eq!(
        denied(&statements, "DenyPassingOtherRoles")["NotResource"],
        "arn:aws:iam::999988887777:role/backproof-restore"
    );
    let ways_out = denied(&statements, "DenyWaysOut")["Action"].to_string();
    for action in ["ec2:CreateRoute", "ec2:AssociateIamInstanceProfile", "rds:ModifyDBSnapshotAttribute"] {
        assert!(ways_out.contains(action), "{action}");
    }
    assert_eq!(denied(&statements, "DenyPublicDatabases")["Condition"]["Bool"]["rds:PubliclyAccessible"], "true");
    let tables = denied(&statements, "DenyWhatIsNotOursDynamodb");
    assert_eq!(tables["NotResource"], "arn:aws:dynamodb:*:999988887777:table/bp-*");
    assert!(tables["Action"].to_string().contains("dynamodb:DeleteTable"));
    let instances = denied(&statements, "DenyWhatIsNotOursRds");
    assert_eq!(instances["NotResource"], "arn:aws:rds:*:999988887777:db:bp-*");
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => panic!("{value}"),
    }
}

/// Whether a denial without conditions and exceptions concerns an action.
fn takes_away(denial: &Value, action: &str) -> bool {
    let unlimited = denial["Condition"].is_null() && denial["NotResource"].is_null();
    let among = |list: &Value| texts(list).iter().any(|pattern| backproof_plan::wildcard_matches(pattern, action));
    unlimited && if denial["NotAction"].is_null() { among(&denial["Action"]) } else { !among(&denial["NotAction"]) }
}

#[test]
fn no_denial_takes_away_what_is_needed() {
    let all = setups().into_iter().flat_map(|(_, setup)| Role::ALL.map(|role| statements_of_all(&setup, role)));
    for statements in all.flatten() {
        let (allowing, denying): (Vec<_>, Vec<_>) = statements.iter().partition(|one| one["Effect"] == "Allow");
        for action in allowing.iter().flat_map(|one| texts(&one["Action"])) {
            let denial = denying.iter().find(|denial| takes_away(denial, &action));
            assert!(denial.is_none(), "{action} is needed, and taken away by {denial:?}");
        }
    }
}

#[test]
fn roles_are_assumed_with_the_external_id_of_the_plan_and_by_nobody_but_the_trusted() {
    let setup = setup(WHOLE).trusting("arn:aws:iam::222233334444:role/runner".into());
    for document in roles(&setup, &declared(), &Role::ALL, Format::Json) {
        let role: Value = serde_json::from_str(&document.text).unwrap();
        let Some(trust) = role["trust_policy"]["Statement"].as_array() else { continue };
        let [statement] = trust.as_slice() else { panic!("{trust:?}") };
        if let Some(service) = statement["Principal"]["Service"].as_str() {
            assert_eq!(service, "backup.amazonaws.com");
            assert_eq!(statement["Condition"]["StringEquals"]["aws:SourceAccount"], role["account"]);
            continue;
        }
        assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::222233334444:role/runner");
        // The plan names none for the second source account.
        let wanted = if role["account"] == "444455556666" { Value::Null } else { "k3v9".into() };
        assert_eq!(statement["Condition"]["StringEquals"]["sts:ExternalId"], wanted, "{}", document.file_name);
    }
}

#[test]
fn the_restore_role_is_bounded_by_the_services_that_the_plan_restores() {
    let actions = |text| {
        let document = roles(&setup(text), &declared(), &[Role::Restore], Format::Json).remove(0);
        let role: Value = serde_json::from_str(&document.text).unwrap();
        texts(&role["permissions_boundary"]["Statement"][0]["Action"]).into_iter().collect::<BTreeSet<_>>()
    };
    let (whole, least) = (actions(WHOLE), actions(LEAST));
    assert!(whole.contains("dynamodb:*") && whole.contains("rds:*"), "{whole:?}");
    assert!(least.contains("dynamodb:*") && !least.contains("rds:*"), "{least:?}");
    for never in ["*", "iam:*", "ec2:*", "s3:*", "secretsmanager:*", "sts:*", "kms:*"] {
        assert!(!whole.contains(never), "{never}");
    }
}

#[test]
fn policies_keep_within_iams_limits_and_lose_nothing_when_they_are_split() {
    for (name, setup) in setups() {
        for document in roles(&setup, &declared(), &Role::ALL, Format::Json) {
            let role: Value = serde_json::from_str(&document.text).unwrap();
            let size = |policy: &Value| policy.to_string().chars().filter(|letter| !letter.is_whitespace()).count();
            let policies = role["policies"].as_array().unwrap();
            let limit = if policies.len() == 1 && !role["trust_policy"].is_null() {
                Limit::InlineInRole
            } else {
                Limit::Managed
            };
            for policy in policies {
                assert!(size(policy) <= limit.characters(), "{name}: {} has {}", document.file_name, size(policy));
            }
            assert!(
                size(&role["permissions_boundary"]) <= Limit::Managed.characters(),
                "{name}: {}",
                document.file_name
            );
        }
    }
    let needs: Vec<Need> = needs_of(Role::Sandbox).into_iter().flat_map(|(_, _, needs)| needs).collect();
    let whole = Policy { statements: (0..8).flat_map(|_| Policy::allowing(&needs).statements).collect() };
    assert!(whole.characters() > Limit::Managed.characters());
    let parts = split(whole.clone(), Limit::Managed);
    assert!(parts.iter().all(|part| part.characters() <= Limit::Managed.characters()));
    let together: Vec<_> = parts.into_iter().flat_map(|part| part.statements).collect();
    assert_eq!(together, whole.statements);
}

#[test]
fn a_plan_narrows_what_is_needed() {
    let needs = everything(&setup(LEAST), &declared());
    let of = |role, account: &str| {
        let needs = &needs[&Holder { role, account: account.into() }];
        needs.iter().map(|need| need.action.as_str()).collect::<BTreeSet<_>>()
    };
    let sandbox = of(Role::Sandbox, "999988887777");
    // The census lists every type, drawn or not; nothing else of RDS is asked, nor anything of a network.
    assert!(sandbox.contains("rds:DescribeDBInstances") && !sandbox.contains("rds:DeleteDBInstance"));
    assert!(sandbox.contains("dynamodb:DeleteTable") && !sandbox.contains("dynamodb:Scan"));
    for action in
        ["ec2:DescribeVpcs", "rds-db:connect", "ssm:StartSession", "kms:Decrypt", "backup:DeleteRecoveryPoint"]
    {
        assert!(!sandbox.contains(action), "{action}");
    }
    assert!(!of(Role::Source, "111122223333").contains("backup:ListTags"));
    assert!(!needs.keys().any(|holder| holder.role == Role::Copy));
    assert!(of(Role::Runner, "999988887777").is_empty());
}

#[test]
fn whoever_archives_can_take_nothing_away() {
    let at_hand = format!("{LEAST}[archive]\nto = \"s3://log-archive\"\n");
    for (setup, role) in [(setup(WHOLE), Role::Archive), (setup(&at_hand), Role::Runner)] {
        let needs = everything(&setup, &declared()).into_iter().filter(|(holder, _)| holder.role == role);
        let needs: Vec<Need> =
            needs.flat_map(|(_, needs)| needs).filter(|need| need.action.starts_with("s3:")).collect();
        assert!(needs.iter().any(|need| need.action == "s3:PutObjectRetention"));
        for need in &needs {
            let verb = operation(&need.action);
            assert!(!verb.starts_with("Delete") && !verb.starts_with("Bypass"), "{}", need.action);
            assert!(need.resources.as_texts().iter().all(|arn| arn.starts_with("arn:aws:s3:::log-archive")));
        }
        let statements = statements(&setup, role);
        let denied = denied(&statements, "DenyTakingEvidenceAway").to_string();
        for action in ["s3:DeleteObject*", "s3:BypassGovernanceRetention", "s3:PutLifecycleConfiguration"] {
            assert!(denied.contains(action), "{denied}");
        }
    }
    // With a role of its own for it, the credentials at hand only become that role.
    let runner = everything(&setup(WHOLE), &declared()).into_iter().find(|(holder, _)| holder.role == Role::Runner);
    assert!(runner.unwrap().1.iter().all(|need| !need.action.starts_with("s3:")));
}

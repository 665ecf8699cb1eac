//! What is asked beforehand: permissions, roles, keys, quotas, the time; and messages to topics.

use std::sync::Arc;

use backproof_aws::AwsCloud;
use backproof_clock::VirtualClock;
use backproof_cloud::{Circumstance, CircumstanceKind, Cloud, Party, Question, Ruling, SigningKeys, Topics, Trouble};
use jiff::Timestamp;

use crate::double::{Double, Reply, SANDBOX, START, Seen, config, json_error, ok, query_error, region, runtime};

/// AWS that answers everything by `script`, and a way to it.
fn cloud_of(clock: &VirtualClock, script: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> (AwsCloud, Arc<Double>) {
    let double = Double::new(move |_, seen| script(seen));
    (AwsCloud::new(config(&double, clock)), double)
}

fn sandbox_role() -> String {
    format!("arn:aws:iam::{SANDBOX}:role/teams/backproof")
}

fn question() -> Question {
    Question {
        actions: (1..=60).map(|number| format!("dynamodb:Action{number}")).collect(),
        resources: vec!["arn:aws:dynamodb:eu-central-1:999988887777:table/bp-doctor".into()],
        circumstances: vec![Circumstance {
            key: "iam:PassedToService".into(),
            value: "backup.amazonaws.com".into(),
            kind: CircumstanceKind::Text,
        }],
    }
}

/// One page with one decision; the first of each request says that there is another.
fn simulated(seen: &Seen) -> Reply {
    let later = seen.body.contains("Marker=more");
    let (decision, next) = if later { ("explicitDeny", "<IsTruncated>false</IsTruncated>") } else { ("allowed", MORE) };
    ok(format!(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member>\
         <EvalActionName>dynamodb:Action1</EvalActionName><EvalResourceName>*</EvalResourceName>\
         <EvalDecision>{decision}</EvalDecision>\
         <MatchedStatements><member><SourcePolicyId>guard</SourcePolicyId></member></MatchedStatements>\
         </member></EvaluationResults>{next}</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    ))
}

const MORE: &str = "<IsTruncated>true</IsTruncated><Marker>more</Marker>";

#[test]
fn permissions_are_asked_in_parts_and_read_to_the_last_page() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(&clock, simulated);
    runtime.block_on(async {
        let inspection = cloud.inspect(&Party::Sandbox, &region()).await;
        let decisions = inspection.permissions.rulings(&sandbox_role(), &question()).await.unwrap();
        let rulings: Vec<_> = decisions.iter().map(|decision| &decision.ruling).collect();
        let page = [&Ruling::Allowed, &Ruling::DeniedExplicitly];
        assert_eq!(rulings, [page, page].concat());
        assert_eq!(decisions[1].by, ["guard"]);
    });
    let asked = double.seen();
    assert_eq!(asked.len(), 4, "two parts of two pages");
    assert!(asked[0].body.contains("ActionNames.member.50=") && !asked[0].body.contains("ActionNames.member.51="));
    assert!(
        asked[0].body.contains("ContextEntries.member.1.ContextKeyName=iam%3APassedToService"),
        "{}",
        asked[0].body
    );
    assert!(asked[0].body.contains("PolicySourceArn=arn%3Aaws%3Aiam%3A%3A999988887777%3Arole%2Fteams%2Fbackproof"));
    assert_eq!(cloud.calls()["iam:SimulatePrincipalPolicy"], 4);
}

#[test]
fn who_may_not_ask_for_permissions_is_told_so() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(&clock, |_| query_error(403, "AccessDenied", "User is not authorized"));
    runtime.block_on(async {
        let inspection = cloud.inspect(&Party::Sandbox, &region()).await;
        let error = inspection.permissions.rulings(&sandbox_role(), &question()).await.unwrap_err();
        assert_eq!((error.trouble, error.call.as_str()), (Trouble::Denied, "iam:SimulatePrincipalPolicy"));
    });
}

#[test]
fn a_role_is_read_with_its_trust_policy() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(&clock, |seen| {
        if seen.body.contains("RoleName=nobody") {
            return query_error(404, "NoSuchEntity", "The role with name nobody cannot be found.");
        }
        ok("<GetRoleResponse><GetRoleResult><Role><Path>/teams/</Path><RoleName>restore</RoleName>\
            <RoleId>AROA1</RoleId><Arn>arn:aws:iam::999988887777:role/teams/restore</Arn>\
            <CreateDate>2026-01-01T00:00:00Z</CreateDate><MaxSessionDuration>7200</MaxSessionDuration>\
            <AssumeRolePolicyDocument>%7B%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B\
            %22Service%22%3A%22backup.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D\
            </AssumeRolePolicyDocument></Role></GetRoleResult></GetRoleResponse>")
    });
    runtime.block_on(async {
        let roles = cloud.inspect(&Party::Sandbox, &region()).await.roles;
        let role = roles.role("restore").await.unwrap();
        assert_eq!(role.arn, "arn:aws:iam::999988887777:role/teams/restore");
        assert_eq!(role.longest_session.unwrap().as_secs(), 7200);
        assert!(role.trust.unwrap().services.contains("backup.amazonaws.com"));
        assert!(roles.role("nobody").await.unwrap_err().is_not_found());
    });
}

#[test]
fn a_key_is_enabled_only_where_its_state_says_so_too() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(&clock, |seen| {
        let state = if seen.body.contains("/gone") { "PendingDeletion" } else { "Enabled" };
        ok(format!(
            r#"{{"KeyMetadata": {{"AWSAccountId": "999988887777", "KeyId": "k", "Enabled": true, "KeyState": "{state}",
            "Arn": "arn:aws:kms:eu-central-1:999988887777:key/k", "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT"}}}}"#
        ))
    });
    runtime.block_on(async {
        let keys = cloud.inspect(&Party::Sandbox, &region()).await.keys;
        let key = keys.key("arn:aws:kms:eu-central-1:999988887777:key/k").await.unwrap();
        assert!(key.enabled && key.is_symmetric && !key.is_of_aws, "{key:?}");
        assert_eq!(key.account.unwrap().as_str(), SANDBOX);
        let gone = keys.key("arn:aws:kms:eu-central-1:999988887777:key/gone").await.unwrap();
        assert_eq!((gone.enabled, gone.state.as_str()), (false, "PendingDeletion"));
    });
    assert_eq!(double.seen()[0].target, "TrentService.DescribeKey");
}

#[test]
fn a_quota_without_a_value_of_its_own_is_aws_default() {
    let (runtime, clock) = runtime();
    let (cloud, _) = cloud_of(&clock, |seen| {
        if seen.target.ends_with("GetServiceQuota") && seen.body.contains("L-1") {
            return json_error(400, "NoSuchResourceException", "no such quota");
        }
        ok(r#"{"Quota": {"Value": 40.0}}"#)
    });
    runtime.block_on(async {
        let quotas = cloud.inspect(&Party::Sandbox, &region()).await.quotas;
        let default = quotas.quota("rds", "L-1").await.unwrap();
        assert_eq!((default.value, default.is_own), (40.0, false));
        let own = quotas.quota("rds", "L-2").await.unwrap();
        assert_eq!((own.value, own.is_own), (40.0, true));
    });
    let calls = cloud.calls();
    assert_eq!(calls["servicequotas:GetServiceQuota"], 2);
    assert_eq!(calls["servicequotas:GetAWSDefaultServiceQuota"], 1);
}

#[test]
fn the_time_in_aws_is_told_by_refusals_too() {
    let (runtime, clock) = runtime();
    let dated = |reply: Reply| match reply {
        Reply::Body { status, mut headers, body } => {
            headers.push(("date", "Thu, 01 Jan 2026 00:10:00 GMT".to_owned()));
            Reply::Body { status, headers, body }
        }
        other @ (Reply::Lost(_) | Reply::Silence) => other,
    };
    let (cloud, _) =
        cloud_of(&clock, move |_| dated(query_error(403, "SignatureDoesNotMatch", "Signature expired: ...")));
    runtime.block_on(async {
        let time = cloud.inspect(&Party::AtHand, &region()).await.time;
        let told = time.time_in_aws().await.unwrap();
        assert_eq!(told, START.parse::<Timestamp>().unwrap() + jiff::SignedDuration::from_mins(10));
    });
    let (cloud, _) = cloud_of(&clock, |_| query_error(403, "AccessDenied", "no"));
    runtime.block_on(async {
        let time = cloud.inspect(&Party::AtHand, &region()).await.time;
        assert_eq!(time.time_in_aws().await.unwrap_err().trouble, Trouble::Denied);
    });
}

#[test]
fn a_message_goes_to_its_topics_region_with_the_credentials_at_hand() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(&clock, |_| {
        ok("<PublishResponse><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>")
    });
    runtime.block_on(async {
        let topic = "arn:aws:sns:eu-west-1:111122223333:alarms".parse().unwrap();
        assert_eq!(cloud.publish(&topic, "a run has failed", "see the report").await.unwrap(), "m-1");
        let no_topic = "arn:aws:sqs:eu-west-1:111122223333:alarms".parse().unwrap();
        assert_eq!(cloud.publish(&no_topic, "s", "m").await.unwrap_err().trouble, Trouble::Invalid);
    });
    let seen = double.seen();
    assert_eq!(seen.len(), 1, "what is no topic is not asked for");
    assert!(seen[0].host.contains("eu-west-1") && seen[0].authorization.contains("/eu-west-1/sns/"), "{:?}", seen[0]);
    assert!(seen[0].body.contains("Subject=a%20run%20has%20failed"), "{}", seen[0].body);
}

/// KMS with a key of this spec and usage, whose public part is `key` and whose signatures are `signature`.
fn kms(spec: &'static str, usage: &'static str) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    move |seen| {
        ok(if seen.target.ends_with("GetPublicKey") {
            format!(r#"{{"PublicKey":"a2V5","KeySpec":"{spec}","KeyUsage":"{usage}"}}"#)
        } else {
            r#"{"Signature":"c2lnbmF0dXJl"}"#.to_owned()
        })
    }
}

#[test]
fn a_digest_is_signed_in_the_keys_region_and_told_to_be_one() {
    let (runtime, clock) = runtime();
    let (cloud, double) = cloud_of(&clock, kms("ECC_NIST_P256", "SIGN_VERIFY"));
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k-1";
    runtime.block_on(async {
        assert_eq!(cloud.public_key(key).await.unwrap(), b"key");
        assert_eq!(cloud.sign_digest(key, &[0; 32]).await.unwrap(), b"signature");
        for no_key in ["arn:aws:sns:eu-west-1:111122223333:alarms", "alias/mine"] {
            assert_eq!(cloud.public_key(no_key).await.unwrap_err().trouble, Trouble::Invalid);
            assert_eq!(cloud.sign_digest(no_key, &[0; 32]).await.unwrap_err().trouble, Trouble::Invalid);
        }
    });
    let seen = double.seen();
    assert_eq!(seen.len(), 2, "what is no key is not asked for");
    assert!(seen.iter().all(|seen| seen.authorization.contains("/eu-west-1/kms/")), "{seen:?}");
    assert_eq!(seen[1].target, "TrentService.Sign");
    for part in ["\"MessageType\":\"DIGEST\"", "\"SigningAlgorithm\":\"ECDSA_SHA_256\"", &"A".repeat(43)] {
        assert!(seen[1].body.contains(part), "{part}: {}", seen[1].body);
    }
}

#[test]
fn a_key_that_is_not_for_signing_with_p256_is_refused_with_how_to_make_one() {
    for (spec, usage) in [
        ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
        ("RSA_2048", "SIGN_VERIFY"),
        ("ECC_NIST_EDWARDS25519", "SIGN_VERIFY"),
        ("ECC_NIST_P256", "KEY_AGREEMENT"),
    ] {
        let (runtime, clock) = runtime();
        let (cloud, _) = cloud_of(&clock, kms(spec, usage));
        let key = "arn:aws:kms:eu-west-1:111122223333:key/k-1";
        let refused = runtime.block_on(cloud.public_key(key)).unwrap_err();
        assert_eq!(refused.trouble, Trouble::Invalid);
        assert!(refused.message.contains(spec) && refused.message.contains("--key-spec ECC_NIST_P256"), "{refused}");
    }
}

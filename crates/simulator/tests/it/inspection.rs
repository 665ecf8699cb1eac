//! What can be asked beforehand: permissions, keys, quotas, addresses, the time; and messages to topics.

use backproof_simulator::World;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::client::{self, Client};
use crate::worlds::small;

const SANDBOX: &str = "999988887777";

/// What IAM decides of `action` for a role of the sandbox, asked with its own session.
async fn decided(client: &Client, role: &str, action: &str) -> (String, u16) {
    let form = format!(
        "Action=SimulatePrincipalPolicy&Version=2010-05-08&ActionNames.member.1={action}\
         &PolicySourceArn=arn:aws:iam::{SANDBOX}:role/{role}"
    );
    let (status, xml) = client.as_key(SANDBOX).query("iam", &form).await;
    (element(&xml, "EvalDecision"), status)
}

fn element(xml: &str, name: &str) -> String {
    let after = xml.split(&format!("<{name}>")).nth(1).unwrap_or_default();
    after.split('<').next().unwrap_or_default().to_owned()
}

/// A session of a role of the sandbox.
async fn session_of(client: &Client, role: &str) -> Client {
    let form =
        format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=run&RoleArn=arn:aws:iam::{SANDBOX}:role/{role}");
    client.as_key(&element(&client.query("sts", &form).await.1, "AccessKeyId"))
}

#[test]
fn what_the_world_denies_is_denied_in_calls_and_in_the_simulation() {
    let denied = format!(
        "[[denied]]\naccount = \"{SANDBOX}\"\nrole = \"backproof-sandbox\"\nactions = [\"backup:ListBackup*\"]\n"
    );
    client::run(small(&denied), |client: Client| async move {
        let sandbox = session_of(&client, "backproof-sandbox").await;
        assert_eq!(sandbox.call("backup", "GET", "/backup-vaults", None).await.0, 403);
        let of = |role, action| decided(&client, role, action);
        assert_eq!(of("backproof-sandbox", "backup:ListBackupVaults").await, ("implicitDeny".into(), 200));
        assert_eq!(of("backproof-sandbox", "backup:ListTags").await, ("allowed".into(), 200));
        assert_eq!(of("backproof-restore", "backup:ListBackupVaults").await, ("allowed".into(), 200));
        assert_eq!(of("nobody", "backup:ListTags").await.1, 404);
    });
}

#[test]
fn a_role_with_a_list_of_actions_may_do_nothing_else() {
    let world = format!(
        "[[roles]]\naccount = \"{SANDBOX}\"\nname = \"reader\"\ntrusts = [\"111122223333\"]\n\
         allows = [\"backup:List*\", \"iam:*\"]\n"
    );
    client::run(small(&world), |client: Client| async move {
        let reader = session_of(&client, "reader").await;
        assert_eq!(reader.call("backup", "GET", "/backup-vaults", None).await.0, 200);
        let (status, refused) = reader.call("backup", "GET", "/restore-jobs/x", None).await;
        assert_eq!((status, refused["Code"].as_str()), (403, Some("AccessDeniedException")));
        assert_eq!(reader.query("sts", "Action=GetCallerIdentity&Version=2011-06-15").await.0, 200);
        assert_eq!(decided(&client, "reader", "backup:DescribeRestoreJob").await.0, "implicitDeny");
        assert_eq!(decided(&client, "reader", "backup:ListRestoreJobs").await.0, "allowed");
    });
}

#[test]
fn keys_have_a_state_and_are_seen_by_those_they_are_shared_with() {
    let key = |name: &str| format!("arn:aws:kms:eu-central-1:111122223333:key/{name}");
    let world = format!(
        "[[keys]]\narn = \"{}\"\nstate = \"Disabled\"\n[[keys]]\narn = \"{}\"\nshared_with = [\"{SANDBOX}\"]\nof_aws = true\n",
        key("closed"),
        key("shared"),
    );
    client::run(small(&world), |client: Client| async move {
        let describe = |client: Client, key: String| async move {
            client.json("kms", "TrentService.DescribeKey", json!({ "KeyId": key })).await
        };
        let (_, closed) = describe(client.clone(), key("closed")).await;
        assert_eq!(
            (closed["KeyMetadata"]["KeyState"].as_str(), closed["KeyMetadata"]["Enabled"].as_bool()),
            (Some("Disabled"), Some(false))
        );
        let sandbox = client.as_key(SANDBOX);
        assert_eq!(describe(sandbox.clone(), key("closed")).await.1["__type"], "AccessDeniedException");
        let (status, shared) = describe(sandbox.clone(), key("shared")).await;
        assert_eq!((status, shared["KeyMetadata"]["KeyManager"].as_str()), (200, Some("AWS")));
        assert_eq!(describe(sandbox, key("unlisted")).await.0, 200);
    });
}

#[test]
fn quotas_and_free_addresses_are_the_worlds() {
    let network = format!(
        "[[networks]]\naccount = \"{SANDBOX}\"\nregion = \"eu-central-1\"\n\
         vpcs = [{{ id = \"vpc-1\", cidr = \"10.0.0.0/16\", subnets = [\
         {{ id = \"subnet-1\", cidr = \"10.0.1.0/24\", zone = \"a\", free_addresses = 2 }}] }}]\n"
    );
    let quota = format!("[[quotas]]\naccount = \"{SANDBOX}\"\nservice = \"rds\"\ncode = \"L-7B6409FD\"\nvalue = 3\n");
    client::run(small(&(network + &quota)), |client: Client| async move {
        let sandbox = client.as_key(SANDBOX);
        let (_, subnets) = sandbox.query("ec2", "Action=DescribeSubnets&Version=2016-11-15").await;
        assert_eq!(element(&subnets, "availableIpAddressCount"), "2");
        let asked = json!({ "ServiceCode": "rds", "QuotaCode": "L-7B6409FD" });
        let target = "ServiceQuotasV20190624.GetServiceQuota";
        let (_, quota) = sandbox.json("servicequotas", target, asked.clone()).await;
        assert_eq!(quota["Quota"]["Value"], 3.0);
        assert_eq!(client.json("servicequotas", target, asked).await.1["__type"], "NoSuchResourceException");
        let unknown = json!({ "ServiceCode": "rds", "QuotaCode": "L-0" });
        assert_eq!(sandbox.json("servicequotas", target, unknown).await.0, 400);
    });
}

#[test]
fn what_was_published_can_be_read() {
    let world = "topics = [\"arn:aws:sns:eu-central-1:111122223333:alarms\"]\n";
    let world = World::parse(&format!("{world}{}", include_str!("../../worlds/no-alarm.toml"))).unwrap();
    client::run(world, |client: Client| async move {
        let publish = |topic: &str| {
            format!(
                "Action=Publish&Version=2010-03-31&TopicArn=arn:aws:sns:eu-central-1:111122223333:{topic}&Subject=S&Message=M"
            )
        };
        assert_eq!(client.query("sns", &publish("alarms")).await.0, 200);
        assert_eq!(client.query("sns", &publish("others")).await.0, 404);
        let published = client.simulator.published();
        assert_eq!(published.len(), 1);
        let one = &published[0];
        assert_eq!((one.subject.as_deref(), one.message.as_str()), (Some("S"), "M"));
    });
}

#[test]
fn a_key_that_signs_signs_digests_as_openssl_verifies_them() {
    let key = |name: &str| format!("arn:aws:kms:eu-central-1:111122223333:key/{name}");
    let world = format!(
        "[[keys]]\narn = \"{}\"\nsigns = true\n[[keys]]\narn = \"{}\"\nsigns = true\nstate = \"Disabled\"\n",
        key("signs"),
        key("disabled"),
    );
    client::run(small(&world), |client: Client| async move {
        let call = |operation: &str, body: Value| {
            let (client, target) = (client.clone(), format!("TrentService.{operation}"));
            async move { client.json("kms", &target, body).await }
        };
        let (_, described) = call("DescribeKey", json!({ "KeyId": key("signs") })).await;
        assert_eq!(described["KeyMetadata"]["KeySpec"], "ECC_NIST_P256");
        assert_eq!(described["KeyMetadata"]["SigningAlgorithms"], json!(["ECDSA_SHA_256"]));

        let (_, public) = call("GetPublicKey", json!({ "KeyId": key("signs") })).await;
        let digest = Sha256::digest(b"what is signed");
        let request = |digest: &[u8], key: String| {
            json!({
                "KeyId": key, "Message": STANDARD.encode(digest), "MessageType": "DIGEST",
                "SigningAlgorithm": "ECDSA_SHA_256",
            })
        };
        let (status, signed) = call("Sign", request(&digest, key("signs"))).await;
        assert_eq!(status, 200, "{signed}");
        let directory = tempfile::tempdir().unwrap();
        let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
        std::fs::write(directory.path().join("key.der"), bytes(&public["PublicKey"])).unwrap();
        std::fs::write(directory.path().join("signature"), bytes(&signed["Signature"])).unwrap();
        std::fs::write(directory.path().join("message"), "what is signed").unwrap();
        let verify = ["dgst", "-sha256", "-verify", "key.der", "-keyform", "DER", "-signature", "signature", "message"];
        let openssl =
            std::process::Command::new("openssl").args(verify).current_dir(directory.path()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&openssl.stdout).trim(), "Verified OK", "{openssl:?}");

        let code = |answer: (u16, Value)| answer.1["__type"].as_str().unwrap_or_default().to_owned();
        assert_eq!(code(call("Sign", request(&digest, key("disabled"))).await), "DisabledException");
        assert_eq!(code(call("Sign", request(&digest, key("encrypts"))).await), "UnsupportedOperationException");
        assert_eq!(code(call("Sign", request(&digest[..31], key("signs"))).await), "ValidationException");
        let mut rsa = request(&digest, key("signs"));
        rsa["SigningAlgorithm"] = json!("RSASSA_PSS_SHA_256");
        assert_eq!(code(call("Sign", rsa).await), "InvalidKeyUsageException");
    });
}

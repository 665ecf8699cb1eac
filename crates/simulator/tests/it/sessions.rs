//! Signing in: accounts, roles, sessions that end.

use crate::client::{self, Client};
use crate::worlds::small;

const ROLE: &str = "Action=AssumeRole&Version=2011-06-15&RoleSessionName=run&RoleArn=arn:aws:iam::999988887777:role/";

/// What `<name>` holds in an answer.
fn element(xml: &str, name: &str) -> String {
    let after = xml.split(&format!("<{name}>")).nth(1).unwrap_or_default();
    after.split('<').next().unwrap_or_default().to_owned()
}

#[test]
fn a_role_gives_its_account_until_it_expires() {
    client::run(small(""), |client: Client| async move {
        let identity = "Action=GetCallerIdentity&Version=2011-06-15";
        assert_eq!(element(&client.query("sts", identity).await.1, "Account"), "111122223333");
        let (status, answer) = client.query("sts", &format!("{ROLE}backproof-sandbox")).await;
        assert_eq!(status, 200, "{answer}");
        let session = client.as_key(&element(&answer, "AccessKeyId"));
        let (_, who) = session.query("sts", identity).await;
        assert_eq!(element(&who, "Account"), "999988887777");
        assert_eq!(element(&who, "Arn"), "arn:aws:sts::999988887777:assumed-role/backproof-sandbox/run");
        let vaults = session.backup("GET", "/backup-vaults", None).await;
        assert_eq!(vaults["BackupVaultList"][0]["BackupVaultName"], "backproof-sandbox");
        session.wait(3601).await;
        let (status, error) = session.call("backup", "GET", "/backup-vaults", None).await;
        assert_eq!((status, error["Code"].as_str()), (403, Some("ExpiredTokenException")));
        let (status, error) = session.query("sts", identity).await;
        assert_eq!((status, element(&error, "Code")), (403, "ExpiredToken".to_owned()));
    });
}

#[test]
fn a_chained_session_lasts_an_hour_at_most() {
    client::run(small(""), |client: Client| async move {
        let long = format!("{ROLE}backproof-sandbox&DurationSeconds=43200");
        let (status, answer) = client.query("sts", &long).await;
        assert_eq!(status, 200, "{answer}");
        let session = client.as_key(&element(&answer, "AccessKeyId"));
        let (status, error) = session.query("sts", &long).await;
        assert_eq!(status, 400);
        assert!(
            element(&error, "Message").contains("1 hour session limit for roles assumed by role chaining"),
            "{error}"
        );
        assert_eq!(session.query("sts", &format!("{ROLE}backproof-sandbox")).await.0, 200);
    });
}

#[test]
fn roles_that_do_not_trust_the_caller_or_do_not_exist_are_refused() {
    client::run(small(""), |client: Client| async move {
        for role in ["backproof-restore", "nobody"] {
            let (status, error) = client.query("sts", &format!("{ROLE}{role}")).await;
            assert_eq!((status, element(&error, "Code")), (403, "AccessDenied".to_owned()), "{role}");
        }
        let (status, error) = client.as_key("ASIABACKPROOFFOREIGN").call("backup", "GET", "/backup-vaults", None).await;
        assert_eq!((status, error["Code"].as_str()), (403, Some("UnrecognizedClientException")));
    });
}

#[test]
fn a_permission_that_is_missing_is_denied_to_its_role_only() {
    let denied = "[[denied]]\naccount = \"111122223333\"\nactions = [\"backup:List*\"]\n";
    client::run(small(denied), |client: Client| async move {
        let (status, error) = client.call("backup", "GET", "/backup-vaults", None).await;
        assert_eq!((status, error["Code"].as_str()), (403, Some("AccessDeniedException")));
        assert!(error["Message"].as_str().unwrap().contains("backup:ListBackupVaults"), "{error}");
        client.backup("GET", "/backup-vaults/daily", None).await;
        client.as_key("999988887777").backup("GET", "/backup-vaults", None).await;
    });
}

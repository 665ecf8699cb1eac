//! IAM roles as they are: whether they exist, who may assume them, for how long.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use backproof_model::AccountId;
use jiff::Timestamp;
use serde_json::Value;

use crate::CallError;

/// An IAM role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleFacts {
    /// Its ARN, with its path.
    pub arn: String,
    /// Who may assume it; nothing where the policy cannot be read.
    pub trust: Option<Trust>,
    /// The longest session that it gives, where AWS tells.
    pub longest_session: Option<Duration>,
    /// When it was last used, where AWS tells.
    pub last_used: Option<Timestamp>,
}

/// Who may assume a role, by its trust policy. Conditions are not worked out: only that there are some is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Services: `backup.amazonaws.com`.
    pub services: BTreeSet<String>,
    /// Everybody else: ARNs, account numbers, identity providers, `*`.
    pub others: BTreeSet<String>,
    /// External ids that a statement asks for.
    pub external_ids: BTreeSet<String>,
}

impl Trust {
    /// Reads a trust policy; nothing where it is none.
    pub fn of_policy(policy: &str) -> Option<Self> {
        let policy: Value = serde_json::from_str(policy).ok()?;
        let mut trust = Self::default();
        for statement in each(policy.get("Statement")?) {
            if statement["Effect"] != "Allow" || !allows_assuming(statement) {
                continue;
            }
            match &statement["Principal"] {
                Value::String(everybody) => {
                    trust.others.insert(everybody.clone());
                }
                Value::Object(kinds) => {
                    for (kind, principals) in kinds {
                        let into = if kind == "Service" { &mut trust.services } else { &mut trust.others };
                        into.extend(texts(principals));
                    }
                }
                // A statement that says who may not, lets everybody else.
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                    trust.others.insert("everybody but some".into());
                }
            }
            let conditions = statement["Condition"].as_object().into_iter().flat_map(serde_json::Map::values);
            let asked = conditions.filter_map(Value::as_object).flatten();
            let external = asked.filter(|(key, _)| key.eq_ignore_ascii_case("sts:ExternalId"));
            trust.external_ids.extend(external.flat_map(|(_, values)| texts(values)));
        }
        Some(trust)
    }
}

fn allows_assuming(statement: &Value) -> bool {
    let assumes =
        |action: String| action == "*" || action.eq_ignore_ascii_case("sts:*") || action.starts_with("sts:Assume");
    texts(&statement["Action"]).into_iter().any(assumes) || !statement["NotAction"].is_null()
}

fn each(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

fn texts(value: &Value) -> Vec<String> {
    each(value).iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Account and name of the role behind a session's ARN; nothing for users, root and roles themselves.
///
/// `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION` has no path, which the role's own ARN may have.
pub fn session_role(caller_arn: &str) -> Option<(AccountId, &str)> {
    let mut parts = caller_arn.splitn(6, ':');
    let (service, account, resource) = (parts.nth(2)?, parts.nth(1)?, parts.next()?);
    let name = resource.strip_prefix("assumed-role/")?.split('/').next()?;
    (service == "sts" && !name.is_empty()).then_some((account.parse().ok()?, name))
}

/// Account and name in a role's own ARN; a path between them is not part of the name.
pub fn role_parts(role_arn: &str) -> Option<(AccountId, &str)> {
    let mut parts = role_arn.splitn(6, ':');
    let (service, account, resource) = (parts.nth(2)?, parts.nth(1)?, parts.next()?);
    let name = resource.strip_prefix("role/")?.rsplit('/').next()?;
    (service == "iam" && !name.is_empty()).then_some((account.parse().ok()?, name))
}

/// Reads IAM roles. Changes nothing.
#[async_trait]
pub trait ReadRoles: Send + Sync {
    /// `GetRole` by name, without path, in the session's account.
    ///
    /// # Errors
    /// Gives back what AWS answered; a role that does not exist is [`crate::Trouble::NotFound`].
    async fn role(&self, name: &str) -> Result<RoleFacts, CallError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_role_behind_a_session_and_in_an_arn_is_found() {
        let of = |arn| session_role(arn).map(|(account, name)| format!("{account} {name}"));
        let session = "arn:aws:sts::111122223333:assumed-role/backproof-source/a/b";
        assert_eq!(of(session).as_deref(), Some("111122223333 backproof-source"));
        assert_eq!(of("arn:aws:iam::111122223333:user/dana"), None);
        assert_eq!(of("arn:aws:iam::111122223333:role/backproof"), None);
        let of = |arn| role_parts(arn).map(|(account, name)| format!("{account} {name}"));
        assert_eq!(of("arn:aws:iam::111122223333:role/teams/dr/backproof").as_deref(), Some("111122223333 backproof"));
        assert_eq!(of("arn:aws:iam::111122223333:user/backproof"), None);
        assert_eq!(of("backproof"), None);
    }

    #[test]
    fn a_trust_policy_tells_services_others_and_external_ids() {
        let policy = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]}, "Action": ["sts:AssumeRole"],
             "Condition": {"StringEquals": {"sts:ExternalId": "k3v9"}}},
            {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:TagSession"}]}"#;
        let trust = Trust::of_policy(policy).unwrap();
        assert_eq!(trust.services, BTreeSet::from(["backup.amazonaws.com".into()]));
        assert_eq!(trust.others, BTreeSet::from(["arn:aws:iam::111122223333:root".into()]));
        assert_eq!(trust.external_ids, BTreeSet::from(["k3v9".into()]));
    }

    #[test]
    fn everybody_counts_however_it_is_written_and_no_policy_is_no_trust() {
        for principal in [r#""*""#, r#"{"AWS": "*"}"#] {
            let policy =
                format!(r#"{{"Statement": {{"Effect": "Allow", "Principal": {principal}, "Action": "sts:*"}}}}"#);
            assert_eq!(Trust::of_policy(&policy).unwrap().others, BTreeSet::from(["*".into()]), "{principal}");
        }
        let others = r#"{"Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "sts:AssumeRole"}}"#;
        assert!(!Trust::of_policy(others).unwrap().others.is_empty());
        assert_eq!(Trust::of_policy("{"), None);
    }
}

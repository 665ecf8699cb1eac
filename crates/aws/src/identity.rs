//! `GetCallerIdentity`: whose credentials these are. Needs no permission, and cannot be denied by a policy.

use std::sync::Arc;

use async_trait::async_trait;
use backproof_cloud::{CallError, Caller, CallerIdentity, Trouble};

use crate::convert::{need, parse, unreadable};
use crate::session::Session;

const CALL: &str = "sts:GetCallerIdentity";

/// Asks STS for a session.
pub(crate) struct Identity(pub(crate) Arc<Session>);

#[async_trait]
impl CallerIdentity for Identity {
    async fn caller(&self) -> Result<Caller, CallError> {
        let answer = self.0.call(CALL, self.0.sts.get_caller_identity().send()).await?;
        caller(answer.account, answer.arn)
    }
}

/// What STS said, in our words.
pub(crate) fn caller(account: Option<String>, arn: Option<String>) -> Result<Caller, CallError> {
    let account = parse(account, "Account").map_err(|problem| unreadable(CALL, problem))?;
    let arn = need(arn, "Arn").map_err(|problem| unreadable(CALL, problem))?;
    Ok(Caller { account, arn })
}

/// Refuses a session whose credentials belong to another account than it is meant for.
pub(crate) async fn verify(session: &Arc<Session>) -> Result<(), CallError> {
    let caller = Identity(session.clone()).caller().await?;
    if caller.account == session.account {
        return Ok(());
    }
    let message = format!(
        "these credentials belong to account {}, not {}: set scope.accounts[].role_arn to a role of {}",
        caller.account, session.account, session.account
    );
    Err(CallError { call: CALL.to_owned(), trouble: Trouble::Denied, code: None, message, request_id: None })
}

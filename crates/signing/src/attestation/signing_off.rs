//! Signs off what somebody else performed.

use jiff::Timestamp;

use super::{Attested, Context, SignOff};
use crate::envelope::Unsigned;
use crate::key::PublicKey;
use crate::trust::{Person, Role, Trust, is_same_name};

/// Why a sign-off is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignOffRefused {
    /// The reviewer holds the key that the operator signed with.
    #[error("key {key_id} is the operator's own: another person must sign off, with a key of their own")]
    OperatorsKey {
        /// The key.
        key_id: String,
    },
    /// The reviewer is the operator by name.
    #[error("{name} performed the run: another person must sign it off")]
    OperatorsName {
        /// The reviewer's name.
        name: String,
    },
    /// The key belongs to somebody else than the statement names.
    #[error("key {key_id} is {owner}'s by the trust file, and the sign-off names {name}")]
    OtherName {
        /// The key.
        key_id: String,
        /// Whose it is.
        owner: String,
        /// Whom the statement names.
        name: String,
    },
    /// The reviewer may operate too, and who the operator is cannot be told.
    #[error(
        "{name} may operate too, and the trust file does not show that the operator ({operator}) is somebody else: \
         let it name the operator"
    )]
    MayOperate {
        /// The reviewer's name.
        name: String,
        /// The operator, as the run names him.
        operator: String,
    },
    /// The trust file does not let this person review.
    #[error("{name} is no reviewer by the trust file")]
    NoReviewer {
        /// The reviewer's name.
        name: String,
    },
    /// The key does not hold at that time.
    #[error("the trust file does not let {name}'s key hold at {at}")]
    KeyOutOfTime {
        /// The reviewer's name.
        name: String,
        /// The moment.
        at: Timestamp,
    },
    /// Something that a sign-off must say is missing.
    #[error("a sign-off needs {what}")]
    Incomplete {
        /// What is missing.
        what: &'static str,
    },
}

/// The sign-off of the seal with this SHA-256, for the holder of `reviewer` to sign.
///
/// Where there is no trust file, or it does not know the key, only the operator's key and name are kept out.
///
/// # Errors
/// [`SignOffRefused`] where this person may not sign off this run.
pub fn sign_off(
    sign_off: SignOff,
    seal_sha256: &str,
    reviewer: &PublicKey,
    context: &Context<'_>,
) -> Result<Unsigned, SignOffRefused> {
    for (text, what) in [
        (&sign_off.reviewer, "the reviewer's name"),
        (&sign_off.role, "the reviewer's role"),
        (&sign_off.statement, "a statement"),
    ] {
        if text.trim().is_empty() {
            return Err(SignOffRefused::Incomplete { what });
        }
    }
    let owner = context.trust.and_then(|trust| trust.owner_of(reviewer.id()));
    may_sign_off(&sign_off, reviewer, owner, context)?;
    Ok(Attested::SignOff(sign_off).statement(seal_sha256, reviewer))
}

/// Whether this person may sign off: asked before signing, and again by whoever verifies.
pub(super) fn may_sign_off(
    sign_off: &SignOff,
    reviewer: &PublicKey,
    owner: Option<&Person>,
    context: &Context<'_>,
) -> Result<(), SignOffRefused> {
    let key_id = reviewer.id().to_owned();
    if context.operator_keys.iter().any(|key| key.id() == key_id) {
        return Err(SignOffRefused::OperatorsKey { key_id });
    }
    let name = sign_off.reviewer.trim().to_owned();
    if context.operator.is_some_and(|operator| is_same_name(&name, operator)) {
        return Err(SignOffRefused::OperatorsName { name });
    }
    match (context.trust, owner) {
        (Some(trust), Some(owner)) => may_review(sign_off, &key_id, owner, trust, context),
        (None | Some(_), _) => Ok(()),
    }
}

fn may_review(
    sign_off: &SignOff,
    key_id: &str,
    owner: &Person,
    trust: &Trust,
    context: &Context<'_>,
) -> Result<(), SignOffRefused> {
    let name = owner.name.clone();
    if !owner.is_called(&sign_off.reviewer) {
        let named = sign_off.reviewer.trim().to_owned();
        return Err(SignOffRefused::OtherName { key_id: key_id.to_owned(), owner: name, name: named });
    }
    let operated = context.operator_keys.iter().filter_map(|key| trust.owner_of(key.id()));
    let is_operator = context.operator.is_some_and(|operator| owner.is_called(operator));
    if is_operator || operated.into_iter().any(|operator| operator.is_the_same_as(owner)) {
        return Err(SignOffRefused::OperatorsName { name });
    }
    let operator = context.operator.and_then(|operator| trust.operator(operator));
    if operator.is_some_and(|operator| operator.is_the_same_as(owner)) {
        return Err(SignOffRefused::OperatorsName { name });
    }
    if !owner.may(Role::Reviewer) {
        return Err(SignOffRefused::NoReviewer { name });
    }
    if let Some(unknown) = context.operator.filter(|_| owner.may(Role::Operator) && operator.is_none()) {
        return Err(SignOffRefused::MayOperate { name, operator: unknown.to_owned() });
    }
    for at in std::iter::once(sign_off.signed_at).chain(context.stamped_at) {
        if !owner.holds_at(at) {
            return Err(SignOffRefused::KeyOutOfTime { name, at });
        }
    }
    Ok(())
}

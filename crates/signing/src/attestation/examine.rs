//! Whether an attestation is believed: by its signature, its subject, the trust file and the moments.
//!
//! The moment of signing is the signer's own word. A key's window is judged at it, and once more at the moment of a
//! time-stamp over the envelope where there is one, so that a key that ran out cannot be used with a date from before.
//! A statement that says no moment is judged at the run's closing instead: it cannot have been signed earlier.

use jiff::Timestamp;

use super::signing_off::may_sign_off;
use super::{Attested, ExceptionDecision, RunAttested, SEALED_FILE, Said, read};
use crate::approval::STATEMENT_PAYLOAD;
use crate::envelope::{Envelope, verify};
use crate::key::PublicKey;
use crate::trust::{Person, Role, Trust};

/// What an attestation is judged against.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Who performed the run, as its journal says: a name, or `login on host`; `None` where the journal cannot be read.
    pub operator: Option<&'a str>,
    /// The keys that the operator signed this run with, from the operator's own attestation.
    pub operator_keys: &'a [PublicKey],
    /// Who has which key; `None` where nobody said.
    pub trust: Option<&'a Trust>,
    /// When the run was closed, by its journal: nobody can have signed its bundle before.
    pub closed_at: Option<Timestamp>,
    /// The moment at which a believed time-stamp over this very envelope shows it to have existed.
    pub stamped_at: Option<Timestamp>,
}

/// Whether an attestation is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It holds, and somebody who is trusted vouches for who made it.
    Trusted,
    /// It holds, and nothing says whose key it is.
    SignerUnknown,
    /// It does not hold.
    Invalid,
}

/// What is known of one attestation.
#[derive(Clone, Debug, PartialEq)]
pub struct Examined {
    /// Whether it is believed.
    pub standing: Standing,
    /// The person, where the trust file knows the key.
    pub person: Option<String>,
    /// The key that signed; where none did, what the envelope names.
    pub key_id: Option<String>,
    /// The key itself, where its signature holds.
    pub key: Option<PublicKey>,
    /// The role in which it was signed: `operator`, or as the reviewer said it.
    pub role: Option<String>,
    /// When, as the signer says.
    pub at: Option<Timestamp>,
    /// What was stated.
    pub statement: Option<String>,
    /// What was decided of exceptions.
    pub decisions: Vec<ExceptionDecision>,
    /// Why the standing is what it is, in a sentence.
    pub remark: String,
    /// All that was said, where the signature holds and is over this seal.
    pub attested: Option<Attested>,
}

/// How an attestation stands, from the text of its envelope and the SHA-256 of the bundle's `SHA256SUMS`.
pub fn examine(envelope: &[u8], seal_sha256: &str, context: &Context<'_>) -> Examined {
    let (envelope, said) = match opened(envelope) {
        Ok(opened) => opened,
        Err(why) => return invalid(None, format!("it is not believed: {why}")),
    };
    let named = envelope.signatures.first().map(|signature| signature.keyid.clone());
    let key = match signer(&envelope, &said, context) {
        Ok(key) => key,
        Err(why) => return invalid(named, format!("its signature is not believed: {why}")),
    };
    if said.seal_sha256 != seal_sha256 {
        let why = format!(
            "it is about another bundle: it names {SEALED_FILE} with SHA-256 {}, and this bundle's is {seal_sha256}",
            said.seal_sha256
        );
        return invalid(Some(key.id().to_owned()), why);
    }
    let owner = context.trust.and_then(|trust| trust.owner_of(key.id()));
    let (standing, remark) = judge(&said.attested, &key, owner, context);
    Examined {
        standing,
        person: owner.map(|owner| owner.name.clone()),
        key_id: Some(key.id().to_owned()),
        role: Some(said.attested.role().to_owned()),
        at: said.attested.signed_at(),
        statement: said.attested.words().map(str::to_owned),
        decisions: said.attested.decisions().to_vec(),
        remark,
        key: Some(key),
        attested: Some(said.attested),
    }
}

fn opened(text: &[u8]) -> Result<(Envelope, Said), String> {
    let envelope = Envelope::read(text).map_err(|error| error.to_string())?;
    let said = read(&envelope.payload)?;
    Ok((envelope, said))
}

/// The key that signed: the one that the statement carries, or one that is known already.
fn signer(envelope: &Envelope, said: &Said, context: &Context<'_>) -> Result<PublicKey, String> {
    let known = context.operator_keys.iter().chain(context.trust.iter().flat_map(|trust| trust.keys()));
    let keys: Vec<PublicKey> = match &said.key {
        Some(own) => vec![own.clone()],
        None => known.cloned().collect(),
    };
    let verified = verify(envelope, STATEMENT_PAYLOAD, &keys).map_err(|error| error.to_string())?;
    let signed = |key: &PublicKey| verified.signers.iter().any(|signer| signer == key.id());
    keys.into_iter().find(signed).ok_or_else(|| "no key signed it".to_owned())
}

fn invalid(key_id: Option<String>, remark: String) -> Examined {
    Examined {
        standing: Standing::Invalid,
        person: None,
        key_id: key_id.filter(|id| !id.is_empty()),
        key: None,
        role: None,
        at: None,
        statement: None,
        decisions: Vec::new(),
        remark,
        attested: None,
    }
}

fn judge(attested: &Attested, key: &PublicKey, owner: Option<&Person>, context: &Context<'_>) -> (Standing, String) {
    if let Err(why) = in_time(attested, context) {
        return (Standing::Invalid, why);
    }
    let allowed = match attested {
        Attested::Run(run) => names_the_operator(run, context).and_then(|()| may_operate(attested, owner, context)),
        Attested::TestResult(_) => may_operate(attested, owner, context),
        Attested::SignOff(sign_off) => {
            may_sign_off(sign_off, key, owner, context).map_err(|refused| refused.to_string())
        }
    };
    match (allowed, context.trust, owner) {
        (Err(why), ..) => (Standing::Invalid, why),
        (Ok(()), None, _) => (
            Standing::SignerUnknown,
            format!("the signature by key {} holds, and no trust file says whose that is", key.id()),
        ),
        (Ok(()), Some(_), None) => (
            Standing::SignerUnknown,
            format!("the signature by key {} holds, and the trust file does not know it", key.id()),
        ),
        // Whether it was for this signer to say depends on who performed the run.
        (Ok(()), Some(_), Some(owner)) if context.operator.is_none() => (
            Standing::SignerUnknown,
            format!("the signature by {} holds, and who performed the run cannot be read here", owner.name),
        ),
        (Ok(()), Some(_), Some(owner)) => (Standing::Trusted, believed(attested, owner, context)),
    }
}

fn in_time(attested: &Attested, context: &Context<'_>) -> Result<(), String> {
    let Some(signed_at) = attested.signed_at() else { return Ok(()) };
    if let Some(closed_at) = context.closed_at.filter(|closed_at| signed_at < *closed_at) {
        return Err(format!("it is dated {signed_at}, before the run was closed ({closed_at})"));
    }
    if let Some(stamped_at) = context.stamped_at.filter(|stamped_at| *stamped_at < signed_at) {
        return Err(format!("it is dated {signed_at}, after the time-stamp that it carries ({stamped_at})"));
    }
    Ok(())
}

fn names_the_operator(run: &RunAttested, context: &Context<'_>) -> Result<(), String> {
    match context.operator.filter(|operator| *operator != run.operator) {
        Some(operator) => Err(format!("it names {} as the operator, and the run's journal {operator}", run.operator)),
        None => Ok(()),
    }
}

fn may_operate(attested: &Attested, owner: Option<&Person>, context: &Context<'_>) -> Result<(), String> {
    let Some(owner) = owner else { return Ok(()) };
    let name = &owner.name;
    if !owner.may(Role::Operator) {
        return Err(format!("{name} signed it, and is no operator by the trust file"));
    }
    let moments = || attested.signed_at().or(context.closed_at).into_iter().chain(context.stamped_at);
    if moments().next().is_none() && !owner.holds_always() {
        return Err(format!("{name} signed it with a key that does not hold for ever, and nothing says when"));
    }
    match moments().find(|at| !owner.holds_at(*at)) {
        Some(at) => Err(format!("{name} signed it with a key that the trust file does not let hold at {at}")),
        None => Ok(()),
    }
}

fn believed(attested: &Attested, owner: &Person, context: &Context<'_>) -> String {
    let name = &owner.name;
    let at = attested.signed_at().map_or_else(String::new, |at| format!(" at {at}"));
    let when = match (attested.signed_at(), context.stamped_at) {
        (None, None) => ", and says no time".to_owned(),
        (Some(_), None) => ", a time of the signer's own".to_owned(),
        (_, Some(stamped_at)) => format!(", time-stamped at {stamped_at}"),
    };
    let other = match (attested, context.operator) {
        (Attested::Run(_) | Attested::TestResult(_), Some(operator)) if !owner.is_called(operator) => {
            format!("; the run names {operator} as its operator")
        }
        (Attested::Run(_) | Attested::TestResult(_) | Attested::SignOff(_), _) => String::new(),
    };
    format!("signed by {name}{at}{when}{other}")
}

impl Attested {
    fn role(&self) -> &str {
        match self {
            Self::Run(_) | Self::TestResult(_) => Role::Operator.as_str(),
            Self::SignOff(sign_off) => &sign_off.role,
        }
    }

    fn signed_at(&self) -> Option<Timestamp> {
        match self {
            Self::Run(run) => Some(run.signed_at),
            Self::SignOff(sign_off) => Some(sign_off.signed_at),
            Self::TestResult(_) => None,
        }
    }

    fn words(&self) -> Option<&str> {
        match self {
            Self::Run(run) => Some(&run.statement),
            Self::SignOff(sign_off) => Some(&sign_off.statement),
            Self::TestResult(_) => None,
        }
    }

    fn decisions(&self) -> &[ExceptionDecision] {
        match self {
            Self::SignOff(sign_off) => &sign_off.decisions,
            Self::Run(_) | Self::TestResult(_) => &[],
        }
    }
}

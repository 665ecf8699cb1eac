//! What people attest of a sealed bundle: in-toto statements on its `SHA256SUMS`, in DSSE envelopes.
//!
//! The operator attests the run when the bundle is sealed, and says the same in the words of in-toto's test-result
//! predicate for tools of others; a reviewer signs off later. Here the statements are made and read. Whether one is
//! believed, [`examine`] tells. Nothing here looks into the bundle: that the counts are those of the sealed results is
//! the reader's to compare.
//!
//! Sources: in-toto Statement v1 and test-result v0.1 (<https://github.com/in-toto/attestation>).

mod examine;
mod signing_off;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::approval::STATEMENT_PAYLOAD;
use crate::envelope::Unsigned;
use crate::key::PublicKey;

pub use examine::{Context, Examined, Standing, examine};
pub use signing_off::{SignOffRefused, sign_off};

/// The type of an in-toto statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
/// What every attestation is about: the sealed list of digests.
pub const SEALED_FILE: &str = "SHA256SUMS";
/// The operator's attestation of a run.
pub const RUN_PREDICATE: &str = "https://backproof.dev/attestation/run/v1";
/// Another person's sign-off.
pub const SIGN_OFF_PREDICATE: &str = "https://backproof.dev/attestation/sign-off/v1";
/// in-toto's own predicate of test results.
pub const TEST_RESULT_PREDICATE: &str = "https://in-toto.io/attestation/test-result/v0.1";

/// One of the statements that this version knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Attested {
    /// By the operator, in our words.
    Run(RunAttested),
    /// By a reviewer.
    SignOff(SignOff),
    /// By the operator, in in-toto's words.
    TestResult(TestResult),
}

/// What the operator attests of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAttested {
    /// The run's number.
    pub run: u64,
    /// The installation, by its name in the register.
    pub installation: String,
    /// The plan's name.
    pub plan_name: String,
    /// SHA-256 of the effective plan.
    pub plan_sha256: String,
    /// What the run came to: `passed`, `failed`, `inconclusive` or `left-behind`.
    pub verdict: String,
    /// Whether AWS was a simulator.
    pub simulated: bool,
    /// The counts that must add up, by name: `listed`, `eligible`, `excluded`, `drawn`, `passed`, and so on.
    pub counts: BTreeMap<String, u64>,
    /// The operator: a person's name, as the run's journal has it.
    pub operator: String,
    /// What the operator states.
    pub statement: String,
    /// When, by the operator's clock.
    pub signed_at: Timestamp,
}

/// What a reviewer signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// The reviewer's name.
    pub reviewer: String,
    /// The reviewer's role, in words of the reviewer's own.
    pub role: String,
    /// What the reviewer states.
    pub statement: String,
    /// What the reviewer decided of exceptions.
    #[serde(default)]
    pub decisions: Vec<ExceptionDecision>,
    /// When, by the reviewer's clock.
    pub signed_at: Timestamp,
}

/// What a reviewer decided of one exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionDecision {
    /// The exception's number in the register.
    pub exception: u64,
    /// What was decided, in the reviewer's words.
    pub decision: String,
}

/// in-toto's test-result v0.1. It has no place for what could not be told, so that counts as warned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestResult {
    /// What it came to.
    pub result: TestResultWord,
    /// What was tested by: the plan, as a file of the bundle.
    pub configuration: Vec<ResourceDescriptor>,
    /// Names of restore tests that passed.
    #[serde(default)]
    pub passed_tests: Vec<String>,
    /// Names of those that nothing could be told of.
    #[serde(default)]
    pub warned_tests: Vec<String>,
    /// Names of those that failed.
    #[serde(default)]
    pub failed_tests: Vec<String>,
}

/// The results that in-toto knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TestResultWord {
    /// All passed.
    Passed,
    /// Something could not be told.
    Warned,
    /// Something failed.
    Failed,
}

/// A file, by in-toto's `ResourceDescriptor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceDescriptor {
    /// Its path in the bundle.
    pub name: String,
    /// Its digests in hexadecimal, by the algorithm's name.
    pub digest: BTreeMap<String, String>,
}

impl ResourceDescriptor {
    /// A file with its SHA-256.
    pub fn new(name: &str, sha256: &str) -> Self {
        Self { name: name.to_owned(), digest: BTreeMap::from([("sha256".to_owned(), sha256.to_owned())]) }
    }
}

impl Attested {
    /// The predicate's type.
    pub fn predicate_type(&self) -> &'static str {
        match self {
            Self::Run(_) => RUN_PREDICATE,
            Self::SignOff(_) => SIGN_OFF_PREDICATE,
            Self::TestResult(_) => TEST_RESULT_PREDICATE,
        }
    }

    /// The statement on the seal with this SHA-256, for the holder of `signer` to sign.
    ///
    /// Every predicate carries the public key, so that a signature can be checked by whoever knows nobody; in-toto's
    /// own lets further fields of others pass. A sign-off is made by [`sign_off`], which asks first whether this key may.
    pub fn statement(&self, seal_sha256: &str, signer: &PublicKey) -> Unsigned {
        let predicate = match self {
            Self::Run(run) => with_key(run, signer),
            Self::SignOff(sign_off) => with_key(sign_off, signer),
            Self::TestResult(result) => with_key(result, signer),
        };
        let statement = Statement {
            kind: STATEMENT_TYPE.to_owned(),
            subject: vec![ResourceDescriptor::new(SEALED_FILE, seal_sha256)],
            predicate_type: self.predicate_type().to_owned(),
            predicate,
        };
        let payload = serde_json::to_vec(&statement).expect("what is JSON already can always be written");
        Unsigned::new(STATEMENT_PAYLOAD, payload)
    }
}

fn with_key<T: Serialize>(predicate: &T, signer: &PublicKey) -> Value {
    let mut value = serde_json::to_value(predicate).expect("texts, numbers and moments are always JSON");
    if let Some(fields) = value.as_object_mut() {
        fields.insert("public_key".to_owned(), Value::String(signer.to_base64()));
    }
    value
}

/// An in-toto statement. Further fields of others are let pass, as its specification demands.
#[derive(Serialize, Deserialize)]
struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<ResourceDescriptor>,
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Value,
}

/// A statement, read. Nothing of it is believed yet.
struct Said {
    attested: Attested,
    /// SHA-256 that the subject names.
    seal_sha256: String,
    /// The key that it says it was signed with.
    key: Option<PublicKey>,
}

fn read(payload: &[u8]) -> Result<Said, String> {
    let statement: Statement =
        serde_json::from_slice(payload).map_err(|error| format!("it holds no in-toto statement: {error}"))?;
    if statement.kind != STATEMENT_TYPE {
        return Err(format!("it holds a `{}`, and this version reads `{STATEMENT_TYPE}`", statement.kind));
    }
    let [subject] = &statement.subject[..] else {
        return Err(format!("it is about {} things, and not about one bundle", statement.subject.len()));
    };
    let Some(seal_sha256) = subject.digest.get("sha256") else {
        return Err("its subject has no SHA-256".into());
    };
    let key = match statement.predicate.get("public_key") {
        None => None,
        Some(Value::String(key)) => Some(PublicKey::parse(key).map_err(|error| error.to_string())?),
        Some(_) => return Err("its `public_key` is no text".into()),
    };
    let attested = match statement.predicate_type.as_str() {
        RUN_PREDICATE => Attested::Run(predicate(statement.predicate)?),
        SIGN_OFF_PREDICATE => Attested::SignOff(predicate(statement.predicate)?),
        TEST_RESULT_PREDICATE => Attested::TestResult(predicate(statement.predicate)?),
        other => return Err(format!("it states a `{other}`, which this version does not know")),
    };
    Ok(Said { attested, seal_sha256: seal_sha256.clone(), key })
}

fn predicate<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| format!("its predicate cannot be read: {error}"))
}

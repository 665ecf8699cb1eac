//! What the operator adds to a sealed bundle, as the plan says: a signature, and the time-stamp of an authority.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use backproof_bundle::{ATTESTATIONS, BundleFiles, RunFile, SUMS};
use backproof_cloud::SigningKeys;
use backproof_evidence::{Results, RunEvidence};
use backproof_plan::{EvidencePlan, SigningKeyPlan, TimeStampsPlan};
use backproof_signing::{
    Attested, Envelope, PrivateKey, PublicKey, ResourceDescriptor, RunAttested, TIME_STAMP_QUERY, TestResult,
    TestResultWord, TimeStampRequest, Unsigned, examine_time_stamp,
};
use jiff::Timestamp;
use rand::TryRng;

use crate::exit::UsageError;
use crate::{files, http};

/// The operator's statement on a run.
const STATEMENT: &str = "This is the evidence that the run left, sealed by the program that performed it.";

/// A key to sign with.
pub(crate) enum SigningKey {
    /// In memory, read from a file.
    Held(Box<PrivateKey>),
    /// In AWS KMS.
    Kms { keys: Arc<dyn SigningKeys>, arn: String, public: Box<PublicKey> },
}

impl SigningKey {
    /// The key that a plan names.
    pub(crate) async fn of_plan(
        plan: &SigningKeyPlan,
        kms: impl FnOnce() -> Arc<dyn SigningKeys>,
    ) -> anyhow::Result<Self> {
        match plan {
            SigningKeyPlan::File(path) => Self::of_file(Path::new(path)),
            SigningKeyPlan::Kms(arn) => {
                let keys = kms();
                let der = keys.public_key(arn).await.with_context(|| format!("the key {arn} in KMS"))?;
                let public = PublicKey::from_der(&der).with_context(|| format!("the key {arn} in KMS"))?;
                Ok(Self::Kms { keys, arn: arn.clone(), public: Box::new(public) })
            }
        }
    }

    /// The key in a file.
    pub(crate) fn of_file(path: &Path) -> anyhow::Result<Self> {
        let key = PrivateKey::read(path).map_err(|problem| UsageError(problem.to_string()))?;
        Ok(Self::Held(Box::new(key)))
    }

    /// Its public part.
    pub(crate) fn public(&self) -> &PublicKey {
        match self {
            Self::Held(key) => key.public(),
            Self::Kms { public, .. } => public,
        }
    }

    /// Signs what is to be signed.
    pub(crate) async fn sign(&self, unsigned: Unsigned) -> anyhow::Result<Envelope> {
        match self {
            Self::Held(key) => Ok(unsigned.signed_with(key)),
            Self::Kms { keys, arn, public } => {
                let signature =
                    keys.sign_digest(arn, &unsigned.digest()).await.with_context(|| format!("the key {arn} in KMS"))?;
                Ok(unsigned.signed(public, signature)?)
            }
        }
    }
}

/// What stands in a bundle already, by the names of its files.
pub(crate) struct Names;

impl Names {
    pub(crate) const OPERATOR: &str = "attestations/operator.dsse.json";
    pub(crate) const TEST_RESULT: &str = "attestations/operator.test-result.dsse.json";

    /// The next free name of a sign-off.
    pub(crate) fn sign_off(bundle: &BundleFiles) -> String {
        Self::free(bundle, "sign-off", "dsse.json")
    }

    /// The next free name of a time-stamp over the seal.
    pub(crate) fn time_stamp(bundle: &BundleFiles) -> String {
        Self::free(bundle, SUMS, "tsr")
    }

    /// The next free name of an archive's receipt.
    pub(crate) fn receipt(bundle: &BundleFiles) -> String {
        Self::free(bundle, "archive", "receipt.json")
    }

    fn free(bundle: &BundleFiles, stem: &str, extension: &str) -> String {
        let name = |number: u32| format!("{ATTESTATIONS}/{stem}-{number}.{extension}");
        let files = u32::try_from(bundle.files().count()).unwrap_or(u32::MAX - 1);
        // Of one name more than there are files, one is free.
        (1..=files + 1).map(name).find(|name| !bundle.has(name)).unwrap_or_else(|| name(files + 1))
    }
}

/// Signs a bundle as its operator, and writes the statements down.
pub(crate) async fn sign_as_operator(
    bundle: &BundleFiles,
    evidence: &RunEvidence,
    results: &Results,
    key: &SigningKey,
    now: Timestamp,
) -> anyhow::Result<()> {
    let seal = seal_of(bundle)?;
    let run_file: RunFile = serde_json::from_str(&bundle.text("run.json")?).context("run.json")?;
    let attested = Attested::Run(RunAttested {
        run: run_file.run,
        installation: run_file.installation.clone(),
        plan_name: run_file.plan_name.clone(),
        plan_sha256: run_file.plan_sha256.clone(),
        verdict: run_file.verdict.clone(),
        simulated: run_file.simulated,
        counts: run_file.counts.clone(),
        operator: evidence.opened.as_ref().map(|opened| opened.operator.clone()).unwrap_or_default(),
        statement: STATEMENT.to_owned(),
        signed_at: now,
    });
    let in_others_words = Attested::TestResult(test_result(results, &run_file));
    // The operator's own words first: they carry the key by which the other statement can be examined.
    for (name, attested) in [(Names::OPERATOR, attested), (Names::TEST_RESULT, in_others_words)] {
        // A process that died between the two had written the first.
        if bundle.has(name) {
            continue;
        }
        let envelope = key.sign(attested.statement(&seal, key.public())).await?;
        add(bundle, name, envelope.to_json().as_bytes())?;
    }
    Ok(())
}

fn test_result(results: &Results, run_file: &RunFile) -> TestResult {
    let of = |outcome: &str| {
        let tests = results.tests.iter().filter(|test| test.outcome == outcome);
        tests.map(|test| format!("restore test {} of {}", test.test, test.resource_arn)).collect::<Vec<_>>()
    };
    TestResult {
        result: match run_file.verdict.as_str() {
            "passed" => TestResultWord::Passed,
            "failed" | "left-behind" => TestResultWord::Failed,
            _ => TestResultWord::Warned,
        },
        configuration: vec![ResourceDescriptor::new("plan.json", &run_file.plan_sha256)],
        passed_tests: of("passed"),
        warned_tests: of("inconclusive"),
        failed_tests: of("failed"),
    }
}

/// Asks the authority of a plan for a time-stamp over the seal, and writes it down.
pub(crate) async fn time_stamp(bundle: &BundleFiles, plan: &TimeStampsPlan) -> anyhow::Result<()> {
    let authorities = plan.certificates.as_ref().map(|path| certificates(&[PathBuf::from(path)])).transpose()?;
    ask(bundle, &plan.url, authorities.as_deref()).await
}

/// Asks an authority for a time-stamp over the seal, and writes it down if it holds.
pub(crate) async fn ask(bundle: &BundleFiles, url: &str, authorities: Option<&str>) -> anyhow::Result<()> {
    let answer = stamp(url, &seal_of(bundle)?).await?;
    add_time_stamp(bundle, &answer, authorities)
}

/// Asks an authority when it saw a SHA-256, in hexadecimal. Its answer is to this very question.
pub(crate) async fn stamp(url: &str, sha256: &str) -> anyhow::Result<Vec<u8>> {
    let question = question_about(sha256)?;
    let answer = http::post(url, TIME_STAMP_QUERY, question.der.clone()).await?;
    question.is_answered_by(&answer).with_context(|| format!("the answer of `{url}`"))?;
    Ok(answer)
}

/// The question for a time-stamp over the seal.
pub(crate) fn question(bundle: &BundleFiles) -> anyhow::Result<TimeStampRequest> {
    question_about(&seal_of(bundle)?)
}

fn question_about(sha256: &str) -> anyhow::Result<TimeStampRequest> {
    let digest = backproof_model::canonical::from_hex(sha256).context("a digest has 32 bytes")?;
    let mut random = [0_u8; 8];
    rand::rngs::SysRng.try_fill_bytes(&mut random).context("the operating system gave no random numbers")?;
    Ok(TimeStampRequest::new(digest, random))
}

/// Writes an authority's answer down, unless it does not hold.
pub(crate) fn add_time_stamp(bundle: &BundleFiles, answer: &[u8], authorities: Option<&str>) -> anyhow::Result<()> {
    let examined = examine_time_stamp(answer, &seal_of(bundle)?, authorities);
    match examined.standing {
        backproof_signing::Standing::Invalid => {
            Err(UsageError(format!("the time-stamp is not added: {}", examined.remark)).into())
        }
        backproof_signing::Standing::Trusted | backproof_signing::Standing::SignerUnknown => {
            add(bundle, &Names::time_stamp(bundle), answer)
        }
    }
}

/// The certificates of authorities, in one text.
pub(crate) fn certificates(files: &[PathBuf]) -> anyhow::Result<String> {
    let mut all = String::new();
    for path in files {
        let text = std::fs::read_to_string(path)
            .map_err(|error| UsageError(format!("cannot read the certificates `{}`: {error}", path.display())))?;
        all.push_str(&text);
        all.push('\n');
    }
    Ok(all)
}

/// The seal of a bundle, in hexadecimal.
pub(crate) fn seal_of(bundle: &BundleFiles) -> anyhow::Result<String> {
    Ok(backproof_model::canonical::sha256_hex(bundle.bytes(SUMS)?))
}

/// Adds a file below `attestations/`; nothing that stands there is ever changed.
pub(crate) fn add(bundle: &BundleFiles, name: &str, content: &[u8]) -> anyhow::Result<()> {
    if bundle.origin() != bundle.directory() {
        let problem = format!("`{}` is a packed bundle: name its directory", bundle.origin().display());
        return Err(UsageError(problem).into());
    }
    files::write_new(&bundle.path_of(name), content)
}

/// Whether the plan asks for something that a bundle does not hold yet.
pub(crate) fn lacks_signature(bundle: &BundleFiles, plan: &EvidencePlan) -> bool {
    let has_both = bundle.has(Names::OPERATOR) && bundle.has(Names::TEST_RESULT);
    plan.signed_with.is_some() && !has_both
}

/// The same of a time-stamp.
pub(crate) fn lacks_time_stamp(bundle: &BundleFiles, plan: &EvidencePlan) -> bool {
    let is_stamp = |path: &str| {
        path.starts_with(ATTESTATIONS) && Path::new(path).extension().is_some_and(|extension| extension == "tsr")
    };
    plan.time_stamps.is_some() && !bundle.files().any(|(path, _)| is_stamp(path))
}

//! KMS: keys are described, and those that are made for it sign; nothing is encrypted with them.
//!
//! Source: the KMS service model 2014-11-01. A key that the world does not list is there, enabled, and encrypts. A key
//! that signs is the same in every simulation, so everybody who reads this could sign with it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::pkcs8::EncodePublicKey;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::wire::{Answer, ApiError, CallContext};
use crate::world::{KeyDescription, World};

/// The one algorithm that a P-256 key has.
const ALGORITHM: &str = "ECDSA_SHA_256";
/// KMS hashes no longer message itself.
const LONGEST_MESSAGE: usize = 4096;

/// Serves one call.
pub(crate) fn call(operation: &str, body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    match operation {
        "DescribeKey" => describe_key(body, ctx, world),
        "GetPublicKey" => get_public_key(body, ctx, world),
        "Sign" => sign(body, ctx, world),
        other => Err(ApiError::unknown_operation("kms", other)),
    }
}

fn describe_key(body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let wanted = body["KeyId"].as_str().unwrap_or_default();
    if let Some(alias) = wanted.split(':').next_back().filter(|name| name.starts_with("alias/")) {
        if !alias.starts_with("alias/aws/") {
            return Err(not_found(&format!("Alias {wanted}")));
        }
        let id = crate::ids::named("key", &format!("{}/{}/{alias}", ctx.account, ctx.region));
        let arn = format!("arn:aws:kms:{}:{}:key/{id}", ctx.region, ctx.account);
        return Answer::json(&json!({ "KeyMetadata": told(&Key { arn, listed: None }, true, ctx) }));
    }
    let key = key("DescribeKey", wanted, ctx, world)?;
    let of_aws = key.listed.is_some_and(|key| key.of_aws);
    Answer::json(&json!({ "KeyMetadata": told(&key, of_aws, ctx) }))
}

fn get_public_key(body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let key = key("GetPublicKey", body["KeyId"].as_str().unwrap_or_default(), ctx, world)?;
    let pair = signing_key(&key)?;
    let der = pair.verifying_key().to_public_key_der().map_err(|error| ApiError::internal(error.to_string()))?;
    Answer::json(&json!({
        "KeyId": key.arn,
        "PublicKey": STANDARD.encode(der.as_bytes()),
        "KeySpec": "ECC_NIST_P256",
        "CustomerMasterKeySpec": "ECC_NIST_P256",
        "KeyUsage": "SIGN_VERIFY",
        "SigningAlgorithms": [ALGORITHM],
    }))
}

fn sign(body: &Value, ctx: &CallContext, world: &World) -> Result<Answer, ApiError> {
    let key = key("Sign", body["KeyId"].as_str().unwrap_or_default(), ctx, world)?;
    let pair = signing_key(&key)?;
    let algorithm = body["SigningAlgorithm"].as_str().unwrap_or_default();
    if algorithm != ALGORITHM {
        let message = format!("Algorithm {algorithm} is incompatible with key spec ECC_NIST_P256.");
        return Err(ApiError::client("InvalidKeyUsageException", message));
    }
    let message = STANDARD.decode(body["Message"].as_str().unwrap_or_default());
    let message = message.map_err(|_| invalid("Message is no blob."))?;
    let digest = match body["MessageType"].as_str().unwrap_or("RAW") {
        "DIGEST" if message.len() == 32 => message,
        "DIGEST" => return Err(invalid("Digest is invalid length for algorithm ECDSA_SHA_256.")),
        "RAW" if (1..=LONGEST_MESSAGE).contains(&message.len()) => Sha256::digest(&message).to_vec(),
        "RAW" => return Err(invalid("Message must have between 1 and 4096 bytes.")),
        other => return Err(invalid(&format!("MessageType {other} is not supported."))),
    };
    let signature: p256::ecdsa::Signature =
        pair.sign_prehash(&digest).map_err(|error| ApiError::internal(error.to_string()))?;
    Answer::json(&json!({
        "KeyId": key.arn,
        "Signature": STANDARD.encode(signature.to_der().as_bytes()),
        "SigningAlgorithm": ALGORITHM,
    }))
}

/// A key that is there, with what the world says of it.
struct Key<'a> {
    arn: String,
    listed: Option<&'a KeyDescription>,
}

impl Key<'_> {
    fn state(&self) -> &str {
        self.listed.map_or("Enabled", |key| key.state.as_str())
    }

    fn signs(&self) -> bool {
        self.listed.is_some_and(|key| key.signs)
    }
}

/// The key that is asked for, by ARN or id, where the caller may see it.
fn key<'a>(operation: &str, wanted: &str, ctx: &CallContext, world: &'a World) -> Result<Key<'a>, ApiError> {
    let arn = if wanted.starts_with("arn:") {
        wanted.to_owned()
    } else {
        format!("arn:aws:kms:{}:{}:key/{wanted}", ctx.region, ctx.account)
    };
    let (region, owner) = (part(&arn, 3), part(&arn, 4));
    let exists = region == ctx.region && world.accounts.iter().any(|account| account.id == owner);
    if !exists || !arn.contains(":key/") {
        return Err(not_found(&format!("Key '{arn}'")));
    }
    let listed = world.keys.iter().find(|key| key.arn == arn);
    if listed.is_some_and(|key| owner != ctx.account && !key.shared_with.contains(&ctx.account)) {
        let message = format!(
            "User: {} is not authorized to perform: kms:{operation} on this resource because the resource does not \
             exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly \
             denies access",
            ctx.caller_arn
        );
        return Err(ApiError::client("AccessDeniedException", message));
    }
    Ok(Key { arn, listed })
}

/// The pair of keys of one that signs and can be used: always the same for the same ARN.
fn signing_key(key: &Key<'_>) -> Result<SigningKey, ApiError> {
    let arn = &key.arn;
    if !key.signs() {
        return Err(ApiError::client(
            "UnsupportedOperationException",
            format!("{arn} key usage is ENCRYPT_DECRYPT which is not valid for this operation."),
        ));
    }
    match key.state() {
        "Enabled" => {}
        "Disabled" => return Err(ApiError::client("DisabledException", format!("{arn} is disabled."))),
        "PendingDeletion" => {
            return Err(ApiError::client("KMSInvalidStateException", format!("{arn} is pending deletion.")));
        }
        state => return Err(ApiError::client("KMSInvalidStateException", format!("{arn} is {state}."))),
    }
    let scalar = Sha256::digest(format!("a simulated key that signs\n{arn}\n"));
    SigningKey::from_slice(&scalar).map_err(|error| ApiError::internal(error.to_string()))
}

fn told(key: &Key<'_>, of_aws: bool, ctx: &CallContext) -> Value {
    let (usage, spec, algorithms, algorithm) = if key.signs() {
        ("SIGN_VERIFY", "ECC_NIST_P256", "SigningAlgorithms", ALGORITHM)
    } else {
        ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "EncryptionAlgorithms", "SYMMETRIC_DEFAULT")
    };
    json!({
        "AWSAccountId": part(&key.arn, 4),
        "KeyId": key.arn.rsplit('/').next(),
        "Arn": key.arn,
        "CreationDate": ctx.now.as_second() - 86_400,
        "Enabled": key.state() == "Enabled",
        "Description": "",
        "KeyUsage": usage,
        "KeyState": key.state(),
        "Origin": "AWS_KMS",
        "KeyManager": if of_aws { "AWS" } else { "CUSTOMER" },
        "KeySpec": spec,
        "CustomerMasterKeySpec": spec,
        algorithms: [algorithm],
        "MultiRegion": false,
    })
}

fn not_found(what: &str) -> ApiError {
    ApiError::client("NotFoundException", format!("{what} is not found."))
}

fn invalid(message: &str) -> ApiError {
    ApiError::client("ValidationException", message.to_owned())
}

fn part(arn: &str, index: usize) -> &str {
    arn.split(':').nth(index).unwrap_or_default()
}

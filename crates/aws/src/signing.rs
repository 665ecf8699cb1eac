//! KMS: `GetPublicKey` and `Sign`, with the credentials at hand, in the Region of the key.

use async_trait::async_trait;
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{KeySpec, KeyUsageType, MessageType, SigningAlgorithmSpec};
use backproof_cloud::{CallError, Party, SigningKeys, Trouble};
use backproof_model::{Arn, Region};

use crate::cloud::AwsCloud;
use crate::convert::{need, unreadable};

const GET_PUBLIC_KEY: &str = "kms:GetPublicKey";
const SIGN: &str = "kms:Sign";

#[async_trait]
impl SigningKeys for AwsCloud {
    async fn public_key(&self, key_arn: &str) -> Result<Vec<u8>, CallError> {
        let session = self.session_of(&Party::AtHand, &region_of(GET_PUBLIC_KEY, key_arn)?).await;
        let request = session.kms.get_public_key().key_id(key_arn);
        let answer = session.call(GET_PUBLIC_KEY, request.send()).await?;
        if answer.key_spec != Some(KeySpec::EccNistP256) || answer.key_usage != Some(KeyUsageType::SignVerify) {
            let spec = answer.key_spec.as_ref().map_or("unknown", KeySpec::as_str);
            let usage = answer.key_usage.as_ref().map_or("unknown", KeyUsageType::as_str);
            return Err(refused(
                GET_PUBLIC_KEY,
                format!(
                    "{key_arn} is {spec} for {usage}, and signing needs ECC_NIST_P256 for SIGN_VERIFY: make one with \
                     `aws kms create-key --key-spec ECC_NIST_P256 --key-usage SIGN_VERIFY`"
                ),
            ));
        }
        let key = need(answer.public_key, "PublicKey").map_err(|problem| unreadable(GET_PUBLIC_KEY, problem))?;
        Ok(key.into_inner())
    }

    async fn sign_digest(&self, key_arn: &str, sha256: &[u8; 32]) -> Result<Vec<u8>, CallError> {
        let session = self.session_of(&Party::AtHand, &region_of(SIGN, key_arn)?).await;
        let request = session
            .kms
            .sign()
            .key_id(key_arn)
            .message(Blob::new(sha256.as_slice()))
            .message_type(MessageType::Digest)
            .signing_algorithm(SigningAlgorithmSpec::EcdsaSha256);
        let answer = session.call(SIGN, request.send()).await?;
        let signature = need(answer.signature, "Signature").map_err(|problem| unreadable(SIGN, problem))?;
        Ok(signature.into_inner())
    }
}

fn region_of(call: &str, key_arn: &str) -> Result<Region, CallError> {
    let arn = key_arn.parse::<Arn>().ok().filter(|arn| arn.service() == "kms");
    arn.and_then(|arn| arn.region())
        .ok_or_else(|| refused(call, format!("not sent: {key_arn} is not the ARN of a KMS key")))
}

fn refused(call: &str, message: String) -> CallError {
    CallError { call: call.to_owned(), trouble: Trouble::Invalid, code: None, message, request_id: None }
}

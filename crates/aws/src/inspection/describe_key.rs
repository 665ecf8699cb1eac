//! `DescribeKey`.

use async_trait::async_trait;
use aws_sdk_kms::types::{KeyManagerType, KeySpec, KeyState, KeyUsageType};
use backproof_cloud::{CallError, KeyFacts, ReadKeys};

use super::Inspector;
use crate::convert::{need, parse_if_given, unreadable};

const CALL: &str = "kms:DescribeKey";

#[async_trait]
impl ReadKeys for Inspector {
    async fn key(&self, key: &str) -> Result<KeyFacts, CallError> {
        let answer = self.0.call(CALL, self.0.kms.describe_key().key_id(key).send()).await?;
        let missing = |problem| unreadable(CALL, problem);
        let key = need(answer.key_metadata, "KeyMetadata").map_err(missing)?;
        Ok(KeyFacts {
            arn: need(key.arn, "Arn").map_err(missing)?,
            account: parse_if_given(key.aws_account_id, "AWSAccountId").map_err(missing)?,
            state: key.key_state.as_ref().map_or("unknown", KeyState::as_str).to_owned(),
            enabled: key.enabled && key.key_state == Some(KeyState::Enabled),
            is_of_aws: key.key_manager == Some(KeyManagerType::Aws),
            is_symmetric: key.key_spec == Some(KeySpec::SymmetricDefault)
                && key.key_usage == Some(KeyUsageType::EncryptDecrypt),
        })
    }
}

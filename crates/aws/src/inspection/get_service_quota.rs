//! `GetServiceQuota`, and `GetAWSDefaultServiceQuota` where an account has no value of its own.

use async_trait::async_trait;
use aws_sdk_servicequotas::types::ServiceQuota;
use backproof_cloud::{CallError, Quota, ReadQuotas};

use super::Inspector;
use crate::convert::unreadable;

const OWN: &str = "servicequotas:GetServiceQuota";
const DEFAULT: &str = "servicequotas:GetAWSDefaultServiceQuota";

#[async_trait]
impl ReadQuotas for Inspector {
    async fn quota(&self, service_code: &str, quota_code: &str) -> Result<Quota, CallError> {
        let quotas = &self.0.quotas;
        let own = quotas.get_service_quota().service_code(service_code).quota_code(quota_code).send();
        match self.0.call(OWN, own).await {
            Ok(answer) => Ok(Quota { value: value(OWN, answer.quota)?, is_own: true }),
            Err(error) if error.is_not_found() => {
                let default =
                    quotas.get_aws_default_service_quota().service_code(service_code).quota_code(quota_code).send();
                let answer = self.0.call(DEFAULT, default).await?;
                Ok(Quota { value: value(DEFAULT, answer.quota)?, is_own: false })
            }
            Err(error) => Err(error),
        }
    }
}

fn value(call: &str, quota: Option<ServiceQuota>) -> Result<f64, CallError> {
    quota.and_then(|quota| quota.value).ok_or_else(|| unreadable(call, "Quota.Value is missing"))
}

//! Where sealed bundles are kept, with every default applied.

use super::{Unread, choice, needed, number, text};
use crate::written::ArchiveTable;
use crate::{ArchivePlan, SandboxPlan};

const DEFAULT_YEARS: u32 = 7;

pub(super) fn archive(table: ArchiveTable, sandbox: &SandboxPlan) -> Result<ArchivePlan, Unread> {
    let to = text(needed(table.to)?).0;
    let is_bucket = to.starts_with("s3://");
    let region = table.region.map(|region| text(region.value)).or_else(|| sandbox.regions.first().cloned());
    Ok(ArchivePlan {
        to,
        retention_years: number(table.retention_years).unwrap_or(DEFAULT_YEARS),
        mode: choice(table.mode).unwrap_or_default(),
        region: region.filter(|_| is_bucket),
        account: table.account.map(|account| text(account.value)),
        role_arn: table.role_arn.map(|role| role.value.0.0.to_string()),
        external_id: table.external_id.map(|id| id.value.0.0),
        kms_key: table.kms_key.map(|key| key.value.0.0.to_string()),
        unlocked_because: table.lock_reason.map(|reason| reason.value.0.0),
    })
}

//! Builds the restore metadata and shows that it is safe, before anything is asked for.

use std::collections::BTreeMap;

use backproof_cloud::{CallError, Landing, RestoreOrder, SandboxAccess, VaultRef};
use backproof_model::catalogue::{During, Trouble, classify};
use backproof_model::metadata::metadata_is_safe;
use backproof_model::record::{Located, ReachState, RestorePrepared, test_step};
use backproof_model::{
    AccountId, FaultOwner, Outcome, RecoveryPoint, RecoveryPointArn, RecoveryPointStatus, RestoreMetadata, SafeMetadata,
};
use backproof_plan::{LoginKind, Plan};

use crate::blame::blame;
use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::restore_test::{TestContext, step};

/// A restore that may be asked for.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) recovery_point_arn: RecoveryPointArn,
    pub(crate) metadata: SafeMetadata,
}

/// Whether the restore may be asked for.
#[derive(Debug)]
pub(crate) enum Prepared {
    /// It may.
    Ready(Order),
    /// It may not, or what it needs could not be read.
    Refused { outcome: Outcome, may_pass: bool },
}

/// What of the located point matters here.
struct Source<'a> {
    arn: &'a RecoveryPointArn,
    vault: VaultRef,
}

/// Reads what AWS says of the point, lets the driver propose metadata, and passes it through the gate.
///
/// What is sent later has passed the gate in this very process: after a restart the journalled metadata passes again.
pub(crate) async fn prepare(
    test: &TestContext<'_>,
    journal: &mut Journal,
    attempt: u32,
    located: &Located,
) -> Result<Prepared> {
    let Some(source) = source(located) else {
        return Err(EngineError::internal("a point that was not reached was to be prepared"));
    };
    let name = step(test_step::PREPARE, attempt);
    test.tell("preparing");
    let prepared: RestorePrepared =
        journal.observe(&name, async { Ok(look_and_propose(test, attempt, &source).await) }).await?;
    Ok(match prepared {
        RestorePrepared::Refused { owner: FaultOwner::Backup, reason } => {
            Prepared::Refused { outcome: Outcome::failed(reason), may_pass: false }
        }
        RestorePrepared::Refused { owner, reason } => {
            Prepared::Refused { outcome: Outcome::inconclusive(owner, reason), may_pass: owner == FaultOwner::Quota }
        }
        RestorePrepared::Ready { metadata, .. } => {
            let metadata: RestoreMetadata = metadata.into_iter().collect();
            // What was kept of the source's is in the journalled metadata, so it is proposed again from that.
            let again = order(test, attempt, RestoreMetadata::default(), metadata.clone());
            let rules = match test.driver.propose_metadata(&again) {
                Ok(proposed) => proposed.rules,
                Err(lacking) => {
                    let outcome = Outcome::inconclusive(FaultOwner::Sandbox, lacking);
                    return Ok(Prepared::Refused { outcome, may_pass: false });
                }
            };
            match metadata_is_safe(metadata, &rules) {
                Ok(metadata) => Prepared::Ready(Order { recovery_point_arn: source.arn.clone(), metadata }),
                Err(refusal) => Prepared::Refused {
                    outcome: Outcome::inconclusive(FaultOwner::Harness, refusal.to_string()),
                    may_pass: false,
                },
            }
        }
    })
}

fn source(located: &Located) -> Option<Source<'_>> {
    match located {
        Located::AsItIs { recovery_point_arn, backup_vault_name, vault_account, .. } => Some(Source {
            arn: recovery_point_arn,
            vault: VaultRef { name: backup_vault_name.clone(), owner: vault_account.clone() },
        }),
        Located::Copied { recovery_point_arn, backup_vault_name, .. } => {
            Some(Source { arn: recovery_point_arn, vault: VaultRef { name: backup_vault_name.clone(), owner: None } })
        }
        Located::NotReached { .. } => None,
    }
}

async fn look_and_propose(test: &TestContext<'_>, attempt: u32, source: &Source<'_>) -> RestorePrepared {
    if test.driver.lives_in_network() && !test.isolated {
        let reason =
            "the sandbox's network was not shown to be isolated, so nothing that lives in a network is restored";
        return refused(FaultOwner::Sandbox, reason);
    }
    if let Some((ReachState::Unreachable, detail)) = test.reach.as_ref().filter(|_| test.driver.lives_in_network()) {
        let reason =
            format!("nothing in the sandbox's network can be reached, so nothing is restored into it: {detail}");
        return refused(FaultOwner::Sandbox, reason);
    }
    let backups = &test.access.backups;
    let described = match backups.describe_recovery_point(&source.vault, source.arn).await {
        Ok(described) => described.point,
        Err(error) => return unreadable(test, &error),
    };
    if let Some(reason) = unusable(&described) {
        return refused(FaultOwner::Harness, reason);
    }
    let inferred = match backups.inferred_metadata(&source.vault, source.arn).await {
        Ok(inferred) => inferred,
        Err(error) => return unreadable(test, &error),
    };
    let original = match backups.restore_metadata(&source.vault, source.arn).await {
        Ok(original) => original,
        Err(error) => return unreadable(test, &error),
    };
    let proposed = match test.driver.propose_metadata(&order(test, attempt, inferred, original)) {
        Ok(proposed) => proposed,
        Err(lacking) => return refused(FaultOwner::Sandbox, lacking),
    };
    match metadata_is_safe(proposed.metadata, &proposed.rules) {
        Err(refusal) => refused(FaultOwner::Harness, refusal.to_string()),
        Ok(safe) => RestorePrepared::Ready {
            resource_name: test.name(attempt).to_string(),
            metadata: safe
                .as_metadata()
                .iter()
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect::<BTreeMap<_, _>>(),
            left_out: proposed.left_out,
        },
    }
}

/// Between listing and now a point may have become unusable.
fn unusable(point: &RecoveryPoint) -> Option<String> {
    match &point.status {
        RecoveryPointStatus::Completed | RecoveryPointStatus::Available | RecoveryPointStatus::Stopped => None,
        RecoveryPointStatus::Partial
        | RecoveryPointStatus::Creating
        | RecoveryPointStatus::Deleting
        | RecoveryPointStatus::Expired
        | RecoveryPointStatus::Unrecognised(_) => Some(format!(
            "since it was listed, the recovery point's status has become {}",
            String::from(point.status.clone())
        )),
    }
}

fn unreadable(test: &TestContext<'_>, error: &CallError) -> RestorePrepared {
    let classified = if error.is_not_found() {
        // It was listed and is gone. Whether it was the newest of its resource decides if that is the backup's fault;
        // the listing's gaps say nothing of that, so nobody looked.
        classify(&Trouble {
            resource_type: test.drawn.point.resource_type.as_str(),
            status: None,
            message: &error.message,
            code: error.code.as_deref(),
            phase: During::Preparing,
            newest_of_resource: None,
        })
    } else {
        blame(error, During::Preparing, test.drawn.point.resource_type.as_str())
    };
    let owner = if classified.is_backup_defect { FaultOwner::Backup } else { classified.owner };
    refused(owner, error.to_string())
}

fn refused(owner: FaultOwner, reason: impl Into<String>) -> RestorePrepared {
    RestorePrepared::Refused { owner, reason: reason.into() }
}

fn order(test: &TestContext<'_>, attempt: u32, inferred: RestoreMetadata, original: RestoreMetadata) -> RestoreOrder {
    RestoreOrder {
        point: test.drawn.point.clone(),
        resource_name: test.name(attempt).to_string(),
        inferred,
        original,
        landing: landing(test),
        foreign_accounts: foreign_accounts_of(&test.world.plan, test.access.sandbox.account()),
    }
}

/// Where restores of this test land.
pub(crate) fn landing(test: &TestContext<'_>) -> Landing {
    landing_in(&test.world.plan, &test.access)
}

/// Where restores in one Region of the sandbox land.
pub(crate) fn landing_in(plan: &Plan, access: &SandboxAccess) -> Landing {
    let sandbox = &plan.sandbox;
    Landing {
        account: access.sandbox.account().clone(),
        region: access.region.clone(),
        kms_key_arn: sandbox.kms_key_arn.clone(),
        subnet_ids: sandbox.network.as_ref().map(|network| network.subnet_ids.clone()).unwrap_or_default(),
        security_group_ids: sandbox
            .network
            .as_ref()
            .map(|network| network.security_group_ids.clone())
            .unwrap_or_default(),
        db_subnet_group: sandbox.network.as_ref().and_then(|network| network.db_subnet_group.clone()),
        db_instance_class: sandbox.databases.instance_class.clone(),
        db_iam_login: sandbox.databases.login == LoginKind::Iam,
    }
}

/// Source and protected accounts; a plan that accepted its sandbox as a source has that one not among them.
pub(crate) fn foreign_accounts_of(plan: &Plan, sandbox: &AccountId) -> Vec<AccountId> {
    let sources = plan.scope.accounts.iter().map(|account| &account.id);
    sources.chain(&plan.sandbox.protected_accounts).filter(|account| *account != sandbox).cloned().collect()
}

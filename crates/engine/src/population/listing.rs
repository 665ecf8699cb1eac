//! Pages through the vaults of every account and Region in scope, beside each other, and hands on what they give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use backproof_cloud::{CallError, Cloud, Cursor, ProtectedResource, SourceAccess, Vault, VaultRef};
use backproof_model::record::{AccountListed, VaultListed};
use backproof_model::{AccountId, RecoveryPoint, Region};
use backproof_plan::Scope;
use futures_util::StreamExt;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::world::World;

/// Vaults of one account and Region that are listed beside each other; the published rates hold for all of them.
const VAULTS_AT_ONCE: usize = 4;

/// What a listing gives.
pub(super) enum Listed {
    /// An account in a Region, readable or not.
    Account(AccountListed),
    /// A vault, once it has been listed to its end or given up.
    Vault(VaultListed),
    /// One page of recovery points.
    Points {
        /// The points.
        points: Vec<RecoveryPoint>,
        /// Records that could not be understood.
        unreadable: Vec<String>,
    },
    /// One page of protected resources.
    Resources(Vec<ProtectedResource>),
    /// Something that casts doubt on the listing's completeness.
    Doubt(String),
}

/// Listings of all accounts and Regions, going on beside each other.
pub(super) struct Listing {
    pages: Receiver<Listed>,
}

impl Listing {
    /// Begins to list everything in the plan's scope.
    pub(super) fn begin(world: &World) -> Self {
        let (sender, pages) = channel(4);
        for account in &world.plan.scope.accounts {
            for region in &world.plan.scope.regions {
                let lister = Lister {
                    cloud: world.cloud.clone(),
                    scope: world.plan.scope.clone(),
                    account: account.id.clone(),
                    region: region.clone(),
                    pages: sender.clone(),
                };
                tokio::spawn(lister.list());
            }
        }
        Self { pages }
    }

    /// The next thing that a listing gave, or `None` once all are done.
    pub(super) async fn next(&mut self) -> Option<Listed> {
        self.pages.recv().await
    }
}

/// Vaults by name.
type Vaults = BTreeMap<String, Vault>;

struct Lister {
    cloud: Arc<dyn Cloud>,
    scope: Scope,
    account: AccountId,
    region: Region,
    pages: Sender<Listed>,
}

impl Lister {
    async fn list(self) {
        let source = match self.cloud.source(&self.account, &self.region).await {
            Ok(source) => source,
            Err(error) => return self.give_account(None, Some(error.to_string())).await,
        };
        let caller = match source.identity.caller().await {
            Ok(caller) => caller.arn,
            Err(error) => return self.give_account(None, Some(error.to_string())).await,
        };
        let vaults = match self.vaults(&source).await {
            Ok(vaults) => vaults,
            Err(error) => return self.give_account(Some(caller), Some(error.to_string())).await,
        };
        self.give_account(Some(caller), None).await;
        // Each listing waits for its next page; several beside each other keep AWS and us busy at the same time.
        futures_util::stream::iter(vaults.values())
            .for_each_concurrent(VAULTS_AT_ONCE, |vault| self.vault(&source, vault))
            .await;
        if let Err(error) = self.resources(&source).await {
            self.doubt(format!("protected resources {} could not be listed: {error}", self.place())).await;
        }
        if let Err(error) = self.recount(&source, &vaults).await {
            self.doubt(format!("the vaults {} could not be counted again: {error}", self.place())).await;
        }
    }

    async fn give_account(&self, caller_arn: Option<String>, problem: Option<String>) {
        let (account, region) = (self.account.clone(), self.region.clone());
        self.give(Listed::Account(AccountListed { account, region, caller_arn, problem })).await;
    }

    async fn vaults(&self, source: &SourceAccess) -> Result<Vaults, CallError> {
        let mut vaults = Vaults::new();
        let mut cursor = Cursor::of("backup:ListBackupVaults");
        while let Some(from) = cursor.next() {
            let page = source.backups.list_vaults(from).await?;
            vaults.extend(page.items.into_iter().map(|vault| (vault.name.clone(), vault)));
            for problem in page.unreadable {
                self.doubt(format!("a vault {} could not be understood: {problem}", self.place())).await;
            }
            cursor.advance(page.next)?;
        }
        Ok(vaults)
    }

    async fn vault(&self, source: &SourceAccess, vault: &Vault) {
        let included = self.scope.takes_vault(&vault.name, &vault.arn);
        let mut listed = 0;
        let problem = if included { self.points(source, vault, &mut listed).await.err() } else { None };
        self.give(Listed::Vault(VaultListed {
            account: self.account.clone(),
            region: self.region.clone(),
            name: vault.name.clone(),
            included,
            reported: vault.number_of_recovery_points,
            listed,
            problem: problem.map(|error| error.to_string()),
        }))
        .await;
    }

    async fn points(&self, source: &SourceAccess, vault: &Vault, listed: &mut u64) -> Result<(), CallError> {
        let name = VaultRef { name: vault.name.clone(), owner: None };
        let mut cursor = Cursor::of("backup:ListRecoveryPointsByBackupVault");
        while let Some(from) = cursor.next() {
            let page = source.backups.list_recovery_points(&name, from).await?;
            *listed += (page.items.len() + page.unreadable.len()) as u64;
            self.give(Listed::Points { points: page.items, unreadable: page.unreadable }).await;
            cursor.advance(page.next)?;
        }
        Ok(())
    }

    async fn resources(&self, source: &SourceAccess) -> Result<(), CallError> {
        let mut cursor = Cursor::of("backup:ListProtectedResources");
        while let Some(from) = cursor.next() {
            let page = source.backups.list_protected_resources(from).await?;
            for problem in &page.unreadable {
                self.doubt(format!("a protected resource {} could not be understood: {problem}", self.place())).await;
            }
            self.give(Listed::Resources(page.items)).await;
            cursor.advance(page.next)?;
        }
        Ok(())
    }

    /// Looks at the vaults again: one that has changed in between is a doubt, since its listing is of no one moment.
    async fn recount(&self, source: &SourceAccess, before: &Vaults) -> Result<(), CallError> {
        let after = self.vaults(source).await?;
        let count = |vaults: &Vaults, name: &str| vaults.get(name).map(|vault| vault.number_of_recovery_points);
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names.into_iter().filter(|name| count(before, name) != count(&after, name)) {
            self.doubt(format!("vault {name} {} changed while it was listed", self.place())).await;
        }
        Ok(())
    }

    fn place(&self) -> String {
        format!("of account {} in {}", self.account, self.region)
    }

    async fn doubt(&self, doubt: String) {
        self.give(Listed::Doubt(doubt)).await;
    }

    /// Hands on; whoever no longer listens has stopped the run.
    async fn give(&self, listed: Listed) {
        self.pages.send(listed).await.ok();
    }
}

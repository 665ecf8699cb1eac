//! The proof that credentials in hand belong to the sandbox account.

use std::collections::BTreeSet;

use async_trait::async_trait;
use backproof_model::{AccountId, Region, ResourceArn};

use crate::CallError;

/// Who a set of credentials is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: AccountId,
    /// The user or assumed role.
    pub arn: String,
}

/// Asks STS who we are.
#[async_trait]
pub trait CallerIdentity: Send + Sync {
    /// `GetCallerIdentity`.
    async fn caller(&self) -> Result<Caller, CallError>;
}

/// What the plan says of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxConfig {
    /// The account that restores go into.
    pub account: AccountId,
    /// The Regions in which something may be created or deleted.
    pub regions: Vec<Region>,
    /// The accounts that backups come from.
    pub sources: BTreeSet<AccountId>,
    /// Accounts that are never a sandbox, whatever the plan says.
    pub protected: BTreeSet<AccountId>,
    /// Why the sandbox may be a source account, where the plan accepted that.
    pub same_account: Option<String>,
}

/// Proof that STS said: this is the sandbox account, in one of its Regions, and not a source or protected account.
///
/// Every call that creates or deletes takes one; [`Sandbox::enter`] is the only way to get one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    account: AccountId,
    region: Region,
    caller_arn: String,
}

/// Why we are not in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTheSandbox {
    /// STS gave no answer.
    #[error("STS did not say whose credentials these are, so nothing will be restored: {0}")]
    Unknown(CallError),
    /// The credentials are another account's.
    #[error(
        "the credentials belong to account {found}, but the plan's sandbox is {expected}; nothing will be restored (check sandbox.role_arn)"
    )]
    OtherAccount {
        /// The configured sandbox.
        expected: AccountId,
        /// What STS said.
        found: AccountId,
    },
    /// The sandbox is a source.
    #[error(
        "sandbox account {0} is also a source account; use another account, or set sandbox.same_account = \"accepted\" with a reason"
    )]
    IsASource(AccountId),
    /// The sandbox is protected.
    #[error("account {0} is on the protected list and can never be a sandbox")]
    IsProtected(AccountId),
    /// The Region is not one of the sandbox's.
    #[error(
        "Region {0} is not one of the sandbox's Regions; add it to sandbox.regions or leave it out of scope.regions"
    )]
    OtherRegion(Region),
}

impl Sandbox {
    /// Asks STS whose credentials these are, and gives the proof if they are the sandbox's in `region`.
    ///
    /// # Errors
    /// Refuses where STS does not answer, where the account is another, a source's or protected, and in other Regions.
    pub async fn enter(
        identity: &dyn CallerIdentity,
        region: &Region,
        config: &SandboxConfig,
    ) -> Result<Self, NotTheSandbox> {
        let caller = identity.caller().await.map_err(NotTheSandbox::Unknown)?;
        Self::admit(caller, region, config)
    }

    fn admit(caller: Caller, region: &Region, config: &SandboxConfig) -> Result<Self, NotTheSandbox> {
        if config.protected.contains(&caller.account) {
            return Err(NotTheSandbox::IsProtected(caller.account));
        }
        if caller.account != config.account {
            return Err(NotTheSandbox::OtherAccount { expected: config.account.clone(), found: caller.account });
        }
        if config.sources.contains(&caller.account) && config.same_account.is_none() {
            return Err(NotTheSandbox::IsASource(caller.account));
        }
        if !config.regions.contains(region) {
            return Err(NotTheSandbox::OtherRegion(region.clone()));
        }
        Ok(Self { account: caller.account, region: region.clone(), caller_arn: caller.arn })
    }

    /// The sandbox account.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The Region in which this proof holds.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// Who we are there.
    pub fn caller_arn(&self) -> &str {
        &self.caller_arn
    }

    /// Whether a resource lies in this account and Region, as far as its ARN says.
    ///
    /// An ARN without an account (S3) is not taken for ours here; its driver must ask AWS for the owner.
    pub fn holds(&self, resource: &ResourceArn) -> bool {
        resource.arn().account().as_ref() == Some(&self.account)
            && resource.arn().region().as_ref() == Some(&self.region)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> SandboxConfig {
        SandboxConfig {
            account: "999988887777".parse().unwrap(),
            regions: vec!["eu-central-1".parse().unwrap()],
            sources: BTreeSet::from(["111122223333".parse().unwrap()]),
            protected: BTreeSet::from(["444455556666".parse().unwrap()]),
            same_account: None,
        }
    }

    fn admit(account: &str, region: &str, config: &SandboxConfig) -> Result<Sandbox, NotTheSandbox> {
        let caller = Caller {
            account: account.parse().unwrap(),
            arn: format!("arn:aws:sts::{account}:assumed-role/backproof/x"),
        };
        Sandbox::admit(caller, &region.parse().unwrap(), config)
    }

    #[test]
    fn the_configured_account_in_its_region_is_the_sandbox() {
        let sandbox = admit("999988887777", "eu-central-1", &config()).unwrap();
        assert!(sandbox.holds(&"arn:aws:dynamodb:eu-central-1:999988887777:table/t".parse().unwrap()));
        for elsewhere in [
            "arn:aws:dynamodb:eu-central-1:111122223333:table/t",
            "arn:aws:dynamodb:us-east-1:999988887777:table/t",
            "arn:aws:s3:::bucket",
        ] {
            assert!(!sandbox.holds(&elsewhere.parse().unwrap()), "{elsewhere}");
        }
    }

    #[test]
    fn another_account_is_refused() {
        assert!(matches!(admit("123456789012", "eu-central-1", &config()), Err(NotTheSandbox::OtherAccount { .. })));
    }

    #[test]
    fn a_protected_account_is_refused_even_if_configured() {
        let mut config = config();
        config.account = "444455556666".parse().unwrap();
        assert!(matches!(admit("444455556666", "eu-central-1", &config), Err(NotTheSandbox::IsProtected(_))));
    }

    #[test]
    fn a_source_account_is_refused_unless_the_plan_accepted_it() {
        let mut config = config();
        config.account = "111122223333".parse().unwrap();
        assert!(matches!(admit("111122223333", "eu-central-1", &config), Err(NotTheSandbox::IsASource(_))));
        config.same_account = Some("one account only".into());
        assert!(admit("111122223333", "eu-central-1", &config).is_ok());
    }

    #[test]
    fn another_region_is_refused() {
        assert!(matches!(admit("999988887777", "us-east-1", &config()), Err(NotTheSandbox::OtherRegion(_))));
    }
}

//! The one list of validators. Adding one adds its crate here, and nothing else changes.

mod about;

use std::sync::Arc;

use backproof_cloud::{LendCredentials, Sandbox, SandboxAccess, WriteTables};
use backproof_validators_api::{FingerprintKey, Validator};
use backproof_validators_exec::Exec;
use backproof_validators_items::Items;
use backproof_validators_rows::Rows;

pub use about::{ABOUT, About};

/// What validators need to reach restored resources of one account and Region.
#[derive(Clone)]
pub struct Access {
    /// The proof that this is the sandbox; negative controls write there.
    pub sandbox: Sandbox,
    /// Restored and scratch DynamoDB tables.
    pub tables: Arc<dyn WriteTables>,
    /// The sandbox session's credentials, for programs that the plan lends them to.
    pub credentials: Arc<dyn LendCredentials>,
    /// The key under which content is hashed.
    pub fingerprint_key: FingerprintKey,
}

impl Access {
    /// What validators need of all that may be done in the sandbox.
    pub fn of(access: &SandboxAccess, fingerprint_key: FingerprintKey) -> Self {
        Self {
            sandbox: access.sandbox.clone(),
            tables: Arc::clone(&access.tables),
            credentials: Arc::clone(&access.credentials),
            fingerprint_key,
        }
    }
}

/// The names of all validators, as plans write them, sorted.
pub const NAMES: &[&str] = &["exec", "items", "rows"];

/// Every validator, in the order of [`NAMES`].
pub fn all(access: &Access) -> Vec<Box<dyn Validator>> {
    let Access { sandbox, tables, credentials, fingerprint_key } = access;
    vec![
        Box::new(Exec::new(Some(Arc::clone(credentials)))),
        Box::new(Items::new(Arc::clone(tables), sandbox.clone(), fingerprint_key.clone())),
        Box::new(Rows::new(fingerprint_key.clone())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use async_trait::async_trait;
    use backproof_cloud::{
        CallError, Caller, CallerIdentity, Item, ItemPage, NewTable, Page, PageToken, ReadTables, SandboxConfig,
        ScanPart, SessionCredentials, TableDescription, TableSettings,
    };
    use backproof_model::ResourceArn;
    use backproof_validators_api::Controls;

    /// A list of validators is made without any call.
    struct NoCalls;

    #[async_trait]
    impl CallerIdentity for NoCalls {
        async fn caller(&self) -> Result<Caller, CallError> {
            Ok(Caller { account: "999988887777".parse().unwrap(), arn: "arn:aws:iam::999988887777:role/r".into() })
        }
    }

    #[async_trait]
    impl ReadTables for NoCalls {
        async fn describe_table(&self, _: &str) -> Result<TableDescription, CallError> {
            unreachable!()
        }
        async fn table_settings(&self, _: &str) -> Result<TableSettings, CallError> {
            unreachable!()
        }
        async fn list_tables(&self, _: Option<PageToken>) -> Result<Page<String>, CallError> {
            unreachable!()
        }
        async fn scan(&self, _: &str, _: ScanPart, _: Option<Item>) -> Result<ItemPage, CallError> {
            unreachable!()
        }
        async fn table_tags(&self, _: &ResourceArn) -> Result<BTreeMap<String, String>, CallError> {
            unreachable!()
        }
    }

    #[async_trait]
    impl WriteTables for NoCalls {
        async fn create_table(&self, _: &Sandbox, _: &NewTable) -> Result<(), CallError> {
            unreachable!()
        }
        async fn put_items(&self, _: &Sandbox, _: &str, _: &[Item]) -> Result<(), CallError> {
            unreachable!()
        }
        async fn delete_item(&self, _: &Sandbox, _: &str, _: &Item) -> Result<(), CallError> {
            unreachable!()
        }
        async fn drop_index(&self, _: &Sandbox, _: &str, _: &str) -> Result<(), CallError> {
            unreachable!()
        }
        async fn unprotect_table(&self, _: &Sandbox, _: &str) -> Result<(), CallError> {
            unreachable!()
        }
        async fn tag_table(&self, _: &Sandbox, _: &ResourceArn, _: &BTreeMap<String, String>) -> Result<(), CallError> {
            unreachable!()
        }
        async fn delete_table(&self, _: &Sandbox, _: &str) -> Result<(), CallError> {
            unreachable!()
        }
    }

    #[async_trait]
    impl LendCredentials for NoCalls {
        async fn lend(&self) -> Result<SessionCredentials, CallError> {
            unreachable!()
        }
    }

    async fn access() -> Access {
        let config = SandboxConfig {
            account: "999988887777".parse().unwrap(),
            regions: vec!["eu-central-1".parse().unwrap()],
            sources: [].into(),
            protected: [].into(),
            same_account: None,
        };
        let sandbox = Sandbox::enter(&NoCalls, &"eu-central-1".parse().unwrap(), &config).await.unwrap();
        Access {
            sandbox,
            tables: Arc::new(NoCalls),
            credentials: Arc::new(NoCalls),
            fingerprint_key: FingerprintKey::new(&[1; 32]),
        }
    }

    #[tokio::test]
    async fn what_is_said_of_validators_is_what_they_say_themselves() {
        let said: Vec<_> = ABOUT.iter().map(|about| (about.name, about.claims, about.permissions)).collect();
        let all = all(&access().await);
        let themselves: Vec<_> =
            all.iter().map(|validator| (validator.name(), validator.claims(), validator.permissions())).collect();
        assert_eq!(said, themselves);
    }

    #[tokio::test]
    async fn names_are_sorted_and_unique_and_those_of_the_list() {
        let listed: Vec<&str> = all(&access().await).iter().map(|validator| validator.name()).collect();
        assert_eq!(listed, NAMES);
        assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]), "{NAMES:?}");
    }

    #[tokio::test]
    async fn every_validator_but_programs_of_others_can_show_that_it_notices_faults() {
        for validator in all(&access().await) {
            let has_none = matches!(validator.controls(), Controls::None);
            assert_eq!(has_none, validator.name() == "exec", "{}", validator.name());
            assert!(!validator.claims().is_empty());
        }
    }
}

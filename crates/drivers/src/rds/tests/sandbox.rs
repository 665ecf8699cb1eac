//! Databases in memory: one instance at most, and what it leaves.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use backproof_cloud::{
    AutomatedBackup, CallError, Caller, CallerIdentity, DatabaseInstance, Landing, Page, PageToken, ReadDatabases,
    Remnant, Sandbox, SandboxConfig, Trouble, WriteDatabases,
};
use backproof_model::{ResourceArn, Secret};

use crate::rds::Here;

pub(super) const NAME: &str = "bp-k3v9x2aa-1-1-1";
pub(super) const ACCOUNT: &str = "999988887777";

pub(super) fn arn() -> ResourceArn {
    format!("arn:aws:rds:eu-central-1:{ACCOUNT}:db:{NAME}").parse().unwrap()
}

pub(super) fn landing() -> Landing {
    Landing {
        account: ACCOUNT.parse().unwrap(),
        region: "eu-central-1".parse().unwrap(),
        kms_key_arn: None,
        subnet_ids: vec!["subnet-1".into()],
        security_group_ids: vec!["sg-1".into()],
        db_subnet_group: Some("backproof".into()),
        db_instance_class: None,
        db_iam_login: false,
    }
}

/// An instance that is ready to be examined.
pub(super) fn instance() -> DatabaseInstance {
    DatabaseInstance {
        arn: arn(),
        name: NAME.into(),
        resource_id: Some("db-ABC".into()),
        status: "available".into(),
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        class: "db.t4g.medium".into(),
        endpoint: Some(("bp.abc.eu-central-1.rds.amazonaws.com".into(), 5432)),
        master_user: Some("postgres".into()),
        database: Some("orders".into()),
        storage_gib: Some(20),
        storage_loading_percent: None,
        changes_pending: false,
        publicly_accessible: false,
        deletion_protection: false,
        iam_authentication: false,
        managed_secret_arn: None,
        subnet_group: Some("backproof".into()),
        security_group_ids: vec!["sg-1".into()],
        created: Some("2026-01-01T00:05:00Z".parse().unwrap()),
        tags: BTreeMap::new(),
    }
}

pub(super) fn backup(of: &str) -> AutomatedBackup {
    AutomatedBackup {
        instance: of.into(),
        resource_id: "db-ABC".into(),
        status: "retained".into(),
        instance_created: Some("2026-01-01T00:05:00Z".parse().unwrap()),
        tags: BTreeMap::new(),
    }
}

pub(super) fn remnant(name: &str) -> Remnant {
    Remnant { name: name.into(), created: Some("2026-01-01T00:07:00Z".parse().unwrap()) }
}

/// What there is, and what was asked for.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) instance: Option<DatabaseInstance>,
    pub(super) backups: Vec<AutomatedBackup>,
    pub(super) log_groups: Vec<Remnant>,
    pub(super) snapshots: Vec<Remnant>,
    pub(super) secrets: Vec<Remnant>,
    /// What the next changing call is refused with.
    pub(super) refusal: Option<Trouble>,
    pub(super) changes: Vec<String>,
}

/// The databases of a sandbox, which do at once what they are asked for.
pub(super) struct Databases {
    contents: Mutex<Contents>,
    sandbox: Sandbox,
}

impl Databases {
    pub(super) async fn with(contents: Contents) -> Self {
        let config = SandboxConfig {
            account: ACCOUNT.parse().unwrap(),
            regions: vec!["eu-central-1".parse().unwrap()],
            sources: [].into(),
            protected: [].into(),
            same_account: None,
        };
        let sandbox = Sandbox::enter(&Sts, &config.regions[0], &config).await.unwrap();
        Self { contents: Mutex::new(contents), sandbox }
    }

    pub(super) async fn holding(instance: DatabaseInstance) -> Self {
        Self::with(Contents { instance: Some(instance), ..Contents::default() }).await
    }

    pub(super) fn here(&self) -> Here<'_> {
        Here { sandbox: &self.sandbox, databases: self }
    }

    pub(super) fn edit<T>(&self, with: impl FnOnce(&mut Contents) -> T) -> T {
        with(&mut self.contents.lock().unwrap())
    }

    pub(super) fn changes(&self) -> Vec<String> {
        self.edit(|contents| contents.changes.clone())
    }

    fn change(&self, what: String, with: impl FnOnce(&mut Contents)) -> Result<(), CallError> {
        self.edit(|contents| {
            contents.changes.push(what);
            if let Some(trouble) = contents.refusal.take() {
                return Err(refused(trouble));
            }
            with(contents);
            Ok(())
        })
    }
}

fn refused(trouble: Trouble) -> CallError {
    CallError { call: "rds:X".into(), trouble, code: None, message: "refused".into(), request_id: None }
}

struct Sts;

#[async_trait]
impl CallerIdentity for Sts {
    async fn caller(&self) -> Result<Caller, CallError> {
        Ok(Caller { account: ACCOUNT.parse().unwrap(), arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/r/s") })
    }
}

#[async_trait]
impl ReadDatabases for Databases {
    async fn describe_instance(&self, name: &str) -> Result<DatabaseInstance, CallError> {
        let found = self.edit(|contents| contents.instance.clone()).filter(|instance| instance.name == name);
        found.ok_or_else(|| refused(Trouble::NotFound))
    }

    async fn list_instances(&self, _: Option<PageToken>) -> Result<Page<DatabaseInstance>, CallError> {
        let items = self.edit(|contents| contents.instance.clone()).into_iter().collect();
        Ok(Page { items, next: None, unreadable: Vec::new() })
    }

    async fn automated_backups(&self, name: Option<&str>) -> Result<Vec<AutomatedBackup>, CallError> {
        let all = self.edit(|contents| contents.backups.clone());
        Ok(all.into_iter().filter(|backup| name.is_none_or(|name| backup.instance == name)).collect())
    }

    async fn manual_snapshots(&self, _: &str) -> Result<Vec<Remnant>, CallError> {
        Ok(self.edit(|contents| contents.snapshots.clone()))
    }

    async fn log_groups(&self, _: &str) -> Result<Vec<Remnant>, CallError> {
        Ok(self.edit(|contents| contents.log_groups.clone()))
    }

    async fn managed_secrets(&self, _: &ResourceArn) -> Result<Vec<Remnant>, CallError> {
        Ok(self.edit(|contents| contents.secrets.clone()))
    }
}

#[async_trait]
impl WriteDatabases for Databases {
    async fn reset_password(&self, _: &Sandbox, name: &str, _: &Secret) -> Result<(), CallError> {
        self.change(format!("reset the password of {name}"), |contents| {
            contents.instance.as_mut().unwrap().changes_pending = true;
        })
    }

    async fn unprotect_instance(&self, _: &Sandbox, name: &str) -> Result<(), CallError> {
        self.change(format!("unprotect {name}"), |contents| {
            contents.instance.as_mut().unwrap().deletion_protection = false;
        })
    }

    async fn tag_instance(
        &self,
        _: &Sandbox,
        _: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError> {
        self.change(format!("tag {tags:?}"), |_| {})
    }

    async fn untag_instance(&self, _: &Sandbox, _: &ResourceArn, keys: &[String]) -> Result<(), CallError> {
        self.change(format!("untag {}", keys.join(" ")), |contents| {
            contents.instance.as_mut().unwrap().tags.retain(|key, _| !keys.contains(key));
        })
    }

    async fn delete_instance(&self, _: &Sandbox, name: &str) -> Result<(), CallError> {
        self.change(format!("delete {name}"), |contents| contents.instance.as_mut().unwrap().status = "deleting".into())
    }

    async fn delete_automated_backup(&self, _: &Sandbox, resource_id: &str) -> Result<(), CallError> {
        self.change(format!("delete the backups of {resource_id}"), |contents| contents.backups.clear())
    }

    async fn delete_log_group(&self, _: &Sandbox, log_group: &str) -> Result<(), CallError> {
        self.change(format!("delete {log_group}"), |contents| {
            contents.log_groups.retain(|group| group.name != log_group);
        })
    }

    async fn login_token(&self, _: &Sandbox, host: &str, port: u16, user: &str) -> Result<Secret, CallError> {
        Ok(Secret::new(format!("token of {user} for {host}:{port}")))
    }
}

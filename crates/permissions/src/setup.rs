//! What a plan says that narrows the permissions, and the placeholders that stand for it without one.

use backproof_model::ResourceType;
use backproof_plan::{LoginKind, Plan, ReachKind, Route, SigningKeyPlan, SourceAccount};

/// Accounts, Regions, names and keys, as texts: a placeholder is not a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// The accounts that backups come from.
    pub sources: Vec<SourceSetup>,
    /// The Regions that backups come from.
    pub source_regions: Vec<String>,
    /// The sandbox account.
    pub sandbox_account: String,
    /// The Regions in which something may be created and deleted.
    pub sandbox_regions: Vec<String>,
    /// The sandbox role's path and name; none where the credentials at hand are used.
    pub sandbox_role: Option<String>,
    /// The restore role's path and name.
    pub restore_role: String,
    /// The janitor's path and name; none where the sandbox role sweeps.
    pub sweep_role: Option<String>,
    /// What the sandbox's roles ask for before they are assumed.
    pub external_id: Option<String>,
    /// The vault that copies go into, where a route copies.
    pub staging_vault: Option<String>,
    /// The sandbox's key, where there is one.
    pub key: Option<KeySetup>,
    /// Whether restored resources are put into a network, which is looked at beforehand.
    pub network: bool,
    /// The instance that forwards ports, where databases are reached by one.
    pub tunnel_instance: Option<String>,
    /// The database user that logs in by IAM, where one does.
    pub login_user: Option<String>,
    /// The resource types that may be drawn; none named means every type.
    pub types: Vec<ResourceType>,
    /// The validators that examine; none means every validator.
    pub validators: Option<Vec<String>>,
    /// Whether tags of recovery points are read.
    pub reads_tags: bool,
    /// The SNS topics that alarms are published to.
    pub topics: Vec<String>,
    /// The ARN of the KMS key that the operator signs sealed bundles with, where one does.
    pub signing_key: Option<String>,
    /// The bucket that sealed bundles are kept in, where there is one.
    pub archive: Option<ArchiveSetup>,
    /// Who may assume the roles.
    pub trusted: String,
}

/// The bucket that sealed bundles are kept in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveSetup {
    /// Its name.
    pub bucket: String,
    /// What keys begin with; may be empty.
    pub prefix: String,
    /// The role that writes to it; none where the credentials at hand do.
    pub role: Option<ArchiveRole>,
    /// The ARN of the key that objects are encrypted with, where the plan names one.
    pub key: Option<String>,
}

/// The role that writes to the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveRole {
    /// Its account.
    pub account: String,
    /// Its path and name.
    pub path: String,
    /// What it asks for before it is assumed.
    pub external_id: Option<String>,
}

impl ArchiveSetup {
    /// What a plan says, where it archives into a bucket.
    fn of(plan: &Plan) -> Option<Self> {
        let archive = plan.archive.as_ref()?;
        let (bucket, prefix) = archive.bucket()?;
        let role = archive.role_arn.as_deref().and_then(|arn| {
            let account = arn.split(':').nth(4)?.to_owned();
            Some(ArchiveRole { account, path: role_path(arn), external_id: archive.external_id.clone() })
        });
        Some(Self { bucket: bucket.to_owned(), prefix: prefix.to_owned(), role, key: archive.kms_key.clone() })
    }

    pub(crate) fn bucket_arn(&self, setup: &Setup) -> String {
        format!("arn:{}:s3:::{}", setup.partition, self.bucket)
    }

    /// Of everything below the prefix.
    pub(crate) fn objects_arn(&self, setup: &Setup) -> String {
        match self.prefix.as_str() {
            "" => format!("{}/*", self.bucket_arn(setup)),
            prefix => format!("{}/{prefix}/*", self.bucket_arn(setup)),
        }
    }
}

/// An account that backups come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSetup {
    /// The account.
    pub account: String,
    /// The reading role's path and name; none where the credentials at hand are used.
    pub role: Option<String>,
    /// What the roles ask for before they are assumed.
    pub external_id: Option<String>,
    /// How copies are asked for, where they are.
    pub copy: Option<CopySetup>,
}

/// How copies out of an account are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySetup {
    /// Path and name of the role that asks; none where the reading role does.
    pub caller_role: Option<String>,
    /// Path and name of the role that AWS Backup copies with.
    pub service_role: String,
}

/// The sandbox's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySetup {
    /// By its ARN.
    Arn(String),
    /// By its alias, for a key whose number is not known yet.
    Alias(String),
}

impl Setup {
    /// What the plan says.
    pub fn of(plan: &Plan) -> Self {
        let sandbox = &plan.sandbox;
        let copies = sandbox.routes.iter().find_map(|route| match route {
            Route::Copy { backup_vault_name, .. } => Some(backup_vault_name.clone()),
            Route::SharedVault => None,
        });
        let by_tags = !plan.scope.protected_resource_conditions.is_empty()
            || plan.residency.iter().any(|rule| rule.tag.is_some())
            || plan.validators.iter().any(|assignment| assignment.tags.is_some());
        let databases = &sandbox.databases;
        Self {
            partition: partition(sandbox.regions.first().map_or("", |region| region.as_str())).to_owned(),
            sources: plan.scope.accounts.iter().map(|account| source(account, copies.is_some())).collect(),
            source_regions: plan.scope.regions.iter().map(ToString::to_string).collect(),
            sandbox_account: sandbox.account.to_string(),
            sandbox_regions: sandbox.regions.iter().map(ToString::to_string).collect(),
            sandbox_role: sandbox.role_arn.as_deref().map(role_path),
            restore_role: role_path(&sandbox.restore_role_arn),
            sweep_role: sandbox.sweep_role_arn.as_deref().map(role_path),
            external_id: sandbox.external_id.clone(),
            staging_vault: copies,
            key: sandbox.kms_key_arn.clone().map(KeySetup::Arn),
            network: sandbox.network.is_some(),
            tunnel_instance: match databases.reach {
                ReachKind::Tunnel => databases.tunnel_instance_id.clone(),
                ReachKind::Inside | ReachKind::DataApi => None,
            },
            login_user: match databases.login {
                LoginKind::Iam => databases.login_user.clone(),
                LoginKind::ResetPassword => None,
            },
            types: plan.scope.resource_types.clone(),
            validators: Some(plan.validators.iter().map(|assignment| assignment.validator.clone()).collect()),
            reads_tags: by_tags,
            topics: plan.alarms.topics.iter().map(|topic| topic.topic_arn.clone()).collect(),
            signing_key: plan.evidence.signed_with.as_ref().and_then(|key| match key {
                SigningKeyPlan::Kms(arn) => Some(arn.clone()),
                SigningKeyPlan::File(_) => None,
            }),
            archive: ArchiveSetup::of(plan),
            trusted: format!("arn:{}:iam::{}:root", partition_of(plan), sandbox.account),
        }
    }

    /// Every way that a plan can have, with words in capitals in the place of what a plan would say. AWS accepts no
    /// policy in which such a word stands for an account.
    pub fn placeholders() -> Self {
        let sandbox_account = "SANDBOX_ACCOUNT".to_owned();
        Self {
            partition: "aws".into(),
            sources: vec![SourceSetup {
                account: "SOURCE_ACCOUNT".into(),
                role: Some(SOURCE_ROLE.into()),
                external_id: Some("EXTERNAL_ID".into()),
                copy: Some(CopySetup { caller_role: Some(COPY_CALLER_ROLE.into()), service_role: COPY_ROLE.into() }),
            }],
            source_regions: vec!["SOURCE_REGION".into()],
            sandbox_regions: vec!["SANDBOX_REGION".into()],
            sandbox_role: Some(SANDBOX_ROLE.into()),
            restore_role: "backproof-restore".into(),
            sweep_role: Some(SWEEP_ROLE.into()),
            external_id: Some("EXTERNAL_ID".into()),
            staging_vault: Some("STAGING_VAULT".into()),
            key: Some(KeySetup::Arn(format!("arn:aws:kms:SANDBOX_REGION:{sandbox_account}:key/KEY_ID"))),
            network: true,
            tunnel_instance: Some("TUNNEL_INSTANCE".into()),
            login_user: Some("LOGIN_USER".into()),
            types: Vec::new(),
            validators: None,
            reads_tags: true,
            topics: vec![format!("arn:aws:sns:SANDBOX_REGION:{sandbox_account}:TOPIC")],
            signing_key: Some(format!("arn:aws:kms:SANDBOX_REGION:{sandbox_account}:key/SIGNING_KEY_ID")),
            archive: Some(ArchiveSetup {
                bucket: "ARCHIVE_BUCKET".into(),
                prefix: "ARCHIVE_PREFIX".into(),
                role: Some(ArchiveRole {
                    account: "ARCHIVE_ACCOUNT".into(),
                    path: ARCHIVE_ROLE.into(),
                    external_id: Some("EXTERNAL_ID".into()),
                }),
                key: Some("arn:aws:kms:ARCHIVE_REGION:ARCHIVE_ACCOUNT:key/KEY_ID".into()),
            }),
            trusted: format!("arn:aws:iam::{sandbox_account}:root"),
            sandbox_account,
        }
    }

    /// The same, with somebody else who may assume the roles: an ARN, or an account's number.
    #[must_use]
    pub fn trusting(mut self, trusted: String) -> Self {
        self.trusted = trusted;
        self
    }

    /// Whether things of this type may be restored.
    pub(crate) fn takes(&self, resource_type: &ResourceType) -> bool {
        self.types.is_empty() || self.types.contains(resource_type)
    }

    /// An ARN of the sandbox account. Of several Regions none is named: a denial keeps to them.
    pub(crate) fn sandbox_arn(&self, service: &str, resource: &str) -> String {
        let region = one_or_any(&self.sandbox_regions);
        format!("arn:{}:{service}:{region}:{}:{resource}", self.partition, self.sandbox_account)
    }

    /// An ARN of a source account.
    pub(crate) fn source_arn(&self, account: &str, service: &str, resource: &str) -> String {
        let region = one_or_any(&self.source_regions);
        format!("arn:{}:{service}:{region}:{account}:{resource}", self.partition)
    }

    /// The ARN of a role, by account and path with name.
    pub(crate) fn role_arn(&self, account: &str, role: &str) -> String {
        format!("arn:{}:iam::{account}:role/{role}", self.partition)
    }
}

/// The reading role's name where a plan has none.
pub(crate) const SOURCE_ROLE: &str = "backproof-read";
/// The name of the role that asks for copies where a plan has none.
pub(crate) const COPY_CALLER_ROLE: &str = "backproof-copy-caller";
/// The name of the role that AWS Backup copies with where a plan has none.
pub(crate) const COPY_ROLE: &str = "backproof-copy";
/// The sandbox role's name where a plan has none.
pub(crate) const SANDBOX_ROLE: &str = "backproof-sandbox";
/// The janitor's name where a plan has none.
pub(crate) const SWEEP_ROLE: &str = "backproof-sweep";
/// The auditor's name; no plan has one.
pub(crate) const AUDITOR_ROLE: &str = "backproof-auditor";
/// The name of the role that archives, where a plan has none.
pub(crate) const ARCHIVE_ROLE: &str = "backproof-archive";
/// The staging vault's name where a plan has none.
pub(crate) const STAGING_VAULT: &str = "backproof-staging";

fn source(account: &SourceAccount, copies: bool) -> SourceSetup {
    let copy = account.copy_role_arn.as_deref().filter(|_| copies).map(|service_role| CopySetup {
        caller_role: account.copy_caller_role_arn.as_deref().map(role_path),
        service_role: role_path(service_role),
    });
    SourceSetup {
        account: account.id.to_string(),
        role: account.role_arn.as_deref().map(role_path),
        external_id: account.external_id.clone(),
        copy,
    }
}

/// Path and name in a role's ARN: `teams/dr/backproof` of `arn:aws:iam::111122223333:role/teams/dr/backproof`.
fn role_path(arn: &str) -> String {
    arn.split_once(":role/").map_or(arn, |(_, path)| path).to_owned()
}

fn one_or_any(names: &[String]) -> &str {
    match names {
        [one] => one,
        _ => "*",
    }
}

fn partition_of(plan: &Plan) -> &'static str {
    partition(plan.sandbox.regions.first().map_or("", |region| region.as_str()))
}

/// China and GovCloud have partitions of their own, which show in the Region's name.
fn partition(region: &str) -> &'static str {
    match region {
        region if region.starts_with("cn-") => "aws-cn",
        region if region.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    }
}

//! What a resource type needs of its own: metadata, readiness, finding and deleting. Everything else about a restore
//! test is the same for all types and is the engine's.

use std::collections::BTreeMap;

use async_trait::async_trait;
use backproof_model::cost::CostFacts;
use backproof_model::names::TAG_INSTALLATION;
use backproof_model::{
    AccountId, DatabaseLogin, FaultOwner, MetadataRules, Permission, RecoveryPoint, Region, ResourceArn, ResourceType,
    RestoreMetadata, Secret, Target,
};
use jiff::Timestamp;

use crate::{CallError, QuotaOfType, SandboxAccess};

/// A restore to prepare.
#[derive(Clone, Debug)]
pub struct RestoreOrder {
    /// The recovery point that is restored; the copy, where it was copied.
    pub point: RecoveryPoint,
    /// The name that the restored resource must have.
    pub resource_name: String,
    /// What AWS's own restore testing would send.
    pub inferred: RestoreMetadata,
    /// What the source looked like.
    pub original: RestoreMetadata,
    /// Where it lands.
    pub landing: Landing,
    /// Accounts that no value may mention.
    pub foreign_accounts: Vec<AccountId>,
}

/// Where restores land.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The sandbox account.
    pub account: AccountId,
    /// The sandbox's Region.
    pub region: Region,
    /// The sandbox's key, or AWS's own where none is configured.
    pub kms_key_arn: Option<String>,
    /// The subnets that may be used, for what lives in a network.
    pub subnet_ids: Vec<String>,
    /// The security groups that may be used.
    pub security_group_ids: Vec<String>,
    /// The DB subnet group, for databases.
    pub db_subnet_group: Option<String>,
    /// The instance class that databases are restored with, in the place of the source's.
    pub db_instance_class: Option<String>,
    /// Whether one logs in to databases by IAM, which they must then be restored with.
    pub db_iam_login: bool,
}

/// Restore metadata as a driver proposes it, with the rules that the gate will hold it to.
#[derive(Clone, Debug)]
pub struct ProposedMetadata {
    /// What would be sent.
    pub metadata: RestoreMetadata,
    /// What may be sent.
    pub rules: MetadataRules,
    /// Keys that AWS inferred or kept, and that are left out.
    pub left_out: Vec<String>,
}

/// Whether a restored resource can be examined.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made per look, and taken apart at once")]
pub enum Readiness {
    /// It can, here; and what was done to make it so.
    Ready {
        /// Where.
        target: Target,
        /// What was done, in words.
        steps: Vec<String>,
    },
    /// Not yet; ask again.
    NotYet {
        /// Its state.
        state: String,
    },
    /// It never will.
    Never {
        /// Whose fault.
        owner: FaultOwner,
        /// Why.
        reason: String,
    },
}

/// How one wants to log in to a restored resource.
#[derive(Clone, Debug)]
pub struct LoginWish {
    /// A password made for this occasion, for types where one can be set.
    pub password: Secret,
    /// The user to log in as by IAM, where the plan wants that instead of a new password.
    pub iam_user: Option<String>,
    /// Whether this process has asked for the login already, and only wants to know whether it is there.
    pub asked: bool,
}

/// How far the login to a restored resource is.
#[derive(Clone, Debug)]
pub enum LoginStep {
    /// The type needs none: AWS's own calls do.
    NotNeeded,
    /// Asked for; look again.
    NotYet {
        /// The resource's state.
        state: String,
    },
    /// It is there.
    Ready(DatabaseLogin),
    /// There will be none.
    Never {
        /// Whose fault.
        owner: FaultOwner,
        /// Why.
        reason: String,
    },
}

/// A resource that was found in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundResource {
    /// Its ARN.
    pub arn: ResourceArn,
    /// When it was created, where AWS tells.
    pub created: Option<Timestamp>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What AWS restores of a type at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestoreLimits {
    /// So many restores; none where no limit is published.
    pub at_once: Option<u32>,
    /// So many bytes together; none where no limit is published.
    pub bytes_at_once: Option<u64>,
}

/// One step of deleting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeletionStep {
    /// AWS took the request; look again.
    Asked,
    /// Cannot be deleted in its present state; look again.
    NotYet {
        /// Its state.
        state: String,
    },
    /// A read said that it does not exist, nor anything that it could have left.
    Absent,
    /// It does not exist any more, but things that it left do, and nothing here may or can delete them.
    LeftBehind {
        /// Their names.
        what: Vec<String>,
    },
}

/// One resource type.
#[async_trait]
pub trait Driver: Send + Sync {
    /// The type.
    fn resource_type(&self) -> ResourceType;

    /// Whether restored resources live in a network, so that an open sandbox forbids them.
    fn lives_in_network(&self) -> bool;

    /// What the sandbox role must be allowed for this type, each action once.
    fn permissions(&self) -> &'static [Permission];

    /// The quotas of which each restored resource takes one.
    fn quotas(&self) -> &'static [QuotaOfType] {
        &[]
    }

    /// How many restores of the type AWS performs beside each other in an account and Region, whatever its quotas.
    fn limits(&self) -> RestoreLimits {
        RestoreLimits::default()
    }

    /// The event by which CloudTrail shows that a resource of the type was deleted: `DeleteTable`.
    fn deletion_event(&self) -> Option<&'static str> {
        None
    }

    /// What decides the price of a restored resource besides the size of its data, as far as what AWS keeps of its
    /// source says it; `None` for types where nothing else does. Pure.
    fn cost_facts(&self, _original: &RestoreMetadata) -> Option<CostFacts> {
        None
    }

    /// Proposes metadata that can only lead into the sandbox. Pure.
    ///
    /// # Errors
    /// Says in words what the sandbox lacks, so that no restore of this type could stay inside it.
    fn propose_metadata(&self, order: &RestoreOrder) -> Result<ProposedMetadata, String>;

    /// The ARN that a restored resource of this name has, where it follows from the name.
    fn arn_of(&self, name: &str, landing: &Landing) -> Option<ResourceArn>;

    /// Looks once whether the resource can be examined, and does what it needs to get there. What does not lie where it
    /// should have landed is never ready.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn ready(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        landing: &Landing,
    ) -> Result<Readiness, CallError>;

    /// Gets the login that validators need, one step at a time. What it gives is never written down.
    ///
    /// [`LoginStep::NotYet`] says that the wish was heard; the next call may say `asked`.
    ///
    /// # Errors
    /// Gives back what AWS answered. A wish that ended so was not heard: it is made again, and not with `asked`.
    async fn login(
        &self,
        _access: &SandboxAccess,
        _target: &Target,
        _wish: &LoginWish,
    ) -> Result<LoginStep, CallError> {
        Ok(LoginStep::NotNeeded)
    }

    /// The resource of this ARN, or `None` where a read says that it does not exist.
    ///
    /// # Errors
    /// Gives back what AWS answered; a denied read is not absence.
    async fn find(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<Option<FoundResource>, CallError>;

    /// Puts our tags on a resource that lacks them.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn tag(
        &self,
        access: &SandboxAccess,
        resource: &ResourceArn,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), CallError>;

    /// Takes one step towards the resource's absence. Asking twice is the same as asking once.
    ///
    /// # Errors
    /// Gives back what AWS answered.
    async fn delete(&self, access: &SandboxAccess, resource: &ResourceArn) -> Result<DeletionStep, CallError>;

    /// Every resource of the type in the sandbox's Region.
    ///
    /// # Errors
    /// Gives back what AWS answered; an unreadable listing is not an empty one.
    async fn list(&self, access: &SandboxAccess) -> Result<Vec<ResourceArn>, CallError>;

    /// Every resource of the type in the sandbox's Region that carries the tag of an installation.
    ///
    /// # Errors
    /// Gives back what AWS answered; tags that cannot be read are not absent.
    async fn list_tagged(&self, access: &SandboxAccess) -> Result<Vec<FoundResource>, CallError> {
        let mut tagged = Vec::new();
        for resource in self.list(access).await? {
            let found = self.find(access, &resource).await?;
            tagged.extend(found.filter(|found| found.tags.contains_key(TAG_INSTALLATION)));
        }
        Ok(tagged)
    }
}

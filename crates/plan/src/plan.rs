//! The effective plan: every value checked, every default applied.
//!
//! Its canonical JSON is the `plan.json` of a run, and the SHA-256 of that is the plan digest under every draw.

use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::record::Authorisation;
use backproof_model::{ProofLevel, ResourceType};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    AlarmsPlan, ArchivePlan, BudgetPlan, Concurrency, Deadlines, EvidencePlan, Limits, ObjectivesPlan, ResidencyRule,
    SandboxPlan, Schedule, Scope, Selection, ValidatorAssignment,
};

/// A restore testing plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The plan's name: 1 to 40 lower-case letters, digits and hyphens.
    pub name: String,
    /// Which recovery points make up the population.
    pub scope: Scope,
    /// How the sample is drawn from it.
    pub selection: Selection,
    /// Where restores go.
    pub sandbox: SandboxPlan,
    /// Which data may be restored in which Regions. All rules that apply to a point must allow it.
    pub residency: Vec<ResidencyRule>,
    /// Who allowed production data to be restored. A plan without it can list and draw, but not restore.
    pub authorisation: Option<Authorisation>,
    /// Which validators examine which restored resources.
    pub validators: Vec<ValidatorAssignment>,
    /// The proof level that a restore test must reach in order to pass.
    pub required_level: ProofLevel,
    /// What recovery has to achieve.
    pub objectives: ObjectivesPlan,
    /// How much happens at the same time.
    pub concurrency: Concurrency,
    /// How long each phase of a restore test may take.
    pub deadlines: Deadlines,
    /// How often one restore test may be tried, the first time included.
    pub max_attempts: u32,
    /// Which recovery points are left out for their size or age.
    pub limits: Limits,
    /// When the plan is due. Without one it runs only when somebody says so.
    pub schedule: Option<Schedule>,
    /// What may be spent.
    pub budget: BudgetPlan,
    /// Who is told when something happens.
    pub alarms: AlarmsPlan,
    /// What the evidence is to hold besides what happened.
    pub evidence: EvidencePlan,
    /// Where sealed bundles are kept so that nobody can change them.
    pub archive: Option<ArchivePlan>,
}

/// Why this plan must not restore anything.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAuthorised {
    /// The plan has no authorisation.
    #[error(
        "nobody has authorised this plan to restore production data: add [authorisation] with authorised_by, ticket, \
         data_classes and expires"
    )]
    Missing,
    /// The authorisation has run out.
    #[error(
        "the authorisation by {authorised_by} ({ticket}) expired at {expires}: have it renewed and set a later \
         `expires` in [authorisation]"
    )]
    Expired {
        /// Who had authorised it.
        authorised_by: String,
        /// Where that is written down.
        ticket: String,
        /// The first moment at which it no longer held.
        expires: Timestamp,
    },
}

impl Plan {
    /// Whether the plan's authorisation allows a restore to start at `now`.
    ///
    /// # Errors
    /// There is no authorisation, or `now` is not before its expiry.
    pub fn may_restore(&self, now: Timestamp) -> Result<(), NotAuthorised> {
        let authorisation = self.authorisation.as_ref().ok_or(NotAuthorised::Missing)?;
        if now < authorisation.expires {
            return Ok(());
        }
        Err(NotAuthorised::Expired {
            authorised_by: authorisation.authorised_by.clone(),
            ticket: authorisation.ticket.clone(),
            expires: authorisation.expires,
        })
    }

    /// The assignments that examine a restored resource, in the order of the plan.
    ///
    /// `resource_arn` and `tags` are those of the protected resource, not of the restored one.
    pub fn validators_for<'a>(
        &'a self,
        resource_type: &'a ResourceType,
        resource_arn: &'a str,
        tags: &'a std::collections::BTreeMap<String, String>,
    ) -> impl Iterator<Item = &'a ValidatorAssignment> {
        self.validators.iter().filter(move |assignment| assignment.applies_to(resource_type, resource_arn, tags))
    }

    /// The plan as canonical JSON (RFC 8785), without a line end: the content of `plan.json`.
    pub fn canonical_json(&self) -> String {
        canonical_json(self).expect("a plan has text keys only, and reading refuses numbers that are not finite")
    }

    /// The plan digest: SHA-256 of [`Plan::canonical_json`] in lower-case hexadecimal.
    ///
    /// Comments, formatting and the order of keys do not enter it, nor whether a default was written out.
    pub fn digest(&self) -> String {
        sha256_hex(self.canonical_json())
    }
}

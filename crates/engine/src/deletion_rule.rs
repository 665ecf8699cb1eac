//! Whether something may be deleted. Pure, and the only place that decides.
//!
//! Always required: it lies in the sandbox, it is not a source, it was created after we meant to create it, and no
//! other installation has put its tag on it. In addition one proof that it is ours. Tags help to find things; they
//! never prove anything.
//!
//! "After we meant to" is asked of AWS's own clock where a restore job tells it: then a clock of ours that is hours
//! wrong neither strands what is ours nor hands over what others made just before.

use backproof_cloud::Sandbox;
use backproof_model::ResourceArn;
use backproof_model::names::{Installation, ResourceName, TAG_INSTALLATION};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt;

use crate::poller::CLOCK_TOLERANCE;

/// What is known of a resource that somebody wants to delete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate<'a> {
    /// The resource.
    pub(crate) resource: &'a ResourceArn,
    /// When it was created, where AWS tells.
    pub(crate) created: Option<Timestamp>,
    /// Its tags.
    pub(crate) tags: &'a BTreeMap<String, String>,
    /// The proof that it is ours.
    pub(crate) proof: Proof<'a>,
    /// Since when it may have been made by us.
    pub(crate) since: Since,
}

/// The earliest moment at which something can have been made by us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// When we first meant to create it, by our clock, which may differ a little from AWS's.
    Intent(Timestamp),
    /// When AWS created the restore job that was to make it, by AWS's own clock.
    Job(Timestamp),
}

impl Since {
    /// The job's date where it is known, and our intent's otherwise.
    pub(crate) fn of(intended: Timestamp, job_created: Option<Timestamp>) -> Self {
        job_created.map_or(Self::Intent(intended), Self::Job)
    }

    fn earliest(self) -> Timestamp {
        match self {
            Self::Intent(intended) => intended.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN),
            Self::Job(created) => created,
        }
    }
}

impl fmt::Display for Since {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intent(intended) => write!(f, "before we meant to create it at {intended}"),
            Self::Job(created) => write!(f, "before AWS Backup took our restore job at {created}"),
        }
    }
}

/// A proof of ownership.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof<'a> {
    /// A restore job that we started, or found again by its recovery point, date and our name, says it created this.
    RestoreJob(&'a str),
    /// It has the name that our journalled intent gave.
    IntendedName(&'a ResourceName),
    /// There is no journal. A restore job of the plan's restore role says that it created this, and two persons said
    /// that it is to be deleted.
    Confirmed {
        /// The restore job.
        job: &'a str,
        /// Both persons, in words.
        by: &'a str,
    },
}

/// Why something must not be deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MustNotDelete {
    #[error("it is not in the sandbox account and Region")]
    NotInSandbox,
    #[error("it is a protected resource of the plan")]
    IsASource,
    #[error("it was created at {created}, {since}")]
    OlderThanIntent { created: Timestamp, since: Since },
    #[error("nobody can tell when it was created")]
    AgeUnknown,
    #[error("it carries the tag of installation `{0}`")]
    OfAnotherInstallation(String),
    #[error("its name is not the one that we intended")]
    OtherName,
}

/// Lets a deletion through, and names the proof; or says why not.
pub(crate) fn may_delete(
    candidate: &Candidate<'_>,
    sandbox: &Sandbox,
    installation: &Installation,
    source: Option<&ResourceArn>,
) -> Result<String, MustNotDelete> {
    if !sandbox.holds(candidate.resource) {
        return Err(MustNotDelete::NotInSandbox);
    }
    if Some(candidate.resource) == source {
        return Err(MustNotDelete::IsASource);
    }
    let created = candidate.created.ok_or(MustNotDelete::AgeUnknown)?;
    if created < candidate.since.earliest() {
        return Err(MustNotDelete::OlderThanIntent { created, since: candidate.since });
    }
    if let Some(other) = candidate.tags.get(TAG_INSTALLATION).filter(|tag| *tag != installation.as_str()) {
        return Err(MustNotDelete::OfAnotherInstallation(other.clone()));
    }
    match candidate.proof {
        Proof::RestoreJob(job) => Ok(format!("restore job {job}, which created it")),
        Proof::Confirmed { job, by } => {
            Ok(format!("restore job {job} of the plan's restore role, which created it, confirmed by {by}"))
        }
        Proof::IntendedName(name)
            if candidate.resource.arn().resource_name() == name.to_string() && name.installation == *installation =>
        {
            Ok("its name, which the journal had intended".into())
        }
        Proof::IntendedName(_) => Err(MustNotDelete::OtherName),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use backproof_cloud::{CallError, Caller, CallerIdentity, SandboxConfig};
    use std::collections::BTreeSet;

    struct Sts;

    #[async_trait]
    impl CallerIdentity for Sts {
        async fn caller(&self) -> Result<Caller, CallError> {
            Ok(Caller {
                account: "999988887777".parse().unwrap(),
                arn: "arn:aws:sts::999988887777:assumed-role/backproof/x".into(),
            })
        }
    }

    async fn sandbox() -> Sandbox {
        let region = "eu-central-1".parse().unwrap();
        let config = SandboxConfig {
            account: "999988887777".parse().unwrap(),
            regions: vec!["eu-central-1".parse().unwrap()],
            sources: BTreeSet::new(),
            protected: BTreeSet::new(),
            same_account: None,
        };
        Sandbox::enter(&Sts, &region, &config).await.unwrap()
    }

    fn name() -> ResourceName {
        ResourceName { installation: "k3v9x2aa".parse().unwrap(), run: 7, test: 1, attempt: 1 }
    }

    struct Case {
        resource: &'static str,
        created: Option<&'static str>,
        tag: Option<&'static str>,
        by_job: bool,
        since: Since,
    }

    fn intended() -> Since {
        Since::Intent("2026-01-01T00:00:00Z".parse().unwrap())
    }

    fn ours() -> Case {
        Case {
            resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-7-1-1",
            created: Some("2026-01-01T00:10:00Z"),
            tag: None,
            by_job: false,
            since: intended(),
        }
    }

    async fn decide(case: &Case) -> Result<String, MustNotDelete> {
        let tags = case.tag.map(|tag| (TAG_INSTALLATION.to_owned(), tag.to_owned())).into_iter().collect();
        let (resource, name) = (case.resource.parse().unwrap(), name());
        let candidate = Candidate {
            resource: &resource,
            created: case.created.map(|at| at.parse().unwrap()),
            tags: &tags,
            proof: if case.by_job { Proof::RestoreJob("job-1") } else { Proof::IntendedName(&name) },
            since: case.since,
        };
        let source = "arn:aws:dynamodb:eu-central-1:999988887777:table/orders".parse().unwrap();
        may_delete(&candidate, &sandbox().await, &"k3v9x2aa".parse().unwrap(), Some(&source))
    }

    #[tokio::test]
    async fn what_we_meant_to_create_may_go() {
        assert!(decide(&ours()).await.is_ok());
        assert!(decide(&Case { tag: Some("k3v9x2aa"), ..ours() }).await.is_ok());
        let by_job =
            Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/other", by_job: true, ..ours() };
        assert_eq!(decide(&by_job).await.unwrap(), "restore job job-1, which created it");
    }

    #[tokio::test]
    async fn every_rule_forbids() {
        let account = Case { resource: "arn:aws:dynamodb:eu-central-1:111122223333:table/bp-k3v9x2aa-7-1-1", ..ours() };
        assert_eq!(decide(&account).await, Err(MustNotDelete::NotInSandbox));
        let region = Case { resource: "arn:aws:dynamodb:us-east-1:999988887777:table/bp-k3v9x2aa-7-1-1", ..ours() };
        assert_eq!(decide(&region).await, Err(MustNotDelete::NotInSandbox));
        let source =
            Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/orders", by_job: true, ..ours() };
        assert_eq!(decide(&source).await, Err(MustNotDelete::IsASource));
        assert!(matches!(
            decide(&Case { created: Some("2025-12-31T23:00:00Z"), ..ours() }).await,
            Err(MustNotDelete::OlderThanIntent { .. })
        ));
        assert_eq!(decide(&Case { created: None, ..ours() }).await, Err(MustNotDelete::AgeUnknown));
        assert!(matches!(
            decide(&Case { tag: Some("zzzzzzzz"), ..ours() }).await,
            Err(MustNotDelete::OfAnotherInstallation(_))
        ));
        let name = Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-7-2-1", ..ours() };
        assert_eq!(decide(&name).await, Err(MustNotDelete::OtherName));
    }
    #[tokio::test]
    async fn a_restore_job_is_older_than_what_it_made_by_the_same_clock() {
        let by_job = |created| Case {
            created: Some(created),
            since: Since::Job("2026-01-01T03:00:00Z".parse().unwrap()),
            ..ours()
        };
        assert!(decide(&by_job("2026-01-01T03:00:20Z")).await.is_ok());
        let just_before = decide(&by_job("2026-01-01T02:59:59Z")).await;
        assert!(matches!(just_before, Err(MustNotDelete::OlderThanIntent { .. })), "no tolerance: {just_before:?}");
    }
}

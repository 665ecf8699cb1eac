//! Whether something may be deleted. Pure, and the only place that decides.
//!
//! Always required: it lies in the sandbox, it is not a source, it was created after we meant to create it, and no
//! other installation has put its tag on it. In addition one proof that it is ours. Tags help to find things; they
//! never prove anything.

use backproof_cloud::Sandbox;
use backproof_model::ResourceArn;
use backproof_model::names::{Installation, ResourceName, TAG_INSTALLATION};
use jiff::Timestamp;
use std::collections::BTreeMap;

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
    /// When we first meant to create it.
    pub(crate) intended: Timestamp,
}

/// A proof of ownership.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Proof<'a> {
    /// A restore job that we started, or found again by its recovery point, date and our name, says it created this.
    RestoreJob(&'a str),
    /// It has the name that our journalled intent gave.
    IntendedName(&'a ResourceName),
}

/// Why something must not be deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MustNotDelete {
    #[error("it is not in the sandbox account and Region")]
    NotInSandbox,
    #[error("it is a protected resource of the plan")]
    IsASource,
    #[error("it was created at {created}, before we meant to create it at {intended}")]
    OlderThanIntent { created: Timestamp, intended: Timestamp },
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
    let earliest = candidate.intended.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
    if created < earliest {
        return Err(MustNotDelete::OlderThanIntent { created, intended: candidate.intended });
    }
    if let Some(other) = candidate.tags.get(TAG_INSTALLATION).filter(|tag| *tag != installation.as_str()) {
        return Err(MustNotDelete::OfAnotherInstallation(other.clone()));
    }
    match candidate.proof {
        Proof::RestoreJob(job) => Ok(format!("restore job {job}, which created it")),
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
    }

    const OURS: Case = Case {
        resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-7-1-1",
        created: Some("2026-01-01T00:10:00Z"),
        tag: None,
        by_job: false,
    };

    async fn decide(case: &Case) -> Result<String, MustNotDelete> {
        let tags = case.tag.map(|tag| (TAG_INSTALLATION.to_owned(), tag.to_owned())).into_iter().collect();
        let (resource, name) = (case.resource.parse().unwrap(), name());
        let candidate = Candidate {
            resource: &resource,
            created: case.created.map(|at| at.parse().unwrap()),
            tags: &tags,
            proof: if case.by_job { Proof::RestoreJob("job-1") } else { Proof::IntendedName(&name) },
            intended: "2026-01-01T00:00:00Z".parse().unwrap(),
        };
        let source = "arn:aws:dynamodb:eu-central-1:999988887777:table/orders".parse().unwrap();
        may_delete(&candidate, &sandbox().await, &"k3v9x2aa".parse().unwrap(), Some(&source))
    }

    #[tokio::test]
    async fn what_we_meant_to_create_may_go() {
        assert!(decide(&OURS).await.is_ok());
        assert!(decide(&Case { tag: Some("k3v9x2aa"), ..OURS }).await.is_ok());
        let by_job = Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/other", by_job: true, ..OURS };
        assert_eq!(decide(&by_job).await.unwrap(), "restore job job-1, which created it");
    }

    #[tokio::test]
    async fn every_rule_forbids() {
        let account = Case { resource: "arn:aws:dynamodb:eu-central-1:111122223333:table/bp-k3v9x2aa-7-1-1", ..OURS };
        assert_eq!(decide(&account).await, Err(MustNotDelete::NotInSandbox));
        let region = Case { resource: "arn:aws:dynamodb:us-east-1:999988887777:table/bp-k3v9x2aa-7-1-1", ..OURS };
        assert_eq!(decide(&region).await, Err(MustNotDelete::NotInSandbox));
        let source = Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/orders", by_job: true, ..OURS };
        assert_eq!(decide(&source).await, Err(MustNotDelete::IsASource));
        assert!(matches!(
            decide(&Case { created: Some("2025-12-31T23:00:00Z"), ..OURS }).await,
            Err(MustNotDelete::OlderThanIntent { .. })
        ));
        assert_eq!(decide(&Case { created: None, ..OURS }).await, Err(MustNotDelete::AgeUnknown));
        assert!(matches!(
            decide(&Case { tag: Some("zzzzzzzz"), ..OURS }).await,
            Err(MustNotDelete::OfAnotherInstallation(_))
        ));
        let name = Case { resource: "arn:aws:dynamodb:eu-central-1:999988887777:table/bp-k3v9x2aa-7-2-1", ..OURS };
        assert_eq!(decide(&name).await, Err(MustNotDelete::OtherName));
    }
}

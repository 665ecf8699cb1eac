//! The archive: whether what is put there can be kept, as far as that can be told without putting anything there.

use std::path::Path;

use backproof_cloud::{BucketAddress, BucketFacts, CallError, Trouble};
use backproof_plan::ArchivePlan;

use super::{Examined, Subject};
use crate::world::World;

const FACTS: &str = "s3:GetBucketVersioning, s3:GetBucketObjectLockConfiguration";
const LISTINGS: &str = "s3:ListBucketVersions, s3:ListBucketMultipartUploads";
/// No key begins so: a listing of nothing shows as well that listing is allowed.
const NOTHING: &str = "nothing-is-here/";

pub(super) async fn examine(world: &World) -> Vec<Examined> {
    let Some(plan) = &world.plan.archive else { return Vec::new() };
    match address(plan) {
        Some(address) => of_bucket(world, plan, address).await,
        None => vec![of_directory(Path::new(&plan.to))],
    }
}

/// Where the plan's archive is, if it is a bucket.
pub fn address(plan: &ArchivePlan) -> Option<BucketAddress> {
    let (bucket, _) = plan.bucket()?;
    Some(BucketAddress {
        bucket: bucket.to_owned(),
        region: plan.region.clone()?,
        owner: plan.account.clone(),
        role_arn: plan.role_arn.clone(),
        external_id: plan.external_id.clone(),
        kms_key_arn: plan.kms_key.clone(),
    })
}

async fn of_bucket(world: &World, plan: &ArchivePlan, address: BucketAddress) -> Vec<Examined> {
    let who = plan.role_arn.clone().unwrap_or_else(|| "the credentials at hand".to_owned());
    let what = format!("bucket {} in {}", address.bucket, address.region);
    let objects = world.cloud.object_archive(address).await;
    let lock = match objects.facts().await {
        Ok(facts) => judge(plan, what.clone(), &facts),
        // Nothing else can be told of a bucket that does not answer.
        Err(error) => return vec![refused(what, &error, &who)],
    };
    let listed = match objects.versions(NOTHING).await {
        Ok(_) => objects.unfinished_uploads(NOTHING).await.map(|_| ()),
        Err(error) => Err(error),
    };
    let what = format!("listing in {what}");
    let listed = match listed {
        Ok(()) => Subject::Archive.good(what, LISTINGS, format!("{who} may list what is there")),
        Err(error) => refused(what, &error, &who),
    };
    vec![lock, listed]
}

fn judge(plan: &ArchivePlan, what: String, facts: &BucketFacts) -> Examined {
    let subject = Subject::Archive;
    let versioning = facts.versioning.as_deref().unwrap_or("off");
    let is_locked = facts.lock_enabled && versioning == "Enabled";
    match (is_locked, &plan.unlocked_because) {
        (true, None) => {
            let detail = format!(
                "Object Lock is enabled; bundles are kept for {} years, in mode {}",
                plan.retention_years, plan.mode
            );
            subject.good(what, FACTS, detail)
        }
        (true, Some(_)) => {
            let mend = "remove archive.lock and archive.lock_reason, so that the lock cannot go unnoticed";
            subject.doubtful(what, FACTS, "Object Lock is enabled, and the plan accepts that there is none", mend)
        }
        (false, Some(reason)) => {
            let detail = format!("it has no Object Lock, which the plan accepts: {reason}");
            subject.doubtful(what, FACTS, detail, "whatever is there can be deleted, and every report says so")
        }
        (false, None) => {
            let detail =
                format!("Object Lock is {}, versioning is {versioning}", if facts.lock_enabled { "on" } else { "off" });
            subject.bad(what, FACTS, detail, "enable versioning and Object Lock, as docs/archive.md shows")
        }
    }
}

fn refused(what: String, error: &CallError, who: &str) -> Examined {
    let mend = match error.trouble {
        Trouble::Denied => format!("allow {} to {who}; `backproof iam` writes its whole policy", error.call),
        Trouble::NotFound => {
            "create the bucket as docs/archive.md shows, or correct archive.to and archive.region".to_owned()
        }
        Trouble::SignedOut => "sign in".to_owned(),
        Trouble::Invalid => "check archive.to, and that archive.region is the bucket's Region".to_owned(),
        Trouble::Throttled
        | Trouble::Conflict
        | Trouble::Quota
        | Trouble::ServiceFault
        | Trouble::NoAnswer
        | Trouble::Unreadable => {
            "check that this computer reaches S3 in that Region: network, proxy, VPC endpoint".to_owned()
        }
    };
    Subject::Archive.bad(what, &error.call, error.to_string(), mend)
}

fn of_directory(path: &Path) -> Examined {
    let (subject, what, how) = (Subject::Archive, format!("directory {}", path.display()), "the directory");
    match path.metadata() {
        Ok(metadata) if metadata.is_dir() && !metadata.permissions().readonly() => {
            subject.good(what, how, "it is there; nothing in it is immutable, and every receipt says so")
        }
        Ok(_) => subject.bad(what, how, "nothing can be written there", "name a directory that can be written to"),
        Err(error) => subject.bad(what, how, error.to_string(), "create it, or mount it, or correct archive.to"),
    }
}

#[cfg(test)]
mod tests {
    use backproof_model::LockMode;

    use super::super::State;
    use super::*;

    fn plan(unlocked_because: Option<&str>) -> ArchivePlan {
        ArchivePlan {
            to: "s3://log-archive/dr".into(),
            retention_years: 7,
            mode: LockMode::Compliance,
            region: Some("eu-central-1".parse().unwrap()),
            account: None,
            role_arn: None,
            external_id: None,
            kms_key: None,
            unlocked_because: unlocked_because.map(str::to_owned),
        }
    }

    fn state(unlocked_because: Option<&str>, lock_enabled: bool, versioning: Option<&str>) -> State {
        let versioning = versioning.map(str::to_owned);
        let facts =
            BucketFacts { versioning, lock_enabled, default_retention: None, owner: None, request_ids: Vec::new() };
        judge(&plan(unlocked_because), "x".into(), &facts).state
    }

    #[test]
    fn only_a_locked_bucket_is_good() {
        assert_eq!(state(None, true, Some("Enabled")), State::Good);
        assert_eq!(state(None, false, Some("Enabled")), State::Bad);
        assert_eq!(state(None, true, Some("Suspended")), State::Bad);
        assert_eq!(state(None, false, None), State::Bad);
        assert_eq!(state(Some("lab"), false, None), State::Doubtful);
        assert_eq!(state(Some("lab"), true, Some("Enabled")), State::Doubtful);
    }

    #[test]
    fn a_missing_permission_is_named() {
        let call = "s3:ListBucketVersions".to_owned();
        let error = CallError { call, trouble: Trouble::Denied, code: None, message: "no".into(), request_id: None };
        let examined = refused("x".into(), &error, "the credentials at hand");
        assert_eq!(examined.state, State::Bad);
        assert!(examined.mend.unwrap().contains("allow s3:ListBucketVersions to the credentials at hand"));
    }

    #[test]
    fn a_directory_that_is_not_there_is_bad() {
        assert_eq!(of_directory(Path::new("/nowhere/at/all")).state, State::Bad);
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(of_directory(folder.path()).state, State::Good);
    }
}

//! Which trail records a Region, and where its digest files stand.

use backproof_cloud::{SandboxAccess, Trail, TrailStatus};
use backproof_model::record::{TrailNamed, TrailSeen};

use crate::world::SandboxRegions;

/// The trail of each Region of the sandbox.
pub(super) async fn of(regions: &SandboxRegions) -> Vec<TrailSeen> {
    let mut seen = Vec::new();
    for access in regions.iter() {
        seen.push(in_region(access).await);
    }
    seen
}

async fn in_region(access: &SandboxAccess) -> TrailSeen {
    let region = access.region.clone();
    let trails = match access.history.trails().await {
        Ok(trails) => trails,
        Err(error) => return TrailSeen { region, trail: None, problem: Some(error.to_string()) },
    };
    let records = |trail: &Trail| trail.is_multi_region || trail.home_region.as_deref() == Some(region.as_str());
    let mut best: Option<TrailNamed> = None;
    let mut problem = None;
    for trail in trails.iter().filter(|trail| records(trail)) {
        let status = access.history.trail_status(&trail.arn).await;
        if let Err(error) = &status {
            problem = Some(format!("whether {} records now cannot be read: {error}", trail.arn));
        }
        let named = named(access, trail, status.ok());
        let rank = |trail: &TrailNamed| (trail.is_logging == Some(true), trail.log_file_validation);
        if best.as_ref().is_none_or(|best| rank(&named) > rank(best)) {
            best = Some(named);
        }
    }
    TrailSeen { region, trail: best, problem }
}

fn named(access: &SandboxAccess, trail: &Trail, status: Option<TrailStatus>) -> TrailNamed {
    TrailNamed {
        arn: trail.arn.clone(),
        is_logging: status.as_ref().map(|status| status.is_logging),
        log_file_validation: trail.log_file_validation,
        digest_files: trail.log_file_validation.then(|| digest_files(access, trail)).flatten(),
        latest_digest: status.and_then(|status| status.latest_digest),
    }
}

/// Source: AWS CloudTrail user guide, "CloudTrail digest file structure".
fn digest_files(access: &SandboxAccess, trail: &Trail) -> Option<String> {
    let bucket = trail.bucket.as_ref()?;
    let prefix = trail.key_prefix.as_ref().map_or_else(String::new, |prefix| format!("{prefix}/"));
    // The organization's id stands in between, and no call of ours tells it.
    let organization = if trail.is_of_organization { "ORGANIZATION/" } else { "" };
    let (account, region) = (access.sandbox.account(), &access.region);
    Some(format!("s3://{bucket}/{prefix}AWSLogs/{organization}{account}/CloudTrail-Digest/{region}/"))
}

//! Looks through the sandbox for anything of ours, once all tests are done.

use backproof_model::names::{Installation, ResourceName};
use backproof_model::record::{Census, CensusLook, Kept, Leftover, run_step};

use crate::error::Result;
use crate::journal::Journal;
use crate::progress::Progress;
use crate::sweep;
use crate::world::{SandboxRegions, World};

/// Lists every driven type in every Region of the sandbox. What cannot be read is not taken for empty.
///
/// What is held for inspection, by this run or by an earlier one, is named apart until it is due.
pub(crate) async fn take(world: &World, run: u64, regions: &SandboxRegions, journal: &mut Journal) -> Result<Census> {
    world.tell(Progress::Stage { what: "looking for anything left in the sandbox".into() });
    journal
        .observe(run_step::CENSUS, async {
            let mut kept = sweep::kept(&world.store).await?;
            kept.extend(sweep::kept_by(&world.store, run).await?);
            kept.retain(|kept| kept.until > world.clock().now());
            Ok(count(world, regions, &kept).await)
        })
        .await
}

async fn count(world: &World, regions: &SandboxRegions, kept: &[Kept]) -> Census {
    let mut census = Census { looked: Vec::new(), ours: Vec::new(), kept: kept.to_vec() };
    for access in regions.iter() {
        for driver in &world.drivers {
            let (seen, problem) = match driver.list(access).await {
                Ok(resources) => {
                    let ours = resources
                        .iter()
                        .filter(|arn| is_ours(arn.arn().resource_name(), world.store.installation()))
                        .filter(|arn| !kept.iter().any(|kept| kept.arn == arn.as_str()));
                    census.ours.extend(ours.map(|arn| Leftover {
                        arn: arn.to_string(),
                        why: "it has a name of this installation".into(),
                    }));
                    (resources.len() as u64, None)
                }
                Err(error) => (0, Some(error.to_string())),
            };
            census.looked.push(CensusLook {
                resource_type: driver.resource_type(),
                region: access.region.clone(),
                seen,
                problem,
            });
        }
    }
    census
}

/// Whether a resource has a name that only this installation gives.
pub(crate) fn is_ours(name: &str, installation: &Installation) -> bool {
    ResourceName::parse(name).is_some_and(|name| name.installation == *installation)
}

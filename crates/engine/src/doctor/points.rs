//! One recovery point per resource type that a run could draw, for trying what would be asked for.

use backproof_cloud::{CallError, Cursor, SourceAccess};
use backproof_model::{RecoveryPoint, ResourceArn, ResourceType};
use futures_util::future::join_all;

use super::identities::Opened;
use super::types::in_scope;
use crate::population::Judge;
use crate::world::World;

/// Resources of one type that are looked through for a point that can be drawn, in each account and Region.
const RESOURCES: usize = 5;
/// Pages of protected resources that are looked through for each account and Region.
const PAGES: usize = 10;

/// What was found for one type.
pub(super) struct PointOfType {
    pub(super) resource_type: ResourceType,
    pub(super) found: Found,
}

pub(super) enum Found {
    /// A point that could be drawn.
    Point(Box<RecoveryPoint>),
    /// None, and why not: the last reason, or that there is nothing of the type.
    None(String),
    /// Nobody knows.
    Unknown(CallError),
}

/// For each type in the scope of the plan, a point from some account that could be drawn.
pub(super) async fn find(world: &World, opened: &Opened) -> Vec<PointOfType> {
    let listings = join_all(opened.sources.iter().map(|source| async move { (source, resources(source).await) })).await;
    let types = in_scope(world).map(|driver| driver.resource_type());
    join_all(types.map(|resource_type| of_type(world, &listings, resource_type))).await
}

type Listing<'a> = (&'a SourceAccess, Result<Vec<(ResourceType, ResourceArn)>, CallError>);

async fn resources(source: &SourceAccess) -> Result<Vec<(ResourceType, ResourceArn)>, CallError> {
    let mut all = Vec::new();
    let mut cursor = Cursor::of("backup:ListProtectedResources");
    for _ in 0..PAGES {
        let Some(from) = cursor.next() else { break };
        let page = source.backups.list_protected_resources(from).await?;
        all.extend(page.items.into_iter().map(|resource| (resource.resource_type, resource.resource_arn)));
        cursor.advance(page.next)?;
    }
    Ok(all)
}

async fn of_type(world: &World, listings: &[Listing<'_>], resource_type: ResourceType) -> PointOfType {
    let mut found =
        Found::None("no resource of this type is protected in the accounts and Regions of the scope".into());
    for (source, resources) in listings {
        let resources = match resources {
            Ok(resources) => resources,
            Err(error) => {
                found = Found::Unknown(error.clone());
                continue;
            }
        };
        let of_type =
            resources.iter().filter(|(of, arn)| *of == resource_type && world.plan.scope.takes_arn(arn.as_str()));
        for (_, resource) in of_type.take(RESOURCES) {
            found = newest(world, source, resource).await;
            if matches!(found, Found::Point(_)) {
                return PointOfType { resource_type, found };
            }
        }
    }
    PointOfType { resource_type, found }
}

/// The newest point of a resource that can be drawn.
async fn newest(world: &World, source: &SourceAccess, resource: &ResourceArn) -> Found {
    let mut points = match source.backups.recovery_points_of(resource).await {
        Ok(points) => points,
        Err(error) => return Found::Unknown(error),
    };
    points.sort_by_key(|point| std::cmp::Reverse(point.creation_date));
    let judge = Judge::new(world);
    let tags = match points.first().filter(|_| judge.needs_tags()) {
        Some(latest) => {
            let tags = source.backups.tags(latest.recovery_point_arn.as_str()).await;
            Some(tags.map_err(|error| error.to_string()))
        }
        None => None,
    };
    let mut why = format!("{resource} has no recovery point");
    for point in points {
        match judge.judge(&point, tags.as_ref()) {
            Ok(()) => return Found::Point(Box::new(point)),
            Err(exclusion) => why = format!("{}: {}", point.recovery_point_arn, exclusion.detail()),
        }
    }
    Found::None(why)
}

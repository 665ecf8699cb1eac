//! Finds the one recovery point that somebody wants checked, by its ARN or by its resource's.

use backproof_cloud::{SourceAccess, Trouble, VaultRef};
use backproof_model::{Arn, RecoveryPoint, RecoveryPointArn, ResourceArn};

use crate::error::{EngineError, Result};
use crate::population::{Judge, Tags};
use crate::world::World;

/// The recovery point that `arn` names, or the latest one that can be drawn of the resource that it names.
///
/// # Errors
/// Says in which accounts, Regions and vaults it was looked for in vain, or why it cannot be restored.
pub async fn find_point(world: &World, arn: &Arn) -> Result<RecoveryPoint> {
    let mut looked = Vec::new();
    for account in &world.plan.scope.accounts {
        if arn.account().is_some_and(|owner| owner != account.id) && arn.service() != "backup" {
            continue;
        }
        for region in world.plan.scope.regions.iter().filter(|region| arn.region().is_none_or(|own| own == **region)) {
            let source = world.cloud.source(&account.id, region).await?;
            let found = match as_point(&source, arn, &mut looked).await? {
                Some(point) => Some(point),
                None => latest_of(world, &source, arn).await?,
            };
            if let Some(point) = found {
                return can_be_restored(world, &source, point).await;
            }
        }
    }
    let places = if looked.is_empty() { "no vault of the plan's scope".to_owned() } else { looked.join(", ") };
    Err(EngineError::Unfit(format!(
        "{arn} is neither a recovery point nor a protected resource that the plan's scope reaches; looked in {places}"
    )))
}

/// The recovery point of this ARN, if some vault has it.
async fn as_point(source: &SourceAccess, arn: &Arn, looked: &mut Vec<String>) -> Result<Option<RecoveryPoint>> {
    let Ok(point) = arn.as_str().parse::<RecoveryPointArn>() else { return Ok(None) };
    let mut cursor = backproof_cloud::Cursor::of("backup:ListBackupVaults");
    while let Some(from) = cursor.next() {
        let page = source.backups.list_vaults(from).await?;
        for vault in page.items {
            looked.push(format!("{} of {} in {}", vault.name, source.account, source.region));
            match source.backups.describe_recovery_point(&VaultRef { name: vault.name, owner: None }, &point).await {
                Ok(described) => return Ok(Some(described.point)),
                // AWS answers an ARN that cannot be a recovery point with an invalid parameter.
                Err(error) if matches!(error.trouble, Trouble::NotFound | Trouble::Invalid) => {}
                Err(error) => return Err(error.into()),
            }
        }
        cursor.advance(page.next)?;
    }
    Ok(None)
}

/// The latest recovery point of this resource that can be drawn, or the latest at all.
async fn latest_of(world: &World, source: &SourceAccess, arn: &Arn) -> Result<Option<RecoveryPoint>> {
    let Ok(resource) = arn.as_str().parse::<ResourceArn>() else { return Ok(None) };
    let mut points = match source.backups.recovery_points_of(&resource).await {
        Ok(points) => points,
        Err(error) if matches!(error.trouble, Trouble::NotFound | Trouble::Invalid) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    points.sort_by(|a, b| (b.creation_date, &b.recovery_point_arn).cmp(&(a.creation_date, &a.recovery_point_arn)));
    let judge = Judge::new(world);
    // As AWS's own restore testing does, conditions go by the tags of the latest point.
    let tags = match points.first() {
        Some(latest) => tags_for(&judge, source, latest).await,
        None => None,
    };
    let eligible = points.iter().find(|point| judge.judge(point, tags.as_ref()).is_ok()).cloned();
    Ok(eligible.or_else(|| points.into_iter().next()))
}

/// The tags that the plan's conditions are asked of, where it has any; or why they could not be read.
async fn tags_for(judge: &Judge<'_>, source: &SourceAccess, point: &RecoveryPoint) -> Option<Tags> {
    if !judge.needs_tags() {
        return None;
    }
    Some(source.backups.tags(point.recovery_point_arn.as_str()).await.map_err(|error| error.to_string()))
}

async fn can_be_restored(world: &World, source: &SourceAccess, point: RecoveryPoint) -> Result<RecoveryPoint> {
    let judge = Judge::new(world);
    let tags = tags_for(&judge, source, &point).await;
    match judge.judge(&point, tags.as_ref()) {
        Ok(()) => Ok(point),
        Err(why) => Err(EngineError::Refused(format!(
            "{} cannot be restored under this plan: {} ({})",
            point.recovery_point_arn,
            why.detail(),
            why.code()
        ))),
    }
}

//! What a restore of each type would be asked for with, and whether that would be let through.
//!
//! A point that is copied is read in its source account here; on the day the copy is.

use backproof_cloud::{CallError, RestoreOrder, SandboxAccess, Trouble, VaultRef};
use backproof_model::metadata::metadata_is_safe;
use backproof_model::names::ResourceName;
use backproof_model::population::{Reach, reach};
use backproof_model::{RecoveryPoint, RestoreMetadata};
use futures_util::future::join_all;

use super::identities::Opened;
use super::points::{Found, PointOfType};
use super::{Examined, Subject};
use crate::population::Judge;
use crate::preparing::{foreign_accounts_of, landing_in};
use crate::world::World;

const HOW: &str = "backup:GetRestoreTestingInferredMetadata, backup:GetRecoveryPointRestoreMetadata";

pub(super) async fn examine(world: &World, opened: &Opened, points: &[PointOfType]) -> Vec<Examined> {
    join_all(points.iter().map(|of_type| one(world, opened, of_type))).await
}

async fn one(world: &World, opened: &Opened, of_type: &PointOfType) -> Examined {
    let (subject, what) = (Subject::Metadata, format!("restore metadata of {}", of_type.resource_type));
    let nothing = "nothing, if the plan means to draw none; else look at scope, selection and routes";
    let point = match &of_type.found {
        Found::None(why) => return subject.doubtful(what, HOW, format!("nothing was tried: {why}"), nothing),
        Found::Unknown(error) => return subject.unasked(what, error, "the source role"),
        Found::Point(point) => point,
    };
    let Some(access) = opened.sandboxes.iter().find(|access| access.region == point.region) else {
        let detail = format!("nothing was tried: the sandbox in {} could not be entered", point.region);
        return subject.doubtful(what, HOW, detail, "see what is said of the sandbox account");
    };
    let (inferred, original) = match read(world, opened, access, point).await {
        Ok(both) => both,
        Err(error) if error.trouble == Trouble::Denied => {
            let detail = format!("{error}; of a copy the run reads it in the sandbox");
            let mend = format!("allow {} to the source role, so that this can be told beforehand", error.call);
            return subject.doubtful(what, &error.call, detail, mend);
        }
        Err(error) => return subject.unasked(what, &error, "the sandbox role"),
    };
    propose(world, access, point, what, inferred, original)
}

/// What AWS would send, and what the source looked like, read where it can be read before a run.
async fn read(
    world: &World,
    opened: &Opened,
    access: &SandboxAccess,
    point: &RecoveryPoint,
) -> Result<(RestoreMetadata, RestoreMetadata), CallError> {
    let judge = Judge::new(world);
    let of_source = opened.sources.iter().find(|one| one.account == point.account && one.region == point.region);
    let (backups, owner) = match (reach(point, judge.eligibility()), of_source) {
        (Ok(Reach::Copy), Some(source)) => (&source.backups, None),
        (Ok(Reach::SharedVault), _) => (&access.backups, Some(point.account.clone())),
        (Ok(Reach::InPlace | Reach::Copy) | Err(_), _) => (&access.backups, None),
    };
    let vault = VaultRef { name: point.backup_vault_name.clone(), owner };
    let arn = &point.recovery_point_arn;
    tokio::try_join!(backups.inferred_metadata(&vault, arn), backups.restore_metadata(&vault, arn))
}

fn propose(
    world: &World,
    access: &SandboxAccess,
    point: &RecoveryPoint,
    what: String,
    inferred: RestoreMetadata,
    original: RestoreMetadata,
) -> Examined {
    let subject = Subject::Metadata;
    let how = &format!("{HOW} of {}", point.recovery_point_arn);
    let Some(driver) = world.driver(&point.resource_type) else {
        return subject.doubtful(what, how, "this version does not restore the type", "leave it out of the scope");
    };
    let installation = world.store.installation().clone();
    let order = RestoreOrder {
        point: point.clone(),
        resource_name: ResourceName { installation, run: 1, test: 1, attempt: 1 }.to_string(),
        inferred,
        original,
        landing: landing_in(&world.plan, access),
        foreign_accounts: foreign_accounts_of(&world.plan, access.sandbox.account()),
    };
    let proposed = match driver.propose_metadata(&order) {
        Ok(proposed) => proposed,
        Err(lacking) => {
            let mend = "see [sandbox] and [sandbox.network] in the plan; restores of this type are refused until then";
            return subject.bad(what, how, lacking, mend);
        }
    };
    let left_out = match proposed.left_out.as_slice() {
        [] => String::new(),
        keys => format!("; left out: {}", keys.join(", ")),
    };
    let count = proposed.metadata.iter().count();
    match metadata_is_safe(proposed.metadata, &proposed.rules) {
        Ok(_) => subject.good(what, how, format!("{count} values would be sent, and all are safe{left_out}")),
        Err(refusal) => subject.bad(
            what,
            how,
            refusal.to_string(),
            "restores of this type are refused before AWS is asked; please report the key that is named",
        ),
    }
}

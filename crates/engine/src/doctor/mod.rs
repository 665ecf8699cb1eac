//! Says what would fail on the day, without restoring anything. Nothing is created, changed or deleted here, and no
//! secret is read.
//!
//! One file per subject; subjects, accounts and Regions are asked about beside each other. What could not be asked is
//! said, and is doubtful at best. That all is good is no promise: quotas, keys and policies can change by the day of
//! the run, and IAM's simulator does not know everything that decides.

mod archive;
mod authorisation;
mod clocks;
mod draw;
mod examined;
mod excess;
mod here;
mod identities;
mod keys;
mod metadata;
mod network;
mod permissions;
mod points;
mod required;
mod roles;
mod sandbox;
mod sources;
mod types;
mod validators;

pub use archive::address as archive_address;
pub use examined::{Examined, State, Subject, Summary};
pub use required::{Needed, NeededBy, Required, RoleOf};

use crate::world::World;

/// Looks at everything that a run of the plan needs, where permissions are those that drivers and validators declare.
pub async fn examine(world: &World) -> Vec<Examined> {
    examine_against(world, &Required::default()).await
}

/// The same with further permissions that roles must have: those of the calls that the engine itself makes.
pub async fn examine_against(world: &World, required: &Required) -> Vec<Examined> {
    let (clocks, (identities, opened)) = tokio::join!(clocks::examine(world), identities::open(world));
    let required = required.with_declared(world, &opened);
    let about_points = async {
        let points = points::find(world, &opened).await;
        let (metadata, keys) = tokio::join!(metadata::examine(world, &opened, &points), keys::examine(world, &points));
        [metadata, keys].concat()
    };
    let subjects = tokio::join!(
        archive::examine(world),
        draw::examine(world),
        roles::examine(world),
        permissions::examine(world, &opened, &required),
        excess::examine(world, &opened),
        sources::examine(&opened),
        sandbox::examine(world, &opened),
        types::examine(world, &opened),
        network::examine(world, &opened),
        about_points,
    );
    let (archive, draw, roles, permissions, excess, sources, sandbox, types, network, about_points) = subjects;
    [
        authorisation::examine(world),
        here::examine(world),
        clocks,
        identities,
        roles,
        permissions,
        excess,
        sources,
        sandbox,
        types,
        network,
        about_points,
        draw,
        archive,
        validators::examine(world, &opened),
    ]
    .concat()
}

//! A draw without a run: the population as it is now and the sample as it might be. Nothing is restored.

use backproof_model::draw::CommitmentStanding;
use backproof_model::record::{DrawCommitted, Drawn, EntropyRevealed, PopulationFrozen};
use backproof_store::RunFiles;

use crate::error::Result;
use crate::world::World;
use crate::{drawing, entropy, population};

/// What a rehearsal shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Rehearsal {
    /// What stands behind `run=` in the seed.
    pub name: String,
    /// The population.
    pub population: PopulationFrozen,
    /// What a run would commit to.
    pub commitment: DrawCommitted,
    /// The entropy of this rehearsal.
    pub revealed: EntropyRevealed,
    /// The sample of this rehearsal.
    pub drawn: Drawn,
}

/// Lists and freezes the population into `files`, and draws nothing.
///
/// # Errors
/// Fails where the files cannot be written. What cannot be listed is part of the result.
pub async fn list_population(world: &World, files: &RunFiles) -> Result<PopulationFrozen> {
    population::freeze_to(world, files).await
}

/// Rehearses the draw under the name `rehearsal-<n>`, with files in the state directory under that name.
///
/// # Errors
/// Fails where the files cannot be written or the plan's sizes fit no population.
pub async fn rehearse(world: &World) -> Result<Rehearsal> {
    let name = unused_name(world);
    let files = world.store.other_files(&name)?;
    let population = population::freeze_to(world, &files).await?;
    let commitment = drawing::commitment(&world.plan, &name, &population, Vec::new())?;
    let revealed = entropy::revealed_record(&commitment, &entropy::os_entropy()?, CommitmentStanding::After)?;
    let drawn = drawing::draw_from(&files, &commitment, &revealed)?;
    Ok(Rehearsal { name, population, commitment, revealed, drawn })
}

fn unused_name(world: &World) -> String {
    let names = (1_u32..).map(|number| format!("rehearsal-{number}"));
    names.into_iter().find(|name| !world.store.directory().join(name).exists()).unwrap_or_else(|| "rehearsal".into())
}

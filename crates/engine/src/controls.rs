//! Plants faults in scratch resources of the sandbox and sees whether the validators notice.

use std::collections::BTreeSet;
use std::sync::Arc;

use backproof_cloud::{Driver, SandboxAccess};
use backproof_model::ResourceType;
use backproof_model::names::ResourceName;
use backproof_model::record::{ControlsTried, Deleted, DrawnPoint, ValidatorControls, run_step};
use backproof_validators_api::{Controls, Deadline, NegativeControls, Validator};
use jiff::Timestamp;
use serde_json::json;

use crate::deleting::Deleter;
use crate::deletion_rule::{Proof, Since};
use crate::error::Result;
use crate::journal::{Journal, Prior};
use crate::preparing;
use crate::progress::Progress;
use crate::restore_test::tags;
use crate::world::{SandboxRegions, World};

/// Tries the negative controls of every validator that the sample needs, once per run.
pub(crate) async fn try_all(
    world: &World,
    run: u64,
    regions: &SandboxRegions,
    drawn: &[DrawnPoint],
    journal: &mut Journal,
) -> Result<ControlsTried> {
    if let Some(tried) = journal.recorded(run_step::CONTROLS)? {
        return Ok(tried);
    }
    let Some(access) = regions.iter().next() else { return Ok(ControlsTried { validators: Vec::new() }) };
    let scratches = scratches(world, run, access, drawn);
    if !scratches.is_empty() {
        world.tell(Progress::Stage { what: "trying validators on planted faults".into() });
    }
    let names: Vec<_> = scratches.iter().map(|scratch| scratch.name.to_string()).collect();
    let prior = journal.intend(run_step::CONTROLS, &json!({ "scratch": names })).await?;
    let intended = journal.intended(run_step::CONTROLS).unwrap_or_else(|| world.clock().now());
    let mut validators = Vec::new();
    for scratch in &scratches {
        validators.push(scratch.try_controls(world, run, prior, intended).await);
    }
    let tried = ControlsTried { validators };
    journal.finish(run_step::CONTROLS, &tried).await?;
    Ok(tried)
}

/// Deletes the scratch resources of controls that were begun, and tries none: `why` says why not.
pub(crate) async fn clean_up(
    world: &World,
    run: u64,
    regions: &SandboxRegions,
    drawn: &[DrawnPoint],
    why: &str,
    journal: &mut Journal,
) -> Result<ControlsTried> {
    if let Some(tried) = journal.recorded(run_step::CONTROLS)? {
        return Ok(tried);
    }
    let mut validators = Vec::new();
    if let (Some(access), Some(intended)) = (regions.iter().next(), journal.intended(run_step::CONTROLS)) {
        journal.confirm().await?;
        for scratch in scratches(world, run, access, drawn) {
            let deletion = scratch.delete(world, run, intended).await;
            validators.push(scratch.untried(why.to_owned(), deletion));
        }
    }
    let tried = ControlsTried { validators };
    journal.finish(run_step::CONTROLS, &tried).await?;
    Ok(tried)
}

/// Validators whose verdicts are not believed.
pub(crate) fn voided(tried: &ControlsTried) -> BTreeSet<String> {
    tried.validators.iter().filter(|controls| !controls.hold()).map(|controls| controls.validator.clone()).collect()
}

/// A validator with the scratch resource for its controls.
struct Scratch<'a> {
    validator: Arc<dyn Validator>,
    /// Of the scratch resource; without one nothing could be deleted, so nothing is tried.
    driver: Option<Arc<dyn Driver>>,
    access: &'a SandboxAccess,
    name: ResourceName,
}

/// One scratch resource for each validator that has controls and that the sample needs.
fn scratches<'a>(world: &World, run: u64, access: &'a SandboxAccess, drawn: &[DrawnPoint]) -> Vec<Scratch<'a>> {
    let used: BTreeSet<&str> = world
        .plan
        .validators
        .iter()
        .filter(|assignment| {
            drawn.iter().any(|drawn| {
                assignment.resource_types.is_empty() || assignment.resource_types.contains(&drawn.point.resource_type)
            })
        })
        .map(|assignment| assignment.validator.as_str())
        .collect();
    let validators = (world.validators)(access).into_iter().filter(|validator| used.contains(validator.name()));
    let with_driver = validators.filter_map(|validator| {
        let driver = world.driver(&ResourceType::new(in_scratch(validator.as_ref())?.scratch_type())).cloned();
        Some((validator, driver))
    });
    (1..)
        .zip(with_driver)
        .map(|(attempt, (validator, driver))| {
            let name = ResourceName { installation: world.store.installation().clone(), run, test: 0, attempt };
            Scratch { validator, driver, access, name }
        })
        .collect()
}

/// The controls that want a scratch resource; those beside restored data are tried in each restore test.
fn in_scratch(validator: &dyn Validator) -> Option<&dyn NegativeControls> {
    match validator.controls() {
        Controls::InScratchResource(controls) => Some(controls),
        Controls::BesideTarget(_) | Controls::None => None,
    }
}

impl Scratch<'_> {
    async fn try_controls(&self, world: &World, run: u64, prior: Prior, intended: Timestamp) -> ValidatorControls {
        let name = self.name.to_string();
        if self.driver.is_none() {
            return self.untried("there is no driver for the scratch resource that it needs".into(), None);
        }
        // What an interrupted try left behind must not be mistaken for a fault that was planted.
        if let Prior::Interrupted { .. } = prior {
            self.delete(world, run, intended).await;
        }
        let deadline = Deadline::after(world.clock().clone(), world.plan.deadlines.validate);
        let tried = match in_scratch(self.validator.as_ref()) {
            Some(controls) => {
                controls.try_all(&name, &tags(world.store.installation(), run, 0, world.clock().now()), deadline).await
            }
            None => Err("it has no controls".into()),
        };
        let deletion = self.delete(world, run, intended).await;
        let (controls, problem) = match tried {
            Ok(controls) => (controls, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        ValidatorControls { validator: self.validator.name().into(), scratch: name, controls, problem, deletion }
    }

    fn untried(&self, problem: String, deletion: Option<Deleted>) -> ValidatorControls {
        let (validator, scratch) = (self.validator.name().into(), self.name.to_string());
        ValidatorControls { validator, scratch, controls: Vec::new(), problem: Some(problem), deletion }
    }

    async fn delete(&self, world: &World, run: u64, intended: Timestamp) -> Option<Deleted> {
        let landing = preparing::landing_in(&world.plan, self.access);
        let driver = self.driver.as_ref()?;
        let resource = driver.arn_of(&self.name.to_string(), &landing)?;
        let deleter = Deleter {
            access: self.access,
            driver: driver.clone(),
            clock: world.clock().clone(),
            installation: world.store.installation(),
            source: None,
            tags: tags(world.store.installation(), run, 0, world.clock().now()),
            allowed: world.plan.deadlines.delete,
        };
        let deletion = deleter
            .delete(&resource, Proof::IntendedName(&self.name), Since::Intent(intended), world.clock().now())
            .await;
        Some(Deleted { resources: vec![deletion], at: world.clock().now() })
    }
}

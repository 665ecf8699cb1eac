//! How many restores may be under way: in all, and per resource type in a Region of the sandbox.
//!
//! Within this process waiting is in the order of arrival; what all processes on a state directory hold together is
//! counted where they all see it, when a chain is taken.

use std::collections::BTreeMap;
use std::sync::Arc;

use backproof_cloud::Driver;
use backproof_model::record::ConcurrencyAllowed;
use backproof_model::{Region, ResourceType};
use backproof_store::Slot;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{EngineError, Result};
use crate::world::World;

/// The bounds of a plan.
pub(crate) struct Slots {
    all: Semaphore,
    per_type: BTreeMap<(ResourceType, Region), Semaphore>,
    account: String,
    /// In all, and per type where nothing else is allowed for it.
    limits: (u32, u32),
    /// What AWS allows of types that were drawn.
    allowed: BTreeMap<(ResourceType, Region), u32>,
}

impl Slots {
    pub(crate) fn new(world: &World, allowed: &ConcurrencyAllowed) -> Self {
        let concurrency = &world.plan.concurrency;
        let allowed: BTreeMap<_, _> = allowed
            .allowed
            .iter()
            .map(|of_type| ((of_type.resource_type.clone(), of_type.region.clone()), of_type.restores))
            .collect();
        let of_type = |driver: &Arc<dyn Driver>| {
            let resource_type = driver.resource_type();
            let allowed = &allowed;
            world.plan.sandbox.regions.iter().map(move |region| {
                let of_type = (resource_type.clone(), region.clone());
                let places = allowed.get(&of_type).copied().unwrap_or(concurrency.per_resource_type);
                (of_type, Semaphore::new(places as usize))
            })
        };
        Self {
            all: Semaphore::new(concurrency.restores as usize),
            per_type: world.drivers.iter().flat_map(of_type).collect(),
            account: world.plan.sandbox.account.to_string(),
            limits: (concurrency.restores, concurrency.per_resource_type),
            allowed,
        }
    }

    /// A place among the restores of a type. The narrower one first, so that no test holds a general place while it
    /// waits for its type.
    pub(crate) async fn of_type(&self, resource_type: &ResourceType, region: &Region) -> Result<SemaphorePermit<'_>> {
        let of_type = self.per_type.get(&(resource_type.clone(), region.clone()));
        let of_type = of_type.ok_or_else(|| EngineError::internal("a restore test without a slot"))?;
        of_type.acquire().await.map_err(EngineError::internal)
    }

    /// A place among all restores.
    pub(crate) async fn of_all(&self) -> Result<SemaphorePermit<'_>> {
        self.all.acquire().await.map_err(EngineError::internal)
    }

    /// The same bounds as other processes know them.
    pub(crate) fn shared(&self, resource_type: &ResourceType, region: &Region) -> [Slot; 2] {
        let (restores, per_resource_type) = self.limits;
        let allowed = self.allowed.get(&(resource_type.clone(), region.clone()));
        let per_resource_type = allowed.copied().unwrap_or(per_resource_type);
        [
            Slot { name: "restores".into(), limit: restores },
            Slot { name: format!("{}/{region}/{resource_type}", self.account), limit: per_resource_type },
        ]
    }
}

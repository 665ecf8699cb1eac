//! Everything that a run works with, handed in by whoever wired the program up.

use std::sync::Arc;

use backproof_clock::SharedClock;
use backproof_cloud::{Cloud, Driver, SandboxAccess};
use backproof_model::record::{PlanApproval, Purpose};
use backproof_model::{RecoveryPoint, Region, ResourceType};
use backproof_plan::Plan;
use backproof_store::Store;
use backproof_validators_api::Validator;
use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::entropy::Reveal;
use crate::progress::Progress;
use crate::witnesses::Witnesses;

/// Makes the validators that work in one Region of the sandbox.
pub type ValidatorList = Arc<dyn Fn(&SandboxAccess) -> Vec<Arc<dyn Validator>> + Send + Sync>;

/// All that a run works with.
pub struct World {
    /// What is tested, where, against what.
    pub plan: Plan,
    /// The plan file's text, kept with the run so that it can be resumed.
    pub plan_text: String,
    /// The way to AWS.
    pub cloud: Arc<dyn Cloud>,
    /// One per resource type.
    pub drivers: Vec<Arc<dyn Driver>>,
    /// The validators.
    pub validators: ValidatorList,
    /// The state directory.
    pub store: Store,
    /// How the plan's approval stands. Runs of the plan are refused where it does not let them.
    pub approval: PlanApproval,
    /// Who makes a draw by the beacon verifiable while nobody is there; none where somebody is to hand the round in.
    pub witnesses: Option<Arc<dyn Witnesses>>,
    /// Whether AWS is the simulator.
    pub simulated: bool,
    /// The user and host that run this.
    pub operator: String,
    /// This program's version.
    pub version: String,
    /// Cancelled when no new restore shall be started.
    pub stop: CancellationToken,
    /// Takes what people see while a run goes on.
    pub progress: UnboundedSender<Progress>,
}

/// What a run is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The plan's sample, or one recovery point.
    pub what: What,
    /// Where to stop.
    pub until: Until,
    /// Entropy that was revealed; otherwise the plan's kind is used where it can be had here.
    pub reveal: Option<Reveal>,
    /// For how long a restored resource that did not pass is held for inspection. Goes by what the run was begun with.
    pub keep: Option<SignedDuration>,
}

/// What is tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The plan's sample.
    Sample,
    /// One recovery point, outside any sample.
    One(Box<RecoveryPoint>),
}

impl What {
    pub(crate) fn purpose(&self) -> Purpose {
        match self {
            Self::Sample => Purpose::Plan,
            Self::One(_) => Purpose::Check,
        }
    }
}

/// Where to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Until {
    /// After the commitment, so that it can be sent to an auditor before the entropy is known.
    Committed,
    /// After the draw.
    Drawn,
    /// At the end.
    Closed,
}

impl World {
    pub(crate) fn clock(&self) -> &SharedClock {
        self.store.clock()
    }

    pub(crate) fn driver(&self, resource_type: &ResourceType) -> Option<&Arc<dyn Driver>> {
        self.drivers.iter().find(|driver| driver.resource_type() == *resource_type)
    }

    /// Tells people; nobody listening is no trouble.
    pub(crate) fn tell(&self, progress: Progress) {
        self.progress.send(progress).ok();
    }
}

/// The sandbox, entered in each of its Regions.
#[derive(Clone)]
pub(crate) struct SandboxRegions(Vec<SandboxAccess>);

impl SandboxRegions {
    pub(crate) fn new(regions: Vec<SandboxAccess>) -> Self {
        Self(regions)
    }

    pub(crate) fn in_region(&self, region: &Region) -> Option<&SandboxAccess> {
        self.0.iter().find(|access| access.region == *region)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &SandboxAccess> {
        self.0.iter()
    }
}

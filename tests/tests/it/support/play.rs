//! A play: one scenario with one state directory, in virtual time, as often begun anew as a test wants.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use backproof_aws::AwsCloud;
use backproof_clock::{Clock, SharedClock, VirtualRuntime};
use backproof_engine::{EngineError, Request, RunEnd, Until, What, World};
use backproof_evidence::{Conclusion, RunEvidence, conclude};
use backproof_model::record::DrawnPoint;
use backproof_model::{FaultOwner, Outcome};
use backproof_plan::Plan;
use backproof_simulator::Simulator;
use backproof_store::Store;
use backproof_validators::Access;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::memory::fixed_aws;
use super::scenario::{Scenario, fingerprint_key};

/// All that is ever asked of a source account: readings, and the copy that a plan asks for.
const ALLOWED_IN_SOURCES: [&str; 16] = [
    "backup:DescribeCopyJob",
    "backup:DescribeRecoveryPoint",
    "backup:GetRecoveryPointRestoreMetadata",
    "backup:GetRestoreTestingInferredMetadata",
    "backup:ListBackupPlans",
    "backup:ListBackupSelections",
    "backup:ListBackupVaults",
    "backup:ListCopyJobs",
    "backup:ListProtectedResources",
    "backup:ListRecoveryPointsByBackupVault",
    "backup:ListRecoveryPointsByResource",
    "backup:ListTags",
    "backup:StartCopyJob",
    "dynamodb:DescribeTable",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
];

/// One scenario being played.
pub(crate) struct Play {
    runtime: VirtualRuntime,
    /// The simulated AWS.
    pub(crate) simulator: Simulator,
    plan: Plan,
    plan_text: String,
    directory: TempDir,
}

/// What the journal of a run proves.
pub(crate) struct Seen {
    /// All of it.
    pub(crate) evidence: RunEvidence,
    /// What it comes to.
    pub(crate) conclusion: Conclusion,
}

/// A run of the plan to its end, with the entropy of an auditor, so that every play draws the same.
pub(crate) fn whole_run() -> Request {
    Request { what: What::Sample, until: Until::Closed, reveal: Some(format!("auditor:{}", "5eed".repeat(16))) }
}

impl Play {
    /// The world at its start, and an empty state directory.
    pub(crate) fn of(scenario: &Scenario) -> Self {
        let (plan, text) = scenario.plan();
        Self::with_plan(scenario, plan, text)
    }

    /// The same for a plan that was made before.
    pub(crate) fn with_plan(scenario: &Scenario, plan: Plan, plan_text: String) -> Self {
        let runtime = VirtualRuntime::starting_at(scenario.world.start).unwrap();
        let simulator = Simulator::new(scenario.world.clone(), Arc::new(runtime.clock()));
        Self { runtime, simulator, plan, plan_text, directory: tempfile::tempdir().unwrap() }
    }

    /// Runs the plan to its end, or goes on with the run that was begun.
    pub(crate) fn run(&self) -> Result<RunEnd, EngineError> {
        self.perform(&whole_run(), |_| {})
    }

    /// A process of its own: opens the state directory, does what is asked for, and lets go of everything.
    pub(crate) fn perform(&self, request: &Request, begin: impl FnOnce(&World)) -> Result<RunEnd, EngineError> {
        self.runtime.block_on(async {
            let store = self.open_store().await;
            let world = self.world(store.clone());
            begin(&world);
            let end = backproof_engine::run(&world, request).await;
            drop(world);
            store.close().await;
            self.only_reads_in_source_accounts();
            end
        })
    }

    /// What was asked of source accounts, as `service:Operation`; none of them may be the sandbox.
    pub(crate) fn calls_in_source_accounts(&self) -> BTreeSet<String> {
        let sandbox = self.plan.sandbox.account.as_str();
        let is_source = |account: &str| self.plan.scope.accounts.iter().any(|source| source.id.as_str() == account);
        let calls = self.simulator.calls().into_iter();
        let in_sources = calls.filter(|call| call.account != sandbox && is_source(&call.account));
        in_sources.map(|call| format!("{}:{}", call.service.name(), call.operation)).collect()
    }

    /// Holds for every play, whatever went wrong in it.
    fn only_reads_in_source_accounts(&self) {
        let others: Vec<_> = self
            .calls_in_source_accounts()
            .into_iter()
            .filter(|call| !ALLOWED_IN_SOURCES.contains(&call.as_str()))
            .collect();
        assert!(others.is_empty(), "in a source account: {others:?}");
    }

    /// What the journal of a run proves by now.
    pub(crate) fn seen(&self, run: u64) -> Seen {
        self.seen_if_begun(run).unwrap_or_else(|| panic!("run {run} has no journal"))
    }

    /// The same for a run that may not have come to its first line.
    pub(crate) fn seen_if_begun(&self, run: u64) -> Option<Seen> {
        let lines = self.runtime.block_on(async {
            let store = self.open_store().await;
            let lines = store.journal(run).await.unwrap();
            store.close().await;
            lines
        });
        let evidence = RunEvidence::from_journal(&lines.join("\n")).ok()?;
        let conclusion = conclude(&evidence);
        Some(Seen { evidence, conclusion })
    }

    /// Lets time pass, so that whatever AWS is still about to do is done.
    pub(crate) fn wait_for_days(&self, days: u64) {
        self.runtime.block_on(self.runtime.clock().sleep(Duration::from_hours(24 * days)));
    }

    async fn open_store(&self) -> Store {
        let clock: SharedClock = Arc::new(self.runtime.clock());
        Store::open(self.directory.path(), clock, "a test", "k3v9x2aa".parse().unwrap()).await.unwrap()
    }

    fn world(&self, store: Store) -> World {
        let aws = fixed_aws(&self.simulator, store.clock().clone(), &self.plan);
        World {
            cloud: Arc::new(AwsCloud::new(aws)),
            plan: self.plan.clone(),
            plan_text: self.plan_text.clone(),
            drivers: backproof_drivers::all(),
            validators: Arc::new(|access| {
                backproof_validators::all(&Access::of(access, fingerprint_key())).into_iter().map(Arc::from).collect()
            }),
            store,
            simulated: true,
            operator: "a test".into(),
            version: "0.0.0".into(),
            stop: CancellationToken::new(),
            progress: tokio::sync::mpsc::unbounded_channel().0,
        }
    }
}

impl Seen {
    /// The drawn points in the order of their tests.
    pub(crate) fn drawn(&self) -> Vec<DrawnPoint> {
        self.evidence.tests.iter().map(|test| test.drawn.clone()).collect()
    }

    /// The restore test of a table.
    pub(crate) fn test(&self, table: &str) -> &backproof_evidence::TestEvidence {
        let is_it = |test: &&backproof_evidence::TestEvidence| name_of(test) == table;
        self.evidence.tests.iter().find(is_it).unwrap_or_else(|| panic!("{table} was not drawn"))
    }

    /// What every restore test came to and whose fault that is, by table.
    pub(crate) fn outcomes(&self) -> BTreeMap<String, (&'static str, Option<FaultOwner>)> {
        let came_to = |outcome: &Outcome| (outcome.word(), outcome.owner());
        self.evidence.tests.iter().map(|test| (name_of(test).to_owned(), came_to(&test.outcome))).collect()
    }
}

fn name_of(test: &backproof_evidence::TestEvidence) -> &str {
    test.drawn.point.resource_arn.arn().resource_name()
}

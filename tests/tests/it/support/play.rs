//! A play: one scenario with one state directory, in virtual time, as often begun anew as a test wants.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use backproof_aws::AwsCloud;
use backproof_bundle::{BundleFiles, SealInputs};
use backproof_clock::{Clock, SharedClock, VirtualRuntime};
use backproof_engine::{EngineError, Findings, Request, Reveal, RunEnd, Until, What, Witnesses, World};
use backproof_evidence::{Conclusion, History, RunEvidence, conclude};
use backproof_model::record::{DrawnPoint, PlanApproval};
use backproof_model::register::{REGISTER_CHAIN, REGISTER_RUN};
use backproof_model::{FaultOwner, Outcome};
use backproof_plan::Plan;
use backproof_simulator::Simulator;
use backproof_store::{Store, StoreError};
use backproof_validators::Access;
use jiff::SignedDuration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use super::memory::fixed_aws;
use super::scenario::{Scenario, fingerprint_key};

/// The installation that plays, unless a test says otherwise.
pub(crate) const INSTALLATION: &str = "k3v9x2aa";

/// All that is ever asked of a source account: readings, and the copy that a plan asks for.
const ALLOWED_IN_SOURCES: [&str; 19] = [
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
    "iam:GetRole",
    "iam:SimulatePrincipalPolicy",
    "kms:DescribeKey",
    "sts:AssumeRole",
    "sts:GetCallerIdentity",
];

/// One scenario being played.
pub(crate) struct Play {
    runtime: Rc<VirtualRuntime>,
    installation: String,
    /// The simulated AWS.
    pub(crate) simulator: Simulator,
    plan: Plan,
    plan_text: String,
    directory: TempDir,
    approval: Option<PlanApproval>,
    witnesses: Option<Arc<dyn Witnesses>>,
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
    let reveal = Some(Reveal::parse(&format!("auditor:{}", "5eed".repeat(16)), None).unwrap());
    Request { what: What::Sample, until: Until::Closed, reveal, keep: None }
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
        Self {
            runtime: Rc::new(runtime),
            installation: INSTALLATION.into(),
            simulator,
            plan,
            plan_text,
            directory: tempfile::tempdir().unwrap(),
            approval: None,
            witnesses: None,
        }
    }

    /// Another installation in the same AWS, at the same time: an empty state directory and the same plan.
    pub(crate) fn another(&self, installation: &str) -> Self {
        Self {
            runtime: self.runtime.clone(),
            installation: installation.to_owned(),
            simulator: self.simulator.clone(),
            plan: self.plan.clone(),
            plan_text: self.plan_text.clone(),
            directory: tempfile::tempdir().unwrap(),
            approval: self.approval.clone(),
            witnesses: self.witnesses.clone(),
        }
    }

    /// With this standing of the plan's approval; otherwise a test has runs performed without any.
    pub(crate) fn approved_as(self, approval: PlanApproval) -> Self {
        Self { approval: Some(approval), ..self }
    }

    /// With these parties outside, whom the draw asks.
    pub(crate) fn witnessed_by(self, witnesses: Arc<dyn Witnesses>) -> Self {
        Self { witnesses: Some(witnesses), ..self }
    }

    /// The clock that all of it goes by.
    pub(crate) fn clock(&self) -> SharedClock {
        Arc::new(self.runtime.clock())
    }

    /// The digest of the plan.
    pub(crate) fn plan_sha256(&self) -> String {
        self.plan.digest()
    }

    /// Runs the plan to its end, or goes on with the run that was begun.
    pub(crate) fn run(&self) -> Result<RunEnd, EngineError> {
        self.perform(&whole_run(), |_| {})
    }

    /// A process of its own: opens the state directory, does what is asked for, and lets go of everything.
    pub(crate) fn perform(&self, request: &Request, begin: impl FnOnce(&World)) -> Result<RunEnd, EngineError> {
        self.ask(async |world| {
            begin(world);
            backproof_engine::run(world, request).await
        })
    }

    /// The same for anything else that is done with a state directory.
    pub(crate) fn ask<T>(&self, ask: impl AsyncFnOnce(&World) -> T) -> T {
        self.runtime.block_on(async {
            let store = self.open_store().await;
            let world = self.world(store.clone());
            let answer = ask(&world).await;
            drop(world);
            store.close().await;
            self.only_reads_in_source_accounts();
            answer
        })
    }

    /// Checks one recovery point, or the latest of a resource, and holds what does not pass for so long.
    pub(crate) fn check(&self, arn: &str, keep: Option<SignedDuration>) -> Result<RunEnd, EngineError> {
        self.ask(async |world| {
            let point = backproof_engine::find_point(world, &arn.parse().unwrap()).await?;
            let request = Request { what: What::One(Box::new(point)), until: Until::Closed, reveal: None, keep };
            backproof_engine::run(world, &request).await
        })
    }

    /// What a sweep finds, without deleting anything.
    pub(crate) fn look(&self) -> Findings {
        self.ask(async |world| backproof_engine::plan_sweep(world, &world.store).await.unwrap())
    }

    /// Sweeps, and gives what is still there and should not be.
    pub(crate) fn sweep(&self) -> Vec<(String, String)> {
        self.ask(async |world| backproof_engine::sweep_stranded(world).await.unwrap().left())
    }

    /// The state directory.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// So many processes beside each other on the one state directory. `begin` prepares each at each of its starts,
    /// with the number of the process and of the start; one that was killed is started again.
    pub(crate) fn perform_beside_each_other(
        &self,
        processes: u32,
        begin: impl Fn(u32, u32, &World),
    ) -> Vec<Result<RunEnd, EngineError>> {
        let one = async |process: u32| {
            for start in 0.. {
                let store = self.open_store().await;
                let world = self.world(store.clone());
                begin(process, start, &world);
                let end = backproof_engine::run(&world, &whole_run()).await;
                drop(world);
                store.close().await;
                if !matches!(end, Err(EngineError::Store(StoreError::ToldToStop))) {
                    return end;
                }
            }
            unreachable!("there are more numbers than starts")
        };
        let ends = self.runtime.block_on(futures_util::future::join_all((0..processes).map(one)));
        self.only_reads_in_source_accounts();
        ends
    }

    /// The state directory.
    pub(crate) fn state(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Everything in which the register is not what it should be.
    pub(crate) fn problems_of_the_register(&self) -> Vec<String> {
        self.runtime.block_on(async {
            let store = self.open_store().await;
            let problems = store.audit_register().await.unwrap();
            store.close().await;
            problems
        })
    }

    /// Lets an async body be played in this runtime.
    pub(crate) fn block_on<T>(&self, body: impl Future<Output = T>) -> T {
        self.runtime.block_on(body)
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

    /// Seals a closed run among the files of the state directory, as commands do once it is closed.
    pub(crate) fn sealed(&self, run: u64) -> BundleFiles {
        let (journal, register, run_files) = self.runtime.block_on(async {
            let store = self.open_store().await;
            let whole = |lines: Vec<String>| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let journal = whole(store.journal(run).await.unwrap());
            let register = whole(store.lines(REGISTER_RUN, REGISTER_CHAIN).await.unwrap());
            let run_files = store.files(run).unwrap().path("");
            store.close().await;
            (journal, register, run_files)
        });
        let history = History::default();
        let inputs = SealInputs { journal: &journal, register: &register, run_files: &run_files, history: &history };
        let bundles = self.directory().join("bundles");
        std::fs::create_dir_all(&bundles).unwrap();
        let destination = bundles.join(run.to_string());
        backproof_bundle::seal(&inputs, &destination).unwrap();
        backproof_bundle::open(&destination).unwrap()
    }

    /// Lets so many minutes pass.
    pub(crate) fn wait_for_minutes(&self, minutes: u64) {
        self.runtime.block_on(self.runtime.clock().sleep(Duration::from_mins(minutes)));
    }

    /// Lets time pass, so that whatever AWS is still about to do is done.
    pub(crate) fn wait_for_days(&self, days: u64) {
        self.runtime.block_on(self.runtime.clock().sleep(Duration::from_hours(24 * days)));
    }

    async fn open_store(&self) -> Store {
        let clock: SharedClock = Arc::new(self.runtime.clock());
        Store::open(self.directory.path(), clock, "a test", self.installation.parse().unwrap()).await.unwrap()
    }

    fn world(&self, store: Store) -> World {
        let unasked = || PlanApproval::missing(self.plan.digest(), "nobody was asked").allowed_by("a test");
        let approval = self.approval.clone().unwrap_or_else(unasked);
        let witnesses = self.witnesses.clone();
        World { approval, witnesses, ..world_of(&self.simulator, self.plan.clone(), self.plan_text.clone(), store) }
    }
}

/// The world of a plan on a simulator, to be run without an approval.
pub(crate) fn world_of(simulator: &Simulator, plan: Plan, plan_text: String, store: Store) -> World {
    let aws = fixed_aws(simulator, store.clock().clone(), &plan);
    World {
        cloud: Arc::new(AwsCloud::new(aws)),
        plan_text,
        drivers: backproof_drivers::all(),
        validators: Arc::new(|access| {
            backproof_validators::all(&Access::of(access, fingerprint_key())).into_iter().map(Arc::from).collect()
        }),
        store,
        approval: PlanApproval::missing(plan.digest(), "nobody was asked").allowed_by("a test"),
        plan,
        witnesses: None,
        simulated: true,
        operator: "a test".into(),
        version: "0.0.0".into(),
        stop: CancellationToken::new(),
        progress: tokio::sync::mpsc::unbounded_channel().0,
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

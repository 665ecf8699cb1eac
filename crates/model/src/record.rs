//! What the steps of a run leave in the journal: the inputs of every report.
//!
//! A run's chain holds, as results of steps of these names, one of each of the records of the first half; the chain
//! of a restore test holds those of the second half, most of them once per attempt (`restore/1`, `restore/2`).
//! Records are plain facts. They hold no customer data: names of tables and ARNs, counts, digests and times only.

mod corroborated;
mod costs;
mod people;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    AccountId, Check, FaultOwner, Outcome, ProofLevel, RecoveryPoint, RecoveryPointArn, Region, ResourceArn,
    ResourceType, Target,
};

pub use corroborated::{CorroboratedEvent, Corroboration, RawAnswersKept, TrailNamed, TrailSeen, Uncorroborated};
pub use costs::{
    Admission, AllowedAtOnce, BudgetSet, ConcurrencyAllowed, CostComputed, CostEstimated, OwnPrices, PricesUsed,
    TestEstimated,
};
pub use people::{ApprovalStanding, Approver, ExceptionTouched, ExceptionsRecorded, PlanApproval, Touch};

/// Names of the steps in the run's chain.
pub mod run_step {
    /// [`super::RunOpened`].
    pub const OPEN: &str = "open";
    /// [`super::SandboxEntered`].
    pub const SANDBOX: &str = "enter-sandbox";
    /// [`super::PopulationFrozen`].
    pub const POPULATION: &str = "freeze-population";
    /// [`super::DrawCommitted`].
    pub const COMMIT: &str = "commit-draw";
    /// [`super::EntropyRevealed`].
    pub const REVEAL: &str = "reveal-entropy";
    /// [`super::Drawn`].
    pub const DRAW: &str = "draw";
    /// [`super::CostEstimated`].
    pub const COSTS: &str = "estimate-costs";
    /// [`super::ConcurrencyAllowed`].
    pub const CONCURRENCY: &str = "concurrency";
    /// [`super::PlanApproval`]; a check of one recovery point leaves none.
    pub const APPROVAL: &str = "check-approval";
    /// [`super::ControlsTried`].
    pub const CONTROLS: &str = "try-controls";
    /// [`super::IsolationSeen`], again at the end.
    pub const ISOLATION_AT_CLOSE: &str = "isolation-at-close";
    /// [`super::Census`].
    pub const CENSUS: &str = "census";
    /// [`super::ExceptionsRecorded`].
    pub const EXCEPTIONS: &str = "record-exceptions";
    /// [`super::Corroboration`].
    pub const CORROBORATE: &str = "corroborate";
    /// [`super::RawAnswersKept`].
    pub const RAW_ANSWERS: &str = "raw-answers";
    /// [`super::RunClosed`].
    pub const CLOSE: &str = "close";
}

/// Names of the steps in a restore test's chain; those with an attempt have `/<attempt>` behind them.
pub mod test_step {
    /// [`super::Admission`], per attempt.
    pub const BUDGET: &str = "budget";
    /// [`super::Located`], per attempt.
    pub const STAGE: &str = "stage";
    /// [`super::RestorePrepared`], per attempt.
    pub const PREPARE: &str = "prepare";
    /// [`super::RestoreStarted`], per attempt.
    pub const START: &str = "start-restore-job";
    /// [`super::RestoreEnded`], per attempt.
    pub const AWAIT: &str = "await-restore-job";
    /// [`super::ResourceReady`], per attempt.
    pub const READY: &str = "ready";
    /// [`super::Validated`], per attempt.
    pub const VALIDATE: &str = "validate";
    /// [`super::Deleted`], per attempt.
    pub const DELETE: &str = "delete";
    /// [`super::CostComputed`], per attempt.
    pub const COST: &str = "cost";
    /// [`super::TestClosed`], once.
    pub const CLOSE: &str = "close";
}

/// The first record of a run: what was asked for, by whom, with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunOpened {
    /// The run's number in the register.
    pub run: u64,
    /// The installation that performs it.
    pub installation: String,
    /// The plan's name.
    pub plan_name: String,
    /// SHA-256 of the effective plan in canonical JSON.
    pub plan_sha256: String,
    /// The effective plan, defaults filled in.
    pub plan: Value,
    /// The program's version.
    pub version: String,
    /// The version of the pipeline; another version may only tear this run down.
    pub pipeline: u32,
    /// Whether this was the simulator and not AWS; every report says so on every page.
    pub simulated: bool,
    /// The user and host that started it.
    pub operator: String,
    /// Who allowed it, why, and until when.
    pub authorisation: Option<Authorisation>,
    /// Whether the whole plan runs, or one recovery point is checked outside the sample.
    pub purpose: Purpose,
    /// Why the sandbox may be a source account, where the plan accepted that.
    pub same_account: Option<String>,
    /// For how many seconds a restored resource that did not pass is held for inspection, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_seconds: Option<i64>,
}

/// Why a run is performed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The plan's sample.
    Plan,
    /// One recovery point (`backproof check`): says nothing of any population.
    Check,
}

/// Who allowed production data to be restored (ISO/IEC 27001:2022 Annex A 8.33 asks for it).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorisation {
    /// The person.
    pub authorised_by: String,
    /// Where that is written down.
    pub ticket: String,
    /// Classes of data that may be restored.
    pub data_classes: Vec<String>,
    /// Until when it holds.
    pub expires: Timestamp,
}

/// The sandbox, as STS and the network calls showed it before the first restore.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SandboxEntered {
    /// The account that restores go into.
    pub account: AccountId,
    /// The identity in use there.
    pub caller_arn: String,
    /// Regions in which something may be created or deleted.
    pub regions: Vec<Region>,
    /// The sandbox's isolation.
    pub isolation: IsolationSeen,
    /// Whether what lives in the sandbox's network can be reached, by Region; empty where no way is configured.
    #[serde(default)]
    pub reach: Vec<ReachSeen>,
}

/// Whether validators can reach into the sandbox's network, tried before the first restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachSeen {
    /// The Region.
    pub region: Region,
    /// The way: `inside`, `tunnel`, `data-api`.
    pub way: String,
    /// What came of trying.
    pub state: ReachState,
    /// What was tried and seen, in words.
    pub detail: String,
}

impl ReachSeen {
    /// What came of trying, and what was seen.
    pub fn tried(&self) -> (ReachState, String) {
        (self.state, self.detail.clone())
    }
}

/// What came of trying to reach into the sandbox's network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReachState {
    /// Something inside answered.
    Reached,
    /// Nothing was there to be tried; only a restored resource will show it.
    Untried,
    /// Nothing inside can be reached, so nothing that lives in a network is restored.
    Unreachable,
}

/// Facts on the sandbox's isolation at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsolationSeen {
    /// When they were read.
    pub at: Timestamp,
    /// The facts, in the order in which they were read.
    pub facts: Vec<IsolationFact>,
}

/// One statement on the sandbox's network or account settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsolationFact {
    /// What was looked at: `route tables`, `security group egress`.
    pub subject: String,
    /// Whether it isolates.
    pub state: IsolationState,
    /// What was seen, in words.
    pub detail: String,
}

/// Whether one thing isolates the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationState {
    /// No way out here.
    Isolated,
    /// A way out.
    Open,
    /// It could not be read; counts as open for all that lives in a network.
    Unreadable,
    /// Not looked at, because no network is configured or no call tells; says so in the report.
    NotExamined,
}

/// The population, frozen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PopulationFrozen {
    /// The moment that ages, windows and expiry count from.
    pub as_of: Timestamp,
    /// Recovery points that listings gave. Always `eligible + excluded`.
    pub listed: u64,
    /// Recovery points that can be drawn.
    pub eligible: u64,
    /// Recovery points that cannot, each with a reason in the second file.
    pub excluded: u64,
    /// How many were excluded for which reason.
    pub excluded_by_reason: BTreeMap<String, u64>,
    /// SHA-256 of `population.tsv`.
    pub population_sha256: String,
    /// SHA-256 of `excluded.tsv`.
    pub excluded_sha256: String,
    /// Units that can be drawn, by stratum.
    pub units_by_stratum: BTreeMap<String, u64>,
    /// What the population speaks for.
    pub scope: ScopeLine,
    /// Each account in scope, and whether it could be read.
    pub accounts: Vec<AccountListed>,
    /// Each vault, and how its listing ties out with AWS's own count.
    pub vaults: Vec<VaultListed>,
    /// Protected resources with no recovery point that can be drawn: the first 100, those in scope first. All of
    /// them stand in `uncovered.tsv`.
    pub uncovered: Vec<UncoveredResource>,
    /// How many such resources there are.
    pub uncovered_total: u64,
    /// How many of them the plan wanted.
    pub uncovered_in_scope: u64,
    /// How complete the listing is.
    pub completeness: Completeness,
    /// The longest intervals between recovery points: the 100 worst resources, the worst first.
    pub gaps: Vec<ResourceGap>,
}

/// "Speaks for N of L listed points, R of P protected resources, A of B accounts."
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeLine {
    /// Eligible recovery points.
    pub points: u64,
    /// Listed recovery points.
    pub listed_points: u64,
    /// Protected resources with an eligible point.
    pub resources: u64,
    /// Protected resources that listings gave.
    pub protected_resources: u64,
    /// Accounts that could be read.
    pub accounts: u64,
    /// Accounts in scope.
    pub all_accounts: u64,
}

/// One account in scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountListed {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// Who we were there.
    pub caller_arn: Option<String>,
    /// Why it could not be read, where it could not.
    pub problem: Option<String>,
}

/// One vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VaultListed {
    /// The account that owns it.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its name.
    pub name: String,
    /// Whether the plan includes it.
    pub included: bool,
    /// How many recovery points AWS says are in it.
    pub reported: Option<u64>,
    /// How many its listing gave.
    pub listed: u64,
    /// Why it could not be read to its end, where it could not.
    pub problem: Option<String>,
}

/// A protected resource that no draw can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UncoveredResource {
    /// The resource.
    pub resource_arn: ResourceArn,
    /// Its type.
    pub resource_type: ResourceType,
    /// Whether the plan wanted it; a resource that the plan filters out is listed, but is no finding.
    pub in_scope: bool,
    /// Why: `no recovery point`, or the reasons of its excluded points.
    pub why: String,
}

/// How complete the population is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// Listed to the end and tied out with the vaults' own counts and a second count.
    Established,
    /// Established, except for what is named.
    EstablishedExcept(Vec<String>),
    /// Not established, for the reasons named.
    NotEstablished(Vec<String>),
}

/// The longest interval without a recovery point of one resource, now minus its latest point included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResourceGap {
    /// The resource.
    pub resource_arn: ResourceArn,
    /// The longest interval, in seconds.
    pub gap_seconds: i64,
    /// When that interval began.
    pub since: Timestamp,
    /// Its recovery points that were counted.
    pub points: u64,
}

/// The commitment to the draw, before the entropy is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrawCommitted {
    /// The protocol: `backproof-draw/v1`.
    pub algorithm: String,
    /// The plan's digest.
    pub plan_sha256: String,
    /// The population's digest.
    pub population_sha256: String,
    /// What stands behind `run=` in the seed: the run's number, or `rehearsal-<n>`.
    pub run: String,
    /// How many units are drawn of how many, by stratum.
    pub sizes: BTreeMap<String, StratumSize>,
    /// Resources that are tested for certain, outside the draw.
    pub certainty_units: Vec<CertaintyUnit>,
    /// What kind of entropy will be used.
    pub entropy_kind: String,
    /// Whether the entropy was handed in together with the request to commit, so that it was known before.
    #[serde(default)]
    pub entropy_known: bool,
    /// The round of the beacon that will be the entropy, where it is a beacon's: named before it comes, so that nobody
    /// can choose among rounds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon_round: Option<u64>,
}

/// The size of one stratum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratumSize {
    /// Units in the stratum.
    pub population: u64,
    /// Units to draw.
    pub sample: u64,
}

/// A unit that is tested whatever the draw says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertaintyUnit {
    /// Its stratum.
    pub stratum: String,
    /// The unit.
    pub unit: String,
    /// Why: an open exception, or overdue for rotation.
    pub why: String,
    /// The open exception, where that is why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<u64>,
}

/// The entropy, once revealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntropyRevealed {
    /// `auditor`, `drand-quicknet:<round>`, `previous` or `os`.
    pub kind: String,
    /// The value behind it.
    pub value: String,
    /// The grade that the report prints: `verifiable` or `self-attested`.
    pub grade: String,
    /// What makes the grade, and what keeps it from being better, in words.
    pub grade_reason: String,
    /// The seed, in hexadecimal.
    pub seed: String,
    /// The signature of the beacon's round, in hexadecimal, where the entropy is a beacon's: it lets anybody verify the
    /// value offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon_signature: Option<String>,
    /// What shows strangers when the commitment existed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment_anchor: Option<CommitmentAnchor>,
}

/// A time-stamp over the SHA-256 of the commitment's canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitmentAnchor {
    /// The authority's time.
    pub at: Timestamp,
    /// The authority, by the subject of its certificate.
    pub authority: String,
    /// The authority's answer (RFC 3161), its DER in base64.
    pub time_stamp: String,
}

/// The sample.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The drawn points in the order of their tests, numbered from 1.
    pub points: Vec<DrawnPoint>,
    /// SHA-256 of `ranking.tsv`, the full ranking.
    pub ranking_sha256: String,
}

/// One drawn recovery point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DrawnPoint {
    /// The restore test's number; its chain is `test-<number>`.
    pub test: u32,
    /// The stratum.
    pub stratum: String,
    /// The unit.
    pub unit: String,
    /// The unit's rank in its stratum, from 1; `None` for a certainty unit and a one-off check.
    pub rank: Option<u64>,
    /// Why it is tested without having been drawn.
    pub certainty: Option<String>,
    /// The designated point.
    pub point: RecoveryPoint,
}

/// The planted faults of one validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlsTried {
    /// Per validator.
    pub validators: Vec<ValidatorControls>,
}

/// What one validator caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidatorControls {
    /// The validator.
    pub validator: String,
    /// The scratch resource that held the planted faults.
    pub scratch: String,
    /// Each control.
    pub controls: Vec<Control>,
    /// Why they could not be tried at all, where they could not.
    pub problem: Option<String>,
    /// What became of the scratch resource.
    pub deletion: Option<Deleted>,
}

impl ValidatorControls {
    /// Planted faults that were caught.
    pub fn caught(&self) -> usize {
        self.planted().filter(|control| control.as_expected).count()
    }

    /// All faults that were planted; the untouched copy is none.
    pub fn planted(&self) -> impl Iterator<Item = &Control> {
        self.controls.iter().filter(|control| control.expected_verdict == "failed")
    }

    /// Whether the validator's verdicts can be believed: controls were tried and each came out as it must.
    pub fn hold(&self) -> bool {
        self.problem.is_none() && !self.controls.is_empty() && self.controls.iter().all(|control| control.as_expected)
    }
}

/// One negative control (or the untouched copy, which must pass).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// What was planted: `missing item`.
    pub planted: String,
    /// The check that had to notice; `None` for the untouched copy, which every check must pass.
    #[serde(default)]
    pub check: Option<String>,
    /// What the validator must say: `passed` or `failed`.
    pub expected_verdict: String,
    /// What it said.
    pub verdict: String,
    /// Whether that is the same, by the check that had to notice.
    pub as_expected: bool,
}

/// What stood in the sandbox at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// Each driven type in each Region.
    pub looked: Vec<CensusLook>,
    /// Resources of this installation that are still there.
    pub ours: Vec<Leftover>,
    /// Resources of this installation that are held for inspection, and not due yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
}

/// Something that is held for somebody to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// The resource.
    pub arn: String,
    /// When it is due to be deleted.
    pub until: Timestamp,
}

impl Census {
    /// Whether nothing of ours is left and everything could be read.
    pub fn is_clean(&self) -> bool {
        self.ours.is_empty() && self.looked.iter().all(|look| look.problem.is_none())
    }
}

/// One listing of the census.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CensusLook {
    /// The type.
    pub resource_type: ResourceType,
    /// The Region.
    pub region: Region,
    /// How many resources of the type stood there, ours or not.
    pub seen: u64,
    /// Why it could not be read, where it could not.
    pub problem: Option<String>,
}

/// Something of ours that is still there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leftover {
    /// What.
    pub arn: String,
    /// What is known of it.
    pub why: String,
}

/// The last record of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunClosed {
    /// Whether every drawn point got its restore test, or the run was stopped before.
    pub completed: bool,
    /// Why it was stopped, where it was.
    pub stopped_because: Option<String>,
    /// The head of every restore test's chain, by the chain's name.
    pub heads: BTreeMap<String, String>,
    /// Every outcome, final: by the chain's name.
    pub outcomes: BTreeMap<String, Outcome>,
    /// What could not be deleted.
    pub stranded: Vec<Leftover>,
    /// How many AWS calls were made, by `service:Operation`, as far as this process made them.
    pub calls: BTreeMap<String, u64>,
    /// SHA-256 of the nonce that the next run may use as `previous` entropy; the nonce stays secret until then.
    pub next_nonce_sha256: Option<String>,
}

/// Where the recovery point is restored from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Located {
    /// It can be restored as it is: from the sandbox's own vault, or from a vault that is shared with it.
    AsItIs {
        /// Which route of the plan that is.
        route: String,
        /// The recovery point to restore.
        recovery_point_arn: RecoveryPointArn,
        /// Its vault.
        backup_vault_name: String,
        /// The vault's owner, where that is not the sandbox account.
        vault_account: Option<AccountId>,
    },
    /// It was copied into the sandbox's vault, and the copy is deleted afterwards.
    Copied {
        /// The copy job.
        copy_job_id: String,
        /// The copy.
        recovery_point_arn: RecoveryPointArn,
        /// The sandbox's vault.
        backup_vault_name: String,
        /// When the copy was asked for.
        started: Timestamp,
        /// When it was there.
        finished: Timestamp,
    },
    /// It could not be brought to where it can be restored.
    NotReached {
        /// Whose fault.
        owner: FaultOwner,
        /// Why.
        reason: String,
    },
}

/// The restore as it will be asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestorePrepared {
    /// Safe to start.
    Ready {
        /// The name that the restored resource will have.
        resource_name: String,
        /// The metadata that will be sent.
        metadata: BTreeMap<String, String>,
        /// What AWS inferred or kept, and was left out: keys only.
        left_out: Vec<String>,
    },
    /// Not started, because it would not be safe or because what it needs could not be read.
    Refused {
        /// Whose fault.
        owner: FaultOwner,
        /// Why.
        reason: String,
    },
}

/// What came of asking for the restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoreStarted {
    /// AWS Backup took it.
    Job {
        /// The restore job.
        restore_job_id: String,
        /// When we asked.
        asked: Timestamp,
        /// Whether the job was found again after an answer was lost, instead of answered.
        found_again: bool,
    },
    /// AWS Backup did not take it.
    Refused {
        /// Whose fault.
        owner: FaultOwner,
        /// AWS's words.
        reason: String,
        /// Whether asking again later may help.
        may_pass: bool,
    },
}

/// How the restore job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreEnded {
    /// The job's last status, as AWS spells it; empty where it was never seen.
    pub status: String,
    /// AWS's remark.
    pub status_message: Option<String>,
    /// Whether the restore can be examined: completed, without a remark, with a resource in the sandbox.
    pub verdict: RestoreVerdict,
    /// The resource that AWS says it made.
    pub created_resource_arn: Option<ResourceArn>,
    /// When AWS created the job.
    pub creation_date: Option<Timestamp>,
    /// When it first was seen running.
    pub running_since: Option<Timestamp>,
    /// When AWS says it was done.
    pub completion_date: Option<Timestamp>,
    /// When we saw its end.
    pub seen: Timestamp,
    /// How many bytes the backup has, by AWS.
    pub backup_size_in_bytes: Option<u64>,
    /// Further jobs that were found for the same intent, and are deleted too.
    pub duplicates: Vec<String>,
}

/// What the end of a restore job means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoreVerdict {
    /// There is something to examine.
    Restored,
    /// There is not, or not all of it.
    NotRestored {
        /// Whose fault.
        owner: FaultOwner,
        /// The number of the entry in the failure catalogue that decided, where one did.
        catalogue_entry: Option<u32>,
        /// Why.
        reason: String,
        /// Whether another attempt may help.
        may_pass: bool,
    },
}

/// Whether the restored resource can be examined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "there is one per attempt, and most are ready")]
pub enum ResourceReady {
    /// It can.
    Ready {
        /// Where.
        target: Target,
        /// Since when.
        at: Timestamp,
        /// What the driver did to make it so, in words.
        steps: Vec<String>,
    },
    /// It cannot.
    NotReady {
        /// Whose fault.
        owner: FaultOwner,
        /// Why.
        reason: String,
    },
}

/// What the validators found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Validated {
    /// Every check.
    pub checks: Vec<Check>,
    /// The recovery point's time minus the newest data in it, in seconds, where a check measured it.
    pub lag_seconds: Option<i64>,
    /// Negative controls that were tried beside the restored data, on the same server, after it had been examined.
    #[serde(default)]
    pub controls: Vec<ValidatorControls>,
    /// What each validator worked with, by its name: server versions, digests of programs and baselines.
    #[serde(default)]
    pub facts: BTreeMap<String, BTreeMap<String, String>>,
    /// When the first validator began.
    pub started: Timestamp,
    /// When the last was done.
    pub finished: Timestamp,
}

/// What became of everything that an attempt made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deleted {
    /// Each resource.
    pub resources: Vec<Deletion>,
    /// When the last was seen absent, or given up.
    pub at: Timestamp,
}

impl Deleted {
    /// What is still there.
    pub fn stranded(&self) -> impl Iterator<Item = &Deletion> {
        self.resources.iter().filter(|deletion| matches!(deletion.end, DeletionEnd::Stranded { .. }))
    }

    /// What is held for inspection, and until when.
    pub fn kept(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        self.resources.iter().filter_map(|deletion| match deletion.end {
            DeletionEnd::Kept { until } => Some((deletion.arn.as_str(), until)),
            DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } | DeletionEnd::Stranded { .. } => None,
        })
    }
}

/// The deletion of one resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deletion {
    /// What was deleted.
    pub arn: String,
    /// The proof that it was ours: `journal`, `restore-job <id>`, or `name with intent`.
    pub ownership: String,
    /// How it ended.
    pub end: DeletionEnd,
}

/// How a deletion ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeletionEnd {
    /// We asked, and later it was seen absent.
    SeenAbsent {
        /// When deletion was asked for.
        asked: Timestamp,
        /// When a read first said that it does not exist.
        absent: Timestamp,
    },
    /// It had never come into being, or was gone before we asked.
    WasAbsent {
        /// When a read said so.
        seen: Timestamp,
    },
    /// It did not pass and is held for somebody to look at, as was asked for. A sweep deletes it afterwards.
    Kept {
        /// Until then.
        until: Timestamp,
    },
    /// It is still there, or nobody can tell.
    Stranded {
        /// Why.
        reason: String,
    },
}

/// The last record of a restore test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestClosed {
    /// The outcome. A validator that missed a planted fault has been taken into account.
    pub outcome: Outcome,
    /// How many attempts it took.
    pub attempts: u32,
    /// How long each phase took in the last attempt.
    pub times: PhaseTimes,
    /// The objectives, and whether they were met.
    pub objectives: Objectives,
    /// How old the recovery point was when the run listed it, in seconds. Not an RPO.
    pub age_at_test_seconds: i64,
    /// What could not be deleted.
    pub stranded: Vec<Leftover>,
}

/// How long the phases of a restore took, in seconds. A phase that did not happen is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhaseTimes {
    /// Copying or sharing into the sandbox.
    pub stage: Option<i64>,
    /// From asking until the job ran.
    pub queue: Option<i64>,
    /// From running until the job's end.
    pub job: Option<i64>,
    /// From the job's end until the resource could be examined.
    pub ready: Option<i64>,
    /// Examining it.
    pub validate: Option<i64>,
    /// From asking to delete until it was seen absent.
    pub delete: Option<i64>,
}

impl PhaseTimes {
    /// Seconds from asking for the restore until it was shown to be usable, where all of that happened. Times that do
    /// not add up to anything that can be kept were not measured.
    pub fn recovery_seconds(&self) -> Option<i64> {
        let since_asked = [self.queue?, self.job?, self.ready?, self.validate?];
        since_asked.into_iter().try_fold(self.stage.unwrap_or(0), i64::checked_add)
    }
}

/// Objectives and measurements, in seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objectives {
    /// The plan's recovery time objective.
    pub rto_seconds: Option<i64>,
    /// What it took.
    pub recovery_seconds: Option<i64>,
    /// The plan's longest permitted gap between recovery points.
    pub rpo_gap_seconds: Option<i64>,
    /// The resource's longest gap.
    pub gap_seconds: Option<i64>,
    /// The recovery point's time minus its newest data.
    pub lag_seconds: Option<i64>,
}

/// The level that a plan demands, where it demands none.
pub const DEFAULT_REQUIRED_LEVEL: ProofLevel = ProofLevel::L3;

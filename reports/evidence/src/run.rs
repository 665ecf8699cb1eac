//! The evidence of one run.

use backproof_model::ProofLevel;
use backproof_model::record::{
    Census, ConcurrencyAllowed, ControlsTried, Corroboration, CostEstimated, DrawCommitted, EntropyRevealed,
    ExceptionsRecorded, IsolationSeen, PlanApproval, PopulationFrozen, Purpose, RawAnswersKept, RunClosed, RunOpened,
    SandboxEntered,
};
use jiff::Timestamp;

use crate::fold;
use crate::problem::Problem;
use crate::restore_test::TestEvidence;

/// All that a journal says of one run, verified. What never happened, or was not yet written, is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEvidence {
    /// The run's number in the register.
    pub run: u64,
    /// What was asked for, by whom, with what.
    pub opened: Option<RunOpened>,
    /// The sandbox before the first restore.
    pub sandbox: Option<SandboxEntered>,
    /// The frozen population.
    pub population: Option<PopulationFrozen>,
    /// The commitment to the draw.
    pub commitment: Option<DrawCommitted>,
    /// The entropy and its grade.
    pub entropy: Option<EntropyRevealed>,
    /// SHA-256 of the full ranking, once drawn.
    pub ranking_sha256: Option<String>,
    /// The estimate of its costs, and what its budget let begin.
    pub costs: Option<CostEstimated>,
    /// How many restores of each type were allowed beside each other.
    pub concurrency: Option<ConcurrencyAllowed>,
    /// How the plan's approval stood when the run began to restore.
    pub approval: Option<PlanApproval>,
    /// The planted faults.
    pub controls: Option<ControlsTried>,
    /// The sandbox's isolation at the end.
    pub isolation_at_close: Option<IsolationSeen>,
    /// What stood in the sandbox at the end.
    pub census: Option<Census>,
    /// What the run did to exceptions.
    pub exceptions: Option<ExceptionsRecorded>,
    /// What AWS's own event history shows of the run's restores and deletions.
    pub corroboration: Option<Corroboration>,
    /// The file of AWS's answers, as it stood when the run was closed.
    pub raw: Option<RawAnswersKept>,
    /// The run's last record.
    pub closed: Option<RunClosed>,
    /// One for every drawn recovery point, in the order of the draw.
    pub tests: Vec<TestEvidence>,
    /// When the run's first line was written.
    pub began: Option<Timestamp>,
    /// When the journal's last line was written.
    pub last_entry: Option<Timestamp>,
    /// How often another process took a chain over after a stop.
    pub resumed: u64,
    /// Every chain that was used, with its head: the run's, then the restore tests' in the order of the draw.
    pub chains: Vec<ChainHead>,
    /// SHA-256 of the journal's text as it was given.
    pub journal_sha256: String,
    /// What is wrong with the evidence itself. Empty when all of it holds together.
    pub problems: Vec<Problem>,
}

/// The end of one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The chain.
    pub name: String,
    /// How many of its lines were verified.
    pub lines: usize,
    /// The digest of the last of them.
    pub head: String,
    /// Whether that is all of its lines.
    pub whole: bool,
}

/// Why a text is no journal at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoJournal {
    /// It has no line.
    #[error("the journal is empty: a run writes its first line before it does anything")]
    Empty,
    /// Not one line of it could be read.
    #[error("no line of the journal can be read, the first because {0}: give the journal.jsonl of a run")]
    NothingReadable(String),
}

impl RunEvidence {
    /// Reads the text of a run's `journal.jsonl`: one entry a line, chains in any order.
    ///
    /// Every chain is verified, the heads that the run's chain recorded are compared, and counts are added up. What
    /// does not hold is named in [`RunEvidence::problems`], and what depends on it is left out.
    ///
    /// # Errors
    /// Fails only where there is nothing to report on.
    pub fn from_journal(journal: &str) -> Result<Self, NoJournal> {
        fold::run(journal)
    }

    /// Whether the run is closed, so that its verdicts are final.
    pub fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Whether this was the simulator. A journal that does not say what it ran on is treated as a simulation.
    pub fn is_simulated(&self) -> bool {
        self.opened.as_ref().is_none_or(|opened| opened.simulated)
    }

    /// Whether this was a one-off check, which speaks for no population.
    pub fn is_one_off_check(&self) -> bool {
        self.opened.as_ref().is_some_and(|opened| opened.purpose == Purpose::Check)
    }

    /// The level that the plan demands, where the plan in the journal says so.
    pub fn required_level(&self) -> Option<ProofLevel> {
        let plan = &self.opened.as_ref()?.plan;
        serde_json::from_value(plan.get("required_level")?.clone()).ok()
    }
}

//! What people see while a run goes on. Never evidence: that is the journal.

use backproof_model::record::CostEstimated;
use backproof_model::{Outcome, RecoveryPointArn, ResourceArn};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The run has its number; `resumed` where it was begun before.
    Opened {
        /// The run.
        run: u64,
        /// Whether it was begun before.
        resumed: bool,
    },
    /// A stage of the run has begun.
    Stage {
        /// In words.
        what: String,
    },
    /// So many recovery points were listed so far.
    Listed {
        /// How many.
        points: u64,
    },
    /// What the drawn restore tests are estimated to cost, and which of them the budget lets begin.
    Estimated {
        /// All of it.
        costs: Box<CostEstimated>,
    },
    /// A restore test has begun.
    TestOpened {
        /// Its number.
        test: u32,
        /// Of how many.
        of: u32,
        /// The protected resource.
        resource: ResourceArn,
        /// The recovery point.
        point: RecoveryPointArn,
    },
    /// A restore test is in this phase now.
    TestPhase {
        /// Its number.
        test: u32,
        /// In words: `restoring (RUNNING)`.
        phase: String,
    },
    /// A restore test is done.
    TestClosed {
        /// Its number.
        test: u32,
        /// What it came to.
        outcome: Outcome,
    },
    /// The run is done.
    Closed {
        /// The run.
        run: u64,
    },
}

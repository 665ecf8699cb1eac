//! What is wrong with the evidence itself, as opposed to what the evidence says of backups.
//!
//! Nothing here stops a report: a report on evidence that does not hold says so first of all.

use std::fmt;

use backproof_model::chain::BrokenChain;

/// One thing in the journal that does not hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A line of the journal file is no journal entry at all.
    UnreadableLine {
        /// The line's number in the file, from 1.
        line: usize,
        /// What the parser said.
        problem: String,
    },
    /// A chain was changed; nothing behind the first line that does not fit has been used.
    BrokenChain(BrokenChain),
    /// The run's own chain is not there.
    NoRunChain,
    /// A chain belongs to no drawn recovery point.
    ChainOfNoTest {
        /// The chain.
        chain: String,
    },
    /// The closed run's chain does not vouch for a restore test's chain.
    HeadMissing {
        /// The restore test's chain.
        chain: String,
    },
    /// A restore test's chain ends elsewhere than the run's chain says.
    HeadDiffers {
        /// The restore test's chain.
        chain: String,
        /// What the run's chain says.
        recorded: String,
        /// What the chain's last line gives.
        found: String,
    },
    /// A step's record is not of the shape that its name promises.
    UnreadableRecord {
        /// The chain.
        chain: String,
        /// The step.
        step: String,
        /// What the parser said.
        problem: String,
    },
    /// The run is closed, but a record that every closed run leaves is not there.
    RecordMissing {
        /// The step that should have left it.
        step: &'static str,
    },
    /// Two records name different digests for the same thing, or a digest is not that of its content.
    DigestsDiffer {
        /// What the digest is of.
        what: &'static str,
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
    /// Two sums that must be equal are not.
    CountsDiffer {
        /// The equation, in words.
        equation: String,
        /// Its left side.
        left: u64,
        /// Its right side.
        right: u128,
    },
    /// Something was created and no record says what became of it.
    Unaccounted {
        /// The resource.
        arn: String,
        /// The restore test's or control's chain or name.
        made_by: String,
    },
    /// A pass stands in the journal that its checks do not carry; it is not counted as one.
    UnearnedPass {
        /// The restore test's chain.
        chain: String,
        /// What its checks come to.
        because: String,
    },
    /// A restore test was not passed, and the run recorded no exception for it.
    ExceptionMissing {
        /// The restore test's chain.
        chain: String,
    },
    /// The closing of the run calls a restore test passed that its own chain does not.
    OutcomeImproved {
        /// The restore test's chain.
        chain: String,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnreadableLine { line, problem } => write!(f, "line {line} of the journal cannot be read: {problem}"),
            Self::BrokenChain(broken) => {
                write!(f, "{broken}; this line and what follows it in its chain have not been used")
            }
            Self::NoRunChain => f.write_str("the run's own chain is missing from the journal"),
            Self::ChainOfNoTest { chain } => {
                write!(f, "chain `{chain}` belongs to no drawn recovery point and has not been used")
            }
            Self::HeadMissing { chain } => write!(f, "the run's chain does not record the head of chain `{chain}`"),
            Self::HeadDiffers { chain, recorded, found } => {
                write!(f, "chain `{chain}` ends at {found}, but the run's chain recorded {recorded}")
            }
            Self::UnreadableRecord { chain, step, problem } => {
                write!(f, "the record of step `{step}` in chain `{chain}` cannot be read: {problem}")
            }
            Self::RecordMissing { step } => write!(f, "the run is closed, but its step `{step}` left no record"),
            Self::DigestsDiffer { what, first, second } => {
                write!(f, "the digest of {what} is {first} in one place and {second} in another")
            }
            Self::CountsDiffer { equation, left, right } => {
                write!(f, "{equation} does not hold: {left} is not {right}")
            }
            Self::Unaccounted { arn, made_by } => {
                write!(f, "{arn} was created by {made_by}, and no record says what became of it")
            }
            Self::UnearnedPass { chain, because } => {
                write!(f, "{chain} is recorded as passed, but its checks do not carry that: {because}")
            }
            Self::ExceptionMissing { chain } => {
                write!(f, "{chain} was not passed, and the run recorded no exception for it")
            }
            Self::OutcomeImproved { chain } => {
                write!(f, "the closing of the run calls {chain} passed, its own chain does not")
            }
        }
    }
}

//! What a sample says of its population: exact bounds for finite populations, and the sentences that print them.
//!
//! Every number that carries a verdict is decided by integers. Floating point only proposes where to look.
//! It assumes that the sample was drawn at random from the population; whether that is so, the draw has to show.

mod bound;
mod hypergeometric;
mod joint;
mod statement;

pub use bound::{InvalidQuestion, LARGEST_POPULATION, discovery, required_sample, upper_bound};
pub use joint::{JointBound, JointMethod, StratumCounts, joint_bound, joint_discovery};
pub use statement::{Assurance, CertaintyTally, Discovery, Needed, Reading, StratumBound, StratumTally, assure};

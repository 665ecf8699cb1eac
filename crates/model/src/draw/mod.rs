//! The draw, by the protocol `backproof-draw/v1`: seed, ranking, sizes, sample.
//!
//! Everything here can be redone by a stranger with the population file and `openssl`. There is no random-number
//! generator and nothing depends on the order of a listing. It does not gather entropy and does not verify beacons.

mod entropy;
mod ranking;
mod sample;
mod seed;
mod sizes;

pub use entropy::{CommitmentStanding, Entropy, EntropyKind, Grade, GradeWord, InvalidEntropy, grade};
pub use ranking::{RankedUnit, Ranker, Ranking, StratumRanking};
pub use sample::{DrawMismatch, Pick, Ranked, RedrawProblem, pick, rank_population, redraw};
pub use seed::{ALGORITHM, InvalidSeed, Key, Seed};
pub use sizes::{InvalidSize, SampleRule, drawable_units, stratum_sizes};

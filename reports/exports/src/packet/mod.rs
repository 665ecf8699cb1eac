//! The packet of what an auditor sampled: the evidence of some restore tests of a bundle, and how it is tied to the seal.
//!
//! Everything in it is copied from the sealed files as it stands there: the journal's chains of those tests and of the run,
//! their rows, their lines of the population, AWS's answers to them. [`plan`] says which; [`write`] copies. The packet is
//! not sealed itself and says so; whether the bundle holds is `verify`'s to say, before a packet is made of it.

mod items;
mod plan;
mod readme;
mod rows;
mod source;
mod write;

pub use items::{BadItems, Items};
pub use plan::{NoPacket, PacketItem, PacketPlan, plan};
pub use source::{SealedDirectory, SealedFiles};
pub use write::{NotWritten, write};

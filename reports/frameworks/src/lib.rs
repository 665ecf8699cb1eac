//! Catalogues of controls as data, and what a dossier says of each of their criteria.
//!
//! A catalogue names, for each criterion, the claims of our evidence that support it, how often it wants them, and what
//! it leaves open all the same; it holds no sentence of the standard. [`assess`] reads those claims from a dossier.
//! It supports a judgement and never makes one: whether a control operates effectively is for the auditor to say.
//! Nothing here lays out a page, verifies a signature or asks a clock.

pub mod assess;
pub mod catalogue;
pub mod claims;
mod combine;
mod frequency;
mod problem;
mod read;
mod samples;
mod shipped;
#[cfg(test)]
mod tests;

pub use assess::{Assessment, CriterionReading, CriterionStanding, assess};
pub use catalogue::{Catalogue, Criterion, Frequency, FrequencyBasis, MinimumFrequency, Objective, Relation};
pub use claims::{Aspect, ClaimReading, ClaimStanding, DossierClaim, EvidenceReference, Sentence};
pub use frequency::{FrequencyReading, FrequencySpan, FrequencyVerdict};
pub use problem::{CatalogueProblem, CatalogueProblems};
pub use samples::{SampleFrame, SampleOccurrence, samples};
pub use shipped::{Shipped, UnknownCatalogue, catalogues, find};

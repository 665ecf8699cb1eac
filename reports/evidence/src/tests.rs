//! What a journal is folded into and concluded from, on whole runs told by [`crate::testing::Story`].

mod concluding;
mod costing;
mod folding;
mod people;
mod registering;
mod tabling;

use crate::testing::Story;
use crate::{Conclusion, RunEvidence, conclude};

fn evidence(story: &Story) -> RunEvidence {
    RunEvidence::from_journal(&story.journal()).unwrap()
}

fn conclusion(story: &Story) -> Conclusion {
    conclude(&evidence(story))
}

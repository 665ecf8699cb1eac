//! Counts that a journal states, added up without being believed.

use backproof_evidence::testing::Story;

use crate::support::{Installation, verified, wrong};

#[test]
fn counts_that_no_number_can_hold_together_do_not_add_up() {
    // The largest whole number of 64 bits that canonical JSON can write.
    const MOST: u64 = 18_446_744_073_709_550_000;
    let mut installation = Installation::new();
    let run = installation.perform(Story::all_passed(2).tests, |story| {
        (story.population.eligible, story.population.excluded) = (MOST, MOST);
        story.population.listed = MOST;
    });
    let told = wrong(&verified(&installation.seal(&run).directory));
    let equation = format!("listed = eligible + excluded does not hold: {MOST} is not {}", 2 * u128::from(MOST));
    assert!(told.contains(&format!("counts: {equation}")), "{told}");
}

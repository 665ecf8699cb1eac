//! Which evidence belongs to the items, by the run's own evidence alone.

use backproof_evidence::TestEvidence;
use backproof_evidence::dossier::{RunRecord, Seal};
use backproof_evidence::restore_test::Attempt;

use super::items::Items;

/// What goes into a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketPlan {
    /// The run.
    pub run: u64,
    /// Whether it was a simulation.
    pub is_simulated: bool,
    /// The seal of the run's bundle.
    pub sealed_sha256: String,
    /// The head of the run's own chain.
    pub run_head: String,
    /// The items, ascending.
    pub items: Vec<PacketItem>,
    /// What was asked for and is no restore test of this run, as numbers and ranges.
    pub missing: Vec<String>,
    /// The sealed files that hold AWS's answers, one a line.
    pub answers: Vec<String>,
}

/// One restore test of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PacketItem {
    /// Its number.
    pub test: u32,
    /// Its chain of the journal.
    pub chain: String,
    /// The head of that chain, which the run's chain names.
    pub head: String,
    /// What it came to.
    pub outcome: &'static str,
    /// The recovery point.
    pub recovery_point_arn: String,
    /// The restore jobs of its attempts.
    pub restore_jobs: Vec<String>,
}

/// Why there is no packet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoPacket {
    /// The run's bundle is not at hand.
    #[error("run {0} was read without its bundle, so that nothing ties its evidence to a seal: give the bundle")]
    NotSealed(u64),
    /// Nothing of what was asked for is there.
    #[error("run {run} has none of the items {asked}: its restore tests are numbered 1 to {tests}")]
    NoneOfThese {
        /// The run.
        run: u64,
        /// What was asked for.
        asked: String,
        /// How many restore tests it has.
        tests: usize,
    },
}

/// Says what belongs to these items of a run.
///
/// # Errors
/// Fails where the run is not sealed, or has none of them. Those that it lacks are in [`PacketPlan::missing`] otherwise.
pub fn plan(run: &RunRecord, items: &Items) -> Result<PacketPlan, NoPacket> {
    let evidence = &run.evidence;
    let seal = run.seal.as_ref().ok_or(NoPacket::NotSealed(evidence.run))?;
    let mut wanted: Vec<&TestEvidence> = evidence.tests.iter().filter(|test| items.name(test.drawn.test)).collect();
    wanted.sort_by_key(|test| test.drawn.test);
    if wanted.is_empty() {
        let tests = evidence.tests.len();
        return Err(NoPacket::NoneOfThese { run: evidence.run, asked: items.to_string(), tests });
    }
    let head = |chain: &str| {
        let found = evidence.chains.iter().find(|head| head.name == chain).map(|head| head.head.clone());
        found.unwrap_or_else(|| backproof_model::chain::genesis(evidence.run, chain))
    };
    let present: Vec<u32> = wanted.iter().map(|test| test.drawn.test).collect();
    let item = |test: &&TestEvidence| PacketItem {
        test: test.drawn.test,
        head: head(&test.chain),
        chain: test.chain.clone(),
        outcome: test.outcome.word(),
        recovery_point_arn: test.drawn.point.recovery_point_arn.to_string(),
        restore_jobs: test.attempts.iter().filter_map(Attempt::restore_job_id).map(str::to_owned).collect(),
    };
    Ok(PacketPlan {
        run: evidence.run,
        is_simulated: evidence.is_simulated(),
        sealed_sha256: seal.sha256.clone(),
        run_head: head(backproof_model::chain::RUN_CHAIN),
        items: wanted.iter().map(item).collect(),
        missing: items.missing_from(&present),
        answers: answers(seal),
    })
}

/// Sealed files with AWS's answers: one JSON object a line, each naming its restore test.
fn answers(seal: &Seal) -> Vec<String> {
    let names = seal.files.iter().map(|file| &file.name);
    let holds_answers = |name: &&String| {
        let is_lines = name.rsplit_once('.').is_some_and(|(_, extension)| extension == "jsonl");
        is_lines && (name.starts_with("raw/") || *name == "raw.jsonl")
    };
    names.filter(holds_answers).cloned().collect()
}

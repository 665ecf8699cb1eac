//! Who makes a draw verifiable while nobody is there to hand anything in: an authority that saw the commitment before
//! the beacon's round came, and a relay that has the round.

use std::time::Duration;

use async_trait::async_trait;
use backproof_drand::time_of_round;
use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::record::DrawCommitted;
use backproof_store::RunFiles;
use jiff::Timestamp;

use crate::entropy::{CommitmentStamp, Reveal, anchor, how_to_get, waits_for};
use crate::error::{EngineError, Result};
use crate::progress::Progress;
use crate::waiting::Patience;
use crate::world::World;

/// The authority's answer, kept with the run: it cannot be had again once the round has come.
const STAMP_FILE: &str = "commitment.tsr";
/// For how long relays are asked again that do not have a round.
const RELAYS_ALLOWED: Duration = Duration::from_mins(10);

/// Parties outside, asked over the network. Nothing that they answer is believed without its signature.
#[async_trait]
pub trait Witnesses: Send + Sync {
    /// Certificates in PEM of the authorities whose time-stamps are believed; none where none is to be asked.
    fn authorities(&self) -> Option<&str>;

    /// An authority's answer (RFC 3161, DER) to the question when it saw a SHA-256, in hexadecimal.
    ///
    /// # Errors
    /// Says in words why there is none.
    async fn time_stamp(&self, sha256: &str) -> Result<Vec<u8>, String>;

    /// What a relay of the beacon answers for a round that has come.
    ///
    /// # Errors
    /// Says in words why there is none.
    async fn beacon_round(&self, round: u64) -> Result<Vec<u8>, String>;
}

/// Has the commitment time-stamped, waits for the round that it names, and takes it.
///
/// A draw without the time-stamp is a draw still, and graded by that. Without the round there is none.
pub(crate) async fn reveal(
    world: &World,
    witnesses: &dyn Witnesses,
    commitment: &DrawCommitted,
    round: u64,
) -> Result<Reveal> {
    let comes = time_of_round(round).ok_or_else(|| EngineError::Unfit(format!("the beacon has no round {round}")))?;
    let files = world.store.files(registered_number(commitment)?)?;
    let time_stamp = stamped(world, witnesses, commitment, comes, &files).await?;
    wait_until(world, round, comes).await?;
    let answer = asked_for(world, witnesses, round).await?;
    let reveal = Reveal::parse(&format!("drand-quicknet:{round}"), Some(&answer))
        .map_err(|problem| EngineError::Refused(format!("the beacon's round {round} is not believed: {problem}")))?;
    Ok(Reveal { time_stamp, ..reveal })
}

fn registered_number(commitment: &DrawCommitted) -> Result<u64> {
    commitment.run.parse().map_err(EngineError::internal)
}

/// The time-stamp over the commitment: the one that was got before a stop, or a new one while that shows something.
async fn stamped(
    world: &World,
    witnesses: &dyn Witnesses,
    commitment: &DrawCommitted,
    comes: Timestamp,
    files: &RunFiles,
) -> Result<Option<CommitmentStamp>> {
    let Some(authorities) = witnesses.authorities() else { return Ok(None) };
    let path = files.path(STAMP_FILE);
    let kept = match std::fs::read(&path) {
        Ok(answer) => Some(answer),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(source) => return Err(backproof_store::StoreError::Files { path, source }.into()),
    };
    let answer = match kept {
        Some(answer) => Ok(answer),
        // From after the round it would show nothing.
        None if world.clock().now() >= comes => return Ok(None),
        None => witnesses.time_stamp(&sha256_hex(canonical_json(commitment).map_err(EngineError::internal)?)).await,
    };
    let stamp = answer.map(|answer| CommitmentStamp { answer, authorities: authorities.to_owned() });
    match stamp.and_then(|stamp| shows_something(commitment, comes, &stamp).map(|()| stamp)) {
        Ok(stamp) => {
            files.write(STAMP_FILE, &stamp.answer)?;
            Ok(Some(stamp))
        }
        Err(why) => {
            tracing::warn!(run = %commitment.run, "the commitment has no time-stamp, and the draw is graded by that: {why}");
            Ok(None)
        }
    }
}

/// Whether a time-stamp is believed, and from before the round.
fn shows_something(commitment: &DrawCommitted, comes: Timestamp, stamp: &CommitmentStamp) -> Result<(), String> {
    match anchor(commitment, stamp) {
        Ok(anchor) if anchor.at < comes => Ok(()),
        Ok(anchor) => Err(format!("it is of {}, and the beacon's round came at {comes}", anchor.at)),
        Err(problem) => Err(problem.to_string()),
    }
}

async fn wait_until(world: &World, round: u64, comes: Timestamp) -> Result<()> {
    let Ok(left) = Duration::try_from(comes.duration_since(world.clock().now())) else { return Ok(()) };
    world.tell(Progress::Stage { what: format!("waiting for round {round} of the beacon, which comes at {comes}") });
    pause(world, round, world.clock().sleep(left)).await
}

/// What the relays answer for a round, asked for a while: the round may reach them some seconds late.
async fn asked_for(world: &World, witnesses: &dyn Witnesses, round: u64) -> Result<Vec<u8>> {
    let patience = Patience::new(world.clock().clone(), world.clock().now(), RELAYS_ALLOWED);
    loop {
        let why = match witnesses.beacon_round(round).await {
            Ok(answer) => return Ok(answer),
            Err(why) => why,
        };
        if patience.is_over() {
            let how = format!("{why}; {}", how_to_get(round));
            return Err(waits_for(&format!("drand-quicknet:{round} --beacon FILE"), &how));
        }
        pause(world, round, patience.pause()).await?;
    }
}

/// Waits, unless the run is to stop.
async fn pause(world: &World, round: u64, until: impl Future<Output = ()>) -> Result<()> {
    tokio::select! {
        () = until => Ok(()),
        () = world.stop.cancelled() => Err(EngineError::Refused(format!(
            "stopped while waiting for round {round} of the beacon; the draw is committed, and the next `backproof run` \
             goes on with it"
        ))),
    }
}

//! Takes the entropy of a draw, and says how far the operator could have influenced it.
//!
//! A beacon's round is believed by its signature alone, which is verified here without a network: [`witnesses`] have
//! fetched it, or somebody handed in a file. The commitment names the round, so that nobody can choose among rounds
//! that have come already, and a time-stamp over the commitment from before the round lets a stranger see that too.

use backproof_drand::{Beacon, DrandError, first_round_after, time_of_round, url_of_round, verify_round};
use backproof_model::canonical::{canonical_json, sha256_hex};
use backproof_model::draw::{CommitmentStanding, Entropy, EntropyKind, InvalidEntropy, Seed, grade};
use backproof_model::record::{CommitmentAnchor, DrawCommitted, EntropyRevealed, run_step};
use backproof_plan::{EntropyKind as PlannedEntropy, Plan};
use backproof_signing::{Standing, examine_time_stamp};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use rand::TryRng;

use crate::error::{EngineError, Result};
use crate::journal::Journal;
use crate::witnesses;
use crate::world::World;

/// The nonce that the next run may use as `previous` entropy.
pub(crate) const NEXT_NONCE_FILE: &str = "next-nonce";
/// Between a commitment and the round that it names: time to have the commitment time-stamped.
const TIME_TO_ANCHOR: SignedDuration = SignedDuration::from_mins(10);
/// A relay of the beacon, for texts that say where to get a round.
const RELAY: &str = "https://api.drand.sh";

/// Entropy that was not made here, with what lets others believe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// The entropy, as the seed names it.
    pub entropy: Entropy,
    /// The signature of the beacon's round, in hexadecimal, where it is a beacon's.
    pub beacon_signature: Option<String>,
    /// Which rounds of the beacon are taken.
    pub rounds: Rounds,
    /// A time-stamp over the commitment.
    pub time_stamp: Option<CommitmentStamp>,
}

/// Which rounds of a beacon are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounds {
    /// The one that the commitment names, or where it names none, one that came after it.
    #[default]
    Committed,
    /// Any, also one that was known before. The draw is graded by that.
    Any,
}

/// A time-stamp over the SHA-256 of the commitment's canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitmentStamp {
    /// The authority's answer (RFC 3161) in DER.
    pub answer: Vec<u8>,
    /// Certificates in PEM of authorities that are believed.
    pub authorities: String,
}

/// Why a text and a beacon's file make no entropy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEntropy {
    /// The text is none.
    #[error(transparent)]
    Text(#[from] InvalidEntropy),
    /// The round is not believed.
    #[error(transparent)]
    Round(#[from] DrandError),
    /// A round comes without its signature.
    #[error("round {round} of the beacon needs its signature: hand in what {url} answers as a file")]
    NoSignature {
        /// The round.
        round: u64,
        /// Where a relay has it.
        url: String,
    },
    /// The file has another round.
    #[error("the beacon's file has round {found}, and {asked} is revealed")]
    OtherRound {
        /// The round of the text.
        asked: u64,
        /// The round of the file.
        found: u64,
    },
    /// A beacon's file beside entropy of another kind.
    #[error("a beacon's file goes with drand-quicknet:ROUND, not with entropy of the kind {0}")]
    NoBeacon(EntropyKind),
}

impl Reveal {
    /// Reads `KIND:VALUE`, for a beacon `drand-quicknet:ROUND` with the round's JSON as a relay answers it. The
    /// beacon's signature is verified.
    ///
    /// # Errors
    /// [`NoEntropy`] where they are none, or do not belong together.
    pub fn parse(text: &str, beacon: Option<&[u8]>) -> Result<Self, NoEntropy> {
        let (kind, value) = if let Ok(beacon @ EntropyKind::DrandQuicknet { .. }) = text.parse() {
            (beacon, None)
        } else {
            let entropy: Entropy = text.parse()?;
            (entropy.kind().clone(), Some(entropy.value().to_owned()))
        };
        let (value, beacon_signature) = match (&kind, beacon, value) {
            (EntropyKind::DrandQuicknet { round }, Some(beacon), value) => {
                let beacon = Beacon::parse(beacon)?;
                let value = follows(*round, value.as_deref(), &beacon)?;
                (value, Some(beacon.signature))
            }
            (EntropyKind::DrandQuicknet { round }, None, _) => {
                return Err(NoEntropy::NoSignature { round: *round, url: url_of_round(RELAY, *round) });
            }
            (_, Some(_), _) => return Err(NoEntropy::NoBeacon(kind)),
            (_, None, Some(value)) => (value, None),
            // Only a beacon's kind is a kind without a value.
            (_, None, None) => return Err(NoEntropy::Text(InvalidEntropy::Kind(text.to_owned()))),
        };
        let entropy = Entropy::new(kind, value)?;
        Ok(Self { entropy, beacon_signature, rounds: Rounds::default(), time_stamp: None })
    }
}

/// The randomness of a beacon's round, which must be the one that is revealed.
fn follows(round: u64, value: Option<&str>, beacon: &Beacon) -> Result<String, NoEntropy> {
    if beacon.round != round {
        return Err(NoEntropy::OtherRound { asked: round, found: beacon.round });
    }
    let randomness = beacon.verified()?;
    Ok(verify_round(round, &beacon.signature, value.or(Some(&randomness.to_string())))?.to_string())
}

/// The round that a commitment made now names, where the plan wants a beacon's.
pub(crate) fn round_to_commit_to(plan: &Plan, now: Timestamp) -> Option<u64> {
    match plan.selection.entropy {
        PlannedEntropy::DrandQuicknet => now.checked_add(TIME_TO_ANCHOR).ok().map(first_round_after),
        PlannedEntropy::Os | PlannedEntropy::Previous | PlannedEntropy::Auditor => None,
    }
}

/// Takes the entropy: what was revealed to us, or what this machine has of the plan's kind.
pub(crate) async fn reveal(
    world: &World,
    commitment: &DrawCommitted,
    revealed: Option<&Reveal>,
    journal: &mut Journal,
) -> Result<EntropyRevealed> {
    if let (Some(known), Some(given)) = (journal.recorded::<EntropyRevealed>(run_step::REVEAL)?, revealed)
        && format!("{}:{}", known.kind, known.value) != given.entropy.to_string()
    {
        return Err(EngineError::Unfit(format!(
            "the entropy of run {} is revealed already, {}:{}, and is not taken twice: leave --reveal out to go on with it",
            commitment.run, known.kind, known.value
        )));
    }
    let committed_at = journal.finished(run_step::COMMIT).unwrap_or(Timestamp::MAX);
    journal
        .observe(run_step::REVEAL, async {
            if let Some(reveal) = revealed {
                return taken(commitment, committed_at, reveal);
            }
            if let (PlannedEntropy::DrandQuicknet, Some(witnesses), Some(round)) =
                (world.plan.selection.entropy, &world.witnesses, commitment.beacon_round)
            {
                let reveal = witnesses::reveal(world, witnesses.as_ref(), commitment, round).await?;
                return taken(commitment, committed_at, &reveal);
            }
            let entropy = entropy_here(world, commitment)?;
            revealed_record(commitment, &entropy, standing(commitment, &entropy, None))
        })
        .await
}

/// The record of entropy that was revealed to us.
fn taken(commitment: &DrawCommitted, committed_at: Timestamp, reveal: &Reveal) -> Result<EntropyRevealed> {
    let anchor = reveal.time_stamp.as_ref().map(|stamp| anchor(commitment, stamp)).transpose()?;
    let standing = match reveal.entropy.kind() {
        EntropyKind::DrandQuicknet { round } => {
            signed(*round, reveal)?;
            shows_something(*round, anchor.as_ref())?;
            match (came_after(commitment, committed_at, *round), reveal.rounds) {
                (Ok(()), _) => standing(commitment, &reveal.entropy, anchor.as_ref()),
                (Err(why), Rounds::Committed) => return Err(EngineError::Unfit(why)),
                (Err(_), Rounds::Any) => CommitmentStanding::After,
            }
        }
        EntropyKind::Auditor | EntropyKind::Previous | EntropyKind::Os => {
            standing(commitment, &reveal.entropy, anchor.as_ref())
        }
    };
    let record = revealed_record(commitment, &reveal.entropy, standing)?;
    Ok(EntropyRevealed { beacon_signature: reveal.beacon_signature.clone(), commitment_anchor: anchor, ..record })
}

/// Whether the beacon signed the value that is about to enter the seed.
fn signed(round: u64, reveal: &Reveal) -> Result<()> {
    let Some(signature) = &reveal.beacon_signature else {
        let problem = NoEntropy::NoSignature { round, url: url_of_round(RELAY, round) };
        return Err(EngineError::Unfit(problem.to_string()));
    };
    match verify_round(round, signature, Some(reveal.entropy.value())) {
        Ok(_) => Ok(()),
        Err(problem) => Err(EngineError::Unfit(format!("the beacon's round is not believed: {problem}"))),
    }
}

/// A time-stamp from after the round shows nothing, and would only look as if it did.
fn shows_something(round: u64, anchor: Option<&CommitmentAnchor>) -> Result<()> {
    match (anchor, time_of_round(round)) {
        (Some(anchor), Some(came)) if came <= anchor.at => Err(EngineError::Unfit(format!(
            "the commitment was time-stamped at {}, when round {round} had come ({came}): leave the time-stamp out, and \
             the draw is graded without it",
            anchor.at
        ))),
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

/// Whether a round could not be known when the draw was committed to, nor be chosen since; else why not.
fn came_after(commitment: &DrawCommitted, committed_at: Timestamp, round: u64) -> Result<(), String> {
    match commitment.beacon_round {
        Some(named) if named != round => {
            let at = time_of_round(named).map_or_else(String::new, |at| format!(", which comes at {at}"));
            Err(format!(
                "the draw of run {} is committed to round {named} of the beacon{at}, not to {round}",
                commitment.run
            ))
        }
        Some(_) => Ok(()),
        None => match time_of_round(round) {
            Some(at) if committed_at < at => Ok(()),
            at => {
                let at = at.map_or_else(|| "never".to_owned(), |at| format!("at {at}"));
                Err(format!(
                    "round {round} of the beacon came {at}, and the draw was committed to at {committed_at}: take one \
                     that came later"
                ))
            }
        },
    }
}

/// What a time-stamp shows of the commitment.
pub(crate) fn anchor(commitment: &DrawCommitted, stamp: &CommitmentStamp) -> Result<CommitmentAnchor> {
    let digest = sha256_hex(canonical_json(commitment).map_err(EngineError::internal)?);
    let examined = examine_time_stamp(&stamp.answer, &digest, Some(&stamp.authorities));
    match (examined.standing, examined.at, examined.authority) {
        (Standing::Trusted, Some(at), Some(authority)) => {
            Ok(CommitmentAnchor { at, authority, time_stamp: STANDARD.encode(&stamp.answer) })
        }
        (Standing::Trusted | Standing::SignerUnknown | Standing::Invalid, ..) => Err(EngineError::Unfit(format!(
            "the time-stamp over the commitment {digest} is not believed: {}",
            examined.remark
        ))),
    }
}

/// Whether the commitment came first, and who can say so.
///
/// An auditor who gave a nonce knows what had been sent before. A beacon's round vouches for the commitment where an
/// authority saw that before the round came, and the commitment had named the round.
fn standing(commitment: &DrawCommitted, entropy: &Entropy, anchor: Option<&CommitmentAnchor>) -> CommitmentStanding {
    match (commitment.entropy_known, entropy.kind()) {
        (true, _) => CommitmentStanding::After,
        (false, EntropyKind::Auditor) => CommitmentStanding::AnchoredBefore,
        (false, EntropyKind::DrandQuicknet { round }) => {
            let came = time_of_round(*round).filter(|_| commitment.beacon_round == Some(*round));
            match (came, anchor) {
                (Some(came), Some(anchor)) if anchor.at < came => CommitmentStanding::AnchoredBefore,
                (Some(_) | None, Some(_) | None) => CommitmentStanding::RecordedBefore,
            }
        }
        (false, EntropyKind::Previous | EntropyKind::Os) => CommitmentStanding::RecordedBefore,
    }
}

/// Entropy of the plan's kind, as this machine has it.
fn entropy_here(world: &World, commitment: &DrawCommitted) -> Result<Entropy> {
    match world.plan.selection.entropy {
        PlannedEntropy::Os => os_entropy(),
        PlannedEntropy::Previous => match std::fs::read_to_string(world.store.directory().join(NEXT_NONCE_FILE)) {
            Ok(nonce) => Entropy::new(EntropyKind::Previous, nonce.trim()).map_err(EngineError::internal),
            // The first run has no run before it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => os_entropy(),
            Err(error) => {
                Err(EngineError::Refused(format!("the nonce that the last run left cannot be read: {error}")))
            }
        },
        PlannedEntropy::Auditor => {
            Err(waits_for("auditor:NONCE", "send the commitment to the auditor, who answers with a nonce"))
        }
        PlannedEntropy::DrandQuicknet => Err(match commitment.beacon_round {
            Some(round) => waits_for(&format!("drand-quicknet:{round} --beacon FILE"), &how_to_get(round)),
            None => waits_for("drand-quicknet:ROUND --beacon FILE", "take a round that came after the commitment"),
        }),
    }
}

pub(crate) fn how_to_get(round: u64) -> String {
    let at = time_of_round(round).map_or_else(String::new, |at| format!(" at {at}"));
    format!("the beacon's round {round} comes{at}, and then {} answers it", url_of_round(RELAY, round))
}

pub(crate) fn waits_for(form: &str, how: &str) -> EngineError {
    EngineError::Refused(format!(
        "the draw is committed and waits for its entropy: {how}, then continue with --reveal {form}"
    ))
}

/// 32 bytes of the operating system.
pub(crate) fn os_entropy() -> Result<Entropy> {
    Entropy::new(EntropyKind::Os, random_hex()?).map_err(EngineError::internal)
}

/// 64 hexadecimal digits that nobody can foresee.
pub(crate) fn random_hex() -> Result<String> {
    let mut bytes = [0_u8; 32];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| EngineError::Refused(format!("the operating system gave no random numbers: {error}")))?;
    Ok(sha256_hex(bytes))
}

/// What the journal holds of entropy.
pub(crate) fn revealed_record(
    commitment: &DrawCommitted,
    entropy: &Entropy,
    standing: CommitmentStanding,
) -> Result<EntropyRevealed> {
    let seed = Seed::derive(&commitment.plan_sha256, &commitment.population_sha256, &commitment.run, entropy)
        .map_err(EngineError::internal)?;
    let grade = grade(entropy.kind(), standing);
    Ok(EntropyRevealed {
        kind: entropy.kind().to_string(),
        value: entropy.value().to_owned(),
        grade: grade.word.as_str().to_owned(),
        grade_reason: grade.reason.to_owned(),
        seed: seed.to_hex(),
        beacon_signature: None,
        commitment_anchor: None,
    })
}

/// Leaves a nonce for the next run; gives its digest for this run's record.
pub(crate) fn leave_nonce(world: &World) -> Result<String> {
    let nonce = random_hex()?;
    let digest = sha256_hex(&nonce);
    let path = world.store.directory().join(NEXT_NONCE_FILE);
    std::fs::write(&path, &nonce).map_err(|source| backproof_store::StoreError::Files { path, source })?;
    world.store.mirror_state_files()?;
    Ok(digest)
}

#[cfg(test)]
mod tests;

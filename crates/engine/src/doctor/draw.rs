//! Whether a draw by the beacon gets what it needs with nobody there: a relay that answers, an authority that is believed.

use backproof_drand::{Beacon, round_at};
use backproof_model::canonical::sha256_hex;
use backproof_plan::EntropyKind;
use backproof_signing::{Standing, examine_time_stamp};
use jiff::SignedDuration;

use super::{Examined, Subject};
use crate::witnesses::Witnesses;
use crate::world::World;

/// A round that every relay has by now.
const SURELY_THERE: SignedDuration = SignedDuration::from_mins(1);

pub(super) async fn examine(world: &World) -> Vec<Examined> {
    match (world.plan.selection.entropy, &world.witnesses) {
        (EntropyKind::DrandQuicknet, Some(witnesses)) => {
            let (relay, authority) =
                tokio::join!(relay(world, witnesses.as_ref()), authority(world, witnesses.as_ref()));
            vec![relay, authority]
        }
        (EntropyKind::DrandQuicknet, None) => vec![Subject::Draw.doubtful(
            "the beacon's round",
            "the plan",
            "no relay is asked, so each run waits for `backproof draw --reveal`",
            "name relays as selection.beacon_relays",
        )],
        (EntropyKind::Os | EntropyKind::Previous | EntropyKind::Auditor, _) => Vec::new(),
    }
}

async fn relay(world: &World, witnesses: &dyn Witnesses) -> Examined {
    let (what, how) = ("the beacon's relays", "asking for a round of a minute ago");
    let mend = "let this host reach a relay, or name others as selection.beacon_relays";
    let Some(round) = world.clock().now().checked_sub(SURELY_THERE).ok().and_then(round_at) else {
        return Subject::Draw.bad(what, how, "by this computer's clock the beacon has not begun", "set the clock");
    };
    let verified = match witnesses.beacon_round(round).await {
        Ok(answer) => {
            Beacon::parse(&answer).and_then(|beacon| beacon.verified()).map_err(|problem| problem.to_string())
        }
        Err(why) => Err(why),
    };
    match verified {
        Ok(_) => Subject::Draw.good(what, how, format!("round {round} came, signed by the beacon")),
        Err(why) => Subject::Draw.bad(what, how, why, mend),
    }
}

/// Nothing is lost without a time-stamp but the grade.
async fn authority(world: &World, witnesses: &dyn Witnesses) -> Examined {
    let (what, how) = ("the authority for time-stamps", "asking for one");
    let Some(authorities) = witnesses.authorities() else {
        return Subject::Draw.doubtful(
            what,
            "the plan",
            "none with certificates is named, so draws are graded self-attested",
            "name one, with its certificates, as [evidence.time_stamps]",
        );
    };
    let mend =
        "mend the address or the certificates of [evidence.time_stamps]; until then draws are graded self-attested";
    let digest = sha256_hex(world.plan.digest());
    match witnesses.time_stamp(&digest).await {
        Err(why) => Subject::Draw.doubtful(what, how, why, mend),
        Ok(answer) => {
            let examined = examine_time_stamp(&answer, &digest, Some(authorities));
            match examined.standing {
                Standing::Trusted => Subject::Draw.good(what, how, examined.remark),
                Standing::SignerUnknown | Standing::Invalid => Subject::Draw.doubtful(what, how, examined.remark, mend),
            }
        }
    }
}

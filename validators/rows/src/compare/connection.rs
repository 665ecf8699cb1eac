//! Whether the server answers, and to whom.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::{Describe, Examined, Statement};

use super::statement;
use crate::look::ServerLook;
use crate::trouble::{Obstacle, Trouble};

/// A session was had, encrypted, with the server that the authority vouches for; and the server lived to its end.
pub(super) fn connection(look: &ServerLook) -> Check {
    let server = &look.server;
    let observed = format!("{} {}", server.product, server.version);
    let check = match &look.died {
        None => answers().passed(Count::new(1, "servers")),
        Some(doing) => answers().failed(Count::new(1, "servers"), died(doing)),
    };
    let way = if look.by_name { "its name and its authority" } else { "its authority, not its name" };
    let tls = match &server.tls {
        Some(protocol) => format!("encrypted by {protocol}; the certificate was checked for {way}"),
        None => format!("encrypted; the certificate was checked for {way}"),
    };
    let check = check.seeing(Observation::Text(observed)).remarking(tls);
    if server.remarks.is_empty() { check } else { check.remarking(server.remarks.join("; ")) }
}

/// The only check of a server that no session could be had with.
///
/// A server that was never heard of is the sandbox's trouble: it may be the way there. One that answered and then is
/// gone, and stays so for minutes, was restored into something that does not live, and that is the backup's. A server
/// that keeps saying that it starts or recovers is given no verdict.
pub(crate) fn unreachable(trouble: &Trouble, answered: bool) -> Examined {
    let none = Count::new(0, "servers");
    let check = match trouble {
        Trouble::Lost(_) if answered => answers().failed(Count::new(1, "servers"), died("connected to")),
        trouble => {
            let Obstacle { owner, words } = Obstacle::of("connecting", trouble);
            answers().inconclusive(owner, none, words)
        }
    };
    Examined { checks: vec![check], ..Examined::default() }
}

fn died(doing: &str) -> String {
    format!("the server answered at first, died while it was {doing}, and did not come back within minutes")
}

fn answers() -> Statement {
    statement("connection", Claim::ResourceReachable, ProofLevel::L1)
}

/// For an engine that nothing here can read: whether its port takes connections, and that this is all.
pub(crate) fn only_reached(engine: &str, reached: Result<(), Trouble>) -> Examined {
    let mut checks = vec![match reached {
        Ok(()) => answers().passed(Count::new(1, "servers")).remarking("its port takes connections"),
        Err(trouble) => {
            let Obstacle { owner, words } = Obstacle::of("connecting", &trouble);
            answers().inconclusive(owner, Count::new(0, "servers"), words)
        }
    }];
    let words =
        format!("nothing here reads {engine}, so its data was not examined; add a validator of your own (exec)");
    let unread = statement("readable-engine", Claim::DataReadable, ProofLevel::L2);
    checks.push(unread.inconclusive(FaultOwner::Validator, Count::new(0, "databases"), words));
    Examined { checks, ..Examined::default() }
}

//! Whether every database could be looked into.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, Observation, ProofLevel};
use backproof_validators_api::Describe;

use super::findings::Findings;
use super::{seen, statement};
use crate::look::ServerLook;
use crate::question::Question;
use crate::words::{count, listed};

/// Every database is there that the baseline or the plan names, and every one that was to be examined lets itself be
/// looked into.
pub(super) fn databases(question: &Question, look: &ServerLook) -> Check {
    let mut findings = Findings::default();
    for name in &look.absent {
        match question.database(name) {
            Some(_) => findings.fault(format!("database {name} is missing")),
            None => findings.unknown(
                FaultOwner::Validator,
                format!("the plan names database {name}, which is not on the server; mend `databases`"),
            ),
        }
    }
    for obstacle in look.databases.values().filter_map(|database| database.as_ref().err()) {
        findings.obstacle(obstacle.clone());
    }
    if look.databases.is_empty() && findings.is_clean() {
        findings.unknown(FaultOwner::Validator, "the server has no database of anybody's");
    }
    if !look.left_out.is_empty() {
        findings.remark(format!("left out by the plan: {}", listed(&look.left_out)));
    }
    let examined = Count::new(count(seen(look).count()), "databases");
    let check = findings.conclude(statement("databases", Claim::ResourceReachable, ProofLevel::L1), examined);
    check.seeing(Observation::List(look.databases.keys().cloned().collect()))
}

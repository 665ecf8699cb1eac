//! Whether every row that refers to another finds it.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, ProofLevel};

use super::findings::Findings;
use super::{qualified, seen, statement};
use crate::look::ServerLook;
use crate::words::grouped;

/// No row refers to nothing. A constraint that the engine itself calls not validated promises nothing about rows that
/// were there before it, so these are remarked on only. `None` where there are no references.
pub(super) fn orphan_rows(look: &ServerLook) -> Option<Check> {
    let mut findings = Findings::default();
    let mut examined = 0;
    for (name, database) in seen(look) {
        let references = match &database.orphans {
            Ok(references) => references,
            Err(obstacle) => {
                findings.obstacle(obstacle.clone());
                continue;
            }
        };
        for one in references {
            let orphans = match &one.orphans {
                Ok(orphans) => *orphans,
                Err(obstacle) => {
                    findings.obstacle(obstacle.clone());
                    continue;
                }
            };
            examined += 1;
            if orphans == 0 {
                continue;
            }
            let words = format!(
                "{} rows of {} refer to nothing in {} ({})",
                grouped(orphans),
                qualified(look, name, &one.reference.from),
                one.reference.to,
                one.reference.name
            );
            if one.reference.unproven {
                findings.remark(format!("{words}, which is not validated"));
            } else {
                findings.fault(words);
            }
        }
    }
    if examined == 0 && findings.is_clean() {
        return None;
    }
    let statement = statement("orphan-rows", Claim::StructureComplete, ProofLevel::L2);
    Some(findings.conclude(statement, Count::new(examined, "references")))
}

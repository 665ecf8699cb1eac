//! Whether the physical structure is sound.

use backproof_model::check::Examined as Count;
use backproof_model::{Check, Claim, FaultOwner, ProofLevel};

use super::findings::Findings;
use super::{qualified, seen, statement};
use crate::look::{DatabaseLook, Seen, ServerLook};
use crate::question::Question;
use crate::settings::Integrity;
use crate::words::{count, listed};

/// Every table could be read from its first page to its last, and the engine's own checker found nothing.
///
/// Without the checker, reading is what is left: it does not see into indexes. Where the plan demands `full`, that is
/// not enough.
pub(super) fn physical_integrity(question: &Question, look: &ServerLook) -> Check {
    let mut findings = Findings::default();
    let mut examined = 0;
    for (name, database) in seen(look) {
        examined += database.integrity.checked + tables(look, name, database, &mut findings);
        for defect in &database.integrity.defects {
            findings.fault(qualified_words(look, name, defect));
        }
        if let Some(obstacle) = &database.integrity.obstacle {
            findings.obstacle(obstacle.clone());
        }
        if !database.integrity.limits.is_empty() {
            findings.remark(format!("in {name}: {}", listed(&database.integrity.limits)));
        }
        let unchecked = &database.integrity.unchecked;
        if unchecked.is_empty() {
            continue;
        }
        let words = format!("in {name}: {}", listed(unchecked));
        match question.settings.integrity {
            Some(Integrity::Full) => findings.unknown(FaultOwner::Sandbox, words),
            Some(Integrity::Pages | Integrity::Off) | None => findings.remark(words),
        }
    }
    match question.settings.integrity {
        Some(Integrity::Pages | Integrity::Off) => {
            findings.remark("indexes were not compared with their tables, as the plan says");
        }
        Some(Integrity::Full) | None => {}
    }
    let statement = statement("physical-integrity", Claim::DataReadable, ProofLevel::L2);
    findings.conclude(statement, Count::new(examined, "structures"))
}

/// How many tables were read. One that was read in part, or not at all, is told among the row counts.
fn tables(look: &ServerLook, name: &str, database: &DatabaseLook, findings: &mut Findings) -> u64 {
    let mut read = 0;
    for table in &database.tables {
        match &table.seen {
            Seen::Whole(_) => read += 1,
            Seen::Damaged(words) => {
                read += 1;
                findings.fault(format!("table {}: {words}", qualified(look, name, &table.shape.name)));
            }
            Seen::Part(..) | Seen::Unread(_) => {}
        }
    }
    let partly: Vec<String> = database
        .tables
        .iter()
        .filter(|table| matches!(table.seen, Seen::Part(..)))
        .map(|table| qualified(look, name, &table.shape.name))
        .collect();
    if !partly.is_empty() {
        findings.remark(format!("{} large tables were read in part: {}", count(partly.len()), listed(&partly)));
    }
    read
}

fn qualified_words(look: &ServerLook, database: &str, words: &str) -> String {
    if look.databases.len() > 1 { format!("in {database}: {words}") } else { words.to_owned() }
}

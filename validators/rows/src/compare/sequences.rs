//! Whether sequences stand where they must.

use super::findings::Findings;
use super::qualified;
use crate::baseline::SequenceBaseline;
use crate::look::{DatabaseLook, SequenceLook, ServerLook};
use crate::question::Question;
use crate::words::count;

/// A sequence must not stand before where the baseline saw it, nor give a value that its column already holds. One that
/// begins again at its end may do both. Gives how many were examined.
pub(super) fn sequences(
    question: &Question,
    look: &ServerLook,
    database: &str,
    seen: &DatabaseLook,
    findings: &mut Findings,
) -> u64 {
    let sequences = match &seen.sequences {
        Ok(sequences) => sequences,
        Err(obstacle) => {
            findings.obstacle(obstacle.clone());
            return 0;
        }
    };
    // The source went on between backup and baseline, and its sequences with it.
    let newer = question.baseline_is_newer();
    if newer && !sequences.is_empty() {
        findings.remark(format!(
            "{database}: the baseline was captured after the backup, so it does not tell where sequences must stand"
        ));
    }
    for sequence in sequences {
        let name = &sequence.sequence.name;
        if sequence.sequence.cycles || question.ignores("sequence", name) {
            continue;
        }
        let before = question.database(database).and_then(|baseline| baseline.sequences.get(name));
        let set_back = if newer { None } else { set_back(sequence, before) };
        if let Some(words) = set_back.or_else(|| behind(sequence, before)) {
            findings.fault(format!("sequence {} {words}", qualified(look, database, name)));
        }
    }
    count(sequences.len())
}

fn set_back(look: &SequenceLook, before: Option<&SequenceBaseline>) -> Option<String> {
    let (next, before) = (look.sequence.next?, i128::from(before?.next));
    let lost = if look.sequence.step >= 0 { before - next } else { next - before };
    (lost > 0).then(|| format!("was set back: it stands {lost} before where the baseline saw it"))
}

/// The distance is told, and not the values.
fn behind(look: &SequenceLook, before: Option<&SequenceBaseline>) -> Option<String> {
    let (next, largest) = (look.sequence.next?, look.largest?);
    let was_behind = before.is_some_and(|before| before.behind);
    if was_behind || look.sequence.step <= 0 || next > largest {
        return None;
    }
    let (_, column) = look.sequence.fills.as_ref()?;
    let distance = largest - next + 1;
    Some(format!("would give values again: column {column} already holds one that is {distance} ahead of it"))
}

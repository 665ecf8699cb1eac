//! What the run left to people, in words.

use backproof_model::record::{ExceptionsRecorded, Touch};

use crate::run::RunEvidence;
use crate::words::{counted, grouped};

/// What the run did to exceptions, in one or two sentences.
pub(crate) fn exceptions_sentence(run: &RunEvidence) -> String {
    let Some(recorded) = &run.exceptions else {
        return "The journal records no exceptions.".to_owned();
    };
    let did = [(Touch::Opened, "opened"), (Touch::MetAgain, "met again"), (Touch::Closed, "closed by a passed retest")];
    let did: Vec<String> = did.into_iter().filter_map(|(touch, words)| one(recorded, touch, words)).collect();
    let did = if did.is_empty() { "This run opened and closed no exception".to_owned() } else { did.join(", ") };
    let ExceptionsRecorded { open, overdue, accepted, .. } = recorded;
    let overdue = if *overdue == 0 { String::new() } else { format!(", {} of them overdue", grouped(*overdue)) };
    let accepted = if *accepted == 0 { String::new() } else { format!("; {} accepted for a time", grouped(*accepted)) };
    format!("{did}. Open after it: {} of this plan{overdue}{accepted}.", grouped(*open))
}

fn one(recorded: &ExceptionsRecorded, touch: Touch, words: &str) -> Option<String> {
    let mut numbers: Vec<u64> = recorded.touched.iter().filter(|it| it.how == touch).map(|it| it.id).collect();
    numbers.dedup();
    let shown: Vec<String> = numbers.iter().take(10).map(u64::to_string).collect();
    let more = if numbers.len() > shown.len() { ", …" } else { "" };
    let counted = counted(numbers.len() as u64, "exception");
    (!numbers.is_empty()).then(|| format!("{counted} {words} ({}{more})", shown.join(", ")))
}

//! What a run created, and what became of it.
//!
//! Created = deleted + kept + stranded + unaccounted must hold, resource by resource. A resource of which no record says
//! that it is gone counts as still there.

use std::collections::BTreeMap;

use backproof_model::record::{Deleted, DeletionEnd, Kept, Leftover, Located};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::run::RunEvidence;
use crate::words::{counted, grouped};

/// What a run created and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Remains {
    /// Resources that the run created in the sandbox: restored resources, copies, scratch resources.
    pub created: u64,
    /// Those of them that were seen absent afterwards.
    pub deleted: u64,
    /// Those that could not be deleted.
    pub stranded: u64,
    /// Those of which no record says what became of them.
    pub unaccounted: Vec<Unaccounted>,
    /// Everything that is, or may be, still there: stranded, unaccounted, or found by the closing census.
    pub left: Vec<Leftover>,
    /// What is held for inspection, as was asked for, and until when. Neither deleted nor left behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// What the closing census could not read, so that nobody can tell; in words.
    pub unreadable: Vec<String>,
    /// Whether a closing census was taken.
    pub census_taken: bool,
}

/// A created resource without a record of its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unaccounted {
    /// The resource.
    pub arn: String,
    /// What made it: a restore test's chain, or a validator's controls.
    pub made_by: String,
}

impl Remains {
    /// Whether it is shown that nothing is left: everything accounted for and a census that read everything.
    pub fn nothing_is_left(&self) -> bool {
        self.left.is_empty() && self.unreadable.is_empty() && (self.census_taken || self.created == 0)
    }
}

/// What became of all that the run created, in one or two sentences.
pub(crate) fn remains_sentence(run: &RunEvidence, remains: &Remains) -> String {
    let created = match (remains.created, remains.deleted) {
        (0, _) => "Nothing was created.".to_owned(),
        (1, 1) => "1 resource was created in the sandbox, and it was seen absent afterwards.".to_owned(),
        (created, deleted) if created == deleted => {
            format!(
                "{} were created in the sandbox, and each was seen absent afterwards.",
                counted(created, "resource")
            )
        }
        (created, deleted) => format!(
            "{} created in the sandbox, {} seen absent afterwards.",
            counted(created, "resource"),
            grouped(deleted)
        ),
    };
    let census = if remains.nothing_is_left() && remains.census_taken {
        if remains.kept.is_empty() {
            " A closing census found nothing of this installation."
        } else {
            " A closing census found nothing else of this installation."
        }
    } else if !remains.census_taken && run.is_closed() {
        " No closing census was taken."
    } else if !remains.unreadable.is_empty() {
        " The closing census could not read everything."
    } else {
        ""
    };
    let left = match remains.left.len() as u64 {
        0 => String::new(),
        left => format!(" {} may still be there.", counted(left, "resource")),
    };
    let kept: String = remains
        .kept
        .iter()
        .map(|kept| {
            format!(" {} is kept for inspection until {}; `backproof sweep` deletes it then.", kept.arn, kept.until)
        })
        .collect();
    format!("{created}{census}{left}{kept}")
}

/// What is known of one created resource.
#[derive(Clone, Debug)]
enum Fate {
    Created { made_by: String },
    Gone,
    Kept { until: Timestamp },
    Stranded { why: String },
}

/// Adds up everything that the run's records say was created and deleted.
pub fn remains(run: &RunEvidence) -> Remains {
    let fates = fates(run);
    let mut remains = Remains { created: fates.len() as u64, ..Remains::default() };
    let mut left: BTreeMap<String, String> = BTreeMap::new();
    for (arn, fate) in fates {
        match fate {
            Fate::Gone => remains.deleted += 1,
            Fate::Kept { until } => remains.kept.push(Kept { arn, until }),
            Fate::Stranded { why } => {
                remains.stranded += 1;
                left.insert(arn, why);
            }
            Fate::Created { made_by } => {
                left.insert(arn.clone(), format!("created by {made_by}; no record says that it was deleted"));
                remains.unaccounted.push(Unaccounted { arn, made_by });
            }
        }
    }
    let recorded = run.tests.iter().filter_map(|test| test.closed.as_ref()).flat_map(|closed| &closed.stranded);
    let at_close = run.closed.iter().flat_map(|closed| &closed.stranded);
    let found = run.census.iter().flat_map(|census| &census.ours);
    for leftover in recorded.chain(at_close).chain(found) {
        left.entry(leftover.arn.clone()).or_insert_with(|| leftover.why.clone());
    }
    remains.left = left.into_iter().map(|(arn, why)| Leftover { arn, why }).collect();
    remains.census_taken = run.census.is_some();
    let looks = run.census.iter().flat_map(|census| &census.looked);
    remains.unreadable = looks
        .filter_map(|look| Some(format!("{} in {}: {}", look.resource_type, look.region, look.problem.as_ref()?)))
        .collect();
    remains
}

fn fates(run: &RunEvidence) -> BTreeMap<String, Fate> {
    let mut fates = BTreeMap::new();
    for test in &run.tests {
        for attempt in &test.attempts {
            if let Some(Located::Copied { recovery_point_arn, .. }) = &attempt.located {
                created(&mut fates, recovery_point_arn.to_string(), &test.chain);
            }
            if let Some(arn) = attempt.ended.as_ref().and_then(|ended| ended.created_resource_arn.as_ref()) {
                created(&mut fates, arn.to_string(), &test.chain);
            }
        }
        for deleted in test.attempts.iter().filter_map(|attempt| attempt.deleted.as_ref()) {
            ended(&mut fates, deleted);
        }
    }
    for validator in run.controls.iter().flat_map(|controls| &controls.validators) {
        match &validator.deletion {
            Some(deleted) => ended(&mut fates, deleted),
            None if validator.problem.is_some() => {}
            None => created(&mut fates, validator.scratch.clone(), &format!("the controls of {}", validator.validator)),
        }
    }
    fates
}

fn created(fates: &mut BTreeMap<String, Fate>, arn: String, made_by: &str) {
    fates.entry(arn).or_insert_with(|| Fate::Created { made_by: made_by.to_owned() });
}

fn ended(fates: &mut BTreeMap<String, Fate>, deleted: &Deleted) {
    for deletion in &deleted.resources {
        let fate = match &deletion.end {
            DeletionEnd::Stranded { reason } => Fate::Stranded { why: reason.clone() },
            DeletionEnd::Kept { until } => Fate::Kept { until: *until },
            // What never was there is neither created nor deleted, unless a restore job said that it made it.
            DeletionEnd::WasAbsent { .. } if !fates.contains_key(&deletion.arn) => continue,
            DeletionEnd::SeenAbsent { .. } | DeletionEnd::WasAbsent { .. } => Fate::Gone,
        };
        fates.insert(deletion.arn.clone(), fate);
    }
}

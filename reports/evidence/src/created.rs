//! Every resource that a run created in the sandbox, one by one: by what, when, and what became of it.
//!
//! The same resources as [`crate::remains::remains`] counts, with the identifiers that let anybody ask AWS about them.

use std::collections::BTreeMap;

use backproof_model::record::{Deleted, Deletion, DeletionEnd, Located};
use jiff::Timestamp;
use serde::Serialize;

use crate::restore_test::Attempt;
use crate::run::RunEvidence;

/// One resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CreatedResource {
    /// Its ARN, or the name by which it can be found.
    pub arn: String,
    /// What it is to the run.
    pub kind: CreatedKind,
    /// The chain that made it; the run's for a scratch resource.
    pub chain: String,
    /// The restore test that made it.
    pub test: Option<u32>,
    /// Its attempt.
    pub attempt: Option<u32>,
    /// The restore job or copy job that made it, where one did.
    pub job_id: Option<String>,
    /// When it was asked for, by our clock.
    pub asked: Option<Timestamp>,
    /// When AWS says that the job which made it was done.
    pub job_completed: Option<Timestamp>,
    /// The proof that it was ours to delete.
    pub ownership: Option<String>,
    /// What became of it; `None` where no record says.
    pub end: Option<DeletionEnd>,
}

/// What a created resource is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CreatedKind {
    /// A copy of a recovery point in the sandbox's vault.
    Copy,
    /// What a restore job made.
    Restored,
    /// What else an attempt made or found made for it: instances, snapshots, log groups.
    Accompanying,
    /// Where faults were planted.
    Scratch,
}

impl CreatedKind {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Copy => "copy",
            Self::Restored => "restored",
            Self::Accompanying => "accompanying",
            Self::Scratch => "scratch",
        }
    }
}

/// Every resource that the run created, in the order in which its records name them.
pub fn created(run: &RunEvidence) -> Vec<CreatedResource> {
    let mut list = List::default();
    for test in &run.tests {
        for attempt in &test.attempts {
            let by = By { chain: &test.chain, test: Some(test.drawn.test), attempt: Some(attempt.number) };
            copied(&mut list, by, attempt);
            restored(&mut list, by, attempt);
        }
        for attempt in &test.attempts {
            let by = By { chain: &test.chain, test: Some(test.drawn.test), attempt: Some(attempt.number) };
            if let Some(deleted) = &attempt.deleted {
                list.ended(by, CreatedKind::Accompanying, deleted);
            }
        }
    }
    for validator in run.controls.iter().flat_map(|controls| &controls.validators) {
        let by = By { chain: backproof_model::chain::RUN_CHAIN, test: None, attempt: None };
        match &validator.deletion {
            Some(deleted) => list.ended(by, CreatedKind::Scratch, deleted),
            None if validator.problem.is_some() => {}
            None => drop(list.named(by, CreatedKind::Scratch, &validator.scratch)),
        }
    }
    list.resources
}

fn copied(list: &mut List, by: By<'_>, attempt: &Attempt) {
    if let Some(Located::Copied { copy_job_id, recovery_point_arn, started, finished, .. }) = &attempt.located {
        let copy = list.named(by, CreatedKind::Copy, recovery_point_arn.as_str());
        copy.job_id = Some(copy_job_id.clone());
        (copy.asked, copy.job_completed) = (Some(*started), Some(*finished));
    }
}

fn restored(list: &mut List, by: By<'_>, attempt: &Attempt) {
    let Some(arn) = attempt.created_resource_arn() else { return };
    let resource = list.named(by, CreatedKind::Restored, &arn);
    resource.job_id = attempt.restore_job_id().map(str::to_owned);
    resource.asked = attempt.asked();
    resource.job_completed = attempt.ended.as_ref().and_then(|ended| ended.completion_date);
}

/// What made a resource.
#[derive(Clone, Copy)]
struct By<'a> {
    chain: &'a str,
    test: Option<u32>,
    attempt: Option<u32>,
}

#[derive(Default)]
struct List {
    resources: Vec<CreatedResource>,
    places: BTreeMap<String, usize>,
}

impl List {
    /// The resource of this name, entered where it is not known yet.
    fn named(&mut self, by: By<'_>, kind: CreatedKind, arn: &str) -> &mut CreatedResource {
        let place = *self.places.entry(arn.to_owned()).or_insert_with(|| {
            self.resources.push(CreatedResource {
                arn: arn.to_owned(),
                kind,
                chain: by.chain.to_owned(),
                test: by.test,
                attempt: by.attempt,
                job_id: None,
                asked: None,
                job_completed: None,
                ownership: None,
                end: None,
            });
            self.resources.len() - 1
        });
        &mut self.resources[place]
    }

    fn ended(&mut self, by: By<'_>, kind: CreatedKind, deleted: &Deleted) {
        for Deletion { arn, ownership, end } in &deleted.resources {
            // What never was there was not created, unless a job said that it made it.
            if matches!(end, DeletionEnd::WasAbsent { .. }) && !self.places.contains_key(arn) {
                continue;
            }
            let resource = self.named(by, kind, arn);
            resource.ownership = Some(ownership.clone());
            resource.end = Some(end.clone());
        }
    }
}

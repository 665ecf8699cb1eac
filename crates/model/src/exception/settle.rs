//! What a run, a check or a deletion does to exceptions.
//!
//! Asked twice of the same run, the second answer is empty: whatever the run did is in the histories by then.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::fold::Exception;
use super::{
    BY_PROGRAM, DUE_AFTER_FAILED, DUE_AFTER_INCONCLUSIVE, DUE_AFTER_LEFTOVER, ExceptionChange, ExceptionEvent, Impact,
    Opened, Subject, shortened,
};
use crate::record::{Leftover, Purpose};
use crate::{FaultOwner, Outcome, ResourceArn};

/// A run at its end, as far as exceptions are concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct RunCame {
    /// Its number.
    pub run: u64,
    /// Its plan.
    pub plan_name: String,
    /// Whether it was a plan's sample or a check of one recovery point.
    pub purpose: Purpose,
    /// Every restore test, in the order of the draw.
    pub tests: Vec<TestCame>,
    /// What could not be deleted.
    pub left: Vec<Leftover>,
}

/// What one restore test came to.
#[derive(Clone, Debug, PartialEq)]
pub struct TestCame {
    /// Its number.
    pub test: u32,
    /// The unit's stratum.
    pub stratum: String,
    /// The unit.
    pub unit: String,
    /// Whether the unit was tested for certain, so in every stratum in which it stands.
    pub certain: bool,
    /// The protected resource.
    pub resource_arn: ResourceArn,
    /// The recovery point.
    pub recovery_point_arn: String,
    /// When that was made.
    pub creation_date: Timestamp,
    /// What it came to.
    pub outcome: Outcome,
    /// Other points that share the cause, where it was not passed.
    pub impact: Impact,
}

impl TestCame {
    fn passed(&self) -> bool {
        match self.outcome {
            Outcome::Passed { .. } => true,
            Outcome::Failed { .. } | Outcome::Inconclusive { .. } => false,
        }
    }
}

/// The events with which a run enters the register: what it opens, meets again and closes. `known` are all exceptions.
pub fn settle(known: &[Exception], run: &RunCame, now: Timestamp) -> Vec<ExceptionEvent> {
    let mut settling = Settling::new(known, run, now);
    for test in run.tests.iter().filter(|test| !test.passed()) {
        settling.not_passed(test);
    }
    for left in &run.left {
        settling.left(left);
    }
    for exception in known {
        if let Some(test) = retest(exception, run) {
            settling.push(exception.id, ExceptionChange::ClosedByRetest { run: run.run, test });
        }
    }
    settling.events
}

/// The events by which the deletion of a resource, seen, closes what was open because of it.
pub fn deletions(known: &[Exception], arn: &str, now: Timestamp) -> Vec<ExceptionEvent> {
    let of_it = known.iter().filter(|exception| match &exception.opened.subject {
        Subject::Leftover { arn: left } => left == arn && exception.closed.is_none(),
        Subject::RestoreTest { .. } => false,
    });
    of_it.map(|exception| event(exception.id, now, ExceptionChange::ClosedByDeletion { arn: arn.to_owned() })).collect()
}

fn event(id: u64, at: Timestamp, change: ExceptionChange) -> ExceptionEvent {
    ExceptionEvent { id, at, by: BY_PROGRAM.to_owned(), change }
}

struct Settling<'a> {
    known: &'a [Exception],
    run: &'a RunCame,
    now: Timestamp,
    /// Exceptions that are not closed: of this plan by their unit, of leftovers by their resource.
    units: BTreeMap<String, u64>,
    leftovers: BTreeMap<String, u64>,
    next: u64,
    events: Vec<ExceptionEvent>,
}

impl<'a> Settling<'a> {
    fn new(known: &'a [Exception], run: &'a RunCame, now: Timestamp) -> Self {
        let (mut units, mut leftovers) = (BTreeMap::new(), BTreeMap::new());
        for exception in known.iter().filter(|exception| exception.closed.is_none()) {
            match &exception.opened.subject {
                Subject::RestoreTest { unit, .. } if exception.opened.plan_name == run.plan_name => {
                    units.insert(unit.clone(), exception.id);
                }
                Subject::RestoreTest { .. } => {}
                Subject::Leftover { arn } => {
                    leftovers.insert(arn.clone(), exception.id);
                }
            }
        }
        let next = known.iter().map(|exception| exception.id).max().unwrap_or(0).saturating_add(1);
        Self { known, run, now, units, leftovers, next, events: Vec::new() }
    }

    fn push(&mut self, id: u64, change: ExceptionChange) {
        self.events.push(event(id, self.now, change));
    }

    fn not_passed(&mut self, test: &TestCame) {
        let run = self.run.run;
        if self.known.iter().any(|exception| exception.met(run, Some(test.test))) {
            return;
        }
        let why = shortened(test.outcome.reason().unwrap_or_default());
        if let Some(id) = self.units.get(&test.unit) {
            let creation_date = Some(test.creation_date);
            self.push(*id, ExceptionChange::MetAgain { run, test: Some(test.test), creation_date, why });
            return;
        }
        let within = match test.outcome {
            Outcome::Failed { .. } => DUE_AFTER_FAILED,
            Outcome::Inconclusive { .. } | Outcome::Passed { .. } => DUE_AFTER_INCONCLUSIVE,
        };
        let subject = Subject::RestoreTest {
            test: test.test,
            outcome: test.outcome.word().to_owned(),
            stratum: test.stratum.clone(),
            unit: test.unit.clone(),
            resource_arn: test.resource_arn.clone(),
            recovery_point_arn: test.recovery_point_arn.clone(),
            creation_date: test.creation_date,
            impact: test.impact.clone(),
        };
        let id = self.open(subject, test.outcome.owner().unwrap_or(FaultOwner::Harness), why, within);
        self.units.insert(test.unit.clone(), id);
    }

    fn left(&mut self, left: &Leftover) {
        let run = self.run.run;
        let told = |exception: &Exception| {
            matches!(&exception.opened.subject, Subject::Leftover { arn } if *arn == left.arn)
                && exception.met(run, None)
        };
        if self.known.iter().any(told) {
            return;
        }
        let why = shortened(&left.why);
        if let Some(id) = self.leftovers.get(&left.arn) {
            self.push(*id, ExceptionChange::MetAgain { run, test: None, creation_date: None, why });
            return;
        }
        let subject = Subject::Leftover { arn: left.arn.clone() };
        let id = self.open(subject, FaultOwner::Sandbox, why, DUE_AFTER_LEFTOVER);
        self.leftovers.insert(left.arn.clone(), id);
    }

    fn open(&mut self, subject: Subject, fault_owner: FaultOwner, why: String, within: SignedDuration) -> u64 {
        let id = self.next;
        self.next += 1;
        let due = self.now.saturating_add(within).unwrap_or(Timestamp::MAX);
        let plan_name = self.run.plan_name.clone();
        let opened = Opened { plan_name, run: self.run.run, subject, fault_owner, why, due };
        self.push(id, ExceptionChange::Opened(Box::new(opened)));
        id
    }
}

/// The restore test of `run` that closes `exception`, if one does.
///
/// It must be of the same plan and unit (of a check: of the same resource), of a point that is not older than the newest
/// one that was not passed, and no other restore test of the unit may be anything but passed. A unit that was drawn in
/// another stratum only counts where it was tested for certain, for then it does not stand in its old one any more.
fn retest(exception: &Exception, run: &RunCame) -> Option<u32> {
    let Subject::RestoreTest { stratum, unit, resource_arn, recovery_point_arn, .. } = &exception.opened.subject else {
        return None;
    };
    let is_earlier = exception.last_met() < run.run;
    if exception.closed.is_some() || exception.opened.plan_name != run.plan_name || !is_earlier {
        return None;
    }
    let unit_is_the_point = unit == recovery_point_arn;
    let is_of_it = |test: &&TestCame| match run.purpose {
        Purpose::Check if !unit_is_the_point => test.resource_arn == *resource_arn,
        Purpose::Plan | Purpose::Check => test.unit == *unit,
    };
    let tests: Vec<&TestCame> = run.tests.iter().filter(is_of_it).collect();
    if tests.iter().any(|test| !test.passed()) {
        return None;
    }
    let new_enough = |test: &TestCame| exception.newest_met().is_none_or(|failed| test.creation_date >= failed);
    let in_its_place = |test: &TestCame| match run.purpose {
        Purpose::Check => true,
        Purpose::Plan => test.stratum == *stratum || (test.certain && tests.iter().all(|it| it.stratum != *stratum)),
    };
    tests.iter().find(|test| new_enough(test) && in_its_place(test)).map(|test| test.test)
}

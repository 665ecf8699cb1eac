//! Looks for events by their names, page by page, and holds them to what was done.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use backproof_cloud::{CallError, Cursor, HistoryEvent, SandboxAccess};
use backproof_model::Region;
use backproof_model::record::{CorroboratedEvent, Uncorroborated};
use jiff::Timestamp;

use super::subjects::Subject;
use crate::poller::CLOCK_TOLERANCE;
use crate::world::{SandboxRegions, World};

const CALL: &str = "cloudtrail:LookupEvents";
/// So many pages of events are read beyond those that the run's own would fill: others work in the account too.
const PAGES_OF_OTHERS: u64 = 40;
/// The most that one page holds.
const PAGE: u64 = 50;

/// What is looked for, and what was found so far.
pub(super) struct Seeking {
    since: Timestamp,
    subjects: BTreeSet<Subject>,
    found: BTreeMap<Subject, HistoryEvent>,
    /// Why there is no more to be found, by Region and event.
    problems: BTreeMap<(Region, &'static str), String>,
}

impl Seeking {
    /// Nothing was looked at yet. Events count from `began`.
    pub(super) fn of(began: Timestamp, subjects: BTreeSet<Subject>) -> Self {
        let since = began.saturating_sub(CLOCK_TOLERANCE).unwrap_or(Timestamp::MIN);
        Self { since, subjects, found: BTreeMap::new(), problems: BTreeMap::new() }
    }

    /// Looks for everything that is missing and that may still come.
    pub(super) async fn look(&mut self, world: &World, regions: &SandboxRegions) {
        let mut wanted: BTreeMap<(Region, &'static str), Vec<Subject>> = BTreeMap::new();
        for subject in self.missing() {
            if let Some(event_name) = subject.event_name {
                wanted.entry((subject.region.clone(), event_name)).or_default().push(subject.clone());
            }
        }
        for (place, subjects) in wanted {
            if self.problems.contains_key(&place) {
                continue;
            }
            let Some(access) = regions.in_region(&place.0) else {
                self.problems.insert(place, "the plan's sandbox has no such Region any more".into());
                continue;
            };
            let between = (self.since, world.clock().now());
            let (found, problem) = look_for(access, place.1, &subjects, between).await;
            self.found.extend(found);
            if let Some(problem) = problem {
                self.problems.insert(place, problem);
            }
        }
    }

    /// Whether something is missing that AWS may only not have written down yet.
    pub(super) fn may_come_yet(&self) -> bool {
        self.missing().any(|subject| {
            let place = subject.event_name.map(|event_name| (subject.region.clone(), event_name));
            place.is_some_and(|place| !self.problems.contains_key(&place))
        })
    }

    fn missing(&self) -> impl Iterator<Item = &Subject> {
        self.subjects.iter().filter(|subject| !self.found.contains_key(subject))
    }

    /// What was found and what was not, by restore test.
    pub(super) fn came_to(self) -> (Vec<CorroboratedEvent>, Vec<Uncorroborated>) {
        let mut others: Vec<Uncorroborated> = self.missing().map(|subject| self.uncorroborated(subject)).collect();
        others.sort_by(|a, b| (a.test, &a.event_name, &a.subject).cmp(&(b.test, &b.event_name, &b.subject)));
        let mut events: Vec<CorroboratedEvent> = self.found.into_iter().map(corroborated).collect();
        events.sort_by(|a, b| (a.test, a.event_time, &a.subject).cmp(&(b.test, b.event_time, &b.subject)));
        (events, others)
    }

    fn uncorroborated(&self, subject: &Subject) -> Uncorroborated {
        let why = match subject.event_name {
            None => "no event is known that would show it".to_owned(),
            Some(event_name) => match self.problems.get(&(subject.region.clone(), event_name)) {
                Some(problem) => problem.clone(),
                None => "not yet in the event history when it was looked through".to_owned(),
            },
        };
        let event_name = subject.event_name.unwrap_or_default().to_owned();
        Uncorroborated { test: subject.test, subject: subject.what.clone(), event_name, why }
    }
}

fn corroborated((subject, event): (Subject, HistoryEvent)) -> CorroboratedEvent {
    CorroboratedEvent {
        test: subject.test,
        subject: subject.what,
        event_name: event.event_name,
        event_id: event.event_id,
        event_time: event.event_time,
        request_id: event.request_id,
        identity_arn: event.identity_arn,
    }
}

/// The events that show these subjects, and why there may be more that were not seen.
async fn look_for(
    access: &SandboxAccess,
    event_name: &'static str,
    subjects: &[Subject],
    between: (Timestamp, Timestamp),
) -> (Vec<(Subject, HistoryEvent)>, Option<String>) {
    let mut by_mention: HashMap<&str, &Subject> = HashMap::new();
    for subject in subjects {
        by_mention.insert(&subject.what, subject);
        by_mention.extend(subject.name.as_deref().map(|name| (name, subject)));
    }
    let mut found: BTreeMap<Subject, HistoryEvent> = BTreeMap::new();
    let end = look_through(access, event_name, subjects.len(), between, |event| {
        let about = event.mentions.iter().find_map(|mention| by_mention.get(mention.as_str()));
        // A request that was refused shows nothing; the latest that was not is the one.
        if let (Some(subject), None) = (about, &event.error_code) {
            found.entry((*subject).clone()).or_insert(event);
        }
        found.len() < subjects.len()
    });
    let problem = end.await.unwrap_or_else(|error| Some(format!("the event history cannot be read: {error}")));
    (found.into_iter().collect(), problem)
}

/// Hands over events until that is told to stop, the end comes, or too much was read; says why it did not come to the
/// end.
async fn look_through(
    access: &SandboxAccess,
    event_name: &'static str,
    expected: usize,
    between: (Timestamp, Timestamp),
    mut take: impl FnMut(HistoryEvent) -> bool,
) -> Result<Option<String>, CallError> {
    let most = PAGES_OF_OTHERS + (expected as u64).div_ceil(PAGE);
    let mut cursor = Cursor::of(CALL);
    let mut pages = 0;
    while let Some(from) = cursor.next() {
        if pages == most {
            return Ok(Some(format!("not among the latest {} events of this name", most * PAGE)));
        }
        let page = access.history.events(event_name, between, from).await?;
        pages += 1;
        for event in page.items {
            if !take(event) {
                return Ok(None);
            }
        }
        cursor.advance(page.next)?;
    }
    Ok(None)
}

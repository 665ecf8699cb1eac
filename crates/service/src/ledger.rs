//! The register as a service needs it: read on instead of anew, and folded once for each plan.

use std::collections::BTreeMap;

use backproof_model::exception::{Exception, of_register};
use backproof_model::register::RegisterEvent;
use backproof_schedule::PlanRecord;
use backproof_store::{DatedEvent, RegisterLog, RegisteredRun, Store, StoreError};

/// The register, folded.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    log: RegisterLog,
    folded: BTreeMap<String, Folded>,
}

/// What the register says of a plan, and how many events that takes into account.
#[derive(Debug)]
struct Folded {
    record: PlanRecord,
    taken: usize,
}

impl Ledger {
    /// Reads what was added.
    pub(crate) async fn read_on(&mut self, store: &Store) -> Result<(), StoreError> {
        store.read_on(&mut self.log).await
    }

    /// What the register says of a plan, as far as it was read.
    pub(crate) fn record(&mut self, plan_name: &str) -> &PlanRecord {
        fold(&mut self.folded, plan_name, self.log.events())
    }

    /// All events that were read.
    pub(crate) fn events(&self) -> &[DatedEvent] {
        self.log.events()
    }

    /// All exceptions.
    pub(crate) fn exceptions(&self) -> Vec<Exception> {
        of_register(self.log.events().iter().map(|(_, event)| event))
    }

    /// Enters what `decide` makes of the plan's record; nobody writes in between.
    pub(crate) async fn enter(
        &mut self,
        store: &Store,
        plan_name: &str,
        decide: impl FnOnce(&PlanRecord) -> Vec<RegisterEvent> + Send,
    ) -> Result<Vec<RegisterEvent>, StoreError> {
        let Self { log, folded } = self;
        store.record_decided(log, |events| decide(fold(folded, plan_name, events))).await
    }

    /// Opens a run where none is open and `decide` wants one; gives it with the events that were entered with it.
    pub(crate) async fn open_run(
        &mut self,
        store: &Store,
        plan_name: &str,
        decide: impl FnOnce(&PlanRecord, u64) -> Option<Vec<RegisterEvent>> + Send,
    ) -> Result<Option<RegisteredRun>, StoreError> {
        let Self { log, folded } = self;
        let pipeline = backproof_engine::PIPELINE;
        store
            .open_run_decided(log, plan_name, pipeline, |events, run| decide(fold(folded, plan_name, events), run))
            .await
    }
}

fn fold<'a>(folded: &'a mut BTreeMap<String, Folded>, plan_name: &str, events: &[DatedEvent]) -> &'a PlanRecord {
    let empty = || Folded { record: PlanRecord::of(plan_name, []), taken: 0 };
    let folded = folded.entry(plan_name.to_owned()).or_insert_with(empty);
    if folded.taken > events.len() {
        // The register was read anew.
        *folded = empty();
    }
    for (at, event) in &events[folded.taken..] {
        folded.record.apply(*at, event);
    }
    folded.taken = events.len();
    &folded.record
}

//! One round for a scheduler outside: goes on with what is open, else begins what is due, else says what comes next.

use std::sync::Arc;

use backproof_schedule::{Occurrence, Overdue};
use backproof_store::{Store, StoreError};
use tokio::sync::Mutex;

use crate::host::{Host, Obstacle};
use crate::ledger::Ledger;
use crate::looking::{Look, Looker};
use crate::telling::Told;
use crate::work::{self, Work};

/// What one round came to.
#[derive(Clone, Debug)]
pub struct Once {
    /// The run that was performed or gone on with.
    pub run: Option<u64>,
    /// Why nothing was begun, or why what was begun did not come to its end.
    pub obstacle: Option<Obstacle>,
    /// Plan files that cannot be used.
    pub unreadable: Vec<String>,
    /// By plan: the next occurrence, where there is a schedule.
    pub next: Vec<(String, Option<Occurrence>)>,
    /// By plan: since when it is overdue, where it is.
    pub overdue: Vec<(String, Overdue)>,
}

/// Does one round.
///
/// # Errors
/// Fails where the state directory cannot be used.
pub async fn once(host: Arc<dyn Host>, store: Store) -> Result<Once, StoreError> {
    let mut looker = Looker::new(host.clone(), store.clone());
    let ledger = Mutex::new(Ledger::default());
    let Look { plans, unreadable } = looker.look(&mut *ledger.lock().await).await?;
    let open = store.open_runs().await?;
    let go_on = open.into_iter().next_back().map(|run| Work::GoOn {
        plan: plans.iter().map(|looked| &looked.plan).find(|plan| plan.name == run.plan_name).cloned(),
        run,
    });
    let begin = plans.iter().filter(|looked| looked.is_current).find_map(|looked| {
        let due = looked.agenda.begin.as_ref()?.due;
        Some(Work::Begin { plan: looked.plan.clone(), due })
    });
    let Some(work) = go_on.or(begin) else {
        return Ok(summary(None, None, unreadable, &plans));
    };
    let before = store.register().await?.last().map_or(0, |run| run.run);
    let end = work::perform(&work, &*host, &store, &ledger).await;
    let obstacle = end.err();
    if let Some(obstacle) = &obstacle {
        work::tell_of(&work, obstacle, &*host, &mut Told::default(), store.clock().now());
    }
    let run = match &work {
        Work::GoOn { run, .. } => Some(run.run),
        Work::Begin { plan, .. } => {
            let runs = store.register().await?;
            runs.iter().rfind(|run| run.run > before && run.plan_name == plan.name).map(|run| run.run)
        }
        Work::Sweep { .. } | Work::Examine { .. } => None,
    };
    // What came of it is entered, and what comes next.
    let Look { plans, unreadable } = looker.look(&mut *ledger.lock().await).await?;
    Ok(summary(run, obstacle, unreadable, &plans))
}

fn summary(
    run: Option<u64>,
    obstacle: Option<Obstacle>,
    unreadable: Vec<String>,
    plans: &[crate::looking::Looked],
) -> Once {
    Once {
        run,
        obstacle,
        unreadable,
        next: plans.iter().map(|looked| (looked.plan.name.clone(), looked.agenda.next)).collect(),
        overdue: plans.iter().filter_map(|looked| Some((looked.plan.name.clone(), looked.agenda.overdue?))).collect(),
    }
}

//! Looks at a table: what it is, its settings, and everything in it. Judges nothing.

use std::sync::Arc;

use backproof_cloud::{CallError, ReadTables, TableDescription, TableSettings, TableStatus};
use backproof_validators_api::Deadline;

use crate::scan::{Scan, Scanned, segments_for};
use crate::tally::Watch;
use crate::trouble::Obstacle;

/// What a look at a table showed.
#[derive(Clone, Debug)]
pub(crate) struct Look {
    /// `DescribeTable`.
    pub(crate) table: Result<TableDescription, Obstacle>,
    /// Its settings.
    pub(crate) settings: Result<TableSettings, Obstacle>,
    /// Its items.
    pub(crate) scanned: Scanned,
}

/// What to look at, and how.
#[derive(Clone, Debug)]
pub(crate) struct LookOrder {
    /// The table's name.
    pub(crate) name: String,
    /// What to look for in its items.
    pub(crate) watch: Watch,
    /// In how many segments to read it, where that was said.
    pub(crate) segments: Option<u32>,
}

/// Describes the table and reads it from end to end.
pub(crate) async fn look(tables: &Arc<dyn ReadTables>, order: LookOrder, deadline: &Deadline) -> Look {
    let table = match held(deadline, tables.describe_table(&order.name)).await {
        Ok(table) => table,
        Err(obstacle) => return Look::unread(Err(obstacle.clone()), obstacle),
    };
    if table.status != TableStatus::Active {
        let obstacle = inactive(&table.status);
        return Look::unread(Ok(table), obstacle);
    }
    let settings = held(deadline, tables.table_settings(&order.name)).await;
    let segments = segments_for(order.segments, table.item_count_estimate);
    let scan =
        Scan { tables: Arc::clone(tables), name: order.name, watch: Arc::new(order.watch), deadline: deadline.clone() };
    let scanned = scan.run(segments).await;
    Look { table: Ok(table), settings, scanned }
}

impl Look {
    fn unread(table: Result<TableDescription, Obstacle>, obstacle: Obstacle) -> Self {
        Self { table, settings: Err(obstacle.clone()), scanned: Scanned::nothing(obstacle) }
    }
}

/// One call, until the deadline.
pub(crate) async fn held<T: Send>(
    deadline: &Deadline,
    call: impl Future<Output = Result<T, CallError>> + Send,
) -> Result<T, Obstacle> {
    match deadline.hold(call).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(Obstacle::of_call(&error)),
        Err(_) => Err(Obstacle::time_is_up()),
    }
}

/// A table that cannot be used now was usable when it was handed over, so the sandbox did something to it.
fn inactive(status: &TableStatus) -> Obstacle {
    let words = match status {
        TableStatus::Active => "the table is active".to_owned(),
        TableStatus::Changing(state) => format!("the table is still {state}"),
        TableStatus::Deleting => "somebody is deleting the table".to_owned(),
        TableStatus::Other(state) => format!("the table is in state {state} and cannot be read"),
    };
    Obstacle { owner: backproof_model::FaultOwner::Sandbox, words }
}

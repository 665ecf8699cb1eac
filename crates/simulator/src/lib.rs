//! AWS on the wire, good enough that the AWS CLI, boto3 and the Rust SDK cannot tell for the operations it serves.
//!
//! A [`World`] says what is there: accounts, vaults, recovery points with data, and what goes wrong. A [`Simulator`]
//! answers for it: in memory ([`Simulator::answer`]) or on a socket ([`Simulator::serve`]). Nothing runs in the
//! background: what has become of a job is worked out from the clock when somebody asks.
//!
//! ```toml
//! start = "2026-03-01T00:00:00Z"          # ages count from here; the clock starts here
//!
//! [[accounts]]
//! id = "111122223333"                     # an access key of these twelve digits signs in here
//! regions = ["eu-central-1"]
//!
//! [[vaults]]
//! name = "daily"                          # account and Region: the first ones, unless they are given
//!
//! [[resources]]
//! name = "orders"
//! type = "DynamoDB"                       # other types can be listed, not restored
//! table.partition_key = { name = "id", type = "S" }
//! generated = { count = 500, span = "90d" }   # the last item was created at the start, the first 90 days before
//!
//! [[points]]
//! resource = "orders"
//! vault = "daily"
//! age = ["1d", "2d"]                      # the data of a point is that of its moment ...
//! data = { missing_items = 3 }            # ... with what is planted here
//! restore = { running = "8m", status_message = "Some items could not be restored." }
//!
//! [[faults]]                              # faults of single calls
//! service = "backup"
//! operation = "StartRestoreJob"
//! nth = [2]
//! kind = "lost-answer"
//! ```
//!
//! All keys are the fields of [`world`]'s types. Any credentials sign in; see `sign_in.rs` for whom they stand for.
//! Roles, missing permissions (`[[denied]]`), networks (`[[networks]]`) and a million points in a few lines
//! (`[[bulk]]`) are there too; `worlds/` holds the demonstration's world and those of the scenarios.
//!
//! It does not check signatures, does not know the AWS SDK, and shares its author's view of AWS: results from it are
//! labelled simulated, never validated against AWS.

mod backup;
mod damage;
pub mod describe;
pub mod dynamodb;
mod faults;
mod ids;
mod request;
mod serve;
mod sign_in;
mod simulator;
mod state;
mod sts;
mod throttle;
pub mod wire;
pub mod world;

pub use backup::JobSummary;
pub use faults::FaultAt;
pub use simulator::{LostAnswer, Simulator};
pub use state::CallRecord;
pub use world::{FaultKind, World, WorldError};

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
//! [[resources]]
//! name = "shop-database"
//! type = "RDS"                            # a restored instance is a real server of its own (see `servers`)
//! database = { engine = "postgres", fixture = "shop", rows = 2000, span = "365d", tags = { team = "shop" } }
//!
//! [[points]]
//! resource = "shop-database"
//! vault = "daily"
//! age = "1d"
//! data = { sql = ["DROP INDEX orders_open"] }
//! restore = { creating = "2m", storage_loading = "20m", retains_automated_backup = true }
//!
//! [[faults]]                              # faults of single calls
//! service = "backup"
//! operation = "StartRestoreJob"
//! nth = [2]
//! kind = "lost-answer"
//! ```
//!
//! All keys are the fields of [`world`]'s types. Any credentials sign in; see `sign_in.rs` for whom they stand for.
//! Roles, missing permissions (`[[denied]]`), networks (`[[networks]]`), keys (`[[keys]]`), quotas (`[[quotas]]`) and a
//! million points in a few lines (`[[bulk]]`) are there too; `worlds/` holds the demonstration's world and those of the scenarios.
//!
//! The endpoint of a DB instance is `localhost` with the port of its server, under a certificate of
//! [`Simulator::database_authority_pem`]; in AWS it is a name below `rds.amazonaws.com` in the sandbox's VPC. MySQL is
//! served by MariaDB's program; ports of SQL Server and Oracle accept connections and stay silent. A tunnel of Systems
//! Manager is a port of this machine, for which the program `session-manager-plugin` of this crate stands in for AWS's.
//!
//! It does not check signatures, does not know the AWS SDK, and shares its author's view of AWS: results from it are
//! labelled simulated, never validated against AWS.

mod backup;
mod cloudtrail;
mod damage;
mod databases;
pub mod describe;
pub mod dynamodb;
mod faults;
mod iam;
mod ids;
mod kms;
mod logs;
mod rds;
mod request;
mod secrets;
mod serve;
pub mod servers;
mod service_quotas;
mod sign_in;
mod simulator;
mod sns;
mod ssm;
mod state;
mod sts;
mod throttle;
pub mod wire;
pub mod world;

pub use backup::JobSummary;
pub use databases::{NoSourceDatabase, SourceDatabase};
pub use faults::FaultAt;
pub use rds::InstanceSummary;
pub use simulator::{LostAnswer, Simulator};
pub use sns::Published;
pub use state::CallRecord;
pub use world::{FaultKind, World, WorldError};

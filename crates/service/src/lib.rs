//! Runs plans when they are due, with nobody watching.
//!
//! [`Service`] looks at the plans and the register again and again, enters what the schedules ask for, goes on with runs
//! that are open, begins what is due, sweeps and examines once a day, and tells people. [`once`] does one such round for
//! a scheduler outside. How a run is performed is the [`Host`]'s business: nothing here knows AWS, drivers or reports.

mod health;
mod host;
mod http;
mod ledger;
mod looking;
mod metrics;
mod once;
mod pace;
pub mod performing;
mod service;
mod standing;
mod telling;
mod work;

pub use health::{Health, HealthReport};
pub use host::{Host, Obstacle, PlanSeen, RunFigures};
pub use http::answer_on;
pub use once::{Once, once};
pub use pace::Pace;
pub use service::Service;
pub use standing::{Standing, standing};

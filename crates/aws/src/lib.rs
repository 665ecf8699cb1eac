//! AWS on the wire: the ports of `backproof-cloud`, answered by the AWS SDK. No other crate names `aws_sdk_*`.
//!
//! One file per operation (or small group of them) makes the request, understands the answer and keeps what it does
//! not understand. Nothing here decides: what a status means, what is eligible and what is deleted is decided
//! elsewhere.
//!
//! # Where credentials come from
//!
//! With [`BaseCredentials::Chain`] the SDK looks, in this order, at the environment (`AWS_ACCESS_KEY_ID`,
//! `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`), at the profile (`--profile`, else `AWS_PROFILE`, else `default`) in
//! `~/.aws/config` and `~/.aws/credentials` with its SSO session, `role_arn` or `credential_process`, at a web
//! identity token, and at the container's or instance's own role. These base credentials then assume the role that
//! the plan names for an account (`scope.accounts[].role_arn`, `sandbox.role_arn`), with its external id. An account
//! without a role is reached with the base credentials themselves, and only if STS says that they belong to it.
//! Sessions last an hour, which is the most that role chaining gives, and are renewed five minutes before their end.
//! Nothing of them is stored: after a restart the role is assumed anew.
//!
//! `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` (or the profile's `endpoint_url`) lead to another endpoint; one
//! that is given explicitly wins. Proxies are taken from `HTTPS_PROXY` and `NO_PROXY`.
//!
//! # Time
//!
//! The SDK asks the same [`backproof_clock::Clock`] as everybody else, so that retries and expiring sessions pass at
//! once in virtual time. Calls to AWS Backup are spaced to its published rates.

mod assume_role;
mod backups;
mod cloud;
mod config;
mod convert;
mod counting;
mod databases;
mod errors;
mod event_history;
mod http;
mod identity;
mod inspection;
mod lending;
mod network;
mod objects;
mod paging;
mod rates;
mod raw;
mod reach;
mod restores;
mod session;
mod signing;
mod surroundings;
mod tables;
mod time;
mod topics;

pub use cloud::AwsCloud;
pub use config::{AwsConfig, BaseCredentials, HttpKind, RateLimits, ReachConfig, ReachWay, SandboxRole, SourceRole};
pub use http::{InMemoryAws, Lost, in_memory};
pub use surroundings::{Surroundings, surroundings};

//! Examinations of real PostgreSQL servers: what is planted is caught and named, and what may differ raises no alarm.

mod connections;
mod damage;
mod expectations;
mod faults;
mod silence;
mod spoiled;
mod support;

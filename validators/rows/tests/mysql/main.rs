//! Examinations of real MariaDB servers: what is planted is caught and named, and what may differ raises no alarm.

mod damage;
mod faults;
mod silence;
mod support;

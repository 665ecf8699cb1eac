//! The simulator from outside: by requests written by hand, by boto3 and by the AWS CLI.

mod client;
mod cloudtrail;
mod copies;
mod data;
mod databases;
mod demo_world;
mod faults;
mod fidelity;
mod hostile;
mod inspection;
mod listings;
mod restores;
mod sessions;
mod socket;
mod worlds;

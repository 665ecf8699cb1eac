//! The SDK clients against canned answers on the wire, and once against the simulator, in virtual time.

mod double;

mod databases;
mod errors;
mod inspection;
mod network;
mod paging;
mod reach;
mod records;
mod requests;
mod retries;
mod sandbox;
mod sessions;
mod simulator;
mod tables;
mod tcp;

//! The SDK clients against canned answers on the wire, and once against the simulator, in virtual time.

mod double;

mod databases;
mod errors;
mod event_history;
mod inspection;
mod network;
mod paging;
mod raw_answers;
mod reach;
mod records;
mod requests;
mod retries;
mod sandbox;
mod sessions;
mod simulator;
mod tables;
mod tcp;

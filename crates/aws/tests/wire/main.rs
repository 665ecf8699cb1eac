//! The SDK clients against canned answers on the wire, in virtual time.

mod double;

mod errors;
mod network;
mod paging;
mod records;
mod requests;
mod retries;
mod sandbox;
mod sessions;
mod tables;
mod tcp;

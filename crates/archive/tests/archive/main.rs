//! What archiving promises, wherever it keeps things; and what a bucket and a directory promise by themselves.

mod bucket;
mod conformance;
mod directory;
mod fake;
mod support;

//! What a report says and how it is laid out, for runs of every kind.

mod charts;
mod costs;
mod extremes;
mod hostile;
mod judges;
mod markdown;
mod pages;
mod sections;
mod summary;
mod support;
mod templates;

//! Baselines taken of real servers, as on the production side: what they hold, what they do not, and what goes wrong.

mod contents;
mod refusals;
mod stopping;
mod support;
mod writers;

//! Lays out a run's evidence and its conclusion: one file per format.
//!
//! Renderers decide nothing. What a run came to, and every sentence on it, is in the conclusion; here it is only placed,
//! shortened with a word that it was, and drawn. The same evidence gives the same bytes.

pub mod estimate;
pub mod html;
pub mod document;
mod shell;
pub mod text;
mod view;

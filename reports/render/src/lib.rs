//! Lays out what evidence comes to: a dossier as a document of seventeen sections, and that as HTML and Markdown.
//!
//! Renderers decide nothing. What a run came to, and every sentence on it, is in the conclusion; here it is only placed,
//! shortened with a word that it was, and drawn. The same evidence gives the same bytes.

mod charts;
mod compose;
pub mod document;
pub mod estimate;
pub mod html;
mod json;
pub mod markdown;
mod sections;
pub mod templates;
pub mod text;

pub use sections::document;

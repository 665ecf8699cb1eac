//! The PDF as readers of it see it: by qpdf and poppler, which know nothing of Typst.

mod attached;
mod content;
mod cost;
mod hostile;
mod refused;
mod sample;
mod standards;
mod tools;

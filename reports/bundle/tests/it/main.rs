//! Bundles from sealing to verification, by the files that they leave.

mod authority;
mod counting;
mod earlier;
mod entropy;
mod hostile;
mod packing;
mod periods;
mod sealing;
mod stranger;
mod support;
mod tampering;
mod vouching;

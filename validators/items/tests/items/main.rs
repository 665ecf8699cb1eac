//! The validator as the engine sees it, over tables in memory.

mod captured;
mod controls;
mod faults;
mod fingerprints;
mod obstacles;
mod settings;
mod silence;
mod support;

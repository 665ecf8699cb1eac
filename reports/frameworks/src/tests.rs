//! Catalogues, claims and assessments, over dossiers that are told and then altered.

mod assessing;
mod claiming;
mod frequencies;
mod monotone;
mod reading;
mod shipped;
mod states;
mod told;

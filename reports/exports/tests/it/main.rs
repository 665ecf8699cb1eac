//! Exports, held to the schemas of others and read by the programs of others. They are pinned in tests/emulators.txt;
//! `./test --install` gets them.

mod csv;
mod hostile;
mod junit;
mod ocsf;
mod oscal;
mod packet;
mod results_schema;
mod support;
mod xlsx;

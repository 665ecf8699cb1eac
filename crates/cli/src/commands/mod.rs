//! One file per command.

pub(crate) mod alarms;
pub(crate) mod assurance;
pub(crate) mod baseline;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod draw;
pub(crate) mod exceptions;
pub(crate) mod iam;
pub(crate) mod init;
mod kept;
pub(crate) mod keygen;
pub(crate) mod plan;
pub(crate) mod population;
pub(crate) mod redraw;
pub(crate) mod report;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod simulate;
pub(crate) mod state;
pub(crate) mod status;
pub(crate) mod sweep;
pub(crate) mod validator;

//! Logs, and traces where the program was built with them.

use backproof_telemetry::{LogFormat, Settings, Telemetry, Traces};
use clap::ValueEnum;

use crate::args::Common;
use crate::exit::UsageError;

/// The variables by which OpenTelemetry names a collector; with one of them, traces are sent.
const COLLECTORS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// The form of log lines, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormatName {
    Text,
    Json,
}

/// Begins logging to stderr by `BACKPROOF_LOG` (as `RUST_LOG`; default: nothing below a warning of our own).
pub(crate) fn begin(common: &Common) -> anyhow::Result<Telemetry> {
    let format = match common.log_format {
        LogFormatName::Text => LogFormat::Text,
        LogFormatName::Json => LogFormat::Json,
    };
    let wanted = COLLECTORS.iter().any(|name| std::env::var(name).is_ok_and(|endpoint| !endpoint.is_empty()));
    // A variable that is there for other programs is no reason to refuse.
    let traces = if cfg!(feature = "otel") && wanted { Traces::Otlp { endpoint: None } } else { Traces::Off };
    let settings = Settings { format, filter: std::env::var("BACKPROOF_LOG").ok(), traces };
    backproof_telemetry::begin(&settings).map_err(|problem| UsageError(problem.to_string()).into())
}

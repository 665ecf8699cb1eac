//! Logs and traces: what is written, in which form, and where it goes. Never data of customers.
//!
//! Logs go to stderr, as text for people or as one JSON object a line for programs. With cargo feature `otel`, spans also
//! go out as OpenTelemetry traces. The journal is neither: what a run did is proved there, and logs may be lost.
//!
//! The rule for every span and event of this program: numbers, statuses, times, and the names in [`fields`]. Nothing
//! that was read from restored data, no metadata of tables, no passwords, no URLs of webhooks.

pub mod fields;
mod json;
#[cfg(feature = "otel")]
mod traces;

use std::io::{IsTerminal, Write};
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, Registry};

/// What is logged where no filter is given: warnings and errors of our own.
pub const DEFAULT_FILTER: &str = "backproof=warn";

/// The form of a log line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line: `time`, `level`, `target`, `message`, and the fields of the event and its spans.
    Json,
}

impl FromStr for LogFormat {
    type Err = UnknownLogFormat;

    fn from_str(text: &str) -> Result<Self, UnknownLogFormat> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(UnknownLogFormat(other.to_owned())),
        }
    }
}

/// A word that names no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no log format: expected `text` or `json`")]
pub struct UnknownLogFormat(String);

/// Whether spans go out as traces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Traces {
    /// They do not.
    #[default]
    Off,
    /// By OTLP over gRPC; the `OTEL_` variables say how.
    Otlp {
        /// Where to, such as `http://localhost:4317`; `None` for where `OTEL_EXPORTER_OTLP_ENDPOINT` says.
        endpoint: Option<String>,
    },
}

/// What is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The form of log lines.
    pub format: LogFormat,
    /// What is logged, as `RUST_LOG` words it; `None` for [`DEFAULT_FILTER`].
    pub filter: Option<String>,
    /// Whether spans go out as traces.
    pub traces: Traces,
}

/// Why logs or traces cannot be had as wanted.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("`{filter}` is no log filter: {source}; expected such as `backproof=info`")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        source: ParseError,
    },
    /// Somebody else in this process takes the logs already.
    #[error("logs were begun already: {0}")]
    Begun(#[from] TryInitError),
    /// Traces were wanted from a program that has none.
    #[error("this program was built without traces; build it with `--features otel`")]
    WithoutTraces,
    /// The exporter cannot be made.
    #[error("traces cannot be sent: {0}; see OTEL_EXPORTER_OTLP_ENDPOINT")]
    Exporter(String),
}

/// Keeps traces flowing; when it is dropped, what was not sent yet is sent.
#[must_use = "traces that were not sent yet are sent when it is dropped, which should be at the end"]
#[derive(Debug)]
pub struct Telemetry {
    #[cfg(feature = "otel")]
    _traces: Option<traces::Flush>,
}

/// Begins logging to stderr, and tracing where that is wanted. Traces need a tokio runtime of several threads, and
/// the guard is to be dropped outside of it, while it still lives.
///
/// # Errors
/// See [`TelemetryError`].
pub fn begin(settings: &Settings) -> Result<Telemetry, TelemetryError> {
    let logs = logs(settings, std::io::stderr, std::io::stderr().is_terminal())?;
    match &settings.traces {
        Traces::Off => {
            Registry::default().with(logs).try_init()?;
            Ok(Telemetry {
                #[cfg(feature = "otel")]
                _traces: None,
            })
        }
        #[cfg(not(feature = "otel"))]
        Traces::Otlp { .. } => Err(TelemetryError::WithoutTraces),
        #[cfg(feature = "otel")]
        Traces::Otlp { endpoint } => {
            let (traces, flush) = traces::layer(endpoint.as_deref())?;
            Registry::default().with(logs).with(traces).try_init()?;
            Ok(Telemetry { _traces: Some(flush) })
        }
    }
}

/// Log lines to where `writer` leads.
fn logs<W: Write + Send + 'static>(
    settings: &Settings,
    writer: impl Fn() -> W + Send + Sync + 'static,
    colours: bool,
) -> Result<Box<dyn Layer<Registry> + Send + Sync>, TelemetryError> {
    let filter = settings.filter.as_deref().unwrap_or(DEFAULT_FILTER);
    let filter: EnvFilter =
        filter.parse().map_err(|source| TelemetryError::Filter { filter: filter.to_owned(), source })?;
    Ok(match settings.format {
        LogFormat::Text => {
            tracing_subscriber::fmt::layer().with_ansi(colours).with_writer(writer).with_filter(filter).boxed()
        }
        LogFormat::Json => json::JsonLines::to(Arc::new(Mutex::new(writer()))).with_filter(filter).boxed(),
    })
}

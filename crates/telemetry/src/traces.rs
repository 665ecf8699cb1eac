//! Spans as OpenTelemetry traces, by OTLP over gRPC.
//!
//! Where to, how long and with which headers is said by the variables of OpenTelemetry itself
//! (<https://opentelemetry.io/docs/specs/otel/protocol/exporter/>). Only spans of our own go out, none of libraries,
//! whose fields nobody here answers for.

use std::fmt;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::registry::LookupSpan;

use crate::TelemetryError;

/// The longest that the end of the program waits for traces.
const AT_THE_END: Duration = Duration::from_secs(5);

/// Sends what was not sent yet, when it is dropped.
pub(crate) struct Flush(SdkTracerProvider);

impl Drop for Flush {
    fn drop(&mut self) {
        if let Err(error) = self.0.shutdown_with_timeout(AT_THE_END) {
            tracing::warn!("traces: what was not sent yet is lost: {error}");
        }
    }
}

impl fmt::Debug for Flush {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flush")
    }
}

/// The layer that makes traces of spans, and what sends the last of them.
pub(crate) fn layer<S>(endpoint: Option<&str>) -> Result<(impl Layer<S> + Send + Sync, Flush), TelemetryError>
where
    S: Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
{
    let exporter = SpanExporter::builder().with_tonic();
    let exporter = match endpoint {
        Some(endpoint) => exporter.with_endpoint(endpoint),
        None => exporter,
    };
    let exporter = exporter.build().map_err(|problem| TelemetryError::Exporter(problem.to_string()))?;
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let provider = SdkTracerProvider::builder()
        .with_resource(Resource::builder().with_service_name("backproof").with_attribute(version).build())
        .with_batch_exporter(exporter)
        .build();
    let ours = FilterFn::new(|metadata| {
        metadata.target().starts_with("backproof") && *metadata.level() <= tracing::Level::INFO
    });
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("backproof")).with_filter(ours);
    Ok((layer, Flush(provider)))
}

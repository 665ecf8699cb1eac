//! Log lines for programs: one JSON object each, with the fields of the event and of the spans around it at its top.
//!
//! `time` (RFC 3339, UTC), `level`, `target`, `message` and `spans` (names, from the outermost) are always there. A field
//! that is nearer to the event wins over one of the same name farther away.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

/// Writes a line for each event.
pub(crate) struct JsonLines<W> {
    writer: Arc<Mutex<W>>,
}

impl<W> JsonLines<W> {
    pub(crate) fn to(writer: Arc<Mutex<W>>) -> Self {
        Self { writer }
    }
}

/// The fields of a span, kept with it.
struct Fields(Map<String, Value>);

impl<S, W> Layer<S> for JsonLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + Send + 'static,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Map::new();
        attributes.record(&mut Collect(&mut fields));
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(Fields(fields));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(&mut Collect(&mut fields.0));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Map::new();
        let mut spans = Vec::new();
        for span in context.event_scope(event).into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            spans.push(Value::from(span.name()));
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        line.entry("message").or_insert_with(|| Value::from(""));
        event.record(&mut Collect(&mut line));
        line.insert("time".into(), now().into());
        line.insert("level".into(), event.metadata().level().as_str().into());
        line.insert("target".into(), event.metadata().target().into());
        line.insert("spans".into(), spans.into());
        let text = format!("{}\n", Value::Object(line));
        // A log that nobody reads is no reason to stop: what matters is in the journal.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).write_all(text.as_bytes()).ok();
    }
}

fn now() -> String {
    let mut text = String::new();
    // Nothing better can be written than no time.
    SystemTime.format_time(&mut Writer::new(&mut text)).ok();
    text
}

/// Collects fields as JSON.
struct Collect<'a>(&'a mut Map<String, Value>);

impl Collect<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Collect<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::Registry;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::{LogFormat, Settings, TelemetryError, fields, logs};

    /// What is written to by all clones.
    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// What is logged while `work` runs, a line each.
    fn logged(format: LogFormat, filter: &str, work: impl FnOnce()) -> Vec<String> {
        let page = Page::default();
        let settings = Settings { format, filter: Some(filter.into()), ..Settings::default() };
        let to = page.clone();
        let layer = logs(&settings, move || to.clone(), false).unwrap();
        tracing::subscriber::with_default(Registry::default().with(layer), work);
        let bytes = page.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    fn in_a_restore_test() {
        let run = tracing::info_span!(target: "backproof_engine", "run", run = 7, plan = "quarterly");
        let _run = run.enter();
        let arn = "arn:aws:dynamodb:x";
        let test = tracing::info_span!(target: "backproof_engine", "restore-test", test = 3, recovery_point.arn = %arn, restore_job.id = tracing::field::Empty);
        let _test = test.enter();
        test.record("restore_job.id", "job-1");
        tracing::info!(target: "backproof_engine", phase = "restoring", test = 4, "goes \"on\"\n");
    }

    #[test]
    fn a_json_line_carries_the_fields_of_its_spans_under_stable_names() {
        let lines = logged(LogFormat::Json, "backproof=info", in_a_restore_test);
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        let mut line: Map<String, Value> = serde_json::from_str(line).unwrap();
        let time = line.remove("time").unwrap();
        assert!(time.as_str().unwrap().starts_with("20") && time.as_str().unwrap().ends_with('Z'), "{time}");
        let expected = serde_json::json!({
            "level": "INFO", "target": "backproof_engine", "message": "goes \"on\"\n", "spans": ["run", "restore-test"],
            fields::RUN: 7, fields::PLAN: "quarterly", fields::TEST: 4, fields::PHASE: "restoring",
            fields::RECOVERY_POINT_ARN: "arn:aws:dynamodb:x", fields::RESTORE_JOB_ID: "job-1",
        });
        assert_eq!(Value::Object(line), expected);
    }

    #[test]
    fn text_carries_them_too() {
        let lines = logged(LogFormat::Text, "backproof=info", in_a_restore_test);
        assert!(lines[0].contains("recovery_point.arn=arn:aws:dynamodb:x"), "{lines:?}");
        assert!(!lines[0].contains('\u{1b}'), "no colours where nobody sees them: {lines:?}");
    }

    #[test]
    fn what_the_filter_holds_back_is_not_written() {
        let lines = logged(LogFormat::Json, crate::DEFAULT_FILTER, in_a_restore_test);
        assert_eq!(lines, [""; 0]);
        let others = logged(LogFormat::Json, crate::DEFAULT_FILTER, || tracing::error!(target: "aws_smithy", "x"));
        assert_eq!(others, [""; 0]);
    }

    #[test]
    fn a_filter_that_is_none_is_refused_with_the_word_that_was_wrong() {
        let settings = Settings { filter: Some("backproof=loud".into()), ..Settings::default() };
        let refused = logs(&settings, std::io::sink, false).err();
        let Some(TelemetryError::Filter { filter, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(filter, "backproof=loud");
    }
}

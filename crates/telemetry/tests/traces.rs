//! Traces arrive at a collector: a listener of this test that speaks as much of HTTP/2 and gRPC as one export needs.
#![cfg(feature = "otel")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use backproof_telemetry::{Settings, Traces, fields};

/// What a client says first (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Types of frames.
const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
/// Flags of frames.
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;
const ACK: u8 = 1;

/// Takes one export and gives its body, which is protobuf without compression.
fn collect(listener: &TcpListener) -> std::io::Result<Vec<u8>> {
    let (mut stream, _) = listener.accept()?;
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface)?;
    assert_eq!(preface, PREFACE);
    frame(&mut stream, SETTINGS, 0, 0, &[])?;
    let mut body = Vec::new();
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let length = usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]);
        let (kind, flags, id) = (head[3], head[4], u32::from_be_bytes([head[5], head[6], head[7], head[8]]));
        let mut payload = vec![0; length];
        stream.read_exact(&mut payload)?;
        match kind {
            SETTINGS if flags & ACK == 0 => frame(&mut stream, SETTINGS, ACK, 0, &[])?,
            DATA => body.extend(payload),
            _ => {}
        }
        if (kind == DATA || kind == HEADERS) && flags & END_STREAM != 0 {
            answer(&mut stream, id)?;
            return Ok(body);
        }
    }
}

/// 200, an empty message, and `grpc-status: 0`; headers as literals of HPACK (RFC 7541, section 6.2.2).
fn answer(stream: &mut TcpStream, id: u32) -> std::io::Result<()> {
    let mut headers = vec![0x88]; // `:status: 200`, the eighth of the static table
    headers.extend(literal("content-type", "application/grpc"));
    frame(stream, HEADERS, END_HEADERS, id, &headers)?;
    frame(stream, DATA, 0, id, &[0; 5])?;
    frame(stream, HEADERS, END_HEADERS | END_STREAM, id, &literal("grpc-status", "0"))
}

fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).unwrap();
    [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

fn frame(stream: &mut TcpStream, kind: u8, flags: u8, id: u32, payload: &[u8]) -> std::io::Result<()> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[1..], &[kind, flags], &id.to_be_bytes(), payload].concat())
}

#[test]
fn spans_of_a_restore_test_arrive_with_their_fields_and_those_of_libraries_do_not() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let collector: JoinHandle<_> = std::thread::spawn(move || collect(&listener).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let telemetry = {
        let _inside = runtime.enter();
        let traces = Traces::Otlp { endpoint: Some(endpoint) };
        backproof_telemetry::begin(&Settings { traces, ..Settings::default() }).unwrap()
    };
    {
        let arn = "arn:aws:backup:eu-central-1:111122223333:recovery-point:x";
        let test = tracing::info_span!(target: "backproof_engine", "restore-test", test = 3, recovery_point.arn = arn, restore_job.id = tracing::field::Empty);
        let _test = test.enter();
        test.record(fields::RESTORE_JOB_ID, "job-of-this-test");
        let _library =
            tracing::info_span!(target: "aws_smithy_runtime", "library", "authorization" = "SECRET").entered();
    }
    drop(telemetry);
    let sent = String::from_utf8_lossy(&collector.join().unwrap()).into_owned();
    let expected = ["backproof", "restore-test", fields::RECOVERY_POINT_ARN, "recovery-point:x", "job-of-this-test"];
    for word in expected {
        assert!(sent.contains(word), "{word} is not in {sent:?}");
    }
    assert!(!sent.contains("SECRET"), "{sent:?}");
}

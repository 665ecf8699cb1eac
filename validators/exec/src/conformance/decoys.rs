//! Targets that are not what they seem, on a port of this machine.

use std::io;
use std::net::Ipv4Addr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What stands at the other end of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Decoy {
    /// Nothing listens.
    Closed,
    /// Every connection is cut at once.
    Cutting,
    /// Connections are taken, and nothing is ever said.
    Silent,
    /// DynamoDB, as far as a table without items goes.
    EmptyTable,
}

/// A decoy that stands until this value goes.
pub(crate) struct Standing {
    /// Where.
    pub(crate) port: u16,
    task: Option<JoinHandle<()>>,
}

impl Drop for Standing {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Decoy {
    /// Puts it up on a free port.
    pub(crate) async fn stand(self) -> io::Result<Standing> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let task = match self {
            Self::Closed => None,
            Self::Cutting => Some(tokio::spawn(async move { while listener.accept().await.is_ok() {} })),
            Self::Silent => Some(tokio::spawn(async move {
                let mut held = Vec::new();
                while let Ok((stream, _)) = listener.accept().await {
                    held.push(stream);
                }
            })),
            Self::EmptyTable => Some(tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(answer_all(stream));
                }
            })),
        };
        Ok(Standing { port, task })
    }
}

async fn answer_all(mut stream: TcpStream) {
    while let Ok(Some(operation)) = next_operation(&mut stream).await {
        let (status, body) = match operation.as_str() {
            "DescribeTable" => ("200 OK", EMPTY_TABLE),
            "Scan" | "Query" => ("200 OK", r#"{"Items":[],"Count":0,"ScannedCount":0}"#),
            "GetItem" => ("200 OK", "{}"),
            _ => ("400 Bad Request", r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#),
        };
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {length}\r\n\
             x-amzn-RequestId: CONFORMANCE\r\n\r\n{body}"
        );
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

const EMPTY_TABLE: &str = r#"{"Table":{"TableName":"bp-conformance","TableStatus":"ACTIVE","ItemCount":0,
"TableSizeBytes":0,"TableArn":"arn:aws:dynamodb:eu-central-1:999988887777:table/bp-conformance",
"KeySchema":[{"AttributeName":"id","KeyType":"HASH"}],
"AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}}"#;

/// Reads one request to its end; the operation that it asks for, or none where the connection is over.
async fn next_operation(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut request = Vec::new();
    let head = loop {
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    };
    let text = String::from_utf8_lossy(&request[..head]).into_owned();
    let header = |name: &str| {
        let lines = text.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned()).next()
    };
    let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while request.len() < head + length {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(None);
        }
    }
    let target = header("x-amz-target").unwrap_or_default();
    Ok(Some(target.rsplit('.').next().unwrap_or_default().to_owned()))
}

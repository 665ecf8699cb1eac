//! An HTTP server that remembers what it was sent and answers as it was told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use backproof_clock::VirtualClock;

use crate::support::{SECRET, seconds};

/// One answer.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// This status.
    Status(u16),
    /// This status with a header.
    With(u16, &'static str, String),
    /// None, ever.
    Hang,
}

/// What arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    /// Seconds since the test began.
    pub(crate) second: i64,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// The server.
#[derive(Clone)]
pub(crate) struct Receiver {
    state: Arc<Shared>,
    pub(crate) url: String,
}

struct Shared {
    clock: VirtualClock,
    /// What is answered; when none is left, 200.
    answers: Mutex<VecDeque<Answer>>,
    arrived: Mutex<Vec<Arrived>>,
}

impl Receiver {
    /// Starts one that answers so, and then always 200.
    pub(crate) async fn start(clock: &VirtualClock, answers: &[Answer]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/services/{SECRET}", listener.local_addr().unwrap());
        let answers = Mutex::new(answers.iter().cloned().collect());
        let state = Arc::new(Shared { clock: clock.clone(), answers, arrived: Mutex::default() });
        let router = Router::new().fallback(receive).with_state(state.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { state, url }
    }

    /// Everything that arrived so far.
    pub(crate) fn arrived(&self) -> Vec<Arrived> {
        self.state.arrived.lock().unwrap().clone()
    }

    /// When it arrived.
    pub(crate) fn seconds(&self) -> Vec<i64> {
        self.arrived().into_iter().map(|arrived| arrived.second).collect()
    }
}

async fn receive(State(state): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let content_type = parts.headers.get("content-type").map(|value| value.to_str().unwrap().to_owned());
    state.arrived.lock().unwrap().push(Arrived {
        second: seconds(&state.clock),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        content_type: content_type.unwrap_or_default(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let answer = state.answers.lock().unwrap().pop_front();
    // What a receiver answers with may repeat the URL, and must not be printed either.
    let body = Body::from(format!("no such hook: {}", parts.uri));
    match answer.unwrap_or(Answer::Status(200)) {
        Answer::Status(status) => Response::builder().status(status).body(body).unwrap(),
        Answer::With(status, name, value) => Response::builder().status(status).header(name, value).body(body).unwrap(),
        Answer::Hang => std::future::pending().await,
    }
}

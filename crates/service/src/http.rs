//! Answers to machines: whether the service is well, and its metrics. Nothing can be changed from here.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, header};
use axum::routing::get;
use backproof_plan::Plan;
use backproof_store::Store;
use tokio::sync::Mutex;

use crate::health::Health;
use crate::host::{Host, RunFigures};
use crate::ledger::Ledger;
use crate::metrics::{self, Sources};

/// All that answers are made of.
#[derive(Clone)]
pub(crate) struct Answers {
    pub(crate) host: Arc<dyn Host>,
    pub(crate) store: Store,
    pub(crate) health: Arc<Health>,
    /// Its own reading of the register, so that whoever asks never waits for the service, nor the service for them.
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) plans: Arc<std::sync::Mutex<Vec<Arc<Plan>>>>,
    pub(crate) version: String,
    /// What closed runs came to, by number: that never changes.
    pub(crate) figures: Arc<Mutex<BTreeMap<u64, RunFigures>>>,
}

/// Answers on `listener` until `done`; a request that is being answered then is answered.
///
/// # Errors
/// The listener broke.
pub async fn answer_on(
    listener: tokio::net::TcpListener,
    router: Router,
    done: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(done).await
}

/// The routes.
pub(crate) fn router(answers: Answers) -> Router {
    Router::new().route("/healthz", get(healthz)).route("/metrics", get(metrics)).with_state(answers)
}

async fn healthz(State(answers): State<Answers>) -> Response<Body> {
    let unreadable = answers.store.open_runs().await.err().map(|error| format!("the state cannot be read: {error}"));
    let report = answers.health.report(answers.store.clock().now(), unreadable);
    let status = if report.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string_pretty(&report).unwrap_or_default();
    answer(status, "application/json", body)
}

async fn metrics(State(answers): State<Answers>) -> Response<Body> {
    match answers.metrics().await {
        Ok(text) => answer(StatusCode::OK, metrics::CONTENT_TYPE, text),
        Err(problem) => {
            tracing::error!("metrics: {problem}");
            answer(StatusCode::SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", problem)
        }
    }
}

impl Answers {
    async fn metrics(&self) -> Result<String, String> {
        let mut ledger = self.ledger.lock().await;
        ledger.read_on(&self.store).await.map_err(|error| error.to_string())?;
        let plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut last_figures = BTreeMap::new();
        for plan in &plans {
            let Some((run, _)) = metrics::last_closed(&plan.name, ledger.events()) else { continue };
            if let Some(figures) = self.figures_of(run).await {
                last_figures.insert(plan.name.clone(), figures);
            }
        }
        let now = self.store.clock().now();
        metrics::text(&Sources {
            plans: &plans,
            events: ledger.events(),
            exceptions: &ledger.exceptions(),
            last_figures: &last_figures,
            installation: self.store.installation().as_str(),
            version: &self.version,
            now,
            looked_at: self.health.report(now, None).looked_at,
        })
        .map_err(|error| error.to_string())
    }

    async fn figures_of(&self, run: u64) -> Option<RunFigures> {
        let mut known = self.figures.lock().await;
        if let Some(figures) = known.get(&run) {
            return Some(figures.clone());
        }
        let figures = self.host.figures(run).await.ok()?;
        // Of each plan only the last closed run is asked for.
        known.retain(|number, _| run.saturating_sub(*number) < 100);
        known.insert(run, figures.clone());
        Some(figures)
    }
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    response
}

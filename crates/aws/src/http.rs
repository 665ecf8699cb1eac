//! How requests travel: over the network, or straight into something in this process that answers like AWS.
//!
//! Retries, signatures and the understanding of answers are the SDK's; this is below them.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use backproof_clock::SharedClock;
use bytes::Bytes;
use http_body_util::BodyExt;

use crate::config::HttpKind;

/// Something in this process that answers requests as AWS would.
#[async_trait]
pub trait InMemoryAws: Send + Sync {
    /// Answers one signed request, or loses it.
    async fn answer(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost>;
}

/// An answer that never came. Whether the request was carried out is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lost {
    /// The connection was cut.
    #[error("the connection was cut before an answer came")]
    Connection,
    /// Nothing came in time.
    #[error("no answer came in time")]
    TimedOut,
}

/// The SDK's HTTP client of this kind.
pub(crate) fn client(kind: &HttpKind, clock: &SharedClock) -> SharedHttpClient {
    match kind {
        HttpKind::Network => SharedHttpClient::new(Guarded { inner: network(), clock: clock.clone() }),
        HttpKind::InMemory(aws) => in_memory(aws.clone()),
    }
}

/// A client that reaches nobody, for reading configuration: no instance metadata is asked for a Region.
pub(crate) fn offline() -> SharedHttpClient {
    struct Nobody;

    #[async_trait]
    impl InMemoryAws for Nobody {
        async fn answer(&self, _: http::Request<Bytes>) -> Result<http::Response<Bytes>, Lost> {
            Err(Lost::Connection)
        }
    }

    in_memory(Arc::new(Nobody))
}

/// An HTTP client of the SDK that hands every request to `aws`.
pub fn in_memory(aws: Arc<dyn InMemoryAws>) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(InMemoryConnector(aws));
    http_client_fn(move |_, _| connector.clone())
}

/// TLS by rustls and ring, proxies from the environment.
fn network() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        connector.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    })
}

struct InMemoryConnector(Arc<dyn InMemoryAws>);

impl fmt::Debug for InMemoryConnector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InMemoryConnector")
    }
}

impl HttpConnector for InMemoryConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let aws = self.0.clone();
        HttpConnectorFuture::new(async move {
            let (head, body) = request.try_into_http1x().map_err(unusable)?.into_parts();
            let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
            let answer = aws.answer(http::Request::from_parts(head, body)).await.map_err(|lost| match lost {
                Lost::Connection => ConnectorError::io(lost.into()),
                Lost::TimedOut => ConnectorError::timeout(lost.into()),
            })?;
            HttpResponse::try_from(answer.map(SdkBody::from)).map_err(unusable)
        })
    }
}

/// Keeps a virtual clock still while a request is under way and until its answer has been read.
#[derive(Debug)]
struct Guarded<T> {
    inner: T,
    clock: SharedClock,
}

impl HttpClient for Guarded<SharedHttpClient> {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(Guarded { inner, clock: self.clock.clone() })
    }
}

impl HttpConnector for Guarded<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (inner, clock) = (self.inner.clone(), self.clock.clone());
        HttpConnectorFuture::new(async move {
            let _busy = clock.busy();
            let (head, body) = inner.call(request).await?.try_into_http1x().map_err(unusable)?.into_parts();
            let body = body.collect().await.map_err(ConnectorError::io)?.to_bytes();
            HttpResponse::try_from(http::Response::from_parts(head, SdkBody::from(body))).map_err(unusable)
        })
    }
}

fn unusable(error: impl std::error::Error + Send + Sync + 'static) -> ConnectorError {
    ConnectorError::other(error.into(), None)
}

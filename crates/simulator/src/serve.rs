//! The simulator on a socket.
//!
//! A lost answer closes the connection without a byte, which is what a client sees when a server dies.

use std::io;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::{LostAnswer, Simulator};

/// Why a connection ended without an answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error(transparent)]
    Lost(#[from] LostAnswer),
    #[error("the request's body could not be read: {0}")]
    Body(#[from] hyper::Error),
}

impl Simulator {
    /// Serves connections until the listener fails; dropping the future stops it.
    ///
    /// # Errors
    /// The listener cannot accept any more.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        loop {
            let (stream, peer) = listener.accept().await?;
            stream.set_nodelay(true)?;
            let simulator = self.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| reply(simulator.clone(), request));
                let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                if let Err(error) = connection.await {
                    tracing::debug!(%peer, %error, "connection ended");
                }
            });
        }
    }
}

async fn reply(simulator: Simulator, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Unanswered> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let response = simulator.answer(Request::from_parts(parts, body)).await?;
    Ok(response.map(Full::new))
}

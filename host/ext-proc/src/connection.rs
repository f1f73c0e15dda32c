//! Connections of Envoy: accepted, limited, and ended in order.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use actlog_proxy::places::Places;
use envoy_types::pb::envoy::service::ext_proc::v3::external_processor_server::ExternalProcessorServer;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio_util::sync::CancellationToken;

use crate::service::{Front, Service};

/// Pings, to find connections whose other end is gone.
const PING: Duration = Duration::from_secs(20);

/// Listens on one of both.
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix(listener) => Ok(Box::new(listener.accept().await?.0)),
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Accepts connections and serves them, until `stop`.
pub(crate) async fn accept(front: Arc<Front>, listener: Listener, places: Places, stop: CancellationToken) {
    loop {
        let (stream, place) = tokio::select! {
            next = places.next(|| listener.accept()) => next,
            () = stop.cancelled() => return,
        };
        let serving = serve(front.clone(), stream, stop.clone());
        front.tasks.spawn(async move {
            if let Err(error) = serving.await {
                tracing::debug!(%error, "a connection of Envoy ended");
            }
            drop(place);
        });
    }
}

async fn serve(front: Arc<Front>, stream: Box<dyn Stream>, stop: CancellationToken) -> Result<(), hyper::Error> {
    let abort = front.abort.clone();
    let (streams, message_bytes) = (front.config.limits.streams, front.config.message_bytes);
    let service = ExternalProcessorServer::new(Service(front)).max_decoding_message_size(message_bytes);
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).max_concurrent_streams(streams).keep_alive_interval(PING).keep_alive_timeout(PING);
    let mut connection = std::pin::pin!(builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
    tokio::select! {
        result = connection.as_mut() => return result,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        result = connection => result,
        () = abort.cancelled() => Ok(()),
    }
}

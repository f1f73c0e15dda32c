//! One connection of a client: TLS, which HTTP it speaks, its requests, and what it switches to.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, body::Incoming};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::forward::{Front, Peer};
use crate::tunnel::{self, Slot};
use crate::unread::{Lingering, Watched};

/// How a connection with HTTP/2 begins; no request with HTTP/1.1 does.
const HTTP2_BEGIN: &[u8] = b"PRI ";
const TOO_SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// Pings on connections with HTTP/2, to find those whose other end is gone.
const PING: Duration = Duration::from_secs(30);

/// Serves a connection until it ends, or after `stop` until its requests have ended.
pub(crate) async fn serve(
    front: Arc<Front>,
    stream: TcpStream,
    address: std::net::SocketAddr,
    tls: Option<TlsAcceptor>,
    stop: CancellationToken,
) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let Some(tls) = tls else {
        let http2 = timeout(front.config.timeouts.head, begins_http2(&stream)).await.unwrap_or(Ok(false))?;
        return speak(front, stream, Peer { address, scheme: "http" }, http2, stop).await;
    };
    let stream = timeout(front.config.timeouts.handshake, tls.accept(stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    speak(front, stream, Peer { address, scheme: "https" }, http2, stop).await
}

/// Looks at the first bytes, without taking them.
async fn begins_http2(stream: &TcpStream) -> io::Result<bool> {
    let mut bytes = [0; HTTP2_BEGIN.len()];
    loop {
        let read = stream.peek(&mut bytes).await?;
        if read == 0 || bytes[..read] != HTTP2_BEGIN[..read] {
            return Ok(false);
        }
        if read == bytes.len() {
            return Ok(true);
        }
        // Looking does not wait for more than is there.
        sleep(Duration::from_millis(5)).await;
    }
}

async fn speak(
    front: Arc<Front>,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
    peer: Peer,
    http2: bool,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(front.config.timeouts.idle));
    let stream = Box::pin(stream);
    if http2 { speak_http2(front, stream, peer, stop).await } else { speak_http1(front, stream, peer, stop).await }
}

async fn speak_http2(
    front: Arc<Front>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    stop: CancellationToken,
) -> io::Result<()> {
    let limits = front.config.limits;
    let abort = front.abort.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let front = front.clone();
        let (request, _) = Watched::of(request);
        async move { Ok::<_, std::convert::Infallible>(front.answer(request, peer, None).await) }
    });
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        result = connection.as_mut() => return result.map_err(io::Error::other),
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        result = connection => result.map_err(io::Error::other),
        () = abort.cancelled() => Ok(()),
    }
}

async fn speak_http1(
    front: Arc<Front>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: Peer,
    stop: CancellationToken,
) -> io::Result<()> {
    let (limits, timeouts, abort) = (front.config.limits, front.config.timeouts, front.abort.clone());
    let slot = Slot::default();
    let service = service_fn(|request: Request<Incoming>| {
        let (front, slot) = (front.clone(), slot.clone());
        let (request, watch) = Watched::of(request);
        Box::pin(async move {
            let mut response = front.answer(request, peer, Some(slot)).await;
            watch.say(&mut response);
            Ok::<_, std::convert::Infallible>(response)
        })
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.head)
        .max_headers(limits.headers)
        .max_buf_size(limits.head_bytes)
        .serve_connection(TokioIo::new(stream), service);
    let mut stopping = false;
    let result = loop {
        tokio::select! {
            result = poll_fn(|context| connection.poll_without_shutdown(context)) => break result,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
            () = abort.cancelled() => return Ok(()),
        }
    };
    let parts = connection.into_parts();
    let mut stream = parts.io.into_inner();
    match (result, slot.take()) {
        (Ok(()), Some(switched)) => tokio::select! {
            result = tunnel::run(stream, parts.read_buf, switched, timeouts.tunnel) => result,
            () = stop.cancelled() => Ok(()),
        },
        (result, _) => {
            // Between requests nobody expects an answer.
            if result.as_ref().is_err_and(hyper::Error::is_timeout) && !parts.read_buf.is_empty() {
                stream.write_all(TOO_SLOW).await?;
            }
            // A client that does not take the end must not keep the connection.
            let _ = timeout(timeouts.handshake, Lingering::new(stream, stop).shutdown()).await;
            result.map_err(io::Error::other)
        }
    }
}

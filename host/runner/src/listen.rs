//! How the program's own servers take connections and requests: only so many, only for so long, and whoever is refused learns why.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actlog_proxy::places::Places;
use actlog_proxy::unread::{Lingering, Watched};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use axum::{BoxError, Router};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tower_http::timeout::TimeoutBody;
use tower_service::Service;

/// Connections at once; more wait until one ends.
const CONNECTIONS: usize = 4096;
/// For the head of a request, between two requests, between two pieces of a body, and for an answer of which nothing is taken.
const IDLE: Duration = Duration::from_secs(60);
/// Pings on connections with HTTP/2, to find those whose other end is gone.
const PING: Duration = Duration::from_secs(30);
/// How long requests may go on when it is time to stop.
const GRACE: Duration = Duration::from_secs(30);

/// Answers with `router` until `stop` is done, and then what is being asked, for half a minute at the longest.
pub async fn answer(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    Listen { router, connections: CONNECTIONS, idle: IDLE, grace: GRACE }.answer(listener, stop).await;
}

#[derive(Clone)]
struct Listen {
    router: Router,
    connections: usize,
    idle: Duration,
    grace: Duration,
}

impl Listen {
    async fn answer(self, listener: TcpListener, stop: impl Future<Output = ()>) {
        let (open, stopping) = (GracefulShutdown::new(), CancellationToken::new());
        let places = Places::new(self.connections);
        let mut stop = pin!(stop);
        loop {
            let ((stream, address), place) = tokio::select! {
                next = places.next(|| listener.accept()) => next,
                () = &mut stop => break,
            };
            let stream = Lingering::new(stream, stopping.clone());
            let serving = self.clone().serve(stream, address, open.watcher());
            tokio::spawn(async move {
                if let Err(error) = serving.await {
                    tracing::debug!(%address, error, "a connection ended");
                }
                drop(place);
            });
        }
        drop(listener);
        stopping.cancel();
        if timeout(self.grace, open.shutdown()).await.is_err() {
            tracing::warn!("not all requests came to their end in time; what was not acknowledged must be sent again");
        }
    }

    /// Answers the requests of one connection.
    async fn serve(self, stream: Lingering<TcpStream>, address: SocketAddr, open: Watcher) -> Result<(), BoxError> {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.idle));
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.idle);
        builder.http2().timer(TokioTimer::new()).keep_alive_interval(PING).keep_alive_timeout(PING);
        let asked = Arc::new(AtomicBool::new(false));
        let service = service_fn(|request: Request<Incoming>| {
            asked.store(true, Ordering::Relaxed);
            let (mut request, watch) = Watched::of(request);
            request.extensions_mut().insert(ConnectInfo(address));
            let answered = self.router.clone().call(request.map(|body| Body::new(TimeoutBody::new(self.idle, body))));
            async move {
                let mut response = answered.await?;
                watch.say(&mut response);
                Ok::<_, Infallible>(response)
            }
        });
        let serving = open.watch(builder.serve_connection(TokioIo::new(Box::pin(stream)), service));
        // Before the first request nobody else looks at the time: which HTTP it is, is not known yet.
        let silent = async {
            sleep(self.idle).await;
            if asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            served = serving => served,
            () = silent => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::extract::rejection::BytesRejection;
    use axum::http::StatusCode;
    use axum::response::{IntoResponse, Response};
    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);
    const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

    struct Server {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ends: JoinHandle<()>,
    }

    async fn server(connections: usize, idle: u64) -> Server {
        let sent = async |body: Result<Bytes, BytesRejection>| -> Response {
            body.map_or_else(|rejection| (StatusCode::BAD_REQUEST, rejection.body_text()).into_response(), IntoResponse::into_response)
        };
        let slow = async || {
            sleep(Duration::from_millis(500)).await;
            "at last"
        };
        let long = async || vec![b'x'; 64 << 20];
        let router = Router::new().route("/", get(async || "here").post(sent)).route("/slow", get(slow)).route("/long", get(long));
        let router = router.route("/refused", post(async || StatusCode::FORBIDDEN));
        let listen = Listen { router, connections, idle: Duration::from_millis(idle), grace: Duration::from_millis(800) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let ends = tokio::spawn(listen.answer(listener, async { stopped.await.unwrap() }));
        Server { address, stop, ends }
    }

    impl Server {
        async fn connect(&self, bytes: &[u8]) -> TcpStream {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(bytes).await.unwrap();
            stream
        }
    }

    /// All that comes until the other end closes.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut all = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut all)).await.expect("the connection stays open");
        String::from_utf8_lossy(&all).into_owned()
    }

    async fn is_answered(stream: &mut TcpStream) -> bool {
        timeout(Duration::from_millis(300), stream.read_exact(&mut [0; 17])).await.is_ok_and(|read| read.is_ok())
    }

    #[tokio::test]
    async fn who_is_silent_loses_the_connection() {
        let server = server(10, 300).await;
        for begun in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nx: never en"] {
            let text = rest(&mut server.connect(begun).await).await;
            assert!(!text.contains("200"), "{begun:?}: {text}");
        }
        let text = rest(&mut server.connect(GET).await).await;
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("here"), "{text}");
        let text = rest(&mut server.connect(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await).await;
        assert!(text.starts_with("HTTP/1.1 400") && text.contains("connection: close"), "{text}");
    }

    #[tokio::test]
    async fn who_takes_nothing_loses_the_connection_and_an_answer_may_take_its_time() {
        let server = server(1, 300).await;
        let mut taking_nothing = server.connect(b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n").await;
        // There is one place: this one has it when the other one is given up.
        let mut slow = server.connect(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let text = rest(&mut slow).await;
        assert!(text.starts_with("HTTP/1.1 200") && text.ends_with("at last"), "{text}");
        assert!(rest(&mut taking_nothing).await.len() < 64 << 20);
    }

    #[tokio::test]
    async fn connections_over_the_limit_wait_for_a_place() {
        let server = server(2, 20_000).await;
        let (mut first, mut second) = (server.connect(GET).await, server.connect(GET).await);
        assert!(is_answered(&mut first).await && is_answered(&mut second).await);
        let mut third = server.connect(GET).await;
        assert!(!is_answered(&mut third).await);
        drop(first);
        assert!(is_answered(&mut third).await);
    }

    #[tokio::test]
    async fn who_is_refused_learns_why() {
        let server = server(10, 5_000).await;
        for _ in 0..20 {
            let mut stream = server.connect(b"POST /refused HTTP/1.1\r\nhost: x\r\ncontent-length: 8000000\r\n\r\n").await;
            stream.write_all(&vec![b' '; 8_000_000]).await.expect("what is sent is taken");
            let text = rest(&mut stream).await;
            assert!(text.starts_with("HTTP/1.1 403") && text.contains("connection: close"), "{text}");
        }
    }

    #[tokio::test]
    async fn stop_ends_what_is_idle_finishes_what_is_asked_and_waits_for_nobody_else() {
        let server = server(10, 20_000).await;
        let mut idle = server.connect(GET).await;
        assert!(is_answered(&mut idle).await);
        let mut slow = server.connect(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
        let _never = server.connect(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc").await;
        sleep(Duration::from_millis(100)).await;
        server.stop.send(()).unwrap();
        rest(&mut idle).await;
        let text = rest(&mut slow).await;
        assert!(text.ends_with("at last"), "{text}");
        timeout(PATIENCE, server.ends).await.expect("it waits for ever").unwrap();
        assert!(TcpStream::connect(server.address).await.is_err());
    }
}

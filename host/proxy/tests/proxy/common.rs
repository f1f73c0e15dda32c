//! Upstreams, clients and recorders for the tests.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_proxy::{Config, Exchange, Paths, Proxy, RecordError, Recorder, Running};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};

/// How long anything may take before a test has failed.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// A recorder that keeps what it gets, unless it is told to fail.
#[derive(Clone, Default)]
pub struct Keep {
    pub exchanges: Arc<Mutex<Vec<Exchange>>>,
    pub fails: Arc<AtomicBool>,
}

impl Recorder for Keep {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        if self.fails.load(Ordering::Relaxed) {
            return Err(RecordError("told to".to_owned()));
        }
        self.exchanges.lock().unwrap().extend(exchanges);
        Ok(())
    }
}

impl Keep {
    pub fn count(&self) -> usize {
        self.exchanges.lock().unwrap().len()
    }

    /// Waits for `count` exchanges, and a little for any too many.
    pub async fn wait(&self, count: usize) -> Vec<Exchange> {
        let begin = tokio::time::Instant::now();
        while self.count() < count && begin.elapsed() < PATIENCE {
            sleep(Duration::from_millis(5)).await;
        }
        sleep(Duration::from_millis(50)).await;
        let found = self.exchanges.lock().unwrap().clone();
        assert_eq!(found.len(), count, "{found:#?}");
        found
    }
}

/// A proxy before `upstream`, with `/api` as its API, quick timeouts, and a journal in a folder of its own.
pub struct Rig {
    pub running: Running,
    pub keep: Keep,
    pub folder: TempDir,
    pub address: SocketAddr,
}

pub fn config(upstream: &str, journal: PathBuf) -> Config {
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), upstream, journal);
    let paths = Paths::under(["/api"]);
    config.is_api = Arc::new(move |path| paths.contain(path));
    config
}

pub async fn rig(upstream: SocketAddr, change: impl FnOnce(&mut Config)) -> Rig {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(&format!("http://{upstream}"), folder.path().join("journal"));
    change(&mut config);
    let keep = Keep::default();
    let running = Proxy::bind(config, keep.clone()).await.unwrap();
    let address = running.addresses()[0];
    Rig { running, keep, folder, address }
}

/// An upstream that answers with `handler`.
pub async fn upstream<F>(handler: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> SocketAddr
where
    F: Future<Output = Response<Full<Bytes>>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let handler = handler.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| {
                    let answer = handler(request);
                    async move { Ok::<_, Infallible>(answer.await) }
                });
                let server = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

/// An upstream that says back what it got: method, target, headers, and then the body.
pub async fn echo() -> SocketAddr {
    upstream(|request| async {
        let (parts, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return Response::new(Full::default()) };
        let mut response = Response::builder().header("content-type", "application/json").header("x-method", parts.method.as_str());
        response = response.header("x-target", parts.uri.to_string()).header("x-seen", format!("{:?}", parts.headers).replace('"', "'"));
        response.body(Full::new(body.to_bytes())).unwrap()
    })
    .await
}

/// An upstream that talks bytes: `script` gets each connection.
pub async fn raw_upstream<F>(script: impl Fn(TcpStream) -> F + Send + 'static) -> SocketAddr
where
    F: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(script(stream));
        }
    });
    address
}

/// Reads from a connection up to the end of a head.
pub async fn read_head(stream: &mut TcpStream) -> String {
    let mut out = Vec::new();
    while !out.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        match timeout(PATIENCE, stream.read(&mut byte)).await.expect("nothing came") {
            Ok(1) => out.push(byte[0]),
            _ => break,
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Sends bytes and reads until the other end closes.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The answer may come, and the connection end, before all of it is written.
    let _ = stream.write_all(bytes).await;
    let mut out = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut out)).await.expect("the connection stays open");
    String::from_utf8_lossy(&out).into_owned()
}

pub fn client(http2: bool) -> Client<HttpConnector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).http2_only(http2).build_http()
}

pub fn request(method: &str, address: SocketAddr, target: &str, body: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let body = body.into();
    let builder = Request::builder().method(method).uri(format!("http://{address}{target}"));
    builder.header("content-type", "application/json").body(Full::new(body)).unwrap()
}

/// Sends a request on a connection of its own; status, headers and body.
pub async fn send(request: Request<Full<Bytes>>) -> Response<Bytes> {
    let response = timeout(PATIENCE, client(false).request(request)).await.expect("no answer").unwrap();
    let (parts, body) = response.into_parts();
    Response::from_parts(parts, timeout(PATIENCE, body.collect()).await.expect("no body").unwrap().to_bytes())
}

pub fn header<'a>(headers: &'a [(String, Vec<u8>)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found == name).map(|(_, value)| std::str::from_utf8(value).unwrap())
}

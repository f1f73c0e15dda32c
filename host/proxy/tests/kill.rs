//! A proxy that is killed under load: everything that the upstream carried out is in the journal, as done or in doubt.
//!
//! `ACTLOG_KILLS` says how many times; 8 by default.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::hash::BuildHasher;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actlog_proxy::{Config, Exchange, Proxy, RecordError, Recorder};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Writes what it takes to a file, a line for an exchange: id, path, status. Every third time it fails.
struct File(Mutex<(std::fs::File, u64)>);

impl Recorder for File {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        let mut guard = self.0.lock().unwrap();
        guard.1 += 1;
        if guard.1.is_multiple_of(3) {
            return Err(RecordError("every third time".to_owned()));
        }
        let lines: String = exchanges.iter().map(line).collect();
        guard.0.write_all(lines.as_bytes()).map_err(|error| RecordError(error.to_string()))
    }
}

fn line(exchange: &Exchange) -> String {
    format!("{} {} {}\n", exchange.id, exchange.target, exchange.status.map_or("doubt".to_owned(), |status| status.to_string()))
}

fn config(upstream: &str, journal: PathBuf) -> Config {
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), upstream, journal);
    config.journal.segment_bytes = 2 << 20;
    config.journal.limit_bytes = 256 << 20;
    // A killed process leaves what it wrote with the system. That the disk has it cannot be tested by killing.
    config.journal.durability = actlog_spool::Durability::Process;
    config.is_api = Arc::new(|_| true);
    config
}

/// Started by the test beside it, in a process of its own; without the folder that it is given then, there is nothing to do.
#[tokio::test]
async fn child_passes_until_it_is_killed() {
    let Some(folder) = std::env::var_os("PROXY_FOLDER").map(PathBuf::from) else { return };
    let upstream = std::env::var("PROXY_UPSTREAM").unwrap();
    let file = std::fs::OpenOptions::new().append(true).create(true).open(folder.join("recorded")).unwrap();
    let running = Proxy::bind(config(&upstream, folder.join("journal")), File(Mutex::new((file, 0)))).await.unwrap();
    assert!(running.recovery().damage.is_empty());
    println!("listens {}", running.addresses()[0]);
    std::future::pending::<()>().await;
}

fn start(folder: &Path, upstream: &str) -> (std::process::Child, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_passes_until_it_is_killed", "--nocapture"]);
    let mut child = command.env("PROXY_FOLDER", folder).env("PROXY_UPSTREAM", upstream).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.map_while(Result::ok).find_map(|line| line.split("listens ").nth(1).map(str::to_owned)).expect("the child listens");
    (child, address)
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_leaves_everything_that_was_done_in_the_journal() {
    let rounds = std::env::var("ACTLOG_KILLS").map_or(8, |text| text.parse::<u64>().unwrap());
    // What the upstream has all of, it carries out.
    let done: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let answered: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    let does = done.clone();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let does = does.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                    let does = does.clone();
                    async move {
                        let path = request.uri().path().to_owned();
                        if request.into_body().collect().await.is_ok() {
                            does.lock().unwrap().insert(path);
                        }
                        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from("{}")))
                    }
                });
                let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let mut sent = BTreeSet::new();
    for round in 0..rounds {
        let (mut child, address) = start(folder.path(), &upstream);
        let [http1, http2] = [false, true].map(|http2| -> Client<_, http_body_util::combinators::UnsyncBoxBody<Bytes, Infallible>> {
            Client::builder(TokioExecutor::new()).http2_only(http2).build_http()
        });
        let clients: Vec<_> = (0..8)
            .map(|who| {
                let client = if who % 2 == 0 { http1.clone() } else { http2.clone() };
                let (address, answered) = (address.clone(), answered.clone());
                tokio::spawn(async move {
                    let mut sent = Vec::new();
                    for n in 0.. {
                        let path = format!("/{round}/{who}/{n}");
                        sent.push(path.clone());
                        let streamed = |pieces| {
                            let frames = (0..pieces).map(|_| Ok(hyper::body::Frame::data(Bytes::from_static(&[b'x'; 700]))));
                            StreamBody::new(Iter(frames)).boxed_unsync()
                        };
                        let asked = Request::builder().uri(format!("http://{address}{path}"));
                        // By turns: nothing, a body of known length, one of unknown length in several pieces, and heads that HTTP/2 ends
                        // with a frame without bytes.
                        let asked = match n % 5 {
                            0 => asked.method("POST").body(Full::default().boxed_unsync()),
                            1 => asked.method("POST").body(Full::from(vec![b'x'; 3000]).boxed_unsync()),
                            2 => asked.method("POST").body(streamed(4)),
                            3 => asked.method("POST").header("content-length", "0").body(streamed(0)),
                            _ => asked.method("GET").body(streamed(0)),
                        };
                        match client.request(asked.unwrap()).await {
                            Ok(answer) if answer.status() == 200 => answered.lock().unwrap().insert(path),
                            _ => return sent,
                        };
                    }
                    sent
                })
            })
            .collect();
        let time = 100 + std::collections::hash_map::RandomState::new().hash_one(round) % 500;
        tokio::time::sleep(Duration::from_millis(time)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        for one in clients {
            sent.extend(one.await.unwrap());
        }
    }
    // The last run takes what is left, and stops in order.
    let keep: Arc<Mutex<Vec<Exchange>>> = Arc::default();
    struct Rest(Arc<Mutex<Vec<Exchange>>>);
    impl Recorder for Rest {
        async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
            self.0.lock().unwrap().extend(exchanges);
            Ok(())
        }
    }
    let last = Proxy::bind(config(&upstream, folder.path().join("journal")), Rest(keep.clone())).await.unwrap();
    assert_eq!(last.recovery().damage, []);
    let begin = std::time::Instant::now();
    while last.journal().waiting() > 0 {
        assert!(begin.elapsed() < Duration::from_secs(120), "{} entries are never recorded", last.journal().waiting());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    last.stop(Duration::from_secs(5)).await;
    let rest: String = keep.lock().unwrap().iter().map(line).collect();
    let recorded = std::fs::read_to_string(folder.path().join("recorded")).unwrap();

    let (done, answered) = (done.lock().unwrap(), answered.lock().unwrap());
    let mut paths: BTreeMap<String, BTreeSet<Uuid>> = BTreeMap::new();
    let mut statuses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in recorded.lines().chain(rest.lines()) {
        let [id, path, status] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        paths.entry(path.to_owned()).or_default().insert(id.parse().unwrap());
        statuses.entry(path.to_owned()).or_default().insert(status.to_owned());
    }
    println!("{} sent, {} done, {} answered, {} in the journal", sent.len(), done.len(), answered.len(), paths.len());
    assert!(answered.len() as u64 > rounds * 10, "too little happened to tell anything");
    for path in done.iter() {
        assert!(paths.contains_key(path), "{path} was carried out and is not in the journal");
    }
    for path in answered.iter() {
        assert!(statuses[path].contains("200"), "{path} was answered and is {:?}", statuses[path]);
    }
    for (path, ids) in &paths {
        assert!(sent.contains(path), "{path} was never asked");
        assert_eq!(ids.len(), 1, "{path} has several ids");
        assert!(
            done.contains(path) || statuses[path].iter().all(|status| status == "doubt"),
            "{path} was never done, and is {:?}",
            statuses[path]
        );
    }
}

/// An iterator as a stream.
struct Iter<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Iter<I> {
    type Item = I::Item;

    fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

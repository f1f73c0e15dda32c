//! 100 MB up and 100 MB down, and the memory that the proxy needs for it.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use actlog_proxy::{Config, Exchange, Proxy, RecordError, Recorder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const BYTES: usize = 100 << 20;
/// What the process may need at its peak, the test program's own part included.
const PEAK_KIB: u64 = 48 << 10;

struct Nobody;

impl Recorder for Nobody {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        for exchange in exchanges {
            println!("took {} {}", exchange.request_body.length.unwrap(), exchange.response_body.length.unwrap());
        }
        Ok(())
    }
}

/// Started by the test beside it, in a process of its own; without the folder that it is given then, there is nothing to do.
#[tokio::test]
async fn child_passes_and_tells_its_peak() {
    let Some(journal) = std::env::var_os("PROXY_FOLDER").map(|folder| PathBuf::from(folder).join("journal")) else { return };
    let mut config = Config::new("127.0.0.1:0".parse().unwrap(), &std::env::var("PROXY_UPSTREAM").unwrap(), journal);
    config.is_api = Arc::new(|_| true);
    let running = Proxy::bind(config, Nobody).await.unwrap();
    println!("listens {}", running.addresses()[0]);
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if running.stats().snapshot().recorded > 0 {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim().trim_end_matches(" kB");
            println!("peak {peak}");
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hundred_megabytes_both_ways_take_bounded_memory() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    // Reads all, slowly at first so that everything before it fills up; then answers with as much.
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        take(&mut stream, b'u').await;
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {BYTES}\r\n\r\n").as_bytes())
            .await
            .unwrap();
        give(&mut stream, b'd').await;
    });
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "child_passes_and_tells_its_peak", "--nocapture"]);
    let mut child = command.env("PROXY_FOLDER", folder.path()).env("PROXY_UPSTREAM", upstream).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut told = |what: &str| lines.find_map(|line| line.split(what).nth(1).map(str::to_owned)).expect(what);
    let mut stream = TcpStream::connect(told("listens ")).await.unwrap();
    stream
        .write_all(format!("POST /api HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {BYTES}\r\n\r\n").as_bytes())
        .await
        .unwrap();
    give(&mut stream, b'u').await;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 200"));
    tokio::time::sleep(Duration::from_millis(500)).await;
    take(&mut stream, b'd').await;
    assert_eq!(told("took "), format!("{BYTES} {BYTES}"));
    let peak: u64 = told("peak ").trim().parse().unwrap();
    println!("peak: {peak} KiB");
    child.wait().unwrap();
    assert!(peak < PEAK_KIB, "{peak} KiB");
}

async fn give(stream: &mut TcpStream, byte: u8) {
    let piece = vec![byte; 1 << 20];
    for _ in 0..BYTES >> 20 {
        stream.write_all(&piece).await.unwrap();
    }
}

async fn take(stream: &mut TcpStream, byte: u8) {
    let mut piece = vec![0; 1 << 20];
    for _ in 0..BYTES >> 20 {
        stream.read_exact(&mut piece).await.unwrap();
        assert!(piece.iter().all(|found| *found == byte));
    }
}

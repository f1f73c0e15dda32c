//! A connection that can fall silent without being closed.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// Passes bytes on to a server. What comes back can be held up, so that a client's words arrive and no answer does.
pub struct Relay {
    pub url: String,
    silent: Arc<AtomicBool>,
    held: Arc<AtomicU64>,
}

/// Words of a client at which its answers are held up from then on.
const RECORDS: &[u8] = b"actlog.records.";

impl Relay {
    /// Falls silent at the first record that passes by: all of it arrives, and no answer does.
    pub async fn start(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("nats://{}", listener.local_addr().expect("an address"));
        let (silent, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let relay = Self { url, silent: silent.clone(), held: held.clone() };
        let once = Arc::new(Once::new());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(listen(from_client, to_server, silent.clone(), once.clone()));
                tokio::spawn(answer(from_server, to_client, silent.clone(), held.clone()));
            }
        });
        relay
    }

    pub fn is_silent(&self) -> bool {
        self.silent.load(Ordering::SeqCst)
    }

    /// Lets the answers go, for good.
    pub fn speak(&self) {
        self.silent.store(false, Ordering::SeqCst);
    }

    /// How many bytes have been held up so far.
    pub fn held(&self) -> u64 {
        self.held.load(Ordering::SeqCst)
    }
}

async fn listen(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>, once: Arc<Once>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if buffer[..length].windows(RECORDS.len()).any(|words| words == RECORDS) {
            // Before the words are passed on, so that no answer to them can be faster.
            once.call_once(|| silent.store(true, Ordering::SeqCst));
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}

async fn answer(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, silent: Arc<AtomicBool>, held: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if silent.load(Ordering::SeqCst) {
            held.fetch_add(length as u64, Ordering::SeqCst);
        }
        while silent.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
}
